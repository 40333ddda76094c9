//! What stays on record, with what the caller calls it.

use chrono::NaiveDate;

use crate::{
    app::{App, Failure},
    domain::record,
};

/// The name of a person.
pub fn name<'a>(field: &str, text: &'a str) -> Result<&'a str, Failure> {
    record::name(text).map_err(|why| wrong(field, &why))
}

/// A reason or a note.
pub fn note<'a>(field: &str, text: &'a str) -> Result<&'a str, Failure> {
    record::note(text).map_err(|why| wrong(field, &why))
}

/// The customer's own words.
pub fn words<'a>(field: &str, text: &'a str) -> Result<&'a str, Failure> {
    record::words(text).map_err(|why| wrong(field, &why))
}

fn wrong(field: &str, why: &str) -> Failure {
    Failure::Input(format!("`{field}` {why}"))
}

impl App {
    /// A day that has not passed.
    pub fn not_past(&self, field: &str, day: NaiveDate) -> Result<NaiveDate, Failure> {
        let today = self.today();
        match day < today {
            true => Err(Failure::Input(format!("`{field} {day}` lies in the past; it is {today}"))),
            false => Ok(day),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{note, words};

    #[test]
    fn blank_endless_and_steering_texts_are_refused() {
        let refused = |text: &str| note("--why", text).map_err(|error| error.to_string()).unwrap_err();
        for blank in ["", "   ", "\n\t"] {
            assert!(refused(blank).contains("`--why` is blank"), "{blank:?}");
        }
        assert!(refused("a \u{1b}[31mred one").contains("control character"));
        assert!(refused(&"é".repeat(2_001)).contains("has 2001 letters; at most 2000"));
        for good in ["so", "line\r\nline\ttab", &"é".repeat(2_000)] {
            assert_eq!(note("--why", good).ok(), Some(good));
        }
        assert!(words("--words", &"é".repeat(10_000)).is_ok() && words("--words", &"é".repeat(10_001)).is_err());
    }
}
