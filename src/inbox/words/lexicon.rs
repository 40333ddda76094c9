//! Phrases of a word list, and where they stand in a text.

use std::collections::HashMap;

use super::spoken::{Spoken, spellings};

/// Words that `..` may stand for.
const GAP: usize = 4;
/// Longest entry, in words; with the gaps it bounds the time for each word of a text.
const ENTRY_WORDS: usize = 9;
/// Most gaps in an entry.
const GAPS: usize = 2;
/// Shortest stem before a `*`.
const STEM: usize = 2;

/// Phrases, each with what it stands for.
#[derive(Debug, Clone)]
pub struct Lexicon<T> {
    entries: Vec<(Phrase, T)>,
    /// Entries by the first word: as it is, and as the beginning of one.
    whole: HashMap<String, Vec<usize>>,
    stems: HashMap<String, Vec<usize>>,
}

#[derive(Debug, Clone)]
struct Phrase(Vec<Part>);

#[derive(Debug, Clone)]
enum Part {
    Word(Vec<Spelling>),
    Gap,
}

#[derive(Debug, Clone)]
struct Spelling {
    text: String,
    /// Any ending will do.
    stem: bool,
}

impl Spelling {
    fn matches(&self, word: &str) -> bool {
        if self.stem { word.starts_with(&self.text) } else { word == self.text }
    }
}

/// A phrase in a text: the places of its words, those in its gaps left out.
#[derive(Debug, Clone)]
pub struct Hit<T> {
    pub what: T,
    pub words: Vec<usize>,
}

impl<T> Hit<T> {
    pub fn first(&self) -> usize {
        self.words.first().copied().unwrap_or_default()
    }

    pub fn last(&self) -> usize {
        self.words.last().copied().unwrap_or_default()
    }
}

impl<T> Default for Lexicon<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), whole: HashMap::new(), stems: HashMap::new() }
    }
}

impl<T: Clone> Lexicon<T> {
    /// Adds an entry: words with blanks between them. `*` at the end of a word stands for any ending, `a|b` for either
    /// word, `..` for up to four words of the same sentence.
    ///
    /// # Errors
    /// What is wrong with the entry.
    pub fn add(&mut self, entry: &str, what: T) -> Result<(), String> {
        let phrase = Phrase::parse(entry)?;
        let index = self.entries.len();
        if let Some(Part::Word(spellings)) = phrase.0.first() {
            for spelling in spellings {
                let by_first = if spelling.stem { &mut self.stems } else { &mut self.whole };
                by_first.entry(spelling.text.clone()).or_default().push(index);
            }
        }
        self.entries.push((phrase, what));
        Ok(())
    }

    pub fn of(entries: &[String], what: T) -> Result<Self, String> {
        let mut lexicon = Self::default();
        entries.iter().try_for_each(|entry| lexicon.add(entry, what.clone()))?;
        Ok(lexicon)
    }

    /// The entries that begin at a word.
    pub fn at<'a>(&'a self, spoken: &'a Spoken<'_>, token: usize) -> impl Iterator<Item = Hit<T>> + 'a {
        let word = spoken.tokens.get(token).map_or("", |token| token.word.as_str());
        let stems = word.char_indices().skip(STEM - 1).map(|(at, c)| &word[..at + c.len_utf8()]);
        // No entry is as long as a monster without blanks.
        let stems = stems.take(40).filter_map(|stem| self.stems.get(stem));
        let found = self.whole.get(word).into_iter().chain(stems).flatten();
        found.filter_map(move |index| {
            let (phrase, what) = &self.entries[*index];
            let mut words = Vec::with_capacity(phrase.0.len());
            matches(&phrase.0, spoken, token, &mut words).then(|| Hit { what: what.clone(), words })
        })
    }

    /// The longest entry that begins at a word.
    pub fn longest(&self, spoken: &Spoken<'_>, token: usize) -> Option<Hit<T>> {
        self.at(spoken, token).max_by_key(|hit| hit.words.len())
    }
}

/// Whether the parts stand in the text from a word on, with gaps as short as possible.
fn matches(parts: &[Part], spoken: &Spoken<'_>, token: usize, words: &mut Vec<usize>) -> bool {
    let Some((part, rest)) = parts.split_first() else { return true };
    let same = |token: usize| {
        let sentence = |token: usize| spoken.tokens.get(token).map(|token| token.sentence);
        words.first().is_none_or(|first| sentence(*first) == sentence(token)) && token < spoken.tokens.len()
    };
    match part {
        Part::Gap => (token..=token + GAP).any(|next| matches(rest, spoken, next, words)),
        Part::Word(spellings) => {
            if !same(token) || !spellings.iter().any(|spelling| spelling.matches(&spoken.tokens[token].word)) {
                return false;
            }
            words.push(token);
            let whole = matches(rest, spoken, token + 1, words);
            if !whole {
                words.pop();
            }
            whole
        }
    }
}

impl Phrase {
    fn parse(entry: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        for piece in entry.split_whitespace() {
            match piece {
                ".." => parts.push(Part::Gap),
                _ if piece.contains('|') => {
                    let mut either = Vec::new();
                    for one in piece.split('|') {
                        match words(one)?.as_slice() {
                            [only] => either.extend(only.clone()),
                            _ => return Err(format!("`{entry}`: each side of a | must be one word")),
                        }
                    }
                    parts.push(Part::Word(either));
                }
                _ => parts.extend(words(piece)?.into_iter().map(Part::Word)),
            }
        }
        let gaps = parts.iter().filter(|part| matches!(part, Part::Gap)).count();
        let edge = |part: Option<&Part>| !matches!(part, Some(Part::Word(_)));
        if edge(parts.first()) || edge(parts.last()) {
            return Err(format!("`{entry}` must begin and end with a word"));
        }
        if parts.len() > ENTRY_WORDS || gaps > GAPS {
            return Err(format!("`{entry}` is too long: at most {ENTRY_WORDS} words and {GAPS} gaps `..`"));
        }
        Ok(Self(parts))
    }
}

/// The words of a piece as the text's words are cut, with their spellings.
fn words(piece: &str) -> Result<Vec<Vec<Spelling>>, String> {
    let (piece, stem) = piece.strip_suffix('*').map_or((piece, false), |rest| (rest, true));
    if piece.contains('*') {
        return Err(format!("`{piece}`: a * can only stand at the end of a word"));
    }
    let spoken = Spoken::new(piece);
    let last = spoken.tokens.len().saturating_sub(1);
    let spelled = |(index, word): (usize, &str)| {
        let stem = stem && index == last;
        // `payé*` is `payées` and, without its accent, `paye`, but never `payer`.
        let bare = |text: &str| text != word && word.ends_with(|c: char| !c.is_ascii());
        spellings(word).into_iter().map(|text| Spelling { stem: stem && !bare(&text), text }).collect()
    };
    let found: Vec<Vec<Spelling>> =
        spoken.tokens.iter().map(|token| token.word.as_str()).enumerate().map(spelled).collect();
    if found.is_empty() || (stem && spoken.tokens[last].word.chars().count() < STEM) {
        return Err(format!("`{piece}` has no word, or too short a stem"));
    }
    Ok(found)
}
