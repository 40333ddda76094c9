//! The wording contract: what a catalogue must fulfil before anything is sent in its words.
//!
//! Pure: the loaded catalogues in, every breach out. Three rounds: the messages (keys and
//! variables), their tone (blame, threat, urgency, a second person beside debt, the account as the
//! subject), and whole sample letters, because words that are harmless alone can add up.

use std::{collections::BTreeSet, fmt, path::PathBuf};

use super::{
    keys::{self, KEYS},
    tone::{Spoken, Weight},
    words::{Catalogue, Lists, Words},
};
use messages::Message;

mod messages;
#[cfg(test)]
mod tests;
mod whole;

/// One way in which a catalogue may not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    pub file: PathBuf,
    pub line: Option<usize>,
    /// The message, if it is about one.
    pub key: Option<String>,
    /// The offending word, variable or message name.
    pub word: Option<String>,
    pub why: String,
    /// What to do.
    pub fix: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(key) = &self.key {
            write!(f, ": `{key}`")?;
        }
        write!(f, ": {}; {}", self.why, self.fix)
    }
}

/// Checks every catalogue. Empty means: all of them may be used.
pub fn check(words: &Words) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for catalogue in words.catalogues() {
        let mut found = Checker::new(catalogue).messages();
        // Whole letters can only be judged once every message is there and sound by itself.
        if found.is_empty() {
            found = whole::letters(catalogue, words);
        }
        breaches.append(&mut found);
    }
    breaches
}

/// Words of blame, threat, urgency, or debt beside a person, in any text that a customer may get: each with why,
/// and what to do. Empty means: it may be said.
pub fn tone(text: &str, lists: &Lists) -> Vec<(String, String, &'static str)> {
    tone_problems(&Spoken::new(text), lists)
}

struct Checker<'a> {
    catalogue: &'a Catalogue,
    messages: Vec<Message>,
    breaches: Vec<Breach>,
}

impl<'a> Checker<'a> {
    fn new(catalogue: &'a Catalogue) -> Self {
        Self { catalogue, messages: messages::of(&catalogue.source), breaches: Vec::new() }
    }

    fn messages(mut self) -> Vec<Breach> {
        self.lists();
        self.keys();
        for message in std::mem::take(&mut self.messages) {
            if !message.term {
                self.variables(&message);
            }
            self.tone(&message);
            self.subject(&message);
            self.messages.push(message);
        }
        self.stages();
        self.breaches
    }

    fn breach(&mut self, at: Option<&Message>, key: &str, word: &str, why: String, fix: &str) {
        self.breaches.push(Breach {
            file: self.catalogue.file.clone(),
            line: at.map(|message| message.line),
            key: Some(key.to_owned()).filter(|key| !key.is_empty()),
            word: Some(word.to_owned()).filter(|word| !word.is_empty()),
            why,
            fix: fix.to_owned(),
        });
    }

    /// An emptied list would switch the contract off.
    fn lists(&mut self) {
        for (name, list) in named(&self.catalogue.lists) {
            if list.iter().all(|entry| entry.trim_matches(['*', ' ']).is_empty()) {
                let why = format!("the list `{name}` in the companion .toml is empty");
                self.breach(None, "", name, why, "list the words of the language");
            }
        }
    }

    fn keys(&mut self) {
        let have: BTreeSet<String> = self.messages.iter().map(|message| message.name.clone()).collect();
        for key in KEYS.iter().filter(|key| !have.contains(key.name)) {
            self.breach(None, key.name, key.name, "the message is missing".to_owned(), "add it to the catalogue");
        }
        let unknown: Vec<(String, usize)> = self
            .messages
            .iter()
            .filter(|message| !message.term && keys::find(&message.name).is_none())
            .map(|message| (message.name.clone(), message.line))
            .collect();
        for (name, line) in unknown {
            let near =
                KEYS.iter().min_by_key(|key| strsim::damerau_levenshtein(key.name, &name)).map_or("", |key| key.name);
            self.breach(
                None,
                &name,
                &name,
                "no letter uses this message".to_owned(),
                &format!("did you mean `{near}`? Else remove it"),
            );
            if let Some(last) = self.breaches.last_mut() {
                last.line = Some(line);
            }
        }
    }

