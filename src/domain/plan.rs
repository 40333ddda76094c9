//! Who is due: the planner. One pure function for the daemon, `plan`, `why`, previews and tests.

use chrono::{DateTime, Months, NaiveDate, Utc};

use super::{
    account_facts::AccountFacts,
    block::{self, Blocks},
    calendar::{Calendar, date_at, plus_days},
    discount::offer_amounts,
    evidence::Suspicion,
    ledger::{Item, Position, positions},
    money::Currency,
    notice::Offer,
    policy::{Climb, Policy, Stage},
    reason::Reason,
    settle,
};

/// What the planner must know besides the account: all of it an argument.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    pub policy: &'a Policy,
    pub calendar: &'a Calendar,
    /// Country of the company, for business days.
    pub country: &'a str,
    pub zone: chrono_tz::Tz,
    /// When payment data last came in.
    pub payments_seen: Option<DateTime<Utc>>,
    pub as_of: NaiveDate,
}

impl Setting<'_> {
    /// No payment data for so many business days that somebody may have paid unnoticed.
    pub fn ledger_is_stale(&self) -> bool {
        let limit = self.policy.hold.stale_after_business_days;
        let Some(seen) = self.payments_seen else { return limit > 0 };
        let seen = date_at(self.zone, seen);
        limit > 0 && self.calendar.business_days(self.country, seen, self.as_of, limit + 1) > limit
    }
}

/// What was decided for an account in one currency, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    pub account: String,
    pub currency: Currency,
    /// The stage of the oldest qualifying item.
    pub stage: String,
    pub outcome: Outcome,
    /// Sum of the residuals of the items, in minor units.
    pub overdue_total: i64,
    /// Unallocated money set against them, in minor units.
    pub credits: i64,
    pub items: Vec<PlannedItem>,
    /// Items that are held, with the reasons; they are not in `items` of a notice.
    pub withheld: Vec<(String, Reason)>,
    /// Possible protests that no case exists for yet.
    pub suspicions: Vec<Suspicion>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Notice {
        offer: Option<Offer>,
    },
    /// All reasons that apply, the one with precedence first.
    Held {
        reasons: Vec<Reason>,
    },
}

impl Outcome {
    pub fn reasons(&self) -> &[Reason] {
        match self {
            Self::Notice { .. } => &[],
            Self::Held { reasons } => reasons,
        }
    }
}

/// An overdue item of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedItem {
    pub invoice: String,
    pub issued: NaiveDate,
    pub due: NaiveDate,
    pub days_overdue: i64,
    /// Minor units, less what is disputed of it.
    pub residual: i64,
    /// Stage that it is noticed at; `None` when it is only listed.
    pub stage: Option<String>,
    pub document: Option<String>,
}

/// The decisions for an account, by currency. Empty when nothing has reached a new stage.
pub fn plan(facts: &AccountFacts, setting: &Setting) -> Vec<Decision> {
    let positions = positions(facts, setting.policy, setting.as_of);
    let decided = positions.iter().filter_map(|(currency, position)| decide(facts, setting, *currency, position));
    let mut decisions: Vec<Decision> = decided.collect();
    let suspected = decisions.iter().any(|decision| !decision.suspicions.is_empty());
    let offers = decisions.iter_mut().filter_map(|decision| match &mut decision.outcome {
        Outcome::Notice { offer } if offer.is_some() => Some(offer),
        _ => None,
    });
    // The account gets one offer, not one in each currency, and none while it may protest.
    offers.skip(usize::from(!suspected)).for_each(|offer| *offer = None);
    decisions
}

/// One overdue item on its way through the decision.
struct Candidate<'a> {
    item: &'a Item<'a>,
    asked: i64,
    stage: Option<&'a Stage>,
    blocks: Vec<Reason>,
    /// Part of it that unallocated money covers.
    covered: i64,
}

impl Candidate<'_> {
    fn is_free(&self) -> bool {
        self.blocks.is_empty()
    }

    fn is_disputed_in_part(&self) -> bool {
        self.asked < self.item.residual
    }

    fn qualifies(&self) -> bool {
        self.stage.is_some() && self.covered < self.asked
    }
}

