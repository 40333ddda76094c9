//! A case: work for a person, with the evidence, until it is followed up.

mod act;
pub mod assign;
pub mod at_stake;
mod cause;
mod course;
mod event;
mod kind;
mod outcome;
pub mod playbook;
pub mod reason;
mod rule;
pub mod staff;
mod status;
pub mod temperature;
pub mod unbooked;

use chrono::NaiveDate;

use super::money::Money;
pub use act::{Act, Solution};
pub use cause::Cause;
pub use course::{Course, Proposal};
pub use event::{CaseEvent, Did};
pub use kind::CaseKind;
pub use outcome::CaseOutcome;
pub use rule::CaseRule;
pub use status::{CaseMove, CaseStatus, Step};

/// Letters of the customer's own words that are kept at once.
pub const LONGEST_WORDS: usize = 10_000;

/// A case as the planner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseFact {
    pub id: i64,
    pub kind: CaseKind,
    pub status: CaseStatus,
    /// Civil date from which it counts.
    pub opened: NaiveDate,
    /// What it is about; the whole account when nothing is named.
    pub concerns: Vec<Concern>,
    /// The customer's words, the first that came.
    pub said: Option<String>,
    /// Keys of the observations that it was opened for.
    pub evidence: Vec<String>,
    /// The resolution in force, and from which day on: neither what is only proposed, nor what was reopened.
    pub outcome: Option<(CaseOutcome, NaiveDate)>,
    /// What the books should credit by that resolution, and may not have credited yet.
    pub credits: Vec<(String, Money)>,
    /// The first day on which it agreed to credits, even if it was reopened since.
    pub credited_since: Option<NaiveDate>,
}

/// An invoice that a case is about, or an amount of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concern {
    pub invoice: String,
    pub amount: Option<Money>,
}

/// What a case is about, for a person.
pub fn about(concerns: &[Concern]) -> String {
    let one = |concern: &Concern| match concern.amount {
        Some(amount) => format!("{} ({amount} {})", concern.invoice, amount.currency),
        None => concern.invoice.clone(),
    };
    match concerns {
        [] => "the whole account".to_owned(),
        some => some.iter().map(one).collect::<Vec<_>>().join(", "),
    }
}

impl CaseFact {
    /// Whether it holds all of an invoice.
    pub fn holds(&self, invoice: &str) -> bool {
        let whole = |concern: &Concern| concern.invoice == invoice && concern.amount.is_none();
        let left = self.status == CaseStatus::Closed && self.outcome.is_some_and(|(outcome, _)| outcome.leaves_alone());
        (!self.status.is_over() || left) && (self.concerns.is_empty() || self.concerns.iter().any(whole))
    }

    /// The part of an invoice that it holds, in minor units.
    pub fn disputed(&self, invoice: &str) -> i64 {
        let about = self.concerns.iter().filter(|concern| concern.invoice == invoice && !self.status.is_over());
        about.filter_map(|concern| concern.amount).map(|amount| amount.minor).sum()
    }

    /// Credit agreed on an invoice, in minor units, with the day from which credits of the books may be for it.
    pub fn agreed(&self, invoice: &str) -> Option<(i64, NaiveDate)> {
        let (_, on) = self.outcome?;
        let about = self.credits.iter().filter(|(number, _)| number == invoice);
        let sum = about.map(|(_, amount)| amount.minor).sum();
        Some((sum, self.credited_since.unwrap_or(on))).filter(|(sum, _)| *sum > 0)
    }

    pub fn is_about(&self, invoice: &str) -> bool {
        self.concerns.is_empty() || self.concerns.iter().any(|concern| concern.invoice == invoice)
    }
}
