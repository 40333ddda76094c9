//! Why an account is held: codes for programs, sentences for people.

use std::fmt;

/// The order is that of precedence: the first that applies is shown first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    CompanyPaused,
    LedgerStale,
    AccountHold,
    OpenCase,
    SuspectedProtest,
    Promise,
    InstalmentRequest,
    Instalments,
    Disputed,
    CreditsCover,
    BelowMinimum,
    RecentNotice,
    BeforeCutover,
    Autopay,
    SettlingIn,
    NoContact,
    RecentlyDelivered,
    DiscountLate,
    DocumentMissing,
}

impl Reason {
    pub const ALL: [Self; 19] = [
        Self::CompanyPaused,
        Self::LedgerStale,
        Self::AccountHold,
        Self::OpenCase,
        Self::SuspectedProtest,
        Self::Promise,
        Self::InstalmentRequest,
        Self::Instalments,
        Self::Disputed,
        Self::CreditsCover,
        Self::BelowMinimum,
        Self::RecentNotice,
        Self::BeforeCutover,
        Self::Autopay,
        Self::SettlingIn,
        Self::NoContact,
        Self::RecentlyDelivered,
        Self::DiscountLate,
        Self::DocumentMissing,
    ];

    /// Stable code in JSON, tables and documents.
    pub fn code(self) -> &'static str {
        match self {
            Self::CompanyPaused => "company_paused",
            Self::LedgerStale => "ledger_stale",
            Self::AccountHold => "account_hold",
            Self::OpenCase => "open_case",
            Self::SuspectedProtest => "suspected_protest",
            Self::Promise => "promise",
            Self::InstalmentRequest => "instalment_request",
            Self::Instalments => "instalments",
            Self::Disputed => "disputed",
            Self::CreditsCover => "credits_cover",
            Self::BelowMinimum => "below_minimum",
            Self::RecentNotice => "recent_notice",
            Self::BeforeCutover => "before_cutover",
            Self::Autopay => "autopay",
            Self::SettlingIn => "settling_in",
            Self::NoContact => "no_contact",
            Self::RecentlyDelivered => "recently_delivered",
            Self::DiscountLate => "discount_late",
            Self::DocumentMissing => "document_missing",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// One sentence for a person.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::CompanyPaused => "notices are paused in the policy",
            Self::LedgerStale => "no payment data came in for too long, so a payment could be unknown",
            Self::AccountHold => "the account is on hold",
            Self::OpenCase => "a case is open for it",
            Self::SuspectedProtest => "it may be withheld as a protest; a person must look first",
            Self::Promise => "payment was promised and the promised date has not passed",
            Self::InstalmentRequest => "instalments were asked for; a person must answer first",
            Self::Instalments => "instalments were agreed, and they come in",
            Self::Disputed => "it is disputed",
            Self::CreditsCover => "money that is not matched yet covers what is overdue",
            Self::BelowMinimum => "what is overdue is too little to write about",
            Self::RecentNotice => "the last notice to the account is too recent",
            Self::BeforeCutover => "it was due before duly took over",
            Self::Autopay => "the money is collected automatically",
            Self::SettlingIn => "a price or a contact changed a short while ago",
            Self::NoContact => "no email address takes mail",
            Self::RecentlyDelivered => "the invoice itself was delivered a short while ago",
            Self::DiscountLate => "it is short by a discount that was taken late",
            Self::DocumentMissing => "the invoice PDF that should go along is missing",
        }
    }

    /// What a person should do about it, if anything.
    pub fn task(self) -> Option<&'static str> {
        match self {
            Self::LedgerStale => Some("import the newest payments"),
            Self::SuspectedProtest => Some("look at the case: `duly case show`, then confirm or dismiss it"),
            Self::InstalmentRequest => Some("answer the request for instalments"),
            Self::CreditsCover => Some("match the unallocated money to invoices"),
            Self::NoContact => Some("find an email address that works"),
            Self::DiscountLate => Some("accept the late discount (a credit) or ask for the rest"),
            Self::DocumentMissing => Some("put the PDF into the documents folder"),
            _ => None,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
