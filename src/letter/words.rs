//! Wording catalogues: `<locale>.ftl` with its companion `<locale>.toml`, read once and shared.

use std::{
    collections::BTreeMap,
    fmt, fs,
    path::{Path, PathBuf},
};

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use serde::Deserialize;

use super::{LetterError, format::Formats};

/// All catalogues of one folder. Immutable; a reload makes a new one.
pub struct Words {
    catalogues: Vec<Catalogue>,
    fallback: usize,
    fallback_tag: String,
}

/// The words of one locale.
pub struct Catalogue {
    /// BCP 47 tag: the file's name without `.ftl`.
    pub locale: String,
    pub file: PathBuf,
    pub source: String,
    pub lists: Lists,
    bundle: FluentBundle<FluentResource>,
}

/// The word lists of a language that the wording contract works with.
///
/// An entry matches whole words in any case, or exactly as written if it has a capital letter;
/// a `*` at its end matches any ending.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lists {
    /// Names of the account; one must stand in each subject and opening.
    pub account: Vec<String>,
    /// One must stand in `already-paid`.
    pub disregard: Vec<String>,
    pub second_person: Vec<String>,
    /// Words that must not share a sentence with a second person.
    pub debt: Vec<String>,
    pub blame: Vec<String>,
    pub threat: Vec<String>,
    pub urgency: Vec<String>,
    /// Allowed, but they make a letter sterner.
    pub stern: Vec<String>,
    /// Words that offer help.
    pub help: Vec<String>,
}

/// Why a catalogue could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordingProblem {
    pub file: PathBuf,
    pub line: Option<usize>,
    /// What is wrong and what to do.
    pub what: String,
}

impl fmt::Display for WordingProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.what)
    }
}

impl std::error::Error for WordingProblem {}

impl Words {
    /// Reads every `<locale>.ftl` of `dir` with its `<locale>.toml`.
    ///
    /// `fallback_locale` is a BCP 47 tag such as `en-GB`; a catalogue of its language must exist.
    ///
    /// # Errors
    /// Every problem of every file: unreadable, syntax, doubled key, missing companion, unknown locale.
    pub fn load(dir: &Path, fallback_locale: &str) -> Result<Self, Vec<WordingProblem>> {
        let here = |what: String| WordingProblem { file: dir.to_owned(), line: None, what };
        let mut files: Vec<PathBuf> = fs::read_dir(dir)
            .map_err(|e| vec![here(format!("the folder cannot be read: {e}"))])?
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| path.extension().is_some_and(|ext| ext == "ftl"))
            .collect();
        files.sort();
        let (mut catalogues, mut problems) = (Vec::new(), Vec::new());
        for file in files {
            match Catalogue::load(file) {
                Ok(catalogue) => catalogues.push(catalogue),
                Err(mut found) => problems.append(&mut found),
            }
        }
        let fallback = nearest(&catalogues, fallback_locale);
        if let Err(error) = Formats::of(fallback_locale) {
            problems.push(here(format!("the fallback locale cannot be used: {error}")));
        } else if fallback.is_none() && problems.is_empty() {
            problems.push(here(format!(
                "no catalogue for the fallback locale `{fallback_locale}`; add its .ftl and .toml"
            )));
        }
        match fallback {
            Some(fallback) if problems.is_empty() => {
                Ok(Self { catalogues, fallback, fallback_tag: fallback_locale.to_owned() })
            }
            _ => Err(problems),
        }
    }

    /// The same with other texts for some locales.
    ///
    /// # Errors
    /// Every text that cannot be read.
    pub fn with(&self, texts: &BTreeMap<String, String>) -> Result<Self, Vec<WordingProblem>> {
        let (mut catalogues, mut problems) = (Vec::new(), Vec::new());
        for old in &self.catalogues {
            let source = texts.get(&old.locale).unwrap_or(&old.source).clone();
            match Catalogue::new(old.file.clone(), &old.locale, source, old.lists.clone()) {
                Ok(catalogue) => catalogues.push(catalogue),
                Err(mut found) => problems.append(&mut found),
            }
        }
        let (fallback, fallback_tag) = (self.fallback, self.fallback_tag.clone());
        if problems.is_empty() { Ok(Self { catalogues, fallback, fallback_tag }) } else { Err(problems) }
    }

    /// All catalogues, by file name.
    pub fn catalogues(&self) -> &[Catalogue] {
        &self.catalogues
    }

    /// The catalogue for a tag, and the tag by which numbers and dates are written.
    ///
    /// `de-AT` takes `de-AT`, else `de`. A language without a catalogue takes the fallback for both:
    /// a Swedish date has no place in an English sentence.
    pub fn choose<'a>(&'a self, tag: &'a str) -> (&'a Catalogue, &'a str) {
        match nearest(&self.catalogues, tag) {
            Some(index) => (&self.catalogues[index], tag),
            None => (&self.catalogues[self.fallback], &self.fallback_tag),
        }
    }
}

