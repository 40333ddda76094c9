//! What a form sends: fields by name, each as text.

use chrono::{Datelike, NaiveDate};
use serde::Deserialize;

use crate::app::Failure;

/// The fields of a form, in the order of the page. One that was refused is shown with them again.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(transparent)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// The text of a field without the blanks around it; nothing when there is no such field.
    pub fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map(|(_, text)| text.trim()).unwrap_or_default()
    }

    /// The texts of all fields with this name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, text)| text.trim())
    }

    /// A text that was entered, if any was.
    pub fn given(&self, name: &str) -> Option<&str> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    /// What was entered in fields whose name begins so, with the rest of the name.
    pub fn under<'a>(&'a self, begin: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let fields = self.0.iter().filter_map(move |(name, text)| Some((name.strip_prefix(begin)?, text.trim())));
        fields.filter(|(_, text)| !text.is_empty())
    }

    /// A day that was entered, if any was.
    pub fn day(&self, name: &str) -> Result<Option<NaiveDate>, Failure> {
        self.given(name).map(day).transpose()
    }

    pub fn number(&self, name: &str) -> Option<i64> {
        self.text(name).parse().ok()
    }
}

/// A day of this age: others are slips of the pen.
pub fn day(text: &str) -> Result<NaiveDate, Failure> {
    // The parser also takes signs and single digits.
    let day = Some(text).filter(|text| text.len() == 10).and_then(|text| text.parse().ok());
    let day = day.filter(|day: &NaiveDate| (1950..2150).contains(&day.year()));
    day.ok_or_else(|| Failure::Input("a day is written like 2026-12-31".to_owned()))
}

/// With a capital and a full stop, for the page, and without the commands that stand in it in brackets.
pub fn sentence(what: &str) -> String {
    let mut plain = what.to_owned();
    while let Some((before, rest)) = plain.split_once(" (`") {
        let Some((_, after)) = rest.split_once("`)") else { break };
        plain = format!("{before}{after}");
    }
    let what = plain.as_str();
    let mut letters = what.chars();
    let Some(first) = letters.next() else { return String::new() };
    let end = if what.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{}{}{end}", first.to_uppercase(), letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::{Fields, day, sentence};

    #[test]
    fn fields_are_read_by_name() {
        let pairs = [("a", " x "), ("part", "1"), ("part", "2"), ("credit:R=1", "5"), ("credit:R-2", " ")];
        let fields = Fields(pairs.map(|(name, text)| (name.to_owned(), text.to_owned())).into());
        assert_eq!((fields.text("a"), fields.given("b"), fields.text("b")), ("x", None, ""));
        assert_eq!(fields.all("part").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(fields.under("credit:").collect::<Vec<_>>(), [("R=1", "5")]);
        assert!(day("2026-12-31").is_ok() && day("20261-12-31").is_err() && day("2026-1-31").is_err());
        assert_eq!(sentence("is all out? Ask (`heard`) first"), "Is all out? Ask first.");
        assert_eq!([sentence("a (`b"), sentence(""), sentence("(`x`)?")], ["A (`b.", "", "(`x`)?"]);
    }
}
