//! Text to records, each with the physical line on which it starts.

use std::io::Read;

use csv::{ByteRecord, ReaderBuilder, StringRecord, Terminator};
use encoding_rs::Encoding;

use super::{
    bad::Reason,
    bytes::{RowTooLong, Text},
    cell::Fault,
    error::FileError,
};

/// Longest cell accepted, in bytes.
const CELL_MAX: usize = 10_000;

/// The records of one file, one at a time in the same buffer.
pub(super) struct Records<'a> {
    csv: csv::Reader<Text<'a>>,
    record: StringRecord,
    line: u64,
    decoded: Option<&'static Encoding>,
}

impl<'a> Records<'a> {
    pub fn open(input: impl Read + 'a, encoding: Option<&'static Encoding>, delimiter: u8) -> Result<Self, FileError> {
        let text = Text::open(input, encoding).map_err(FileError::Io)?;
        let decoded = text.decoded;
        let csv = ReaderBuilder::new()
            .has_headers(false)
            // Ragged rows are judged here, where the row can be named and the rest still be read.
            .flexible(true)
            .terminator(Terminator::Any(b'\n'))
            .delimiter(delimiter)
            .buffer_capacity(1 << 16)
            .from_reader(text);
        Ok(Self { csv, record: StringRecord::new(), line: 0, decoded })
    }

    /// Goes to the next record; `false` at the end of the file.
    pub fn advance(&mut self) -> Result<bool, FileError> {
        let before = self.csv.position().line();
        let mut bytes: ByteRecord = std::mem::take(&mut self.record).into_byte_record();
        let more = self.csv.read_byte_record(&mut bytes).map_err(|error| io_error(error, before))?;
        self.csv.get_mut().row_done();
        if !more {
            return Ok(false);
        }
        // The reader's own position is the one before any blank lines that it passed over.
        let inner = bytes.as_slice().iter().filter(|byte| **byte == b'\n').count() as u64;
        self.line = self.csv.position().line().saturating_sub(inner + 1).max(before);
        self.record = StringRecord::from_byte_record(bytes).map_err(|_| FileError::NotUtf8 { line: self.line })?;
        Ok(true)
    }

    pub fn line(&self) -> u64 {
        self.line
    }

    pub fn record(&self) -> &StringRecord {
        &self.record
    }

    /// All cells blank, as spreadsheets like to leave at the end of a table.
    pub fn is_blank(&self) -> bool {
        self.record.iter().all(|cell| cell.trim().is_empty())
    }

    pub fn holds_nul(&self) -> bool {
        self.record.as_slice().contains('\0')
    }

    /// Finds cells that no rule of any column can accept; gives the place of the cell.
    pub fn unreadable(&self) -> Option<(usize, Reason)> {
        let text = self.record.as_slice();
        let damaged = self.decoded.filter(|_| text.contains('\u{fffd}'));
        if text.len() <= CELL_MAX && damaged.is_none() && !text.contains('\0') {
            return None;
        }
        self.record.iter().enumerate().find_map(|(index, cell)| {
            let reason = match damaged {
                _ if cell.len() > CELL_MAX => Reason::CellTooLong,
                _ if cell.contains('\0') => Reason::Nul,
                Some(encoding) if cell.contains('\u{fffd}') => Reason::Undecodable(encoding.name()),
                _ => return None,
            };
            Some((index, reason))
        })
    }

    pub fn ragged(&self, expected: usize) -> Fault {
        Fault::row(Reason::Ragged { found: self.record.len(), expected })
    }
}

fn io_error(error: csv::Error, line: u64) -> FileError {
    match error.into_kind() {
        csv::ErrorKind::Io(error) if error.get_ref().is_some_and(|inner| inner.is::<RowTooLong>()) => {
            FileError::RowTooLong { line }
        }
        csv::ErrorKind::Io(error) => FileError::Io(error),
        other => FileError::Io(std::io::Error::other(format!("{other:?}"))),
    }
}
