//! One statement with its values, run on either engine.

#[cfg(debug_assertions)]
use std::panic::Location;
use std::{borrow::Cow, fmt::Write as _};

use sqlx::{
    AssertSqlSafe, Decode, PgConnection, PgPool, Postgres, Sqlite, SqliteConnection, SqlitePool, Type,
    postgres::PgArguments, sqlite::SqliteArguments,
};

#[cfg(debug_assertions)]
use super::Engine;
use super::{
    super::Result,
    row::{Columns, Row},
    value::Value,
};

/// Where a statement runs.
pub enum On<'a> {
    SqlitePool(&'a SqlitePool),
    Sqlite(&'a mut SqliteConnection),
    PostgresPool(&'a PgPool),
    Postgres(&'a mut PgConnection),
}

/// A statement with its values.
#[derive(Debug)]
pub struct Query<'q> {
    text: Cow<'static, str>,
    /// Values stand as `?` in their order, not as `$1` and so on.
    in_order: bool,
    values: Vec<Value<'q>>,
    /// Where in the sources it stands.
    #[cfg(debug_assertions)]
    site: &'static Location<'static>,
}

/// A statement whose values stand as `$1`, `$2`, …
#[track_caller]
pub fn query<'q>(text: &'static str) -> Query<'q> {
    Query::new(Cow::Borrowed(text), false)
}

/// Like [`query`], for a text put together from constants: never from what somebody typed.
#[track_caller]
pub fn dynamic<'q>(text: String) -> Query<'q> {
    Query::new(Cow::Owned(text), false)
}

impl On<'_> {
    #[cfg(debug_assertions)]
    fn engine(&self) -> Engine {
        match self {
            Self::SqlitePool(_) | Self::Sqlite(_) => Engine::Sqlite,
            Self::PostgresPool(_) | Self::Postgres(_) => Engine::Postgres,
        }
    }
}

/// Runs a call of sqlx wherever it is to run, and turns what comes back.
macro_rules! run {
    ($self:ident, $on:ident, $call:ident, $sqlite:expr, $postgres:expr) => {{
        let on = $on.into();
        #[cfg(debug_assertions)]
        super::statements::ran($self.site, on.engine());
        match on {
            On::SqlitePool(on) => $self.for_sqlite()?.$call(on).await.map($sqlite)?,
            On::Sqlite(on) => $self.for_sqlite()?.$call(on).await.map($sqlite)?,
            On::PostgresPool(on) => $self.for_postgres()?.$call(on).await.map($postgres)?,
            On::Postgres(on) => $self.for_postgres()?.$call(on).await.map($postgres)?,
        }
    }};
}

impl<'q> Query<'q> {
    #[track_caller]
    pub(super) fn new(text: Cow<'static, str>, in_order: bool) -> Self {
        Self {
            text,
            in_order,
            values: Vec::new(),
            #[cfg(debug_assertions)]
            site: Location::caller(),
        }
    }

    pub(super) fn push_str(&mut self, text: &str) {
        self.text.to_mut().push_str(text);
    }

    pub(super) fn push_value(&mut self, value: Value<'q>) {
        self.text.to_mut().push('?');
        self.values.push(value);
    }

    pub fn bind(mut self, value: impl Into<Value<'q>>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Returns the number of rows that were written.
    pub async fn execute<'a>(self, on: impl Into<On<'a>>) -> Result<u64> {
        Ok(run!(self, on, execute, |done| done.rows_affected(), |done| done.rows_affected()))
    }

    pub async fn fetch_all<'a>(self, on: impl Into<On<'a>>) -> Result<Vec<Row>> {
        Ok(run!(self, on, fetch_all, |rows| all(rows, Row::Sqlite), |rows| all(rows, Row::Postgres)))
    }

    pub async fn fetch_optional<'a>(self, on: impl Into<On<'a>>) -> Result<Option<Row>> {
        Ok(run!(self, on, fetch_optional, |row| row.map(Row::Sqlite), |row| row.map(Row::Postgres)))
    }

    pub async fn fetch_one<'a>(self, on: impl Into<On<'a>>) -> Result<Row> {
        Ok(run!(self, on, fetch_one, Row::Sqlite, Row::Postgres))
    }

    /// The first column of the one row.
    pub async fn value<'a, T: Plain>(self, on: impl Into<On<'a>>) -> Result<T> {
        Columns::of(&self.fetch_one(on).await?).take()
    }

    /// The first column of the row, if there is one.
    pub async fn value_optional<'a, T: Plain>(self, on: impl Into<On<'a>>) -> Result<Option<T>> {
        self.fetch_optional(on).await?.map(|row| Columns::of(&row).take()).transpose()
    }

    /// The first column of every row.
    pub async fn values<'a, T: Plain>(self, on: impl Into<On<'a>>) -> Result<Vec<T>> {
        self.fetch_all(on).await?.iter().map(|row| Columns::of(row).take()).collect()
    }

    fn for_sqlite(self) -> Result<sqlx::query::Query<'static, Sqlite, SqliteArguments>> {
        let mut arguments = SqliteArguments::default();
        self.values.into_iter().try_for_each(|value| value.add_to(&mut arguments))?;
        Ok(sqlx::query_with(AssertSqlSafe(self.text), arguments))
    }

    fn for_postgres(self) -> Result<sqlx::query::Query<'static, Postgres, PgArguments>> {
        let mut arguments = PgArguments::default();
        self.values.into_iter().try_for_each(|value| value.add_to(&mut arguments))?;
        let text = if self.in_order { Cow::Owned(numbered(&self.text)) } else { self.text };
        Ok(sqlx::query_with(AssertSqlSafe(text), arguments))
    }
}

/// A value that one column carries and that does not borrow from its row.
pub trait Plain: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres> {}

impl<T> Plain for T where T: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres> {}

fn all<R>(rows: Vec<R>, row: impl Fn(R) -> Row) -> Vec<Row> {
    rows.into_iter().map(row).collect()
}

/// `?` becomes `$1`, the next one `$2`.
fn numbered(text: &str) -> String {
    let mut numbered = String::with_capacity(text.len() * 2);
    let mut parts = text.split('?');
    numbered.push_str(parts.next().unwrap_or_default());
    for (n, part) in parts.enumerate() {
        let _ = write!(numbered, "${}{part}", n + 1);
    }
    numbered
}
