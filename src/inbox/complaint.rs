//! Feedback reports: somebody pressed "this is spam" (RFC 5965), or an authentication failed (RFC 6591).

use super::{fields::Fields, message::Message};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feedback {
    Abuse,
    Fraud,
    Virus,
    /// The recipient wants no more.
    OptOut,
    NotSpam,
    /// About our SPF, DKIM or DMARC; nobody complained.
    AuthFailure,
    Other,
}

/// What the provider says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Report {
    pub feedback: Feedback,
    /// Whose complaint it is, where the provider tells.
    pub recipient: Option<String>,
}

pub(super) fn read(mail: &Message) -> Option<Report> {
    let report = mail.content.report.as_deref() == Some("feedback-report");
    let part = mail.own().find(|part| part.kind == "message/feedback-report");
    if !report && part.is_none() {
        return by_subject(mail);
    }
    let read = |text: &str| Fields::split(text.trim_start().as_bytes()).0;
    let told = part.map(|part| &part.text).or_else(|| mail.own().map(|part| &part.text).find(|text| names_type(text)));
    let fields = told.map(|text| read(text)).unwrap_or_default();
    let address = |name| fields.addresses(name).into_iter().next().map(|(_, address)| address);
    Some(Report {
        feedback: feedback(fields.get("feedback-type").unwrap_or_default()),
        recipient: address("original-rcpt-to").or_else(|| address("removal-recipient")),
    })
}

fn names_type(text: &str) -> bool {
    text.lines().take(20).any(|line| line.to_ascii_lowercase().starts_with("feedback-type:"))
}

/// Some providers return the message alone, with nothing but a subject.
fn by_subject(mail: &Message) -> Option<Report> {
    let subject = mail.fields.text("subject").to_lowercase();
    let alone = subject.starts_with("complaint about message from") && mail.returned().next().is_some();
    let recipient = |fields: &Fields| fields.addresses("x-hmxmroriginalrecipient").into_iter().next();
    alone.then(|| Report {
        feedback: Feedback::Abuse,
        recipient: mail.returned().find_map(recipient).map(|(_, address)| address),
    })
}

fn feedback(told: &str) -> Feedback {
    match told.trim().to_ascii_lowercase().as_str() {
        "abuse" => Feedback::Abuse,
        "fraud" => Feedback::Fraud,
        "virus" => Feedback::Virus,
        "opt-out" | "opt-out-list" => Feedback::OptOut,
        "not-spam" => Feedback::NotSpam,
        "auth-failure" | "dmarc" => Feedback::AuthFailure,
        _ => Feedback::Other,
    }
}
