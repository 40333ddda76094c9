//! Money that came in after notices: what an account paid within thirty days after one. It need not be *because* of the
//! notice; each payment counts once, however many notices stand before it.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate};

use super::{Cell, Sheet};
use crate::domain::{
    account_facts::AccountFacts,
    facts::Payment,
    money::{Currency, Money},
};

/// Weeks that are shown; the last one is not over yet.
pub const WEEKS: usize = 13;

/// Days after a notice in which money counts as come back.
const AFTER: i64 = 30;

/// Sums by currency and week, in minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weeks {
    /// The Monday of the first week.
    pub first: NaiveDate,
    until: NaiveDate,
    pub sums: BTreeMap<Currency, [i64; WEEKS]>,
}

impl Weeks {
    pub fn new(as_of: NaiveDate) -> Self {
        let monday = as_of - Days::new(as_of.weekday().num_days_from_monday().into());
        let first = monday.checked_sub_days(Days::new(7 * (WEEKS as u64 - 1))).unwrap_or(NaiveDate::MIN);
        Self { first, until: as_of, sums: BTreeMap::new() }
    }

    /// The Mondays of the weeks.
    pub fn mondays(&self) -> impl Iterator<Item = NaiveDate> {
        self.first.iter_weeks().take(WEEKS)
    }

    pub fn add(&mut self, facts: &AccountFacts) {
        if facts.notices.is_empty() {
            return;
        }
        let after = |payment: &&Payment| {
            facts.notices.iter().any(|notice| {
                let days = (payment.received - notice.as_of).num_days();
                notice.currency == payment.amount.currency && (1..=AFTER).contains(&days)
            })
        };
        let lately = facts.payments.iter().filter(|payment| (self.first..=self.until).contains(&payment.received));
        for Payment { received, amount: Money { minor, currency }, .. } in lately.filter(after) {
            let week = (*received - self.first).num_days() / 7;
            if let Some(sum) = self.sums.entry(*currency).or_default().get_mut(week as usize) {
                *sum += minor;
            }
        }
    }

    pub fn sheet(&self) -> Sheet {
        let rows = self.sums.iter().flat_map(|(currency, sums)| {
            let row = |(monday, minor): (NaiveDate, &i64)| {
                vec![Cell::text(currency), Cell::text(monday), Cell::money(*minor, *currency)]
            };
            self.mondays().zip(sums).map(row).collect::<Vec<_>>()
        });
        let rows = rows.collect();
        Sheet { columns: vec![("currency", false), ("week of", false), ("came back", true)], rows }
    }
}
