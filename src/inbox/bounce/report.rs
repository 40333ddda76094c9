//! Reports about deliveries in fields (RFC 3464, with the original recipient of RFC 3461).

use super::super::fields::{Fields, is_address};

/// What a report says about one recipient.
#[derive(Debug, Clone, Default)]
pub(super) struct Told {
    /// As it was written to, or else as the server knows it.
    pub recipient: Option<String>,
    pub action: Action,
    /// The status field with its comment.
    pub status: String,
    /// What the other server said.
    pub diagnostic: String,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Action {
    #[default]
    Failed,
    Delayed,
    /// Delivered, relayed or expanded.
    Done,
}

/// Recipients that are read of one report.
const RECIPIENTS: usize = 20;

/// The recipients of a report: groups of fields with empty lines between. Reports also stand in plain text.
pub(super) fn read(text: &str) -> Vec<Told> {
    let mut rest = text.as_bytes();
    let mut found = Vec::new();
    while !rest.is_empty() && found.len() < RECIPIENTS {
        let (fields, after) = Fields::split(rest);
        rest = after;
        found.extend(told(&fields));
    }
    found
}

fn told(fields: &Fields) -> Option<Told> {
    let address = |name| fields.get(name).and_then(address);
    let named = ["original-recipient", "final-recipient"].into_iter().any(|name| fields.get(name).is_some());
    let says = ["action", "status", "diagnostic-code"].into_iter().any(|name| fields.get(name).is_some());
    if !named || !says {
        return None;
    }
    let status = fields.get("status").unwrap_or_default();
    let action = match fields.get("action").unwrap_or_default().to_ascii_lowercase().as_str() {
        action if action.starts_with("delayed") => Action::Delayed,
        action if ["delivered", "relayed", "expanded"].iter().any(|done| action.starts_with(done)) => Action::Done,
        _ if status.starts_with('2') => Action::Done,
        _ => Action::Failed,
    };
    Some(Told {
        recipient: address("original-recipient").or_else(|| address("final-recipient")),
        action,
        status: status.to_owned(),
        diagnostic: diagnostic(fields.get("diagnostic-code").unwrap_or_default()).to_owned(),
    })
}

/// `rfc822;a@b.test`, also with brackets, a route before it, or a command around it.
fn address(value: &str) -> Option<String> {
    let value = value.split_once(';').map_or(value, |(_, address)| address);
    let trimmed = value.split_whitespace().map(|word| word.trim_matches(['<', '>', '"', ',']));
    let routed = trimmed.map(|word| match word.strip_prefix('@') {
        Some(route) => route.split_once(':').map_or("", |(_, address)| address),
        None => word,
    });
    routed.into_iter().find(|word| is_address(word)).map(str::to_owned)
}

/// Some servers wrap the other's reply in a status of their own: `5.1.0 - Unknown address error 550-'5.2.2 …'`.
fn diagnostic(value: &str) -> &str {
    let inner = value.split_once(" error ").map(|(_, inner)| inner);
    inner.filter(|inner| inner.len() > 5 && inner[..3.min(inner.len())].parse::<u16>().is_ok()).unwrap_or(value)
}
