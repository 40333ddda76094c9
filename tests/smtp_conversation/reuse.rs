//! More than one message, and messages that try to be more than one.

use std::time::Instant;

use duly::delivery::smtp::{Conversation, Outcome, Stage};

use crate::{
    LIMIT, MESSAGE, OTHER, address, first, relay, send,
    smtp::{Act::*, At::*, Script, Server},
    unasked,
};

#[tokio::test]
async fn two_messages_on_one_connection_arrive_as_they_are() {
    for extensions in [&["PIPELINING"][..], &[]] {
        let server = Server::start(Script::with(extensions)).await;
        let began = Instant::now();
        let mut conversation = Conversation::open(&relay(&server)).await.unwrap();
        let from = address("billing@seller.example");
        for (to, message) in [("a@buyer.example", MESSAGE), ("b@buyer.example", OTHER)] {
            let outcome = conversation.send(&from, &address(to), message, unasked()).await;
            assert_eq!(outcome, Outcome::Accepted { reply: "2.0.0 queued as 42".to_owned() });
        }
        assert!(conversation.usable());
        conversation.close().await;
        let accepted = server.accepted();
        let seen: Vec<_> = accepted.iter().map(|m| (m.to.as_str(), m.bytes.as_slice(), m.connection)).collect();
        assert_eq!(seen, [("a@buyer.example", MESSAGE, 1), ("b@buyer.example", OTHER, 1)]);
        assert!(accepted.iter().all(|m| m.from == "billing@seller.example" && m.at > began));
        assert_eq!(server.commands().last().map(String::as_str), Some("QUIT"));
    }
}

#[tokio::test]
async fn nothing_in_a_message_can_end_it() {
    let evil = "\nMAIL FROM:<a@evil.example>\nRCPT TO:<b@evil.example>\nDATA\nhello\n";
    for end in
        ["\n.\n", "\r.\r", "\n.\r", "\r\n.\r", "\r\n.\n", "\r\n.\r\n", "\n.\r\n", "\r.\r\n", "\r.\n", ".\r\n", "."]
    {
        let message = format!("Subject: x\r\n\r\n..two\r\n.one\r\nend{end}{evil}.{end}..{end}");
        let server = Server::start(Script::with(&["PIPELINING"])).await;
        let (outcome, _) = first(&relay(&server), message.as_bytes()).await;
        assert!(outcome.to_string().starts_with("accepted"), "{end:?}: {outcome}");
        let accepted = server.accepted();
        assert_eq!(accepted.len(), 1, "{end:?}");
        // The same lines, whatever ended them.
        let mut expected = message.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n");
        if !expected.ends_with("\r\n") {
            expected += "\r\n";
        }
        assert_eq!(String::from_utf8_lossy(&accepted[0].bytes), expected, "{end:?}");
    }
}

#[tokio::test]
async fn a_refused_transaction_is_reset_and_the_conversation_goes_on() {
    let script = Script::with(&[]).next(Recipient, &[Say("550 5.1.1 unknown")]).next(Dot, &[Say("554 5.7.1 spam")]);
    let server = Server::start(script).await;
    let (_, conversation) = first(&relay(&server), MESSAGE).await;
    let mut conversation = conversation.unwrap();
    assert!(matches!(send(&mut conversation, MESSAGE).await, Outcome::Refused { stage: Stage::Dot, code: 554, .. }));
    assert!(matches!(send(&mut conversation, OTHER).await, Outcome::Accepted { .. }));
    assert_eq!(server.connections(), 1);
    assert_eq!(server.commands().iter().filter(|line| *line == "RSET").count(), 2);
}

#[tokio::test]
async fn a_relay_that_cannot_reset_is_left() {
    let script = Script::with(&[]).next(Recipient, &[Say("550 5.1.1 unknown")]).next(Reset, &[Say("500 what?")]);
    let server = Server::start(script).await;
    let (_, conversation) = first(&relay(&server), MESSAGE).await;
    let mut conversation = conversation.unwrap();
    let outcome = send(&mut conversation, MESSAGE).await;
    assert!(matches!(outcome, Outcome::NotSent { stage: Stage::MailFrom, .. }), "{outcome}");
    assert!(!conversation.usable());
}

#[tokio::test]
async fn a_dropped_send_ends_the_conversation_without_another_word() {
    let server = Server::start(Script::with(&[]).next(Data, &[Wait(LIMIT / 2), Normal])).await;
    let mut conversation = Conversation::open(&relay(&server)).await.unwrap();
    let dropped = tokio::time::timeout(LIMIT / 4, send(&mut conversation, MESSAGE)).await;
    assert!(dropped.is_err());
    assert!(!conversation.usable());
    conversation.close().await;
    tokio::time::sleep(LIMIT).await;
    assert_eq!(server.commands().last().map(String::as_str), Some("DATA"));
    assert!(server.received().is_empty());
}
