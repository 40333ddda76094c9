//! A map as it is written: names checked by serde, meaning checked by [`super::check`].

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

/// Keys of a section's tables, with their place in the text so that a wrong one can be pointed at.
pub type Named<T> = BTreeMap<Spanned<String>, T>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawMap {
    pub refuse: Option<String>,
    pub encoding: Option<Spanned<String>>,
    pub delimiter: Option<Spanned<char>>,
    pub dates: Option<Spanned<OneOrMany>>,
    pub decimal: Option<Spanned<char>>,
    pub thousands: Option<OneOrMany>,
    pub symbols: Option<OneOrMany>,
    #[serde(default)]
    pub parentheses: bool,
    #[serde(default)]
    pub debit_credit: bool,
    pub header_contains: Option<OneOrMany>,
    #[serde(default)]
    pub skip: Vec<Spanned<RawCondition>>,
    #[serde(default)]
    pub stop: Vec<Spanned<RawCondition>>,
    pub carry: Option<String>,
    #[serde(default)]
    pub flexible: bool,
    #[serde(default)]
    pub only_open: bool,
    pub accounts: Option<Spanned<RawSection>>,
    pub invoices: Option<Spanned<RawSection>>,
    pub payments: Option<Spanned<RawSection>>,
    pub credits: Option<Spanned<RawSection>>,
    pub events: Option<Spanned<RawSection>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawSection {
    #[serde(default)]
    pub columns: Named<OneOrMany>,
    #[serde(default)]
    pub constants: Named<String>,
    #[serde(default)]
    pub templates: Named<String>,
    #[serde(default)]
    pub pad: Named<Pad>,
    #[serde(default)]
    pub only: Vec<Spanned<RawCondition>>,
    #[serde(default)]
    pub skip: Vec<Spanned<RawCondition>>,
    #[serde(default)]
    pub sign: Sign,
    #[serde(default)]
    pub duplicates: Duplicates,
    pub settled: Option<String>,
    pub open: Option<String>,
    pub disputed: Option<Spanned<RawCondition>>,
    pub void: Option<Spanned<RawCondition>>,
}

/// `"a"` or `["a", "b"]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, expecting = "expected a text or a list of texts")]
pub enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    pub fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(text) => vec![text],
            Self::Many(texts) => texts,
        }
    }
}

/// One test of one or several columns; which of the tests is given decides.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawCondition {
    pub column: OneOrMany,
    pub empty: Option<bool>,
    pub equals: Option<OneOrMany>,
    pub not_equals: Option<OneOrMany>,
    pub starts_with: Option<OneOrMany>,
    pub zero: Option<bool>,
    pub negative: Option<bool>,
}

/// Left-padding of an identifier whose leading zeros a spreadsheet ate.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pad {
    pub width: usize,
    pub with: char,
}

/// What becomes of the sign of `amount`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sign {
    /// The sign stays.
    #[default]
    AsIs,
    /// The sign is dropped.
    Absolute,
    /// The sign is turned round.
    Negate,
}

/// What is done with a number that comes again in the same file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Duplicates {
    /// Each row is a fact of its own; the caller refuses a number that comes twice.
    #[default]
    Refuse,
    /// The first row counts, later ones are passed over.
    First,
    /// Later rows must say the same as the first, and are passed over.
    Same,
    /// Amount and tax are added up; all else, the open balance too, must be the same.
    Sum,
}
