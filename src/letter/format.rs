//! Money, dates and numbers as the reader's locale writes them, by ICU.
//!
//! ICU rounds an amount to the decimals that CLDR thinks usual for a currency, which for several
//! (IQD, AFN, RSD …) are fewer than ISO 4217 gives. A letter never rounds: where CLDR would, the
//! number is written by the locale's plain number format inside the currency's own frame, and
//! every amount is read back digit by digit before it may be used.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use chrono::{Datelike, NaiveDate};
use fixed_decimal::Decimal as Fixed;
use icu::{
    calendar::{Date, Gregorian},
    datetime::{FixedCalendarDateTimeFormatter, fieldsets::YMD},
    decimal::DecimalFormatter,
    locale::{Direction, Locale, LocaleDirectionality},
};
use icu_experimental::dimension::currency::{CurrencyType, formatter::CurrencyFormatter};
use rust_decimal::Decimal;

use super::LetterError;
use crate::domain::money::{Currency, Money};

/// Locales kept per thread; tags come from imported data, so their number must have a bound.
const KEPT_LOCALES: usize = 128;

thread_local! {
    // ICU's formatters are not `Send` and cost about 50 µs each to make: one set per thread.
    static KEPT: RefCell<HashMap<String, Rc<Formats>>> = RefCell::default();
}

type DateFormat = FixedCalendarDateTimeFormatter<Gregorian, YMD>;

/// Everything needed to write numbers and dates in one locale.
pub struct Formats {
    locale: Locale,
    long: DateFormat,
    short: DateFormat,
    plain: DecimalFormatter,
    /// The locale's digits 0 to 9, to read an amount back.
    digits: Vec<char>,
    right_to_left: bool,
    money: RefCell<HashMap<Currency, Rc<MoneyFormat>>>,
}

/// How amounts of one currency are written.
enum MoneyFormat {
    /// CLDR keeps all decimals of the currency.
    Currency(Box<CurrencyFormatter<DecimalFormatter>>),
    /// CLDR would round: the plain number between what stands before and after it.
    Framed { before: String, after: String },
}

impl Formats {
    /// The formats of a BCP 47 tag, made once per thread.
    ///
    /// # Errors
    /// [`LetterError::Locale`] when the tag is malformed or ICU has no data for its language; the
    /// root locale (`2026 M03 9`) is never used in silence.
    pub fn of(tag: &str) -> Result<Rc<Self>, LetterError> {
        if let Some(known) = KEPT.with_borrow(|kept| kept.get(tag).cloned()) {
            return Ok(known);
        }
        let made = Rc::new(Self::new(tag)?);
        KEPT.with_borrow_mut(|kept| {
            if kept.len() >= KEPT_LOCALES {
                kept.clear();
            }
            kept.insert(tag.to_owned(), Rc::clone(&made));
        });
        Ok(made)
    }

    fn new(tag: &str) -> Result<Self, LetterError> {
        let bad = |why: String| LetterError::Locale { tag: tag.to_owned(), why };
        let locale: Locale = tag.parse().map_err(|e| bad(format!("{e}; expected a BCP 47 tag such as de-AT")))?;
        let load = |e: &dyn std::fmt::Display| bad(format!("its data could not be loaded: {e}"));
        let plain = DecimalFormatter::try_new((&locale).into(), Default::default()).map_err(|e| load(&e))?;
        let digits = (0..10).filter_map(|d| plain.format(&Fixed::from(d)).to_string().chars().next()).collect();
        let formats = Self {
            long: DateFormat::try_new((&locale).into(), YMD::long()).map_err(|e| load(&e))?,
            short: DateFormat::try_new((&locale).into(), YMD::medium()).map_err(|e| load(&e))?,
            right_to_left: LocaleDirectionality::new_extended().get(&locale.id) == Some(Direction::RightToLeft),
            plain,
            digits,
            money: RefCell::default(),
            locale,
        };
        // Only the root locale writes a month as `M03`.
        if NaiveDate::from_ymd_opt(2026, 3, 9)
            .map(|d| formats.long_date(d))
            .transpose()?
            .is_some_and(|d| d.contains("M03"))
        {
            return Err(bad("ICU has no data for this language; use another tag or the fallback locale".to_owned()));
        }
        Ok(formats)
    }

