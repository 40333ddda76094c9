//! Mails that say that a mail could not be delivered.
//!
//! What is known best comes first: the signed envelope sender names the notice, the fields of a report (RFC 3464)
//! name the recipient and the codes, and words are read where there are none.

mod codes;
mod phrases;
mod prose;
mod reason;
mod report;
mod words;

use super::{fields::Fields, message::Message, says};

use prose::Block;
pub use reason::{Reason, Status};
use reason::{Signs, Step};
use report::{Action, Told};

/// One recipient whom a mail did not reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// As the report names it.
    pub recipient: Option<String>,
    pub status: Option<Status>,
    /// The SMTP reply of the server that refused.
    pub reply: Option<u16>,
    pub reason: Reason,
    /// The address can be given up.
    pub hard: bool,
    /// It is still being tried.
    pub delayed: bool,
    /// What was said, shortened, for people to read.
    pub diagnostic: String,
}

/// What a mail says about deliveries.
pub(super) enum Verdict {
    /// At least one failed or waits.
    Failed(Vec<Failure>),
    /// All went well.
    Delivered,
    /// It is no such report.
    Other,
}

/// Characters of a diagnostic that are kept.
const DIAGNOSTIC: usize = 500;

/// Reads the report. `signed`: it came to a signed bounce address.
pub(super) fn read(mail: &Message, signed: bool) -> Verdict {
    if !is_report(mail, signed) {
        return Verdict::Other;
    }
    let prose = prose::report(&mail.text);
    let mut told: Vec<Told> = mail.own().flat_map(|part| report::read(&part.text)).collect();
    if told.is_empty() {
        // A gateway may wrap the report of another server.
        let inner = mail.parts.iter().filter(|part| part.returned && part.kind == "message/delivery-status");
        told = inner.flat_map(|part| report::read(&part.text)).collect();
    }
    if !told.is_empty() {
        let blocks = prose::blocks(prose);
        let failed: Vec<&Told> = told.iter().filter(|told| told.action != Action::Done).collect();
        if failed.is_empty() {
            return Verdict::Delivered;
        }
        return Verdict::Failed(failed.into_iter().map(|told| from_fields(told, prose, &blocks)).collect());
    }
    Verdict::Failed(from_prose(mail, prose))
}

/// Whether it is a report about a delivery: by its form, or by its sender together with its words.
fn is_report(mail: &Message, signed: bool) -> bool {
    let fields = &mail.fields;
    let report = mail.content.report.as_deref() == Some("delivery-status");
    if report || fields.get("x-failed-recipients").is_some() {
        return true;
    }
    let (daemon, nobody) = (says::from_daemon(fields), says::from_nobody(fields));
    if mail.has("message/delivery-status") && (daemon || nobody) {
        return true;
    }
    let subject = says::undelivered(&fields.text("subject"));
    let said = || says::undelivered(prose::report(&mail.text));
    if daemon {
        return nobody || subject || said();
    }
    // Answers of people who are away come from nobody too, and say that something is delayed; they return no mail.
    nobody && !says::is_answer(fields) && (subject || signed || (mail.returned().next().is_some() && said()))
}

/// From the fields, with the words about this recipient to tell what fields do not.
fn from_fields(told: &Told, prose: &str, blocks: &[Block]) -> Failure {
    let same = |address: &str| told.recipient.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(address));
    let about = blocks.iter().find(|block| same(&block.recipient)).map_or(prose, |block| &block.said);
    // Without a diagnosis the prose is all there is.
    let said = if told.diagnostic.is_empty() { about } else { &told.diagnostic };
    let field = codes::status(&told.status);
    let status = codes::status(said).filter(|code| !code.is_vague()).or(field);
    let context = format!("{}\n{}\n{about}", told.diagnostic, told.status);
    let (words, certain) = words::reason(said);
    let signs = Signs {
        words,
        certain,
        status,
        // Without a diagnosis only a transcript has another server's reply.
        reply: if told.diagnostic.is_empty() { codes::answer(said) } else { codes::reply(said) },
        step: step(&context, prose, told.recipient.as_deref()),
        delayed: told.action == Action::Delayed,
    };
    failure(told.recipient.clone(), signs, said)
}

/// From words alone.
fn from_prose(mail: &Message, prose: &str) -> Vec<Failure> {
    let delayed = says::only_delayed(&mail.fields.text("subject"), prose);
    let judged = |recipient: Option<String>, said: &str| {
        let (words, certain) = words::reason(said);
        let signs = Signs {
            words,
            certain,
            status: codes::status(said),
            reply: codes::reply(said),
            step: step(said, prose, recipient.as_deref()),
            delayed,
        };
        failure(recipient, signs, said)
    };
    let named: Vec<String> = mail.fields.addresses("x-failed-recipients").into_iter().map(|(_, at)| at).collect();
    let blocks = prose::blocks(prose);
    match (named.as_slice(), blocks.as_slice()) {
        ([one], _) => {
            let block = blocks.iter().find(|block| block.recipient.eq_ignore_ascii_case(one));
            vec![judged(Some(one.clone()), block.map_or(prose, |block| &block.said))]
        }
        (_, [one]) => vec![judged(Some(one.recipient.clone()), prose)],
        (_, []) => vec![judged(prose::any_address(prose, &senders(&mail.fields)), prose)],
        (_, several) => several.iter().map(|block| judged(Some(block.recipient.clone()), &block.said)).collect(),
    }
}

fn step(about: &str, prose: &str, recipient: Option<&str>) -> Option<Step> {
    words::step(about, recipient).or_else(|| words::step(prose, recipient))
}

fn failure(recipient: Option<String>, signs: Signs, said: &str) -> Failure {
    let diagnostic: Vec<&str> = said.split_whitespace().take(200).collect();
    Failure {
        recipient,
        status: signs.status,
        reply: signs.reply,
        reason: signs.reason(),
        hard: signs.is_hard(),
        delayed: signs.delayed,
        diagnostic: diagnostic.join(" ").chars().take(DIAGNOSTIC).collect(),
    }
}

fn senders(fields: &Fields) -> Vec<String> {
    ["from", "reply-to", "to"].iter().flat_map(|name| fields.addresses(name)).map(|(_, address)| address).collect()
}
