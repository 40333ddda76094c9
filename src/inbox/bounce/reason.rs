//! Why a delivery failed, and whether the address is to be given up.

/// Why, as the servers told it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// There is no such mailbox.
    UnknownUser,
    /// There is no such domain.
    UnknownHost,
    /// The domain takes no mail.
    NoMailServer,
    /// The mailbox moved or ended.
    Moved,
    /// The mailbox exists but is switched off.
    Disabled,
    MailboxFull,
    TooLarge,
    /// What the mail says, or carries, is not wanted.
    Content,
    /// The sender's address or domain is not wanted.
    Sender,
    /// SPF, DKIM or DMARC.
    Authentication,
    /// Reputation of the sending server, or a rule of the receiving one.
    Policy,
    TooMany,
    /// It was tried for too long.
    Expired,
    Network,
    /// Trouble within a server.
    System,
    /// Refused without a reason that is known.
    Refused,
    Unknown,
}

impl Reason {
    /// Whether such an address can never take mail again.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::UnknownUser | Self::UnknownHost | Self::NoMailServer | Self::Moved)
    }
}

/// Where in the conversation the refusal was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Before the recipient was named: it cannot be about the recipient.
    Before,
    Recipient,
    /// After the recipient had been accepted.
    Data,
}

/// What is known about one failure.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signs {
    /// The reason that the words tell.
    pub words: Option<Reason>,
    /// The words deny the account as such, in a sentence that means nothing else.
    pub certain: bool,
    /// RFC 3463, `5.1.1`.
    pub status: Option<Status>,
    /// RFC 5321, `550`.
    pub reply: Option<u16>,
    pub step: Option<Step>,
    /// It is said to be tried again.
    pub delayed: bool,
}

/// An enhanced status code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    pub class: u8,
    pub subject: u16,
    pub detail: u16,
}

impl Status {
    /// The code says no more than that it failed.
    pub const fn is_vague(self) -> bool {
        self.detail == 0
    }

    /// What the code says by itself (RFC 3463, and Exchange's 5.1.10 and 5.1.351).
    const fn reason(self) -> Option<Reason> {
        Some(match (self.subject, self.detail) {
            (1, 1 | 3 | 10 | 351) => Reason::UnknownUser,
            (1, 2) => Reason::UnknownHost,
            (1, 6) => Reason::Moved,
            (1, 7 | 8) => Reason::Sender,
            (1, 9) | (4, 1..=6) => Reason::Network,
            (2, 1) => Reason::Disabled,
            (2, 2) => Reason::MailboxFull,
            (2, 3) | (3, 4) => Reason::TooLarge,
            (4, 7) => Reason::Expired,
            (3, _) | (4, _) | (5, 1..=99) => Reason::System,
            (6, _) => Reason::Content,
            (7, _) => Reason::Policy,
            _ => return None,
        })
    }

    /// The code speaks of something else than a wrong address: mailbox, content, security.
    const fn contradicts(self) -> bool {
        matches!(self.subject, 2 | 6 | 7) || (self.subject == 3 && !self.is_vague())
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

impl Signs {
    /// Words tell more than codes, codes more than a bare "rejected".
    pub fn reason(&self) -> Reason {
        let code = self.status.and_then(Status::reason);
        match (self.words, code) {
            (Some(Reason::Refused), Some(code)) => code,
            (Some(Reason::Refused), None) if self.step == Some(Step::Before) => Reason::Policy,
            (Some(words), _) => words,
            (None, Some(code)) => code,
            (None, None) => Reason::Unknown,
        }
    }

    /// Whether the address is to be given up. Two of three signs must say so: words that name the reason, its exact
    /// code, and a refusal in answer to RCPT TO. Only what the reporting server knows by itself, without another
    /// server's reply, stands alone. Most 5.x.x are about the sender, the content or the moment.
    pub fn is_hard(&self) -> bool {
        let reason = self.reason();
        let passing = self.delayed
            || self.status.is_some_and(|status| status.class == 4)
            || self.reply.is_some_and(|reply| reply < 500);
        if !reason.is_final() || passing || self.step == Some(Step::Before) {
            return false;
        }
        let words = self.words == Some(reason);
        let code = self.status.and_then(Status::reason).is_some_and(Reason::is_final);
        let recipient = self.step == Some(Step::Recipient);
        if self.status.is_some_and(Status::contradicts) {
            return words && recipient;
        }
        // Whether a domain exists is found by the server that looks for it, with or without a number before it.
        let looked_up = matches!(reason, Reason::UnknownHost | Reason::NoMailServer);
        let by_itself = (self.reply.is_none() || looked_up) && self.step != Some(Step::Data);
        let two = [words, code, recipient].into_iter().filter(|sign| *sign).count() >= 2;
        two || (words && (by_itself || self.certain))
    }
}
