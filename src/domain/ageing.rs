//! Figures over positions: ageing, and what a discount costs beside waiting.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{
    ledger::Position,
    money::{Currency, round_half_up},
};

/// Open amounts of one currency by days overdue, in minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ageing {
    /// Due after the as-of date.
    pub not_due: i64,
    /// 0–30, 31–60, 61–90, 91 and more days overdue.
    pub buckets: [i64; 4],
    /// Money not matched to invoices; it is not subtracted above.
    pub unallocated: i64,
}

impl Ageing {
    pub fn total(&self) -> i64 {
        self.not_due + self.buckets.iter().sum::<i64>()
    }

    /// Not due, then by days overdue.
    pub fn parts(&self) -> [i64; 5] {
        let [to_30, to_60, to_90, more] = self.buckets;
        [self.not_due, to_30, to_60, to_90, more]
    }

    /// Adds the open items of a position.
    pub fn add(&mut self, position: &Position, as_of: NaiveDate) {
        self.unallocated += position.unallocated;
        for item in position.items.iter().filter(|item| item.residual != 0) {
            match item.days_overdue(as_of) {
                i64::MIN..=-1 => self.not_due += item.residual,
                0..=30 => self.buckets[0] += item.residual,
                31..=60 => self.buckets[1] += item.residual,
                61..=90 => self.buckets[2] += item.residual,
                91.. => self.buckets[3] += item.residual,
            }
        }
    }
}

/// Ageing by currency.
pub type AgeingTable = BTreeMap<Currency, Ageing>;

/// Simple interest in minor units, actual days over 365. Negative days cost nothing.
pub fn interest(minor: i64, days: i64, annual_percent: Decimal) -> i64 {
    let year = Decimal::from(365 * 100);
    round_half_up(Decimal::from(minor) * Decimal::from(days.max(0)) * annual_percent / year)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interest_is_actual_days_over_365() {
        // 1,000.00 for 73 days (a fifth of a year) at 10 % is 20.00.
        assert_eq!(interest(100_000, 73, Decimal::TEN), 2_000);
        assert_eq!(interest(100_000, -3, Decimal::TEN), 0);
    }
}
