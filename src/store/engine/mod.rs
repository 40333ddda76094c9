//! Two engines behind one store: SQLite for one process, PostgreSQL for several replicas.
//!
//! A statement is one text for both. Values go in as [`Value`]s and come out by [`Columns`]; the
//! few words that differ are the methods of [`Engine`].

mod builder;
mod open;
mod pool;
mod query;
mod row;
#[cfg(debug_assertions)]
pub mod statements;
mod value;

use std::fmt;

pub use builder::{Builder, Separated};
pub use open::{Address, open};
pub use pool::{Pool, Tx};
pub use query::{On, Query, dynamic, query};
pub use row::{Columns, Row};
pub use value::Value;

/// Which database it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Int,
    Text,
    Date,
    Bool,
    Instant,
}

impl Engine {
    /// The type of a column of a temporary table.
    pub fn type_of(self, kind: Kind) -> &'static str {
        match (self, kind) {
            (_, Kind::Int) => "BIGINT",
            (_, Kind::Text) => "TEXT",
            (Self::Sqlite, Kind::Date | Kind::Bool | Kind::Instant) => "",
            (Self::Postgres, Kind::Date) => "DATE",
            (Self::Postgres, Kind::Bool) => "BOOLEAN",
            (Self::Postgres, Kind::Instant) => "TIMESTAMPTZ",
        }
    }

    /// Ends a SELECT whose rows are claimed until the transaction ends; rows that others have
    /// claimed are left out. On SQLite whoever writes is alone anyway.
    pub fn skip_locked(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE SKIP LOCKED",
        }
    }

    /// Ends a SELECT of one row that others must wait for until the transaction ends. Rows that refer
    /// to it may be written meanwhile.
    pub fn locked(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR NO KEY UPDATE",
        }
    }

    /// The instant by which replicas judge each other: the database's, since their own clocks
    /// differ. On SQLite there is one process, and `parameter` is its clock.
    pub fn now(self, parameter: &'static str) -> &'static str {
        match self {
            Self::Sqlite => parameter,
            Self::Postgres => "clock_timestamp()",
        }
    }

    /// The first day of the month of a date.
    pub fn month(self, date: &str) -> String {
        match self {
            Self::Sqlite => format!("substr({date}, 1, 8) || '01'"),
            Self::Postgres => format!("CAST(date_trunc('month', {date}) AS DATE)"),
        }
    }

    /// The date so many days later.
    pub fn days_after(self, date: &str, days: i64) -> String {
        match self {
            Self::Sqlite => format!("date({date}, '{days:+} days')"),
            Self::Postgres => format!("{date} + {days}"),
        }
    }

    /// A table of the parts of a text with `;` between them, named `part (value)`.
    pub fn parts(self, text: &str) -> String {
        match self {
            Self::Sqlite => format!("json_each('[' || replace(json_quote({text}), ';', '\",\"') || ']') part"),
            Self::Postgres => format!("unnest(string_to_array({text}, ';')) AS part (value)"),
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}
