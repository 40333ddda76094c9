//! One cell to one value: the strict rules for each type of column.

use std::borrow::Cow;

use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;
use icu::locale::Locale;
use lettre::Address;

use super::{bad::Reason, header::nearest};
use crate::{
    domain::{
        discount::Tier,
        facts::EventKind,
        money::{Currency, Money, MoneyError},
    },
    letter::format::Formats,
};

/// A cell that breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// A canonical name (borrowed), a header of the file (owned), or empty for the row as a whole.
    pub column: Cow<'static, str>,
    pub value: String,
    pub reason: Reason,
}

impl Fault {
    pub fn row(reason: Reason) -> Self {
        Self { column: "".into(), value: String::new(), reason }
    }

    pub fn header(name: &str, value: &str, reason: Reason) -> Self {
        Self { column: name.to_owned().into(), value: value.to_owned(), reason }
    }
}

/// A cell of a canonical column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell<'a> {
    pub column: &'static str,
    pub text: &'a str,
}

/// Longest identifier accepted, in characters.
const IDENTIFIER_MAX: usize = 64;

impl<'a> Cell<'a> {
    pub fn fault(self, reason: Reason) -> Fault {
        Fault { column: self.column.into(), value: self.text.to_owned(), reason }
    }

    /// The cell if it is not blank: the way to read an optional column.
    pub fn given(self) -> Option<Self> {
        if self.text.trim().is_empty() { None } else { Some(self) }
    }

    /// The cell, which must not be blank.
    pub fn required(self) -> Result<Self, Fault> {
        self.given().ok_or_else(|| self.fault(Reason::Missing))
    }

    /// A number or name by which other rows refer to this one.
    pub fn identifier(self) -> Result<String, Fault> {
        let text = self.required()?.line()?;
        // Counting bytes first spares counting characters for nearly all.
        if text.len() > IDENTIFIER_MAX && text.chars().count() > IDENTIFIER_MAX {
            return Err(self.fault(Reason::IdentifierTooLong));
        }
        Ok(text)
    }

    /// An invoice number: an identifier that can stand in a list.
    pub fn invoice(self) -> Result<String, Fault> {
        if self.text.contains(';') {
            return Err(self.fault(Reason::Semicolon));
        }
        self.identifier()
    }

    /// Text of one line; what stands in mail headers and tables must not break them.
    pub fn line(self) -> Result<String, Fault> {
        let text = self.text.trim();
        if text.chars().any(char::is_control) {
            return Err(self.fault(Reason::ControlCharacter));
        }
        Ok(text.to_owned())
    }

