//! The one table at the end.

use std::collections::BTreeMap;

use crate::check::Verdict;

#[derive(Debug, Default)]
pub struct Tally {
    pub worlds: usize,
    pub runs: usize,
    /// By failpoint, or at any moment.
    pub kills: BTreeMap<&'static str, usize>,
    pub verdict: Verdict,
    /// What else went wrong: a command that failed, or did not end.
    pub failures: Vec<String>,
}

impl Tally {
    pub fn killed(&self) -> usize {
        self.kills.values().sum()
    }

    pub fn add(&mut self, other: Self) {
        self.worlds += other.worlds;
        self.runs += other.runs;
        other.kills.into_iter().for_each(|(place, number)| *self.kills.entry(place).or_default() += number);
        let (sum, one) = (&mut self.verdict, other.verdict);
        sum.accepted += one.accepted;
        sum.expected += one.expected;
        sum.optional += one.optional;
        sum.sent += one.sent;
        sum.in_doubt += one.in_doubt;
        sum.refused += one.refused;
        sum.withdrawn += one.withdrawn;
        sum.explained += one.explained;
        sum.lost.extend(one.lost);
        sum.unexplained.extend(one.unexplained);
        self.failures.extend(other.failures);
    }

    pub fn is_well(&self) -> bool {
        self.verdict.lost.is_empty() && self.verdict.unexplained.is_empty() && self.failures.is_empty()
    }

    pub fn print(&self, engine: &str, seconds: f64) {
        let Verdict { accepted, expected, optional, sent, in_doubt, refused, withdrawn, explained, .. } = self.verdict;
        let (lost, unexplained) = (self.verdict.lost.len(), self.verdict.unexplained.len());
        println!("\n{engine}: {} worlds, {} runs in {seconds:.0} s", self.worlds, self.runs);
        for (place, number) in &self.kills {
            println!("  {number:>7}  killed at {place}");
        }
        println!("  {:>7}  kills, {:.1} a second", self.killed(), self.killed() as f64 / seconds);
        for (number, what) in [
            (accepted, "messages accepted"),
            (expected, "notices expected (invoice and stage)"),
            (optional, "notices that may be, since something was paid meanwhile"),
            (sent, "… sent"),
            (in_doubt, "… in doubt"),
            (refused, "… refused"),
            (withdrawn, "… withdrawn, since something was paid"),
            (explained, "surplus messages, each explained by a recorded doubt"),
            (lost, "LOST"),
            (unexplained, "UNEXPLAINED"),
            (self.failures.len(), "other failures"),
        ] {
            println!("  {number:>7}  {what}");
        }
    }
}
