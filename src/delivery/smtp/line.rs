//! Commands and answers: lettre's connection with our deadlines and our reading of codes.

use std::{fmt, time::Duration};

use lettre::transport::smtp::{Error, client::AsyncSmtpConnection, extension::ClientId, response::Response};
use tokio::time::timeout;

use super::{
    outcome::{Enhanced, Outcome, Stage, clean},
    wire::Wire,
};

/// The relay's answer to one command, whatever its code.
#[derive(Debug)]
pub(super) struct Answer {
    pub code: u16,
    pub lines: Vec<String>,
}

impl Answer {
    /// A clear no: 4xx or 5xx.
    pub fn negative(&self) -> bool {
        (400..600).contains(&self.code)
    }

    /// All lines as one, safe to show.
    pub fn text(&self) -> String {
        clean(&self.lines.join(" "))
    }

    /// What an answer means that is not the hoped-for one, as long as the message has not been sent.
    ///
    /// lettre counts every 2xx and 3xx as success; here another code than the one expected is no success and no refusal.
    pub fn verdict(&self, stage: Stage) -> Outcome {
        let (code, text) = (self.code, self.text());
        let enhanced = text.split(' ').next().and_then(|word| word.parse::<Enhanced>().ok());
        match code / 100 {
            4 => Outcome::Deferred { stage, code, enhanced, text },
            5 => Outcome::Refused { stage, code, enhanced, text },
            _ => Outcome::NotSent { stage, reason: format!("unexpected reply: {code} {text}") },
        }
    }
}

impl From<Response> for Answer {
    fn from(response: Response) -> Self {
        Self { code: response.code().into(), lines: response.message().map(str::to_owned).collect() }
    }
}

/// A connection that can be asked.
pub(super) struct Line {
    smtp: AsyncSmtpConnection,
    pub wire: Wire,
}

impl Line {
    /// A line that is not connected yet: attach a stream to its wire.
    pub async fn rehearsed(hello: &ClientId) -> Result<Self, String> {
        let wire = Wire::rehearsing();
        let connection = AsyncSmtpConnection::connect_with_transport(Box::new(wire.clone()), hello);
        Ok(Self { smtp: connection.await.map_err(|error| trouble(&error))?, wire })
    }

    /// Sends a command (or several at once) and reads one answer. `Err` says in words why there is none.
    pub async fn ask(&mut self, command: impl fmt::Display, limit: Duration) -> Result<Answer, String> {
        answer_within(limit, self.smtp.command(command)).await
    }

    /// Reads one more answer.
    pub async fn answer(&mut self, limit: Duration) -> Result<Answer, String> {
        answer_within(limit, self.smtp.read_response()).await
    }
}

async fn answer_within(limit: Duration, work: impl Future<Output = Result<Response, Error>>) -> Result<Answer, String> {
    match timeout(limit, work).await {
        Ok(Ok(response)) => Ok(response.into()),
        Ok(Err(error)) => match error.status() {
            Some(code) => Ok(Answer { code: code.into(), lines: vec![source(&error)] }),
            None => Err(trouble(&error)),
        },
        Err(_) => Err(format!("no whole reply within {limit:?}")),
    }
}

/// The text that came with an error; for a 4xx or 5xx that is the relay's.
fn source(error: &Error) -> String {
    std::error::Error::source(error).map(ToString::to_string).unwrap_or_default()
}

fn trouble(error: &Error) -> String {
    match (error.is_response(), source(error)) {
        (true, text) if text == "incomplete response" => "the relay hung up before a whole reply".to_owned(),
        (true, text) => clean(&format!("the reply makes no sense: {text}")),
        (false, text) => clean(&format!("the connection failed: {text}")),
    }
}

/// A received line without its LF, in the form lettre's parser needs: valid UTF-8, CRLF at the end, and a space after a
/// code that stands alone, which RFC 5321 section 4.2 tells clients to accept. What is odd in form but clear in meaning
/// should not end in doubt.
pub(super) fn tidy(line: &[u8]) -> Vec<u8> {
    let mut text = String::from_utf8_lossy(line).replace('\r', "");
    if text.len() == 3 {
        text.push(' ');
    }
    text.push_str("\r\n");
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_tidied() {
        for (line, expected) in [
            (&b"250 ok\r"[..], "250 ok\r\n"),
            (b"250", "250 \r\n"),
            (b"250-a", "250-a\r\n"),
            (b"5\xe4", "5\u{fffd}\r\n"),
        ] {
            assert_eq!(String::from_utf8_lossy(&tidy(line)), expected);
        }
    }

    #[test]
    fn only_4xx_and_5xx_are_clear() {
        let verdict = |code| Answer { code, lines: vec!["5.1.1 who?".into()] }.verdict(Stage::Recipient);
        assert!(matches!(verdict(450), Outcome::Deferred { code: 450, .. }));
        assert!(matches!(verdict(550), Outcome::Refused { enhanced: Some(Enhanced { subject: 1, .. }), .. }));
        for code in [200, 250, 354] {
            assert!(matches!(verdict(code), Outcome::NotSent { stage: Stage::Recipient, .. }));
        }
    }
}
