//! Rows that repeat a number, combined as the map says.

use std::collections::HashMap;

use super::{bad::Reason, cell::Fault, derived::Draft, kind::Row, map::Duplicates};
use crate::domain::money::Money;

/// Remembers what the rule needs: nothing, the numbers, or one draft for each number.
#[derive(Debug)]
pub(super) struct Combiner {
    rule: Duplicates,
    places: HashMap<String, usize>,
    kept: Vec<(u64, Draft)>,
}

/// What becomes of a draft.
#[derive(Debug)]
pub(super) enum Met {
    /// It is a fact now.
    Take(Draft),
    /// Later rows may add to it.
    Hold,
    /// An earlier row says it already.
    Merged,
}

impl Combiner {
    pub fn new(rule: Duplicates) -> Self {
        Self { rule, places: HashMap::new(), kept: Vec::new() }
    }

    pub fn meet(&mut self, line: u64, draft: Draft) -> Result<Met, Fault> {
        if self.rule == Duplicates::Refuse {
            return Ok(Met::Take(draft));
        }
        let Some(&place) = self.places.get(draft.row.number()) else {
            self.places.insert(draft.row.number().to_owned(), self.kept.len());
            match self.rule {
                Duplicates::First | Duplicates::Refuse => return Ok(Met::Take(draft)),
                Duplicates::Same => self.kept.push((line, draft.clone())),
                Duplicates::Sum => {
                    self.kept.push((line, draft));
                    return Ok(Met::Hold);
                }
            }
            return Ok(Met::Take(draft));
        };
        if self.rule == Duplicates::First {
            return Ok(Met::Merged);
        }
        let (first, kept) = &mut self.kept[place];
        if self.rule == Duplicates::Sum {
            return add(kept, draft, *first).map(|()| Met::Merged);
        }
        if *kept == draft { Ok(Met::Merged) } else { Err(Fault::row(Reason::Differs { line: *first })) }
    }

    /// The drafts held back for adding up, in the order of their first lines.
    pub fn finish(self) -> Vec<(u64, Draft)> {
        if self.rule == Duplicates::Sum { self.kept } else { Vec::new() }
    }
}

/// Adds amount and tax of another line of the same number; all else must be the same.
fn add(kept: &mut Draft, other: Draft, line: u64) -> Result<(), Fault> {
    let mut alike = other.clone();
    set_amounts(&mut alike.row, amounts(&kept.row));
    let ((amount, tax), (more, more_tax)) = (amounts(&kept.row), amounts(&other.row));
    let comparable = amount.map(|money| money.currency) == more.map(|money| money.currency);
    if !comparable || tax.is_some() != more_tax.is_some() || alike != *kept {
        return Err(Fault::row(Reason::Differs { line }));
    }
    let too_large = || Fault::row(Reason::AmountTooLarge);
    let sum = |a: i64, b: i64| a.checked_add(b).ok_or_else(too_large);
    let amount = match (amount, more) {
        (Some(a), Some(b)) => Some(Money::new(sum(a.minor, b.minor)?, a.currency)),
        (a, _) => a,
    };
    let tax = match (tax, more_tax) {
        (Some(a), Some(b)) => Some(sum(a, b)?),
        (a, _) => a,
    };
    set_amounts(&mut kept.row, (amount, tax));
    Ok(())
}

fn amounts(row: &Row) -> (Option<Money>, Option<i64>) {
    match row {
        Row::Invoice(fact) => (Some(fact.amount), fact.tax),
        Row::Payment(fact) => (Some(fact.amount), None),
        Row::Credit(fact) => (Some(fact.amount), None),
        Row::Account(_) | Row::Event(_) => (None, None),
    }
}

fn set_amounts(row: &mut Row, (amount, tax): (Option<Money>, Option<i64>)) {
    let Some(amount) = amount else { return };
    match row {
        Row::Invoice(fact) => (fact.amount, fact.tax) = (amount, tax),
        Row::Payment(fact) => fact.amount = amount,
        Row::Credit(fact) => fact.amount = amount,
        Row::Account(_) | Row::Event(_) => {}
    }
}
