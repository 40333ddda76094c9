//! What becomes of other items: newer ones paid, others overdue, what they usually amount to, and what other accounts
//! leave open of the same product.

use chrono::NaiveDate;

use super::{Known, Observation, kind::Kind, known::Key, odds::LogOdds, residue::Residues, words::Said};
use crate::domain::ledger::{Item, Position};

/// Other invoices that make an amount usual.
const USUAL: usize = 3;
/// Others that must be overdue before it is more than one item's matter.
const SEVERAL: usize = 2;

/// The other items, prepared so that each item need not look at all of them.
pub(super) struct Others<'a> {
    /// Those that were paid, by issue: issued, number, amount.
    paid: Vec<(NaiveDate, &'a str, i64)>,
    /// The smallest and largest amount from each of `paid` to the end.
    sizes: Vec<(i64, i64)>,
    /// By due date.
    overdue: Vec<&'a str>,
    all: usize,
    sum: i128,
}

impl<'a> Others<'a> {
    pub fn of(position: &Position<'a>, residues: &Residues, as_of: NaiveDate) -> Self {
        let paid = position.items.iter().filter(|item| item.residual == 0 && item.payments > 0);
        let mut paid: Vec<_> =
            paid.map(|item| (item.invoice.issued, item.invoice.number.as_str(), item.invoice.amount.minor)).collect();
        paid.sort_unstable();
        let mut sizes: Vec<(i64, i64)> = paid.iter().map(|(.., amount)| (*amount, *amount)).collect();
        for at in (1..sizes.len()).rev() {
            let (small, large) = sizes[at];
            sizes[at - 1] = (sizes[at - 1].0.min(small), sizes[at - 1].1.max(large));
        }
        let overdue = |item: &&Item| item.residual > 0 && item.days_overdue(as_of) >= 1 && !residues.is_one(item);
        Self {
            paid,
            sizes,
            overdue: position.items.iter().filter(overdue).map(|item| item.invoice.number.as_str()).collect(),
            all: position.items.len(),
            sum: position.items.iter().map(|item| i128::from(item.invoice.amount.minor)).sum(),
        }
    }

    pub fn about(&self, known: &Known, item: &Item) -> Vec<Observation> {
        let skipped = self.skipped(known, item);
        let others = if skipped.is_none() { self.others_overdue(known, item) } else { None };
        [skipped, others, self.amount(known, item), together(known, item)].into_iter().flatten().collect()
    }

    /// A newer item was settled while nothing was paid on this one.
    fn skipped(&self, known: &Known, item: &Item) -> Option<Observation> {
        let from = self.paid.partition_point(|(issued, ..)| *issued <= item.invoice.issued);
        let (issued, number, _) = *self.paid[from..].last().filter(|_| item.settled == 0)?;
        let (small, large) = self.sizes[from];
        let amount = item.invoice.amount.minor;
        let (alone, any_size) = (self.overdue.len() == 1, small < amount && amount < large);
        let weights = &known.rule().weights;
        let more = |applies: bool, weight: LogOdds| if applies { weight } else { LogOdds::ZERO };
        let weight = weights.skipped + more(alone, weights.skipped_alone) + more(any_size, weights.skipped_any_size);
        let key = Key { suffix: None, date: issued, source: format!("invoice {number}") };
        known.seen(Kind::Skipped, key, weight, &Said::Skipped { number, issued, alone, any_size })
    }

    /// Others are overdue as well, so it is less about this one.
    fn others_overdue(&self, known: &Known, item: &Item) -> Option<Observation> {
        let number = self.overdue.len().saturating_sub(1);
        let newer = self.paid.last().is_some_and(|(issued, ..)| *issued > item.invoice.issued);
        if number < SEVERAL || newer {
            return None;
        }
        let others = self.overdue.iter().rev().copied().filter(|other| *other != item.invoice.number);
        let key = Key::invoices(others, number, known.as_of);
        known.seen(Kind::OthersOverdue, key, known.rule().weights.others_overdue, &Said::Others { number })
    }

    /// An amount above the account's usual one is looked at more closely by whoever has to approve it.
    fn amount(&self, known: &Known, item: &Item) -> Option<Observation> {
        let (own, others) = (i128::from(item.invoice.amount.minor), self.all.saturating_sub(1));
        let mean = (self.sum - own) as f64 / others.max(1) as f64;
        if others < USUAL || mean <= 0.0 {
            return None;
        }
        let beyond = (own as f64 / mean - 1.0).clamp(-1.0, 1.0);
        let said = Said::Amount { percent: ((own as f64 / mean - 1.0) * 100.0).round() as i64 };
        let source = format!("invoice {}", item.invoice.number);
        let key = Key { suffix: None, date: item.invoice.issued, source };
        known.seen(Kind::UnusualAmount, key, known.rule().weights.unusual_amount.times(beyond), &said)
    }
}

/// What was billed for one product or site is left open by many at once: look at ourselves first.
fn together(known: &Known, item: &Item) -> Option<Observation> {
    let product = item.invoice.product.as_ref()?;
    let cohort = known.facts.cohorts.iter().find(|cohort| cohort.holds(product, item.invoice.due))?;
    let source = format!("product {product}, due {}", cohort.month.format("%Y-%m"));
    let key = Key { suffix: Some(cohort.month.format("%Y-%m").to_string()), date: known.as_of, source };
    known.seen(Kind::LateTogether, key, known.rule().weights.late_together, &Said::Together { cohort })
}
