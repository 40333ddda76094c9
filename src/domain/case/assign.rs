//! One owner for each case, who has the authority to settle it; beyond that, a second person.

use std::{cmp::Reverse, collections::BTreeMap};

use super::{
    CaseKind,
    staff::{Staff, same_person},
};
use crate::domain::money::{Currency, Money};

/// Who should have a case: whose account it is, else who takes its kind; of several the one with the
/// fewest open cases, then the first of the list.
///
/// Somebody has it even if nobody takes its kind: a case without an owner is nobody's. `None` only
/// when there is no staff. `load` counts the open cases by owner, as they were recorded.
pub fn owner<'a>(staff: &'a [Staff], kind: CaseKind, account: &str, load: &BTreeMap<String, usize>) -> Option<&'a str> {
    let open = |person: &Staff| -> usize {
        let theirs = load.iter().filter(|(name, _)| person.is(name));
        theirs.map(|(_, open)| open).sum()
    };
    let fit = |person: &&Staff| (Reverse(person.accounts.contains(account)), Reverse(person.takes(kind)), open(person));
    staff.iter().min_by_key(fit).map(|person| person.name.as_str())
}

/// Whether a person may settle an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settling {
    Alone,
    /// A second person has to agree: see [`may_approve`].
    NeedsApproval,
}

/// Days for which what a person settled alone on an account counts towards the limit: splitting is no way around it.
pub const WINDOW_DAYS: i64 = 30;

/// Whether a person may settle credits of so much alone: in each currency their sum must be within
/// the limit. Who is not on the list has none; nothing at all is within any.
pub fn settles(staff: &[Staff], person: &str, total: &[Money]) -> Settling {
    match covers(staff, person, total) {
        true => Settling::Alone,
        false => Settling::NeedsApproval,
    }
}

/// Why somebody may not approve a settlement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotApproved {
    #[error("nobody approves their own settlement; ask a second person")]
    OwnSettlement,
    #[error("an approval needs the name of whoever gives it")]
    Nameless,
    #[error("whoever approves must be among the staff of the policy")]
    NotOfStaff,
    #[error("it is beyond the limit of whoever approves, who may not approve more")]
    BeyondLimit,
}

/// Whether a second person may approve what another proposes: whoever approves in general, or has a
/// limit that covers it; anybody else where the policy names no staff at all.
pub fn may_approve(staff: &[Staff], proposer: &str, approver: &str, total: &[Money]) -> Result<(), NotApproved> {
    if approver.trim().is_empty() {
        return Err(NotApproved::Nameless);
    }
    if same_person(proposer, approver) {
        return Err(NotApproved::OwnSettlement);
    }
    match staff.iter().find(|person| person.is(approver)) {
        Some(person) if person.approves || covers(staff, approver, total) => Ok(()),
        Some(_) => Err(NotApproved::BeyondLimit),
        None if staff.is_empty() => Ok(()),
        None => Err(NotApproved::NotOfStaff),
    }
}

fn covers(staff: &[Staff], person: &str, total: &[Money]) -> bool {
    let person = staff.iter().find(|known| known.is(person));
    let within = |(currency, sum): (Currency, i64)| sum <= person.map_or(0, |person| person.limit(currency));
    sums(total).into_iter().all(within)
}

/// One sum a currency. A negative amount would make room for another, so it counts nothing.
pub fn sums(total: &[Money]) -> BTreeMap<Currency, i64> {
    let mut sums = BTreeMap::new();
    for money in total {
        let sum: &mut i64 = sums.entry(money.currency).or_default();
        *sum = sum.saturating_add(money.minor.max(0));
    }
    sums
}

#[cfg(test)]
mod tests;
