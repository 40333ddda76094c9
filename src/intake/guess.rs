//! What the beginning of a file says about how it is written: for a person to confirm, never to be relied on.

use chrono::NaiveDate;
use csv::{ReaderBuilder, StringRecord};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use super::cell::plausible;

/// How a file seems to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guess {
    /// To be named in a map; `None` for UTF-8, and where a mark at the beginning of the file says it.
    pub encoding: Option<&'static str>,
    pub delimiter: char,
    pub headings: Vec<String>,
    /// The first rows below the headings, with their cells cut.
    pub rows: Vec<Vec<String>>,
    /// Formats that read all cells that look like dates; more than one where day and month cannot be told apart.
    pub dates: Vec<&'static str>,
    /// The sign before the decimals.
    pub decimal: char,
}

/// Formats of dates that are looked for, the safest first.
pub const DATES: [&str; 14] = [
    "%Y-%m-%d",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%Y%m%d",
    "%d.%m.%y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d %b %Y",
    "%d-%b-%Y",
    "%b %d, %Y",
];

const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];

/// Rows that are looked at, rows that are shown, and letters of a cell that are shown.
const LOOKED_AT: usize = 500;
const SHOWN: usize = 5;
const CELL: usize = 60;

/// Looks at the beginning of a file; `whole` says that it is all of it. What cannot be a table is refused with words.
pub fn guess(head: &[u8], whole: bool) -> Result<Guess, String> {
    if let Some(what) = other_format(head) {
        return Err(format!("this is {what}, not a table of text; open it and save it as CSV"));
    }
    let (encoding, text) = decoded(head);
    if text.contains('\0') {
        return Err("this is not text (it holds NUL bytes); save it as CSV in UTF-8".to_owned());
    }
    let text = match whole {
        true => &text[..],
        false => text.rfind(['\n', '\r']).map_or(&text[..], |end| &text[..end]),
    };
    // Of several that fit as well, the first.
    let (delimiter, mut records) = DELIMITERS
        .into_iter()
        .rev()
        .map(|delimiter| (delimiter, records(text, delimiter)))
        .max_by_key(|(_, records)| likeness(records))
        .unwrap_or((',', Vec::new()));
    if records.is_empty() {
        return Err("this is empty; a first line with the names of the columns is needed".to_owned());
    }
    let headings = records.remove(0).iter().map(|cell| cut(cell.trim())).collect();
    let cells = || records.iter().flat_map(|record| record.iter().map(str::trim)).filter(|cell| !cell.is_empty());
    Ok(Guess {
        encoding,
        delimiter,
        headings,
        dates: dates(&records),
        decimal: decimal(cells()),
        rows: records.iter().take(SHOWN).map(|record| record.iter().map(|cell| cut(cell.trim())).collect()).collect(),
    })
}

/// What people upload by mistake.
fn other_format(head: &[u8]) -> Option<&'static str> {
    let known: [(&[u8], &str); 7] = [
        (b"PK\x03\x04", "a workbook or a ZIP file"),
        (b"\xd0\xcf\x11\xe0", "an old workbook of Excel"),
        (b"%PDF", "a PDF"),
        (b"\x1f\x8b", "a compressed file"),
        (b"\x89PNG", "a picture"),
        (b"\xff\xd8\xff", "a picture"),
        (b"\x7fELF", "a program"),
    ];
    known.into_iter().find(|(start, _)| head.starts_with(start)).map(|(_, what)| what)
}

fn decoded(head: &[u8]) -> (Option<&'static str>, String) {
    if let Some((encoding, length)) = Encoding::for_bom(head) {
        return (None, encoding.decode_without_bom_handling(&head[length..]).0.into_owned());
    }
    let (valid, encoding) = match std::str::from_utf8(head) {
        Ok(_) => (head, UTF_8),
        // Cut within a letter.
        Err(error) if error.error_len().is_none() => (&head[..error.valid_up_to()], UTF_8),
        Err(_) => (head, WINDOWS_1252),
    };
    let named = (encoding != UTF_8).then_some("windows-1252");
    (named, encoding.decode_without_bom_handling(valid).0.into_owned())
}

fn records(text: &str, delimiter: char) -> Vec<StringRecord> {
    let mut reader = ReaderBuilder::new();
    reader.has_headers(false).flexible(true).delimiter(u8::try_from(delimiter).unwrap_or(b','));
    let records = reader.from_reader(text.as_bytes()).into_records().map_while(Result::ok);
    records.filter(|record| record.iter().any(|cell| !cell.trim().is_empty())).take(LOOKED_AT).collect()
}

