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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{facts::Account, notice::PastNotice};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn facts(notices: &[&str], payments: &[(&str, &str, i64)]) -> AccountFacts {
        let account = Account {
            number: "A".to_owned(),
            name: String::new(),
            emails: Vec::new(),
            locale: None,
            zone: None,
            country: None,
            policy: None,
            autopay: false,
            contact_name: None,
            phone: None,
        };
        let notice = |on: &&str| PastNotice {
            id: 1,
            as_of: day(on),
            currency: "EUR".parse().unwrap(),
            stages: Vec::new(),
            offer: None,
        };
        let payment = |(on, currency, minor): &(&str, &str, i64)| Payment {
            number: "P".to_owned(),
            account: "A".to_owned(),
            received: day(on),
            amount: Money::new(*minor, currency.parse().unwrap()),
            invoices: Vec::new(),
            note: None,
        };
        AccountFacts {
            notices: notices.iter().map(notice).collect(),
            payments: payments.iter().map(payment).collect(),
            ..AccountFacts::of(account)
        }
    }

    #[test]
    fn money_counts_once_and_only_for_thirty_days() {
        // A Wednesday: the weeks begin on 6 January and end with that of 31 March.
        let mut weeks = Weeks::new(day("2025-04-02"));
        assert_eq!((weeks.first, weeks.mondays().last()), (day("2025-01-06"), Some(day("2025-03-31"))));
        weeks.add(&facts(
            &["2025-01-02", "2025-01-30"],
            &[
                ("2025-01-05", "EUR", 1),      // before the first week
                ("2025-01-06", "EUR", 10),     // the first day of it
                ("2025-01-30", "EUR", 100),    // on the day of the second, within the first one's thirty
                ("2025-01-31", "EUR", 1_000),  // after both
                ("2025-02-03", "EUR", -500),   // taken back
                ("2025-03-01", "EUR", 10_000), // the thirtieth day
                ("2025-03-02", "EUR", 20_000), // too late
                ("2025-02-10", "GBP", 40_000), // no notice asked for it
            ],
        ));
        weeks.add(&facts(&[], &[("2025-02-10", "EUR", 7)]));
        weeks.add(&facts(&["2025-04-01"], &[("2025-04-02", "EUR", 5), ("2025-04-03", "EUR", 6)]));
        let mut expected = [0; WEEKS];
        (expected[0], expected[3], expected[4], expected[7], expected[12]) = (10, 1_100, -500, 10_000, 5);
        assert_eq!(weeks.sums.into_iter().collect::<Vec<_>>(), [("EUR".parse().unwrap(), expected)]);
    }
}
