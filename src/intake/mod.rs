//! Files in, facts out: the reading side of `duly import`.
//!
//! Bytes become text (`bytes`), text becomes records with their line numbers (`records`), records become canonical
//! cells, either as they stand (`header`, `columns`) or through a [`Map`] (`bound`, `mapped`), and canonical cells
//! become facts (`cell`, `canonical`). None of that knows of a database or reads a clock; `take` writes the facts.
//!
//! What the caller does: it opens one transaction, writes each row as it comes, and rolls back when the
//! [`Reading`] tells of bad rows. Keys that come twice in one file are the caller's to refuse (its unique keys see
//! them without any memory here), unless a map asks to combine them.

mod bad;
mod bound;
mod bytes;
mod canonical;
mod cell;
mod columns;
mod derived;
mod duplicates;
mod error;
pub mod guess;
mod header;
mod kind;
mod map;
mod mapped;
mod names;
pub mod picks;
mod reading;
mod records;
pub mod take;
#[cfg(test)]
mod tests;

use std::io::Read;

use chrono::NaiveDate;

pub use self::{
    bad::{BadReport, BadRow, BadRows, Reason},
    derived::{BALANCE_PREFIX, DISPUTE_PREFIX, SETTLED_PREFIX, VOID_PREFIX},
    error::{FileError, ReadError},
    header::MissingColumn,
    kind::{Kind, Row, UnknownKind},
    map::{Map, MapError},
    reading::{Reading, Skipped},
};
use crate::domain::money::Currency;

/// What the file itself cannot know.
#[derive(Debug, Clone)]
pub struct Context {
    /// The day of the import, in the company's zone.
    pub today: NaiveDate,
    /// Currency of an event's amount when its row names none; used for nothing else.
    pub currency: Option<Currency>,
}

/// Reads a file of one kind and hands each fact to `take` with the physical line on which its row starts.
///
/// `take` may be called although a later row turns out bad: look at [`Reading::bad`] before committing. With a map,
/// `--kind invoices` may also yield payments and events (settled, open and disputed columns).
///
/// Memory does not grow with the rows, except for `duplicates = "first"` (one key for each distinct number) and
/// `"same"` or `"sum"` (one row for each distinct number).
///
/// # Errors
/// When the file as a whole cannot be read, or when `take` fails. Bad rows are not an error here.
pub fn read<E>(
    input: impl Read,
    kind: Kind,
    map: Option<&Map>,
    context: &Context,
    take: &mut dyn FnMut(u64, Row) -> Result<(), E>,
) -> Result<Reading, ReadError<E>> {
    match map {
        None => canonical::read(input, kind, context, take),
        Some(map) => mapped::read(input, kind, map, context, take),
    }
}
