//! The question before the final dot: asked only when time has passed, and a no keeps the dot back.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use duly::delivery::smtp::{Conversation, FRESH, Fence, Relay, Tls};

use crate::{
    LIMIT, MESSAGE, OTHER, first, large, relay, send, send_behind,
    smtp::{Act::*, At::*, Identity, Script, Security, Server},
};

/// An intent that grows old within half a second from now.
fn nearly_old() -> Instant {
    Instant::now() - FRESH + Duration::from_millis(400)
}

fn old() -> Instant {
    Instant::now() - FRESH
}

/// A relay of each kind with this script: plain, pipelined, and within TLS.
async fn relays(script: impl Fn(Script) -> Script) -> Vec<(Server, Relay)> {
    let identity = Identity::valid();
    let mut made = Vec::new();
    for extensions in [&[][..], &["PIPELINING"]] {
        let server = Server::start(script(Script::with(extensions))).await;
        let relay = relay(&server);
        made.push((server, relay));
    }
    let security = Security::Implicit(Arc::clone(&identity));
    let server = Server::start(script(Script::with(&["PIPELINING"]).secured(security))).await;
    let relay = Relay { tls: Tls::Required, extra_roots: vec![identity.root.clone()], ..relay(&server) };
    made.push((server, relay));
    made
}

#[tokio::test]
async fn a_no_after_a_pause_keeps_the_dot_back() {
    // The pause is before DATA is answered, or amid the message.
    let large = large();
    let pauses: [(_, &[_], &[u8]); 2] = [
        (Data, &[Wait(LIMIT - Duration::from_millis(100)), Normal], MESSAGE),
        (Body, &[Wait(LIMIT / 2), Wait(LIMIT / 4)], &large),
    ];
    for (at, acts, message) in pauses {
        for (server, relay) in relays(|script| script.next(at, acts)).await {
            let mut conversation = Conversation::open(&relay).await.unwrap();
            let fence = Fence::new(nearly_old(), async { Err("another has it".to_owned()) });
            let outcome = send_behind(&mut conversation, message, fence).await;
            assert_eq!(outcome.to_string(), "not sent, at message: another has it", "{at:?}");
            assert!(!conversation.usable());
            conversation.close().await;
            tokio::time::sleep(Duration::from_millis(100)).await;
            assert!(server.received().is_empty(), "{at:?}: the dot arrived");
            // Nobody else is concerned.
            let (outcome, _) = first(&relay, OTHER).await;
            assert_eq!(outcome.to_string(), "accepted: 2.0.0 queued as 42");
            assert_eq!(server.received().len(), 1);
        }
    }
}

#[tokio::test]
async fn a_yes_lets_the_whole_message_through_and_is_asked_once() {
    for message in [MESSAGE, b"", &large()] {
        for (server, relay) in relays(|script| script).await {
            let asked = Arc::new(AtomicUsize::new(0));
            let mut conversation = Conversation::open(&relay).await.unwrap();
            let counter = Arc::clone(&asked);
            let fence = Fence::new(old(), async move {
                counter.fetch_add(1, Ordering::SeqCst);
                Ok(())
            });
            let outcome = send_behind(&mut conversation, message, fence).await;
            assert_eq!(outcome.to_string(), "accepted: 2.0.0 queued as 42");
            assert_eq!(asked.load(Ordering::SeqCst), 1);
            let expected = if message.is_empty() { &b"\r\n"[..] } else { message };
            assert!(server.accepted()[0].bytes == expected, "{} octets", message.len());
            assert!(matches!(send(&mut conversation, OTHER).await, duly::delivery::smtp::Outcome::Accepted { .. }));
        }
    }
}

#[tokio::test]
async fn all_but_the_dot_has_left_when_it_is_asked() {
    for (server, relay) in relays(|script| script.next(Body, &[Say("552 5.3.4 enough"), Close])).await {
        let mut conversation = Conversation::open(&relay).await.unwrap();
        let answered = async {
            // Time for the relay to read what came before.
            tokio::time::sleep(Duration::from_millis(200)).await;
            Err("another has it".to_owned())
        };
        // What the relay said of the message meanwhile is the better answer.
        let outcome = send_behind(&mut conversation, MESSAGE, Fence::new(old(), answered)).await;
        assert_eq!(outcome.to_string(), "refused at message: 552 5.3.4 enough");
        assert!(server.received().is_empty());
    }
}

#[tokio::test]
async fn nobody_who_can_say_is_a_no() {
    let server = Server::start(Script::default()).await;
    let mut conversation = Conversation::open(&relay(&server)).await.unwrap();
    let fence = Fence::new(old(), std::future::pending());
    let outcome = send_behind(&mut conversation, MESSAGE, fence).await;
    assert!(outcome.to_string().starts_with("not sent, at message: it took too long"), "{outcome}");
    assert!(server.received().is_empty());
}
