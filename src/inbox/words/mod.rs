//! What a reply says: words of lists, read as a person would, with the places where they stand.
//!
//! Reading order: [`language`] are the lists, [`spoken`] cuts a text into words, [`lexicon`] finds
//! phrases, [`classify()`] weighs what was found, [`when`] and [`amount`] read days and money,
//! [`invoice`] finds numbers of invoices.
//!
//! Nothing here decides: it finds evidence for a person, and each finding quotes the very words. So
//! in doubt all findings are kept, and the main one is the one that protects the customer most.

use std::ops::Range;

use chrono::NaiveDate;

use crate::domain::money::{Currency, Money};

mod amount;
mod calendar;
mod classify;
mod invoice;
mod language;
mod lexicon;
mod replies;
mod spoken;
#[cfg(test)]
mod tests;
mod when;

pub use classify::classify;
pub use invoice::mentions;
pub use replies::Replies;

/// Longest text that is read, in bytes; nobody says later than that what they want.
const READ_BYTES: usize = 32 * 1024;

/// What is known about a mail before it is read.
#[derive(Debug, Clone, Copy)]
pub struct Mail<'a> {
    /// The civil date on which it was written.
    pub date: NaiveDate,
    /// BCP 47 tag of the account: which of 3/4 is the day, and the language of a word or two that tell none.
    pub locale: &'a str,
    /// The account's currency: what `$` and `kr` mean.
    pub currency: Option<Currency>,
}

/// What somebody says about an overdue account. The order is that of precedence.
///
/// What protects the customer most comes first: a wrong addressee or a dispute must stop reminders even if a payment
/// is promised in the same mail. A promise with a day comes before requests, since it says when to look again; without
/// one it says less than the request that stands beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplyKind {
    /// The addressee does not owe it: another person, deceased, or fears a fraud.
    NotTheDebtor,
    /// Goods or services were bad, late, missing, returned or not ordered.
    ServiceProtest,
    /// The invoice is wrong: price, quantity, tax, twice, a credit is missing.
    BillingDispute,
    PaidAlready {
        date: Option<NaiveDate>,
        reference: Option<String>,
    },
    CannotPay {
        /// Whether it is asked to pay in parts.
        instalments: bool,
    },
    Promise {
        date: Option<NaiveDate>,
        amount: Option<Money>,
    },
    CopyRequest,
    WrongContact,
    /// Order number, tax form, address, portal: something is missing for the payment.
    Administrative,
    /// Puts off without a day or a reason.
    Stalling,
    Thanks,
    /// Nothing of all this. Never a finding.
    Other,
}

impl ReplyKind {
    /// Lower comes first.
    fn rank(&self) -> u8 {
        match self {
            Self::NotTheDebtor => 0,
            Self::ServiceProtest => 1,
            Self::BillingDispute => 2,
            Self::PaidAlready { .. } => 3,
            Self::CannotPay { .. } => 4,
            Self::Promise { date: Some(_), .. } => 5,
            Self::WrongContact => 6,
            Self::CopyRequest => 7,
            Self::Administrative => 8,
            Self::Promise { date: None, .. } => 9,
            Self::Stalling => 10,
            Self::Thanks => 11,
            Self::Other => 12,
        }
    }

    /// Stable code in JSON, tables and documents.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotTheDebtor => "not_the_debtor",
            Self::ServiceProtest => "service_protest",
            Self::BillingDispute => "billing_dispute",
            Self::PaidAlready { .. } => "paid_already",
            Self::CannotPay { .. } => "cannot_pay",
            Self::Promise { .. } => "promise",
            Self::CopyRequest => "copy_request",
            Self::WrongContact => "wrong_contact",
            Self::Administrative => "administrative",
            Self::Stalling => "stalling",
            Self::Thanks => "thanks",
            Self::Other => "other",
        }
    }
}

/// One thing that was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub kind: ReplyKind,
    /// Bytes of the text that say it; for a promise or a payment with its day and amount.
    pub words: Range<usize>,
    /// The language whose lists found it.
    pub language: String,
}

/// What a text says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// In the order of the text.
    pub findings: Vec<Finding>,
    /// The first by precedence, or [`ReplyKind::Other`].
    pub main: ReplyKind,
}
