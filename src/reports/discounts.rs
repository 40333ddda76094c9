//! Discounts granted, open and expired, beside what waiting has cost and what a penalty would have brought.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{Cell, Ledger, Sheet};
use crate::domain::{
    account_facts::AccountFacts,
    ageing::interest,
    ledger::{GrantSource, Position},
    money::Currency,
    notice::Offer,
    policy::Costs,
};

/// Sums of discounts of one kind in one currency, in minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sums {
    pub number: u64,
    pub discount: i64,
    pub waiting: i64,
    pub penalty: i64,
}

/// What became of a discount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    Terms,
    Taken,
    Open,
    Expired,
}

impl Fate {
    pub fn name(self) -> &'static str {
        match self {
            Self::Terms => "terms taken",
            Self::Taken => "offer taken",
            Self::Open => "offer open",
            Self::Expired => "offer expired",
        }
    }
}

pub type SumTable = BTreeMap<(Currency, Fate), Sums>;

/// Adds the discounts of a position.
pub fn add(
    sums: &mut SumTable,
    facts: &AccountFacts,
    (currency, position): (Currency, &Position),
    costs: &Costs,
    as_of: NaiveDate,
) {
    add_grants(sums, currency, position);
    let made = facts.notices.iter().filter(|notice| notice.currency == currency && notice.as_of <= as_of);
    for (notice, offer) in made.filter_map(|notice| notice.offer.as_ref().map(|offer| (notice, offer))) {
        let granted = granted(position, notice.id);
        let fate = match () {
            () if granted > 0 => Fate::Taken,
            () if as_of <= offer.last_day => Fate::Open,
            () => Fate::Expired,
        };
        let sum = sums.entry((currency, fate)).or_default();
        sum.number += 1;
        sum.discount += if granted > 0 { granted } else { offer.discount };
        for (minor, days) in waited(position, offer, as_of) {
            sum.waiting += interest(minor, days, costs.waiting_percent);
            sum.penalty += interest(minor, days, costs.penalty_percent);
        }
    }
}

/// Discounts granted by the terms on invoices: paid before they were due, so nothing was waited.
fn add_grants(sums: &mut SumTable, currency: Currency, position: &Position) {
    for grant in position.items.iter().flat_map(|item| &item.grants) {
        if let GrantSource::Terms(_) = grant.source {
            let sum = sums.entry((currency, Fate::Terms)).or_default();
            sum.number += 1;
            sum.discount += grant.amount;
        }
    }
}

fn granted(position: &Position, notice: i64) -> i64 {
    let grants = position.items.iter().flat_map(|item| &item.grants);
    grants.filter(|grant| grant.source == GrantSource::Offer(notice)).map(|grant| grant.amount).sum()
}

/// Amount and days overdue of each item of an offer, until the money came.
fn waited<'a>(position: &'a Position, offer: &'a Offer, as_of: NaiveDate) -> impl Iterator<Item = (i64, i64)> + 'a {
    let items = position.items.iter().filter(|item| offer.invoices.contains(&item.invoice.number));
    items.map(move |item| {
        let until = item.settled_on.unwrap_or(as_of);
        (item.invoice.amount.minor - item.credited, (until - item.invoice.due).num_days())
    })
}

impl Ledger {
    pub fn discounts_sheet(&self) -> Sheet {
        let row = |((currency, fate), sums): (&(Currency, Fate), &Sums)| {
            let amounts = [sums.discount, sums.waiting, sums.penalty].map(|minor| Cell::money(minor, *currency));
            [Cell::text(currency), Cell::text(fate.name()), Cell::number(sums.number)]
                .into_iter()
                .chain(amounts)
                .collect()
        };
        let columns = vec![
            ("currency", false),
            ("what", false),
            ("number", true),
            ("discount", true),
            ("cost of waiting", true),
            ("penalty not charged", true),
        ];
        Sheet { columns, rows: self.discounts.iter().map(row).collect() }
    }
}
