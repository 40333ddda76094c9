//! Header fields: of a mail, of a report about a delivery, of a returned message.

use chrono::{DateTime, Utc};
use mail_parser::{Address, HeaderValue, MessageParser};

use super::decode;

/// Fields of one block that are kept; real mails have fewer than a hundred.
const MOST: usize = 300;
/// Octets of one value that are kept.
const LONGEST: usize = 8 << 10;

/// Fields in their order: names in lower case, values unfolded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads fields up to the first empty line; returns what follows it. Lines that are no fields are passed over.
    pub fn split(bytes: &[u8]) -> (Self, &[u8]) {
        let mut fields: Vec<(String, Vec<u8>)> = Vec::new();
        let mut open = false;
        let mut rest = bytes;
        while !rest.is_empty() {
            let (line, after) = line(rest);
            rest = after;
            match line {
                [] => break,
                [b' ' | b'\t', ..] => {
                    if let (true, Some((_, value))) = (open, fields.last_mut()) {
                        push(value, b" ");
                        push(value, line.trim_ascii());
                    }
                }
                _ => {
                    let field = field(line).filter(|_| fields.len() < MOST);
                    open = field.is_some();
                    fields.extend(field);
                }
            }
        }
        let text = |(name, value): (String, Vec<u8>)| (name, decode::text(&value, None));
        (Self(fields.into_iter().map(text).collect()), rest)
    }

    /// The value of the first field of this name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.trim())
    }

    /// Whether a value contains a word, in any case.
    pub fn says(&self, name: &str, word: &str) -> bool {
        self.all(name).any(|value| value.to_ascii_lowercase().contains(word))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A value with its encoded words decoded, on one line.
    pub fn text(&self, name: &str) -> String {
        let parsed = self.get(name).and_then(|value| parsed("Subject", value));
        let text = parsed.as_ref().and_then(HeaderValue::as_text).unwrap_or_default();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The addresses of a field with their names.
    pub fn addresses(&self, name: &str) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for value in self.all(name).take(4) {
            if let Some(HeaderValue::Address(list)) = parsed("To", value) {
                found.extend(named(&list).into_iter().take(50));
            }
        }
        found
    }

    /// Message-IDs of a field, without their angle brackets.
    pub fn ids(&self, name: &str) -> Vec<String> {
        let inner = |piece: &str| piece.split('>').next().map(str::trim).filter(|id| is_id(id)).map(str::to_owned);
        self.all(name).flat_map(|value| value.split('<').skip(1)).filter_map(inner).take(50).collect()
    }

    pub fn date(&self) -> Option<DateTime<Utc>> {
        let HeaderValue::DateTime(date) = parsed("Date", self.get("date")?)? else { return None };
        // Fields that no calendar has would overflow the conversion.
        if !date.is_valid() {
            return None;
        }
        DateTime::from_timestamp(date.to_timestamp(), 0)
    }

    /// The type of a body, and its parameters; `text/plain` if it is not told.
    pub fn content(&self) -> Content {
        let Some(HeaderValue::ContentType(told)) = self.get("content-type").and_then(|v| parsed("Content-Type", v))
        else {
            return Content { kind: "text/plain".to_owned(), ..Content::default() };
        };
        let parameter = |name: &str| told.attribute(name).map(str::to_owned);
        Content {
            kind: format!("{}/{}", told.ctype(), told.subtype().unwrap_or_default()).to_ascii_lowercase(),
            boundary: parameter("boundary").filter(|boundary| !boundary.is_empty()),
            charset: parameter("charset"),
            report: parameter("report-type").map(|report| report.to_ascii_lowercase()),
        }
    }
}

/// What a body is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Content {
    pub kind: String,
    pub boundary: Option<String>,
    pub charset: Option<String>,
    pub report: Option<String>,
}

/// The first line without its end, and what follows.
pub(super) fn line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|byte| *byte == b'\n');
    let (line, rest) = end.map_or((bytes, &bytes[bytes.len()..]), |end| (&bytes[..end], &bytes[end + 1..]));
    (line.strip_suffix(b"\r").unwrap_or(line), rest)
}

fn field(line: &[u8]) -> Option<(String, Vec<u8>)> {
    let colon = line.iter().take(80).position(|byte| *byte == b':')?;
    let name = line[..colon].trim_ascii_end();
    let plain = !name.is_empty() && name.iter().all(|byte| byte.is_ascii_graphic());
    let mut value = Vec::new();
    push(&mut value, line[colon + 1..].trim_ascii());
    plain.then(|| (String::from_utf8_lossy(name).to_ascii_lowercase(), value))
}

fn push(value: &mut Vec<u8>, more: &[u8]) {
    let room = LONGEST.saturating_sub(value.len()).min(more.len());
    value.extend_from_slice(&more[..room]);
}

/// One field as mail-parser understands it; it sees one line of bounded length and nothing else.
fn parsed(name: &'static str, value: &str) -> Option<HeaderValue<'static>> {
    let line = format!("{name}: {}\r\n\r\n", value.replace(['\r', '\n'], " "));
    let mut message = MessageParser::default().parse_headers(&line)?.into_owned();
    message.parts.first_mut()?.headers.pop().map(|header| header.value)
}

fn named(list: &Address<'_>) -> Vec<(String, String)> {
    let pair = |addr: &mail_parser::Addr<'_>| {
        let address = addr.address.as_deref().map(str::trim).filter(|address| is_address(address))?;
        Some((addr.name.as_deref().unwrap_or_default().to_owned(), address.to_owned()))
    };
    list.iter().filter_map(pair).collect()
}

/// `left@right` without blanks: good enough to be looked up.
pub(super) fn is_address(text: &str) -> bool {
    let halves = text.rsplit_once('@').is_some_and(|(left, right)| !left.is_empty() && !right.is_empty());
    halves && text.len() <= 320 && !text.chars().any(|c| c.is_whitespace() || c.is_control() || "<>,;".contains(c))
}

fn is_id(text: &str) -> bool {
    is_address(text) && text.len() <= 250
}
