//! What an outcome of the conversation means: for the notice, and for all others.

use super::smtp::{Enhanced, Outcome, Stage};
use crate::domain::notice::Attempt;

/// Trouble that is not the one notice's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// Our settings are refused: what was said and what to mend, in words for a person. `alone`: it may be about
    /// the one message after all.
    Settings { why: String, alone: bool },
    /// The relay itself is in trouble.
    Trouble(String),
}

/// What became of a message, and of the way to the relay.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Sent {
    pub attempt: Attempt,
    pub fault: Option<Fault>,
}

/// A message's outcome. `usable`: the conversation can go on.
pub(super) fn judge(outcome: Outcome, usable: bool) -> Sent {
    let fault = fault(&outcome, usable);
    let text = outcome.to_string();
    let attempt = match outcome {
        Outcome::Accepted { reply } => Attempt::Accepted { reply },
        Outcome::InDoubt { .. } => Attempt::Lost { why: text },
        Outcome::Refused { .. } if matches!(fault, Some(Fault::Settings { .. })) => {
            Attempt::Misconfigured { reply: text }
        }
        Outcome::Refused { stage: Stage::Recipient, code, enhanced, .. } if of_mailbox(code, enhanced) => {
            Attempt::AddressRefused { reply: text }
        }
        Outcome::Refused { .. } => Attempt::Refused { reply: text },
        Outcome::Deferred { .. } | Outcome::NotSent { .. } => Attempt::TryLater { why: text },
    };
    Sent { attempt, fault }
}

/// The outcome of an attempt to open a conversation: no notice is at stake yet.
pub(super) fn judge_opening(outcome: &Outcome) -> Fault {
    fault(outcome, false).unwrap_or_else(|| Fault::Trouble(outcome.to_string()))
}

fn fault(outcome: &Outcome, usable: bool) -> Option<Fault> {
    match outcome {
        Outcome::Accepted { .. } => None,
        Outcome::Refused { stage, code, enhanced, text } if of_settings(*stage, *code, *enhanced, text) => {
            let why = format!("the relay refuses {} ({code} {text}): {}", refused(*stage, *code), mend(*stage, *code));
            Some(Fault::Settings { why, alone: *stage > Stage::MailFrom && *code != 530 })
        }
        // An objection of our own to one message: nothing was said to the relay.
        Outcome::NotSent { .. } if usable => None,
        // 421 closes the conversation at any stage (RFC 5321 section 3.8); 4xx to MAIL is about no recipient.
        Outcome::Deferred { stage, code, .. } if *stage <= Stage::MailFrom || *code == 421 => {
            Some(Fault::Trouble(outcome.to_string()))
        }
        Outcome::NotSent { .. } | Outcome::InDoubt { .. } => Some(Fault::Trouble(outcome.to_string())),
        Outcome::Deferred { .. } | Outcome::Refused { .. } => None,
    }
}

/// Words by which relays that give no code of their own say that it is not the mailbox: Exim's `relay not permitted`,
/// qmail's `rcpthosts`, Postfix's `Sender address rejected`, which it says at RCPT.
const NOT_THE_MAILBOX: [&str; 4] = ["relay", "authenticat", "rcpthosts", "sender address"];

/// Whether a 5xx speaks of our settings, so that every other message would be refused too.
fn of_settings(stage: Stage, code: u16, enhanced: Option<Enhanced>, text: &str) -> bool {
    let about = enhanced.map(|enhanced| (enhanced.subject, enhanced.detail));
    match (stage, about) {
        // 530: sign in, or use TLS, first (RFC 4954, RFC 3207). X.7.X is security and policy, X.1.7 and X.1.8 are
        // the sender's address (RFC 3463).
        _ if code == 530 => true,
        (_, Some((7, _) | (1, 7 | 8))) => true,
        // Too big is always the message's own matter.
        _ if code == 552 || about == Some((3, 4)) => false,
        (Stage::Connect | Stage::Greeting | Stage::Hello | Stage::Auth | Stage::MailFrom, _) => true,
        (Stage::Tls, _) => false,
        (Stage::Recipient, None | Some((0 | 1, 0))) if code != 554 => {
            let text = text.to_lowercase();
            NOT_THE_MAILBOX.iter().any(|word| text.contains(word))
        }
        // X.1.X and X.2.X are the recipient's mailbox.
        (_, about) => code == 554 && !matches!(about, Some((1 | 2, _))),
    }
}

/// RFC 3463: 5.1.x and 5.2.1 speak of the mailbox; without such a code 550, 551 and 553 do (RFC 5321).
fn of_mailbox(code: u16, enhanced: Option<Enhanced>) -> bool {
    match enhanced {
        Some(enhanced) => enhanced.subject == 1 || (enhanced.subject, enhanced.detail) == (2, 1),
        None => matches!(code, 550 | 551 | 553),
    }
}

fn refused(stage: Stage, code: u16) -> &'static str {
    match stage {
        Stage::Auth => "the sign-in",
        _ if code == 530 => "mail without sign-in or TLS",
        Stage::MailFrom => "the sender",
        Stage::Recipient | Stage::Data | Stage::Body | Stage::Dot => "our mail",
        Stage::Connect | Stage::Greeting | Stage::Hello | Stage::Tls => "this machine",
    }
}

