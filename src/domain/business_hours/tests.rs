//! Business hours over nights, weekends, holidays and clock changes.

use chrono_tz::{America::New_York, Asia::Amman, Australia::Lord_Howe, Europe::Berlin, Pacific::Apia};
use proptest::prelude::*;

use super::*;
use crate::domain::calendar::{HolidayRule, Observed};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Germany has Easter Monday, Christmas Day and the day after.
fn calendar() -> Calendar {
    let fixed = |day| HolidayRule::Fixed { name: "Christmas".into(), month: 12, day, observed: Observed::Same };
    let easter = HolidayRule::Easter { name: "Easter Monday".into(), easter: 1 };
    Calendar { holidays: [("DE".to_owned(), vec![fixed(25), fixed(26), easter])].into() }
}

fn open(calendar: &Calendar, zone: Tz, from: &str, until: &str) -> BusinessHours<'static> {
    let calendar = Box::leak(Box::new(calendar.clone()));
    BusinessHours { calendar, country: "DE", zone, from: from.parse().unwrap(), until: until.parse().unwrap() }
}

/// Nine to five in Berlin.
fn office() -> BusinessHours<'static> {
    open(&calendar(), Berlin, "09:00:00", "17:00:00")
}

#[test]
fn due_times_fall_into_open_hours() {
    // Monday 2026-11-23; Berlin is an hour ahead in winter.
    let cases = [
        ("within a day", "2026-11-23T08:30:00Z", 4, "2026-11-23T12:30:00Z"),
        ("before hours", "2026-11-23T02:00:00Z", 4, "2026-11-23T12:00:00Z"),
        ("up to the last minute", "2026-11-23T08:00:00Z", 8, "2026-11-23T16:00:00Z"),
        ("after hours", "2026-11-23T16:00:00Z", 1, "2026-11-24T09:00:00Z"),
        ("overnight", "2026-11-23T15:00:00Z", 4, "2026-11-24T11:00:00Z"),
        ("over the weekend", "2026-11-27T15:30:00Z", 4, "2026-11-30T11:30:00Z"),
        ("on a Saturday", "2026-11-28T11:00:00Z", 2, "2026-11-30T10:00:00Z"),
        ("two days and a weekend", "2026-11-26T12:00:00Z", 16, "2026-11-30T12:00:00Z"),
        ("Christmas on a Friday", "2026-12-24T15:00:00Z", 2, "2026-12-28T09:00:00Z"),
        ("Easter, and the clock goes on", "2027-03-25T15:00:00Z", 10, "2027-03-30T08:00:00Z"),
        ("the clock goes on over the weekend", "2026-03-27T15:00:00Z", 4, "2026-03-30T10:00:00Z"),
        ("the clock goes back over the weekend", "2026-10-23T14:00:00Z", 4, "2026-10-26T11:00:00Z"),
        ("no time at all", "2026-11-28T11:00:00Z", 0, "2026-11-28T11:00:00Z"),
    ];
    for (name, from, hours, expected) in cases {
        assert_eq!(office().after(at(from), hours), at(expected), "{name}");
        assert_eq!(office().between(at(from), at(expected)), Duration::hours(hours.into()), "{name}");
    }
}

#[test]
fn only_open_hours_are_a_wait() {
    let hours = |from, to| office().between(at(from), at(to)).num_minutes();
    assert_eq!(hours("2026-11-27T16:00:00Z", "2026-11-30T08:00:00Z"), 0, "a weekend");
    assert_eq!(hours("2026-12-24T16:00:00Z", "2026-12-28T08:15:00Z"), 15, "Christmas");
    assert_eq!(hours("2026-11-23T00:00:00Z", "2026-11-29T23:00:00Z"), 5 * 8 * 60, "a week");
    assert_eq!(hours("2026-11-24T12:00:00Z", "2026-11-23T12:00:00Z"), 0, "backwards");
}

