//! A catalogue as a form: one text for each message. What was not changed is not touched.

use std::{collections::BTreeMap, ops::Range};

use fluent_syntax::parser;

use crate::letter::{
    Words,
    contract::{self, Breach},
};

/// Most letters of one message, and of a catalogue.
const LONGEST: usize = 4_000;
const LARGEST: usize = 200_000;

/// A message, with its place in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub key: String,
    /// Without the indentation that the file has.
    pub text: String,
    /// Where its key begins.
    start: usize,
    /// From behind the equals sign to the end of its last line.
    place: Range<usize>,
}

/// The messages of a catalogue in their order. A message begins with its key at the start of a line, and goes on in lines
/// that begin with a blank or a bracket.
pub fn messages(source: &str) -> Vec<Message> {
    let mut found: Vec<Message> = Vec::new();
    let (mut at, mut open) = (0, false);
    for line in source.split_inclusive('\n') {
        let begins = line.starts_with(|c: char| c.is_ascii_alphabetic());
        let (start, end) = (at, at + line.trim_end().len());
        at += line.len();
        if begins {
            open = false;
            let Some((key, _)) = line.split_once('=') else { continue };
            let key = key.trim_end();
            if !key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')) {
                continue;
            }
            let value = start + line.find('=').unwrap_or_default() + 1;
            found.push(Message { key: key.to_owned(), text: String::new(), start, place: value..end.max(value) });
            open = true;
        } else if line.starts_with(['#', '-']) {
            open = false;
        } else if let Some(message) = found.last_mut().filter(|_| open && !line.trim().is_empty()) {
            message.place.end = end;
        }
    }
    for message in &mut found {
        message.text = dedented(&source[message.place.clone()]);
    }
    found
}

fn dedented(text: &str) -> String {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let least = rest.lines().filter(|line| !line.trim().is_empty()).map(indent).min().unwrap_or(0);
    let rest = rest.lines().map(|line| line.get(least..).unwrap_or_default().trim_end());
    let first = Some(first.trim()).filter(|first| !first.is_empty());
    first.into_iter().chain(rest).collect::<Vec<_>>().join("\n")
}

/// The catalogue with other texts for some messages.
pub fn apply(source: &str, texts: &BTreeMap<String, String>) -> Result<String, BTreeMap<String, String>> {
    let (mut changed, mut problems) = (source.to_owned(), BTreeMap::new());
    // From the end, so that the places before stay.
    for message in messages(source).iter().rev() {
        let Some(text) = texts.get(&message.key) else { continue };
        let text = text.replace("\r\n", "\n");
        let text = text.trim();
        if text == message.text.trim() {
            continue;
        }
        if text.is_empty() || text.len() > LONGEST || text.chars().any(|c| c.is_control() && c != '\n') {
            let why = if text.is_empty() { "a text is needed" } else { "this is too long, or has control characters" };
            problems.insert(message.key.clone(), why.to_owned());
            continue;
        }
        // What begins with one of these would not be read as text.
        let line = |line: &str| match line.trim_start().starts_with(['.', '#']) {
            true => format!("{{\"\"}}{line}"),
            false => line.to_owned(),
        };
        let value = match text.contains('\n') {
            false => format!(" {}", line(text)),
            true => text.lines().fold(String::new(), |all, next| match next.trim().is_empty() {
                true => all + "\n",
                false => all + "\n    " + &line(next.trim_end()),
            }),
        };
        changed.replace_range(message.place.clone(), &value);
    }
    if changed.len() > LARGEST {
        problems.insert(String::new(), "the catalogue is too long".to_owned());
    }
    if problems.is_empty() { Ok(changed) } else { Err(problems) }
}

/// The words with this text for a locale, or what is wrong, by message; the empty name is for the catalogue as a whole.
pub fn checked(words: &Words, locale: &str, text: &str) -> Result<Words, BTreeMap<String, String>> {
    let mut problems: BTreeMap<String, String> = BTreeMap::new();
    let mut tell = |key: String, why: String| {
        let known = problems.entry(key).or_default();
        *known = if known.is_empty() { why } else { format!("{known}. {why}") };
    };
    match words.with(&BTreeMap::from([(locale.to_owned(), text.to_owned())])) {
        // A parser may notice only in the next line; so each message is read alone.
        Err(found) => {
            for message in messages(text) {
                if let Err((_, errors)) = parser::parse(&text[message.start..message.place.end]) {
                    errors
                        .iter()
                        .for_each(|error| tell(message.key.clone(), format!("this cannot be read: {}", error.kind)));
                }
            }
            if problems.is_empty() {
                problems.insert(String::new(), found.into_iter().map(|p| p.what).collect::<Vec<_>>().join(". "));
            }
        }
        Ok(new) => {
            let ours = |breach: &Breach| breach.file.file_stem().is_some_and(|stem| stem.to_string_lossy() == locale);
            let breaches: Vec<Breach> = contract::check(&new).into_iter().filter(ours).collect();
            if breaches.is_empty() {
                return Ok(new);
            }
            for Breach { key, why, fix, .. } in breaches {
                tell(key.unwrap_or_default(), format!("{why}; {fix}"));
            }
        }
    }
    Err(problems)
}

