//! A rendered letter as the bytes of a mail.
//!
//! The bytes follow from the notice alone: Message-ID and date are given, the MIME boundaries are
//! derived from the Message-ID, and signatures are deterministic. A second attempt sends the same.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use lettre::{
    Address, Message,
    message::{
        Attachment as MailAttachment, Body, Mailbox, MultiPart, SinglePart,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
};
use sha2::{Digest, Sha256};

use super::{LetterError, Rendered, dkim::Dkim, view::clean};

/// What is on the outside of a mail.
#[derive(Debug, Clone)]
pub struct Envelope {
    pub from: Correspondent,
    pub reply_to: Correspondent,
    pub to: Correspondent,
    pub date: DateTime<Utc>,
    /// With angle brackets: `<token@domain>`.
    pub message_id: String,
    /// Message-ID of the first notice of the thread, unless this is it.
    pub thread: Option<String>,
    pub attachments: Vec<Attachment>,
    /// Signs the mail; `None` where the relay signs.
    pub dkim: Option<Arc<Dkim>>,
}

/// A name, which may be empty, and an email address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correspondent {
    pub name: DisplayName,
    pub address: String,
}

/// Whether mail can be sent to it. Addresses of an account stand in one field with `;` between them.
pub fn is_address(text: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_graphic() && letter != ';';
    text.chars().all(plain) && text.parse::<Address>().is_ok()
}

impl Correspondent {
    pub fn new(name: &str, address: &str) -> Self {
        Self { name: DisplayName::new(name), address: address.to_owned() }
    }

    fn mailbox(&self, what: &'static str) -> Result<Mailbox, LetterError> {
        let bad = |why: String| LetterError::Mail { what, value: self.address.clone(), why };
        if !self.address.is_ascii() {
            // Without SMTPUTF8 there is no way to write it; a domain has an `xn--` form.
            return Err(bad("an address has ASCII letters only; write the domain in its xn-- form".to_owned()));
        }
        let address: Address = self.address.parse().map_err(|e| bad(format!("this is not an email address ({e})")))?;
        Ok(Mailbox::new(Some(self.name.0.clone()).filter(|name| !name.is_empty()), address))
    }
}

/// A name for a header: one line without controls. lettre panics on a line break in a name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DisplayName(String);

impl DisplayName {
    /// Longest name, in characters; a longer one is cut.
    const LONGEST: usize = 120;

    pub fn new(name: &str) -> Self {
        Self(clean(name).chars().take(Self::LONGEST).collect::<String>().trim_end().to_owned())
    }
}

/// A PDF that goes with the mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// File name as shown; folders and controls are dropped.
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Builds the mail. The same input gives the same bytes.
///
/// # Errors
/// [`LetterError::Mail`] for an address, Message-ID or file name that cannot stand in a header.
pub fn build(rendered: &Rendered, envelope: &Envelope) -> Result<Vec<u8>, LetterError> {
    check_id(&envelope.message_id)?;
    let subject = clean(&rendered.subject).into_owned();
    let mut builder = Message::builder()
        .from(envelope.from.mailbox("the sender")?)
        .reply_to(envelope.reply_to.mailbox("the reply address")?)
        .to(envelope.to.mailbox("the recipient")?)
        .subject(subject.clone())
        .date(envelope.date.into())
        .message_id(Some(envelope.message_id.clone()));
    if let Some(root) = envelope.thread.as_ref().filter(|root| **root != envelope.message_id) {
        check_id(root)?;
        builder = builder.in_reply_to(root.clone()).references(root.clone());
    }
    for (name, value) in automatic(&rendered.language) {
        builder = builder.raw_header(HeaderValue::new(HeaderName::new_from_ascii_str(name), value));
    }
    let message = builder.multipart(body(rendered, envelope)?).map_err(|e| LetterError::Mail {
        what: "the message",
        value: subject,
        why: e.to_string(),
    })?;
    let bytes = message.formatted();
    match &envelope.dkim {
        Some(dkim) => dkim.sign(&bytes, envelope.date),
        None => Ok(bytes),
    }
}

