//! `duly why`: explain an account or an invoice on any date.

use chrono::NaiveDate;

use super::{
    Done, Outcome, When, case,
    output::{count, excerpt, print, printable, table},
    why_assessed,
};
use crate::{
    app::{App, Failure},
    domain::{
        account_facts::{AccountFacts, Hold},
        calendar::plus_days,
        evidence::{Assessment, Known},
        ledger::{GrantSource, Item, positions},
        mail::MailKind,
        money::{Currency, Money},
        plan::{Decision, Outcome as Decided, plan},
        policy::Policy,
        reason::Reason,
    },
    store::{
        mails::MailRow,
        snapshot::{Horizon, Snapshot},
    },
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Number of an account or of an invoice
    number: String,
    #[command(flatten)]
    when: When,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(app: &App, args: &Args) -> Outcome {
    let horizon = args.when.horizon(app).await?;
    let mut snapshot = find(app, &args.number, horizon).await?;
    snapshot.facts.belong_to(&app.store.cohorts(horizon).await?);
    let published = app.rules.policy_of(&snapshot.facts.account);
    let payments_seen = app.store.payments_seen(horizon.batch).await?;
    let sweeper = app.sweeper();
    let setting = sweeper.setting(published, horizon.as_of, payments_seen);
    let decisions = plan(&snapshot.facts, &setting);
    let account = &snapshot.facts.account;
    let assessed = assessments(&snapshot.facts, &published.policy, horizon);
    if args.json {
        print(&(why_assessed::value(account, &published.label, horizon, &decisions, &assessed).to_string() + "\n"));
        return Ok(Done::Well);
    }
    let mut text =
        format!("{} {} on {}, policy {}\n", account.number, printable(&account.name), horizon.as_of, published.label);
    text += &position_tables(&snapshot.facts, &published.policy, horizon, &args.number);
    let mut mails = app.store.mails_of(snapshot.id, app.today()).await?;
    mails.retain(|mail| mail.recorded_at <= horizon.recorded);
    text += &said(&decisions, &snapshot.facts, &mails, &published.policy, horizon);
    for agreed in snapshot.facts.plans.iter().filter(|plan| plan.agreed <= horizon.as_of) {
        text += &case::plan(agreed, &snapshot.facts, &published.policy, horizon.as_of);
    }
    text += &why_assessed::text(&assessed);
    text += &history(app, &snapshot, horizon).await?;
    text += &mails_text(app, &mails);
    print(&text);
    Ok(Done::Well)
}

/// Why each overdue item may not be paid.
fn assessments(facts: &AccountFacts, policy: &Policy, horizon: Horizon) -> Vec<Assessment> {
    let mut found = Vec::new();
    for position in positions(facts, policy, horizon.as_of).values() {
        let known = Known::of(facts, policy, position, horizon.as_of);
        let overdue = position.items.iter().filter(|item| item.residual > 0 && item.days_overdue(horizon.as_of) >= 1);
        found.extend(overdue.map(|item| known.assess(item)));
    }
    found
}

/// The account with this number, or the one whose invoice has it.
pub async fn find(app: &App, number: &str, horizon: Horizon) -> Result<Snapshot, Failure> {
    let missing = || Failure::Input(format!("there is no account and no invoice `{number}`"));
    let id = app.store.find_account(number).await?.ok_or_else(missing)?;
    let mut found = app.store.snapshots(&[id], horizon).await?.pop();
    found.iter_mut().for_each(|snapshot| app.find_documents(snapshot));
    found.ok_or_else(|| Failure::Input(format!("`{number}` was not known yet on that date")))
}

fn position_tables(facts: &AccountFacts, policy: &Policy, horizon: Horizon, number: &str) -> String {
    let mut text = String::new();
    for (currency, position) in positions(facts, policy, horizon.as_of) {
        let shown = position.items.iter().filter(|item| item.residual != 0 || item.invoice.number == number);
        let rows: Vec<Vec<String>> = shown.map(|item| item_row(facts, item, currency, horizon)).collect();
        if !rows.is_empty() {
            let header = ["invoice", "issued", "due", "overdue", "amount", "settled", "open", ""];
            text += &format!("\nOpen in {currency}\n{}", table(&header, &[3, 4, 5, 6], rows));
        }
        for (from, minor) in &position.unmatched {
            let money = Money::new(*minor, currency);
            text += &format!("  not matched to an invoice: {} {money} {currency}\n", printable(from));
        }
    }
    text
}

fn item_row(facts: &AccountFacts, item: &Item, currency: Currency, horizon: Horizon) -> Vec<String> {
    let money = |minor| Money::new(minor, currency).to_string();
    let days = item.days_overdue(horizon.as_of);
    let stages = facts.notices.iter().filter(|notice| notice.as_of <= horizon.as_of).flat_map(|notice| {
        let noticed = notice.stages.iter().filter(|noticed| noticed.invoice == item.invoice.number);
        noticed.map(|noticed| format!("`{}` {}", noticed.stage, notice.as_of))
    });
    let grants = item.grants.iter().map(|grant| {
        let source = match &grant.source {
            GrantSource::Terms(tier) => format!("terms {tier}"),
            GrantSource::Offer(notice) => format!("notice {notice}"),
        };
        format!("discount {} ({source})", money(grant.amount))
    });
    let late = item.late_discount.then(|| "short by a discount taken late".to_owned());
    let notes: Vec<String> = stages.chain(grants).chain(late).collect();
    vec![
        printable(&item.invoice.number),
        item.invoice.issued.to_string(),
        item.invoice.due.to_string(),
        if days > 0 { format!("{days} days") } else { String::new() },
        money(item.invoice.amount.minor),
        money(item.settled),
        money(item.residual),
        notes.join(", "),
    ]
}

/// The decisions in sentences.
fn said(decisions: &[Decision], facts: &AccountFacts, mails: &[MailRow], policy: &Policy, horizon: Horizon) -> String {
    if decisions.is_empty() {
        return format!("\nNo notice: nothing has reached a new stage.{}\n", next_stage(facts, policy, horizon));
    }
    let mut text = String::new();
    for decision in decisions {
        let total = Money::new(decision.overdue_total - decision.credits, decision.currency);
        let what = format!("{total} {} overdue, stage `{}`", decision.currency, decision.stage);
        match &decision.outcome {
            Decided::Notice { offer } => {
                text += &format!("\nNotice: {what}, {}.\n", count(decision.items.len() as u64, "item", "items"));
                if let Some(offer) = offer {
                    let pay = Money::new(offer.pay, decision.currency);
                    text += &format!(
                        "  Offer: {}% off, {pay} if received by {}.\n",
                        offer.percent.normalize(),
                        offer.last_day
                    );
                }
            }
            Decided::Held { reasons } => {
                text += &format!("\nHeld: {what}.\n");
                for reason in reasons {
                    let task = reason.task().map(|task| format!(" To do: {task}.")).unwrap_or_default();
                    let sentence = match reason {
                        Reason::AccountHold => on_hold(facts, mails, horizon.as_of),
                        _ => reason.sentence().to_owned(),
                    };
                    text += &format!("  {}: {sentence}.{task}\n", reason.code());
                }
            }
        }
        for (invoice, reason) in &decision.withheld {
            text += &format!("  {} is left out: {}.\n", printable(invoice), reason.sentence());
        }
    }
    text
}

/// Whose word it is that the account waits.
fn on_hold(facts: &AccountFacts, mails: &[MailRow], as_of: NaiveDate) -> String {
    let mut holds = facts.holds.iter().filter(|hold| hold.invoice.is_none() && hold.holds_on(as_of));
    let Some(hold) = holds.clone().find(|hold| hold.is_for_a_mail()).filter(|_| holds.all(Hold::is_for_a_mail)) else {
        return "a person put the account on hold".to_owned();
    };
    let until = hold.until.map(|until| format!(", until {until}")).unwrap_or_default();
    let unread = |mail: &&MailRow| matches!(mail.kind, MailKind::Unclear | MailKind::Stranger) && mail.done.is_none();
    let which = mails.iter().find(unread).map(|mail| format!(": `duly inbox show {}`", mail.id));
    format!("an answer waits to be read{until}{}", which.unwrap_or_default())
}

/// What came in by mail, newest first.
fn mails_text(app: &App, mails: &[MailRow]) -> String {
    let zone = app.settings.company.zone;
    let rows = mails.iter().take(8).map(|mail| {
        let on = mail.recorded_at.with_timezone(&zone).format("%Y-%m-%d").to_string();
        vec![mail.id.to_string(), on, mail.kind.code().to_owned(), excerpt(&mail.made)]
    });
    if mails.is_empty() {
        return String::new();
    }
    format!("\nMails (`duly inbox show MAIL`)\n{}", table(&["mail", "taken", "kind", "what"], &[0], rows))
}

/// When the next item reaches a stage, if nothing else happens.
fn next_stage(facts: &AccountFacts, policy: &Policy, horizon: Horizon) -> String {
    let coming = positions(facts, policy, horizon.as_of)
        .into_values()
        .flat_map(|position| position.items)
        .filter(|item| item.residual > 0)
        .flat_map(|item| {
            let due = item.invoice.due;
            let number = item.invoice.number.clone();
            policy.stages.iter().map(move |stage| (plus_days(due, stage.days), number.clone(), stage.name.clone()))
        })
        .filter(|(date, ..)| *date > horizon.as_of)
        .min();
    coming.map_or_else(String::new, |(date, invoice, stage)| {
        format!(" Next, {} would reach `{stage}` on {date}.", printable(&invoice))
    })
}

/// What duly had decided and done up to the date.
async fn history(app: &App, snapshot: &Snapshot, horizon: Horizon) -> Result<String, Failure> {
    let mut text = String::new();
    let mut notices = app.store.notices_of(snapshot.id).await?;
    notices.retain(|notice| notice.as_of <= horizon.as_of && notice.planned_at <= horizon.recorded);
    if !notices.is_empty() {
        let rows = notices.iter().map(|notice| {
            let total = Money::new(notice.overdue_total - notice.credits, notice.currency);
            vec![
                notice.id.to_string(),
                notice.as_of.to_string(),
                notice.stage.clone(),
                format!("{total} {}", notice.currency),
                match notice.bounced_at.filter(|at| *at <= horizon.recorded) {
                    Some(_) => "came back".to_owned(),
                    None => notice.state.to_string(),
                },
                notice.reply.clone().unwrap_or_default(),
            ]
        });
        text += &format!("\nNotices\n{}", table(&["id", "as of", "stage", "total", "state", "answer"], &[0, 3], rows));
    }
    for case in &snapshot.facts.cases {
        text +=
            &format!("\nCase {} ({}), opened {}: `duly case show {}`\n", case.id, case.status, case.opened, case.id);
    }
    let mut decisions = app.store.decisions_of(snapshot.id, 50).await?;
    decisions.retain(|(date, ..)| *date <= horizon.as_of);
    decisions.truncate(8);
    if !decisions.is_empty() {
        let rows = decisions.into_iter().map(|(date, currency, outcome, reasons, policy)| {
            vec![date.to_string(), currency, outcome, reasons.replace(' ', ", "), policy]
        });
        text += &format!("\nDecisions\n{}", table(&["sweep", "currency", "outcome", "reasons", "policy"], &[], rows));
    }
    Ok(text)
}
