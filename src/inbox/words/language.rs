//! The word lists of a language: `replies/<language>.toml` beside the wording catalogues.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::{
    calendar::{Calendar, CalendarFile},
    lexicon::Lexicon,
};

/// What a phrase of a list is a sign of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    NotTheDebtor,
    Service,
    Billing,
    Paid,
    CannotPay,
    Instalments,
    /// Something will be paid.
    Promise,
    /// A word of paying; with a day to come in its sentence it is a promise.
    Payment,
    CopyRequest,
    WrongContact,
    Administrative,
    Stalling,
    Thanks,
}

impl Sign {
    pub const ALL: [Self; 13] = [
        Self::NotTheDebtor,
        Self::Service,
        Self::Billing,
        Self::Paid,
        Self::CannotPay,
        Self::Instalments,
        Self::Promise,
        Self::Payment,
        Self::CopyRequest,
        Self::WrongContact,
        Self::Administrative,
        Self::Stalling,
        Self::Thanks,
    ];
}

/// A file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    common: Vec<String>,
    not: Vec<String>,
    no: Vec<String>,
    not_after: Vec<String>,
    later: Vec<String>,
    later_reach: usize,
    condition: Vec<String>,
    reference: Vec<String>,
    but: Vec<String>,
    signs: BTreeMap<Sign, Vec<String>>,
    calendar: CalendarFile,
}

/// The lists of one language, ready to be looked up.
#[derive(Debug, Clone)]
pub struct Language {
    /// Two letters of ISO 639.
    pub code: String,
    /// The most usual words: by them the language of a text is known.
    pub common: BTreeSet<String>,
    /// Takes back what follows within a few words.
    pub not: Lexicon<()>,
    /// Takes back the very next phrase only.
    pub no: Lexicon<()>,
    /// Takes back a promise before it.
    pub not_after: Lexicon<()>,
    /// Moves "paid" to a day to come.
    pub later: Lexicon<()>,
    /// Words over which it reaches forward: many where the verb stands last.
    pub later_reach: usize,
    /// Makes a promise or a payment depend on something.
    pub condition: Lexicon<()>,
    /// Stands before the reference of a payment.
    pub reference: Lexicon<()>,
    /// Thanks with one of these are not all that is said.
    pub but: Lexicon<()>,
    pub signs: Lexicon<Sign>,
    pub calendar: Calendar,
}

/// Why a file of word lists cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Byte position in the file, where the parser knows it.
    pub at: Option<usize>,
    pub what: String,
}

impl Language {
    /// Reads and checks the lists of a language.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn parse(code: &str, text: &str) -> Result<Self, Vec<Broken>> {
        let file: File = toml::from_str(text).map_err(|error| {
            vec![Broken { at: error.span().map(|span| span.start), what: error.message().to_owned() }]
        })?;
        let mut problems = Vec::new();
        let common: BTreeSet<String> = file.common.iter().map(|word| word.to_lowercase()).collect();
        let mut list = |name: &str, entries: &[String]| {
            Lexicon::of(entries, ()).map_err(|what| problems.push(format!("{name}: {what}"))).unwrap_or_default()
        };
        let not = list("not", &file.not);
        let no = list("no", &file.no);
        let not_after = list("not_after", &file.not_after);
        let later = list("later", &file.later);
        let condition = list("condition", &file.condition);
        let reference = list("reference", &file.reference);
        let but = list("but", &file.but);
        let signs = signs(&file.signs, &common, &mut problems);
        let calendar =
            Calendar::new(&file.calendar).map_err(|mut found| problems.append(&mut found)).unwrap_or_default();
        if common.len() < 10 {
            problems.push("common: a language is known by at least ten usual words".to_owned());
        }
        if !(1..=10).contains(&file.later_reach) {
            problems.push("later_reach: between 1 and 10 words".to_owned());
        }
        if !problems.is_empty() {
            return Err(problems.into_iter().map(|what| Broken { at: None, what }).collect());
        }
        Ok(Self {
            code: code.to_owned(),
            common,
            not,
            no,
            not_after,
            later,
            later_reach: file.later_reach,
            condition,
            reference,
            but,
            signs,
            calendar,
        })
    }
}

/// All phrases with their signs. Each list must be there, and no phrase may be a sign of two things.
fn signs(lists: &BTreeMap<Sign, Vec<String>>, common: &BTreeSet<String>, problems: &mut Vec<String>) -> Lexicon<Sign> {
    let mut lexicon = Lexicon::default();
    let mut known: BTreeMap<String, Sign> = BTreeMap::new();
    for sign in Sign::ALL {
        let entries = lists.get(&sign).map(Vec::as_slice).unwrap_or_default();
        if entries.is_empty() {
            problems.push(format!("signs: the list of {sign:?} is missing or empty"));
        }
        for entry in entries {
            let entry = entry.to_lowercase();
            if common.contains(&entry) {
                problems.push(format!("signs: `{entry}` of {sign:?} is in `common` too and would be found everywhere"));
            }
            if let Some(other) = known.insert(entry.clone(), sign) {
                problems.push(format!("signs: `{entry}` stands twice, in {other:?} and {sign:?}"));
            }
            problems.extend(lexicon.add(&entry, sign).err().map(|what| format!("signs: {sign:?}: {what}")));
        }
    }
    lexicon
}
