//! Prompt-payment discounts: terms on the invoice and offers in a notice.
//!
//! Every parameter is explicit ([`Terms`]). The payable amount is rounded once, half up; the
//! discount is the difference, so that the two always add up to the invoice.

use std::{fmt, str::FromStr};

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::Deserialize;

use super::{calendar::plus_days, money::round_half_up};

/// One step of prompt-payment terms: `percent` off when paid within `days` of the anchor date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tier {
    /// Percent, greater than 0 and less than 100.
    pub percent: Decimal,
    pub days: u32,
    /// Amount in major units that the percentage is taken of, where the invoice states one.
    pub stated: Option<Decimal>,
}

/// Largest stated base, in major units: as much as the largest amount without decimals.
const MAX_STATED: Decimal = Decimal::from_parts(276_447_232, 23_283, 0, false, 0);

impl FromStr for Tier {
    type Err = String;

    /// Reads `2/10`, `2.5/14` or, with a stated base, `2/10@900.00`: percent, days, base.
    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("`{text}` is not a discount term (expected percent/days, like 2/10)");
        let (percent, rest) = text.split_once('/').ok_or_else(bad)?;
        let (days, stated) = match rest.split_once('@') {
            Some((days, base)) => (days, Some(plain_decimal(base).ok_or_else(bad)?)),
            None => (rest, None),
        };
        let percent = plain_decimal(percent).ok_or_else(bad)?;
        let days: u32 = days.parse().map_err(|_| bad())?;
        if percent <= Decimal::ZERO || percent >= Decimal::ONE_HUNDRED || days > 3650 {
            return Err(format!("`{text}`: the percent must lie between 0 and 100, the days between 0 and 3650"));
        }
        if stated.is_some_and(|base| base > MAX_STATED) {
            return Err(format!("`{text}`: the base may be {MAX_STATED} at most"));
        }
        Ok(Self { percent, days, stated })
    }
}

/// Digits with at most one point between them; `Decimal` alone would take `1_0` and `1e3`.
pub fn plain_decimal(text: &str) -> Option<Decimal> {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let ends_in_digits = text.starts_with(|c: char| c.is_ascii_digit()) && !text.ends_with('.');
    if plain && ends_in_digits { text.parse().ok() } else { None }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.percent.normalize(), self.days)?;
        self.stated.map_or(Ok(()), |base| write!(f, "@{base}"))
    }
}

/// How terms are to be understood; every company states its own.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Terms {
    pub anchor: Anchor,
    pub base: Base,
    pub tax: TaxShare,
    /// Days after the last day on which a payment is still accepted.
    pub grace_days: u32,
    pub part_payments: PartPayments,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            anchor: Anchor::Issued,
            base: Base::Gross,
            tax: TaxShare::Follows,
            grace_days: 0,
            part_payments: PartPayments::None,
        }
    }
}

/// The date from which the days of a tier are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Anchor {
    Issued,
    /// The delivery of the invoice where it is known, else its issue.
    Delivered,
}

/// What the percentage is taken of, unless the tier states an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Base {
    Gross,
    Net,
}

/// Whether the tax contained in the invoice falls along with the discount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TaxShare {
    Follows,
    Fixed,
}

/// What a payment of only a part means for the discount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PartPayments {
    /// One payment settles the invoice, or there is no discount.
    None,
    /// Each part in time earns its share: `paid ÷ (1 − d) × d`.
    Proportional,
    /// Several payments, all in time; the last one earns the whole discount.
    FinalOnly,
}

/// The amount of an invoice that a discount is computed for, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Payable {
    pub gross: i64,
    /// Tax contained in `gross`.
    pub tax: i64,
    /// Decimals of the currency.
    pub exponent: u32,
}

/// What a discount comes to, in minor units: `pay + discount = gross`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quote {
    pub pay: i64,
    pub discount: i64,
    /// Tax contained in `discount`; 0 when the tax stays fixed.
    pub tax: i64,
    /// Last day on which the value date is in time, grace not counted.
    pub last_day: NaiveDate,
}

/// What `tier` is worth on an invoice whose days are counted from `anchor`.
pub fn quote(payable: Payable, tier: &Tier, terms: &Terms, anchor: NaiveDate) -> Quote {
    let rate = tier.percent / Decimal::ONE_HUNDRED;
    let gross = Decimal::from(payable.gross);
    let base = match (tier.stated, terms.base, terms.tax) {
        (Some(stated), ..) => stated * Decimal::from(10_i64.pow(payable.exponent)),
        // When the tax falls along with a discount on the net amount, the gross falls in proportion.
        (None, Base::Gross, _) | (None, Base::Net, TaxShare::Follows) => gross,
        (None, Base::Net, TaxShare::Fixed) => gross - Decimal::from(payable.tax),
    };
    let pay = round_half_up(gross - base * rate).clamp(0, payable.gross.max(0));
    let discount = payable.gross - pay;
    Quote { pay, discount, tax: tax_share(discount, payable, terms.tax), last_day: plus_days(anchor, tier.days) }
}

