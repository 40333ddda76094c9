//! `duly evaluate`: how good the assessment would have been on a ledger whose disputes are known.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use chrono::{Datelike, Days, NaiveDate};
use serde::Deserialize;
use serde_json::json;

use super::{Done, Outcome, date, output::print, quality::quality};
use crate::{
    app::{App, Failure},
    domain::{
        account_facts::AccountFacts,
        evaluation::samples::{History, Label, Labels, Sample},
    },
    store::snapshot::Horizon,
    sweep::PAGE,
};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    labels: Source,
    /// Assess what is open and overdue every so many days
    #[arg(long, value_name = "DAYS", default_value = "7d", value_parser = days)]
    every: u64,
    /// First day [default: the Monday before the first invoice]
    #[arg(long, value_name = "DATE", value_parser = date)]
    from: Option<NaiveDate>,
    /// Last day [default: the day on which the last invoice was settled]
    #[arg(long, value_name = "DATE", value_parser = date)]
    until: Option<NaiveDate>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Where it is known from what the items turned out to be.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Source {
    /// CSV with `invoice`, `label` (yes or no) and, if known, the `date` since when others could know
    #[arg(long, value_name = "FILE")]
    labels: Option<PathBuf>,
    /// The ledger's own marks of disputes
    #[arg(long)]
    past_disputes: bool,
}

/// `7d`, or `7`.
fn days(text: &str) -> Result<u64, String> {
    let number = text.strip_suffix('d').unwrap_or(text).parse().ok();
    number.filter(|days| (1..=366).contains(days)).ok_or_else(|| "expected days from 1 to 366, like 7d".to_owned())
}

pub async fn run(app: &App, args: &Args) -> Outcome {
    let labels = match &args.labels.labels {
        Some(path) => Labels::Given(read(path)?),
        None => Labels::PastDisputes,
    };
    let facts = everything(app).await?;
    let first = facts.iter().flat_map(|facts| &facts.invoices).map(|invoice| invoice.issued).min();
    let last = facts.iter().flat_map(|facts| &facts.payments).map(|payment| payment.received).max();
    let (Some(first), Some(last)) = (first, last) else {
        return Err(Failure::Input("there is nothing to evaluate: no invoices, or none was paid".to_owned()));
    };
    let monday = first - Days::new(first.weekday().num_days_from_monday().into());
    let (from, until) = (args.from.unwrap_or(monday), args.until.unwrap_or(last));
    let samples = assess(app, facts, &labels, (from, until), args.every, last);
    if samples.is_empty() {
        return Err(Failure::Input("nothing that has a label was overdue on those days".to_owned()));
    }
    if samples.iter().all(|sample| !sample.label) {
        return Err(Failure::Input("nothing that was overdue on those days is known to have been disputed".to_owned()));
    }
    let (text, value) = quality(&samples);
    let head = format!("Overdue items every {} days from {from} to {until}\n", args.every);
    let value = json!({
        "company": app.settings.company.code, "from": from.to_string(), "until": until.to_string(), "every_days": args.every,
        "parts": value,
    });
    print(&if args.json { value.to_string() + "\n" } else { head + &text });
    Ok(Done::Well)
}

/// The facts of all accounts, with those that are still to come.
pub async fn everything(app: &App) -> Result<Vec<AccountFacts>, Failure> {
    let mut found = Vec::new();
    for page in app.store.all_accounts().await?.chunks(PAGE) {
        let page = app.store.readable(page, Horizon::everything(app.today())).await?;
        found.extend(page.snapshots.into_iter().map(|snapshot| snapshot.facts));
    }
    Ok(found)
}

fn assess(
    app: &App,
    facts: Vec<AccountFacts>,
    labels: &Labels,
    (from, until): (NaiveDate, NaiveDate),
    every: u64,
    last: NaiveDate,
) -> Vec<Sample> {
    let mut samples = Vec::new();
    for facts in facts {
        let policy = &app.rules.policy_of(&facts.account).policy;
        let history = History::of(facts, policy, labels, last);
        let days = from.iter_days().step_by(every as usize).take_while(|day| *day <= until);
        samples.extend(days.flat_map(|day| history.on(policy, day)));
    }
    samples
}

#[derive(Debug, Deserialize)]
struct Line {
    invoice: String,
    label: String,
    #[serde(default)]
    date: Option<NaiveDate>,
}

/// Labels by invoice. A number that comes twice is an error: which one would count?
fn read(path: &Path) -> Result<BTreeMap<String, Label>, Failure> {
    let wrong = |what: String| Failure::Input(format!("{}: {what}", path.display()));
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(path).map_err(|e| wrong(e.to_string()))?;
    let mut found = BTreeMap::new();
    for (at, line) in reader.deserialize::<Line>().enumerate() {
        let Line { invoice, label, date } = line.map_err(|error| wrong(error.to_string()))?;
        let disputed = match label.to_lowercase().as_str() {
            "yes" | "1" | "true" => true,
            "no" | "0" | "false" => false,
            _ => return Err(wrong(format!("line {}: label `{label}` is not yes or no", at + 2))),
        };
        if found.insert(invoice.clone(), Label { disputed, known: date }).is_some() {
            return Err(wrong(format!("line {}: invoice `{invoice}` is there twice", at + 2)));
        }
    }
    Ok(found)
}
