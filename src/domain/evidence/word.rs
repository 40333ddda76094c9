//! The customer's word: promises and instalments that were not kept.

use chrono::NaiveDate;

use super::{Known, Observation, kind::Kind, known::Key, odds::LogOdds, words::Said};
use crate::domain::{
    account_facts::AccountFacts,
    instalments::Progress,
    ledger::Item,
    policy::Policy,
    promise::{Promise, Word, promises},
};

/// Each promise is judged against the whole ledger, so only the newest count.
const NEWEST: usize = 8;

/// What was not kept.
pub(super) struct Words {
    broken: Vec<(Promise, Word)>,
}

impl Words {
    pub fn of(facts: &AccountFacts, policy: &Policy, as_of: NaiveDate) -> Self {
        let mut made = promises(facts, as_of);
        made.sort_by(|a, b| (b.made, &b.source).cmp(&(a.made, &a.source)));
        let judged = made.into_iter().take(NEWEST).map(|promise| {
            let word = promise.word(facts, policy, as_of);
            (promise, word)
        });
        Self { broken: judged.filter(|(_, word)| matches!(word, Word::Broken | Word::PartKept)).collect() }
    }

    pub fn about(&self, known: &Known, item: &Item) -> Vec<Observation> {
        let number = &item.invoice.number;
        // One about the account is about what was there.
        let about = |promise: &Promise| match &promise.invoice {
            Some(named) => named == number,
            None => promise.made >= item.invoice.issued,
        };
        let broken = self.broken.iter().filter(|(promise, _)| about(promise)).filter_map(|(promise, word)| {
            let part = *word == Word::PartKept;
            let weight = known.rule().weights.broken_promise.times(if part { 0.5 } else { 1.0 });
            let key = Key { suffix: Some(promise.source.clone()), date: promise.until, source: promise.source.clone() };
            known.seen(Kind::BrokenPromise, key, weight, &Said::Promise { until: promise.until, part })
        });
        broken.chain(plans(known, number, known.rule().weights.broken_plan)).collect()
    }
}

fn plans(known: &Known, invoice: &str, weight: LogOdds) -> Vec<Observation> {
    let tolerance = known.policy.hold.promise_tolerance_days;
    let about = known.facts.plans.iter().filter(|plan| plan.agreed <= known.as_of);
    let missed = about.filter(|plan| plan.invoices.iter().any(|covered| covered == invoice)).filter_map(|plan| {
        let Progress::Broken { since, .. } = plan.progress(known.facts, tolerance, known.as_of) else { return None };
        Some((plan.id, since))
    });
    let mut missed: Vec<(i64, NaiveDate)> = missed.collect();
    missed.sort_unstable();
    let seen = missed.into_iter().filter_map(|(id, since)| {
        let key = Key { suffix: Some(id.to_string()), date: since, source: format!("plan {id}") };
        known.seen(Kind::BrokenPlan, key, weight, &Said::Plan { since })
    });
    seen.collect()
}
