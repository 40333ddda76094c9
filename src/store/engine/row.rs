//! Reading rows by position, the one way from columns to domain types.

use std::str::FromStr;

use sqlx::{Column as _, Decode, Postgres, Row as _, Sqlite, Type, postgres::PgRow, sqlite::SqliteRow};

use super::super::{Result, StoreError};
use crate::domain::{
    account_facts::Hold,
    money::{Currency, Money},
};

/// A row of either engine.
pub enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// The columns of a row, read from left to right.
pub struct Columns<'r> {
    row: &'r Row,
    next: usize,
}

impl<'r> Columns<'r> {
    pub fn of(row: &'r Row) -> Self {
        Self { row, next: 0 }
    }

    pub fn take<T>(&mut self) -> Result<T>
    where
        T: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>,
    {
        let column = self.next;
        self.next += 1;
        let taken = match self.row {
            Row::Sqlite(row) => row.try_get(column),
            Row::Postgres(row) => row.try_get(column),
        };
        taken.map_err(|error| match error {
            sqlx::Error::ColumnDecode { source, .. } => self.not_understood(&source.to_string()),
            other => other.into(),
        })
    }

    /// The error about the column that was read last.
    fn not_understood(&self, why: &str) -> StoreError {
        let column = self.next.saturating_sub(1);
        let name = match self.row {
            Row::Sqlite(row) => row.columns().get(column).map(|column| column.name().to_owned()),
            Row::Postgres(row) => row.columns().get(column).map(|column| column.name().to_owned()),
        };
        StoreError::Value(format!("`{}`: {why}", name.as_deref().unwrap_or("?")))
    }

    /// A count.
    pub fn number<T: TryFrom<i64>>(&mut self) -> Result<T> {
        let number: i64 = self.take()?;
        number.try_into().map_err(|_| self.not_understood(&number.to_string()))
    }

    pub fn number_optional<T: TryFrom<i64>>(&mut self) -> Result<Option<T>> {
        let number: Option<i64> = self.take()?;
        number.map(|number| number.try_into().map_err(|_| self.not_understood(&number.to_string()))).transpose()
    }

    /// A value kept as text, e.g. a code or a zone.
    pub fn parse<T: FromStr>(&mut self) -> Result<T> {
        let text: &str = self.take()?;
        text.parse().map_err(|_| self.not_understood(text))
    }

    pub fn parse_optional<T: FromStr>(&mut self) -> Result<Option<T>> {
        let text: Option<&str> = self.take()?;
        text.map(|text| text.parse().map_err(|_| self.not_understood(text))).transpose()
    }

    /// Two columns: currency, minor units.
    pub fn money(&mut self) -> Result<Money> {
        let currency: Currency = self.parse()?;
        Ok(Money::new(self.take()?, currency))
    }

    pub fn money_optional(&mut self) -> Result<Option<Money>> {
        let currency: Option<Currency> = self.parse_optional()?;
        let minor: Option<i64> = self.take()?;
        Ok(currency.zip(minor).map(|(currency, minor)| Money::new(minor, currency)))
    }

    /// A list kept as one text with `;` between.
    pub fn list(&mut self) -> Result<Vec<String>> {
        let text: &str = self.take()?;
        Ok(text.split(';').filter(|part| !part.is_empty()).map(str::to_owned).collect())
    }

    /// A hold: id, invoice, currency, amount, reason, first and last day, note, author, end.
    pub fn hold(&mut self) -> Result<Hold> {
        Ok(Hold {
            id: self.take()?,
            invoice: self.take()?,
            amount: self.money_optional()?,
            reason: self.take()?,
            from: self.take()?,
            until: self.take()?,
            note: self.take()?,
            author: self.take()?,
            ended: self.take()?,
        })
    }

    /// A code of an enum.
    pub fn code<T>(&mut self, from_code: impl Fn(&str) -> Option<T>) -> Result<T> {
        let text: &str = self.take()?;
        from_code(text).ok_or_else(|| self.not_understood(text))
    }

    pub fn code_optional<T>(&mut self, from_code: impl Fn(&str) -> Option<T>) -> Result<Option<T>> {
        let text: Option<&str> = self.take()?;
        text.map(|text| from_code(text).ok_or_else(|| self.not_understood(text))).transpose()
    }
}
