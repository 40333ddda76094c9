//! Conditions that choose rows.

use std::fmt;

use super::{numbers::Numbers, raw::RawCondition};

/// A test of one or several columns of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Headers, or places like `#1`; the test must hold for each of them.
    pub columns: Vec<String>,
    test: Test,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    Empty(bool),
    Equals(Vec<String>),
    NotEquals(Vec<String>),
    StartsWith(Vec<String>),
    Zero(bool),
    Negative(bool),
}

impl Condition {
    pub fn new(raw: RawCondition) -> Result<Self, String> {
        let mut tests = [
            raw.empty.map(Test::Empty),
            raw.equals.map(|texts| Test::Equals(texts.into_vec())),
            raw.not_equals.map(|texts| Test::NotEquals(texts.into_vec())),
            raw.starts_with.map(|texts| Test::StartsWith(texts.into_vec())),
            raw.zero.map(Test::Zero),
            raw.negative.map(Test::Negative),
        ]
        .into_iter()
        .flatten();
        let (Some(test), None) = (tests.next(), tests.next()) else {
            return Err("a condition takes exactly one of `empty`, `equals`, `not_equals`, `starts_with`, `zero` and \
                        `negative`"
                .to_owned());
        };
        let columns = raw.column.into_vec();
        if columns.is_empty() {
            return Err("a condition needs a `column`".to_owned());
        }
        Ok(Self { columns, test })
    }

    /// Tests one cell; `None` when it should be an amount and is not, which must not hide the row.
    pub fn holds(&self, text: &str, numbers: &Numbers) -> Option<bool> {
        let text = text.trim();
        let plain = || numbers.plain(text);
        match &self.test {
            Test::Empty(wanted) => Some(text.is_empty() == *wanted),
            Test::Equals(texts) => Some(texts.iter().any(|other| other == text)),
            Test::NotEquals(texts) => Some(!texts.iter().any(|other| other == text)),
            Test::StartsWith(texts) => Some(texts.iter().any(|start| text.starts_with(start.as_str()))),
            Test::Zero(wanted) => Some(plain()?.bytes().all(|byte| b"-0.".contains(&byte)) == *wanted),
            Test::Negative(wanted) => Some(plain()?.starts_with('-') == *wanted),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |texts: &[String]| texts.iter().map(|text| format!("`{text}`")).collect::<Vec<_>>().join(" or ");
        let columns: Vec<String> = self.columns.iter().map(|column| format!("`{column}`")).collect();
        write!(f, "{} ", columns.join(" and "))?;
        match &self.test {
            Test::Empty(true) => f.write_str("is empty"),
            Test::Empty(false) => f.write_str("is not empty"),
            Test::Equals(texts) => write!(f, "is {}", list(texts)),
            Test::NotEquals(texts) => write!(f, "is not {}", list(texts)),
            Test::StartsWith(texts) => write!(f, "starts with {}", list(texts)),
            Test::Zero(true) => f.write_str("is 0"),
            Test::Zero(false) => f.write_str("is not 0"),
            Test::Negative(true) => f.write_str("is negative"),
            Test::Negative(false) => f.write_str("is not negative"),
        }
    }
}
