//! Conversations with a relay that misbehaves in every way we know of.

#[path = "../support/smtp.rs"]
#[expect(dead_code, reason = "the relay can do more than these tests ask of it")]
mod smtp;

mod fence;
mod handshake;
mod outcomes;
mod pipelining;
mod reuse;

use std::time::{Duration, Instant};

use duly::delivery::smtp::{Conversation, Deadlines, Fence, Outcome, Relay, Tls};
use lettre::Address;
use smtp::{Script, Server};

/// The deadline of every stage in these tests.
const LIMIT: Duration = Duration::from_millis(700);

const MESSAGE: &[u8] = b"Subject: first\r\n\r\nHello\r\n";
const OTHER: &[u8] = b"Subject: second\r\n\r\nHello again\r\n";

/// More than the buffers of both sides hold, so that the relay can stop reading before the dot has left.
fn large() -> Vec<u8> {
    b"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd\r\n".repeat(500_000)
}

fn relay(server: &Server) -> Relay {
    Relay {
        host: server.address.ip().to_string(),
        port: server.address.port(),
        tls: Tls::None,
        credentials: None,
        hello: "duly.example".to_owned(),
        deadlines: Deadlines {
            connect: LIMIT,
            greeting: LIMIT,
            hello: LIMIT,
            tls: LIMIT,
            auth: LIMIT,
            mail: LIMIT,
            recipient: LIMIT,
            data: LIMIT,
            block: LIMIT,
            dot: LIMIT,
        },
        extra_roots: Vec::new(),
    }
}

fn address(text: &str) -> Address {
    text.parse().unwrap()
}

/// The fence of a fresh intent: it must not be asked.
fn unasked() -> Fence<impl Future<Output = Result<(), String>>> {
    Fence::new(Instant::now(), async { panic!("asked although all went quickly") })
}

async fn send(conversation: &mut Conversation, message: &[u8]) -> Outcome {
    send_behind(conversation, message, unasked()).await
}

async fn send_behind(
    conversation: &mut Conversation,
    message: &[u8],
    fence: Fence<impl Future<Output = Result<(), String>>>,
) -> Outcome {
    conversation.send(&address("billing@seller.example"), &address("pay@buyer.example"), message, fence).await
}

/// Opens a conversation and sends one message; the conversation is there if it could be opened.
async fn first(relay: &Relay, message: &[u8]) -> (Outcome, Option<Conversation>) {
    match Conversation::open(relay).await {
        Ok(mut conversation) => (send(&mut conversation, message).await, Some(conversation)),
        Err(outcome) => (outcome, None),
    }
}

/// Sends `MESSAGE` to a relay that follows `script`, and expects an outcome that reads like this.
async fn expect(script: Script, expected: &str) -> Server {
    let server = Server::start(script).await;
    let (outcome, _) = first(&relay(&server), MESSAGE).await;
    assert!(outcome.to_string().starts_with(expected), "{outcome}, not: {expected}");
    server
}
