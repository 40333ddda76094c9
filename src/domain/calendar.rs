//! Civil dates and instants: business days, public holidays, sending hours.
//!
//! The only place that turns civil time in a zone into an instant. Two named rules: a time in the
//! gap of a clock change means the first valid instant after it, a time in the fold the earlier one.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{
    DateTime, Datelike, Days, Duration, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc, Weekday,
};
use chrono_tz::Tz;
use serde::Deserialize;

/// The instant of a civil time in a zone; see the module for the gap and the fold.
pub fn instant(zone: Tz, civil: NaiveDateTime) -> DateTime<Utc> {
    match zone.from_local_datetime(&civil) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at.to_utc(),
        LocalResult::None => after_gap(zone, civil),
    }
}

/// First valid instant after a gap. Gaps lie on minutes; the longest ever (a whole day, Samoa
/// 2011) is well within the search.
fn after_gap(zone: Tz, civil: NaiveDateTime) -> DateTime<Utc> {
    let minutes = (1..=26 * 60).map(|minute| civil + Duration::minutes(minute));
    let whole = minutes.map(|at| at.with_time_floor()).find_map(|at| zone.from_local_datetime(&at).earliest());
    whole.map_or_else(|| civil.and_utc(), |at| at.to_utc())
}

trait FloorToMinute {
    fn with_time_floor(self) -> Self;
}

impl FloorToMinute for NaiveDateTime {
    fn with_time_floor(self) -> Self {
        self - Duration::nanoseconds(self.and_utc().timestamp_nanos_opt().unwrap_or(0).rem_euclid(60_000_000_000))
    }
}

/// The civil date at an instant in a zone.
pub fn date_at(zone: Tz, at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&zone).date_naive()
}

/// `date + days`, staying within the calendar's range.
pub fn plus_days(date: NaiveDate, days: u32) -> NaiveDate {
    date.checked_add_days(Days::new(days.into())).unwrap_or(NaiveDate::MAX)
}

/// One public holiday as a rule.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum HolidayRule {
    /// The same day each year; `observed = "monday"` moves it from a weekend to the next Monday,
    /// `"nearest"` a Saturday to Friday and a Sunday to Monday, `"pair"` two days on.
    Fixed {
        name: String,
        month: u32,
        day: u32,
        #[serde(default)]
        observed: Observed,
    },
    /// Days after (or before) Easter Sunday of the western churches.
    Easter { name: String, easter: i64 },
    /// The nth weekday of a month; -1 is the last one.
    Nth { name: String, month: u32, weekday: Weekday, nth: i8 },
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Observed {
    #[default]
    Same,
    Monday,
    Nearest,
    /// Two holidays in a row (Christmas and Boxing Day): each moves two days from a weekend.
    Pair,
}

impl HolidayRule {
    /// The date of the holiday in a year.
    pub fn date(&self, year: i32) -> Option<NaiveDate> {
        match self {
            Self::Fixed { month, day, observed, .. } => {
                NaiveDate::from_ymd_opt(year, *month, *day).map(|date| observed.shift(date))
            }
            Self::Easter { easter, .. } => easter_sunday(year).checked_add_signed(Duration::days(*easter)),
            Self::Nth { month, weekday, nth, .. } if *nth > 0 => {
                NaiveDate::from_weekday_of_month_opt(year, *month, *weekday, nth.unsigned_abs())
            }
            Self::Nth { month, weekday, .. } => {
                (1..=5).rev().find_map(|n| NaiveDate::from_weekday_of_month_opt(year, *month, *weekday, n))
            }
        }
    }
}

impl Observed {
    fn shift(self, date: NaiveDate) -> NaiveDate {
        match (self, date.weekday()) {
            (Self::Monday | Self::Pair, Weekday::Sat) | (Self::Pair, Weekday::Sun) => plus_days(date, 2),
            (Self::Monday | Self::Nearest, Weekday::Sun) => plus_days(date, 1),
            (Self::Nearest, Weekday::Sat) => date.pred_opt().unwrap_or(date),
            _ => date,
        }
    }
}

/// Easter Sunday in the Gregorian calendar (Meeus, Astronomical Algorithms, chapter 8).
pub fn easter_sunday(year: i32) -> NaiveDate {
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (b - (b + 8) / 25 + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let l = (32 + 2 * e + 2 * (c / 4) - h - c % 4) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let (month, day) = ((h + l - 7 * m + 114) / 31, (h + l - 7 * m + 114) % 31 + 1);
    NaiveDate::from_ymd_opt(year, month.unsigned_abs(), day.unsigned_abs()).unwrap_or(NaiveDate::MAX)
}

/// When mail may go out, and which days are business days.
#[derive(Debug, Clone, Default)]
pub struct Calendar {
    /// Holiday rules by ISO 3166 country. A country without rules has no holidays.
    pub holidays: BTreeMap<String, Vec<HolidayRule>>,
}

/// Days and hours on which mail may be sent, in the recipient's zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    pub days: BTreeSet<u8>,
    pub from: NaiveTime,
    /// Exclusive; `None` is the end of the day.
    pub until: Option<NaiveTime>,
    /// Also wait on public holidays.
    pub holidays: bool,
}

impl Window {
    fn has_day(&self, date: NaiveDate) -> bool {
        self.days.contains(&(date.weekday().num_days_from_monday() as u8))
    }
}