fn mend(stage: Stage, code: u16) -> &'static str {
    match stage {
        Stage::Auth => "check `delivery.smtp.user` and the password",
        _ if code == 530 => "check `delivery.smtp.user`, the password and `delivery.smtp.tls`",
        Stage::MailFrom => "check `delivery.from` and `delivery.envelope_from`, and what this user may send as",
        Stage::Recipient | Stage::Data | Stage::Body | Stage::Dot => {
            "check with whoever runs it that it takes mail from `delivery.from` to customers (relaying, SPF, DKIM, \
             block lists, filters)"
        }
        Stage::Connect | Stage::Greeting | Stage::Hello | Stage::Tls => {
            "check `delivery.smtp.host` and `hello`, and that it lets the address of this machine in"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(stage: Stage, code: u16, text: &str) -> Outcome {
        let enhanced = text.split(' ').next().and_then(|word| word.parse().ok());
        Outcome::Refused { stage, code, enhanced, text: text.to_owned() }
    }

    #[test]
    fn what_a_refusal_speaks_of() {
        use Stage::{Auth, Data, Dot, Greeting, Hello, MailFrom, Recipient, Tls};
        // `all`: our settings, for every message; `alone`: our settings, or this message after all.
        let rows = [
            (Greeting, 554, "5.7.1 not you", "all"),
            (Greeting, 554, "no", "all"),
            (Hello, 550, "bad name", "all"),
            (Tls, 502, "5.5.1 no TLS here", "trouble"),
            (Auth, 535, "5.7.8 no", "all"),
            (Auth, 501, "what?", "all"),
            (MailFrom, 530, "5.7.0 sign in first", "all"),
            (MailFrom, 550, "5.1.8 no such domain", "all"),
            (MailFrom, 554, "no", "all"),
            (MailFrom, 552, "5.3.4 too big", "message"),
            (Recipient, 530, "sign in first", "all"),
            (Recipient, 550, "5.1.1 unknown", "address"),
            (Recipient, 550, "no such user", "address"),
            (Recipient, 554, "5.1.1 unknown", "address"),
            (Recipient, 554, "5.7.1 Relay access denied", "alone"),
            (Recipient, 554, "no", "alone"),
            (Recipient, 550, "5.7.1 blocked", "alone"),
            (Recipient, 550, "relay not permitted", "alone"),
            (Recipient, 553, "sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", "alone"),
            (Recipient, 550, "5.1.0 <a@b>: Sender address rejected: User unknown", "alone"),
            (Recipient, 550, "5.1.8 <a@b>: Sender address rejected: Domain not found", "alone"),
            (Recipient, 550, "5.1.1 cannot relay to unknown", "address"),
            (Recipient, 552, "5.2.2 mailbox full", "message"),
            (Recipient, 550, "5.2.1 disabled", "address"),
            (Data, 554, "5.5.1 no valid recipients", "alone"),
            (Data, 530, "5.7.0 sign in first", "all"),
            (Dot, 554, "5.7.1 spam", "alone"),
            (Dot, 554, "5.6.0 not like this", "alone"),
            (Dot, 554, "no", "alone"),
            (Dot, 550, "5.7.26 not signed", "alone"),
            (Dot, 552, "5.7.0 content", "alone"),
            (Dot, 554, "5.3.4 too big", "message"),
            (Dot, 552, "5.3.4 too big", "message"),
            (Dot, 554, "5.2.2 mailbox full", "message"),
            (Dot, 550, "no", "message"),
        ];
        for (stage, code, text, expected) in rows {
            let said = match (stage < Stage::MailFrom, refusal(stage, code, text)) {
                (true, outcome) => Err(judge_opening(&outcome)),
                (false, outcome) => Ok(judge(outcome, true)),
            };
            let found = match &said {
                Err(Fault::Trouble(_)) => "trouble",
                Err(Fault::Settings { alone: false, .. }) => "all",
                Ok(Sent { attempt: Attempt::Misconfigured { .. }, fault: Some(Fault::Settings { alone, .. }) }) => {
                    if *alone {
                        "alone"
                    } else {
                        "all"
                    }
                }
                Ok(Sent { attempt: Attempt::AddressRefused { .. }, fault: None }) => "address",
                Ok(Sent { attempt: Attempt::Refused { .. }, fault: None }) => "message",
                other => panic!("{stage} {code} {text}: {other:?}"),
            };
            assert_eq!(found, expected, "{stage} {code} {text}");
        }
    }

    #[test]
    fn trouble_is_the_relays_own() {
        let deferred = |stage, code| Outcome::Deferred { stage, code, enhanced: None, text: "later".to_owned() };
        let not_sent = |stage| Outcome::NotSent { stage, reason: "cut".to_owned() };
        let rows = [
            (deferred(Stage::MailFrom, 452), true, true),
            (deferred(Stage::Recipient, 450), true, false),
            (deferred(Stage::Dot, 451), true, false),
            (deferred(Stage::Recipient, 421), false, true),
            (deferred(Stage::Dot, 421), false, true),
            (not_sent(Stage::Body), false, true),
            // An objection of our own leaves the conversation as it was.
            (not_sent(Stage::Recipient), true, false),
            (Outcome::InDoubt { reason: "cut".to_owned() }, false, true),
            (Outcome::Accepted { reply: String::new() }, true, false),
        ];
        for (outcome, usable, trouble) in rows {
            let sent = judge(outcome.clone(), usable);
            assert_eq!(matches!(sent.fault, Some(Fault::Trouble(_))), trouble, "{outcome}");
            assert!(trouble || sent.fault.is_none(), "{outcome}");
        }
    }

    #[test]
    fn a_person_is_told_what_was_said_and_what_to_mend() {
        let Fault::Settings { why, .. } = judge_opening(&refusal(Stage::Auth, 535, "5.7.8 no")) else { panic!() };
        assert_eq!(why, "the relay refuses the sign-in (535 5.7.8 no): check `delivery.smtp.user` and the password");
    }
}
