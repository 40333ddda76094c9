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
    /// Rows that an earlier row of the same number had said or taken in.
    pub merged: u64,
}

impl Combiner {
    pub fn new(rule: Duplicates) -> Self {
        Self { rule, places: HashMap::new(), kept: Vec::new(), merged: 0 }
    }

    /// Takes a draft in; what comes back is a fact now, `None` is merged or held until the end.
    pub fn meet(&mut self, line: u64, draft: Draft) -> Result<Option<Draft>, Fault> {
        if self.rule == Duplicates::Refuse {
            return Ok(Some(draft));
        }
        let Some(&place) = self.places.get(draft.row.number()) else {
            return Ok(self.first(line, draft));
        };
        match (self.rule, self.kept.get_mut(place)) {
            (Duplicates::Sum, Some((first, kept))) => add(kept, draft, *first)?,
            (Duplicates::Same, Some((first, kept))) if *kept != draft => {
                return Err(Fault::row(Reason::Differs { line: *first }));
            }
            _ => {}
        }
        self.merged += 1;
        Ok(None)
    }

    fn first(&mut self, line: u64, draft: Draft) -> Option<Draft> {
        self.places.insert(draft.row.number().to_owned(), self.kept.len());
        match self.rule {
            Duplicates::Refuse | Duplicates::First => Some(draft),
            Duplicates::Same => {
                self.kept.push((line, draft.clone()));
                Some(draft)
            }
            Duplicates::Sum => {
                self.kept.push((line, draft));
                None
            }
        }
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
