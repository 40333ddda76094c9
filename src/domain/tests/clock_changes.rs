//! Every change of every clock in the time zone database from 2024 to 2030: schedules and sending hours.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, Duration, NaiveDate, NaiveTime, Offset, TimeZone, Timelike, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};

use crate::domain::{
    calendar::{Calendar, Window, date_at, instant},
    schedule::Occurrences,
};

/// The first instants after a change of the clock.
fn changes(zone: Tz) -> Vec<DateTime<Utc>> {
    let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    let offset = |at: DateTime<Utc>| zone.offset_from_utc_datetime(&at.naive_utc()).fix();
    let (mut before, end, mut found) = (at("2024-01-01T00:00:00Z"), at("2031-01-01T00:00:00Z"), Vec::new());
    while before < end {
        let after = before + Duration::hours(12);
        let (mut low, mut high) = (before, after);
        while offset(before) != offset(after) && high - low > Duration::minutes(1) {
            let middle = low + Duration::minutes((high - low).num_minutes() / 2);
            if offset(middle) == offset(before) { low = middle } else { high = middle }
        }
        if offset(before) != offset(after) {
            found.push(high);
        }
        before = after;
    }
    found
}

/// Times of day on both sides of a change and in the middle of what is left out or doubled.
fn times(zone: Tz, change: DateTime<Utc>) -> BTreeSet<NaiveTime> {
    let minutes = [-61, -31, -1, 0, 1, 30, 60].map(|minutes| change + Duration::minutes(minutes));
    let after = minutes.map(|at| at.with_timezone(&zone).time());
    let before = (change - Duration::minutes(1)).with_timezone(&zone).time();
    let in_the_gap = [1, 31, 59].map(|minutes| before + Duration::minutes(minutes));
    let whole = |time: NaiveTime| time.with_second(0).unwrap();
    after.into_iter().chain(in_the_gap).chain([NaiveTime::MIN]).map(whole).collect()
}

/// The days around a change.
fn days(zone: Tz, change: DateTime<Utc>) -> Vec<NaiveDate> {
    let first = date_at(zone, change) - Days::new(3);
    first.iter_days().take(7).collect()
}

#[test]
fn a_daily_job_runs_once_for_each_day_whatever_the_clock_does() {
    let (mut zones, mut seen) = (0, 0);
    for zone in TZ_VARIANTS {
        let changes = changes(zone);
        zones += usize::from(!changes.is_empty());
        for change in changes {
            for time in times(zone, change) {
                let cron = format!("{} {} * * *", time.minute(), time.hour());
                let occurrences = Occurrences::parse(&cron, zone).unwrap();
                let expected: Vec<_> = days(zone, change).iter().map(|day| instant(zone, day.and_time(time))).collect();
                let (first, last) = (expected[0], expected[expected.len() - 1]);
                let found = occurrences.between(first - Duration::seconds(1), last);
                assert_eq!(found, expected, "{zone}, `{cron}` around {change}");
                assert!(found.is_sorted_by(|a, b| a < b), "{zone}, `{cron}` around {change}: {found:?}");
                seen += 1;
            }
        }
    }
    assert!(zones > 150 && seen > 10_000, "{zones} zones with changes, {seen} schedules");
}

#[test]
fn sending_hours_hold_on_the_days_around_a_change() {
    let calendar = Calendar::default();
    let time = |text: &str| text.parse::<NaiveTime>().unwrap();
    for zone in TZ_VARIANTS {
        for change in changes(zone) {
            for (from, until) in [("08:00:00", "18:00:00"), ("00:00:00", "02:30:00"), ("02:30:00", "03:30:00")] {
                let window =
                    Window { days: (0..7).collect(), from: time(from), until: Some(time(until)), holidays: false };
                let mut last = change - Duration::days(2);
                for minutes in (-52..52).map(|half| half * 30) {
                    let at = change + Duration::minutes(minutes);
                    let next = calendar.next_permitted(&window, zone, "GB", at);
                    let local = next.with_timezone(&zone).time();
                    let context = || format!("{zone}, {from}-{until}, at {at}: {next} ({local})");
                    assert!(next >= at && next >= last && next - at < Duration::hours(50), "{}", context());
                    // Hours in which the clock is changed begin and end at the instants that they name.
                    let day = date_at(zone, next);
                    let hours = instant(zone, day.and_time(window.from))..instant(zone, day.and_time(time(until)));
                    assert!(hours.contains(&next), "{}", context());
                    assert!(from != "08:00:00" || (local >= window.from && local < time(until)), "{}", context());
                    assert_eq!(calendar.next_permitted(&window, zone, "GB", next), next, "{}", context());
                    last = next;
                }
            }
        }
    }
}