impl Calendar {
    pub fn is_holiday(&self, country: &str, date: NaiveDate) -> bool {
        let Some(rules) = self.holidays.get(country) else { return false };
        // An observed New Year's Day can fall into the year before.
        rules.iter().any(|rule| (0..=1).any(|ahead| rule.date(date.year() + ahead) == Some(date)))
    }

    /// Monday to Friday and no public holiday.
    pub fn is_business_day(&self, country: &str, date: NaiveDate) -> bool {
        !matches!(date.weekday(), Weekday::Sat | Weekday::Sun) && !self.is_holiday(country, date)
    }

    /// Business days after `from`, up to and including `to`; at most `limit` are counted.
    pub fn business_days(&self, country: &str, from: NaiveDate, to: NaiveDate, limit: u32) -> u32 {
        let days = from.iter_days().skip(1).take_while(|day| *day <= to);
        days.filter(|day| self.is_business_day(country, *day)).take(limit as usize).count() as u32
    }

    /// The first instant at or after `at` in the window, in the zone and country of the recipient.
    pub fn next_permitted(&self, window: &Window, zone: Tz, country: &str, at: DateTime<Utc>) -> DateTime<Utc> {
        let local = at.with_timezone(&zone);
        // A window with a day in it opens within a week; 366 days allow for any run of holidays.
        for date in local.date_naive().iter_days().take(366) {
            if !window.has_day(date) || (window.holidays && self.is_holiday(country, date)) {
                continue;
            }
            let opens = instant(zone, date.and_time(window.from)).max(at);
            let closes = match window.until {
                Some(until) => instant(zone, date.and_time(until)),
                None => instant(zone, plus_days(date, 1).and_time(NaiveTime::MIN)),
            };
            if opens < closes {
                return opens;
            }
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn weekdays(from: &str, until: &str) -> Window {
        Window { days: (0..5).collect(), from: from.parse().unwrap(), until: until.parse().ok(), holidays: true }
    }

    fn with_christmas() -> Calendar {
        let christmas = HolidayRule::Fixed { name: "Christmas".into(), month: 12, day: 25, observed: Observed::Monday };
        Calendar { holidays: [("GB".to_owned(), vec![christmas])].into() }
    }

    #[test]
    fn gap_moves_on_and_fold_takes_the_earlier() {
        let zone = chrono_tz::Europe::Berlin;
        let cases = [
            ("2026-03-29T02:30:00", "2026-03-29T01:00:00Z"),
            ("2026-10-25T02:30:00", "2026-10-25T00:30:00Z"),
            ("2026-07-01T09:00:00", "2026-07-01T07:00:00Z"),
        ];
        for (civil, expected) in cases {
            assert_eq!(instant(zone, civil.parse().unwrap()), at(expected), "{civil}");
        }
        // A whole day is missing: Samoa crossed the date line.
        let samoa = instant(chrono_tz::Pacific::Apia, "2011-12-30T12:00:00".parse().unwrap());
        assert_eq!(samoa, at("2011-12-30T10:00:00Z"));
    }

    #[test]
    fn easter_is_on_the_published_dates() {
        // Table of the US Naval Observatory.
        for date in ["2000-04-23", "2008-03-23", "2019-04-21", "2024-03-31", "2025-04-20", "2026-04-05", "2038-04-25"] {
            assert_eq!(easter_sunday(day(date).year()), day(date));
        }
    }

    #[test]
    fn holidays_move_and_are_counted() {
        let calendar = with_christmas();
        assert!(calendar.is_holiday("GB", day("2027-12-27")), "Christmas 2027 is a Saturday");
        assert!(!calendar.is_holiday("DE", day("2026-12-25")));
        assert_eq!(calendar.business_days("GB", day("2026-12-24"), day("2026-12-28"), 99), 1);
        assert_eq!(calendar.business_days("GB", day("2026-12-24"), day("2026-12-24"), 99), 0);
        let thanksgiving = HolidayRule::Nth { name: "T".into(), month: 11, weekday: Weekday::Thu, nth: 4 };
        assert_eq!(thanksgiving.date(2026), Some(day("2026-11-26")));
        let memorial = HolidayRule::Nth { name: "M".into(), month: 5, weekday: Weekday::Mon, nth: -1 };
        assert_eq!(memorial.date(2026), Some(day("2026-05-25")));
    }

    #[test]
    fn sending_waits_for_a_permitted_hour_of_a_business_day() {
        let (calendar, window) = (with_christmas(), weekdays("08:00:00", "18:00:00"));
        let cases = [
            ("2026-11-23T09:00:00Z", "2026-11-23T09:00:00Z"),
            ("2026-11-23T03:00:00Z", "2026-11-23T08:00:00Z"),
            ("2026-11-23T18:00:00Z", "2026-11-24T08:00:00Z"),
            ("2026-11-21T12:00:00Z", "2026-11-23T08:00:00Z"),
            ("2026-12-24T19:00:00Z", "2026-12-28T08:00:00Z"),
        ];
        for (now, expected) in cases {
            let next = calendar.next_permitted(&window, chrono_tz::Europe::London, "GB", at(now));
            assert_eq!(next, at(expected), "{now}");
        }
    }
}