#[test]
fn a_clock_that_changes_while_it_is_open_takes_or_adds_an_hour() {
    // Amman put its clock on at midnight of a Friday, 1 April 2022: from 00:00 to 01:00.
    let night = open(&Calendar::default(), Amman, "00:00:00", "06:00:00");
    let friday = |from, to| night.between(at(from), at(to)).num_hours();
    assert_eq!(friday("2022-03-31T21:30:00Z", "2022-04-01T12:00:00Z"), 5, "short");
    assert_eq!(friday("2022-03-30T21:30:00Z", "2022-03-31T12:00:00Z"), 5, "from half past eleven");
    assert_eq!(friday("2022-03-30T21:00:00Z", "2022-03-31T12:00:00Z"), 6, "an ordinary day");
    // And back at one in the morning of Friday, 29 October 2021, to midnight once more.
    let back = open(&Calendar::default(), Amman, "00:30:00", "06:00:00");
    let noon = ["2021-10-27T12:00:00Z", "2021-10-28T12:00:00Z", "2021-10-29T12:00:00Z"].map(at);
    assert_eq!(back.between(noon[0], noon[1]).num_minutes(), 330, "an ordinary day");
    assert_eq!(back.between(noon[1], noon[2]).num_minutes(), 390, "half past midnight comes twice");
    // A whole Friday is missing in Samoa: it is no open day.
    let samoa = open(&Calendar::default(), Apia, "09:00:00", "17:00:00");
    assert_eq!(samoa.between(at("2011-12-30T01:00:00Z"), at("2012-01-01T18:00:00Z")), Duration::hours(2));
}

#[test]
fn a_calendar_without_an_open_day_is_no_endless_search() {
    let daily = |month, day| HolidayRule::Fixed { name: "H".into(), month, day, observed: Observed::Same };
    let all = (1..=12).flat_map(|month| (1..=31).map(move |day| daily(month, day))).collect();
    let shut = Calendar { holidays: [("DE".to_owned(), all)].into() };
    let shut = open(&shut, Berlin, "09:00:00", "17:00:00");
    assert_eq!(shut.after(at("2026-11-23T10:00:00Z"), 5), at("2026-11-23T15:00:00Z"));
    assert_eq!(shut.between(at("2026-11-23T10:00:00Z"), at("2026-12-23T10:00:00Z")), Duration::zero());
    let last = DateTime::<Utc>::MAX_UTC - Duration::days(2);
    assert_eq!(shut.after(last, u32::MAX), last, "the end of all calendars");
}

fn anywhere() -> impl Strategy<Value = BusinessHours<'static>> {
    let zone = prop::sample::select(vec![Berlin, New_York, Amman, Lord_Howe, Apia, Tz::UTC]);
    (zone, 0..20_u32, 1..=3_u32).prop_map(|(zone, from, long)| {
        let time = |hour: u32| NaiveTime::from_hms_opt(hour, 30, 0).unwrap();
        let calendar = Box::leak(Box::new(calendar()));
        BusinessHours { calendar, country: "DE", zone, from: time(from), until: time(from + long) }
    })
}

fn moment() -> impl Strategy<Value = DateTime<Utc>> {
    // 2010 to 2030, to the second.
    (1_262_304_000_i64..1_893_456_000).prop_map(|second| DateTime::from_timestamp(second, 0).unwrap())
}

proptest! {
    #[test]
    fn the_due_time_is_the_first_by_which_so_much_was_open(hours in anywhere(), from in moment(), n in 0..60_u32) {
        let due = hours.after(from, n);
        prop_assert!(from <= due);
        prop_assert_eq!(hours.between(from, due), Duration::hours(n.into()));
        if n > 0 {
            prop_assert!(hours.between(from, due - Duration::seconds(1)) < Duration::hours(n.into()));
            prop_assert!(hours.after(from, n - 1) < due);
        }
    }

    #[test]
    fn waits_add_up(hours in anywhere(), a in moment(), days in 0..40_i64, seconds in 0..4_000_000_i64) {
        let b = a + Duration::days(days);
        let c = b + Duration::seconds(seconds);
        let whole = hours.between(a, c);
        prop_assert_eq!(hours.between(a, b) + hours.between(b, c), whole);
        prop_assert!(Duration::zero() <= whole && whole <= c - a);
        prop_assert_eq!(hours.between(c, a), Duration::zero());
    }

    #[test]
    fn who_asks_later_is_not_answered_earlier(hours in anywhere(), a in moment(), gap in 0..900_000_i64, n in 0..60_u32) {
        prop_assert!(hours.after(a, n) <= hours.after(a + Duration::seconds(gap), n));
    }
}
