//! Reading words as a person would hear them: matching list entries and scoring harshness.

use std::collections::BTreeSet;

use super::words::Lists;

/// A text as words.
pub struct Spoken {
    words: Vec<Word>,
    /// The same in lower case, each once.
    known: BTreeSet<String>,
}

struct Word {
    said: String,
    /// Made once: lists are long, and each text is held against all of their entries.
    lower: String,
    sentence: usize,
}

impl Word {
    fn new(said: String, sentence: usize) -> Self {
        Self { lower: said.to_lowercase(), said, sentence }
    }
}

impl Spoken {
    /// Splits a text into words (letters, digits, apostrophes) and sentences (`.`, `!`, `?` and blank lines).
    pub fn new(text: &str) -> Self {
        let (mut words, mut word, mut sentence) = (Vec::new(), String::new(), 0);
        let text = text.replace('’', "'");
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            if c.is_alphanumeric() || c == '\'' {
                word.push(c);
                continue;
            }
            if !word.is_empty() {
                words.push(Word::new(std::mem::take(&mut word), sentence));
            }
            let next = chars.peek().copied().unwrap_or(' ');
            if (matches!(c, '.' | '!' | '?') && next.is_whitespace()) || (c == '\n' && next == '\n') {
                sentence += 1;
            }
        }
        if !word.is_empty() {
            words.push(Word::new(word, sentence));
        }
        let known = words.iter().map(|word| word.lower.clone()).collect();
        Self { words, known }
    }

    /// The sentence of each place where an entry of a word list stands.
    fn places(&self, entry: &str) -> Vec<usize> {
        let (entry, stem) = entry.strip_suffix('*').map_or((entry, false), |rest| (rest, true));
        let sought = Self::new(entry).words;
        if !self.may_hold(&sought, stem) {
            return Vec::new();
        }
        let exact = entry.chars().any(char::is_uppercase);
        let same = |have: &Word, want: &str, last: bool| {
            let have = if exact { &have.said } else { &have.lower };
            if stem && last { have.starts_with(want) } else { have == want }
        };
        let matches = |window: &&[Word]| {
            window
                .iter()
                .zip(&sought)
                .enumerate()
                .all(|(i, (have, want))| same(have, &want.said, i + 1 == sought.len()))
        };
        self.words.windows(sought.len().max(1)).filter(matches).map(|window| window[0].sentence).collect()
    }

    /// Cheap: whether the first word of an entry stands in the text at all, or could as the stem of one.
    fn may_hold(&self, sought: &[Word], stem: bool) -> bool {
        match sought {
            [only] if stem => self.known.range(only.lower.clone()..).next().is_some_and(|w| w.starts_with(&only.lower)),
            [first, ..] => self.known.contains(&first.lower),
            [] => true,
        }
    }

    /// The entries of a list that stand in the text.
    pub fn found<'a>(&self, list: &'a [String]) -> Vec<&'a str> {
        list.iter().map(String::as_str).filter(|entry| !self.places(entry).is_empty()).collect()
    }

    /// How often entries of a list stand in the text.
    pub fn count(&self, list: &[String]) -> usize {
        list.iter().map(|entry| self.places(entry).len()).sum()
    }

    /// A second person and a word of debt in one sentence.
    pub fn addressed_debt<'a>(&self, lists: &'a Lists) -> Option<(&'a str, &'a str)> {
        let debts: Vec<(usize, &str)> = lists
            .debt
            .iter()
            .flat_map(|entry| self.places(entry).into_iter().map(move |at| (at, entry.as_str())))
            .collect();
        lists.second_person.iter().find_map(|person| {
            let here = self.places(person);
            debts.iter().find(|(at, _)| here.contains(at)).map(|(_, debt)| (person.as_str(), *debt))
        })
    }
}

/// How a text weighs on its reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weight {
    /// `10 × (blame + threat + urgency) + 3 × stern + debt`, each the number of list entries in the text.
    pub harsh: usize,
    /// Number of words of help. Kept apart: kind words do not make a threat good.
    pub help: usize,
}

impl Weight {
    /// Weighs the text by the lists of its language.
    pub fn of(spoken: &Spoken, lists: &Lists) -> Self {
        let never = spoken.count(&lists.blame) + spoken.count(&lists.threat) + spoken.count(&lists.urgency);
        let harsh = 10 * never + 3 * spoken.count(&lists.stern) + spoken.count(&lists.debt);
        Self { harsh, help: spoken.count(&lists.help) }
    }
}
