//! `duly report`: ageing, discounts beside the cost of waiting, how delivery stands, what causes cases, and how
//! good the assessment is.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::json;

use super::{
    Done, Outcome, When,
    output::{print, printable, table},
    report_causes::{self, causes},
    report_delivery::{self, delivery},
    report_judgement::{self, judgement},
};
use crate::{
    app::{App, Failure},
    domain::{
        ageing::{AgeingTable, interest},
        ledger::{GrantSource, Position, positions},
        money::{Currency, Money},
        notice::Offer,
    },
    store::snapshot::{Horizon, Snapshot},
    sweep::PAGE,
};

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Open amounts by days overdue
    Ageing(Args),
    /// Discounts granted, open and expired, beside the cost of waiting and of a penalty
    Discounts(Args),
    /// What sweeps planned against what was sent, and what stands in the way
    Delivery(report_delivery::Args),
    /// Closed cases by what could have prevented them
    Causes(report_causes::Args),
    /// What staff found in the cases that duly opened
    Judgement(report_judgement::Args),
}

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    when: When,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(app: &App, command: Command) -> Outcome {
    let (json, text) = match &command {
        Command::Ageing(args) => (args.json, ageing(app, args).await?),
        Command::Discounts(args) => (args.json, discounts(app, args).await?),
        Command::Delivery(args) => (args.json, delivery(app, args).await?),
        Command::Causes(args) => (args.json, causes(app, args).await?),
        Command::Judgement(args) => (args.json, judgement(app).await?),
    };
    print(&if json { text.1.to_string() + "\n" } else { text.0 });
    Ok(Done::Well)
}

/// Hands the positions of all accounts to `take`, page by page.
pub async fn each_position(
    app: &App,
    horizon: Horizon,
    mut take: impl FnMut(&Snapshot, &BTreeMap<Currency, Position<'_>>),
) -> Result<(), Failure> {
    for page in app.store.all_accounts().await?.chunks(PAGE) {
        for snapshot in app.store.readable(page, horizon).await?.snapshots {
            let policy = &app.rules.policy_of(&snapshot.facts.account).policy;
            take(&snapshot, &positions(&snapshot.facts, policy, horizon.as_of));
        }
    }
    Ok(())
}

/// Ageing of the whole ledger by currency.
pub async fn ageing_table(app: &App, horizon: Horizon) -> Result<AgeingTable, Failure> {
    let mut found = AgeingTable::new();
    each_position(app, horizon, |_, positions| {
        for (currency, position) in positions {
            found.entry(*currency).or_default().add(position, horizon.as_of);
        }
    })
    .await?;
    Ok(found)
}

/// A report for people, and as JSON.
pub type Rendered = (String, serde_json::Value);

async fn ageing(app: &App, args: &Args) -> Result<Rendered, Failure> {
    let horizon = args.when.horizon(app).await?;
    let found = ageing_table(app, horizon).await?;
    let text = format!("Open on {}, by days overdue\n{}", horizon.as_of, ageing_text(&found));
    let currencies: Vec<_> = found
        .iter()
        .map(|(currency, ageing)| {
            let money = |minor| Money::new(minor, *currency).to_string();
            let [to_30, to_60, to_90, more] = ageing.buckets.map(money);
            json!({
                "currency": currency.to_string(), "not_due": money(ageing.not_due), "0-30": to_30, "31-60": to_60,
                "61-90": to_90, "91+": more, "total": money(ageing.total()), "unallocated": money(ageing.unallocated),
            })
        })
        .collect();
    Ok((
        text,
        json!({ "as_of": horizon.as_of.to_string(), "company": app.settings.company.code, "ageing": currencies }),
    ))
}

/// The ageing table for people.
pub fn ageing_text(found: &AgeingTable) -> String {
    let rows = found.iter().map(|(currency, ageing)| {
        let money = |minor| Money::new(minor, *currency).to_string();
        let mut row = vec![currency.to_string(), money(ageing.not_due)];
        row.extend(ageing.buckets.map(money));
        row.extend([money(ageing.total()), money(ageing.unallocated)]);
        row
    });
    let header = ["", "not due", "0–30", "31–60", "61–90", "91+", "total", "unmatched money"];
    table(&header, &[1, 2, 3, 4, 5, 6, 7], rows)
}

/// Sums of discounts of one kind in one currency, in minor units.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    number: u64,
    discount: i64,
    waiting: i64,
    penalty: i64,
}

/// What became of a discount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    Terms,
    Taken,
    Open,
    Expired,
}

impl Fate {
    fn name(self) -> &'static str {
        match self {
            Self::Terms => "terms taken",
            Self::Taken => "offer taken",
            Self::Open => "offer open",
            Self::Expired => "offer expired",
        }
    }
}

type SumTable = BTreeMap<(Currency, Fate), Sums>;

