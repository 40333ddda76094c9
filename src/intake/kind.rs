//! The five kinds of files and the rows that they hold.

use std::{fmt, str::FromStr};

use super::header::nearest;
use crate::domain::facts::{Account, Credit, Event, Invoice, Payment};

/// What the rows of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Accounts,
    Invoices,
    Payments,
    Credits,
    Events,
}

impl Kind {
    pub const ALL: [Self; 5] = [Self::Accounts, Self::Invoices, Self::Payments, Self::Credits, Self::Events];

    /// The name on the command line and in maps.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Invoices => "invoices",
            Self::Payments => "payments",
            Self::Credits => "credits",
            Self::Events => "events",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The text names no kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a kind of file (expected accounts, invoices, payments, credits or events){hint}")]
pub struct UnknownKind {
    text: String,
    hint: String,
}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        let hint = || nearest(text, Self::ALL.iter().map(|kind| kind.name()));
        Self::ALL.into_iter().find(|kind| kind.name() == text).ok_or_else(|| UnknownKind {
            text: text.to_owned(),
            hint: hint().map(|name| format!("; did you mean `{name}`?")).unwrap_or_default(),
        })
    }
}

/// One fact of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    Account(Account),
    Invoice(Invoice),
    Payment(Payment),
    Credit(Credit),
    Event(Event),
}

impl Row {
    /// The natural key of the fact within its company and kind.
    pub fn number(&self) -> &str {
        match self {
            Self::Account(fact) => &fact.number,
            Self::Invoice(fact) => &fact.number,
            Self::Payment(fact) => &fact.number,
            Self::Credit(fact) => &fact.number,
            Self::Event(fact) => &fact.number,
        }
    }

    /// The kind of the fact itself; a file of invoices may yield payments and events too.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Account(_) => Kind::Accounts,
            Self::Invoice(_) => Kind::Invoices,
            Self::Payment(_) => Kind::Payments,
            Self::Credit(_) => Kind::Credits,
            Self::Event(_) => Kind::Events,
        }
    }
}