/// Headers that tell other machines not to answer (RFC 3834, and Exchange's own), and the language.
fn automatic(language: &str) -> [(&'static str, String); 3] {
    [
        ("Auto-Submitted", "auto-generated".to_owned()),
        ("X-Auto-Response-Suppress", "OOF, AutoReply".to_owned()),
        ("Content-Language", clean(language).into_owned()),
    ]
}

/// Text first, then HTML, then the PDFs.
fn body(rendered: &Rendered, envelope: &Envelope) -> Result<MultiPart, LetterError> {
    let letter = MultiPart::alternative()
        .boundary(boundary("alternative", &envelope.message_id))
        .singlepart(SinglePart::plain(printable(&rendered.text)))
        .singlepart(html_part(&rendered.html));
    if envelope.attachments.is_empty() {
        return Ok(letter);
    }
    let pdf = ContentType::parse("application/pdf").map_err(|e| LetterError::Mail {
        what: "the type",
        value: "application/pdf".to_owned(),
        why: e.to_string(),
    })?;
    let mut mixed = MultiPart::mixed().boundary(boundary("mixed", &envelope.message_id)).multipart(letter);
    for attachment in &envelope.attachments {
        // Always base64: lettre would send a PDF that happens to be ASCII as it is, bare line feeds and NULs included.
        let bytes =
            Body::new_with_encoding(attachment.bytes.clone(), ContentTransferEncoding::Base64).map_err(|_| {
                LetterError::Mail {
                    what: "the attachment",
                    value: attachment.name.clone(),
                    why: "base64 failed".to_owned(),
                }
            })?;
        let part = MailAttachment::new(file_name(&attachment.name)?).body(bytes, pdf.clone());
        mixed = mixed.singlepart(part);
    }
    Ok(mixed)
}

/// The last part of a path, as one line.
fn file_name(name: &str) -> Result<String, LetterError> {
    let last = clean(name.rsplit(['/', '\\']).next().unwrap_or_default()).into_owned();
    if last.is_empty() || last.chars().all(|c| c == '.') {
        let why = "an attachment needs a file name".to_owned();
        return Err(LetterError::Mail { what: "the attachment", value: name.to_owned(), why });
    }
    Ok(last)
}

/// Text without NUL and other controls that mail does not carry; line breaks and tabs stay.
fn printable(text: &str) -> String {
    text.chars().filter(|c| is_printable(*c)).collect()
}

fn is_printable(c: char) -> bool {
    !c.is_control() || matches!(c, '\n' | '\t')
}

/// The HTML part, with character references for all that is not ASCII: it travels as it is, a
/// third smaller and much cheaper than quoted-printable, in which every `=` of an attribute takes
/// three octets. A line that is too long for mail (RFC 5322, 2.1.1) leaves the choice to lettre.
fn html_part(html: &str) -> SinglePart {
    let mut out = String::with_capacity(html.len() + html.len() / 16);
    let mut line_start = 0;
    let mut longest = 0;
    for c in html.chars() {
        match c {
            '\n' => {
                longest = longest.max(out.len() - line_start);
                out.push_str("\r\n");
                line_start = out.len();
            }
            _ if !is_printable(c) => {}
            _ if c.is_ascii() => out.push(c),
            _ => out.push_str(&format!("&#{};", u32::from(c))),
        }
    }
    if longest.max(out.len() - line_start) > LONGEST_LINE {
        return SinglePart::html(out);
    }
    let body = Body::dangerous_pre_encoded(out.into_bytes(), ContentTransferEncoding::SevenBit);
    SinglePart::builder().header(ContentType::TEXT_HTML).body(body)
}

/// Octets of a line that every relay takes (RFC 5322, 2.1.1).
const LONGEST_LINE: usize = 998;

/// A boundary from the Message-ID. 128 bits of SHA-256: no text contains it by chance.
fn boundary(kind: &str, message_id: &str) -> String {
    let hash = Sha256::digest(format!("{kind} {message_id}"));
    let hex: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("duly-{hex}")
}

/// `<left@right>`, ASCII, without blanks (RFC 5322, 3.6.4); short enough never to be folded.
fn check_id(id: &str) -> Result<(), LetterError> {
    let inner = id.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or_default();
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>');
    let halves = inner.split_once('@').is_some_and(|(left, right)| !left.is_empty() && !right.is_empty());
    if halves && inner.chars().all(plain) && inner.matches('@').count() == 1 && id.len() <= 200 {
        return Ok(());
    }
    let why = "expected <left@right> in ASCII without blanks".to_owned();
    Err(LetterError::Mail { what: "the Message-ID", value: id.to_owned(), why })
}

#[cfg(test)]
mod tests;
