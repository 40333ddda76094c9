//! By what the notice is found that a mail is about.

use super::{
    Ours,
    fields::{Fields, line},
    message::Message,
};

/// What a mail tells about the notice that it answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Clues {
    /// Token of the notice, from an address that only we could have made.
    pub token: Option<String>,
    /// Whom the mail was for, as servers and the header say.
    pub recipients: Vec<String>,
    /// Message-IDs that it answers or returns, without brackets, the nearest first.
    pub mentioned: Vec<String>,
    /// Whom the returned message was for.
    pub returned_to: Vec<String>,
}

/// Where servers write the envelope recipient, the most reliable first.
const RECIPIENTS: [&str; 9] = [
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "x-envelope-to",
    "x-delivered-to",
    "x-rcpt-to",
    "apparently-to",
    "to",
    "cc",
];
/// Entries of one list that are kept.
const MOST: usize = 20;

impl Clues {
    pub(super) fn of(mail: &Message, ours: &Ours<'_>) -> Self {
        let recipients = distinct(RECIPIENTS.iter().flat_map(|name| addresses(&mail.fields, name)));
        let returned: Vec<Fields> = mail.returned().cloned().chain(within(&mail.text)).collect();
        let ids = |fields: &Fields, name| fields.ids(name);
        let answered = ids(&mail.fields, "in-reply-to").into_iter();
        // The last reference is the nearest.
        let references = ids(&mail.fields, "references").into_iter().rev();
        let inside = returned.iter().flat_map(|fields| ids(fields, "message-id"));
        let older = returned.iter().flat_map(|fields| ids(fields, "references").into_iter().rev());
        let senders = returned.iter().flat_map(|fields| addresses(fields, "return-path"));
        let candidates = recipients.iter().cloned().chain(senders);
        Self {
            token: ours.verp.and_then(|verp| candidates.into_iter().find_map(|address| verp.token(&address))),
            mentioned: distinct(answered.chain(inside).chain(references).chain(older)),
            returned_to: distinct(returned.iter().flat_map(|fields| addresses(fields, "to"))),
            recipients,
        }
    }
}

fn addresses(fields: &Fields, name: &str) -> Vec<String> {
    fields.addresses(name).into_iter().map(|(_, address)| address).collect()
}

/// Headers of a message that is returned as text, after whatever announces it.
fn within(text: &str) -> Option<Fields> {
    let mut rest = text.as_bytes();
    while !rest.is_empty() {
        let (first, after) = line(rest);
        let name = first.trim_ascii_start().to_ascii_lowercase();
        let begins = [&b"return-path:"[..], b"received:", b"message-id:"].iter().any(|field| name.starts_with(field));
        if begins {
            return Some(Fields::split(rest).0);
        }
        rest = after;
    }
    None
}

fn distinct(values: impl Iterator<Item = String>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for value in values.take(500) {
        if found.len() < MOST && !found.contains(&value) {
            found.push(value);
        }
    }
    found
}
