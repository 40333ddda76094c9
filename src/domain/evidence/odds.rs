//! Weights of evidence: log-odds in hundredths, so that sums are exact and the same on every machine.

use std::{fmt, iter::Sum, ops::Add};

use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde::Deserialize;

/// How much something speaks for what is assumed; negative speaks against it. +0.69 doubles the odds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "Decimal")]
pub struct LogOdds(i32);

impl LogOdds {
    pub const ZERO: Self = Self(0);

    pub const fn hundredths(hundredths: i32) -> Self {
        Self(hundredths)
    }

    /// Rounded to hundredths.
    pub fn of(value: f64) -> Self {
        Self((value * 100.0).round() as i32)
    }

    pub fn value(self) -> f64 {
        f64::from(self.0) / 100.0
    }

    pub fn times(self, factor: f64) -> Self {
        Self::of(self.value() * factor)
    }

    /// As a probability; for reports only, since `exp` may differ between machines in its last digits.
    pub fn probability(self) -> f64 {
        1.0 / (1.0 + (-self.value()).exp())
    }
}

impl TryFrom<Decimal> for LogOdds {
    type Error = &'static str;

    fn try_from(text: Decimal) -> Result<Self, Self::Error> {
        let hundredths = text.checked_mul(Decimal::ONE_HUNDRED).filter(|scaled| scaled.fract().is_zero());
        let small = hundredths.and_then(|scaled| scaled.to_i32()).filter(|scaled| scaled.abs() <= 2_000);
        small.map(Self).ok_or("a weight has at most two decimals and lies between -20 and 20")
    }
}

impl Add for LogOdds {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sum for LogOdds {
    fn sum<I: Iterator<Item = Self>>(weights: I) -> Self {
        weights.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for LogOdds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.0 {
            ..0 => "-",
            _ if f.sign_plus() => "+",
            _ => "",
        };
        write!(f, "{sign}{}.{:02}", self.0.unsigned_abs() / 100, self.0.unsigned_abs() % 100)
    }
}

/// The odds of `share`, as a logarithm.
pub(super) fn logit(share: f64) -> f64 {
    ln(share / (1.0 - share))
}

/// The natural logarithm of a positive number, from sums and products alone: the library's one may differ between
/// machines, and a sweep that is done again must give the same.
fn ln(x: f64) -> f64 {
    let (mut x, mut twos) = (x.clamp(1e-9, 1e9), 0.0);
    while x > 1.5 {
        (x, twos) = (x / 2.0, twos + 1.0);
    }
    while x < 0.75 {
        (x, twos) = (x * 2.0, twos - 1.0);
    }
    // ln x = 2 artanh ((x − 1) / (x + 1)); the terms fall by a factor of 25 each.
    let t = (x - 1.0) / (x + 1.0);
    let (mut term, mut sum) = (t, 0.0);
    for n in (1..24).step_by(2) {
        sum += term / f64::from(n);
        term *= t * t;
    }
    twos * std::f64::consts::LN_2 + 2.0 * sum
}

/// e to the power of a number that is not large, from sums and products alone as well.
fn exp(x: f64) -> f64 {
    let twos = (x / std::f64::consts::LN_2).round();
    let rest = x - twos * std::f64::consts::LN_2;
    let (mut term, mut sum) = (1.0, 1.0);
    for n in 1..16 {
        term *= rest / f64::from(n);
        sum += term;
    }
    sum * 2f64.powi(twos as i32)
}

/// ln(1 + eˣ).
pub(super) fn softplus(x: f64) -> f64 {
    match x {
        20.0.. => x,
        ..-20.0 => 0.0,
        _ => ln(1.0 + exp(x)),
    }
}

#[cfg(test)]
mod tests {
    use super::{LogOdds, exp, ln, logit, softplus};

    #[test]
    fn logarithms_are_right() {
        for x in [1e-9, 0.01, 0.2, 0.74, 0.75, 1.0, 1.5, 1.51, 3.0, 99.0, 1e9] {
            assert!((ln(x) - f64::ln(x)).abs() < 1e-12, "{x}");
        }
        assert_eq!(logit(0.5), 0.0);
        for x in [-20.0, -3.3, -0.34, 0.0, 0.35, 1.0, 19.9] {
            assert!((exp(x) / x.exp() - 1.0).abs() < 1e-12, "{x}");
            assert!((softplus(x) - x.exp().ln_1p()).abs() < 1e-8, "{x}");
        }
        assert_eq!([softplus(-1e300), softplus(1e300), softplus(20.0)], [0.0, 1e300, 20.0]);
    }

    #[test]
    fn weights_are_read_and_written() {
        #[derive(serde::Deserialize)]
        struct Line {
            w: LogOdds,
        }
        let read = |text: &str| toml::from_str::<Line>(text).map(|line| line.w.to_string()).ok();
        for (text, expected) in
            [("w = 1.25", "1.25"), ("w = -0.5", "-0.50"), ("w = 3", "3.00"), ("w = \"0.07\"", "0.07")]
        {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
        }
        assert_eq!([read("w = 0.125"), read("w = 20.01"), read("w = \"x\"")], [None, None, None]);
        assert_eq!(format!("{:+} {:+}", LogOdds::of(0.404), LogOdds::of(-1.0)), "+0.40 -1.00");
    }
}
