//! What comes back: mails are read and sorted, nothing is done.
//!
//! Reading order: [`message`] makes a bounded list of parts of hostile octets, [`read`] decides what a mail is, the
//! readers tell what it says: [`bounce`], [`complaint`], [`automatic`]; [`clues`] tell which notice it is about.
//! Nothing of this knows a clock, a file or the database; only [`imap`] reaches out, to fetch mails. What a mail says is
//! a claim of whoever wrote it: only a signed address ([`token`]) is proof that it is about a mail of ours. Of a reply,
//! [`quote`] cuts what was written, and [`words`] says what it says.

mod automatic;
pub mod bounce;
mod clues;
mod complaint;
mod decode;
mod fields;
mod html;
pub mod imap;
mod message;
pub mod quote;
mod says;
pub mod token;
pub mod words;

use std::panic::{AssertUnwindSafe, catch_unwind};

use chrono::{DateTime, NaiveDate, Utc};

pub use automatic::Machine;
use bounce::{Failure, Verdict};
pub use clues::Clues;
pub use complaint::Feedback;
use message::Message;
use token::Verp;

/// By what our own mails and addresses are known.
#[derive(Debug, Clone, Copy)]
pub struct Ours<'a> {
    /// Domain of our Message-IDs.
    pub message_domain: &'a str,
    /// Address that notices come from.
    pub from: &'a str,
    /// The signed bounce address, if there is one.
    pub verp: Option<&'a Verp>,
}

/// What a mail is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    Bounce(Bounce),
    Complaint(Complaint),
    Automatic(Automatic),
    /// Our own notice has come back to us, by a rule or in a circle.
    Own(Letter),
    /// A person wrote it.
    Reply(Letter),
    Ignored(Ignored),
}

/// Mails that could not be delivered; at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounce {
    pub failures: Vec<Failure>,
    pub letter: Letter,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    pub feedback: Feedback,
    pub recipient: Option<String>,
    pub letter: Letter,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Automatic {
    pub machine: Machine,
    /// First day on which somebody is back.
    pub returns: Option<NaiveDate>,
    pub letter: Letter,
}

/// Why a mail is of no further interest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ignored {
    /// It has no header field.
    Unreadable,
    /// All was delivered, or read.
    Receipt,
    /// A newsletter or a mailing list.
    Bulk,
}

/// The outside of a mail, and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub from: Option<String>,
    pub name: String,
    pub date: Option<DateTime<Utc>>,
    pub subject: String,
    /// Without brackets.
    pub message_id: Option<String>,
    /// All Message-IDs of the thread, the oldest first.
    pub references: Vec<String>,
    /// Plain text, or else the HTML as text; with all that is quoted.
    pub text: String,
    pub clues: Clues,
}

/// Reads a mail. It takes bounded time and memory, whatever it is given: no more than its first megabyte is read.
pub fn read(bytes: &[u8], ours: &Ours<'_>) -> Incoming {
    // A panic in a decoder of others is one mail that cannot be read.
    catch_unwind(AssertUnwindSafe(|| sort(bytes, ours))).unwrap_or(Incoming::Ignored(Ignored::Unreadable))
}

fn sort(bytes: &[u8], ours: &Ours<'_>) -> Incoming {
    let Some(mail) = Message::read(bytes) else { return Incoming::Ignored(Ignored::Unreadable) };
    let letter = Letter::of(&mail, ours);
    if is_own(&mail, &letter, ours) {
        return Incoming::Own(letter);
    }
    if let Some(report) = complaint::read(&mail) {
        return Incoming::Complaint(Complaint { feedback: report.feedback, recipient: report.recipient, letter });
    }
    if mail.content.report.as_deref() == Some("disposition-notification") {
        return Incoming::Ignored(Ignored::Receipt);
    }
    match bounce::read(&mail, letter.clues.token.is_some()) {
        Verdict::Failed(failures) => return Incoming::Bounce(Bounce { failures, letter }),
        Verdict::Delivered => return Incoming::Ignored(Ignored::Receipt),
        Verdict::Other => {}
    }
    if let Some(machine) = automatic::read(&mail) {
        let told = letter.date.map(|date| date.date_naive());
        let returns = told.and_then(|day| {
            let subject = automatic::returns(&letter.subject, day);
            automatic::returns(&letter.text, day).or(subject)
        });
        return Incoming::Automatic(Automatic { machine, returns, letter });
    }
    match is_bulk(&mail) {
        true => Incoming::Ignored(Ignored::Bulk),
        false => Incoming::Reply(letter),
    }
}

/// A notice of ours as it left: its Message-ID, its sender and its mark that a machine wrote it. A colleague's mail
/// may share the domain and the sender, but not the mark.
fn is_own(mail: &Message, letter: &Letter, ours: &Ours<'_>) -> bool {
    let id = letter.message_id.as_deref().and_then(|id| id.rsplit_once('@'));
    let token = |local: &str| local.len() == 32 && local.bytes().all(|byte| byte.is_ascii_hexdigit());
    id.is_some_and(|(local, domain)| token(local) && domain.eq_ignore_ascii_case(ours.message_domain))
        && letter.from.as_deref().is_some_and(|from| from.eq_ignore_ascii_case(ours.from))
        && mail.fields.says("auto-submitted", "auto-generated")
}

/// To many at once, and no answer to anything.
fn is_bulk(mail: &Message) -> bool {
    let fields = &mail.fields;
    let list = ["list-id", "list-unsubscribe", "list-post"].into_iter().any(|name| fields.get(name).is_some());
    let bulk = ["bulk", "list", "junk"].into_iter().any(|word| fields.says("precedence", word));
    (list || bulk) && fields.get("in-reply-to").is_none()
}

impl Letter {
    fn of(mail: &Message, ours: &Ours<'_>) -> Self {
        let fields = &mail.fields;
        let (name, from) = fields.addresses("from").into_iter().next().unzip();
        let mut references = fields.ids("references");
        references.extend(fields.ids("in-reply-to"));
        let mut seen = std::collections::BTreeSet::new();
        references.retain(|id| seen.insert(id.clone()));
        Self {
            from,
            name: name.unwrap_or_default(),
            date: fields.date(),
            subject: fields.text("subject"),
            message_id: fields.ids("message-id").into_iter().next(),
            references,
            text: mail.text.clone(),
            clues: Clues::of(mail, ours),
        }
    }
}

#[cfg(test)]
mod tests;
