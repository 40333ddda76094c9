//! Instalments that were agreed: while they come in, the days on the invoices do not count.

use chrono::{Months, NaiveDate};

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
    /// The case in which it was agreed.
    pub case: Option<i64>,
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

/// What became of one instalment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Waiting,
    Kept,
    /// It came after the tolerance.
    Late,
    Missed,
}

impl Part {
    pub fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Kept => "kept",
            Self::Late => "late",
            Self::Missed => "missed",
        }
    }
}

/// Months ahead in which the last instalment must lie: what is later is a slip of the pen, or no plan.
const LONGEST_MONTHS: u32 = 24;

/// Why instalments cannot be agreed, if they cannot: days and minor units, in order, of so much that is open.
pub fn refused(parts: &[(NaiveDate, i64)], open: Money, today: NaiveDate) -> Option<String> {
    let last = today.checked_add_months(Months::new(LONGEST_MONTHS)).unwrap_or(NaiveDate::MAX);
    if let Some((day, _)) = parts.iter().find(|(day, _)| *day < today) {
        return Some(format!("the instalment of {day} lies in the past; it is {today}"));
    }
    if let Some((day, _)) = parts.iter().find(|(day, _)| *day > last) {
        return Some(format!("the instalment of {day} lies more than {LONGEST_MONTHS} months ahead; look at its year"));
    }
    if let Some(pair) = parts.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Some(format!("two instalments are on {}; give one sum for the day", pair[0].0));
    }
    let sum: i128 = parts.iter().map(|(_, minor)| i128::from(*minor)).sum();
    (sum != i128::from(open.minor)).then(|| {
        let sum = Money::new(i64::try_from(sum).unwrap_or(i64::MAX), open.currency);
        format!("the instalments come to {sum} {}, but {open} are open; they must be the same", open.currency)
    })
}

impl Plan {
    /// Each instalment with what became of it.
    pub fn parts(&self, facts: &AccountFacts, tolerance: u32, as_of: NaiveDate) -> Vec<(NaiveDate, Money, Part)> {
        let mut due = 0;
        let part = |(day, minor): &(NaiveDate, i64)| {
            due += minor;
            let last = plus_days(*day, tolerance);
            let part = match () {
                () if self.came(facts, last.min(as_of)) >= due => Part::Kept,
                () if as_of <= last => Part::Waiting,
                () if self.came(facts, as_of) >= due => Part::Late,
                () => Part::Missed,
            };
            (*day, Money::new(*minor, self.currency), part)
        };
        self.parts.iter().map(part).collect()
    }

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
