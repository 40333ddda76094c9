//! A mail as a bounded list of parts.
//!
//! mail-parser sets no limit to nesting and parts: a megabyte of nested messages overflows the stack when it is
//! dropped, and parts with boundaries that never come are searched for to the end, each. So the tree is walked here,
//! under a budget, and mail-parser decodes single fields and bodies.

use super::{
    decode,
    fields::{Content, Fields, line},
    html,
};

/// Octets of a mail that are read; what it says stands at its beginning, attachments come later.
const READ: usize = 1 << 20;
/// Parts that are read.
const PARTS: usize = 64;
/// Multiparts and messages inside each other.
const DEPTH: usize = 8;
/// Octets of one text that are kept.
const TEXT: usize = 256 << 10;

/// A mail, its parts in their order.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub fields: Fields,
    pub content: Content,
    pub parts: Vec<Part>,
    /// Plain text of its own, or else its HTML as text.
    pub text: String,
}

/// A part that is not a container.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// `text/plain`, in lower case.
    pub kind: String,
    /// It belongs to a message inside of this one.
    pub returned: bool,
    /// A file, or so it is called.
    pub attached: bool,
    /// What it says, if it is text or a report.
    pub text: String,
    /// The header of a returned message.
    pub header: Option<Fields>,
}

impl Message {
    /// Reads a mail; `None` if there is no header field in it.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let bytes = &bytes[..bytes.len().min(READ)];
        let (fields, body) = Fields::split(bytes);
        if fields.is_empty() {
            return None;
        }
        let content = fields.content();
        let mut walk = Walk { parts: Vec::new() };
        walk.part(&fields, body, Place { depth: 0, returned: false });
        let text = text(&walk.parts);
        Some(Self { fields, content, parts: walk.parts, text })
    }

    /// Its own parts, without those of messages inside.
    pub fn own(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(|part| !part.returned && part.header.is_none())
    }

    /// Headers of messages that were returned with it.
    pub fn returned(&self) -> impl Iterator<Item = &Fields> {
        self.parts.iter().filter_map(|part| part.header.as_ref())
    }

    pub fn has(&self, kind: &str) -> bool {
        self.own().any(|part| part.kind == kind)
    }
}

/// Plain text, or else HTML as text; not of messages inside.
fn text(parts: &[Part]) -> String {
    let shown = |kind: &'static str| parts.iter().filter(move |part| part.kind == kind && part.is_shown());
    let plain: Vec<&str> =
        shown("text/plain").map(|part| part.text.trim_end()).filter(|text| !text.trim().is_empty()).collect();
    match (plain.is_empty(), shown("text/html").next()) {
        (true, Some(html)) => html::text(&html.text),
        _ => plain.join("\n\n"),
    }
}

impl Part {
    fn is_shown(&self) -> bool {
        !self.returned && !self.attached && self.header.is_none()
    }
}

#[derive(Clone, Copy)]
struct Place {
    depth: usize,
    returned: bool,
}

impl Place {
    fn deeper(self, returned: bool) -> Self {
        Self { depth: self.depth + 1, returned: self.returned || returned }
    }
}

struct Walk {
    parts: Vec<Part>,
}

impl Walk {
    /// Every level looks at its octets once, so the whole costs the depth times the size at most.
    fn part(&mut self, fields: &Fields, body: &[u8], place: Place) {
        if self.parts.len() >= PARTS {
            return;
        }
        let content = fields.content();
        let open = place.depth < DEPTH;
        if let (Some(boundary), true) = (&content.boundary, open && content.kind.starts_with("multipart/")) {
            let pieces = pieces(body, boundary.as_bytes());
            for piece in &pieces {
                let (fields, body) = Fields::split(piece);
                self.part(&fields, body, place.deeper(false));
            }
            if !pieces.is_empty() {
                return;
            }
        }
        let encoding = fields.get("content-transfer-encoding");
        match content.kind.as_str() {
            "message/rfc822" | "message/global" | "text/rfc822" if open => {
                let inside = decode::transfer(encoding, body);
                let (header, body) = Fields::split(&inside);
                self.parts.push(Part { header: Some(header.clone()), ..leaf(&content, fields, place) });
                self.part(&header, body, place.deeper(true));
            }
            "text/rfc822-headers" | "text/rfc822-header" | "message/rfc822-headers" => {
                let (header, _) = Fields::split(&decode::transfer(encoding, body));
                self.parts.push(Part { header: Some(header), ..leaf(&content, fields, place) });
            }
            kind if kind.starts_with("text/") || kind.starts_with("message/") || kind.starts_with("multipart/") => {
                let body = &body[..body.len().min(TEXT * 2)];
                let bytes = decode::transfer(encoding, body);
                let text = decode::text(&bytes[..bytes.len().min(TEXT)], content.charset.as_deref());
                self.parts.push(Part { text, ..leaf(&content, fields, place) });
            }
            _ => self.parts.push(leaf(&content, fields, place)),
        }
    }
}

fn leaf(content: &Content, fields: &Fields, place: Place) -> Part {
    // A multipart without its boundary is read as the text that it is.
    let kind = if content.kind.starts_with("multipart/") { "text/plain" } else { &content.kind };
    let attached = fields.says("content-disposition", "attachment");
    Part { kind: kind.to_owned(), returned: place.returned, attached, text: String::new(), header: None }
}

/// What stands between the lines of a boundary; not what comes before the first.
fn pieces<'a>(body: &'a [u8], boundary: &[u8]) -> Vec<&'a [u8]> {
    let mut found = Vec::new();
    let (mut start, mut at) = (None, 0);
    while at < body.len() && found.len() < PARTS {
        let (line, rest) = line(&body[at..]);
        let next = body.len() - rest.len();
        if let Some(after) = line.strip_prefix(b"--").and_then(|line| line.strip_prefix(boundary)) {
            let last = after.starts_with(b"--");
            if last || after.trim_ascii().is_empty() {
                found.extend(start.map(|start| &body[start..at]));
                start = (!last).then_some(next);
                if last {
                    return found;
                }
            }
        }
        at = next;
    }
    found.extend(start.filter(|_| found.len() < PARTS).map(|start| &body[start..]));
    found
}
