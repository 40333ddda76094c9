//! What an account has disputed before, and how that ended.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::{
    Known, Observation,
    kind::Kind,
    known::Key,
    odds::{LogOdds, logit},
    words::Said,
};
use crate::domain::{
    account_facts::AccountFacts,
    case::{CaseFact, CaseKind, CaseStatus},
    facts::EventKind,
    ledger::{Item, Position},
};

/// No dispute so far says little about the next one; many say much, but not everything.
const LEAST: LogOdds = LogOdds::hundredths(-125);
const MOST: LogOdds = LogOdds::hundredths(300);

/// Invoices that were disputed, and those that were paid.
pub(super) struct Disputes<'a> {
    disputed: BTreeMap<&'a str, Dispute>,
    /// Paid and undisputed.
    paid: BTreeSet<&'a str>,
    /// Of all of them, in halves.
    counts: u32,
    /// Invoices of the two latest.
    latest: [Option<&'a str>; 2],
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Dispute {
    date: NaiveDate,
    /// Ties of one day go to the later one, whatever the order in which they are read.
    is_case: bool,
    id: i64,
    source: String,
    /// In halves: one that a person found to be a misunderstanding counts half.
    counts: u32,
}

impl<'a> Disputes<'a> {
    pub fn of(facts: &'a AccountFacts, position: &Position<'a>, as_of: NaiveDate) -> Self {
        let paid = position.items.iter().filter(|item| item.residual == 0 && item.payments > 0);
        let mut found = Self {
            disputed: BTreeMap::new(),
            paid: paid.map(|item| item.invoice.number.as_str()).collect(),
            counts: 0,
            latest: [None, None],
        };
        let told = facts.events.iter().filter(|event| event.kind == EventKind::PastDispute && event.date <= as_of);
        for event in told {
            let source = format!("event {}", event.number);
            let dispute = Dispute { date: event.date, is_case: false, id: 0, source, counts: 2 };
            found.add(event.invoice.as_deref().unwrap_or(&event.number), dispute);
        }
        for case in facts.cases.iter().filter(|case| case.opened <= as_of && is_dispute(case)) {
            let rejected = case.outcome.is_some_and(|(outcome, on)| on <= as_of && !outcome.upheld());
            let counts = if rejected { 1 } else { 2 };
            let source = format!("case {}", case.id);
            for concern in &case.concerns {
                let dispute = Dispute { date: case.opened, is_case: true, id: case.id, source: source.clone(), counts };
                found.add(&concern.invoice, dispute);
            }
        }
        found.sum_up();
        found
    }

    fn sum_up(&mut self) {
        self.paid.retain(|paid| !self.disputed.contains_key(paid));
        self.counts = self.disputed.values().map(|dispute| dispute.counts).sum();
        let latest = self.disputed.iter().max_by_key(|(_, dispute)| *dispute).map(|(number, _)| *number);
        let before = self.disputed.iter().filter(|(number, _)| Some(**number) != latest);
        self.latest = [latest, before.max_by_key(|(_, dispute)| *dispute).map(|(number, _)| *number)];
    }

    /// The latest word on an invoice counts: a case knows how a mark of the books ended.
    fn add(&mut self, invoice: &'a str, dispute: Dispute) {
        let kept = self.disputed.entry(invoice).or_insert_with(|| dispute.clone());
        *kept = dispute.max(kept.clone());
    }

    pub fn has(&self, invoice: &str) -> bool {
        self.disputed.contains_key(invoice)
    }

    pub fn has_other_than(&self, invoice: &str) -> bool {
        self.disputed.len() > usize::from(self.has(invoice))
    }

    /// The account's dispute rate, drawn towards the prior one while little is known.
    pub fn about(&self, known: &Known, item: &Item) -> Option<Observation> {
        let own = item.invoice.number.as_str();
        let mine = self.disputed.get(own);
        let number = self.disputed.len() - usize::from(mine.is_some());
        let last = self.latest.into_iter().flatten().find(|number| *number != own).and_then(|at| self.disputed.get(at));
        let of = self.paid.len() - usize::from(self.paid.contains(own)) + number;
        if of == 0 {
            return None;
        }
        let (prior, weights) = (&known.rule().prior, &known.rule().weights);
        let (share, strength) = (f64::from(prior.disputed_percent) / 100.0, f64::from(prior.disputed_invoices));
        let disputed = f64::from(self.counts - mine.map_or(0, |dispute| dispute.counts)) / 2.0;
        let rate = (disputed + share * strength) / (of as f64 + strength);
        let weight = weights.past_disputes.times(logit(rate) - logit(share)).clamp(LEAST, MOST);
        let key = match last {
            Some(last) => Key { suffix: None, date: last.date, source: last.source.clone() },
            None => Key::invoices(self.paid.iter().rev().copied(), of, known.as_of),
        };
        let said = Said::Disputes { disputed: number, of, last: last.map(|last| last.date) };
        known.seen(Kind::PastDispute, key, weight, &said)
    }
}

/// Whether a person, or the customer, found that there is something in it.
fn is_dispute(case: &CaseFact) -> bool {
    matches!(case.kind, CaseKind::Protest | CaseKind::Billing)
        && !matches!(case.status, CaseStatus::Suspected | CaseStatus::Dismissed)
}
