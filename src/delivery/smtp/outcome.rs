//! How the sending of one message ended.

use std::{fmt, str::FromStr};

/// The step of the conversation in which something happened, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    Connect,
    Greeting,
    Hello,
    Tls,
    Auth,
    MailFrom,
    Recipient,
    Data,
    Body,
    /// From the first byte of the terminator `CRLF.CRLF` to the reply.
    Dot,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connect",
            Self::Greeting => "greeting",
            Self::Hello => "EHLO",
            Self::Tls => "TLS",
            Self::Auth => "AUTH",
            Self::MailFrom => "MAIL FROM",
            Self::Recipient => "RCPT TO",
            Self::Data => "DATA",
            Self::Body => "message",
            Self::Dot => "final dot",
        })
    }
}

/// Enhanced status code, such as `5.1.1` (RFC 3463).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Enhanced {
    pub class: u8,
    pub subject: u16,
    pub detail: u16,
}

impl fmt::Display for Enhanced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

impl FromStr for Enhanced {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let digits = |part: &str| part.len() <= 3 && part.bytes().all(|b| b.is_ascii_digit());
        let mut parts = text.split('.').filter(|part| digits(part)).map(str::parse::<u16>);
        let (Some(Ok(class @ (2 | 4 | 5))), Some(Ok(subject)), Some(Ok(detail)), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(());
        };
        if text.split('.').count() != 3 {
            return Err(());
        }
        Ok(Self { class: class as u8, subject, detail })
    }
}

/// What became of a message, or of the attempt to open a conversation.
///
/// Texts of the relay are free of control characters and at most 500 characters long.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Outcome {
    /// `250` after the final dot, and nothing else: the relay has taken responsibility (RFC 5321 section 4.2.5).
    Accepted { reply: String },
    /// A clear 4xx: the relay did not take the message; trying again later is safe.
    Deferred { stage: Stage, code: u16, enhanced: Option<Enhanced>, text: String },
    /// A clear 5xx: the relay did not take the message and will not.
    Refused { stage: Stage, code: u16, enhanced: Option<Enhanced>, text: String },
    /// Trouble before the first byte of the terminator left: the relay cannot have taken the message.
    NotSent { stage: Stage, reason: String },
    /// The terminator had begun to leave and no clear 250, 4xx or 5xx came back: nobody knows (RFC 1047).
    InDoubt { reason: String },
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepted { reply } => write!(f, "accepted: {reply}"),
            Self::Deferred { stage, code, text, .. } => write!(f, "deferred at {stage}: {code} {text}"),
            Self::Refused { stage, code, text, .. } => write!(f, "refused at {stage}: {code} {text}"),
            Self::NotSent { stage, reason } => write!(f, "not sent, at {stage}: {reason}"),
            Self::InDoubt { reason } => write!(f, "in doubt: {reason}"),
        }
    }
}

/// Longest text of a relay that is kept, in characters.
const TEXT_CHARS_MAX: usize = 500;

/// Makes a foreign text safe for logs, terminals and pages: no control characters, nothing that turns the writing
/// direction, not too long.
pub(super) fn clean(text: &str) -> String {
    let hostile = |c: char| {
        c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.trim().chars().take(TEXT_CHARS_MAX).map(|c| if hostile(c) { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enhanced_codes_are_read_strictly() {
        assert_eq!("5.1.1".parse(), Ok(Enhanced { class: 5, subject: 1, detail: 1 }));
        assert_eq!("4.7.650".parse::<Enhanced>().map(|e| e.to_string()), Ok("4.7.650".to_owned()));
        for bad in ["3.1.1", "5.1", "5.1.1.1", "5.x.1", "5..1", "5.1.1000", "+5.1.1", "", "5.1.1x", "x.5.1.1"] {
            assert_eq!(bad.parse::<Enhanced>(), Err(()), "{bad}");
        }
    }

    #[test]
    fn foreign_text_is_cleaned_and_cut() {
        assert_eq!(clean("a\r\n\x1b[31mb\u{202e}c "), "a   [31mb c");
        assert_eq!(clean(&"é".repeat(900)).chars().count(), 500);
    }
}
