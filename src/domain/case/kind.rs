//! What a case is about, and why the customer says so.

use std::fmt;

use serde::Deserialize;

use crate::domain::nearest::did_you_mean;

/// The kinds of cases; each has its playbook and its people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub enum CaseKind {
    /// Poor service or goods are protested against by not paying.
    Protest,
    /// The invoice itself is disputed: price, terms, tax, a double.
    Billing,
    /// Something plain stands in the way: a copy, an order number, another contact.
    Administrative,
    /// The customer says that it is paid, or money came that matches nothing.
    PaidUnmatched,
    CannotPay,
    /// Neither protest nor want of money is in sight; it is put off again and again.
    Stalling,
    /// Somebody else owes it, or nobody does.
    NotDebtor,
}

impl CaseKind {
    pub const ALL: [Self; 7] = [
        Self::Protest,
        Self::Billing,
        Self::Administrative,
        Self::PaidUnmatched,
        Self::CannotPay,
        Self::Stalling,
        Self::NotDebtor,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Self::Protest => "protest",
            Self::Billing => "billing",
            Self::Administrative => "administrative",
            Self::PaidUnmatched => "paid_unmatched",
            Self::CannotPay => "cannot_pay",
            Self::Stalling => "stalling",
            Self::NotDebtor => "not_debtor",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// What a person reads.
    pub fn title(self) -> &'static str {
        match self {
            Self::Protest => "service protest",
            Self::Billing => "billing dispute",
            Self::Administrative => "administrative",
            Self::PaidUnmatched => "paid or unmatched",
            Self::CannotPay => "cannot pay",
            Self::Stalling => "put off",
            Self::NotDebtor => "not the debtor",
        }
    }
}

/// For files that people write.
impl TryFrom<String> for CaseKind {
    type Error = String;

    fn try_from(code: String) -> Result<Self, String> {
        Self::from_code(&code).ok_or_else(|| {
            let hint = did_you_mean(&code, Self::ALL.map(Self::code));
            format!("`{code}` is not a kind of case{hint}")
        })
    }
}

impl fmt::Display for CaseKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}
