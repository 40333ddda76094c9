//! How a language tells days: the words, and what they mean on a given day.

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};
use serde::Deserialize;

use super::lexicon::Lexicon;

/// The words as they are written in the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarFile {
    months: Vec<Vec<String>>,
    weekdays: Vec<Vec<String>>,
    /// One, two, three …
    numbers: Vec<Vec<String>>,
    today: Vec<String>,
    tomorrow: Vec<String>,
    after_tomorrow: Vec<String>,
    yesterday: Vec<String>,
    before_yesterday: Vec<String>,
    /// Before a number of days, weeks or months to come.
    within: Vec<String>,
    /// Before or after a number of days, weeks or months that have gone.
    ago: Vec<String>,
    day: Vec<String>,
    working_day: Vec<String>,
    week: Vec<String>,
    month: Vec<String>,
    /// Before or after a weekday.
    next: Vec<String>,
    last: Vec<String>,
    /// Before a month or a week.
    start: Vec<String>,
    middle: Vec<String>,
    end: Vec<String>,
    /// After those three only.
    the_week: Vec<String>,
    the_month: Vec<String>,
    this_week: Vec<String>,
    next_week: Vec<String>,
    this_month: Vec<String>,
    next_month: Vec<String>,
    /// Between a day and its month.
    of: Vec<String>,
    /// Before the number of a day without its month.
    on_day: Vec<String>,
    /// Endings of numbers of days (15th).
    ordinal: Vec<String>,
}

/// What a word of the calendar is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Term {
    /// January is 1.
    Month(u32),
    Weekday(Weekday),
    Number(u32),
    /// Days from today, back if negative.
    Day(i32),
    Within,
    Ago,
    Unit(Unit),
    Next,
    Last,
    Part(Part),
    /// A span by its number from the current one; `true` if it means something only after a [`Term::Part`].
    Week(u32, bool),
    MonthSpan(u32, bool),
    Of,
    OnDay,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Day,
    WorkingDay,
    Week,
    Month,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Start,
    Middle,
    End,
}

/// The words of the calendar, ready to be looked up.
#[derive(Debug, Clone, Default)]
pub struct Calendar {
    pub terms: Lexicon<Term>,
    pub ordinal: Vec<String>,
}

const WEEK: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

impl Calendar {
    pub fn new(file: &CalendarFile) -> Result<Self, Vec<String>> {
        let mut problems = Vec::new();
        if file.months.len() != 12 || file.weekdays.len() != 7 || file.numbers.len() < 10 {
            problems.push("calendar: twelve months, seven weekdays and ten numbers are needed".to_owned());
        }
        let mut terms = Lexicon::default();
        let mut add = |entries: &[String], term: Term| {
            for entry in entries {
                problems.extend(terms.add(entry, term).err().map(|what| format!("calendar: {what}")));
            }
        };
        (1..).zip(&file.months).for_each(|(month, names)| add(names, Term::Month(month)));
        WEEK.into_iter().zip(&file.weekdays).for_each(|(day, names)| add(names, Term::Weekday(day)));
        (1..).zip(&file.numbers).for_each(|(number, names)| add(names, Term::Number(number)));
        let simple = [
            (&file.today, Term::Day(0)),
            (&file.tomorrow, Term::Day(1)),
            (&file.after_tomorrow, Term::Day(2)),
            (&file.yesterday, Term::Day(-1)),
            (&file.before_yesterday, Term::Day(-2)),
            (&file.within, Term::Within),
            (&file.ago, Term::Ago),
            (&file.day, Term::Unit(Unit::Day)),
            (&file.working_day, Term::Unit(Unit::WorkingDay)),
            (&file.week, Term::Unit(Unit::Week)),
            (&file.month, Term::Unit(Unit::Month)),
            (&file.next, Term::Next),
            (&file.last, Term::Last),
            (&file.start, Term::Part(Part::Start)),
            (&file.middle, Term::Part(Part::Middle)),
            (&file.end, Term::Part(Part::End)),
            (&file.the_week, Term::Week(0, true)),
            (&file.the_month, Term::MonthSpan(0, true)),
            (&file.this_week, Term::Week(0, false)),
            (&file.next_week, Term::Week(1, false)),
            (&file.this_month, Term::MonthSpan(0, false)),
            (&file.next_month, Term::MonthSpan(1, false)),
            (&file.of, Term::Of),
            (&file.on_day, Term::OnDay),
        ];
        simple.into_iter().for_each(|(entries, term)| add(entries, term));
        let ordinal = file.ordinal.iter().map(|ending| ending.to_lowercase()).collect();
        if problems.is_empty() { Ok(Self { terms, ordinal }) } else { Err(problems) }
    }
}

/// A day as it was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    Full(NaiveDate),
    DayMonth(u32, u32),
    /// The 15th, of whichever month.
    DayOnly(u32),
    Weekday(Weekday),
    NextWeekday(Weekday),
    LastWeekday(Weekday),
    FromToday(i32),
    Units(u32, Unit),
    Ago(u32, Unit),
    /// A part, or all, of the week or month that many from the current one.
    InWeek(u32, Option<Part>),
    InMonth(u32, Option<Part>),
    /// A part of a named month.
    InNamed(u32, Part),
}

