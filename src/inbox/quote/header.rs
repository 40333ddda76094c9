//! Headings of quotes: "On … X wrote:", the head of a quoted mail, "Original Message".

use super::{
    LONGEST, blank, marked,
    phrases::{FORWARDED, HEAD, OPENERS, ORIGINAL, OWN_VOICE, Role, WROTE},
};

/// Lines over which a heading may be wrapped.
const WRAPPED_OVER: usize = 6;
/// Lines of a quoted mail's head that are looked at.
const HEAD_LINES: usize = 10;

/// `-----Original Message-----` and its like.
pub fn original(line: &str) -> bool {
    between_dashes(line).is_some_and(|inner| ORIGINAL.contains(&inner.as_str()))
}

/// `---------- Forwarded message ----------` and `Begin forwarded message:`.
pub fn forwarded(line: &str) -> bool {
    let alone = |text: &str| text.contains(' ') && FORWARDED.contains(&text);
    between_dashes(line).is_some_and(|inner| FORWARDED.contains(&inner.as_str()))
        || (line.len() <= LONGEST && alone(line.trim().trim_end_matches([':', ' ', '：']).to_lowercase().as_str()))
}

fn between_dashes(line: &str) -> Option<String> {
    if line.len() > LONGEST {
        return None;
    }
    let drawn = |c: char| matches!(c, '-' | '_' | '*' | '=' | '—' | ' ' | '\u{a0}');
    let line = line.trim();
    let dashed =
        |text: &str| text.trim_start_matches('*').starts_with("--") || text.trim_start_matches('*').starts_with("__");
    let inner = line.trim_matches(drawn).trim_end_matches([':', '：']);
    (dashed(line) && !inner.is_empty()).then(|| inner.to_lowercase())
}

/// How many lines the head of a quoted mail takes from here: who, and two of when, to whom and about what.
pub fn head(lines: &[&str], at: usize) -> Option<usize> {
    let window = &lines[at..lines.len().min(at + HEAD_LINES)];
    role(window.first()?)?;
    let (mut roles, mut length) = (Vec::new(), 0);
    for (index, line) in window.iter().enumerate() {
        match role(line) {
            Some(role) => {
                length = index + 1;
                if role != Role::More && !roles.contains(&role) {
                    roles.push(role);
                }
            }
            // A long subject goes on in the next line, but a blank one ends the head.
            None if blank(line) || index > length + 2 => break,
            None => {}
        }
    }
    let goes_on = lines[at + length..].iter().take(2).take_while(|line| !blank(line)).count();
    (roles.contains(&Role::From) && roles.len() >= 3).then_some(length + goes_on)
}

fn role(line: &str) -> Option<Role> {
    let line = line.trim_start_matches([' ', '\t', '*', '_', '|', '\u{a0}']);
    let colon = line.char_indices().take(24).find(|(_, c)| matches!(c, ':' | '：'))?.0;
    let name = line[..colon].trim_matches(|c: char| c.is_whitespace() || c == '*' || c == '_').to_lowercase();
    HEAD.iter().find(|(_, names)| names.contains(&name.as_str())).map(|(role, _)| *role)
}

/// How many lines the heading of a quote takes from here, e.g. "On 28 Jan 2016, at 19:04, X wrote:".
pub fn above_quote(lines: &[&str], at: usize) -> Option<usize> {
    let first = lines[at].trim();
    if !opens(first) {
        return None;
    }
    let (mut joined, mut blanks) = (String::new(), 0);
    for (index, line) in lines[at..].iter().take(WRAPPED_OVER).enumerate() {
        let line = line.trim();
        let another = index > 0 && opens(line) && starts_like_one(line);
        let quote = index > 0 && marked(line) && !line.contains(':');
        if line.len() > LONGEST || joined.len() > LONGEST || another || quote {
            return None;
        }
        blanks += usize::from(line.is_empty());
        if blanks > 1 {
            return None;
        }
        joined.push(' ');
        joined.push_str(&line.to_lowercase());
        if heading(&joined, index > 0) {
            return Some(index + 1);
        }
    }
    None
}

/// Cheap: whether a line may begin a heading at all.
fn opens(line: &str) -> bool {
    line.len() <= LONGEST && (line.contains('@') || line.bytes().any(|byte| byte.is_ascii_digit()))
}

fn starts_like_one(line: &str) -> bool {
    let first = line.split_whitespace().next().unwrap_or_default().to_lowercase();
    OPENERS.contains(&first.as_str()) || first.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether a text, in lower case, is a heading. Wrapped ones have an address: it is what made them so long.
fn heading(joined: &str, wrapped: bool) -> bool {
    let text = joined.trim();
    let address = text.contains('@');
    if wrapped && !address {
        return false;
    }
    if text.ends_with([':', '：']) && wrote(text) {
        // Few begin with a word of the list everywhere: `ma 3. maalisk. 2026 klo 10.12 X kirjoitti:`.
        return address || (!own_voice(text) && (starts_like_one(text) || dated(text)));
    }
    // Some have no verb: `2017-02-05 13:29 GMT+02:00 A Name <a@example.org>:`.
    let bare = [">:", "):", ">："].iter().any(|end| text.ends_with(end)) && dated(text);
    address && (bare || (text.ends_with('>') && begins_with_date(text)))
}

fn wrote(text: &str) -> bool {
    let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && c.is_ascii());
    WROTE.iter().any(|verb| {
        text.match_indices(verb)
            .any(|(at, _)| !inside(text[..at].chars().next_back()) && !inside(text[at + verb.len()..].chars().next()))
    })
}

fn own_voice(text: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric() && c != '\'').any(|word| OWN_VOICE.contains(&word))
}

/// A year or a time of day.
fn dated(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_digit() && c != ':').any(|part| {
        (part.len() == 4 && (part.starts_with("20") || part.starts_with("19")))
            || (part.len() >= 4 && part.contains(':'))
    })
}

/// `2017-02-05`, `2013/7/20` or `2016年1月1日`.
fn begins_with_date(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    text.len() - rest.len() == 4
        && rest.starts_with(['-', '/', '.', '年'])
        && rest.bytes().any(|byte| byte.is_ascii_digit())
}
