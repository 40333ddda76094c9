//! Instalments that were agreed: while they come in, the days on the invoices do not count.

use chrono::NaiveDate;

use super::{
    account_facts::AccountFacts,
    calendar::plus_days,
    facts::Payment,
    money::{Currency, Money},
};

/// A plan of instalments for some invoices of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub id: i64,
    pub invoices: Vec<String>,
    pub currency: Currency,
    /// Days and minor units, in order of the days.
    pub parts: Vec<(NaiveDate, i64)>,
    /// Day of the agreement.
    pub agreed: NaiveDate,
    /// Day from which a person ended it.
    pub ended: Option<NaiveDate>,
}

/// How a plan goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// All that was due of it has come in; the next day and what is due then, if any is left.
    Kept {
        next: Option<(NaiveDate, Money)>,
    },
    /// Since this day something is missing, tolerance included.
    Broken {
        since: NaiveDate,
        missing: Money,
    },
    Ended,
}

impl Plan {
    /// How it goes: the money that came in since the agreement for its invoices, or for none that it names, against the
    /// sum of what was due by then. Money ahead of time counts.
    pub fn progress(&self, facts: &AccountFacts, tolerance: u32, as_of: NaiveDate) -> Progress {
        if self.ended.is_some_and(|ended| ended <= as_of) {
            return Progress::Ended;
        }
        let mut due = 0;
        for (day, amount) in &self.parts {
            due += amount;
            let last = plus_days(*day, tolerance);
            let missing = due - self.came(facts, last.min(as_of));
            if missing <= 0 {
                continue;
            }
            let missing = Money { minor: missing, currency: self.currency };
            return match as_of > last {
                true => Progress::Broken { since: last, missing },
                false => Progress::Kept { next: Some((*day, missing)) },
            };
        }
        Progress::Kept { next: None }
    }

    /// Whether it stands in place of the due day of an invoice.
    pub fn covers(&self, invoice: &str, facts: &AccountFacts, tolerance: u32, as_of: NaiveDate) -> bool {
        self.agreed <= as_of
            && self.invoices.iter().any(|covered| covered == invoice)
            && matches!(self.progress(facts, tolerance, as_of), Progress::Kept { next: Some(_) })
    }

    fn came(&self, facts: &AccountFacts, last: NaiveDate) -> i64 {
        let about = |payment: &&Payment| {
            payment.amount.currency == self.currency
                && (self.agreed..=last).contains(&payment.received)
                && (payment.invoices.is_empty() || payment.invoices.iter().any(|named| self.invoices.contains(named)))
        };
        facts.payments.iter().filter(about).map(|payment| payment.amount.minor).sum()
    }
}
