//! Figures over the whole ledger, for `duly report` and the console. [`Ledger`] gathers them account by account.
//!
//! A report is a [`Sheet`]: what tables and CSV files are made of.

mod ageing;
pub mod came_back;
pub mod causes;
pub mod csv;
pub mod discounts;
mod figures;
pub mod judgement;
mod promises;

use std::collections::BTreeMap;

use chrono::NaiveDate;

pub use ageing::BUCKETS;
pub use promises::Words;

use crate::{
    domain::{
        ageing::AgeingTable,
        evaluation::samples::Sample,
        money::{Currency, Money},
        receivable::Roll,
    },
    rules::Rules,
    sweep::Walked,
};

/// A report as rows of cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Names of the columns; those of numbers are aligned to the right.
    pub columns: Vec<(&'static str, bool)>,
    pub rows: Vec<Vec<Cell>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// What may come from outside.
    Text(String),
    /// What we write as a number.
    Number(String),
}

impl Cell {
    pub fn text(text: impl ToString) -> Self {
        Self::Text(text.to_string())
    }

    pub fn number(number: impl ToString) -> Self {
        Self::Number(number.to_string())
    }

    pub fn money(minor: i64, currency: Currency) -> Self {
        Self::number(Money::new(minor, currency))
    }

    /// A number that may be missing.
    pub fn maybe(number: Option<impl ToString>) -> Self {
        Self::Number(number.map(|number| number.to_string()).unwrap_or_default())
    }

    pub fn as_str(&self) -> &str {
        match self {
            Self::Text(text) | Self::Number(text) => text,
        }
    }
}

/// `45.3` for 453.
pub fn tenths(tenths: i64) -> String {
    let sign = if tenths < 0 { "-" } else { "" };
    format!("{sign}{}.{}", tenths.abs() / 10, tenths.abs() % 10)
}

/// Everything that reports tell of the ledger on a day.
#[derive(Debug, Clone)]
pub struct Ledger {
    pub as_of: NaiveDate,
    pub ageing: AgeingTable,
    pub discounts: discounts::SumTable,
    pub rolls: BTreeMap<Currency, Roll>,
    pub promises: Words,
    pub came_back: came_back::Weeks,
    /// Of each of [`judgement::JUDGES`].
    pub judged: [Vec<Sample>; 2],
}

impl Ledger {
    pub fn new(as_of: NaiveDate) -> Self {
        Self {
            as_of,
            ageing: AgeingTable::new(),
            discounts: discounts::SumTable::new(),
            rolls: BTreeMap::new(),
            promises: Words::default(),
            came_back: came_back::Weeks::new(as_of),
            judged: Default::default(),
        }
    }

    pub fn add(&mut self, account: &Walked, rules: &Rules) {
        let (facts, policy, as_of) = (&account.snapshot.facts, &account.published.policy, self.as_of);
        for (currency, position) in account.positions {
            self.ageing.entry(*currency).or_default().add(position, as_of);
            self.rolls.entry(*currency).or_insert_with(|| Roll::new(as_of)).add(position);
            let costs = &rules.standard.policy.costs;
            discounts::add(&mut self.discounts, facts, (*currency, position), costs, as_of);
        }
        self.promises.add(facts, policy, as_of);
        self.came_back.add(facts);
        for (samples, (.., judge)) in self.judged.iter_mut().zip(judgement::JUDGES) {
            samples.extend(judgement::samples(facts, policy, judge));
        }
    }
}
