//! How good the assessment was, by what staff found in the cases that duly opened.

use super::{Cell, Ledger, Sheet, tenths};
use crate::domain::{
    account_facts::AccountFacts,
    case::CaseFact,
    evaluation::{
        figures::Figures,
        samples::{Sample, judged, was_confirmed, was_upheld},
    },
    policy::Policy,
};

/// What counts as a hit.
pub type Judge = fn(&CaseFact) -> Option<bool>;

pub const JUDGES: [(&str, &str, Judge); 2] = [
    ("confirmed", "Cases that a person confirmed, against those dismissed", was_confirmed),
    ("upheld", "Cases in which the customer was right, against the others that were resolved", was_upheld),
];

/// One for each invoice of a case that was judged.
pub fn samples(facts: &AccountFacts, policy: &Policy, judge: Judge) -> Vec<Sample> {
    if facts.cases.is_empty() { Vec::new() } else { judged(facts, policy, judge) }
}

/// A share as tenths of a percent.
fn percent(share: f64) -> i64 {
    (share * 1_000.0).round() as i64
}

impl Ledger {
    /// Of each judge, the figures of what it made of the samples.
    pub fn judged(&self) -> [(&'static str, &'static str, Figures); 2] {
        let figures = |at: usize| {
            let (name, title, _) = JUDGES[at];
            (name, title, Figures::of(&self.judged[at].iter().collect::<Vec<_>>()))
        };
        [figures(0), figures(1)]
    }

    pub fn judgement_sheet(&self) -> Sheet {
        let share = |share: Option<f64>| Cell::maybe(share.map(|share| tenths(percent(share))));
        let row = |(name, _, figures): (&'static str, &'static str, Figures)| {
            vec![
                Cell::text(name),
                Cell::number(figures.samples),
                Cell::number(figures.disputed),
                Cell::number(figures.flagged.number),
                share(figures.flagged.precision),
                share(figures.flagged.recall),
                Cell::maybe(figures.auc.map(|auc| format!("{auc:.3}"))),
            ]
        };
        let columns = vec![
            ("measured by", false),
            ("items", true),
            ("hits", true),
            ("flagged", true),
            ("precision %", true),
            ("recall %", true),
            ("AUC", true),
        ];
        let judged = self.judged().into_iter().filter(|(.., figures)| figures.samples > 0);
        Sheet { columns, rows: judged.map(row).collect() }
    }
}
