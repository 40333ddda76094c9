//! The customer's word to pay: a hold with tolerance, and kept, part-kept or broken in the end.

use chrono::NaiveDate;

use super::{
    account_facts::AccountFacts,
    calendar::plus_days,
    facts::{EventKind, Payment},
    ledger::{Item, Position, positions},
    money::{Currency, Money},
    policy::Policy,
};

/// A promise, by whomever it was taken down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    /// `promise 4`, or the event that told it.
    pub source: String,
    /// The whole account when none is named.
    pub invoice: Option<String>,
    /// All that is open when none is named.
    pub amount: Option<Money>,
    pub made: NaiveDate,
    /// Last day, inclusive.
    pub until: NaiveDate,
    /// Day from which a person took it back.
    pub ended: Option<NaiveDate>,
}

/// What became of a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// Its day, with tolerance, has not passed.
    Waiting,
    Kept,
    PartKept,
    Broken,
    /// A person took it back before its day.
    Ended,
}

impl Word {
    pub fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Kept => "kept",
            Self::PartKept => "part_kept",
            Self::Broken => "broken",
            Self::Ended => "ended",
        }
    }
}

/// All promises of an account that were made by then, those that files told of included.
pub fn promises(facts: &AccountFacts, as_of: NaiveDate) -> Vec<Promise> {
    let told = facts.events.iter().filter(|event| event.kind == EventKind::Promise).map(|event| Promise {
        source: format!("event {}", event.number),
        invoice: event.invoice.clone(),
        amount: event.amount,
        made: event.date,
        until: event.until.unwrap_or(event.date),
        ended: None,
    });
    told.chain(facts.promises.iter().cloned()).filter(|promise| promise.made <= as_of).collect()
}

impl Promise {
    fn last_day(&self, tolerance: u32) -> NaiveDate {
        plus_days(self.until, tolerance)
    }

    /// Whether it keeps notices back.
    pub fn waits(&self, tolerance: u32, as_of: NaiveDate) -> bool {
        self.made <= as_of && as_of <= self.last_day(tolerance) && self.ended.is_none_or(|ended| as_of < ended)
    }

    /// What became of it by its last day, tolerance included: an amount that was promised is set against the money that
    /// came in; else what was open of it and due by then must be settled.
    pub fn word(&self, facts: &AccountFacts, policy: &Policy, as_of: NaiveDate) -> Word {
        let last = self.last_day(policy.hold.promise_tolerance_days);
        let seen = last.min(as_of);
        let (asked, came) = match self.amount {
            Some(amount) => (amount.minor, self.came(facts, amount.currency, seen)),
            None => {
                let open = self.open(facts, policy, self.made.pred_opt().unwrap_or(self.made));
                (open, open - self.open(facts, policy, seen).min(open))
            }
        };
        match () {
            () if self.ended.is_some_and(|ended| ended <= seen) => Word::Ended,
            () if came >= asked => Word::Kept,
            () if as_of <= last => Word::Waiting,
            () if came > 0 => Word::PartKept,
            () => Word::Broken,
        }
    }

    /// Minor units that came in for it since it was made.
    fn came(&self, facts: &AccountFacts, currency: Currency, last: NaiveDate) -> i64 {
        let in_time = |payment: &&Payment| self.made <= payment.received && payment.received <= last;
        // Money that names no invoice may well be for this one.
        let about = |payment: &&Payment| {
            self.invoice
                .as_ref()
                .is_none_or(|invoice| payment.invoices.is_empty() || payment.invoices.contains(invoice))
        };
        let payments = facts.payments.iter().filter(in_time).filter(about);
        payments.filter(|payment| payment.amount.currency == currency).map(|payment| payment.amount.minor).sum()
    }

    /// What is open of it on a day, of all that is due by the promised day: minor units of all its currencies, less
    /// what is not matched yet when it is about the whole account.
    fn open(&self, facts: &AccountFacts, policy: &Policy, on: NaiveDate) -> i64 {
        let about = |item: &&Item| {
            item.invoice.due <= self.until
                && self.invoice.as_ref().is_none_or(|invoice| *invoice == item.invoice.number)
        };
        let open = |position: &Position| -> i64 {
            let items: i64 = position.items.iter().filter(about).map(|item| item.residual.max(0)).sum();
            (items - position.unallocated.max(0)).max(0)
        };
        positions(facts, policy, on).values().map(open).sum()
    }
}
