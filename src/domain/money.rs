//! Exact money: whole minor units of an ISO 4217 currency.
//!
//! One parser, one rounding function, one way to write an amount. `Decimal` is used only in
//! between, for percentages; what is stored and compared is always an integer.

use std::{fmt, str::FromStr};

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

/// An ISO 4217 currency code with a known number of decimals.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

/// Currencies without decimals (ISO 4217 list one, exponent 0).
const EXPONENT_0: &[&str] = &[
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF",
    "XPF",
];
/// Currencies with three decimals (ISO 4217 list one, exponent 3).
const EXPONENT_3: &[&str] = &["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];
/// Currencies with two decimals (ISO 4217 list one, exponent 2).
const EXPONENT_2: &[&str] = &[
    "AED", "AFN", "ALL", "AMD", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BGN", "BMD", "BND", "BOB",
    "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHF", "CNY", "COP", "CRC", "CUP", "CVE", "CZK", "DKK",
    "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP", "GMD", "GTQ", "GYD", "HKD",
    "HNL", "HTG", "HUF", "IDR", "ILS", "INR", "IRR", "JMD", "KES", "KGS", "KHR", "KPW", "KYD", "KZT", "LAK", "LBP",
    "LKR", "LRD", "LSL", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR", "MWK", "MXN", "MYR",
    "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "PAB", "PEN", "PGK", "PHP", "PKR", "PLN", "QAR", "RON", "RSD",
    "RUB", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLE", "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL",
    "THB", "TJS", "TMT", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "USD", "UYU", "UZS", "VED", "VES", "WST", "XCD",
    "YER", "ZAR", "ZMW", "ZWG",
];

impl Currency {
    /// The code, e.g. `EUR`.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("???")
    }

    /// Number of decimals of the currency (0, 2 or 3).
    pub fn exponent(&self) -> u32 {
        if EXPONENT_0.contains(&self.code()) {
            0
        } else if EXPONENT_3.contains(&self.code()) {
            3
        } else {
            2
        }
    }

    /// Minor units in one major unit (1, 100 or 1000).
    fn scale(&self) -> i64 {
        10_i64.pow(self.exponent())
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    /// Accepts three upper-case letters of a currency in ISO 4217 list one.
    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let known = [EXPONENT_0, EXPONENT_2, EXPONENT_3].iter().any(|list| list.contains(&text));
        match <[u8; 3]>::try_from(text.as_bytes()) {
            Ok(code) if known => Ok(Self(code)),
            _ => Err(MoneyError::UnknownCurrency(text.to_owned())),
        }
    }
}

impl TryFrom<String> for Currency {
    type Error = MoneyError;
    fn try_from(text: String) -> Result<Self, MoneyError> {
        text.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// An amount in minor units of a currency. Displayed as a plain decimal (`1234.50`), with `#` for people (`1,234.50`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Money {
    pub minor: i64,
    pub currency: Currency,
}

impl Money {
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Reads a plain decimal: an optional minus, digits, and at most as many decimals as the
    /// currency has. Nothing is rounded, and no exponent, sign `+`, blank, `_` or grouping passes.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let bad = || MoneyError::NotAnAmount(text.to_owned());
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) || digits.ends_with('.') {
            return Err(bad());
        }
        // Zeros beyond the currency's decimals change nothing (`1495.0000` in Xero's exports).
        let kept = fraction.trim_end_matches('0');
        let exponent = currency.exponent() as usize;
        if kept.len() > exponent {
            return Err(MoneyError::TooManyDecimals { text: text.to_owned(), currency });
        }
        let too_large = |_| MoneyError::TooLarge(text.to_owned());
        let minor: i64 = format!("{whole}{kept:0<exponent$}").parse().map_err(too_large)?;
        if minor > MAX_MINOR {
            return Err(MoneyError::TooLarge(text.to_owned()));
        }
        Ok(Self::new(if negative { -minor } else { minor }, currency))
    }
}

