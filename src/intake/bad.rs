//! Bad rows: what is wrong, where, and how it is shown.

use std::fmt;

use crate::domain::money::Currency;

/// A row that cannot be taken, and the cell that is the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// Physical line on which the row starts, counted from 1.
    pub line: u64,
    /// Header of the column in the file; empty when the row as a whole is wrong.
    pub column: String,
    /// The cell as it stands in the file, shortened.
    pub value: String,
    pub reason: Reason,
}

/// The first bad rows of a file and how many there were.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BadRows {
    shown: Vec<BadRow>,
    count: u64,
}

impl BadRows {
    /// How many bad rows are kept and shown; the rest are counted.
    pub const SHOWN_MAX: usize = 20;

    /// Adds a bad row of the caller's own finding too (an unknown account, say).
    pub fn push(&mut self, mut row: BadRow) {
        self.count += 1;
        if self.shown.len() < Self::SHOWN_MAX {
            shorten(&mut row.value, VALUE_MAX);
            self.shown.push(row);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// All bad rows, shown or not.
    pub fn count(&self) -> u64 {
        self.count
    }

    pub fn shown(&self) -> &[BadRow] {
        &self.shown
    }

    /// The report for people, one line for each bad row.
    pub fn report<'a>(&'a self, file: &'a str) -> BadReport<'a> {
        BadReport { rows: self, file }
    }
}

/// Prints `FILE:LINE column 'due' value '31/02/2026': not a date (…)` for each bad row.
#[derive(Debug)]
pub struct BadReport<'a> {
    rows: &'a BadRows,
    file: &'a str,
}

impl fmt::Display for BadReport<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, row) in self.rows.shown.iter().enumerate() {
            let end = if index == 0 { "" } else { "\n" };
            write!(f, "{end}{}:{} ", Escaped(self.file), row.line)?;
            if !row.column.is_empty() {
                write!(f, "column '{}' value '{}': ", Escaped(&row.column), Escaped(&row.value))?;
            }
            // Some reasons quote a piece of the cell, so they are made harmless like the value.
            let mut reason = row.reason.to_string();
            shorten(&mut reason, REASON_MAX);
            write!(f, "{}", Escaped(&reason))?;
        }
        match self.rows.count.saturating_sub(self.rows.shown.len() as u64) {
            0 => Ok(()),
            more => write!(f, "\n… and {more} more"),
        }
    }
}

/// Longest value kept for a report, in bytes.
const VALUE_MAX: usize = 60;

/// Longest reason shown, in bytes.
const REASON_MAX: usize = 300;

fn shorten(text: &mut String, max: usize) {
    if text.len() > max {
        text.truncate(text.floor_char_boundary(max));
        text.push('…');
    }
}

/// A name from a file, fit to be shown: short, and without signs that steer a terminal.
pub(super) fn printable(text: &str) -> String {
    let mut shown = text.to_owned();
    shorten(&mut shown, VALUE_MAX);
    Escaped(&shown).to_string()
}

/// Text of a file on a terminal: short, on one line, and unable to steer the terminal.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                // Direction overrides would let a value rearrange the line that reports it.
                '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => {
                    write!(f, "{}", c.escape_unicode())?;
                }
                _ if c.is_control() => write!(f, "{}", c.escape_default())?,
                _ => write!(f, "{c}")?,
            }
        }
        Ok(())
    }
}

/// Why a row cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    #[error("the row has {found} cells, the header has {expected}")]
    Ragged { found: usize, expected: usize },
    #[error("holds a NUL byte; if the file is UTF-16, name `encoding = \"utf-16le\"` in a map")]
    Nul,
    #[error("holds bytes that are not text in the encoding {0}")]
    Undecodable(&'static str),
    #[error("longer than 10,000 bytes")]
    CellTooLong,
    #[error("must not be empty")]
    Missing,
    #[error("longer than 64 characters")]
    IdentifierTooLong,
    #[error("holds a control character")]
    ControlCharacter,
    #[error("holds a semicolon, which separates invoices where several are named")]
    Semicolon,
    #[error("not an email address: `{0}`")]
    Email(String),
    #[error("an address that mail cannot be sent to: ASCII letters only; write the domain in its xn-- form")]
    EmailNotAscii,
    #[error("not a language tag of BCP 47 (like de-DE)")]
    Locale,
    #[error("a language whose dates and numbers are not known; use another tag, or none for the company's own")]
    LocaleUnknown,
    #[error("not a time zone of the IANA list (like Europe/Berlin)")]
    Zone,
    #[error("not a country code (two capital letters, like DE)")]
    Country,
    #[error("neither true nor false")]
    Flag,
    #[error("not a date (expected {0})")]
    Date(String),
    #[error("a date outside the years 1950 to 2149")]
    DateRange,
    #[error("not a currency code of ISO 4217 (three capital letters, like EUR)")]
    Currency,
    #[error("not an amount (expected {0})")]
    Amount(String),
    #[error("more decimals than {currency} has ({})", currency.exponent())]
    Decimals { currency: Currency },
    #[error("too large an amount")]
    AmountTooLarge,
    #[error("must be greater than 0")]
    NotPositive,
    #[error("must not be 0")]
    Zero,
    #[error("the tax must be at least 0 and less than the amount")]
    TaxRange,
    #[error("the due date lies before the date of issue")]
    DueBeforeIssued,
    #[error("{0}")]
    Terms(String),
    #[error("not a path inside the documents folder (relative, with `/`, without `..`)")]
    DocumentPath,
    #[error("not a kind of event{0}")]
    EventKind(String),
    #[error("an empty place in a list (`;` separates, it does not end)")]
    EmptyInList,
    #[error("`{0}` is named twice")]
    TwiceInList(String),
    #[error("an amount without a currency: add a column `currency`")]
    NoCurrency,
    #[error("no heading above this row says whom it belongs to")]
    NoHeading,
    #[error("the same number as on line {line}, with other values")]
    Differs { line: u64 },
    /// A finding of the caller (the database side), in its own words.
    #[error("{0}")]
    Other(String),
}
