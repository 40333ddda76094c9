//! How late an item is against the account's own habit, which only what it did not dispute tells.

use super::{Known, Observation, disputes::Disputes, kind::Kind, known::Key, odds::LogOdds, words::Said};
use crate::domain::ledger::{Item, Position};

/// Standard deviations beyond the habit from which lateness speaks for a protest.
const USUAL: f64 = 0.5;
/// An item that is as late as usual is waited for.
const LEAST: LogOdds = LogOdds::hundredths(-100);
/// Beyond it, lateness says no more: want of money and lost letters make items late too.
const MOST: LogOdds = LogOdds::hundredths(300);
/// The same without a habit to compare with.
const MOST_SILENT: LogOdds = LogOdds::hundredths(150);
/// The prior habit counts like one invoice of the account, the prior spread like six.
const PRIOR_HABIT: f64 = 1.0;
const PRIOR_SPREAD: f64 = 6.0;
/// Items in a row that are paid later and later before it is called a trend, and days between the first and the last.
const TREND: usize = 4;
const TREND_DAYS: i64 = 10;

/// Undisputed invoices that were paid, by due date.
pub(super) struct Habit<'a> {
    /// Number, and days from due date to payment.
    paid: Vec<(&'a str, i64)>,
    sum: f64,
    /// Of squares of the distances from the mean.
    squares: f64,
    worst: i64,
}

impl<'a> Habit<'a> {
    pub fn of(position: &Position<'a>, disputes: &Disputes) -> Self {
        let undisputed = position.items.iter().filter(|item| item.payments > 0 && !disputes.has(&item.invoice.number));
        let paid: Vec<(&str, i64)> = undisputed
            .filter_map(|item| Some((item.invoice.number.as_str(), (item.settled_on? - item.invoice.due).num_days())))
            .collect();
        let sum: f64 = paid.iter().map(|(_, days)| *days as f64).sum();
        let mean = sum / paid.len().max(1) as f64;
        let squares = paid.iter().map(|(_, days)| (*days as f64 - mean).powi(2)).sum();
        let worst = paid.iter().map(|(_, days)| *days).max().unwrap_or(0);
        Self { paid, sum, squares, worst }
    }

    pub fn about(&self, known: &Known, item: &Item) -> Vec<Observation> {
        [self.late(known, item), self.later_than_ever(known, item), self.rising(known)].into_iter().flatten().collect()
    }

    fn late(&self, known: &Known, item: &Item) -> Option<Observation> {
        let (rule, days, of) = (known.rule(), item.days_overdue(known.as_of), self.paid.len());
        let beyond = self.deviations(known, days) - USUAL;
        let weight = rule.weights.late.times(beyond);
        if of < rule.habit_needed as usize {
            let key = Key { suffix: None, date: known.as_of, source: format!("invoice {}", item.invoice.number) };
            return known.seen(Kind::Silent, key, weight.clamp(LEAST, MOST_SILENT), &Said::Silent { days });
        }
        let usual = (self.sum / of as f64).round() as i64;
        known.seen(Kind::Late, self.key(known), weight.clamp(LEAST, MOST), &Said::Late { days, usual, of })
    }

    /// Standard deviations by which so many days lie beyond what the next undisputed item would take. Both the habit
    /// and its spread are drawn towards the prior ones, and the fewer invoices there are, the less sure they are.
    fn deviations(&self, known: &Known, days: i64) -> f64 {
        let (prior, of) = (&known.rule().prior, self.paid.len() as f64);
        let habit = (self.sum + PRIOR_HABIT * f64::from(prior.late_days)) / (of + PRIOR_HABIT);
        let spread = f64::from(prior.spread_days.max(1));
        let variance = (self.squares + PRIOR_SPREAD * spread * spread) / (of + PRIOR_SPREAD);
        (days as f64 - habit) / (variance * (1.0 + 1.0 / (of + PRIOR_HABIT))).sqrt()
    }

    fn later_than_ever(&self, known: &Known, item: &Item) -> Option<Observation> {
        let (of, worst) = (self.paid.len(), self.worst);
        let fires = of > 0 && item.days_overdue(known.as_of) > worst;
        let weight = known.rule().weights.later_than_ever;
        let said = Said::LaterThanEver { worst, of };
        fires.then(|| known.seen(Kind::LaterThanEver, self.key(known), weight, &said)).flatten()
    }

    /// Days beyond the terms that rise over the last items: want of money rather than one dispute.
    fn rising(&self, known: &Known) -> Option<Observation> {
        let last = self.paid.last_chunk::<TREND>()?;
        let rises = last.windows(2).all(|pair| pair[0].1 <= pair[1].1);
        let (from, to) = (last[0].1, last[TREND - 1].1);
        let said = Said::Rising { first: from, last: to, of: TREND };
        let key = Key::invoices(last.iter().rev().map(|(number, _)| *number), TREND, known.as_of);
        let fires = rises && to > 0 && to - from >= TREND_DAYS;
        fires.then(|| known.seen(Kind::RisingDelay, key, known.rule().weights.rising_delay, &said)).flatten()
    }

    fn key(&self, known: &Known) -> Key {
        Key::invoices(self.paid.iter().rev().map(|(number, _)| *number), self.paid.len(), known.as_of)
    }
}