/// Each message that differs: its key, the old and the new text.
pub fn difference(old: &str, new: &str) -> Vec<(String, String, String)> {
    let old: BTreeMap<String, String> = messages(old).into_iter().map(|m| (m.key, m.text)).collect();
    let differs = |message: Message| {
        let before = old.get(&message.key).cloned().unwrap_or_default();
        (before != message.text).then_some((message.key, before, message.text))
    };
    messages(new).into_iter().filter_map(differs).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::path::Path;

    const EN: &str = include_str!("../../../config/wording/en.ftl");
    const DE: &str = include_str!("../../../config/wording/de.ftl");

    fn shipped() -> Words {
        Words::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("config/wording"), "en-GB").unwrap()
    }

    fn with(key: &str, text: &str) -> Result<Words, BTreeMap<String, String>> {
        checked(&shipped(), "en", &apply(EN, &BTreeMap::from([(key.to_owned(), text.to_owned())]))?)
    }

    #[test]
    fn messages_are_found_and_an_unchanged_form_changes_nothing() {
        for source in [EN, DE, &EN.replace('\n', "\r\n")] {
            let found = messages(source);
            assert!(found.len() > 90, "{}", found.len());
            let sent = found.iter().map(|m| (m.key.clone(), m.text.replace('\n', "\r\n"))).collect();
            assert_eq!(apply(source, &sent).as_deref(), Ok(source));
        }
        let opening = messages(EN).into_iter().find(|message| message.key == "first-opening").unwrap();
        assert!(
            opening.text.starts_with("The account { $account } ({ $account_name }) shows { $count ->\n    [one] one")
        );
    }

    #[test]
    fn a_changed_message_is_read_as_it_was_written() {
        let words = with("closing", "With very kind regards").unwrap();
        assert_eq!(words.choose("en").0.say("closing", &[]).unwrap(), "With very kind regards");
        let words = with("reply", "A reply reaches a person.\r\n\r\n.Is all well?\r\n# No comment").unwrap();
        let said = words.choose("en").0.say("reply", &[]).unwrap();
        assert_eq!(said, "A reply reaches a person.\n\n.Is all well?\n# No comment");
        let source = apply(EN, &BTreeMap::from([("closing".to_owned(), "Bye".to_owned())])).unwrap();
        assert_eq!(difference(EN, &source), [("closing".to_owned(), "With kind regards".to_owned(), "Bye".to_owned())]);
        assert_eq!(source.lines().count(), EN.lines().count());
    }

    #[test]
    fn what_breaks_the_contract_is_told_at_its_message() {
        for (key, text, expected) in [
            ("closing", "Pay now, or legal action follows", "threatens"),
            ("greeting", "Dear customer,", "`$name` is missing"),
            ("greeting", "Dear { $name", "cannot be read"),
            ("first-subject", "Hello { $account } { $company }", "does not speak of the account"),
            ("closing", "", "a text is needed"),
            ("closing", "{ $nobody }", "unknown"),
            ("closing", "x\nother = y\n", ""),
        ] {
            match with(key, text) {
                Err(problems) => {
                    assert_eq!(problems.keys().map(String::as_str).collect::<Vec<_>>(), [key], "{text}: {problems:?}");
                    assert!(problems[key].contains(expected), "{text}: {problems:?}");
                }
                Ok(words) => {
                    assert!(expected.is_empty(), "{text}");
                    assert_eq!(words.choose("en").0.say(key, &[]).unwrap(), "x\nother = y");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn no_text_adds_or_takes_a_message(text in "[ -~\\n{}.#=\\[\\]*äé]{0,80}") {
            if let Ok(source) = apply(EN, &BTreeMap::from([("reply".to_owned(), text)])) {
                let keys = |source: &str| messages(source).into_iter().map(|m| m.key).collect::<Vec<_>>();
                prop_assert_eq!(keys(&source), keys(EN));
            }
        }
    }
}