    /// Exactly the allowed variables: a missing one would leave out a fact, an unknown one leave a hole.
    fn variables(&mut self, message: &Message) {
        let Some(key) = keys::find(&message.name) else { return };
        for name in &message.foreign {
            let why = format!("it refers to {name}");
            self.breach(Some(message), key.name, name, why, "write the words out");
        }
        for name in key.required {
            // In every variant: a plural form without the amount is a letter without the amount.
            if !message.variables.iter().any(|have| have == name) || !message.said_everywhere(name) {
                let why = format!("the variable `${name}` is missing");
                self.breach(
                    Some(message),
                    key.name,
                    name,
                    why,
                    &format!("put {{ ${name} }} into the text, in every variant"),
                );
            }
        }
        for name in &message.variables {
            if !key.required.iter().chain(key.optional).any(|known| known == name) {
                let allowed: Vec<_> =
                    key.required.iter().chain(key.optional).map(|known| format!("${known}")).collect();
                let fix = match allowed.is_empty() {
                    true => "this message takes no variable".to_owned(),
                    false => format!("it may use {}", allowed.join(", ")),
                };
                self.breach(Some(message), key.name, name, format!("the variable `${name}` is unknown"), &fix);
            }
        }
    }

    fn tone(&mut self, message: &Message) {
        let lists = &self.catalogue.lists;
        for text in &message.texts {
            for (word, why, fix) in tone(text, lists) {
                let known = |b: &Breach| b.key.as_ref() == Some(&message.name) && b.word.as_deref() == Some(&word);
                if !self.breaches.iter().any(known) {
                    self.breach(Some(message), &message.name, &word, why, fix);
                }
            }
        }
    }

    /// The account is overdue, not a person; and whoever has paid may put the letter away.
    fn subject(&mut self, message: &Message) {
        let lists = &self.catalogue.lists;
        let (list, why, fix) = match message.name.as_str() {
            "first-subject" | "second-subject" | "confirm-subject" | "first-opening" | "second-opening"
            | "confirm-opening" | "receipt-subject" | "receipt-opening" | "page-title" | "page-nothing" => {
                (&lists.account, "it does not speak of the account", "make the account the subject")
            }
            "already-paid" => (
                &lists.disregard,
                "it does not say that the letter may be disregarded",
                "say so, for payments on their way",
            ),
            _ => return,
        };
        if message.texts.iter().any(|text| Spoken::new(text).found(list).is_empty()) {
            let fix = format!("{fix} (one of: {})", list.join(", "));
            self.breach(Some(message), &message.name, "", why.to_owned(), &fix);
        }
    }

    /// The second notice may not weigh more than the first.
    fn stages(&mut self) {
        let lists = &self.catalogue.lists;
        let weigh = |stage: &str| {
            let own = self.messages.iter().filter(|message| message.name.starts_with(stage));
            let all: Vec<&str> = own.filter_map(|message| message.texts.last().map(String::as_str)).collect();
            Weight::of(&Spoken::new(&all.join("\n\n")), lists)
        };
        if let Some(why) = harsher(weigh("first-"), weigh("second-")) {
            self.breach(None, "second-opening", "", why, "soften the messages that begin with `second-`");
        }
    }
}

/// Why the second weighs more, if it does.
fn harsher(first: Weight, second: Weight) -> Option<String> {
    if second.harsh > first.harsh {
        return Some(format!("the second notice is harsher than the first ({} to {})", second.harsh, first.harsh));
    }
    (second.help < first.help)
        .then(|| format!("the second notice offers less help than the first ({} words to {})", second.help, first.help))
}

/// Offending words of a text: the word, why, and what to do.
fn tone_problems(spoken: &Spoken, lists: &Lists) -> Vec<(String, String, &'static str)> {
    let kinds = [
        (&lists.blame, "blames", "say what the account shows, not what anybody did"),
        (&lists.threat, "threatens", "offer help instead of consequences"),
        (&lists.urgency, "presses", "name the date and leave the hurry out"),
    ];
    let mut problems = Vec::new();
    for (list, verb, fix) in kinds {
        for word in spoken.found(list) {
            problems.push((word.to_owned(), format!("“{word}” {verb}"), fix));
        }
    }
    if let Some((person, debt)) = spoken.addressed_debt(lists) {
        let why = format!("“{person}” stands beside “{debt}” in one sentence");
        problems.push((person.to_owned(), why, "let the account be overdue, not a person"));
    }
    problems
}

fn named(lists: &Lists) -> [(&'static str, &Vec<String>); 9] {
    [
        ("account", &lists.account),
        ("disregard", &lists.disregard),
        ("second_person", &lists.second_person),
        ("debt", &lists.debt),
        ("blame", &lists.blame),
        ("threat", &lists.threat),
        ("urgency", &lists.urgency),
        ("stern", &lists.stern),
        ("help", &lists.help),
    ]
}
