//! Why an item may not be paid: protest, want of money, something administrative, or paid after all.
//!
//! [`own`], [`told`], [`disputes`], [`habit`], [`others`], [`money`], [`debit`] and [`word`] each look at the facts of an account
//! and yield observations that a person can check, with a sentence and its source. Their weights are log-odds and are
//! added up for each hypothesis ([`verdict`]). Two independent pieces, or one that is decisive, make a verdict; without
//! them it is unclear. A score never decides: it opens a case for a person.

mod debit;
mod disputes;
mod habit;
mod kind;
mod known;
mod money;
mod odds;
mod others;
mod own;
mod residue;
mod rule;
mod told;
mod verdict;
mod word;
mod words;

use chrono::NaiveDate;

pub use kind::{Group, Kind, Side};
pub use known::Known;
pub use odds::LogOdds;
pub use rule::{Base, EvidenceRule, Prior, Weights};
pub use verdict::Assessment;
pub use words::Language;

/// One thing that speaks for or against a hypothesis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// Kind and source; the same observation always has the same key.
    pub key: String,
    pub kind: Kind,
    /// The hypothesis that it is about.
    pub side: Side,
    /// For it, or against it when negative.
    pub weight: LogOdds,
    /// Enough by itself.
    pub decisive: bool,
    /// The day of the fact, or that of the assessment when it is about many.
    pub date: NaiveDate,
    /// A sentence for the person who reviews it.
    pub sentence: String,
    /// The facts behind it, e.g. `event T-17` or `invoices 1042, 1043`.
    pub source: String,
}

/// An item that may be withheld as a protest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suspicion {
    pub invoice: String,
    pub observations: Vec<Observation>,
}
