//! `duly report`: ageing, discounts beside the cost of waiting, how delivery stands, what causes cases, and how
//! good the assessment is.

use serde_json::json;

use super::{
    Done, Outcome, When,
    output::{print, table},
    report_causes::{self, causes},
    report_delivery::{self, delivery},
    report_figures::figures,
    report_judgement::{self, judgement},
};
use crate::{
    app::{App, Failure},
    domain::{ageing::AgeingTable, money::Money},
    reports::{
        Ledger,
        discounts::{self, SumTable},
    },
    store::snapshot::Horizon,
    sweep::{Walk, Walked},
};

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Open amounts by days overdue
    Ageing(Args),
    /// Discounts granted, open and expired, beside the cost of waiting and of a penalty
    Discounts(Args),
    /// Days sales outstanding, collection effectiveness and promises of the last twelve months
    Figures(Args),
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
    pub when: When,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub async fn run(app: &App, command: Command) -> Outcome {
    let (json, text) = match &command {
        Command::Ageing(args) => (args.json, ageing(app, args).await?),
        Command::Discounts(args) => (args.json, discounts(app, args).await?),
        Command::Figures(args) => (args.json, figures(app, args).await?),
        Command::Delivery(args) => (args.json, delivery(app, args).await?),
        Command::Causes(args) => (args.json, causes(app, args).await?),
        Command::Judgement(args) => (args.json, judgement(app).await?),
    };
    print(&if json { text.1.to_string() + "\n" } else { text.0 });
    Ok(Done::Well)
}

/// Everything about the ledger on a day.
pub async fn ledger(app: &App, horizon: Horizon) -> Result<Ledger, Failure> {
    let mut ledger = Ledger::new(horizon.as_of);
    let walk = Walk::new(app.sweeper(), horizon).await?.without_plans();
    walk.all(|account| ledger.add(account, &app.rules)).await?;
    Ok(ledger)
}

/// A report for people, and as JSON.
pub type Rendered = (String, serde_json::Value);

async fn ageing(app: &App, args: &Args) -> Result<Rendered, Failure> {
    let horizon = args.when.horizon(app).await?;
    let found = ledger(app, horizon).await?.ageing;
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
    let costs = &app.rules.standard.policy.costs;
    let walk = Walk::new(app.sweeper(), horizon).await?.without_plans();
    let take = |account: &Walked| {
        let facts = &account.snapshot.facts;
        for (currency, position) in account.positions {
            discounts::add(&mut sums, facts, (*currency, position), costs, horizon.as_of);
            for item in position.items.iter().filter(|item| item.late_discount) {
                let money = Money::new(item.residual, *currency);
                let invoice = item.invoice.number.clone();
                late.push(vec![facts.account.number.clone(), invoice, format!("{money} {currency}")]);
            }
        }
    };
    walk.all(take).await?;
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

/// Both reports, for the demo.
pub async fn both(app: &App, horizon: Horizon) -> Result<(String, String), Failure> {
    Ok((ageing_text(&ledger(app, horizon).await?.ageing), discounts_text(app, horizon).await?.0))
}
