//! What is known of an account in one currency, gathered once, so that each of its items costs little.

use chrono::NaiveDate;

use super::{
    EvidenceRule, Observation, Suspicion,
    disputes::Disputes,
    habit::Habit,
    kind::Kind,
    money::Coins,
    odds::LogOdds,
    others::Others,
    own,
    residue::Residues,
    told::Told,
    verdict::{Assessment, dismissed},
    word::Words,
    words::Said,
};
use crate::domain::{
    account_facts::AccountFacts,
    ledger::{Item, Position},
    policy::Policy,
};

/// The facts of an account up to a day, prepared for the assessment of its overdue items.
pub struct Known<'a> {
    pub(super) facts: &'a AccountFacts,
    pub(super) policy: &'a Policy,
    pub(super) position: &'a Position<'a>,
    pub(super) as_of: NaiveDate,
    pub(super) residues: Residues<'a>,
    told: Told<'a>,
    disputes: Disputes<'a>,
    habit: Habit<'a>,
    others: Others<'a>,
    words: Words,
    coins: Coins<'a>,
}

impl<'a> Known<'a> {
    pub fn of(facts: &'a AccountFacts, policy: &'a Policy, position: &'a Position<'a>, as_of: NaiveDate) -> Self {
        let residues = Residues::of(facts, policy, as_of);
        let disputes = Disputes::of(facts, position, as_of);
        Self {
            told: Told::of(facts, &policy.evidence.weights, as_of),
            coins: Coins::of(facts, position, &residues, as_of),
            habit: Habit::of(position, &disputes, &policy.evidence.prior),
            others: Others::of(position, &residues, as_of),
            words: Words::of(facts, policy, as_of),
            facts,
            policy,
            position,
            as_of,
            residues,
            disputes,
        }
    }

    pub(super) fn rule(&self) -> &'a EvidenceRule {
        &self.policy.evidence
    }

    /// Everything that is observed about an overdue item, and what it amounts to.
    pub fn assess(&self, item: &Item) -> Assessment {
        let mut found = self.told.about(self, item);
        found.extend(own::about(self, item));
        found.extend(self.words.about(self, item));
        // What is left of a discount tells nothing of why: the customer thinks that all is paid.
        if !self.residues.is_one(item) {
            found.extend(self.others.about(self, item));
            found.extend(self.disputes.about(self, item));
            found.extend(self.habit.about(self, item));
            found.extend(self.coins.about(self, item));
        }
        Assessment::of(item.invoice.number.clone(), found, self.rule())
    }

    /// The item as a possible protest; `None` when there is too little, or nothing that a person has not dismissed
    /// already, or when it is in a case.
    pub fn suspect(&self, item: &Item) -> Option<Suspicion> {
        let mut cases = self.facts.cases.iter().filter(|case| case.opened <= self.as_of && !case.status.is_over());
        if cases.any(|case| case.is_about(&item.invoice.number)) {
            return None;
        }
        let assessment = self.assess(item);
        let dismissed = dismissed(self.facts, &item.invoice.number, self.as_of);
        let news = assessment.pieces().any(|piece| !dismissed.contains(piece.key.as_str()));
        if !assessment.is_protest() || !news {
            return None;
        }
        let Assessment { invoice, mut observations, .. } = assessment;
        // A case keeps what can be looked into; circumstances every overdue item has.
        observations.retain(|one| one.kind.group().is_some());
        Some(Suspicion { invoice, observations })
    }

    /// Whether a dispute of another item is known.
    pub fn knows_disputes(&self, invoice: &str) -> bool {
        self.disputes.has_other_than(invoice)
    }

    /// An observation; `None` when its weight is 0.
    pub(super) fn seen(&self, kind: Kind, key: Key, weight: LogOdds, said: &Said) -> Option<Observation> {
        let Key { suffix, date, source } = key;
        (weight != LogOdds::ZERO).then(|| Observation {
            key: suffix.map_or_else(|| kind.code().to_owned(), |suffix| format!("{}:{suffix}", kind.code())),
            kind,
            side: kind.side(),
            weight,
            decisive: false,
            date,
            sentence: said.to(self.rule().language),
            source,
        })
    }
}

/// Where an observation comes from.
pub(super) struct Key {
    /// Tells observations of one kind apart.
    pub suffix: Option<String>,
    pub date: NaiveDate,
    pub source: String,
}

impl Key {
    pub fn event(number: &str, date: NaiveDate) -> Self {
        Self { suffix: Some(number.to_owned()), date, source: format!("event {number}") }
    }

    /// Of several invoices; the newest few are named.
    pub fn invoices<'n>(newest_first: impl Iterator<Item = &'n str>, of: usize, date: NaiveDate) -> Self {
        let named: Vec<&str> = newest_first.take(3).collect();
        let more = of.saturating_sub(named.len());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let source = format!("{} {}{more}", if of == 1 { "invoice" } else { "invoices" }, named.join(", "));
        Self { suffix: None, date, source }
    }
}
