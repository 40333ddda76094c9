//! `duly plan`: what a sweep would do, and why. Nothing is written.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    Done, Outcome, When,
    output::{count, print, printable, table},
};
use crate::{
    app::{App, Failure},
    domain::{
        money::Money,
        plan::{Decision, Outcome as Decided},
        reason::Reason,
    },
    store::snapshot::Horizon,
};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    when: When,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// The plan as JSON but for its decisions; documented in docs/JSON.md.
#[derive(Debug, Serialize)]
struct Head {
    as_of: String,
    company: String,
    policy: String,
    counts: Counts,
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

/// What is counted and shown to a person; the rest of the decisions passes by.
#[derive(Debug, Default)]
struct Seen {
    counts: Counts,
    first: Vec<Decision>,
    unreadable: u64,
    total: usize,
    reasons: BTreeMap<Reason, u64>,
}

impl Seen {
    fn add(&mut self, decision: Decision) {
        match decision.outcome {
            Decided::Notice { .. } => self.counts.notices += 1,
            Decided::Held { .. } => self.counts.held += 1,
        }
        decision.outcome.reasons().iter().for_each(|reason| *self.reasons.entry(*reason).or_default() += 1);
        self.total += 1;
        if self.first.len() < SHOWN {
            self.first.push(decision);
        }
    }
}

pub async fn run(app: &App, args: &Args) -> Outcome {
    let horizon = args.when.horizon(app).await?;
    let mut seen = Seen::default();
    seen.unreadable = app.sweeper().plan(horizon, |_, decision| seen.add(decision)).await?.len() as u64;
    if args.json {
        stream(app, horizon, seen.counts).await?;
    } else {
        print(&page(app, &seen, horizon.as_of));
    }
    Ok(Done::Well)
}

/// Writes the JSON as the decisions are made, a second time: memory stays flat however many there are.
async fn stream(app: &App, horizon: Horizon, counts: Counts) -> Result<(), Failure> {
    let head = Head {
        as_of: horizon.as_of.to_string(),
        company: app.settings.company.code.clone(),
        policy: app.rules.standard.label.clone(),
        counts,
    };
    let text = |error: serde_json::Error| Failure::Failed(error.to_string());
    let head = serde_json::to_string_pretty(&head).map_err(text)?;
    print(&format!("{},\n  \"decisions\": [", head.trim_end_matches("\n}")));
    let (mut first, mut failed) = (true, None);
    app.sweeper()
        .plan(horizon, |_, decision| match serde_json::to_string_pretty(&json(&decision)) {
            Ok(text) => {
                let comma = if std::mem::take(&mut first) { "" } else { "," };
                print(&format!("{comma}\n    {}", text.replace('\n', "\n    ")));
            }
            Err(error) => failed = Some(error),
        })
        .await?;
    print(if first { "]\n}\n" } else { "\n  ]\n}\n" });
    failed.map_or(Ok(()), |error| Err(text(error)))
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

fn page(app: &App, seen: &Seen, as_of: chrono::NaiveDate) -> String {
    let mut text = format!(
        "{} on {as_of}, policy {}: {}, {} held\n",
        app.settings.company.name,
        app.rules.standard.label,
        count(seen.counts.notices, "notice", "notices"),
        seen.counts.held
    );
    if seen.unreadable > 0 {
        text += &format!("{} cannot be read: see `duly tasks`\n", count(seen.unreadable, "account", "accounts"));
    }
    if seen.total == 0 {
        return text + "Nothing has reached a new stage.\n";
    }
    let rows = seen.first.iter().map(|decision| {
        let money = Money::new(decision.overdue_total - decision.credits, decision.currency);
        let reasons: Vec<&str> = decision.outcome.reasons().iter().map(|reason| reason.code()).collect();
        let outcome = if reasons.is_empty() { format!("notice `{}`", decision.stage) } else { reasons.join(", ") };
        let amount = format!("{money} {}", decision.currency);
        vec![printable(&decision.account), amount, decision.items.len().to_string(), outcome]
    });
    text += &table(&["account", "overdue", "items", "outcome"], &[1, 2], rows);
    if seen.total > SHOWN {
        text += &format!("… and {} more; `--json` shows all\n", seen.total - SHOWN);
    }
    text + &meanings(&seen.reasons)
}

/// Each reason with its sentence, once.
pub fn meanings(reasons: &BTreeMap<Reason, u64>) -> String {
    let row =
        |(reason, number): (&Reason, &u64)| vec![number.to_string(), reason.code().into(), reason.sentence().into()];
    if reasons.is_empty() {
        return String::new();
    }
    "\n".to_owned() + &table(&["held", "reason", "meaning"], &[0], reasons.iter().map(row))
}
