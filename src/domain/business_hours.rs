//! Time during which the company is open: what a customer's wait is measured in.
//!
//! Open is Monday to Friday between two times of day, but for public holidays, in the company's
//! zone. What is counted is time that really passes: a clock that is put on or back during open
//! hours takes an hour away or adds one.

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};
use chrono_tz::Tz;

use super::calendar::{Calendar, date_at, instant};

/// Days that are looked at: ten years, so that nothing runs on where a calendar has no open day.
const DAYS: usize = 3_660;

/// When a company is open.
#[derive(Debug, Clone, Copy)]
pub struct BusinessHours<'a> {
    pub calendar: &'a Calendar,
    /// ISO 3166; its public holidays are kept.
    pub country: &'a str,
    pub zone: Tz,
    pub from: NaiveTime,
    /// Exclusive, later than `from`.
    pub until: NaiveTime,
}

impl BusinessHours<'_> {
    /// The first instant by which the company was open for so many hours since `from`.
    ///
    /// Where it is not open for that long in ten years, plain hours are counted.
    pub fn after(&self, from: DateTime<Utc>, hours: u32) -> DateTime<Utc> {
        if hours == 0 {
            return from;
        }
        let mut left = Duration::hours(hours.into());
        for (opens, closes) in self.open_since(from) {
            match closes - opens {
                open if open < left => left -= open,
                _ => return opens + left,
            }
        }
        from.checked_add_signed(Duration::hours(hours.into())).unwrap_or(from)
    }

    /// For how long the company was open between two instants, of the first ten years of them.
    pub fn between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Duration {
        let open = self.open_since(from).take_while(|(opens, _)| *opens < to);
        open.fold(Duration::zero(), |sum, (opens, closes)| sum + (closes.min(to) - opens))
    }

    /// The stretches of open hours from an instant on, the first one cut there.
    fn open_since(&self, from: DateTime<Utc>) -> impl Iterator<Item = (DateTime<Utc>, DateTime<Utc>)> {
        let days = date_at(self.zone, from).iter_days().take(DAYS);
        let open = days.filter(|day| self.calendar.is_business_day(self.country, *day)).map(|day| self.open_on(day));
        open.map(move |(opens, closes)| (opens.max(from), closes)).filter(|(opens, closes)| opens < closes)
    }

    fn open_on(&self, day: NaiveDate) -> (DateTime<Utc>, DateTime<Utc>) {
        let at = |time| instant(self.zone, day.and_time(time));
        (at(self.from), at(self.until))
    }
}

#[cfg(test)]
mod tests;
