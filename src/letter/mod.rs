//! Letters: from a frozen notice to the words that a customer reads, and to the bytes of a mail.
//!
//! Reading order: [`Letter`] is what goes in, [`words`] loads the catalogues that finance may
//! edit, [`contract`] decides whether they may be used, [`view`] turns a letter into sentences,
//! [`render`] places them in templates, [`confirmation`] does the same for what was agreed in a case and [`receipt`] for what was answered on the customer's page, and [`mail`] builds the message (signed by [`dkim`]).
//! Nothing here looks at a clock, a network or a random number: the same letter with the same
//! words gives the same bytes.

use std::path::PathBuf;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::domain::money::Money;

pub mod confirmation;
pub mod contract;
pub mod dkim;
pub mod format;
mod keys;
mod layout;
pub mod mail;
mod page;
pub mod receipt;
pub mod sample;
mod tone;
mod view;
pub mod words;

pub use layout::render;
pub use page::Voice;
pub use view::clean;
pub use words::Words;

/// Which notice a letter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Template {
    /// A kind reminder with the invoices again.
    First,
    /// Not harsher than the first: it offers more help.
    Second,
}

/// Everything that a mail says; frozen in the notice, so that it can be rendered again.
#[derive(Debug, Clone, PartialEq)]
pub struct Letter {
    pub template: Template,
    pub sender: Sender,
    /// Account number, as the customer knows it.
    pub account: String,
    pub account_name: String,
    /// Whom to greet; `None` gives a neutral greeting.
    pub contact_name: Option<String>,
    /// BCP 47 tag, e.g. `de-AT`. Words come from the nearest catalogue of the language, numbers and
    /// dates from the full tag; a language without a catalogue gets both from the fallback locale.
    pub locale: String,
    /// Payments are considered up to and including this date.
    pub as_of: NaiveDate,
    /// The overdue items only, in the order in which they are shown; at least one.
    pub items: Vec<Item>,
    /// Sum of the items' residuals.
    pub overdue_total: Money,
    /// Unallocated payments set against the total; zero or more.
    pub credits: Money,
    /// `overdue_total − credits`; more than zero.
    pub total: Money,
    pub offer: Option<Offer>,
    /// Names of the attached PDFs.
    pub documents: Vec<String>,
    /// The link to the customer's page of this notice.
    pub page: Option<String>,
}

/// The company that writes, the person who answers and how to pay.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sender {
    pub company: String,
    /// Postal address, one entry a line.
    pub address: Vec<String>,
    /// Name of the person who answers; must not be empty.
    pub contact: String,
    /// Telephone number of that person; must not be empty.
    pub phone: String,
    pub email: String,
    pub website: Option<String>,
    pub payment: Payment,
}

/// How to pay: an IBAN, or at least one free line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Payment {
    pub holder: Option<String>,
    pub iban: Option<String>,
    pub bic: Option<String>,
    pub bank: Option<String>,
    /// Further instructions, shown as they are.
    pub lines: Vec<String>,
}

/// One overdue invoice or instalment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub invoice: String,
    pub issued: NaiveDate,
    pub due: NaiveDate,
    /// Civil days from the due date to `as_of`.
    pub days_overdue: i64,
    /// What is still open on it.
    pub residual: Money,
}

/// A discount for prompt payment; `pay + discount` is the letter's total.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// Percent, e.g. 2.5.
    pub percent: Decimal,
    pub discount: Money,
    pub pay: Money,
    /// The last day on which the payment is in time (inclusive).
    pub last_day: NaiveDate,
}

/// A letter in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// One line, no controls.
    pub subject: String,
    /// Complete plain text, wrapped at 72 columns.
    pub text: String,
    pub html: String,
    /// BCP 47 tag of the words, for `Content-Language`.
    pub language: String,
}

/// Why a letter could not be written. Nothing is sent in any of these cases.
#[derive(Debug, thiserror::Error)]
pub enum LetterError {
    #[error("locale `{tag}`: {why}")]
    Locale { tag: String, why: String },
    #[error("`{text}` cannot be written: {why}")]
    Amount { text: String, why: String },
    #[error("{}: message `{key}`: {why}; correct the catalogue and run `duly check`", file.display())]
    Wording { file: PathBuf, key: String, why: String },
    #[error("the letter to account `{account}` is not complete: {what}")]
    Incomplete { account: String, what: String },
    #[error("these words cannot be sent: {why}; {fix}")]
    Tone { why: String, fix: &'static str },
    #[error("the letter's template failed: {0}")]
    Template(#[from] askama::Error),
    #[error("the mail cannot be built: {what} `{value}`: {why}")]
    Mail { what: &'static str, value: String, why: String },
}
