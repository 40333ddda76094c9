//! Each way to answer or not to answer, at each stage, and the next message after it.

use std::time::Duration;

use crate::{
    LIMIT, MESSAGE, OTHER, first, large, relay, send,
    smtp::{
        Act::{self, *},
        At::{self, *},
        Script, Server,
    },
};

const SLOW: Duration = Duration::from_millis(100);
const GARBAGE: &[u8] = b"HTTP/1.1 400 Bad Request\r\n\r\n";

/// (stage, what the relay does, how the outcome reads, whether the conversation can go on)
type Row = (At, &'static [Act], &'static str, bool);

const NOT_SENT: &[Row] = &[
    (Greeting, &[Say("421 4.3.2 busy"), Close], "deferred at greeting: 421 4.3.2 busy", false),
    (Greeting, &[Say("554 5.7.1 not you")], "refused at greeting: 554 5.7.1 not you", false),
    (Greeting, &[Say("250 ok")], "not sent, at greeting: unexpected reply: 250", false),
    (Greeting, &[Close], "not sent, at greeting: the relay hung up", false),
    (Greeting, &[Raw(GARBAGE)], "not sent, at greeting: the reply makes no sense", false),
    (Greeting, &[Silence], "not sent, at greeting: no whole reply within", false),
    (Greeting, &[Trickle("220 relay.example ESMTP", SLOW)], "not sent, at greeting: no whole reply within", false),
    (Ehlo, &[Say("421 4.3.2 busy"), Close], "deferred at EHLO: 421", false),
    (Ehlo, &[Say("550 5.7.1 not you")], "refused at EHLO: 550", false),
    (Ehlo, &[Say("220 ok")], "not sent, at EHLO: unexpected reply: 220", false),
    (Ehlo, &[Raw(b"250-never ends\r\n"), Silence], "not sent, at EHLO: no whole reply within", false),
    (Ehlo, &[Raw(b"250-a\r\n550 b\r\n")], "not sent, at EHLO: the reply makes no sense", false),
    (Mail, &[Say("452 4.3.1 full")], "deferred at MAIL FROM: 452 4.3.1 full", true),
    (Mail, &[Say("421 4.7.0 later"), Close], "deferred at MAIL FROM: 421", false),
    (Mail, &[Say("530 5.7.0 log in first")], "refused at MAIL FROM: 530 5.7.0", true),
    (Mail, &[Trickle("250 2.1.0 very slow", SLOW)], "not sent, at MAIL FROM: no whole reply within", false),
    (Mail, &[Say("354 ok")], "not sent, at MAIL FROM: unexpected reply: 354", false),
    (Mail, &[Close], "not sent, at MAIL FROM: ", false),
    (Mail, &[Raw(GARBAGE)], "not sent, at MAIL FROM: the reply makes no sense", false),
    (Mail, &[Silence], "not sent, at MAIL FROM: no whole reply within", false),
    (Recipient, &[Say("450 4.2.0 greylisted")], "deferred at RCPT TO: 450 4.2.0 greylisted", true),
    (Recipient, &[Say("451 4.7.1 greylisted")], "deferred at RCPT TO: 451 4.7.1 greylisted", true),
    (Recipient, &[Say("452 4.5.3 too many")], "deferred at RCPT TO: 452 4.5.3 too many", true),
    (Recipient, &[Say("550 5.1.1 unknown")], "refused at RCPT TO: 550 5.1.1 unknown", true),
    (Recipient, &[Raw(b"550-5.1.1 not\r\n550 5.1.1 known\r\n")], "refused at RCPT TO: 550 5.1.1 not known", true),
    (Recipient, &[Say("421 4.7.0 later"), Close], "deferred at RCPT TO: 421", false),
    (Recipient, &[Say("252 perhaps")], "not sent, at RCPT TO: unexpected reply: 252", false),
    (Recipient, &[Close], "not sent, at RCPT TO: ", false),
    (Recipient, &[Silence], "not sent, at RCPT TO: no whole reply within", false),
    (Recipient, &[Trickle("250 2.1.5 very slow", SLOW)], "not sent, at RCPT TO: no whole reply within", false),
    (Data, &[Say("451 4.3.0 trouble")], "deferred at DATA: 451", true),
    (Data, &[Say("554 5.5.1 no valid recipients")], "refused at DATA: 554", true),
    (Data, &[Say("421 4.7.0 later"), Close], "deferred at DATA: 421", false),
    (Data, &[Trickle("354 very slowly now", SLOW)], "not sent, at DATA: no whole reply within", false),
    (Data, &[Say("250 done")], "not sent, at DATA: unexpected reply: 250", false),
    (Data, &[Close], "not sent, at DATA: ", false),
    (Data, &[Silence], "not sent, at DATA: no whole reply within", false),
    (Data, &[Say("354 go\r\n250 done already")], "not sent, at message: the relay hung up or spoke", false),
    (Data, &[Say("354 go\r\n451 4.3.0 no, wait")], "deferred at message: 451 4.3.0 no, wait", false),
    (Dot, &[Say("421 4.3.2 going down"), Close], "deferred at final dot: 421", false),
    (Dot, &[Say("451 4.7.1 try later")], "deferred at final dot: 451", true),
    (Dot, &[Say("552 5.3.4 too big")], "refused at final dot: 552", true),
    (Dot, &[Say("554 5.7.1 spam")], "refused at final dot: 554 5.7.1 spam", true),
];

