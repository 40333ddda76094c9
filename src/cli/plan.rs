//! `duly plan`: what a sweep would do, and why. Nothing is written.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    Done, Outcome, When,
    output::{count, print, printable, table},
};
use crate::{
    app::App,
    domain::{
        money::Money,
        plan::{Decision, Outcome as Decided},
        reason::Reason,
    },
};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    when: When,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// The plan as JSON; documented in docs/JSON.md. Amounts are text with the currency's decimals.
#[derive(Debug, Serialize)]
struct Plan {
    as_of: String,
    company: String,
    policy: String,
    counts: Counts,
    decisions: Vec<DecisionJson>,
}

#[derive(Debug, Default, Serialize)]
struct Counts {
    notices: u64,
    held: u64,
}

#[derive(Debug, Serialize)]
struct DecisionJson {
    account: String,
    currency: String,
    outcome: &'static str,
    stage: String,
    reasons: Vec<&'static str>,
    overdue_total: String,
    credits: String,
    items: Vec<ItemJson>,
    offer: Option<OfferJson>,
}

#[derive(Debug, Serialize)]
struct ItemJson {
    invoice: String,
    due: String,
    days_overdue: i64,
    residual: String,
    stage: Option<String>,
}

#[derive(Debug, Serialize)]
struct OfferJson {
    percent: String,
    discount: String,
    pay: String,
    last_day: String,
}

pub async fn run(app: &App, args: &Args) -> Outcome {
    let horizon = args.when.horizon(app).await?;
    let mut counts = Counts::default();
    let mut decisions = Vec::new();
    app.sweeper()
        .plan(horizon, |_, decision| {
            match decision.outcome {
                Decided::Notice { .. } => counts.notices += 1,
                Decided::Held { .. } => counts.held += 1,
            }
            decisions.push(decision);
        })
        .await?;
    decisions.sort_by(|a, b| (&a.account, a.currency).cmp(&(&b.account, b.currency)));
    if args.json {
        let plan = Plan {
            as_of: horizon.as_of.to_string(),
            company: app.settings.company.code.clone(),
            policy: app.rules.standard.label.clone(),
            counts,
            decisions: decisions.iter().map(json).collect(),
        };
        let text = serde_json::to_string_pretty(&plan).map_err(|error| crate::app::Failure::Failed(error.to_string()))?;
        print(&(text + "\n"));
    } else {
        print(&page(app, &decisions, &counts, horizon.as_of));
    }
    Ok(Done::Well)
}

fn json(decision: &Decision) -> DecisionJson {
    let money = |minor| Money::new(minor, decision.currency).to_string();
    let offer = match &decision.outcome {
        Decided::Notice { offer } => offer.as_ref(),
        Decided::Held { .. } => None,
    };
    DecisionJson {
        account: decision.account.clone(),
        currency: decision.currency.to_string(),
        outcome: if matches!(decision.outcome, Decided::Notice { .. }) { "notice" } else { "held" },
        stage: decision.stage.clone(),
        reasons: decision.outcome.reasons().iter().map(|reason| reason.code()).collect(),
        overdue_total: money(decision.overdue_total),
        credits: money(decision.credits),
        items: decision
            .items
            .iter()
            .map(|item| ItemJson {
                invoice: item.invoice.clone(),
                due: item.due.to_string(),
                days_overdue: item.days_overdue,
                residual: money(item.residual),
                stage: item.stage.clone(),
            })
            .collect(),
        offer: offer.map(|offer| OfferJson {
            percent: offer.percent.normalize().to_string(),
            discount: money(offer.discount),
            pay: money(offer.pay),
            last_day: offer.last_day.to_string(),
        }),
    }
}

/// Rows shown to a person; `--json` has all.
const SHOWN: usize = 40;

fn page(app: &App, decisions: &[Decision], counts: &Counts, as_of: chrono::NaiveDate) -> String {
    let mut text = format!(
        "{} on {as_of}, policy {}: {}, {} held\n",
        app.settings.company.name,
        app.rules.standard.label,
        count(counts.notices, "notice", "notices"),
        counts.held
    );
    if decisions.is_empty() {
        return text + "Nothing has reached a new stage.\n";
    }
    let rows = decisions.iter().take(SHOWN).map(|decision| {
        let money = Money::new(decision.overdue_total - decision.credits, decision.currency);
        let reasons: Vec<&str> = decision.outcome.reasons().iter().map(|reason| reason.code()).collect();
        let outcome = if reasons.is_empty() { format!("notice `{}`", decision.stage) } else { reasons.join(", ") };
        let amount = format!("{money} {}", decision.currency);
        vec![printable(&decision.account), amount, decision.items.len().to_string(), outcome]
    });
    text += &table(&["account", "overdue", "items", "outcome"], &[1, 2], rows);
    if decisions.len() > SHOWN {
        text += &format!("… and {} more; `--json` shows all\n", decisions.len() - SHOWN);
    }
    text + &reasons(decisions)
}

/// Each reason with its sentence, once.
fn reasons(decisions: &[Decision]) -> String {
    let mut counts: BTreeMap<Reason, u64> = BTreeMap::new();
    for reason in decisions.iter().flat_map(|decision| decision.outcome.reasons()) {
        *counts.entry(*reason).or_default() += 1;
    }
    let rows = counts.iter().map(|(reason, number)| vec![number.to_string(), reason.code().into(), reason.sentence().into()]);
    if counts.is_empty() { String::new() } else { "\n".to_owned() + &table(&["held", "reason", "meaning"], &[0], rows) }
}