async fn discounts(app: &App, args: &Args) -> Result<Rendered, Failure> {
    let horizon = args.when.horizon(app).await?;
    let text = discounts_text(app, horizon).await?;
    let rows: Vec<_> = text
        .1
        .iter()
        .map(|((currency, fate), sums)| {
            let money = |minor| Money::new(minor, *currency).to_string();
            json!({
                "currency": currency.to_string(), "state": fate.name(), "number": sums.number,
                "discount": money(sums.discount), "cost_of_waiting": money(sums.waiting), "penalty": money(sums.penalty),
            })
        })
        .collect();
    Ok((text.0, json!({ "as_of": horizon.as_of.to_string(), "company": app.settings.company.code, "discounts": rows })))
}

/// The report for people, with its sums.
async fn discounts_text(app: &App, horizon: Horizon) -> Result<(String, SumTable), Failure> {
    let mut sums = SumTable::new();
    let mut late: Vec<Vec<String>> = Vec::new();
    each_position(app, horizon, |snapshot, positions| {
        for (currency, position) in positions {
            add_grants(&mut sums, *currency, position);
            add_offers(app, &mut sums, snapshot, *currency, position, horizon.as_of);
            for item in position.items.iter().filter(|item| item.late_discount) {
                let money = Money::new(item.residual, *currency);
                let account = printable(&snapshot.facts.account.number);
                late.push(vec![account, printable(&item.invoice.number), format!("{money} {currency}")]);
            }
        }
    })
    .await?;
    let costs = &app.rules.standard.policy.costs;
    let rows = sums.iter().map(|((currency, fate), sums)| {
        let money = |minor| Money::new(minor, *currency).to_string();
        let number = sums.number.to_string();
        vec![
            currency.to_string(),
            fate.name().into(),
            number,
            money(sums.discount),
            money(sums.waiting),
            money(sums.penalty),
        ]
    });
    let header = ["", "", "number", "discount", "cost of waiting", "penalty not charged"];
    let mut text = format!("Discounts up to {}\n{}", horizon.as_of, table(&header, &[2, 3, 4, 5], rows));
    text += &format!(
        "Cost of waiting: {}% a year, penalty: {}% a year, both from the due date until the money came (or until today).\n",
        costs.waiting_percent, costs.penalty_percent
    );
    if !late.is_empty() {
        text += &format!(
            "\nShort by a discount that was taken late, for review\n{}",
            table(&["account", "invoice", "open"], &[2], late)
        );
    }
    Ok((text, sums))
}

/// Discounts granted by the terms on invoices: paid before they were due, so nothing was waited.
fn add_grants(sums: &mut SumTable, currency: Currency, position: &Position) {
    for grant in position.items.iter().flat_map(|item| &item.grants) {
        if let GrantSource::Terms(_) = grant.source {
            let sum = sums.entry((currency, Fate::Terms)).or_default();
            sum.number += 1;
            sum.discount += grant.amount;
        }
    }
}

/// Offers, with what waiting has cost on their items.
fn add_offers(
    app: &App,
    sums: &mut SumTable,
    snapshot: &Snapshot,
    currency: Currency,
    position: &Position,
    as_of: NaiveDate,
) {
    let costs = &app.rules.standard.policy.costs;
    let made = snapshot.facts.notices.iter().filter(|notice| notice.currency == currency && notice.as_of <= as_of);
    for (notice, offer) in made.filter_map(|notice| notice.offer.as_ref().map(|offer| (notice, offer))) {
        let granted = granted(position, notice.id);
        let fate = match () {
            () if granted > 0 => Fate::Taken,
            () if as_of <= offer.last_day => Fate::Open,
            () => Fate::Expired,
        };
        let sum = sums.entry((currency, fate)).or_default();
        sum.number += 1;
        sum.discount += if granted > 0 { granted } else { offer.discount };
        for (minor, days) in waited(position, offer, as_of) {
            sum.waiting += interest(minor, days, costs.waiting_percent);
            sum.penalty += interest(minor, days, costs.penalty_percent);
        }
    }
}

fn granted(position: &Position, notice: i64) -> i64 {
    let grants = position.items.iter().flat_map(|item| &item.grants);
    grants.filter(|grant| grant.source == GrantSource::Offer(notice)).map(|grant| grant.amount).sum()
}

/// Amount and days overdue of each item of an offer, until the money came.
fn waited<'a>(position: &'a Position, offer: &'a Offer, as_of: NaiveDate) -> impl Iterator<Item = (i64, i64)> + 'a {
    let items = position.items.iter().filter(|item| offer.invoices.contains(&item.invoice.number));
    items.map(move |item| {
        let until = item.settled_on.unwrap_or(as_of);
        (item.invoice.amount.minor - item.credited, (until - item.invoice.due).num_days())
    })
}

/// Both reports, for the demo.
pub async fn both(app: &App, horizon: Horizon) -> Result<(String, String), Failure> {
    Ok((ageing_text(&ageing_table(app, horizon).await?), discounts_text(app, horizon).await?.0))
}
