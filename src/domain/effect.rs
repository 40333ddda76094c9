//! What another policy would do to the same ledger on the same day: who would be noticed or held differently.

use std::collections::BTreeMap;

use super::{
    money::Currency,
    plan::{Decision, Outcome},
    reason::Reason,
};

/// Differences that are kept to be shown; all are counted.
pub const SHOWN: usize = 200;

/// What a policy does with an account in one currency today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Does {
    /// Nothing has reached a new stage.
    Nothing,
    /// Stage, sum asked for in minor units, and what an offer would take off.
    Notice {
        stage: String,
        asked: i64,
        discount: i64,
    },
    Held {
        stage: String,
        reasons: Vec<Reason>,
    },
}

/// An account that is treated differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub account: String,
    pub name: String,
    pub currency: Currency,
    pub old: Does,
    pub new: Does,
}

/// The ways in which an account can be treated differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    Noticed,
    NoticedNoMore,
    NoticedOtherwise,
    Held,
    HeldNoMore,
    HeldOtherwise,
}

/// Notices, held accounts and sums of one side.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Side {
    pub notices: u64,
    pub held: u64,
    /// Asked for, and discounts offered, in minor units.
    pub money: BTreeMap<Currency, (i64, i64)>,
}

/// Everything of both sides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effect {
    pub accounts: u64,
    pub old: Side,
    pub new: Side,
    pub ways: BTreeMap<Way, u64>,
    /// The first [`SHOWN`].
    pub differences: Vec<Difference>,
}

impl Effect {
    /// Adds an account with the decisions of both.
    pub fn add(&mut self, (account, name): (&str, &str), old: &[Decision], new: &[Decision]) {
        self.accounts += 1;
        old.iter().for_each(|decision| self.old.add(decision));
        new.iter().for_each(|decision| self.new.add(decision));
        let currencies: std::collections::BTreeSet<Currency> =
            old.iter().chain(new).map(|decision| decision.currency).collect();
        for currency in currencies {
            let of = |all: &[Decision]| {
                all.iter().find(|decision| decision.currency == currency).map_or(Does::Nothing, Does::of)
            };
            let (old, new) = (of(old), of(new));
            let Some(way) = way(&old, &new) else { continue };
            *self.ways.entry(way).or_default() += 1;
            if self.differences.len() < SHOWN {
                self.differences.push(Difference {
                    account: account.to_owned(),
                    name: name.to_owned(),
                    currency,
                    old,
                    new,
                });
            }
        }
    }

    /// How many are treated differently.
    pub fn differing(&self) -> u64 {
        self.ways.values().sum()
    }
}

impl Side {
    fn add(&mut self, decision: &Decision) {
        match Does::of(decision) {
            Does::Notice { asked, discount, .. } => {
                self.notices += 1;
                let sum = self.money.entry(decision.currency).or_default();
                *sum = (sum.0.saturating_add(asked), sum.1.saturating_add(discount));
            }
            Does::Held { .. } => self.held += 1,
            Does::Nothing => {}
        }
    }
}

impl Does {
    fn of(decision: &Decision) -> Self {
        let stage = decision.stage.clone();
        match &decision.outcome {
            Outcome::Notice { offer } => Self::Notice {
                stage,
                asked: decision.overdue_total - decision.credits,
                discount: offer.as_ref().map_or(0, |offer| offer.discount),
            },
            Outcome::Held { reasons } => Self::Held { stage, reasons: reasons.clone() },
        }
    }
}

fn way(old: &Does, new: &Does) -> Option<Way> {
    use Does::{Held, Nothing, Notice};
    match (old, new) {
        _ if old == new => None,
        (Notice { .. }, Notice { .. }) => Some(Way::NoticedOtherwise),
        (_, Notice { .. }) => Some(Way::Noticed),
        (Notice { .. }, _) => Some(Way::NoticedNoMore),
        (Held { .. }, Held { .. }) => Some(Way::HeldOtherwise),
        (Nothing, _) => Some(Way::Held),
        (Held { .. }, Nothing) => Some(Way::HeldNoMore),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decision(currency: &str, stage: &str, asked: i64, reasons: &[Reason]) -> Decision {
        let outcome = match reasons {
            [] => Outcome::Notice { offer: None },
            _ => Outcome::Held { reasons: reasons.to_vec() },
        };
        Decision {
            account: "A".to_owned(),
            currency: currency.parse().unwrap(),
            stage: stage.to_owned(),
            outcome,
            overdue_total: asked + 5,
            credits: 5,
            items: Vec::new(),
            withheld: Vec::new(),
            suspicions: Vec::new(),
        }
    }

    #[test]
    fn each_way_is_counted_and_what_is_the_same_is_none() {
        let notice = |stage: &str, asked| vec![decision("EUR", stage, asked, &[])];
        let held = |reason| vec![decision("EUR", "first", 9, &[reason])];
        let (promise, hold) = (held(Reason::Promise), held(Reason::AccountHold));
        for (old, new, expected) in [
            (notice("first", 9), notice("first", 9), None),
            (promise.clone(), promise.clone(), None),
            (vec![], vec![], None),
            (vec![], notice("first", 9), Some(Way::Noticed)),
            (promise.clone(), notice("first", 9), Some(Way::Noticed)),
            (notice("first", 9), vec![], Some(Way::NoticedNoMore)),
            (notice("first", 9), promise.clone(), Some(Way::NoticedNoMore)),
            (notice("first", 9), notice("second", 9), Some(Way::NoticedOtherwise)),
            (notice("first", 9), notice("first", 8), Some(Way::NoticedOtherwise)),
            (vec![], promise.clone(), Some(Way::Held)),
            (promise.clone(), vec![], Some(Way::HeldNoMore)),
            (promise, hold, Some(Way::HeldOtherwise)),
        ] {
            let mut effect = Effect::default();
            effect.add(("A", "Acme"), &old, &new);
            assert_eq!(effect.ways.keys().next().copied(), expected, "{old:?} {new:?}");
        }
    }

    #[test]
    fn sums_are_of_each_currency_and_what_is_shown_is_bounded() {
        let mut effect = Effect::default();
        for number in 0..300 {
            let both = [decision("EUR", "first", 100, &[]), decision("USD", "first", 7, &[])];
            effect.add((&format!("A{number}"), ""), &both[..1], &both);
        }
        assert_eq!((effect.accounts, effect.differing(), effect.differences.len()), (300, 300, SHOWN));
        assert_eq!((effect.old.notices, effect.new.notices), (300, 600));
        let sums = |side: &Side| side.money.values().copied().collect::<Vec<_>>();
        assert_eq!((sums(&effect.old), sums(&effect.new)), (vec![(30_000, 0)], vec![(30_000, 0), (2_100, 0)]));
    }
}
