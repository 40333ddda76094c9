//! A schedule in plain choices: days of the week and a time; and back.

use chrono::NaiveTime;

/// Days of the week from Monday, and a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weekly {
    pub days: [bool; 7],
    pub time: NaiveTime,
}

/// As they stand in schedules and as people read them.
pub const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

impl Weekly {
    /// An expression that says no more than days and a time.
    pub fn read(expression: &str) -> Option<Self> {
        let fields: Vec<&str> = expression.split_whitespace().collect();
        let &[minute, hour, "*", "*", days] = fields.as_slice() else { return None };
        let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
        let time = NaiveTime::from_hms_opt(plain(hour)?, plain(minute)?, 0)?;
        Some(Self { days: read_days(days)?, time })
    }

    /// `None` without any day.
    pub fn expression(&self) -> Option<String> {
        let chosen: Vec<usize> = (0..7).filter(|day| self.days[*day]).collect();
        let (first, last) = (*chosen.first()?, *chosen.last()?);
        let days = match chosen.len() {
            7 => "*".to_owned(),
            length if length > 2 && last - first + 1 == length => format!("{}-{}", DAYS[first], DAYS[last]),
            _ => chosen.iter().map(|day| DAYS[*day]).collect::<Vec<_>>().join(","),
        };
        Some(format!("{} * * {days}", self.time.format("%-M %-H")))
    }
}

fn read_days(text: &str) -> Option<[bool; 7]> {
    if text == "*" {
        return Some([true; 7]);
    }
    let mut days = [false; 7];
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (day(first)?, day(last)?);
        if first > last {
            return None;
        }
        days[first..=last].fill(true);
    }
    Some(days)
}

/// By name, or by a number in which Monday is 1 and Sunday 7. (0 is Sunday as well, which may begin a range: left to
/// whoever writes expressions.)
fn day(text: &str) -> Option<usize> {
    let named = DAYS.iter().position(|day| day.eq_ignore_ascii_case(text));
    named.or_else(|| text.parse::<usize>().ok().filter(|number| (1..=7).contains(number)).map(|number| number - 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_more_than_days_and_a_time_stays_an_expression() {
        let read = |text: &str| Weekly::read(text).and_then(|weekly| weekly.expression());
        for (text, expected) in [
            ("0 7 * * Mon-Fri", Some("0 7 * * Mon-Fri")),
            ("30 18 * * *", Some("30 18 * * *")),
            ("0 7 * * 1,3,5", Some("0 7 * * Mon,Wed,Fri")),
            ("5 6 * * sat-sun", Some("5 6 * * Sat,Sun")),
            ("* * * * *", None),
            ("0 7,9 * * *", None),
            ("0 7 1 * *", None),
            ("*/5 7 * * Mon", None),
            ("0 24 * * Mon", None),
            ("0 7 * * Mon#1", None),
            ("0 7 * * 0", None),
            ("0 7 * *", None),
            ("", None),
        ] {
            assert_eq!(read(text).as_deref(), expected, "{text}");
        }
        assert_eq!(Weekly { days: [false; 7], time: NaiveTime::MIN }.expression(), None);
    }

    proptest! {
        #[test]
        fn choices_are_read_back(days in prop::array::uniform7(any::<bool>()), hour in 0u32..24, minute in 0u32..60) {
            let weekly = Weekly { days, time: NaiveTime::from_hms_opt(hour, minute, 0).unwrap() };
            if let Some(text) = weekly.expression() {
                prop_assert_eq!(Weekly::read(&text), Some(weekly));
                let known = crate::domain::schedule::Occurrences::parse(&text, chrono_tz::UTC);
                prop_assert!(known.is_ok(), "{}", text);
            }
        }
    }
}
