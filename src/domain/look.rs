//! The last look before a message: does what it says still hold?

use std::collections::BTreeMap;

use super::{
    account_facts::AccountFacts,
    ledger::positions,
    money::Currency,
    notice::{Line, Withdrawal},
    plan::{Outcome, Setting, plan},
};

/// The part of a notice that must still hold when it is sent.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    pub notice: i64,
    pub as_of: chrono::NaiveDate,
    pub currency: Currency,
    pub credits: i64,
    pub lines: &'a [Line],
    /// Last day of its offer.
    pub offer_until: Option<chrono::NaiveDate>,
}

/// Days after which an unsent notice is withdrawn, so that a sweep decides afresh.
const OUTDATED_AFTER: i64 = 7;

/// Looks again with the facts of today: `Err` says why the notice must be withdrawn.
///
/// Items that became overdue since are no reason: the next notice lists them. The notice itself,
/// and those planned on the same day in other currencies, do not count as earlier notices.
pub fn look(facts: &AccountFacts, setting: &Setting, claim: Claim) -> Result<(), Withdrawal> {
    let waited = (setting.as_of - claim.as_of).num_days();
    if waited > OUTDATED_AFTER || claim.offer_until.is_some_and(|until| setting.as_of > until) {
        return Err(Withdrawal::Outdated);
    }
    let mut before = facts.clone();
    before.notices.retain(|notice| notice.id != claim.notice && notice.as_of < claim.as_of);
    if before.address().is_none() {
        return Err(Withdrawal::Unreachable);
    }
    let decisions = plan(&before, setting);
    let in_a_case = facts.in_a_case(setting.as_of) || decisions.iter().any(|decision| !decision.suspicions.is_empty());
    let decision = decisions.into_iter().find(|decision| decision.currency == claim.currency);
    let Some(decision) = decision else { return Err(paid_or_changed(facts, setting, claim)) };
    if let Outcome::Held { .. } = decision.outcome {
        return Err(Withdrawal::Held);
    }
    let now: BTreeMap<&str, i64> = decision.items.iter().map(|item| (item.invoice.as_str(), item.residual)).collect();
    let same = claim.lines.iter().all(|line| now.get(line.invoice.as_str()) == Some(&line.residual.minor));
    // No offer goes out while anything of the account is in a case.
    let same = same && !(in_a_case && claim.offer_until.is_some());
    if same && decision.credits == claim.credits { Ok(()) } else { Err(paid_or_changed(facts, setting, claim)) }
}

fn paid_or_changed(facts: &AccountFacts, setting: &Setting, claim: Claim) -> Withdrawal {
    let positions = positions(facts, setting.policy, setting.as_of);
    let position = positions.get(&claim.currency);
    let is_open = |line: &Line| position.and_then(|p| p.item(&line.invoice)).is_some_and(|item| item.residual > 0);
    if claim.lines.iter().any(is_open) { Withdrawal::Changed } else { Withdrawal::Paid }
}
