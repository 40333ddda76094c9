//! Maps: how to read an export of another program. One TOML file for each layout, in `config/maps/`.

mod check;
mod condition;
mod dates;
mod numbers;
mod raw;
mod template;

use std::fmt;

use encoding_rs::Encoding;

pub use self::raw::{Duplicates, Pad, Sign};
pub(super) use self::{condition::Condition, dates::Dates, numbers::Numbers, template::Template};
use super::kind::Kind;

/// A checked map.
#[derive(Debug)]
pub struct Map {
    pub(super) name: String,
    /// Why this layout cannot be imported, and what to export instead.
    pub(super) refuse: Option<String>,
    pub(super) encoding: Option<&'static Encoding>,
    pub(super) delimiter: u8,
    pub(super) dates: Dates,
    pub(super) numbers: Numbers,
    /// Headers that the header row holds; lines before it are a preamble.
    pub(super) header_contains: Vec<String>,
    pub(super) skip: Vec<Condition>,
    pub(super) stop: Vec<Condition>,
    /// The column whose text stands on a row of its own above the rows that it belongs to.
    pub(super) carry: Option<String>,
    pub(super) flexible: bool,
    only_open: bool,
    sections: Vec<Section>,
}

/// How the rows of one kind are made.
#[derive(Debug)]
pub(super) struct Section {
    pub kind: Kind,
    /// For each canonical column of the kind, where its text comes from.
    pub sources: Vec<Source>,
    pub only: Vec<Condition>,
    pub skip: Vec<Condition>,
    pub sign: Sign,
    pub duplicates: Duplicates,
    pub settled: Option<String>,
    pub open: Option<String>,
    pub disputed: Option<Condition>,
    pub void: Option<Condition>,
}

/// Where the text of a canonical column comes from.
#[derive(Debug, Default)]
pub(super) struct Source {
    /// Source columns tried in order; the first that is not blank counts.
    pub columns: Vec<String>,
    /// Used when the columns are blank or there are none.
    pub otherwise: Option<Otherwise>,
    pub pad: Option<Pad>,
}

#[derive(Debug)]
pub(super) enum Otherwise {
    Constant(String),
    Template(Template),
}

impl Map {
    /// Reads and checks a map; `name` is only for messages.
    ///
    /// # Errors
    /// When a key is not known, a value has no meaning, or a required column of a section has no source.
    pub fn parse(name: &str, text: &str) -> Result<Self, MapError> {
        check::map(name, text)
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// The kinds that this map can read.
    pub fn kinds(&self) -> Vec<Kind> {
        self.sections.iter().map(|section| section.kind).collect()
    }

    /// Whether the file lists only what is open (an ageing report, say): what an earlier import of the same layout
    /// told and this one does not is no longer open. The caller acts on it; one file cannot show what is absent.
    pub fn only_open(&self) -> bool {
        self.only_open
    }

    /// Whether a file of this kind says what has been paid, so that the ledger counts as fresh.
    pub fn tells_payments(&self, kind: Kind) -> bool {
        let tells = |section: &Section| section.settled.is_some() || section.open.is_some();
        kind == Kind::Payments || (kind == Kind::Invoices && (self.only_open || self.section(kind).is_some_and(tells)))
    }

    pub(super) fn section(&self, kind: Kind) -> Option<&Section> {
        self.sections.iter().find(|section| section.kind == kind)
    }
}

/// What is wrong with a map, and on which line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapError {
    pub map: String,
    pub line: Option<usize>,
    pub message: String,
}

impl std::error::Error for MapError {}

impl fmt::Display for MapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "map `{}`", self.map)?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        write!(f, ": {}", self.message)
    }
}