    /// `rtl` for scripts that run from right to left, else `ltr`.
    pub fn direction(&self) -> &'static str {
        if self.right_to_left { "rtl" } else { "ltr" }
    }

    /// A date for a sentence: `9 March 2026`.
    pub fn long_date(&self, date: NaiveDate) -> Result<String, LetterError> {
        Ok(self.long.format(&gregorian(date)?).to_string())
    }

    /// A date for a table: `09.03.2026`.
    pub fn short_date(&self, date: NaiveDate) -> Result<String, LetterError> {
        Ok(self.short.format(&gregorian(date)?).to_string())
    }

    /// A number without a unit, e.g. a percent; trailing zeros are dropped.
    pub fn number(&self, value: Decimal) -> Result<String, LetterError> {
        let text = value.normalize().to_string();
        let fixed = text.parse::<Fixed>().map_err(|e| LetterError::Amount { text, why: e.to_string() })?;
        Ok(self.plain.format(&fixed).to_string())
    }

    /// An amount with its currency and exactly the currency's decimals.
    ///
    /// # Errors
    /// [`LetterError::Amount`] when what was written does not read back as the same digits.
    pub fn money(&self, money: Money) -> Result<String, LetterError> {
        let bad = |why: &str| LetterError::Amount { text: format!("{money} {}", money.currency), why: why.to_owned() };
        let known = self.money.borrow().get(&money.currency).cloned();
        let format = match known {
            Some(format) => format,
            None => {
                let made = Rc::new(self.money_format(money.currency).map_err(|why| bad(&why))?);
                self.money.borrow_mut().insert(money.currency, Rc::clone(&made));
                made
            }
        };
        let mut fixed = Fixed::from(money.minor);
        fixed.multiply_pow10(-(money.currency.exponent() as i16));
        let text = self.write(&format, &fixed);
        if !self.reads_back(&text, money) {
            return Err(bad(&format!("the locale {} would write `{text}`, which is not the same amount", self.locale)));
        }
        Ok(text)
    }

    fn money_format(&self, currency: Currency) -> Result<MoneyFormat, String> {
        let kind = CurrencyType::try_from_str(currency.code()).map_err(|e| e.to_string())?;
        let by_icu = CurrencyFormatter::try_new_symbol((&self.locale).into(), kind, Default::default())
            .map_err(|e| format!("ICU has no format for it: {e}"))?;
        let probe = Money::new(7_654_321, currency);
        let mut fixed = Fixed::from(probe.minor);
        fixed.multiply_pow10(-(currency.exponent() as i16));
        if self.reads_back(&by_icu.format_fixed_decimal(&fixed).to_string(), probe) {
            return Ok(MoneyFormat::Currency(Box::new(by_icu)));
        }
        // `IQD 0` or `0 IQD`: what stands around the zero is the frame.
        let zero = by_icu.format_fixed_decimal(&Fixed::from(0)).to_string();
        let is_digit = |c: char| self.digits.contains(&c);
        let (Some(first), Some(last)) = (zero.find(is_digit), zero.rfind(is_digit)) else {
            return Err(format!("`{zero}` shows no digit"));
        };
        let after: String = zero[last..].chars().skip(1).collect();
        Ok(MoneyFormat::Framed { before: zero[..first].to_owned(), after })
    }

    fn write(&self, format: &MoneyFormat, amount: &Fixed) -> String {
        match format {
            MoneyFormat::Currency(by_icu) => by_icu.format_fixed_decimal(amount).to_string(),
            MoneyFormat::Framed { before, after } => format!("{before}{}{after}", self.plain.format(amount)),
        }
    }

    /// Whether the digits of `text` are those of `money`, all decimals included.
    fn reads_back(&self, text: &str, money: Money) -> bool {
        let width = money.currency.exponent() as usize + 1;
        let expected = format!("{:0width$}", money.minor.unsigned_abs());
        let read = text.chars().filter_map(|c| self.digits.iter().position(|d| *d == c));
        read.eq(expected.bytes().map(|b| usize::from(b - b'0')))
    }
}

fn gregorian(date: NaiveDate) -> Result<Date<Gregorian>, LetterError> {
    let (month, day) = (date.month() as u8, date.day() as u8);
    Date::try_new_gregorian(date.year(), month, day)
        .map_err(|e| LetterError::Amount { text: date.to_string(), why: format!("the date cannot be written: {e}") })
}

#[cfg(test)]
mod tests;
