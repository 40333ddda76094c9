//! How much of an account a case may still give away: each amount once, and never more than is open.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::{Concern, unbooked::unbooked};
use crate::domain::{account_facts::AccountFacts, ledger::positions, money::Money, policy::Policy};

/// What is open by invoice, less what other cases agreed to credit and the books have not credited yet.
pub type Left = BTreeMap<String, Money>;

pub fn left(facts: &AccountFacts, policy: &Policy, case: i64, today: NaiveDate) -> Left {
    let mut found = Left::new();
    for (currency, position) in positions(facts, policy, today) {
        for item in &position.items {
            let number = &item.invoice.number;
            let agreed = unbooked(facts, number, today);
            let elsewhere: i64 = agreed.iter().filter(|(other, _)| **other != case).map(|(_, minor)| minor).sum();
            let left = item.residual - elsewhere;
            if left > 0 {
                found.insert(number.clone(), Money::new(left, currency));
            }
        }
    }
    found
}

/// What is given up with all that a case is about.
pub fn given_up(concerns: &[Concern], left: &Left) -> Vec<(String, Money)> {
    if concerns.is_empty() {
        return left.iter().map(|(invoice, amount)| (invoice.clone(), *amount)).collect();
    }
    let one = |concern: &Concern| {
        let open = left.get(&concern.invoice)?;
        let minor = concern.amount.map_or(open.minor, |amount| amount.minor.min(open.minor));
        Some((concern.invoice.clone(), Money::new(minor, open.currency)))
    };
    concerns.iter().filter_map(one).collect()
}

/// Why amounts cannot be given away in a case that is about these items, if they cannot.
pub fn refused(concerns: &[Concern], credits: &[(String, Money)], left: &Left) -> Option<String> {
    let mut named = BTreeSet::new();
    credits.iter().find_map(|(invoice, amount)| {
        if !named.insert(invoice) {
            return Some(format!("invoice {invoice} is named twice; add its amounts up"));
        }
        if !concerns.is_empty() && !concerns.iter().any(|concern| concern.invoice == *invoice) {
            return Some(format!("it is not about invoice {invoice}; open a case for that one"));
        }
        let open = left.get(invoice).map_or(0, |open| open.minor);
        (amount.minor > open).then(|| {
            let open = Money::new(open, amount.currency);
            let what = "is open and not agreed to in other cases";
            format!("of invoice {invoice} no more than {open} {} {what}; resolve it anew with no more", amount.currency)
        })
    })
}

#[cfg(test)]
mod tests;
