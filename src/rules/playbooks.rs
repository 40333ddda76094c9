//! Playbooks: the company's own where its folder has one, else the one that comes with duly.

use std::path::Path;

use toml::Spanned;

use super::toml_files;
use crate::{
    domain::case::{CaseKind, playbook::Playbook},
    letter::{
        Words, contract,
        words::{Lists, line_at},
    },
    settings::read_toml,
};

/// One for each kind of case.
#[derive(Debug)]
pub struct Playbooks {
    /// In the order of [`CaseKind::ALL`], with whether it is the company's own.
    books: Vec<(Playbook, bool)>,
}

macro_rules! shipped {
    ($($kind:literal),*) => { [$(include_str!(concat!("../../config/playbooks/", $kind, ".toml"))),*] };
}

/// In the order of [`CaseKind::ALL`].
const SHIPPED: [&str; CaseKind::ALL.len()] =
    shipped!["protest", "billing", "administrative", "paid_unmatched", "cannot_pay", "stalling", "not_debtor"];

impl Playbooks {
    /// Reads and checks the files of a folder; each problem names its file and line.
    ///
    /// A draft in a language without wording cannot be checked and is left out. So is one that comes
    /// with duly where the company's own word lists are stricter: nobody there could correct it.
    pub fn load(folder: &Path, words: &Words) -> Result<Self, Vec<String>> {
        let (mut books, mut problems) = (Vec::new(), Vec::new());
        for (kind, text) in CaseKind::ALL.into_iter().zip(SHIPPED) {
            let file = folder.join(kind.code()).with_extension("toml");
            let read = if file.exists() { own(&file, kind, words) } else { shipped(text, words) };
            match read {
                Ok(book) => books.push(book),
                Err(found) => problems.extend(found),
            }
        }
        for file in toml_files(folder) {
            let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            problems.extend(CaseKind::try_from(name).err().map(|why| format!("{}: {why}", file.display())));
        }
        if problems.is_empty() { Ok(Self { books }) } else { Err(problems) }
    }

    pub fn of(&self, kind: CaseKind) -> &Playbook {
        &self.books[kind as usize].0
    }

    /// Each kind with its playbook, and whether it is the company's own.
    pub fn all(&self) -> impl Iterator<Item = (CaseKind, &Playbook, bool)> {
        CaseKind::ALL.into_iter().zip(&self.books).map(|(kind, (book, own))| (kind, book, *own))
    }
}

fn shipped(text: &str, words: &Words) -> Result<(Playbook, bool), Vec<String>> {
    let mut book: Playbook = toml::from_str(text).map_err(|error| vec![format!("a shipped playbook: {error}")])?;
    book.keep_drafts(|locale, draft| lists(words, locale).is_some_and(|lists| contract::tone(draft, lists).is_empty()));
    Ok((book, false))
}

fn own(file: &Path, kind: CaseKind, words: &Words) -> Result<(Playbook, bool), Vec<String>> {
    let (mut book, text): (Playbook, String) = read_toml(file).map_err(|problem| vec![problem.to_string()])?;
    let mut problems = book.problems(kind);
    for (locale, draft) in book.drafts() {
        problems.extend(lists(words, locale).into_iter().flat_map(|lists| tone(&text, draft, lists)));
    }
    if problems.is_empty() {
        book.keep_drafts(|locale, _| lists(words, locale).is_some());
        return Ok((book, true));
    }
    problems.sort();
    let said = |(at, what)| format!("{}:{}: {what}", file.display(), line_at(&text, at));
    Err(problems.into_iter().map(said).collect())
}

/// What is wrong with the sound of a draft, where the offending word stands.
fn tone(text: &str, draft: &Spanned<String>, lists: &Lists) -> Vec<(usize, String)> {
    let span = draft.span();
    let written = text.get(span.clone()).unwrap_or_default().to_lowercase();
    let place = |word: &str| written.find(word.trim_end_matches('*')).unwrap_or(0);
    let found = contract::tone(draft.get_ref(), lists).into_iter();
    found.map(|(word, why, fix)| (span.start + place(&word.to_lowercase()), format!("{why}; {fix}"))).collect()
}

/// The word lists of a language, if there is wording in it.
fn lists<'a>(words: &'a Words, locale: &'a str) -> Option<&'a Lists> {
    let language = |tag: &str| tag.split(['-', '_']).next().map(str::to_lowercase);
    let (catalogue, _) = words.choose(locale);
    (language(&catalogue.locale) == language(locale)).then_some(&catalogue.lists)
}

#[cfg(test)]
mod tests;
