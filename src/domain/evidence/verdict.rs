//! What observations amount to: weights are added up for each hypothesis.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::{EvidenceRule, Group, Kind, LogOdds, Observation, Side};
use crate::domain::{account_facts::AccountFacts, case::CaseStatus};

/// What is known of why an item is not paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    pub invoice: String,
    /// `None` is unclear.
    pub verdict: Option<Side>,
    /// Log-odds of each hypothesis, in the order of [`Side::ALL`].
    pub scores: [LogOdds; 4],
    /// The weightiest first.
    pub observations: Vec<Observation>,
}

impl Assessment {
    pub(super) fn of(invoice: String, mut observations: Vec<Observation>, rule: &EvidenceRule) -> Self {
        observations.sort_by(|a, b| {
            let order = |o: &Observation| (!o.decisive, std::cmp::Reverse(o.weight), o.kind);
            order(a).cmp(&order(b)).then_with(|| a.key.cmp(&b.key))
        });
        let scores = Side::ALL.map(|side| score(&observations, side, rule));
        let verdict = verdict(&observations, scores, rule);
        Self { invoice, verdict, scores, observations }
    }

    pub fn score(&self, side: Side) -> LogOdds {
        Side::ALL.iter().zip(self.scores).find(|(known, _)| **known == side).map_or(LogOdds::ZERO, |(_, score)| score)
    }

    pub fn is_protest(&self) -> bool {
        self.verdict == Some(Side::Protest)
    }

    /// A word for the verdict.
    pub fn code(&self) -> &'static str {
        self.verdict.map_or("unclear", Side::code)
    }

    /// The pieces that speak for a protest.
    pub(super) fn pieces(&self) -> impl Iterator<Item = &Observation> {
        pieces(&self.observations, Side::Protest)
    }
}

/// The base and the weights; of several observations of a kind the strongest counts, since they are seldom independent.
fn score(observations: &[Observation], side: Side, rule: &EvidenceRule) -> LogOdds {
    let mut strongest: BTreeMap<Kind, LogOdds> = BTreeMap::new();
    for one in observations.iter().filter(|one| one.side == side) {
        let kept = strongest.entry(one.kind).or_insert(one.weight);
        *kept = one.weight.max(*kept);
    }
    rule.base.of(side) + strongest.into_values().sum()
}

fn pieces(observations: &[Observation], side: Side) -> impl Iterator<Item = &Observation> {
    let speaks_for = move |one: &&Observation| one.side == side && one.weight > LogOdds::ZERO;
    observations.iter().filter(speaks_for).filter(|one| one.decisive || one.kind.group().is_some())
}

/// The customer's own word first, whatever the rest says; else the likeliest of those with pieces enough.
fn verdict(observations: &[Observation], scores: [LogOdds; 4], rule: &EvidenceRule) -> Option<Side> {
    if rule.needed == 0 {
        return None;
    }
    let decided = |side: &Side| pieces(observations, *side).any(|piece| piece.decisive);
    let enough = |side: Side| {
        let groups: BTreeSet<Group> = pieces(observations, side).filter_map(|piece| piece.kind.group()).collect();
        groups.len() >= rule.needed as usize
    };
    let own_word = Side::ALL.into_iter().find(decided);
    own_word.or_else(|| {
        let likely = Side::ALL.into_iter().zip(scores).filter(|(_, score)| *score >= rule.threshold);
        // Of equal ones the last is the greatest, so the order is turned round.
        let found = likely.rev().filter(|(side, _)| enough(*side)).max_by_key(|(_, score)| *score);
        found.map(|(side, _)| side)
    })
}

/// Keys of what a person has found to be nothing, about this invoice.
pub(super) fn dismissed<'a>(facts: &'a AccountFacts, invoice: &str, as_of: NaiveDate) -> BTreeSet<&'a str> {
    let dismissed = facts.cases.iter().filter(|case| case.status == CaseStatus::Dismissed && case.opened <= as_of);
    let about = dismissed.filter(|case| case.is_about(invoice));
    about.flat_map(|case| case.evidence.iter().map(String::as_str)).collect()
}