const IN_DOUBT: &[Row] = &[
    (Dot, &[Close], "in doubt: after the final dot: the relay hung up", false),
    (Dot, &[Raw(b"250-half a reply\r\n"), Close], "in doubt: after the final dot: the relay hung up", false),
    (Dot, &[Raw(b"250 no line end"), Close], "in doubt: after the final dot: the relay hung up", false),
    (Dot, &[Raw(GARBAGE)], "in doubt: after the final dot: the reply makes no sense", false),
    (Dot, &[Silence], "in doubt: after the final dot: no whole reply within", false),
    (Dot, &[Trickle("250 2.0.0 queued", SLOW)], "in doubt: after the final dot: no whole reply within", false),
    (Dot, &[Say("251 ok")], "in doubt: unexpected reply to the final dot: 251 ok", false),
    (Dot, &[Say("200 ok")], "in doubt: unexpected reply to the final dot: 200", false),
    (Dot, &[Say("354 go on")], "in doubt: unexpected reply to the final dot: 354", false),
];

const ACCEPTED: &[Row] = &[
    (Dot, &[Normal], "accepted: 2.0.0 queued as 42", true),
    (Dot, &[Wait(SLOW), Normal], "accepted: 2.0.0 queued as 42", true),
    (Dot, &[Raw(b"250-2.0.0 one\r\n250 2.0.0 two\r\n")], "accepted: 2.0.0 one 2.0.0 two", true),
    (Dot, &[Raw(b"250\r\n")], "accepted: ", true),
    (Dot, &[Raw(b"250 bare line feed\n")], "accepted: bare line feed", true),
    (Dot, &[Raw(b"250 gr\xfc\xdfe \x1b[31m\r\n")], "accepted: gr", true),
    (Dot, &[Say("250 ok\r\n250 and again")], "accepted: ok", false),
    (Dot, &[Normal, Say("421 4.4.2 idle"), Close], "accepted: 2.0.0 queued as 42", false),
    (Recipient, &[Say("251 will forward")], "accepted: 2.0.0 queued as 42", true),
];

#[tokio::test]
async fn every_row_one_command_at_a_time() {
    all_rows(&[]).await;
}

#[tokio::test]
async fn every_row_pipelined() {
    all_rows(&["PIPELINING"]).await;
}

async fn all_rows(extensions: &'static [&'static str]) {
    let mut rows = tokio::task::JoinSet::new();
    for row in [NOT_SENT, IN_DOUBT, ACCEPTED].concat() {
        rows.spawn(check(row, extensions));
    }
    rows.join_all().await;
}

/// Plays a row, then sends another message: on the same conversation if it is usable, else on a new one.
async fn check((at, acts, expected, usable): Row, extensions: &[&'static str]) {
    let row = format!("{at:?} {acts:?} {extensions:?}");
    let server = Server::start(Script::with(extensions).next(at, acts)).await;
    let relay = relay(&server);
    let (outcome, conversation) = first(&relay, MESSAGE).await;
    assert!(outcome.to_string().starts_with(expected), "{row}: {outcome}");
    assert!(!outcome.to_string().contains('\x1b'), "{row}: {outcome}");
    // What the relay says unasked may be a moment behind.
    tokio::time::sleep(Duration::from_millis(20)).await;
    let again = conversation.filter(|conversation| conversation.usable());
    assert_eq!(again.is_some(), usable, "{row}: usable");
    let outcome = match again {
        Some(mut conversation) => send(&mut conversation, OTHER).await,
        None => first(&relay, OTHER).await.0,
    };
    assert_eq!(outcome.to_string(), "accepted: 2.0.0 queued as 42", "{row}: the next message");
    assert_eq!(server.connections(), if usable { 1 } else { 2 }, "{row}");
    let received = server.received();
    assert_eq!(received.last().map(|message| message.bytes.as_slice()), Some(OTHER), "{row}");
    let sent = matches!(at, Dot) || expected.starts_with("accepted");
    assert_eq!(received.len(), if sent { 2 } else { 1 }, "{row}: messages whose dot arrived");
}

#[tokio::test]
async fn a_late_answer_is_in_doubt_and_never_taken_for_the_next() {
    let late = &[Wait(LIMIT * 2), Normal];
    let server = Server::start(Script::with(&[]).next(Dot, late).next(Dot, &[Say("552 5.2.2 full")])).await;
    let (outcome, conversation) = first(&relay(&server), MESSAGE).await;
    assert!(outcome.to_string().starts_with("in doubt"), "{outcome}");
    let mut conversation = conversation.unwrap();
    tokio::time::sleep(LIMIT * 2).await;
    assert_eq!(server.accepted().len(), 1, "the relay took it after all");
    let outcome = send(&mut conversation, OTHER).await;
    assert!(outcome.to_string().starts_with("not sent, at MAIL FROM: the relay hung up or spoke"), "{outcome}");
    let (outcome, _) = first(&relay(&server), OTHER).await;
    assert_eq!(outcome.to_string(), "refused at final dot: 552 5.2.2 full");
}

#[tokio::test]
async fn trouble_amid_a_large_message_is_not_doubt() {
    let rows: [(&[Act], &str); 3] = [
        (&[Silence], "not sent, at message: the relay did not read within"),
        (&[Close], "not sent, at message: "),
        (&[Say("552 5.3.4 enough"), Wait(LIMIT), Close], "refused at message: 552 5.3.4 enough"),
    ];
    let message = large();
    for (acts, expected) in rows {
        let server = Server::start(Script::with(&[]).next(Body, acts)).await;
        let (outcome, conversation) = first(&relay(&server), &message).await;
        assert!(outcome.to_string().starts_with(expected), "{outcome}, not: {expected}");
        assert!(!conversation.unwrap().usable());
        assert!(server.received().is_empty());
    }
}