/// A promise reaches no further than this.
const YEAR: i64 = 366;
/// A day without its year that would be further away than this was a slip of the pen.
const NO_YEAR: i64 = 300;

impl Told {
    /// The day to come that is meant: of several, the last that the words allow, since nobody should be reminded
    /// before the day that they had in mind. Weeks end on Sunday. `None` when it has passed or is over a year away.
    pub fn to_come(self, today: NaiveDate) -> Option<NaiveDate> {
        let ahead = |day: Weekday| 1 + u64::from(today.succ_opt().map_or(0, |next| day.days_since(next.weekday())));
        let found = match self {
            Self::Full(date) => Some(date),
            Self::DayMonth(day, month) => nearest(day, month, today, 0..=1),
            Self::DayOnly(day) => (0..3).find_map(|months| day_in(today, months, day).filter(|date| *date > today)),
            Self::Weekday(day) => today.checked_add_days(Days::new(ahead(day))),
            Self::NextWeekday(day) => {
                let this = u64::from(day.num_days_from_monday() > today.weekday().num_days_from_monday());
                today.checked_add_days(Days::new(ahead(day) + 7 * this))
            }
            Self::FromToday(days) => u64::try_from(days).ok().and_then(|days| today.checked_add_days(Days::new(days))),
            Self::Units(number, unit) => shift(today, number, unit, true),
            Self::InWeek(number, part) => in_week(today, number, part),
            Self::InMonth(number, part) => part_of_month(day_in(today, number, 1)?, part.unwrap_or(Part::End)),
            Self::InNamed(month, part) => [0, 1].into_iter().find_map(|years| {
                part_of_month(NaiveDate::from_ymd_opt(today.year() + years, month, 1)?, part)
                    .filter(|date| *date >= today)
            }),
            Self::LastWeekday(_) | Self::Ago(..) => None,
        }?;
        let reach = if matches!(self, Self::DayMonth(..) | Self::InNamed(..)) { NO_YEAR } else { YEAR };
        (0..=reach).contains(&(found - today).num_days()).then_some(found)
    }

    /// The day that is meant when something has been done, e.g. a payment; at most a year back.
    pub fn gone(self, today: NaiveDate) -> Option<NaiveDate> {
        let back = |day: Weekday| match u64::from(today.weekday().days_since(day)) {
            0 => 7,
            days => days,
        };
        let found = match self {
            Self::Full(date) => Some(date),
            Self::DayMonth(day, month) => nearest(day, month, today, -1..=0),
            Self::DayOnly(day) => {
                let of = |months: u32| {
                    NaiveDate::from_ymd_opt(today.year(), today.month(), 1)?
                        .checked_sub_months(Months::new(months))?
                        .with_day(day)
                };
                (0..3).find_map(|months| of(months).filter(|date| *date <= today))
            }
            Self::Weekday(day) | Self::LastWeekday(day) => today.checked_sub_days(Days::new(back(day))),
            Self::FromToday(days) => today.checked_sub_days(Days::new(u64::try_from(-i64::from(days)).ok()?)),
            Self::Ago(number, unit) => shift(today, number, unit, false),
            _ => None,
        }?;
        (0..=YEAR).contains(&(today - found).num_days()).then_some(found)
    }
}

/// The day and month in one of the years around; the nearest that lies on the right side.
fn nearest(day: u32, month: u32, today: NaiveDate, years: std::ops::RangeInclusive<i32>) -> Option<NaiveDate> {
    let ahead = *years.start() >= 0;
    let all = years.filter_map(|years| NaiveDate::from_ymd_opt(today.year() + years, month, day));
    all.filter(|date| if ahead { *date >= today } else { *date <= today })
        .min_by_key(|date| (*date - today).num_days().abs())
}

fn day_in(today: NaiveDate, months: u32, day: u32) -> Option<NaiveDate> {
    today.with_day(1)?.checked_add_months(Months::new(months))?.with_day(day)
}

fn shift(today: NaiveDate, number: u32, unit: Unit, ahead: bool) -> Option<NaiveDate> {
    let days = match unit {
        Unit::Day => number,
        // Holidays are not known here; the weekend after the last week is.
        Unit::WorkingDay => number + 2 * number.div_ceil(5),
        Unit::Week => number * 7,
        Unit::Month if ahead => return today.checked_add_months(Months::new(number)),
        Unit::Month => return today.checked_sub_months(Months::new(number)),
    };
    let days = Days::new(days.into());
    if ahead { today.checked_add_days(days) } else { today.checked_sub_days(days) }
}

fn in_week(today: NaiveDate, number: u32, part: Option<Part>) -> Option<NaiveDate> {
    let monday = today.checked_sub_days(Days::new(today.weekday().num_days_from_monday().into()))?;
    let day = match part {
        Some(Part::Start) => 1,
        Some(Part::Middle) => 3,
        Some(Part::End) | None => 6,
    };
    monday.checked_add_days(Days::new(u64::from(number) * 7 + day))
}

/// Thirds of a month, each by its last day.
fn part_of_month(first: NaiveDate, part: Part) -> Option<NaiveDate> {
    match part {
        Part::Start => first.with_day(10),
        Part::Middle => first.with_day(20),
        Part::End => first.checked_add_months(Months::new(1))?.pred_opt(),
    }
}
