//! Assessments of past days.
//!
//! What was known on a day is what was effective by then, but for the marks of disputes. A mark is the label, so it
//! must not be known while its item is open; for *other* items it counts from the day on which its invoice was settled,
//! since an export shows that it was disputed, not since when. A label with a date of its own counts from that date.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::domain::{
    account_facts::AccountFacts,
    case::{CaseFact, CaseKind, CaseStatus},
    evidence::{Known, LogOdds, Side},
    facts::{Event, EventKind},
    ledger::{Item, positions},
    policy::Policy,
};

/// An overdue item on a day, how it was assessed, and what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    pub account: String,
    pub invoice: String,
    pub day: NaiveDate,
    /// Log-odds of a protest.
    pub score: LogOdds,
    /// Whether the verdict was a protest.
    pub flagged: bool,
    /// Whether it was one.
    pub label: bool,
    /// Whether a dispute of another item of the account was known.
    pub has_history: bool,
}

/// What an invoice turned out to be, and since when others could know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    pub disputed: bool,
    pub known: Option<NaiveDate>,
}

/// Labels from a file, or the marks that the ledger has itself.
pub enum Labels {
    PastDisputes,
    /// By invoice.
    Given(BTreeMap<String, Label>),
}

/// An account, with marks only where they could be known, and the labels of its invoices.
pub struct History {
    facts: AccountFacts,
    labels: BTreeMap<String, bool>,
}

impl History {
    /// `until` is the last day that is looked at.
    pub fn of(mut facts: AccountFacts, policy: &Policy, labels: &Labels, until: NaiveDate) -> Self {
        let settled = settled(&facts, policy, until);
        let (marks, events): (Vec<Event>, Vec<Event>) =
            facts.events.into_iter().partition(|event| event.kind == EventKind::PastDispute);
        facts.events = events;
        let disputed: BTreeMap<&String, &Event> =
            marks.iter().filter_map(|mark| Some((mark.invoice.as_ref()?, mark))).collect();
        let label = |number: &String| match labels {
            // What is still open may yet be disputed: it has no label.
            Labels::PastDisputes => settled.contains_key(number).then(|| disputed.contains_key(number)),
            Labels::Given(given) => given.get(number).map(|label| label.disputed),
        };
        let own = facts.invoices.iter().map(|invoice| &invoice.number);
        let known: BTreeMap<String, bool> = own.filter_map(|number| Some((number.clone(), label(number)?))).collect();

        let given = |mark: &Event| match labels {
            Labels::Given(given) => mark.invoice.as_ref().and_then(|number| given.get(number)),
            Labels::PastDisputes => None,
        };
        let kept = marks.iter().filter(|mark| given(mark).is_none()).filter_map(|mark| {
            let since = mark.invoice.as_ref().map_or(Some(mark.date), |number| settled.get(number).copied())?;
            Some(Event { date: since.max(mark.date), ..mark.clone() })
        });
        facts.events.extend(kept);
        if let Labels::Given(given) = labels {
            let own = facts.invoices.iter().filter_map(|invoice| given.get_key_value(&invoice.number));
            let told = own.filter(|(_, label)| label.disputed).filter_map(|(number, label)| {
                Some(mark(&facts.account.number, number, label.known.or_else(|| settled.get(number).copied())?))
            });
            let told: Vec<Event> = told.collect();
            facts.events.extend(told);
        }
        Self { facts, labels: known }
    }

    /// The overdue items of a day that have a label.
    pub fn on(&self, policy: &Policy, day: NaiveDate) -> Vec<Sample> {
        let mut found = Vec::new();
        for position in positions(&self.facts, policy, day).values() {
            let overdue = |item: &&Item| item.residual > 0 && item.days_overdue(day) >= 1;
            let mut items = position.items.iter().filter(overdue).peekable();
            if items.peek().is_none() {
                continue;
            }
            let known = Known::of(&self.facts, policy, position, day);
            found.extend(items.filter_map(|item| {
                let label = *self.labels.get(&item.invoice.number)?;
                Some(sample(&self.facts, &known, item, day, label))
            }));
        }
        found
    }
}

/// What staff found in the cases that they judged: one sample for each invoice of a case, on the day it was opened,
/// without the case itself. The label is what `judge` makes of the case.
pub fn judged(facts: &AccountFacts, policy: &Policy, judge: impl Fn(&CaseFact) -> Option<bool>) -> Vec<Sample> {
    let mut found = Vec::new();
    for case in &facts.cases {
        let Some(label) = judge(case) else { continue };
        let mut before = facts.clone();
        before.cases.retain(|other| other.id != case.id && other.opened < case.opened);
        let history = History::of(before, policy, &Labels::PastDisputes, case.opened);
        for position in positions(&history.facts, policy, case.opened).values() {
            let known = Known::of(&history.facts, policy, position, case.opened);
            let concerned = |item: &&Item| case.concerns.iter().any(|concern| concern.invoice == item.invoice.number);
            let overdue = position.items.iter().filter(|item| item.residual > 0).filter(concerned);
            found.extend(overdue.map(|item| sample(&history.facts, &known, item, case.opened, label)));
        }
    }
    found
}

/// Whether a person found something in a case that duly opened, or nothing.
pub fn was_confirmed(case: &CaseFact) -> Option<bool> {
    let judged = !case.evidence.is_empty() && case.status != CaseStatus::Suspected;
    judged.then_some(case.status != CaseStatus::Dismissed)
}

/// Whether the customer was right, at least in part, in a case that was resolved.
pub fn was_upheld(case: &CaseFact) -> Option<bool> {
    let dispute = matches!(case.kind, CaseKind::Protest | CaseKind::Billing);
    was_confirmed(case).and(case.outcome).map(|(outcome, _)| dispute && outcome.upheld())
}

fn settled(facts: &AccountFacts, policy: &Policy, until: NaiveDate) -> BTreeMap<String, NaiveDate> {
    let items = positions(facts, policy, until).into_values().flat_map(|position| position.items);
    items.filter_map(|item| Some((item.invoice.number.clone(), item.settled_on?))).collect()
}

fn mark(account: &str, invoice: &str, date: NaiveDate) -> Event {
    Event {
        number: format!("label:{invoice}"),
        account: account.to_owned(),
        date,
        kind: EventKind::PastDispute,
        invoice: Some(invoice.to_owned()),
        until: None,
        amount: None,
        note: None,
    }
}

fn sample(facts: &AccountFacts, known: &Known, item: &Item, day: NaiveDate, label: bool) -> Sample {
    let assessment = known.assess(item);
    Sample {
        account: facts.account.number.clone(),
        invoice: item.invoice.number.clone(),
        day,
        score: assessment.score(Side::Protest),
        flagged: assessment.is_protest(),
        label,
        has_history: known.knows_disputes(&item.invoice.number),
    }
}
