//! When whoever runs duly should look: what was promised to be sent did not leave, and no halt says why.

use std::fmt;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use serde::Deserialize;

/// How long notices that are due may take before it is somebody's matter.
const PATIENCE: Duration = Duration::hours(1);

/// From when waiting is too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AlarmRule {
    /// Hours for which the oldest notice that may be sent may be ready.
    pub oldest_ready_hours: u32,
}

impl Default for AlarmRule {
    fn default() -> Self {
        Self { oldest_ready_hours: 4 }
    }
}

/// Notices of a sweep that are due and have come to no end: not sent, refused, withdrawn, left to a person,
/// or put off to a later try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overdue {
    pub number: u64,
    /// When the first of them was due.
    pub since: DateTime<Utc>,
}

/// A finished sweep with notices that are due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LateSweep {
    pub as_of: NaiveDate,
    pub finished_at: DateTime<Utc>,
    pub overdue: Overdue,
}

/// What the rules look at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// Sending stopped for a reason that a person is told: nothing may be sent then.
    pub halted: bool,
    pub sweeps: Vec<LateSweep>,
    /// Since when the oldest ready notice may be sent.
    pub oldest_ready: Option<DateTime<Utc>>,
}

/// The kinds of alarms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Notices of a sweep did not come to an end.
    Sweep,
    /// A notice has been ready for too long.
    Ready,
}

impl Kind {
    pub const ALL: [Self; 2] = [Self::Sweep, Self::Ready];

    /// The code in metrics and documents.
    pub fn code(self) -> &'static str {
        match self {
            Self::Sweep => "sweep",
            Self::Ready => "ready",
        }
    }
}

/// Why somebody should look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alarm {
    /// Over all sweeps that are late; `as_of` is the date of the oldest of them.
    Sweep {
        sweeps: usize,
        as_of: NaiveDate,
        overdue: Overdue,
    },
    Ready {
        since: DateTime<Utc>,
        hours: u32,
    },
}

impl Alarm {
    pub fn kind(&self) -> Kind {
        match self {
            Self::Sweep { .. } => Kind::Sweep,
            Self::Ready { .. } => Kind::Ready,
        }
    }
}

impl fmt::Display for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minute = |at: &DateTime<Utc>| at.format("%Y-%m-%d %H:%M UTC").to_string();
        match self {
            Self::Sweep { sweeps, as_of, overdue: Overdue { number, since } } => {
                let of = match sweeps {
                    1 => format!("the sweep for {as_of}"),
                    _ => format!("{sweeps} sweeps, the first for {as_of},"),
                };
                let notices = if *number == 1 { "notice" } else { "notices" };
                write!(f, "{number} {notices} of {of} should have left by now, since {}", minute(since))
            }
            Self::Ready { since, hours } => {
                let most = if *hours == 1 { "1 hour".to_owned() } else { format!("{hours} hours") };
                write!(f, "a notice has been ready since {}, longer than {most}", minute(since))
            }
        }
    }
}

/// The alarms that stand now. While sending is stopped there are none: that is told already.
pub fn alarms(figures: &Figures, rule: AlarmRule, now: DateTime<Utc>) -> Vec<Alarm> {
    if figures.halted {
        return Vec::new();
    }
    let late = figures.sweeps.iter().filter(|sweep| is_late(sweep.finished_at, sweep.overdue.since, now));
    let of_sweeps = late.fold(None, |found: Option<Alarm>, sweep| {
        let LateSweep { as_of, overdue, .. } = *sweep;
        Some(match found {
            Some(Alarm::Sweep { sweeps, as_of: first, overdue: Overdue { number, since } }) => Alarm::Sweep {
                sweeps: sweeps + 1,
                as_of: first.min(as_of),
                overdue: Overdue { number: number + overdue.number, since: since.min(overdue.since) },
            },
            _ => Alarm::Sweep { sweeps: 1, as_of, overdue },
        })
    });
    let hours = rule.oldest_ready_hours;
    let old = figures.oldest_ready.filter(|since| now - *since > Duration::hours(hours.into()));
    of_sweeps.into_iter().chain(old.map(|since| Alarm::Ready { since, hours })).collect()
}

fn is_late(finished_at: DateTime<Utc>, due_since: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - finished_at > PATIENCE && now - due_since > PATIENCE
}

/// What a sweep planned, against what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SweepFate {
    pub id: i64,
    pub as_of: NaiveDate,
    pub finished_at: DateTime<Utc>,
    /// Notices that it planned.
    pub expected: u64,
    pub sent: u64,
    /// Ready, on their way, or put off.
    pub waiting: u64,
    pub refused: u64,
    pub in_doubt: u64,
    pub withdrawn: u64,
    pub overdue: Option<Overdue>,
}