    /// Free text, where line breaks and tabs may stand.
    pub fn note(self) -> Result<String, Fault> {
        let text = self.text.trim();
        if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
            return Err(self.fault(Reason::ControlCharacter));
        }
        Ok(text.to_owned())
    }

    /// Several pieces with `;` between them, none of them blank or repeated.
    fn list(self) -> Result<Vec<&'a str>, Fault> {
        let mut pieces: Vec<&str> = Vec::new();
        for piece in self.text.split(';').map(str::trim) {
            if piece.is_empty() {
                return Err(self.fault(Reason::EmptyInList));
            }
            if pieces.contains(&piece) {
                return Err(self.fault(Reason::TwiceInList(piece.to_owned())));
            }
            pieces.push(piece);
        }
        Ok(pieces)
    }

    pub fn invoices(self) -> Result<Vec<String>, Fault> {
        let piece = |text| Cell { column: self.column, text }.invoice();
        self.list()?.into_iter().map(piece).collect()
    }

    pub fn emails(self) -> Result<Vec<String>, Fault> {
        let check = |text: &str| match text.parse::<Address>() {
            Ok(_) if !text.is_ascii() => Err(self.fault(Reason::EmailNotAscii)),
            Ok(_) if !text.chars().any(|c| c.is_control() || c.is_whitespace()) => Ok(text.to_owned()),
            _ => Err(self.fault(Reason::Email(text.escape_debug().to_string()))),
        };
        self.list()?.into_iter().map(check).collect()
    }

    pub fn locale(self) -> Result<String, Fault> {
        // The parser also takes `de_DE`, which is not BCP 47.
        let parsed = self.text.trim().parse::<Locale>().ok().filter(|_| !self.text.contains('_'));
        let tag = parsed.map(|locale| locale.to_string()).ok_or_else(|| self.fault(Reason::Locale))?;
        // Kept for each thread, so that this costs little.
        if Formats::of(&tag).is_err() { Err(self.fault(Reason::LocaleUnknown)) } else { Ok(tag) }
    }

    pub fn zone(self) -> Result<Tz, Fault> {
        self.text.trim().parse().map_err(|_| self.fault(Reason::Zone))
    }

    pub fn country(self) -> Result<String, Fault> {
        let text = self.text.trim();
        let capitals = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase());
        if capitals { Ok(text.to_owned()) } else { Err(self.fault(Reason::Country)) }
    }

    pub fn flag(self) -> Result<bool, Fault> {
        match self.text.trim() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(self.fault(Reason::Flag)),
        }
    }

    /// A date written YYYY-MM-DD and in no other way.
    pub fn date(self) -> Result<NaiveDate, Fault> {
        let wrong = || self.fault(Reason::Date("YYYY-MM-DD, like 2026-03-31".to_owned()));
        let date = iso_date(self.required()?.text).ok_or_else(wrong)?;
        if plausible(date) { Ok(date) } else { Err(self.fault(Reason::DateRange)) }
    }

    pub fn currency(self) -> Result<Currency, Fault> {
        self.required()?.text.parse().map_err(|_| self.fault(Reason::Currency))
    }

    pub fn money(self, currency: Currency) -> Result<Money, Fault> {
        Money::parse(self.required()?.text, currency).map_err(|error| {
            self.fault(match error {
                MoneyError::TooManyDecimals { currency, .. } => Reason::Decimals { currency },
                MoneyError::TooLarge(_) => Reason::AmountTooLarge,
                MoneyError::NotAnAmount(_) | MoneyError::UnknownCurrency(_) => {
                    Reason::Amount("digits with a point before the decimals, like 1234.50".to_owned())
                }
            })
        })
    }

    /// Discount terms: `2/10`, or several with blanks between them.
    pub fn terms(self) -> Result<Vec<Tier>, Fault> {
        let tier = |text: &str| text.parse().map_err(|reason| self.fault(Reason::Terms(reason)));
        self.text.split_whitespace().map(tier).collect()
    }

    /// A path that stays inside the documents folder whatever the system makes of it.
    pub fn document(self) -> Result<String, Fault> {
        let text = self.line()?;
        let windows = text.contains('\\') || text.contains(':');
        let escapes = text.split('/').any(|part| part.is_empty() || part == "." || part == "..");
        if windows || escapes { Err(self.fault(Reason::DocumentPath)) } else { Ok(text) }
    }

    pub fn event_kind(self) -> Result<EventKind, Fault> {
        let text = self.required()?.text.trim();
        // Past disputes are told by a map's `disputed`, where their date is decided; a file has `complaint`.
        let in_files = || EventKind::ALL.into_iter().filter(|kind| *kind != EventKind::PastDispute);
        in_files().find(|kind| kind.code() == text).ok_or_else(|| {
            let near = nearest(text, in_files().map(EventKind::code));
            self.fault(Reason::EventKind(near.map(|code| format!(" (did you mean `{code}`?)")).unwrap_or_default()))
        })
    }
}

/// Ten characters, digits and two hyphens; chrono's own parser also takes signs and single digits.
fn iso_date(text: &str) -> Option<NaiveDate> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let number = |part: &[u8]| {
        part.iter().try_fold(0_u32, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')))
    };
    NaiveDate::from_ymd_opt(i32::try_from(number(&bytes[..4])?).ok()?, number(&bytes[5..7])?, number(&bytes[8..])?)
}

/// Years beyond these are slips of the pen (0206, 2206), not dates of a ledger.
pub(super) fn plausible(date: NaiveDate) -> bool {
    (1950..2150).contains(&date.year())
}
