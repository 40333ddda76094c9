//! What the relay offers in answer to EHLO, and whether that is enough for a message.

use lettre::Address;

use super::{
    body::Body,
    line::Answer,
    outcome::{Enhanced, Outcome, Stage},
};

/// The extensions that matter here.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Offers {
    /// RFC 2920.
    pub pipelining: bool,
    /// RFC 1870: announced, with the limit in octets if there is a fixed one.
    pub size: Option<Option<usize>>,
    /// RFC 6152.
    pub eight_bit: bool,
    /// RFC 6531.
    pub utf8: bool,
    /// RFC 3207.
    pub starttls: bool,
    /// RFC 4616 in RFC 4954.
    pub auth_plain: bool,
    pub auth_login: bool,
}

impl Offers {
    /// Reads the keywords; the first line is the relay's name.
    pub fn of(answer: &Answer) -> Self {
        let mut offers = Self::default();
        for line in answer.lines.iter().skip(1) {
            let line = line.to_ascii_uppercase();
            let mut words = line.split_whitespace();
            match words.next() {
                Some("PIPELINING") => offers.pipelining = true,
                Some("SIZE") => offers.size = Some(words.next().and_then(|n| n.parse().ok()).filter(|n| *n > 0)),
                Some("8BITMIME") => offers.eight_bit = true,
                Some("SMTPUTF8") => offers.utf8 = true,
                Some("STARTTLS") => offers.starttls = true,
                Some("AUTH") => {
                    for mechanism in words {
                        offers.auth_plain |= mechanism == "PLAIN";
                        offers.auth_login |= mechanism == "LOGIN";
                    }
                }
                _ => {}
            }
        }
        offers
    }

    /// Why this relay cannot take the message, known without asking it.
    pub fn objection(&self, from: &Address, to: &Address, body: &Body) -> Option<Outcome> {
        let not_sent = |stage, reason: &str| Some(Outcome::NotSent { stage, reason: reason.to_owned() });
        for (stage, address) in [(Stage::MailFrom, from), (Stage::Recipient, to)] {
            let address: &str = address.as_ref();
            if address.chars().any(char::is_control) {
                return not_sent(stage, "the address contains control characters");
            }
            if !address.is_ascii() && !self.utf8 {
                return not_sent(stage, "the address is not ASCII and the relay does not offer SMTPUTF8");
            }
        }
        if !body.ascii && !self.eight_bit {
            return not_sent(Stage::MailFrom, "the message is not ASCII and the relay does not offer 8BITMIME");
        }
        let limit = self.size.flatten().filter(|limit| body.size > *limit)?;
        let text = format!("local check: the message has {} octets, the relay takes {limit}", body.size);
        let enhanced = Some(Enhanced { class: 5, subject: 3, detail: 4 });
        Some(Outcome::Refused { stage: Stage::MailFrom, code: 552, enhanced, text })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offers(lines: &[&str]) -> Offers {
        Offers::of(&Answer { code: 250, lines: lines.iter().map(|line| line.to_string()).collect() })
    }

    #[test]
    fn keywords_are_read_in_any_case_and_not_from_the_first_line() {
        assert_eq!(offers(&["PIPELINING", "XFOO", ""]), Offers::default());
        let all = offers(&["mx", "Pipelining", "size 99", "8BITMIME", "SMTPUTF8", "STARTTLS", "AUTH LOGIN plain"]);
        assert!(all.pipelining && all.eight_bit && all.utf8 && all.starttls && all.auth_plain && all.auth_login);
        assert_eq!(all.size, Some(Some(99)));
        assert_eq!(offers(&["mx", "SIZE 0"]).size, Some(None));
        assert_eq!(offers(&["mx", "SIZE"]).size, Some(None));
    }
}
