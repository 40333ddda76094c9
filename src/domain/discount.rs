//! Prompt-payment discounts: terms on the invoice and offers in a notice.

use std::{fmt, str::FromStr};

use rust_decimal::Decimal;

/// One step of prompt-payment terms: `percent` off when paid within `days` of the anchor date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tier {
    /// Percent, greater than 0 and less than 100.
    pub percent: Decimal,
    pub days: u32,
}

impl FromStr for Tier {
    type Err = String;

    /// Reads `2/10` or `2.5/14`: percent, a slash, days.
    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("`{text}` is not a discount term (expected percent/days, like 2/10)");
        let (percent, days) = text.split_once('/').ok_or_else(bad)?;
        let plain = !percent.is_empty() && percent.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        let percent: Decimal = percent.parse().ok().filter(|_| plain).ok_or_else(bad)?;
        let days: u32 = days.parse().map_err(|_| bad())?;
        if percent <= Decimal::ZERO || percent >= Decimal::ONE_HUNDRED || days > 3650 {
            return Err(format!("`{text}`: the percent must lie between 0 and 100, the days between 0 and 3650"));
        }
        Ok(Self { percent, days })
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.percent.normalize(), self.days)
    }
}