/// How many rows are as wide as the first, and how wide that is; a single column is no table.
fn likeness(records: &[StringRecord]) -> (usize, usize) {
    let width = records.first().map_or(0, StringRecord::len);
    let alike = records.iter().filter(|record| record.len() == width).count();
    if width > 1 { (alike, width) } else { (0, 0) }
}

fn cut(text: &str) -> String {
    let mut shown: String = text.chars().take(CELL).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

/// Formats that read every column of dates.
fn dates(records: &[StringRecord]) -> Vec<&'static str> {
    let width = records.iter().map(StringRecord::len).max().unwrap_or_default();
    let mut possible: Vec<&'static str> = Vec::new();
    for place in 0..width {
        let cells: Vec<&str> =
            records.iter().filter_map(|record| record.get(place)).map(str::trim).filter(|c| !c.is_empty()).collect();
        let reads = |format: &str| {
            let read = |cell: &&str| NaiveDate::parse_from_str(cell, format).is_ok_and(plausible);
            !cells.is_empty() && cells.iter().all(read)
        };
        let these: Vec<&'static str> = DATES.into_iter().filter(|format| reads(format)).collect();
        let both: Vec<&'static str> = possible.iter().copied().filter(|format| these.contains(format)).collect();
        if possible.is_empty() {
            possible = these;
        } else if !both.is_empty() {
            possible = both;
        }
    }
    possible
}

/// The sign that more amounts have before one or two last digits.
fn decimal<'c>(cells: impl Iterator<Item = &'c str>) -> char {
    let (mut points, mut commas) = (0, 0);
    for cell in cells {
        let number = cell.bytes().all(|byte| byte.is_ascii_digit() || b".,-+ '".contains(&byte));
        let Some(at) = cell.rfind(['.', ',']).filter(|_| number) else { continue };
        if cell.matches(['.', ',']).count() > 2 && cell.matches(&cell[at..=at]).count() > 1 {
            continue;
        }
        match (&cell[at..=at], cell.len() - at - 1) {
            (",", 1..=2) => commas += 1,
            (".", 1..=2) => points += 1,
            _ => {}
        }
    }
    if commas > points { ',' } else { '.' }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_how_it_is_written() {
        let rows = [
            ("a,b\n1,2026-03-31\n", ',', &["%Y-%m-%d"][..], '.'),
            ("Nr;Betrag;Datum\n1;1.234,50;31.03.2026\n", ';', &["%d.%m.%Y"], ','),
            ("a\tb\n\"x;y\"\t03/31/2026\n", '\t', &["%m/%d/%Y"], '.'),
            ("a|b|c\n1|01/02/2026|2.50\n", '|', &["%d/%m/%Y", "%m/%d/%Y"], '.'),
            ("a,b,c\n1,01/02/2026,13/02/2026\n", ',', &["%d/%m/%Y"], '.'),
            ("one\ntwo\n", ',', &[], '.'),
        ];
        for (text, delimiter, dates, decimal) in rows {
            let guess = guess(text.as_bytes(), true).unwrap();
            assert_eq!((guess.delimiter, &guess.dates[..], guess.decimal), (delimiter, dates, decimal), "{text}");
        }
        let guess = guess(b"N\xfcmmer;b\n1;2\n1;\xe4", false).unwrap();
        assert_eq!((guess.encoding, guess.headings[0].as_str(), guess.rows.len()), (Some("windows-1252"), "Nümmer", 1));
    }

    #[test]
    fn a_mark_at_the_beginning_says_the_encoding() {
        let text: Vec<u8> = "\u{feff}Näme,b\r\nx,1\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let guess = guess(&text, true).unwrap();
        assert_eq!((guess.encoding, guess.headings), (None, vec!["Näme".to_owned(), "b".to_owned()]));
    }

    #[test]
    fn rubbish_is_refused_with_words() {
        for (head, what) in [
            (&b"PK\x03\x04\x14\x00rest"[..], "a workbook"),
            (b"%PDF-1.7", "a PDF"),
            (b"", "empty"),
            (b"\n\n  \n", "empty"),
            (b"a\0b\0", "NUL"),
        ] {
            let why = guess(head, true).unwrap_err();
            assert!(why.contains(what), "{why}");
        }
    }
}
