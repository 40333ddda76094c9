//! Planned occurrences of a schedule, computed in the real zone.
//!
//! The expression is read as civil time, and [`instant`] turns that into an instant. Given a zone,
//! croner itself lets a daily job run twice on the day of a gap.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use croner::{
    Cron,
    parser::{CronParser, Seconds},
};

use super::calendar::instant;

/// A cron expression of five fields in a zone.
#[derive(Debug, Clone)]
pub struct Occurrences {
    cron: Cron,
    zone: Tz,
}

/// Occurrences looked at after a downtime; older ones are not even recorded.
const MOST: usize = 10_000;

impl Occurrences {
    /// Parses the expression; the error says what is wrong and what is expected.
    pub fn parse(expression: &str, zone: Tz) -> Result<Self, String> {
        let parser = CronParser::builder().seconds(Seconds::Disallowed).build();
        let cron = parser.parse(expression).map_err(|error| {
            format!("`{expression}` is not a schedule ({error}); expected minute hour day month weekday, like `0 7 * * Mon-Fri`")
        })?;
        let occurrences = Self { cron, zone };
        let ever = occurrences.after(DateTime::UNIX_EPOCH).next().is_some();
        if ever { Ok(occurrences) } else { Err(format!("`{expression}` never occurs")) }
    }

    /// Occurrences after an instant, in order. What falls into a gap runs once, at its end; what
    /// falls into an hour that comes twice runs the first time.
    pub fn after(&self, at: DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> {
        let (mut civil, mut last) = (at.with_timezone(&self.zone).naive_local().and_utc(), at);
        std::iter::from_fn(move || {
            loop {
                civil = self.cron.find_next_occurrence(&civil, false).ok()?;
                let next = instant(self.zone, civil.naive_utc());
                if next > last {
                    last = next;
                    return Some(next);
                }
            }
        })
    }

    /// Occurrences after `since`, up to and including `now`; of very many the newest.
    pub fn between(&self, since: DateTime<Utc>, now: DateTime<Utc>) -> Vec<DateTime<Utc>> {
        let mut newest = VecDeque::new();
        for at in self.after(since).take_while(|at| *at <= now) {
            if newest.len() == MOST {
                newest.pop_front();
            }
            newest.push_back(at);
        }
        newest.into()
    }
}

/// The next `count` runs of a schedule.
pub fn next_runs(expression: &str, zone: Tz, now: DateTime<Utc>, count: usize) -> Result<Vec<DateTime<Tz>>, String> {
    let occurrences = Occurrences::parse(expression, zone)?;
    Ok(occurrences.after(now).take(count).map(|at| at.with_timezone(&zone)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seven_in_berlin_is_seven_on_both_sides_of_a_change() {
        let cron = Occurrences::parse("0 7 * * *", chrono_tz::Europe::Berlin).unwrap();
        let hours = |since: &str, until: &str| -> Vec<String> {
            let found = cron.between(since.parse().unwrap(), until.parse().unwrap());
            found.iter().map(|at| at.format("%d %H:%M").to_string()).collect()
        };
        assert_eq!(hours("2026-10-24T00:00:00Z", "2026-10-26T12:00:00Z"), ["24 05:00", "25 06:00", "26 06:00"]);
        assert_eq!(hours("2026-03-28T00:00:00Z", "2026-03-30T12:00:00Z"), ["28 06:00", "29 05:00", "30 05:00"]);
    }

    #[test]
    fn an_hour_that_is_skipped_or_doubled_runs_once() {
        let cron = Occurrences::parse("30 2 * * *", chrono_tz::Europe::Berlin).unwrap();
        for (since, until) in
            [("2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z"), ("2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z")]
        {
            let found = cron.between(since.parse().unwrap(), until.parse().unwrap());
            assert_eq!(found.len(), 1, "{since}: {found:?}");
        }
    }

    #[test]
    fn of_very_many_the_newest_are_looked_at() {
        let cron = Occurrences::parse("* * * * *", chrono_tz::UTC).unwrap();
        let (since, now) = ("2026-01-01T00:00:00Z".parse().unwrap(), "2026-01-09T00:00:30Z".parse().unwrap());
        let found = cron.between(since, now);
        assert_eq!((found.len(), found[MOST - 1].to_rfc3339().as_str()), (MOST, "2026-01-09T00:00:00+00:00"));
    }

    #[test]
    fn bad_schedules_say_why() {
        for expression in ["", "every day", "61 7 * * *", "0 0 31 2 *", "0 0 7 * * *"] {
            assert!(Occurrences::parse(expression, chrono_tz::UTC).is_err(), "{expression}");
        }
    }
}