impl SweepFate {
    /// Notices of whom nobody can say why they were not sent: those that are gone altogether, and, unless
    /// sending is stopped, those that should have left. A sweep has an hour for it.
    pub fn unexplained(&self, halted: bool, now: DateTime<Utc>) -> u64 {
        if now - self.finished_at <= PATIENCE {
            return 0;
        }
        let there = self.sent + self.waiting + self.refused + self.in_doubt + self.withdrawn;
        let late = self.overdue.filter(|overdue| !halted && is_late(self.finished_at, overdue.since, now));
        self.expected.abs_diff(there) + late.map_or(0, |overdue| overdue.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        format!("2026-11-23T{text}:00Z").parse().unwrap()
    }

    fn late(finished: &str, number: u64, since: &str) -> LateSweep {
        let overdue = Overdue { number, since: at(since) };
        LateSweep { as_of: at(finished).date_naive(), finished_at: at(finished), overdue }
    }

    #[test]
    fn what_is_due_has_an_hour_and_what_is_ready_its_hours() {
        use Kind::{Ready, Sweep};
        // Sweeps as finished, number, due since; the oldest ready; hours; now; the alarms.
        type Row =
            (&'static [(&'static str, u64, &'static str)], Option<&'static str>, u32, &'static str, &'static [Kind]);
        let rows: [Row; 10] = [
            (&[], None, 4, "23:59", &[]),
            (&[("07:00", 2, "07:00")], Some("07:00"), 4, "08:00", &[]),
            (&[("07:00", 2, "07:00")], Some("07:00"), 4, "08:01", &[Sweep]),
            // Its sending hours began later, or a later try is due.
            (&[("07:00", 2, "09:00")], Some("09:00"), 4, "10:00", &[]),
            (&[("07:00", 2, "09:00")], Some("09:00"), 4, "10:01", &[Sweep]),
            // Planned by a sweep that took long.
            (&[("09:30", 2, "07:00")], Some("07:00"), 4, "10:30", &[]),
            (&[("07:00", 2, "07:00")], Some("07:00"), 4, "11:01", &[Sweep, Ready]),
            // Put back by a person long after its sweep.
            (&[], Some("07:00"), 4, "11:00", &[]),
            (&[], Some("07:00"), 4, "11:01", &[Ready]),
            (&[], Some("07:00"), 1, "08:01", &[Ready]),
        ];
        for (sweeps, ready, hours, now, expected) in rows {
            let sweeps = sweeps.iter().map(|(finished, number, since)| late(finished, *number, since)).collect();
            let mut figures = Figures { halted: false, sweeps, oldest_ready: ready.map(at) };
            let rule = AlarmRule { oldest_ready_hours: hours };
            let kinds =
                |figures: &Figures| -> Vec<Kind> { alarms(figures, rule, at(now)).iter().map(Alarm::kind).collect() };
            assert_eq!(kinds(&figures), expected, "{figures:?} at {now}");
            figures.halted = true;
            assert_eq!(kinds(&figures), [], "{figures:?} at {now}");
        }
    }

    #[test]
    fn several_sweeps_are_one_alarm() {
        let sweeps = vec![late("08:00", 2, "08:30"), late("07:00", 1, "08:15"), late("11:30", 9, "11:30")];
        let figures = Figures { sweeps, ..Figures::default() };
        let [alarm] = alarms(&figures, AlarmRule::default(), at("12:00")).try_into().unwrap();
        let expected = "3 notices of 2 sweeps, the first for 2026-11-23, should have left by now, \
                        since 2026-11-23 08:15 UTC";
        assert_eq!(alarm.to_string(), expected);
        let ready = Alarm::Ready { since: at("07:00"), hours: 4 };
        assert_eq!(ready.to_string(), "a notice has been ready since 2026-11-23 07:00 UTC, longer than 4 hours");
    }

    #[test]
    fn a_sweep_is_marked_for_what_is_gone_and_for_what_is_late() {
        let fate = |waiting, overdue: Option<(u64, &str)>| SweepFate {
            id: 1,
            as_of: at("07:00").date_naive(),
            finished_at: at("07:00"),
            expected: 10,
            sent: 3,
            waiting,
            refused: 2,
            in_doubt: 1,
            withdrawn: 1,
            overdue: overdue.map(|(number, since)| Overdue { number, since: at(since) }),
        };
        let rows = [
            (fate(3, None), "09:00", 0, 0),
            (fate(2, None), "09:00", 1, 1),
            (fate(2, None), "08:00", 0, 0),
            (fate(3, Some((2, "07:00"))), "08:00", 0, 0),
            (fate(3, Some((2, "07:00"))), "08:01", 2, 0),
            (fate(3, Some((2, "08:30"))), "09:00", 0, 0),
            (fate(2, Some((2, "07:00"))), "09:00", 3, 1),
            (fate(4, None), "09:00", 1, 1),
        ];
        for (fate, now, unexplained, while_halted) in rows {
            let found = [false, true].map(|halted| fate.unexplained(halted, at(now)));
            assert_eq!(found, [unexplained, while_halted], "{fate:?} at {now}");
        }
    }
}
