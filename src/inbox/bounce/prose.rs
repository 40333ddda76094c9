//! Reports in words: who failed, and what was said about it.

use super::{super::fields::is_address, words::cut};

/// Octets of a report that are read.
const OCTETS: usize = 32 << 10;
/// Lines of a report that are read.
const LINES: usize = 400;
/// Recipients that are read.
const RECIPIENTS: usize = 20;

/// The report without the message that it returns.
pub(super) fn report(text: &str) -> &str {
    let text = cut(text, OCTETS);
    let mut at = 0;
    for (number, line) in text.split_inclusive('\n').enumerate().take(LINES) {
        if number > 0 && begins_original(line) {
            return &text[..at];
        }
        at += line.len();
    }
    &text[..at]
}

/// How the returned message is announced, or its first field.
fn begins_original(line: &str) -> bool {
    let line = line.trim().to_lowercase();
    let words = line.trim_start_matches(|c: char| !c.is_alphanumeric());
    let ruled = line.len() >= words.len() + 2;
    // Under a rule any of these announces it; without one, a sentence might only speak of it.
    let announced = [
        "original message",
        "copy of the message",
        "copy of your message",
        "message header",
        "unsent message",
        "returned message",
        "original mail",
        "headers of the original",
        "header of the original",
        "below this line is",
    ];
    let openings = [
        "original message follows",
        "original message headers",
        "message headers follow",
        "included is a copy",
        "below is a copy of the",
        "this is a copy of the message",
    ];
    let fields = ["received:", "return-path:", "message-id:", "x-received:", "dkim-signature:", "mime-version:"];
    fields.iter().any(|field| line.starts_with(field))
        || openings.iter().any(|opening| words.starts_with(opening))
        || (ruled && announced.iter().any(|phrase| words.contains(phrase)))
}

/// A recipient and the lines about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    pub recipient: String,
    pub said: String,
}

/// The recipients that a report names at the beginning of a line, with what follows each.
pub(super) fn blocks(report: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for line in report.lines().take(LINES) {
        match recipient(line) {
            Some(recipient) => {
                let again = blocks.iter().position(|block| block.recipient.eq_ignore_ascii_case(&recipient));
                let block = again.map_or(Block { recipient, said: String::new() }, |at| blocks.remove(at));
                if blocks.len() >= RECIPIENTS {
                    break;
                }
                blocks.push(block);
            }
            None if blocks.is_empty() => continue,
            None => {}
        }
        if let Some(block) = blocks.last_mut() {
            block.said.push_str(line);
            block.said.push('\n');
        }
    }
    blocks
}

/// An address at the beginning of a line, also after a reply code: `554 <a@b.test>... no`.
fn recipient(line: &str) -> Option<String> {
    let mut words = line.split_whitespace();
    let mut word = words.next()?;
    if word.len() == 3 && word.starts_with(['4', '5']) && word.parse::<u16>().is_ok() {
        word = words.next().filter(|word| word.starts_with('<'))?;
    } else if ["*", "Recipient:"].contains(&word) {
        word = words.next()?;
    }
    bare(word)
}

/// The first address anywhere that is not one of these.
pub(super) fn any_address(text: &str, except: &[String]) -> Option<String> {
    let known = |address: &String| except.iter().any(|other| other.eq_ignore_ascii_case(address));
    text.split_whitespace().take(4000).filter_map(bare).find(|address| !known(address) && !address.contains('/'))
}

/// The address in a word with what servers put around it.
fn bare(word: &str) -> Option<String> {
    let word = word.trim_start_matches(['<', '"', '\'', '(', '[', '*']);
    let end = word.find(['>', '"', '\'', ')', ']', '<', ';', ',', '=']).unwrap_or(word.len());
    let word = word[..end].trim_end_matches([':', '.', '…']);
    let word = word.strip_prefix("mailto:").unwrap_or(word);
    (is_address(word) && word.contains('.') && !word.contains(':')).then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recipients_begin_lines() {
        let text =
            "Hi. I write to a@b.test.\n<c@d.test>:\nno such user\n\n  \"e@f.test\": full\n554 <g@h.test>... gone\n";
        let found: Vec<(String, String)> = blocks(text).into_iter().map(|b| (b.recipient, b.said)).collect();
        let expected = [
            ("c@d.test", "<c@d.test>:\nno such user\n\n"),
            ("e@f.test", "  \"e@f.test\": full\n"),
            ("g@h.test", "554 <g@h.test>... gone\n"),
        ];
        assert_eq!(found, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
        assert_eq!(any_address(text, &["A@b.test".to_owned()]).as_deref(), Some("c@d.test"));
    }

    #[test]
    fn the_returned_message_is_no_part_of_the_report() {
        let text = "The original message was late.\nfull\n--- Original message ---\nTo: a@b.test\n";
        assert_eq!(report(text), "The original message was late.\nfull\n");
        assert_eq!(report("Return-Path: it begins so\nx\n"), "Return-Path: it begins so\nx\n");
    }
}
