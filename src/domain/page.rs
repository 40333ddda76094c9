//! What the page of a notice shows today: what is still open of it, and what was noted about it.

use chrono::NaiveDate;

use super::{
    account_facts::AccountFacts,
    case::{CaseStatus, unbooked::unbooked},
    instalments::Progress,
    ledger::positions,
    money::{Currency, Money},
    notice::{Line, Offer},
    policy::Policy,
    promise::promises,
};

/// The figures of a notice.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    pub currency: Currency,
    pub lines: &'a [Line],
    pub credits: i64,
    pub offer: Option<&'a Offer>,
}

/// What is still open of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// The lines with what is open of each today.
    pub lines: Vec<Line>,
    /// Unallocated money that is set against them.
    pub credits: Money,
    /// What is left to pay; never less than zero.
    pub total: Money,
    /// While it can still be met.
    pub offer: Option<Offer>,
}

impl Open {
    pub fn of(asked: Asked<'_>, facts: &AccountFacts, policy: &Policy, today: NaiveDate) -> Self {
        let found = positions(facts, policy, today);
        let position = found.get(&asked.currency);
        let open = |line: &Line| {
            let residual = position.and_then(|p| p.item(&line.invoice)).map_or(0, |item| item.residual);
            let agreed: i64 = unbooked(facts, &line.invoice, today).values().sum();
            // No more than the notice asked for: a part may be disputed. Nor what was agreed to be credited.
            let minor = (residual - agreed).min(line.residual.minor);
            (minor > 0).then(|| Line { residual: Money::new(minor, asked.currency), ..line.clone() })
        };
        let lines: Vec<Line> = asked.lines.iter().filter_map(open).collect();
        let sum: i64 = lines.iter().map(|line| line.residual.minor).sum();
        let credits = position.map_or(0, |p| p.unallocated).clamp(0, sum);
        let money = |minor| Money::new(minor, asked.currency);
        // Its amount was computed from exactly this.
        let unchanged = lines == asked.lines && credits == asked.credits;
        let offer = asked.offer.filter(|offer| unchanged && today <= offer.last_day);
        Self { credits: money(credits), total: money(sum - credits), offer: offer.cloned(), lines }
    }

    pub fn is_paid(&self) -> bool {
        self.total.minor == 0
    }

    pub fn invoices(&self) -> Vec<String> {
        self.lines.iter().map(|line| line.invoice.clone()).collect()
    }
}

/// Something that is known about the items, as the customer may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Noted {
    /// A person works on it.
    Case {
        since: NaiveDate,
    },
    Promise {
        until: NaiveDate,
    },
    Plan {
        parts: Vec<(NaiveDate, Money)>,
    },
    /// Notices wait.
    Hold,
}

/// What was noted about these invoices. What is only suspected is nobody's to read.
pub fn noted(facts: &AccountFacts, policy: &Policy, invoices: &[String], today: NaiveDate) -> Vec<Noted> {
    let tolerance = policy.hold.promise_tolerance_days;
    let about = |invoice: Option<&String>| invoice.is_none_or(|invoice| invoices.contains(invoice));
    let mut found = Vec::new();
    let cases =
        facts.cases.iter().filter(|case| matches!(case.status, CaseStatus::Open | CaseStatus::AwaitingCustomer));
    let cases = cases.filter(|case| case.concerns.is_empty() || invoices.iter().any(|number| case.is_about(number)));
    found.extend(cases.map(|case| Noted::Case { since: case.opened }));
    let waiting = promises(facts, today).into_iter().filter(|promise| promise.waits(tolerance, today));
    let waiting = waiting.filter(|promise| about(promise.invoice.as_ref()));
    found.extend(waiting.map(|promise| Noted::Promise { until: promise.until }));
    for plan in &facts.plans {
        let kept = matches!(plan.progress(facts, tolerance, today), Progress::Kept { next: Some(_) });
        if kept && plan.invoices.iter().any(|invoice| invoices.contains(invoice)) {
            let part = |(day, minor): &(NaiveDate, i64)| (*day, Money::new(*minor, plan.currency));
            found.push(Noted::Plan { parts: plan.parts.iter().map(part).collect() });
        }
    }
    let held = facts.holds.iter().any(|hold| hold.holds_on(today) && about(hold.invoice.as_ref()));
    found.extend(held.then_some(Noted::Hold));
    // Several invoices may have the same word.
    let mut seen = Vec::new();
    found.retain(|noted| {
        !seen.contains(noted) && {
            seen.push(noted.clone());
            true
        }
    });
    found
}
