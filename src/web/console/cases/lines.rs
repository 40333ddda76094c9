//! Rows of a case's page.

use chrono::NaiveDate;

use super::may::minute;
use crate::{
    app::App,
    domain::{
        account_facts::AccountFacts,
        case::{CaseEvent, Did, at_stake::Left},
        evidence::{Known, Observation, Side},
        ledger::positions,
        money::Money,
        policy::Policy,
    },
    store::cases::{CaseRow, EvidenceRow},
};

/// Items that are shown of an account.
const ITEMS: usize = 50;
/// Items that are assessed for the page when the case has no evidence of its own.
const ASSESSED: usize = 5;
/// Observations that are shown of each side.
const OBSERVATIONS: usize = 30;

/// An item that the case is about.
pub struct Item {
    pub invoice: String,
    pub due: NaiveDate,
    pub days: i64,
    pub amount: Money,
    pub open: Money,
    pub disputed: Option<Money>,
    /// What may still be given away of it.
    pub left: Option<Money>,
}

/// Items with their position, the oldest first.
pub fn items(case: &CaseRow, facts: &AccountFacts, policy: &Policy, left: &Left, today: NaiveDate) -> Vec<Item> {
    let mut found = Vec::new();
    for (currency, position) in positions(facts, policy, today) {
        let about = |number: &str| case.concerns.iter().find(|concern| concern.invoice == number);
        for item in &position.items {
            let number = &item.invoice.number;
            let concern = about(number);
            if concern.is_none() && !(case.concerns.is_empty() && item.residual > 0) {
                continue;
            }
            found.push(Item {
                invoice: number.clone(),
                due: item.invoice.due,
                days: item.days_overdue(today).max(0),
                amount: item.invoice.amount,
                open: Money::new(item.residual, currency),
                disputed: concern.and_then(|concern| concern.amount),
                left: left.get(number).copied(),
            });
        }
    }
    found.truncate(ITEMS);
    found
}

/// Something that speaks for a protest, or against it.
pub struct Seen {
    pub invoice: String,
    pub weight: String,
    pub sentence: String,
    pub source: String,
    /// What else it speaks for.
    pub side: Option<String>,
}

/// What speaks for a protest, and what against it or for something else: as the case was opened with, or, when a
/// person opened it, as it looks today.
pub fn evidence(case: &CaseRow, facts: &AccountFacts, policy: &Policy, today: NaiveDate) -> (Vec<Seen>, Vec<Seen>) {
    let seen: Vec<Seen> = match &case.evidence[..] {
        [] => assessed(case, facts, policy, today),
        kept => kept.iter().map(Seen::kept).collect(),
    };
    let (mut with, mut against): (Vec<Seen>, Vec<Seen>) =
        seen.into_iter().partition(|seen| seen.side.is_none() && !seen.weight.starts_with('-'));
    with.truncate(OBSERVATIONS);
    against.truncate(OBSERVATIONS);
    (with, against)
}

fn assessed(case: &CaseRow, facts: &AccountFacts, policy: &Policy, today: NaiveDate) -> Vec<Seen> {
    let mut found = Vec::new();
    for position in positions(facts, policy, today).values() {
        let known = Known::of(facts, policy, position, today);
        let about = |number: &str| case.concerns.iter().any(|concern| concern.invoice == number);
        let overdue = position.items.iter().filter(|item| item.residual > 0 && item.days_overdue(today) >= 1);
        for item in overdue.filter(|item| about(&item.invoice.number)).take(ASSESSED) {
            let one = known.assess(item);
            found.extend(one.observations.iter().map(|seen| Seen::of(&one.invoice, seen)));
        }
    }
    found
}

impl Seen {
    fn kept(row: &EvidenceRow) -> Self {
        let weight = if row.decisive { "decisive".to_owned() } else { row.weight.clone() };
        let side = Some(row.side.clone()).filter(|side| side != Side::Protest.code());
        Self { invoice: row.invoice.clone(), weight, sentence: row.sentence.clone(), source: row.source.clone(), side }
    }

    fn of(invoice: &str, seen: &Observation) -> Self {
        Self {
            invoice: invoice.to_owned(),
            weight: if seen.decisive { "decisive".to_owned() } else { format!("{:+}", seen.weight) },
            sentence: seen.sentence.clone(),
            source: seen.source.clone(),
            side: (seen.side != Side::Protest).then(|| seen.side.code().replace('_', " ")),
        }
    }
}

/// A line of the course.
pub struct Done {
    pub at: String,
    pub did: String,
    pub author: String,
    pub why: String,
}

impl Done {
    pub fn of(app: &App, event: &CaseEvent) -> Self {
        let mut did = event.did.code().replace('_', " ");
        if let Some(kind) = event.kind {
            did += &format!(", as {kind}");
        }
        if let Some(outcome) = event.outcome {
            did += &format!(": {outcome}{}", by_invoice(&event.credits));
        }
        if let (Did::HandedOver, Some(person)) = (event.did, &event.person) {
            did += &format!(" to {person}");
        }
        if let Some(day) = event.day {
            let what = if event.did == Did::Asked { "until" } else { "follow-up on" };
            did += &format!(", {what} {day}");
        }
        // The words, and the letter, stand elsewhere.
        let why = match event.did {
            Did::Said => "",
            Did::Writing => event.why.lines().next().unwrap_or_default(),
            _ => &event.why,
        };
        Self { at: minute(app, event.at), did, author: event.author.clone(), why: why.to_owned() }
    }
}

/// `, 60.00 GBP on R-1501, 20.00 GBP on R-1502`.
pub fn by_invoice(amounts: &[(String, Money)]) -> String {
    amounts.iter().map(|(invoice, amount)| format!(", {amount:#} {} on {invoice}", amount.currency)).collect()
}
