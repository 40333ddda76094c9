//! What became of promises, by the month of their last day.

use std::collections::BTreeMap;

use chrono::{Datelike, Months, NaiveDate};

use super::{Cell, Sheet, tenths};
use crate::domain::{
    account_facts::AccountFacts,
    policy::Policy,
    promise::{Word, promises},
};

/// Months that are looked back on.
const MONTHS: Months = Months::new(12);

/// Numbers of promises.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub kept: u64,
    pub part_kept: u64,
    pub broken: u64,
    pub ended: u64,
    pub waiting: u64,
}

impl Tally {
    fn add(&mut self, word: Word) {
        *match word {
            Word::Kept => &mut self.kept,
            Word::PartKept => &mut self.part_kept,
            Word::Broken => &mut self.broken,
            Word::Ended => &mut self.ended,
            Word::Waiting => &mut self.waiting,
        } += 1;
    }

    /// Of those whose day has passed, the share that was kept in full, in tenths of a percent. What a person took back
    /// is neither kept nor broken.
    pub fn share(&self) -> Option<i64> {
        let passed = self.kept + self.part_kept + self.broken;
        (passed > 0).then(|| ((2_000 * self.kept + passed) / (2 * passed)).cast_signed())
    }
}

/// Promises by the first day of the month in which they were to be kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words(pub BTreeMap<NaiveDate, Tally>);

impl Words {
    pub fn add(&mut self, facts: &AccountFacts, policy: &Policy, as_of: NaiveDate) {
        let first = as_of.checked_sub_months(MONTHS).unwrap_or(NaiveDate::MIN);
        for promise in promises(facts, as_of).iter().filter(|promise| promise.until >= first) {
            let month = promise.until.with_day(1).unwrap_or(promise.until);
            self.0.entry(month).or_default().add(promise.word(facts, policy, as_of));
        }
    }

    pub fn sheet(&self) -> Sheet {
        let row = |(month, tally): (&NaiveDate, &Tally)| {
            let Tally { kept, part_kept, broken, ended, waiting } = tally;
            let numbers = [kept, part_kept, broken, ended, waiting].map(Cell::number);
            let share = Cell::maybe(tally.share().map(tenths));
            std::iter::once(Cell::text(month.format("%Y-%m"))).chain(numbers).chain([share]).collect()
        };
        let names = ["kept", "kept in part", "broken", "taken back", "waiting", "percent kept"];
        let columns = std::iter::once(("month", false)).chain(names.map(|name| (name, true))).collect();
        Sheet { columns, rows: self.0.iter().map(row).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    #[test]
    fn the_share_is_of_those_whose_day_has_passed() {
        let tally = |kept, part_kept, broken| Tally { kept, part_kept, broken, ended: 9, waiting: 9 };
        for (tally, expected) in [
            (tally(2, 1, 0), Some(667)),
            (tally(1, 0, 1), Some(500)),
            (tally(0, 0, 3), Some(0)),
            (tally(0, 0, 0), None),
        ] {
            assert_eq!(tally.share(), expected, "{tally:?}");
        }
    }
}
