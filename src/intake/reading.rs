//! What was read: counts for the person who imports.

use std::collections::BTreeMap;

use super::{
    bad::{BadRow, BadRows},
    cell::Fault,
};

/// The outcome of reading one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// Rows of the table that were taken as facts (each may have yielded several).
    pub rows: u64,
    /// Rows that a map combined with an earlier row of the same number.
    pub merged: u64,
    /// Rows left out on purpose, with the reason; blank lines and lines before the header are not counted.
    pub skipped: Skipped,
    pub bad: BadRows,
    /// Headers of a canonical file that mean nothing here; empty with a map, which names what it wants. Fit to
    /// be shown on a terminal.
    pub extra_columns: Vec<String>,
}

impl Reading {
    pub(super) fn bad_row(&mut self, line: u64, fault: Fault) {
        let column = fault.column.into_owned();
        self.bad.push(BadRow { line, column, value: fault.value, reason: fault.reason });
    }
}

/// Rows left out, counted by reason. The reasons come from the map, so there are few.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Skipped(BTreeMap<String, u64>);

impl Skipped {
    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }

    /// Each reason with its count, in alphabetical order.
    pub fn reasons(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(reason, count)| (reason.as_str(), *count))
    }

    pub(super) fn add(&mut self, reason: &str) {
        match self.0.get_mut(reason) {
            Some(count) => *count += 1,
            None => {
                self.0.insert(reason.to_owned(), 1);
            }
        }
    }
}
