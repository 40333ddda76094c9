//! What stays on record: a name, and a person's words. Whatever cannot be read again is refused, and why.

use super::case::LONGEST_WORDS;

/// Letters of a reason or a note.
const LONGEST_NOTE: usize = 2_000;
/// Letters of a name.
const LONGEST_NAME: usize = 100;

/// The name of a person.
pub fn name(text: &str) -> Result<&str, String> {
    legible(text, LONGEST_NAME, char::is_control)
}

/// A reason or a note.
pub fn note(text: &str) -> Result<&str, String> {
    legible(text, LONGEST_NOTE, steers)
}

/// The customer's own words.
pub fn words(text: &str) -> Result<&str, String> {
    legible(text, LONGEST_WORDS, steers)
}

/// What would steer a terminal; lines and tabs are text.
fn steers(letter: char) -> bool {
    letter.is_control() && !matches!(letter, '\n' | '\r' | '\t')
}

fn legible(text: &str, most: usize, bad: fn(char) -> bool) -> Result<&str, String> {
    let number = text.chars().count();
    match () {
        () if text.trim().is_empty() => Err("is blank; write something that can be read later".to_owned()),
        () if number > most => Err(format!("has {number} letters; at most {most} are kept")),
        () if text.contains(bad) => {
            Err("has a control character, which could steer a terminal; leave it out".to_owned())
        }
        () => Ok(text),
    }
}
