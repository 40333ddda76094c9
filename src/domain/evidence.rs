//! Evidence that an item is withheld as a protest.
//!
//! The beginning of the assessment: a few observations that a person can check, each with a
//! sentence and its source. Two independent ones, or the customer's own complaint about the item,
//! make a possible protest. A score never decides; it opens a case for a person.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{
    account_facts::AccountFacts,
    case::CaseStatus,
    facts::{Event, EventKind, Invoice},
    ledger::Item,
    policy::EvidenceRule,
};

/// One observation for a protest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// Kind and source; the same observation always has the same key.
    pub key: String,
    /// Observations of one kind are not independent of each other.
    pub kind: &'static str,
    /// Enough by itself.
    pub decisive: bool,
    /// A sentence for the person who reviews it.
    pub sentence: String,
    /// The fact behind it, e.g. `event T-17` or `invoice 1042`.
    pub source: String,
}

/// An item that may be withheld as a protest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspicion {
    pub invoice: String,
    pub observations: Vec<Observation>,
}

/// Assesses one overdue item; `None` when there is too little, or nothing that a person has not
/// dismissed already.
pub fn assess(
    facts: &AccountFacts,
    items: &[Item],
    item: &Item,
    rule: &EvidenceRule,
    as_of: NaiveDate,
) -> Option<Suspicion> {
    if rule.needed == 0 {
        return None;
    }
    let mut observations = service_events(facts, item.invoice, rule, as_of);
    observations.extend(skipped(items, item));
    observations.extend(past_dispute(facts, item.invoice, as_of));

    let kinds: BTreeSet<&str> = observations.iter().map(|o| o.kind).collect();
    let enough = kinds.len() >= rule.needed as usize || observations.iter().any(|o| o.decisive);
    let dismissed = dismissed_keys(facts, &item.invoice.number, as_of);
    let news = observations.iter().any(|o| !dismissed.contains(o.key.as_str()));
    (enough && news).then(|| Suspicion { invoice: item.invoice.number.clone(), observations })
}

/// Complaints, tickets, delivery problems and returns near the item's issue or delivery.
fn service_events(facts: &AccountFacts, invoice: &Invoice, rule: &EvidenceRule, as_of: NaiveDate) -> Vec<Observation> {
    let near = |date: NaiveDate| {
        let days = |from: NaiveDate| (date - from).num_days().unsigned_abs();
        days(invoice.issued).min(invoice.delivered.map_or(u64::MAX, days)) <= rule.window_days.into()
    };
    let about = |event: &Event| match &event.invoice {
        Some(named) => *named == invoice.number,
        None => near(event.date),
    };
    let mut relevant: Vec<&Event> = facts.events.iter().filter(|event| event.date <= as_of && about(event)).collect();
    relevant.sort_by_key(|event| (event.date, &event.number));
    relevant.into_iter().filter_map(|event| service_event(event, invoice, near(event.date))).collect()
}

fn service_event(event: &Event, invoice: &Invoice, near: bool) -> Option<Observation> {
    let named = event.invoice.is_some();
    let (kind, what) = match event.kind {
        EventKind::Complaint => ("complaint", "A complaint"),
        EventKind::TicketOpened => ("ticket", "A service ticket"),
        EventKind::DeliveryProblem => ("delivery_problem", "A delivery problem"),
        EventKind::ReturnedGoods => ("returned_goods", "A return of goods"),
        _ => return None,
    };
    let decisive = named && event.kind == EventKind::Complaint;
    if !near && !decisive {
        return None;
    }
    let about = if named { format!("about invoice {}", invoice.number) } else { "on this account".to_owned() };
    let note = event.note.as_deref().map(|note| format!(": “{note}”")).unwrap_or_default();
    Some(Observation {
        key: format!("{kind}:{}", event.number),
        kind,
        decisive,
        sentence: format!("{what} {about} was recorded on {}{note}", event.date),
        source: format!("event {}", event.number),
    })
}

/// A newer item was settled while nothing was paid on this one.
fn skipped(items: &[Item], item: &Item) -> Option<Observation> {
    let untouched = item.settled == 0;
    let newer = items
        .iter()
        .filter(|other| other.invoice.issued > item.invoice.issued && other.residual == 0 && other.payments > 0)
        .max_by_key(|other| (other.invoice.issued, &other.invoice.number))?;
    untouched.then(|| Observation {
        key: "skipped".to_owned(),
        kind: "skipped",
        decisive: false,
        sentence: format!(
            "The newer invoice {} of {} has been paid, and nothing was paid on this one",
            newer.invoice.number, newer.invoice.issued
        ),
        source: format!("invoice {}", newer.invoice.number),
    })
}

/// The account has disputed another item before.
fn past_dispute(facts: &AccountFacts, invoice: &Invoice, as_of: NaiveDate) -> Option<Observation> {
    let told = facts
        .events
        .iter()
        .filter(|event| event.kind == EventKind::PastDispute && event.date <= as_of)
        .filter(|event| event.invoice.as_deref() != Some(&invoice.number))
        .max_by_key(|event| (event.date, &event.number))
        .map(|event| (format!("event {}", event.number), event.date));
    let confirmed = facts
        .cases
        .iter()
        .filter(|case| {
            let judged = !matches!(case.status, CaseStatus::Suspected | CaseStatus::Dismissed);
            judged && case.opened <= as_of && !case.is_about(&invoice.number)
        })
        .max_by_key(|case| (case.opened, case.id))
        .map(|case| (format!("case {}", case.id), case.opened));
    let (source, date) = told.or(confirmed)?;
    Some(Observation {
        key: "past_dispute".to_owned(),
        kind: "past_dispute",
        decisive: false,
        sentence: format!("The account has disputed an invoice before, most recently on {date}"),
        source,
    })
}

fn dismissed_keys<'a>(facts: &'a AccountFacts, invoice: &str, as_of: NaiveDate) -> BTreeSet<&'a str> {
    let dismissed = facts.cases.iter().filter(|case| case.status == CaseStatus::Dismissed && case.opened <= as_of);
    let about = dismissed.filter(|case| case.is_about(invoice));
    about.flat_map(|case| case.evidence.iter().map(String::as_str)).collect()
}
