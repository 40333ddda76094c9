//! Date formats of a map, and the refusal to guess between day-first and month-first.

use chrono::{NaiveDate, NaiveTime};

use crate::intake::cell::plausible;

/// Formats tried in order; all of them put day and month in the same order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dates(Vec<String>);

impl Default for Dates {
    fn default() -> Self {
        Self(vec!["%Y-%m-%d".to_owned()])
    }
}

impl Dates {
    pub fn new(formats: Vec<String>) -> Result<Self, String> {
        if formats.is_empty() {
            return Err("`dates` names no format".to_owned());
        }
        let orders: Vec<String> = formats.iter().map(|format| order(format)).collect::<Result<_, _>>()?;
        for (index, order) in orders.iter().enumerate() {
            if let Some(other) = orders[..index].iter().position(|earlier| ambiguous(earlier, order)) {
                return Err(format!(
                    "`{}` and `{}` read the same text as different dates (day first or month first?); \
                     keep the one that the file uses",
                    formats[other], formats[index]
                ));
            }
        }
        Ok(Self(formats))
    }

    pub fn read(&self, text: &str) -> Option<NaiveDate> {
        let text = text.trim();
        // `%Y` also takes two digits: the year 26 is not plausible, and the next format gets its turn.
        self.0.iter().find_map(|format| NaiveDate::parse_from_str(text, format).ok().filter(|date| plausible(*date)))
    }

    /// One day written in each of the formats, for a report.
    pub fn expected(&self) -> String {
        let example = NaiveDate::from_ymd_opt(2026, 3, 31).unwrap_or_default().and_time(NaiveTime::MIN);
        let examples: Vec<String> = self.0.iter().map(|format| example.format(format).to_string()).collect();
        format!("a date like {}", examples.join(" or "))
    }
}

/// The order of the parts: `Y` or `y` for the year, `m` for a month in digits, `b` in letters, `d` for the day.
fn order(format: &str) -> Result<String, String> {
    let mut order = String::new();
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        if c != '%' {
            continue;
        }
        match chars.next() {
            Some(part @ ('Y' | 'y' | 'm' | 'd')) => order.push(part),
            Some('e') => order.push('d'),
            Some('b' | 'B' | 'h') => order.push('b'),
            Some('F') => order.push_str("Ymd"),
            // Times of day may stand beside the date and are read over.
            Some('H' | 'I' | 'M' | 'S' | 'p' | 'T' | '%') => {}
            other => {
                let part = other.map(String::from).unwrap_or_default();
                return Err(format!("`%{part}` in `{format}` is not known here (days %d, months %m or %b, years %Y)"));
            }
        }
    }
    let has = |parts: &[char]| order.chars().filter(|part| parts.contains(part)).count() == 1;
    if has(&['Y', 'y']) && has(&['m', 'b']) && has(&['d']) {
        Ok(order)
    } else {
        Err(format!("`{format}` does not name a day, a month and a year once each"))
    }
}

/// Whether one text could be a date in both orders and not the same date.
fn ambiguous(a: &str, b: &str) -> bool {
    let alike = |text: &str| text.to_lowercase();
    let year_first = |text: &str| text.starts_with('Y');
    // A month in letters cannot be a day; a year of four digits cannot be a day or a month.
    !a.contains('b') && !b.contains('b') && alike(a) != alike(b) && year_first(a) == year_first(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dates(formats: &[&str]) -> Result<Dates, String> {
        Dates::new(formats.iter().map(|format| (*format).to_owned()).collect())
    }

    #[test]
    fn day_first_and_month_first_never_stand_together() {
        let refused: &[&[&str]] = &[
            &["%d/%m/%Y", "%m/%d/%Y"],
            &["%d/%m/%Y", "%m-%d-%Y"],
            &["%d.%m.%y", "%Y-%m-%d", "%m/%d/%y"],
            &["%Y-%m-%d", "%Y-%d-%m"],
            &["%y/%m/%d", "%d/%m/%y"],
            &["%e/%m/%Y", "%m/%e/%Y"],
            &["%D"],
            &["%x"],
            &["%d/%m"],
            &["%d/%d/%Y"],
            &[],
        ];
        for formats in refused {
            assert!(dates(formats).is_err(), "{formats:?}");
        }
        let kept: &[&[&str]] = &[
            &["%d/%m/%Y", "%d/%m/%y"],
            &["%d/%m/%Y", "%Y-%m-%d"],
            &["%m/%d/%Y", "%d-%b-%Y", "%Y-%m-%d"],
            &["%Y-%m-%d %H:%M", "%F"],
        ];
        for formats in kept {
            assert!(dates(formats).is_ok(), "{formats:?}");
        }
    }

    #[test]
    fn formats_are_tried_in_order() {
        let dates = dates(&["%d/%m/%Y", "%d/%m/%y", "%d-%b-%Y", "%Y-%m-%d %H:%M"]).unwrap();
        let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d);
        assert_eq!(dates.read("03/02/2026"), day(2026, 2, 3));
        assert_eq!(dates.read(" 3/2/26 "), day(2026, 2, 3));
        assert_eq!(dates.read("12-Aug-2026"), day(2026, 8, 12));
        assert_eq!(dates.read("2026-02-03 17:45"), day(2026, 2, 3));
        for text in ["31/02/2026", "02/13/2026", "3 Feb", "", "03/02/0206", "03/02/20266"] {
            assert_eq!(dates.read(text), None, "{text}");
        }
    }
}