/// The catalogue with the longest tag that `tag` begins with.
fn nearest(catalogues: &[Catalogue], tag: &str) -> Option<usize> {
    let mut rest = tag;
    loop {
        if let Some(index) = catalogues.iter().position(|c| c.locale.eq_ignore_ascii_case(rest)) {
            return Some(index);
        }
        rest = rest.rsplit_once(['-', '_'])?.0;
    }
}

impl Catalogue {
    fn load(file: PathBuf) -> Result<Self, Vec<WordingProblem>> {
        let problem = |file: &Path, line, what| vec![WordingProblem { file: file.to_owned(), line, what }];
        let locale = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        Formats::of(&locale).map_err(|e| problem(&file, None, format!("the file's name is no usable locale: {e}")))?;
        let source = fs::read_to_string(&file).map_err(|e| problem(&file, None, format!("cannot be read: {e}")))?;
        let companion = file.with_extension("toml");
        let lists = fs::read_to_string(&companion).map_err(|e| {
            problem(&companion, None, format!("the word lists beside the catalogue cannot be read: {e}"))
        })?;
        let lists: Lists = toml::from_str(&lists).map_err(|e| {
            let line = e.span().map(|span| line_at(&lists, span.start));
            problem(&companion, line, e.message().to_owned())
        })?;
        Self::new(file, &locale, source, lists)
    }

    fn new(file: PathBuf, locale: &str, source: String, lists: Lists) -> Result<Self, Vec<WordingProblem>> {
        let problem = |what| vec![WordingProblem { file: file.clone(), line: None, what }];
        let tag = locale.parse().map_err(|e| problem(format!("`{locale}` is no language tag: {e}")))?;
        let resource = FluentResource::try_new(source.clone()).map_err(|(_, errors)| {
            let each = |e: fluent_syntax::parser::ParserError| WordingProblem {
                file: file.clone(),
                line: Some(line_at(&source, e.pos.start)),
                what: format!("this is not a valid message: {}", e.kind),
            };
            errors.into_iter().map(each).collect::<Vec<_>>()
        })?;
        let mut bundle = FluentBundle::new_concurrent(vec![tag]);
        // The marks U+2068 and U+2069 around variables show as boxes in some mail programs.
        bundle.set_use_isolating(false);
        bundle.add_resource(resource).map_err(|errors| {
            errors.iter().flat_map(|e| problem(format!("{e}; give each message one text"))).collect::<Vec<_>>()
        })?;
        Ok(Self { locale: locale.to_owned(), file, source, lists, bundle })
    }

    /// The text of a message.
    ///
    /// # Errors
    /// [`LetterError::Wording`] when the message is missing or Fluent reports anything at all: a
    /// mail must never go out with a hole.
    pub fn say(&self, key: &str, args: &[(&'static str, FluentValue<'_>)]) -> Result<String, LetterError> {
        let bad = |why: String| LetterError::Wording { file: self.file.clone(), key: key.to_owned(), why };
        let pattern = self
            .bundle
            .get_message(key)
            .and_then(|message| message.value())
            .ok_or_else(|| bad("it is missing".to_owned()))?;
        let args: FluentArgs<'_> = args.iter().map(|(name, value)| (*name, value.clone())).collect();
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(&args), &mut errors);
        match errors.first() {
            None => Ok(text.into_owned()),
            Some(error) => Err(bad(error.to_string())),
        }
    }
}

/// The line, from 1, of a byte position.
pub fn line_at(source: &str, position: usize) -> usize {
    source.bytes().take(position).filter(|byte| *byte == b'\n').count() + 1
}