/// The tax contained in a discount, in proportion to the tax in the invoice.
pub fn tax_share(discount: i64, payable: Payable, rule: TaxShare) -> i64 {
    if rule == TaxShare::Fixed || payable.gross == 0 {
        return 0;
    }
    round_half_up(Decimal::from(discount) * Decimal::from(payable.tax) / Decimal::from(payable.gross))
}

/// The discount that a part payment earns: what it settles, `paid ÷ (1 − d)`, is rounded once.
pub fn proportional(paid: i64, payable: Payable, quote: Quote) -> i64 {
    if quote.pay == 0 {
        return 0;
    }
    let settles = Decimal::from(paid) * Decimal::from(payable.gross) / Decimal::from(quote.pay);
    round_half_up(settles) - paid
}

/// The payable amount of an offer over a total, in minor units: `(pay, discount)`.
pub fn offer_amounts(total: i64, percent: Decimal) -> (i64, i64) {
    let pay = round_half_up(Decimal::from(total) * (Decimal::ONE - percent / Decimal::ONE_HUNDRED));
    (pay, total - pay)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn on(gross: i64, tax: i64, tier: &str, base: Base, tax_rule: TaxShare) -> Quote {
        let terms = Terms { base, tax: tax_rule, ..Terms::default() };
        quote(Payable { gross, tax, exponent: 2 }, &tier.parse().unwrap(), &terms, day("2026-01-01"))
    }

    #[test]
    fn odoo_has_three_tax_modes() {
        // 100.00 + 21 %, 2 %. Included: the tax falls along. Excluded: the tax stays. Mixed: the
        // invoice itself carries the tax of the discounted net amount (20.58).
        let included = on(12100, 2100, "2/7", Base::Gross, TaxShare::Follows);
        assert_eq!((included.pay, included.discount, included.tax), (11858, 242, 42));
        let excluded = on(12100, 2100, "2/7", Base::Net, TaxShare::Fixed);
        assert_eq!((excluded.pay, excluded.discount, excluded.tax), (11900, 200, 0));
        let mixed = on(12058, 2058, "2/7", Base::Net, TaxShare::Fixed);
        assert_eq!((mixed.pay, mixed.pay + mixed.discount), (11858, 12058));
        // Seven days from 1 January: up to and including the 8th.
        assert_eq!(included.last_day, day("2026-01-08"));
    }

    #[test]
    fn published_figures_come_out() {
        // ERPNext's own test: 200 + 18 % = 236, 10 % off: 212.40, of which 20.00 and 3.60 tax.
        let erpnext = on(23600, 3600, "10/5", Base::Gross, TaxShare::Follows);
        assert_eq!((erpnext.pay, erpnext.discount - erpnext.tax, erpnext.tax), (21240, 2000, 360));
        // Odoo PR 163786: 1725.05 at 10 % is 1552.55, rounded once and half up.
        assert_eq!(on(172_505, 0, "10/5", Base::Gross, TaxShare::Follows).pay, 155_255);
        // A stated base (XRechnung's BASISBETRAG): 3 % of 900.00 on an invoice of 1,000.00.
        assert_eq!(on(100_000, 0, "3/7@900.00", Base::Gross, TaxShare::Follows).pay, 97_300);
    }

    #[test]
    fn d365_grants_part_payments_in_proportion() {
        // 485.00 at 2 % earns 9.90; 505.10 of 1,000.00 stay open.
        let payable = Payable { gross: 100_000, tax: 0, exponent: 2 };
        let quote = quote(payable, &"2/10".parse().unwrap(), &Terms::default(), day("2026-01-01"));
        let earned = proportional(48_500, payable, quote);
        assert_eq!((earned, 100_000 - 48_500 - earned), (990, 50_510));
    }

    #[test]
    fn terms_are_read_strictly() {
        assert_eq!("2.50/14".parse::<Tier>().unwrap().to_string(), "2.5/14");
        for text in ["2", "2/", "/10", "0/10", "100/10", "2/-1", "1e1/10", "1_0/5", "2/10@", "2/10@x", "2/9999", "2./3"]
        {
            assert!(text.parse::<Tier>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn pay_and_discount_add_up(gross in 0_i64..10_000_000, tax_rate in 0_i64..30, percent in 1_u32..99, fixed: bool, net: bool) {
            let tax = gross * tax_rate / (100 + tax_rate);
            let (base, rule) = (if net { Base::Net } else { Base::Gross }, if fixed { TaxShare::Fixed } else { TaxShare::Follows });
            let quote = on(gross, tax, &format!("{percent}/10"), base, rule);
            prop_assert_eq!(quote.pay + quote.discount, gross);
            prop_assert!((0..=quote.discount.max(0)).contains(&quote.tax));
        }
    }
}
