//! AUTH PLAIN and AUTH LOGIN (RFC 4954). The password appears in no text that leaves this file.

use std::{io, net::SocketAddr};

use lettre::transport::smtp::{
    authentication::{Credentials, Mechanism},
    client::AsyncTokioStream,
    commands::Auth,
    response::{Category, Code, Detail, Response, Severity},
};
use secrecy::{ExposeSecret, SecretString};

use super::{
    hello::Offers,
    line::{Answer, Line},
    outcome::{Outcome, Stage},
    relay::Relay,
};

/// Logs in, if the relay is configured with credentials.
pub(super) async fn authenticate(relay: &Relay, line: &mut Line, offers: &Offers) -> Result<(), Outcome> {
    let Some((user, password)) = &relay.credentials else { return Ok(()) };
    if !line.wire.encrypted() && !is_loopback(line.wire.peer_addr()) {
        return Err(not_sent("credentials are not sent without TLS, save to a loopback address"));
    }
    let mechanism = match (offers.auth_plain, offers.auth_login) {
        (true, _) => Mechanism::Plain,
        (false, true) => Mechanism::Login,
        (false, false) => return Err(not_sent("the relay offers neither AUTH PLAIN nor AUTH LOGIN")),
    };
    let credentials = Credentials::new(user.clone(), password.expose_secret().to_owned());
    let mut sent = Vec::new();
    let mut next = Auth::new(mechanism, credentials.clone(), None);
    // LOGIN asks for the name and then for the password; more questions than that are not answered.
    for _ in 0..3 {
        let command = next.map_err(|_| not_sent("the relay's challenge cannot be answered"))?.to_string();
        sent.extend(command.split_whitespace().next_back().filter(|word| *word != "LOGIN").map(str::to_owned));
        let answer = line.ask(&command, relay.deadlines.auth).await.map_err(|reason| {
            let answer = withhold(Answer { code: 0, lines: vec![reason] }, &sent, password);
            not_sent(&answer.text())
        })?;
        match answer.code {
            235 => return Ok(()),
            334 => next = Auth::new_from_response(mechanism, credentials.clone(), &challenge(&answer)),
            _ => return Err(withhold(answer, &sent, password).verdict(Stage::Auth)),
        }
    }
    Err(not_sent("the relay asks for more than a name and a password"))
}

fn not_sent(reason: &str) -> Outcome {
    Outcome::NotSent { stage: Stage::Auth, reason: reason.to_owned() }
}

fn is_loopback(peer: io::Result<SocketAddr>) -> bool {
    peer.is_ok_and(|address| address.ip().to_canonical().is_loopback())
}

/// A 334 in lettre's terms.
fn challenge(answer: &Answer) -> Response {
    let code =
        Code { severity: Severity::PositiveIntermediate, category: Category::Unspecified3, detail: Detail::Four };
    Response::new(code, answer.lines.clone())
}

/// Drops the relay's text if it repeats what was sent: some servers echo the line they did not like.
fn withhold(answer: Answer, sent: &[String], password: &SecretString) -> Answer {
    let text = answer.lines.join(" ");
    let password = password.expose_secret();
    let echoes = sent.iter().any(|token| text.contains(token.as_str()));
    if !echoes && (password.is_empty() || !text.contains(password)) {
        return answer;
    }
    Answer { code: answer.code, lines: vec!["(text withheld: it repeats the credentials)".to_owned()] }
}
