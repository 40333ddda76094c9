//! One mail that a person waits for: one conversation, one outcome, and nothing is tried again by itself.

use std::time::Instant;

use lettre::Address;

use super::{
    judge::Fault,
    smtp::Fence,
    target::{Line, Target},
};
use crate::domain::notice::Attempt;

/// An open way to the target; nothing has been said about a message yet.
pub struct Way<'t>(Line<'t>);

/// A mail with its envelope.
#[derive(Debug)]
pub struct Outgoing<'a> {
    pub from: &'a str,
    pub to: &'a str,
    /// Of the file, where the target is a folder.
    pub name: &'a str,
    pub bytes: &'a [u8],
}

impl<'t> Way<'t> {
    /// Reaches the target, or says why that is not possible.
    pub async fn to(target: &'t Target) -> Result<Self, String> {
        let mut line = target.line();
        match line.open().await {
            Ok(()) => Ok(Self(line)),
            Err(Fault::Settings { why, .. } | Fault::Trouble(why)) => Err(why),
        }
    }

    /// Sends one mail, whose intent must be durable, and ends the conversation. `still` is asked before the final dot
    /// when that took long.
    pub async fn send(
        mut self,
        mail: &Outgoing<'_>,
        since: Instant,
        still: impl Future<Output = Result<(), String>>,
    ) -> Attempt {
        let (Ok(from), Ok(to)) = (mail.from.parse::<Address>(), mail.to.parse::<Address>()) else {
            return Attempt::AddressRefused { reply: "this is not an email address".to_owned() };
        };
        let sent = self.0.send((&from, &to), mail.name, mail.bytes, Fence::new(since, still)).await;
        self.0.close().await;
        match (sent.attempt, sent.fault) {
            // It says what to mend.
            (Attempt::Misconfigured { .. }, Some(Fault::Settings { why, .. })) => Attempt::Misconfigured { reply: why },
            (attempt, _) => attempt,
        }
    }
}
