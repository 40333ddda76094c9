//! How late an item is against the account's own habit.
//!
//! Whoever disputes an invoice pays it late, but by about as much later than else: taken so much earlier, disputed ones
//! tell the habit as well. None is taken later than the latest undisputed one, or than is usual anywhere. Lateness then
//! is the ratio of two chances: that an item is still open if it is disputed, and if it is not. Both are taken from the
//! tail of a logistic curve around the habit; ln S(t) of it is −softplus((t − μ)/s).

use super::{
    Known, Observation,
    disputes::Disputes,
    kind::Kind,
    known::Key,
    odds::{LogOdds, softplus},
    rule::Prior,
    words::Said,
};
use crate::domain::ledger::{Item, Position};

/// Where lateness neither speaks for a protest nor against one.
const CENTRE: f64 = 1.2;
/// Beyond it, lateness says no more: want of money and lost letters make items late too.
const MOST: LogOdds = LogOdds::hundredths(300);
/// The prior habit counts like half an invoice of the account, the prior spread like six.
const PRIOR_HABIT: f64 = 0.5;
const PRIOR_SPREAD: f64 = 6.0;
/// The prior spread is that of invoices paid so many days after issue. Who takes longer varies more.
const PRIOR_AGE: f64 = 30.0;
/// Fewest days from issue to payment.
const LEAST_AGE: f64 = 3.0;
/// Standard deviation of the logistic curve whose scale is 1: π/√3.
const DEVIATION: f64 = 1.8;
/// Items in a row that are paid later and later before it is called a trend, and days between the first and the last.
const TREND: usize = 4;
const TREND_DAYS: i64 = 10;

/// Invoices that were paid, by due date: number, and days from due date to payment.
pub(super) struct Habit<'a> {
    undisputed: Vec<(&'a str, i64)>,
    disputed: Vec<(&'a str, i64)>,
    /// Of the days of all, disputed ones as they are taken.
    sum: f64,
    /// Of the squares of the distances of undisputed ones from their mean.
    squares: f64,
    worst: i64,
}

impl<'a> Habit<'a> {
    pub fn of(position: &Position<'a>, disputes: &Disputes, prior: &Prior) -> Self {
        let paid =
            position.items.iter().filter(|item| item.payments > 0).filter_map(|item| {
                Some((item.invoice.number.as_str(), (item.settled_on? - item.invoice.due).num_days()))
            });
        let (disputed, undisputed): (Vec<_>, Vec<_>) = paid.partition(|(number, _)| disputes.has(number));
        let sum: f64 = undisputed.iter().map(|(_, days)| *days as f64).sum();
        let mean = sum / undisputed.len().max(1) as f64;
        let usual = i64::from(prior.late_days) + i64::from(prior.spread_days);
        let latest = undisputed.iter().map(|(_, days)| *days).fold(usual, i64::max);
        let taken = disputed.iter().map(|(_, days)| (days - i64::from(prior.disputed_days)).min(latest) as f64);
        Self {
            sum: sum + taken.sum::<f64>(),
            squares: undisputed.iter().map(|(_, days)| (*days as f64 - mean).powi(2)).sum(),
            worst: undisputed.iter().map(|(_, days)| *days).max().unwrap_or(0),
            undisputed,
            disputed,
        }
    }

    pub fn about(&self, known: &Known, item: &Item) -> Vec<Observation> {
        [self.late(known, item), self.later_than_ever(known, item), self.rising(known)].into_iter().flatten().collect()
    }

    fn late(&self, known: &Known, item: &Item) -> Option<Observation> {
        let (rule, days) = (known.rule(), item.days_overdue(known.as_of));
        let weight = rule.weights.late.times(self.ratio(known, item) - CENTRE).min(MOST);
        let (of, disputed) = (self.undisputed.len() + self.disputed.len(), self.disputed.len());
        if of < rule.habit_needed as usize {
            let key = Key { suffix: None, date: known.as_of, source: format!("invoice {}", item.invoice.number) };
            return known.seen(Kind::Silent, key, weight, &Said::Silent { days });
        }
        let usual = (self.sum / of as f64).round() as i64;
        let both = self.undisputed.iter().rev().chain(self.disputed.iter().rev());
        let key = Key::invoices(both.map(|(number, _)| *number), of, known.as_of);
        known.seen(Kind::Late, key, weight, &Said::Late { days, usual, of, disputed })
    }

    /// How much likelier it is that an item is still open after its days if it is disputed: a logarithm. Both the habit
    /// and its spread are drawn towards the prior ones, and the fewer invoices there are, the less sure they are.
    fn ratio(&self, known: &Known, item: &Item) -> f64 {
        let prior = &known.rule().prior;
        let (undisputed, disputed) = (self.undisputed.len() as f64, self.disputed.len() as f64);
        let (of, later) = (undisputed + disputed + PRIOR_HABIT, f64::from(prior.disputed_days));
        let habit = (self.sum + PRIOR_HABIT * f64::from(prior.late_days)) / of;
        let age = ((item.invoice.due - item.invoice.issued).num_days() as f64 + habit).max(LEAST_AGE);
        let usual = f64::from(prior.spread_days.max(1)).powi(2) * age / PRIOR_AGE;
        let variance = (self.squares + PRIOR_SPREAD * usual) / (undisputed + PRIOR_SPREAD);
        let scale = (variance * (1.0 + 1.0 / of)).sqrt() / DEVIATION;
        // A day is over when it is looked back on.
        let beyond = (item.days_overdue(known.as_of) as f64 + 0.5 - habit) / scale;
        softplus(beyond) - softplus(beyond - later / scale)
    }

    fn later_than_ever(&self, known: &Known, item: &Item) -> Option<Observation> {
        let (of, worst) = (self.undisputed.len(), self.worst);
        let fires = of > 0 && item.days_overdue(known.as_of) > worst;
        let weight = known.rule().weights.later_than_ever;
        let said = Said::LaterThanEver { worst, of };
        fires.then(|| known.seen(Kind::LaterThanEver, self.key(known), weight, &said)).flatten()
    }

    /// Days beyond the terms that rise over the last items: want of money rather than one dispute.
    fn rising(&self, known: &Known) -> Option<Observation> {
        let last = self.undisputed.last_chunk::<TREND>()?;
        let rises = last.windows(2).all(|pair| pair[0].1 <= pair[1].1);
        let (from, to) = (last[0].1, last[TREND - 1].1);
        let said = Said::Rising { first: from, last: to, of: TREND };
        let key = Key::invoices(last.iter().rev().map(|(number, _)| *number), TREND, known.as_of);
        let fires = rises && to > 0 && to - from >= TREND_DAYS;
        fires.then(|| known.seen(Kind::RisingDelay, key, known.rule().weights.rising_delay, &said)).flatten()
    }

    fn key(&self, known: &Known) -> Key {
        Key::invoices(self.undisputed.iter().rev().map(|(number, _)| *number), self.undisputed.len(), known.as_of)
    }
}
