//! Reply codes and status codes within a text.

use super::{reason::Status, words::cut};

/// Octets of a text in which codes are looked for.
const LOOKED_AT: usize = 4 << 10;

/// The first status code that says more than `x.0.0`, or else the first.
pub(super) fn status(text: &str) -> Option<Status> {
    let codes = words(text).filter_map(|word| word.split(['-', '#', '(', ')', '[', ']', '\'', ';']).find_map(parse));
    let mut first = None;
    for code in codes {
        if !code.is_vague() {
            return Some(code);
        }
        first = first.or(Some(code));
    }
    first
}

/// The first reply code of a refusal.
pub(super) fn reply(text: &str) -> Option<u16> {
    words(text).find_map(|word| {
        let word = word.trim_start_matches(['[', '(', '\'', '"', ':', ';', '=', '#']);
        let (digits, rest) = word.split_at_checked(3)?;
        let ends = rest.is_empty() || rest.starts_with(['-', ':', ']', ')', ',', '\'', '"', ';']);
        let refusal = matches!(digits.as_bytes(), [b'4' | b'5', b'0'..=b'5', b'0'..=b'9']);
        (ends && refusal).then(|| digits.parse().ok())?
    })
}

/// The first refusal in the answers of a transcript.
pub(super) fn answer(text: &str) -> Option<u16> {
    text.lines().filter_map(|line| line.trim().strip_prefix("<<<")).find_map(reply)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    // `smtp;550` and `CODE :550` are two words.
    cut(text, LOOKED_AT).split(|c: char| c.is_whitespace() || matches!(c, ';' | ':' | '<' | '>'))
}

/// `5.1.1`, and nothing with a fourth number.
fn parse(word: &str) -> Option<Status> {
    let word = word.trim_end_matches(['.', ',']);
    let mut numbers = word.split('.').map(|number| number.parse::<u16>().ok().filter(|_| number.len() <= 3));
    let (class, subject, detail) = (numbers.next()??, numbers.next()??, numbers.next()??);
    let status = Status { class: u8::try_from(class).ok()?, subject, detail };
    (numbers.next().is_none() && matches!(class, 2 | 4 | 5) && subject < 10).then_some(status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_found() {
        let cases = [
            ("smtp; 550 5.1.1 <a@b.test>... User unknown", Some("5.1.1"), Some(550)),
            ("smtp;550-5.7.26 Unauthenticated email", Some("5.7.26"), Some(550)),
            ("host mx.test[192.0.2.5] said: 450 4.2.2 full", Some("4.2.2"), Some(450)),
            ("5.0.0 (permanent failure), really 5.2.2", Some("5.2.2"), None),
            ("Sorry, no mailbox here by that name. (#5.1.1)", Some("5.1.1"), None),
            ("connect to 5.1.1.7 failed after 500 seconds at 5.1", None, Some(500)),
            ("[550 5.1.1 User unknown]", Some("5.1.1"), Some(550)),
            ("Nothing of 1550 or 55012", None, None),
        ];
        for (text, expected_status, expected_reply) in cases {
            assert_eq!(status(text).map(|s| s.to_string()).as_deref(), expected_status, "{text}");
            assert_eq!(reply(text), expected_reply, "{text}");
        }
    }
}
