//! Tests of the whole reading side: bytes in, facts and reports out.

mod exports;
mod files;
mod maps;
mod property;
mod reasons;
mod streaming;

use std::{convert::Infallible, io::Read};

use chrono::NaiveDate;

use super::{Context, Kind, Map, ReadError, Reading, Row, read};

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub fn context() -> Context {
    Context { today: day("2026-11-22"), currency: None }
}

pub type Outcome = Result<(Reading, Vec<(u64, Row)>), ReadError<Infallible>>;

/// Reads everything and keeps the rows.
pub fn read_all(input: impl Read, kind: Kind, map: Option<&Map>) -> Outcome {
    let mut rows = Vec::new();
    let reading = read(input, kind, map, &context(), &mut |line, row| {
        rows.push((line, row));
        Ok(())
    })?;
    Ok((reading, rows))
}

/// Reads a file that must be good, without the line numbers.
pub fn read_good(text: &str, kind: Kind, map: Option<&Map>) -> (Reading, Vec<Row>) {
    let (reading, rows) = read_all(text.as_bytes(), kind, map).unwrap();
    assert!(reading.bad.is_empty(), "{}", reading.bad.report("file"));
    (reading, rows.into_iter().map(|(_, row)| row).collect())
}

/// The report of the bad rows of a file.
pub fn report(text: &str, kind: Kind, map: Option<&Map>) -> String {
    read_all(text.as_bytes(), kind, map).unwrap().0.bad.report("f.csv").to_string()
}

/// Why a file as a whole is refused.
pub fn refusal(bytes: &[u8], kind: Kind, map: Option<&Map>) -> String {
    read_all(bytes, kind, map).unwrap_err().to_string()
}

pub const INVOICE_HEADER: &str = "invoice,account,issued,due,currency,amount";
