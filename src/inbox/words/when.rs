//! Days in a text.

use std::ops::Range;

use chrono::NaiveDate;

use super::{
    calendar::{Calendar, Term, Told, Unit},
    spoken::Spoken,
};

/// A day that a text tells, with the tokens that tell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    pub told: Told,
    pub tokens: Range<usize>,
}

/// Most units that are counted ("within 400 days" is no promise).
const UNITS: u32 = 366;

/// Reads days by the words of a language.
pub struct Days<'a> {
    pub spoken: &'a Spoken<'a>,
    pub calendar: &'a Calendar,
    /// `12/3` is the third of December.
    pub month_first: bool,
}

impl Days<'_> {
    /// All days told in a range of tokens, in order.
    pub fn find(&self, tokens: Range<usize>) -> Vec<Mention> {
        let mut found: Vec<Mention> = Vec::new();
        let mut at = tokens.start;
        while at < tokens.end {
            match self.at(at, tokens.end) {
                Some((told, length)) => {
                    // `Friday, 4 December`: the date says more than the weekday right before it.
                    let exact = matches!(told, Told::Full(_) | Told::DayMonth(..) | Told::DayOnly(_));
                    let weekday = |mention: &Mention| {
                        mention.tokens.end + 1 >= at && matches!(mention.told, Told::Weekday(_) | Told::NextWeekday(_))
                    };
                    found.pop_if(|mention| exact && weekday(mention));
                    found.push(Mention { told, tokens: at..at + length });
                    at += length;
                }
                None => at += 1,
            }
        }
        found
    }

    /// A term of the calendar at a token, with its length.
    fn term(&self, at: usize, end: usize, wanted: impl Fn(Term) -> bool) -> Option<(Term, usize)> {
        if at >= end {
            return None;
        }
        let hits = self.calendar.terms.at(self.spoken, at).filter(|hit| wanted(hit.what) && hit.last() < end);
        hits.max_by_key(|hit| hit.words.len()).map(|hit| (hit.what, hit.last() + 1 - at))
    }

    fn at(&self, at: usize, end: usize) -> Option<(Told, usize)> {
        self.numeric(at)
            .map(|told| (told, 1))
            .or_else(|| self.day_and_month(at, end))
            .or_else(|| self.month_and_day(at, end))
            .or_else(|| self.counted(at, end))
            .or_else(|| self.part(at, end))
            .or_else(|| self.weekday(at, end))
            .or_else(|| self.day_alone(at, end))
            .or_else(|| self.span(at, end))
    }

    /// `2026-12-04`, `4.12.2026`, `4/12/26`, `4.12.`
    fn numeric(&self, at: usize) -> Option<Told> {
        let word = &self.spoken.tokens[at].word;
        let separator = word.chars().find(|c| !c.is_ascii_digit()).filter(|c| matches!(c, '.' | '/' | '-'))?;
        let parts: Option<Vec<u32>> =
            word.split(separator).map(|part| (part.len() <= 4).then(|| part.parse().ok()).flatten()).collect();
        match *parts?.as_slice() {
            [year, month, day] if year > 1000 => {
                NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day).map(Told::Full)
            }
            [first, second, year] => {
                let (day, month) = self.ordered(first, second, separator);
                let year = if year < 100 { year + 2000 } else { year };
                NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day).map(Told::Full)
            }
            [first, second] if separator != '-' => {
                // `4.12` may be an amount; `04.12` and `4.12.` are days.
                let ended = self.spoken.after(at).starts_with('.') || word.len() == 5 || separator == '/';
                let (day, month) = self.ordered(first, second, separator);
                let money = self.spoken.after(at).trim_start().starts_with(['€', '$', '£'])
                    || self.spoken.before(at).ends_with(['€', '$', '£']);
                (ended && !money && is_day(day, month)).then_some(Told::DayMonth(day, month))
            }
            _ => None,
        }
    }

    /// Which of two numbers is the day. Only the slash is used both ways; a month above twelve is none.
    fn ordered(&self, first: u32, second: u32, separator: char) -> (u32, u32) {
        let swap = (self.month_first && separator == '/' && first <= 12) || (second > 12 && first <= 12);
        if swap { (second, first) } else { (first, second) }
    }

    /// A number from 1 to 31, as it is or with an ending (15th).
    fn day_number(&self, at: usize) -> Option<u32> {
        let word = &self.spoken.tokens.get(at)?.word;
        let digits = word.trim_end_matches(|c: char| !c.is_ascii_digit());
        let ending = &word[digits.len()..];
        let known = ending.is_empty() || self.calendar.ordinal.iter().any(|one| one == ending);
        digits.parse().ok().filter(|day| known && digits.len() <= 2 && (1..=31).contains(day))
    }

    /// `4 December 2026`, `4th of December`, `4. Dezember`, `4 de diciembre de 2026`
    fn day_and_month(&self, at: usize, end: usize) -> Option<(Told, usize)> {
        let day = self.day_number(at)?;
        let of = self.term(at + 1, end, |term| term == Term::Of).map_or(0, |(_, length)| length);
        let (Term::Month(month), length) = self.term(at + 1 + of, end, |term| matches!(term, Term::Month(_)))? else {
            return None;
        };
        Some(self.with_year(day, month, at, 1 + of + length, end))
    }

    /// `December 4th, 2026`
    fn month_and_day(&self, at: usize, end: usize) -> Option<(Told, usize)> {
        let (Term::Month(month), length) = self.term(at, end, |term| matches!(term, Term::Month(_)))? else {
            return None;
        };
        let day = self.day_number(at + length).filter(|_| at + length < end)?;
        Some(self.with_year(day, month, at, length + 1, end))
    }

    fn with_year(&self, day: u32, month: u32, at: usize, length: usize, end: usize) -> (Told, usize) {
        let of = self.term(at + length, end, |term| term == Term::Of).map_or(0, |(_, length)| length);
        let next = self.spoken.tokens.get(at + length + of).filter(|_| at + length + of < end);
        let year = next.and_then(|token| token.word.parse::<i32>().ok()).filter(|year| (2000..2100).contains(year));
        match year.and_then(|year| NaiveDate::from_ymd_opt(year, month, day)) {
            Some(date) => (Told::Full(date), length + of + 1),
            None => (Told::DayMonth(day, month), length),
        }
    }

    /// `within ten days`, `in 2 weeks`, `3 days ago`, `vor drei Tagen`
    fn counted(&self, at: usize, end: usize) -> Option<(Told, usize)> {
        let before = self.term(at, end, |term| matches!(term, Term::Within | Term::Ago));
        let skip = before.map_or(0, |(_, length)| length);
        let (number, unit, length) = self.units(at + skip, end)?;
        let total = skip + length;
        match before {
            Some((Term::Ago, _)) => Some((Told::Ago(number, unit), total)),
            _ => match self.term(at + total, end, |term| term == Term::Ago) {
                Some((_, ago)) => Some((Told::Ago(number, unit), total + ago)),
                None => before.map(|_| (Told::Units(number, unit), total)),
            },
        }
    }

    fn units(&self, at: usize, end: usize) -> Option<(u32, Unit, usize)> {
        let written =
            self.spoken.tokens.get(at).filter(|_| at < end)?.word.parse::<u32>().ok().map(|number| (number, 1));
        let spelled = || match self.term(at, end, |term| matches!(term, Term::Number(_)))? {
            (Term::Number(number), length) => Some((number, length)),
            _ => None,
        };
        let (number, skip) = written.or_else(spelled)?;
        match self.term(at + skip, end, |term| matches!(term, Term::Unit(_)))? {
            (Term::Unit(unit), length) => Some((number.min(UNITS), unit, skip + length)),
            _ => None,
        }
    }

    /// `end of the month`, `Mitte nächster Woche`, `fin mars`
    fn part(&self, at: usize, end: usize) -> Option<(Told, usize)> {
        let (Term::Part(part), skip) = self.term(at, end, |term| matches!(term, Term::Part(_)))? else { return None };
        let spans = |term| matches!(term, Term::Week(..) | Term::MonthSpan(..) | Term::Month(_));
        let (span, length) = self.term(at + skip, end, spans)?;
        let told = match span {
            Term::Week(number, _) => Told::InWeek(number, Some(part)),
            Term::MonthSpan(number, _) => Told::InMonth(number, Some(part)),
            Term::Month(month) => Told::InNamed(month, part),
            _ => return None,
        };
        Some((told, skip + length))
    }

    /// `Friday`, `next Friday`, `vendredi prochain`
    fn weekday(&self, at: usize, end: usize) -> Option<(Told, usize)> {
        let which = |term| matches!(term, Term::Next | Term::Last);
        let before = self.term(at, end, which);
        let skip = before.map_or(0, |(_, length)| length);
        let (Term::Weekday(day), length) = self.term(at + skip, end, |term| matches!(term, Term::Weekday(_)))? else {
            return None;
        };
        let after = if before.is_none() { self.term(at + length, end, which) } else { None };
        let total = skip + length + after.map_or(0, |(_, length)| length);
        let told = match before.or(after) {
            Some((Term::Next, _)) => Told::NextWeekday(day),
            Some((Term::Last, _)) => Told::LastWeekday(day),
            _ => Told::Weekday(day),
        };
        Some((told, total))
    }

    /// `the 15th`, `zum 15.`, `le 15`
    fn day_alone(&self, at: usize, end: usize) -> Option<(Told, usize)> {
        let on = self.term(at, end, |term| term == Term::OnDay).map_or(0, |(_, length)| length);
        let day = self.day_number(at + on).filter(|_| at + on < end)?;
        if self.day_and_month(at + on, end).is_some() {
            return None;
        }
        let ordinal = self.spoken.tokens[at + on].word.ends_with(char::is_alphabetic);
        (on > 0 || ordinal).then_some((Told::DayOnly(day), on + 1))
    }

    /// `tomorrow`, `next week`, `this month`
    fn span(&self, at: usize, end: usize) -> Option<(Told, usize)> {
        let alone = |term| matches!(term, Term::Day(_) | Term::Week(_, false) | Term::MonthSpan(_, false));
        let (term, length) = self.term(at, end, alone)?;
        let told = match term {
            Term::Day(days) => Told::FromToday(days),
            Term::Week(number, _) => Told::InWeek(number, None),
            Term::MonthSpan(number, _) => Told::InMonth(number, None),
            _ => return None,
        };
        Some((told, length))
    }
}

fn is_day(day: u32, month: u32) -> bool {
    NaiveDate::from_ymd_opt(2000, month, day).is_some()
}
