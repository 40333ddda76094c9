//! What a table comes to, at either end of a move.

use sha2::{Digest, Sha256};

use super::{Result, StoreError, engine::Value, policies::hex, tables::Table};

/// A table that is the same at both ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    pub table: String,
    pub rows: u64,
    /// SHA-256 over all values in the order of the key.
    pub digest: String,
}

/// What a table comes to: its rows, and for each column the sum of its numbers and a digest of its values.
pub(super) struct Sums {
    rows: u64,
    columns: Vec<(i128, Sha256)>,
}

impl Sums {
    pub fn of(table: &Table) -> Self {
        Self { rows: 0, columns: vec![(0, Sha256::new()); table.columns.len()] }
    }

    pub fn add(&mut self, row: &[Value<'_>]) {
        self.rows += 1;
        for ((sum, digest), value) in self.columns.iter_mut().zip(row) {
            if let Value::Int(Some(number)) = value {
                *sum += i128::from(*number);
            }
            match value {
                Value::Int(Some(number)) => digest.update(number.to_be_bytes()),
                Value::Bool(Some(yes)) => digest.update([u8::from(*yes)]),
                Value::Date(Some(date)) => digest.update(date.to_string()),
                Value::Instant(Some(at)) => digest.update(at.timestamp_micros().to_be_bytes()),
                Value::Text(Some(text)) => {
                    digest.update(text.len().to_be_bytes());
                    digest.update(text.as_bytes());
                }
                _ => digest.update("NULL"),
            }
            digest.update([0]);
        }
    }

    /// Both ends of a table, which must be the same.
    pub fn compared_with(self, other: Self, table: &Table) -> Result<Copied> {
        let differs = |what: String| StoreError::Refused(format!("nothing was moved: table {} {what}", table.name));
        if self.rows != other.rows {
            return Err(differs(format!("has {} rows, of which {} arrived", self.rows, other.rows)));
        }
        let mut whole = Sha256::new();
        for (((name, _), sent), arrived) in table.columns.iter().zip(self.columns).zip(other.columns) {
            let digests = (sent.1.finalize(), arrived.1.finalize());
            if sent.0 != arrived.0 || digests.0 != digests.1 {
                return Err(differs(format!("is not the same in column {name}")));
            }
            whole.update(digests.0);
        }
        Ok(Copied { table: table.name.clone(), rows: self.rows, digest: hex(&whole.finalize()) })
    }
}