/// Largest amount accepted, in minor units (a trillion euros): 92,000 such amounts still add up in an `i64`.
const MAX_MINOR: i64 = 100_000_000_000_000;

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.minor < 0 { "-" } else { "" };
        let (scale, exponent) = (self.currency.scale().unsigned_abs(), self.currency.exponent() as usize);
        let whole = self.minor.unsigned_abs() / scale;
        let whole = if f.alternate() { grouped(whole) } else { whole.to_string() };
        let text = match exponent {
            0 => format!("{sign}{whole}"),
            _ => format!("{sign}{whole}.{:0exponent$}", self.minor.unsigned_abs() % scale),
        };
        f.pad(&text)
    }
}

/// Digits by threes.
fn grouped(number: u64) -> String {
    let (digits, mut text) = (number.to_string(), String::new());
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Rounds a number of minor units half up (away from zero), the commercial rule.
///
/// This is the only rounding in duly; `Decimal::round_dp` rounds half to even and is banned.
pub fn round_half_up(minor: Decimal) -> i64 {
    let rounded = minor.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
    i64::try_from(rounded).unwrap_or(if rounded.is_sign_negative() { i64::MIN } else { i64::MAX })
}

/// Why a text is not an amount or a currency.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    #[error("`{0}` is not a plain amount (expected digits with a point before the decimals, like 1234.50)")]
    NotAnAmount(String),
    #[error("`{text}` has more decimals than {currency} has ({})", currency.exponent())]
    TooManyDecimals { text: String, currency: Currency },
    #[error("`{0}` is too large an amount")]
    TooLarge(String),
    #[error("`{0}` is not a currency code of ISO 4217 (three capital letters, like EUR)")]
    UnknownCurrency(String),
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn currency(code: &str) -> Currency {
        code.parse().unwrap()
    }

    #[test]
    fn people_read_digits_by_threes() {
        let said = |minor, code| format!("{:#}", Money::new(minor, currency(code)));
        let all = [said(0, "EUR"), said(99_999, "EUR"), said(100_000, "EUR"), said(-123_456_789_012, "EUR")];
        assert_eq!(all, ["0.00", "999.99", "1,000.00", "-1,234,567,890.12"]);
        assert_eq!([said(1_234_567, "KWD"), said(1_234_567, "JPY")], ["1,234.567", "1,234,567"]);
        assert_eq!(format!("{:#12}|", Money::new(100_000, currency("EUR"))), "1,000.00    |");
    }

    #[test]
    fn amounts_are_read_strictly() {
        let ok = [("0", 0), ("12", 1200), ("-3.5", -350), ("1495.0000", 149_500), ("0.07", 7)];
        for (text, minor) in ok {
            assert_eq!(Money::parse(text, currency("EUR")).unwrap().minor, minor, "{text}");
        }
        let bad = ["", "-", "1e3", "1_000", "1,000.00", "1.234,50", " 1", "1 ", "+1", ".5", "5.", "1.005", "--1", "٣"];
        for text in bad {
            assert!(Money::parse(text, currency("EUR")).is_err(), "{text}");
        }
        assert_eq!(Money::parse("1.234", currency("KWD")).unwrap().minor, 1234);
        assert_eq!(Money::parse("1234", currency("JPY")).unwrap().minor, 1234);
        assert!(Money::parse("1.5", currency("JPY")).is_err());
        assert!(Money::parse("99999999999999999999", currency("EUR")).is_err());
    }

    #[test]
    fn currencies_are_known_codes_only() {
        assert!("EUR".parse::<Currency>().is_ok());
        for text in ["eur", "EU", "EURO", "XXX", "€", ""] {
            assert!(text.parse::<Currency>().is_err(), "{text}");
        }
    }

    #[test]
    fn halves_go_up() {
        for (text, rounded) in [("2.5", 3), ("234.5", 235), ("-2.5", -3), ("2.4999", 2)] {
            assert_eq!(round_half_up(text.parse().unwrap()), rounded, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_reads_back(minor in -MAX_MINOR..=MAX_MINOR, code in prop::sample::select(vec!["EUR", "JPY", "KWD"])) {
            let money = Money::new(minor, currency(code));
            prop_assert_eq!(Money::parse(&money.to_string(), money.currency).unwrap(), money);
        }
    }
}
