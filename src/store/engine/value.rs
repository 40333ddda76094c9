//! What statements are given.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::Arguments;

use super::super::Result;

/// A value with its type, which PostgreSQL must know even of a NULL.
#[derive(Debug, Clone)]
pub enum Value<'q> {
    Int(Option<i64>),
    Bool(Option<bool>),
    Text(Option<Cow<'q, str>>),
    Date(Option<NaiveDate>),
    Instant(Option<DateTime<Utc>>),
}

impl Value<'_> {
    pub(super) fn add_to<A: Arguments>(self, arguments: &mut A) -> Result<()>
    where
        for<'t> Option<i64>: sqlx::Encode<'t, A::Database> + sqlx::Type<A::Database>,
        for<'t> Option<bool>: sqlx::Encode<'t, A::Database> + sqlx::Type<A::Database>,
        for<'t> Option<String>: sqlx::Encode<'t, A::Database> + sqlx::Type<A::Database>,
        for<'t> Option<NaiveDate>: sqlx::Encode<'t, A::Database> + sqlx::Type<A::Database>,
        for<'t> Option<DateTime<Utc>>: sqlx::Encode<'t, A::Database> + sqlx::Type<A::Database>,
    {
        let added = match self {
            Self::Int(value) => arguments.add(value),
            Self::Bool(value) => arguments.add(value),
            Self::Text(value) => arguments.add(value.map(Cow::into_owned)),
            Self::Date(value) => arguments.add(value),
            Self::Instant(value) => arguments.add(value),
        };
        added.map_err(|error| sqlx::Error::Encode(error).into())
    }
}

macro_rules! values {
    ($($from:ty => $kind:ident $(via $via:expr)?;)*) => {$(
        impl<'q> From<$from> for Value<'q> {
            fn from(value: $from) -> Self {
                Self::$kind(Some($($via)?(value)))
            }
        }

        impl<'q> From<Option<$from>> for Value<'q> {
            fn from(value: Option<$from>) -> Self {
                Self::$kind(value.map(|value| $($via)?(value)))
            }
        }
    )*};
}

values! {
    i64 => Int;
    i32 => Int via i64::from;
    u32 => Int via i64::from;
    bool => Bool;
    NaiveDate => Date;
    DateTime<Utc> => Instant;
    String => Text via Cow::Owned;
    &'q str => Text via Cow::Borrowed;
    &'q String => Text via Cow::from;
}

impl<'q> From<&'q Option<String>> for Value<'q> {
    fn from(value: &'q Option<String>) -> Self {
        Self::Text(value.as_deref().map(Cow::Borrowed))
    }
}
