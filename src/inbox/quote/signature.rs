//! What is added below a mail: signatures, "Sent from my …", notes on confidentiality.

use super::phrases::{CONFIDENTIAL, DEVICES, FROM_DEVICE, MONEY, SENT, SENT_LAST};

/// Longer lines are sentences.
const LINE: usize = 120;

/// The line above a signature: `-- `.
pub fn starts(line: &str) -> bool {
    matches!(line.trim(), "--" | "—" | "––" | "__" | "- -")
}

/// The beginning of a note on confidentiality.
pub fn confidential(line: &str) -> bool {
    let start: String = line.trim_start_matches(frame).chars().take(60).collect::<String>().to_lowercase();
    CONFIDENTIAL.iter().any(|words| start.starts_with(words))
}

/// "Sent from my iPhone": the verb and a device, or a name with a number in it (`Sent from my TI-85`).
pub fn device(line: &str) -> bool {
    if line.len() > LINE * 2 {
        return false;
    }
    let text = line.trim().trim_matches(frame).to_lowercase();
    if text.is_empty() || text.chars().count() > LINE {
        return false;
    }
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric() && c != '-' && c != '.').collect();
    let named = words.iter().any(|word| DEVICES.iter().any(|device| is_device(word, device)));
    let sent = SENT.iter().any(|start| text.strip_prefix(start).is_some_and(ends_word));
    let last = SENT_LAST.iter().any(|end| text.contains(end));
    let short = words.len() <= 4 && FROM_DEVICE.iter().any(|end| text.ends_with(end));
    let model = text
        .strip_prefix("sent from my ")
        .is_some_and(|rest| !rest.contains(' ') && rest.bytes().any(|byte| byte.is_ascii_digit()));
    short || model || (named && (last || sent) && !MONEY.iter().any(|money| text.contains(money)))
}

/// `iphone` also as `iphone's`, `iosHTTPS…`; other names as whole words.
fn is_device(word: &str, device: &str) -> bool {
    word == device
        || (!device.is_ascii() && word.contains(device))
        || (device.len() >= 3 && word.starts_with(device) && word.len() > 12)
}

fn ends_word(rest: &str) -> bool {
    rest.chars().next().is_none_or(|c| !c.is_alphanumeric())
}

fn frame(c: char) -> bool {
    c.is_whitespace() || matches!(c, '<' | '>' | '(' | ')' | '[' | ']' | '*' | '_' | '-' | '—' | '"')
}
