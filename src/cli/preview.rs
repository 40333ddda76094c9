//! `duly preview`: the mail that an account would get, as text or as files.

use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    Done, Outcome, When,
    output::{aside, print, printable},
    why::find,
};
use crate::{
    app::{App, Failure},
    delivery::compose::Composer,
    domain::{
        money::Money,
        notice::{Line, State},
        plan::{Decision, Outcome as Decided, plan},
        policy::{LetterKind, Policy},
    },
    store::{outbox::Notice, snapshot::Snapshot},
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Number of the account
    account: String,
    #[command(flatten)]
    when: When,
    /// Write .eml, .html and .txt into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// The token of a notice that is only looked at: its link leads to no page.
const EXAMPLE: &str = "preview";

pub async fn run(app: &App, args: &Args) -> Outcome {
    let horizon = args.when.horizon(app).await?;
    let snapshot = find(app, &args.account, horizon).await?;
    let published = app.rules.policy_of(&snapshot.facts.account);
    let payments_seen = app.store.payments_seen(horizon.batch).await?;
    let sweeper = app.sweeper();
    let decisions = plan(&snapshot.facts, &sweeper.setting(published, horizon.as_of, payments_seen));
    if decisions.is_empty() {
        let number = printable(&args.account);
        return Err(Failure::Input(format!(
            "nothing of {number} has reached a new stage; `duly why {number}` tells more"
        )));
    }
    for decision in decisions {
        if let Decided::Held { reasons } = &decision.outcome {
            let codes: Vec<&str> = reasons.iter().map(|reason| reason.code()).collect();
            aside(&format!("This would be held ({}); it would say:", codes.join(", ")));
        }
        let notice = would_be(app, &snapshot, &published.policy, &decision, (horizon.as_of, payments_seen));
        let composer =
            Composer { settings: &app.settings, words: &app.rules.words, dkim: app.dkim()?, links: app.links.as_ref() };
        let mail = composer.compose(&notice, &snapshot.facts.account);
        let mail = mail.map_err(|error| Failure::Failed(error.to_string()))?;
        match &args.out {
            None => print(&format!("Subject: {}\n\n{}\n", mail.rendered.subject, mail.rendered.text)),
            Some(folder) => {
                std::fs::create_dir_all(folder)?;
                let safe = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
                let name: String = format!("{}-{}", decision.account, decision.currency).chars().map(safe).collect();
                std::fs::write(folder.join(format!("{name}.eml")), &mail.bytes)?;
                std::fs::write(folder.join(format!("{name}.html")), &mail.rendered.html)?;
                std::fs::write(folder.join(format!("{name}.txt")), &mail.rendered.text)?;
                print(&format!("{}\n", folder.join(format!("{name}.{{eml,html,txt}}")).display()));
            }
        }
    }
    Ok(Done::Well)
}

/// The notice that this decision would become.
fn would_be(
    app: &App,
    snapshot: &Snapshot,
    policy: &Policy,
    decision: &Decision,
    (as_of, payments_seen): (NaiveDate, Option<DateTime<Utc>>),
) -> Notice {
    let stage = policy.stages.iter().find(|stage| stage.name == decision.stage);
    let second = stage.is_some_and(|stage| stage.letter == LetterKind::Second);
    let money = |minor| Money::new(minor, decision.currency);
    Notice {
        id: 0,
        account: snapshot.id,
        as_of,
        currency: decision.currency,
        stage: decision.stage.clone(),
        letter: if second { "second" } else { "first" }.to_owned(),
        policy: String::new(),
        token: EXAMPLE.to_owned(),
        page: app.links.as_ref().map(|links| links.kept_of(EXAMPLE)),
        address: snapshot.facts.address().unwrap_or("nobody@invalid.example").to_owned(),
        overdue_total: decision.overdue_total,
        credits: decision.credits,
        offer: match &decision.outcome {
            Decided::Notice { offer } => offer.clone(),
            Decided::Held { .. } => None,
        },
        planned_at: app.clock.now(),
        dated_at: app.clock.now(),
        considered: app.sweeper().considered(as_of, payments_seen),
        thread: None,
        due_at: None,
        state: State::Ready,
        attempts: 0,
        doubts: 0,
        refusals: 0,
        reply: None,
        bounced_at: None,
        lines: decision
            .items
            .iter()
            .map(|item| Line {
                invoice: item.invoice.clone(),
                issued: item.issued,
                due: item.due,
                days_overdue: item.days_overdue,
                residual: money(item.residual),
                stage: item.stage.clone(),
                document: item.document.clone().filter(|name| !snapshot.facts.missing_documents.contains(name)),
            })
            .collect(),
    }
}
