//! Accounts that were billed for the same product and do not pay together: perhaps something went wrong with us.

use chrono::{Datelike, NaiveDate};

/// How the accounts have paid that were billed for one product, with due dates in one month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cohort {
    /// Product, service or site.
    pub product: String,
    /// First day of the month of the due dates.
    pub month: NaiveDate,
    /// Accounts with such invoices, and those of them with one that is open.
    pub accounts: u32,
    pub late: u32,
    /// Invoices for the product due in the twelve months before, and those of them that were paid no sooner.
    pub before: u32,
    pub before_late: u32,
}

/// Accounts that must be late: two may be chance.
pub const SEVERAL: u32 = 3;

impl Cohort {
    /// Several accounts, at least half of all, and twice as often as before. With little before, one in four is
    /// assumed (one of four invoices is added).
    pub fn is_unusual(&self) -> bool {
        let [accounts, late, before, before_late] =
            [self.accounts, self.late, self.before, self.before_late].map(u128::from);
        self.late >= SEVERAL && 2 * late >= accounts && late * (before + 4) >= 2 * accounts * (before_late + 1)
    }

    /// Whether an invoice for `product` that is due on `due` is one of it.
    pub fn holds(&self, product: &str, due: NaiveDate) -> bool {
        self.product == product && (due.year(), due.month()) == (self.month.year(), self.month.month())
    }
}
