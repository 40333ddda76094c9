//! What can go wrong, in sentences that say what to do.

/// Letters of a server's words that are shown.
const SHOWN: usize = 300;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImapError {
    #[error("{0}; check `inbox.imap.host`, `port` and `tls`")]
    Unreachable(String),
    #[error("the mail server does not let `{user}` in: {answer}; check `inbox.imap.user` and its password")]
    Login { user: String, answer: String },
    #[error("the folder `{folder}` cannot be opened: {answer}; check `inbox.imap.folder`")]
    Folder { folder: String, answer: String },
    /// Places from before mean nothing any more.
    #[error("the folder was made anew: its UIDVALIDITY was {was} and is {is}; open it again")]
    Renumbered { was: u32, is: u32 },
    /// The server refused one command; the conversation can go on.
    #[error("the mail server refuses {command}: {answer}")]
    Refused { command: &'static str, answer: String },
    #[error("the conversation with the mail server ended at {at}: {reason}; it is opened again")]
    Cut { at: &'static str, reason: String },
}

impl ImapError {
    /// Whether the mailbox must be opened again.
    pub fn is_final(&self) -> bool {
        !matches!(self, Self::Refused { .. })
    }
}

/// A server's words, or an error that may hold them: one line, and not long.
pub(super) fn shown(words: &str) -> String {
    let words = words.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    let mut text: String = words.take(SHOWN + 1).collect();
    if text.chars().count() > SHOWN {
        text.pop();
        text.push('…');
    }
    text.trim().to_owned()
}