fn decide(facts: &AccountFacts, setting: &Setting, currency: Currency, position: &Position) -> Option<Decision> {
    let overdue = |item: &&Item| item.residual > 0 && item.days_overdue(setting.as_of) >= 1;
    let staged: Vec<(&Item, Option<&Stage>)> =
        position.items.iter().filter(overdue).map(|item| (item, next_stage(facts, setting, item))).collect();
    let oldest = staged.iter().find_map(|(_, stage)| *stage)?;

    let Blocks { per_item, suspicions } = block::items(facts, setting, position, staged.iter().map(|(item, _)| *item));
    let mut candidates: Vec<Candidate> = staged
        .into_iter()
        .zip(per_item)
        .map(|((item, stage), block)| Candidate {
            item,
            asked: item.residual - block.disputed,
            stage,
            blocks: block.reasons,
            covered: 0,
        })
        .collect();
    let credits = set_credits(&mut candidates, position.unallocated);

    let free = || candidates.iter().filter(|candidate| candidate.is_free());
    let stage = free().filter(|c| c.qualifies()).find_map(|c| c.stage).unwrap_or(oldest);
    let total: i64 = free().map(|candidate| candidate.asked).sum();
    // Nobody is asked for a discount that money in time would earn; a person matches it first.
    let earned = |c: &Candidate| settle::would_earn(position, c.item, &setting.policy.terms).min(c.asked);
    let is_covered = credits > 0 && credits + free().map(earned).sum::<i64>() >= total;
    let reasons = if free().any(Candidate::qualifies) && !is_covered {
        let mut reasons = block::account(facts, setting, currency, position, total - credits);
        if !setting.policy.hold.undisputed_rest {
            reasons.extend(candidates.iter().flat_map(|c| c.blocks.iter().copied()).filter(|r| is_dispute(*r)));
            reasons.extend(candidates.iter().any(Candidate::is_disputed_in_part).then_some(Reason::Disputed));
        }
        reasons.extend(missing_document(facts, free()));
        reasons
    } else {
        let blocked = candidates.iter().filter(|c| c.stage.is_some()).flat_map(|c| c.blocks.iter().copied());
        let covered = free().any(|c| c.stage.is_some()).then_some(Reason::CreditsCover);
        let mut reasons: Vec<Reason> = blocked.chain(covered).collect();
        reasons.extend(block::account(facts, setting, currency, position, i64::MAX));
        reasons
    };
    let outcome = outcome(facts, setting, stage, reasons, &candidates, total - credits);
    let held = matches!(outcome, Outcome::Held { .. });
    let listed = candidates.iter().filter(|c| held || c.is_free());
    let items: Vec<PlannedItem> = listed.map(|candidate| planned(candidate, setting.as_of)).collect();
    let withheld = candidates.iter().flat_map(|c| c.blocks.iter().map(|r| (c.item.invoice.number.clone(), *r)));
    Some(Decision {
        account: facts.account.number.clone(),
        currency,
        stage: stage.name.clone(),
        outcome,
        overdue_total: items.iter().map(|item| item.residual).sum(),
        credits,
        withheld: withheld.collect(),
        items,
        suspicions,
    })
}

/// The stage at which the item is to be noticed now, if any: days overdue and history alone.
fn next_stage<'p>(facts: &AccountFacts, setting: &Setting<'p>, item: &Item) -> Option<&'p Stage> {
    let policy = setting.policy;
    let noticed = facts
        .notices
        .iter()
        .filter(|notice| notice.as_of <= setting.as_of)
        .flat_map(|notice| &notice.stages)
        .filter(|noticed| noticed.invoice == item.invoice.number)
        .filter_map(|noticed| policy.stage_index(&noticed.stage, noticed.days))
        .max();
    let days = item.days_overdue(setting.as_of);
    let reached = |stage: &Stage| days >= i64::from(stage.days);
    let next = noticed.map_or(0, |index| index + 1);
    match policy.climb {
        Climb::OneAtATime => policy.stages.get(next).filter(|stage| reached(stage)),
        Climb::Latest => policy.stages.get(next..)?.iter().rev().find(|stage| reached(stage)),
    }
}

/// Sets unallocated money against the free items, oldest first; returns what was used.
fn set_credits(candidates: &mut [Candidate], unallocated: i64) -> i64 {
    let mut left = unallocated.max(0);
    for candidate in candidates.iter_mut().filter(|candidate| candidate.is_free()) {
        candidate.covered = candidate.asked.min(left);
        left -= candidate.covered;
    }
    unallocated.max(0) - left
}

fn is_dispute(reason: Reason) -> bool {
    matches!(reason, Reason::OpenCase | Reason::SuspectedProtest | Reason::Disputed)
}

fn missing_document<'a>(facts: &AccountFacts, mut listed: impl Iterator<Item = &'a Candidate<'a>>) -> Option<Reason> {
    let missing = |document: &String| facts.missing_documents.contains(document);
    listed.any(|c| c.item.invoice.document.as_ref().is_some_and(missing)).then_some(Reason::DocumentMissing)
}

fn outcome(
    facts: &AccountFacts,
    setting: &Setting,
    stage: &Stage,
    mut reasons: Vec<Reason>,
    candidates: &[Candidate],
    total: i64,
) -> Outcome {
    reasons.sort_unstable();
    reasons.dedup();
    if !reasons.is_empty() {
        return Outcome::Held { reasons };
    }
    let free = || candidates.iter().filter(|candidate| candidate.is_free());
    if free().any(Candidate::is_disputed_in_part) {
        // Nobody knows yet what is owed in the end, and so when an offer would be met.
        return Outcome::Notice { offer: None };
    }
    let invoices = free().map(|candidate| candidate.item.invoice.number.clone()).collect();
    Outcome::Notice { offer: offer(facts, setting, stage, total, invoices) }
}

/// The offer of the policy, at most one to an account in its period.
fn offer(facts: &AccountFacts, setting: &Setting, stage: &Stage, total: i64, invoices: Vec<String>) -> Option<Offer> {
    let rule = setting.policy.offer.as_ref().filter(|rule| rule.stages.contains(&stage.name))?;
    let since = setting.as_of.checked_sub_months(Months::new(rule.every_months))?;
    let recent = facts.notices.iter().any(|n| n.offer.is_some() && n.as_of > since && n.as_of <= setting.as_of);
    let (pay, discount) = offer_amounts(total, rule.percent);
    let last_day = plus_days(setting.as_of, rule.days);
    let free = !recent && !facts.in_a_case(setting.as_of);
    (free && discount > 0 && pay > 0).then_some(Offer { percent: rule.percent, pay, discount, last_day, invoices })
}

fn planned(candidate: &Candidate, as_of: NaiveDate) -> PlannedItem {
    let invoice = candidate.item.invoice;
    let stage = candidate.stage.filter(|_| candidate.is_free() && candidate.qualifies());
    PlannedItem {
        invoice: invoice.number.clone(),
        issued: invoice.issued,
        due: invoice.due,
        days_overdue: candidate.item.days_overdue(as_of),
        residual: candidate.asked,
        stage: stage.map(|stage| stage.name.clone()),
        document: invoice.document.clone(),
    }
}
