//! What cases agreed to credit and the books have not credited yet.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::domain::account_facts::AccountFacts;

/// Minor units of an invoice by case. A credit of the books counts once: for the oldest agreement that it can be for.
pub fn unbooked(facts: &AccountFacts, invoice: &str, as_of: NaiveDate) -> BTreeMap<i64, i64> {
    let cases = facts.cases.iter().filter(|case| case.opened <= as_of);
    let agreed = cases.filter_map(|case| case.agreed(invoice).map(|(minor, since)| (since, case.id, minor)));
    let mut agreed: Vec<(NaiveDate, i64, i64)> = agreed.collect();
    if agreed.is_empty() {
        return BTreeMap::new();
    }
    agreed.sort_unstable();
    let mut booked = booked(facts, invoice, as_of);
    let left = agreed.into_iter().map(|(since, case, mut left)| {
        for (_, rest) in booked.iter_mut().filter(|(date, _)| *date >= since) {
            let taken = left.min(*rest);
            (left, *rest) = (left - taken, *rest - taken);
        }
        (case, left)
    });
    left.filter(|(_, left)| *left > 0).collect()
}

/// Credits of an invoice by day; one that was taken back takes from the newest before it.
fn booked(facts: &AccountFacts, invoice: &str, as_of: NaiveDate) -> Vec<(NaiveDate, i64)> {
    let about = facts.credits.iter().filter(|credit| credit.invoice.as_deref() == Some(invoice));
    let mut credits: Vec<_> = about.map(|credit| (credit.date, &credit.number, credit.amount.minor)).collect();
    credits.retain(|(date, ..)| *date <= as_of);
    credits.sort_unstable();
    let mut found: Vec<(NaiveDate, i64)> = Vec::new();
    for (date, _, minor) in credits {
        let mut back = -minor.min(0);
        for (_, earlier) in found.iter_mut().rev() {
            let taken = back.min(*earlier);
            (back, *earlier) = (back - taken, *earlier - taken);
        }
        found.push((date, minor.max(0)));
    }
    found
}

#[cfg(test)]
mod tests;
