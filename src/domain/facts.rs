//! Facts of the ledger, as they were told to duly: plain data, appended and never edited.
//!
//! Each fact has a natural key of its company, a civil date from which it is effective and the
//! instant at which it was recorded. A correction is a later fact with the same key.

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::{discount::Tier, money::Money};

/// A customer of the company.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub number: String,
    pub name: String,
    /// Email addresses in order of preference; the first that can be reached gets the notice.
    pub emails: Vec<String>,
    /// BCP 47 tag; `None` uses the company's.
    pub locale: Option<String>,
    /// Time zone in which sending hours are judged; `None` uses the company's.
    pub zone: Option<Tz>,
    /// ISO 3166 country, for public holidays; `None` uses the company's.
    pub country: Option<String>,
    /// Name of the policy; `None` uses the standard one.
    pub policy: Option<String>,
    /// Money is collected by direct debit: no notice goes out.
    pub autopay: bool,
    pub contact_name: Option<String>,
    pub phone: Option<String>,
}

/// An invoice with one due date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoice {
    pub number: String,
    pub account: String,
    /// Effective date of the fact.
    pub issued: NaiveDate,
    pub due: NaiveDate,
    /// Gross amount, tax included; positive.
    pub amount: Money,
    /// Tax contained in `amount`, in minor units.
    pub tax: Option<i64>,
    /// Prompt-payment terms agreed on the invoice, e.g. `2/10`.
    pub terms: Vec<Tier>,
    /// Date on which the invoice itself was delivered.
    pub delivered: Option<NaiveDate>,
    /// PDF to send along, relative to the documents folder.
    pub document: Option<String>,
    /// The product, service or site that it bills: what accounts share when something goes wrong.
    pub product: Option<String>,
    pub note: Option<String>,
}

/// Money received; negative when a payment is reversed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    pub number: String,
    pub account: String,
    /// Value date: the day on which the money counts as received.
    pub received: NaiveDate,
    pub amount: Money,
    /// Invoices that it names, in order.
    pub invoices: Vec<String>,
    pub note: Option<String>,
}

/// A credit note or another reduction of what is owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credit {
    pub number: String,
    pub account: String,
    pub date: NaiveDate,
    pub amount: Money,
    pub invoice: Option<String>,
    pub reason: Option<String>,
}

/// Something that happened on an account and that bears on a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub number: String,
    pub account: String,
    pub date: NaiveDate,
    pub kind: EventKind,
    pub invoice: Option<String>,
    pub until: Option<NaiveDate>,
    pub amount: Option<Money>,
    pub note: Option<String>,
}

/// The kinds of events that a ledger may tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    PriceChange,
    ContactChange,
    Complaint,
    TicketOpened,
    TicketClosed,
    DeliveryProblem,
    ReturnedGoods,
    Promise,
    BouncedPayment,
    InstalmentRequest,
    /// An earlier dispute, told by an export that marks its invoices as disputed.
    PastDispute,
    Other,
}

impl EventKind {
    pub const ALL: [Self; 12] = [
        Self::PriceChange,
        Self::ContactChange,
        Self::Complaint,
        Self::TicketOpened,
        Self::TicketClosed,
        Self::DeliveryProblem,
        Self::ReturnedGoods,
        Self::Promise,
        Self::BouncedPayment,
        Self::InstalmentRequest,
        Self::PastDispute,
        Self::Other,
    ];

    /// The code used in files and in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::PriceChange => "price_change",
            Self::ContactChange => "contact_change",
            Self::Complaint => "complaint",
            Self::TicketOpened => "ticket_opened",
            Self::TicketClosed => "ticket_closed",
            Self::DeliveryProblem => "delivery_problem",
            Self::ReturnedGoods => "returned_goods",
            Self::Promise => "promise",
            Self::BouncedPayment => "bounced_payment",
            Self::InstalmentRequest => "instalment_request",
            Self::PastDispute => "past_dispute",
            Self::Other => "other",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// Numbers of payments and credits that an export implies rather than tells begin with one of
/// these: it says only that an invoice is settled, void or not open any more. Such a fact closes
/// what is left of its invoice and never makes a credit.
pub const CLOSING_PREFIXES: [&str; 3] = ["settled:", "void:", ABSENT_PREFIX];

/// Start of the number of a payment implied by an export of open items: the invoice is not on it.
pub const ABSENT_PREFIX: &str = "absent:";
