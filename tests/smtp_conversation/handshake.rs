//! Before the first message: addresses, TLS, AUTH and what the relay offers.

use std::sync::Arc;

use duly::delivery::smtp::{Conversation, Outcome, Relay, Stage, Tls};

use crate::{
    MESSAGE, address, first, large, relay, send,
    smtp::{Act::*, At::*, Identity, Script, Security, Server},
    unasked,
};

const PASSWORD: &str = "correct horse";

fn with_tls(server: &Server, tls: Tls, identity: &Identity) -> Relay {
    Relay { tls, extra_roots: vec![identity.root.clone()], ..relay(server) }
}

fn with_password(server: &Server) -> Relay {
    Relay { credentials: Some(("duly".to_owned(), PASSWORD.into())), ..relay(server) }
}

async fn outcome(relay: &Relay) -> String {
    first(relay, MESSAGE).await.0.to_string()
}

#[track_caller]
fn assert_starts(text: &str, expected: &str) {
    assert!(text.starts_with(expected), "{text}, not: {expected}");
}

#[tokio::test]
async fn tls_from_the_first_byte_and_by_starttls() {
    let identity = Identity::valid();
    let securities = [
        (Tls::Required, Security::Implicit(Arc::clone(&identity))),
        (Tls::StartTls, Security::StartTls(Arc::clone(&identity))),
    ];
    for (tls, security) in securities {
        let server = Server::start(Script::with(&["PIPELINING"]).secured(security)).await;
        let mut relay = with_tls(&server, tls, &identity);
        for host in ["127.0.0.1", "localhost"] {
            relay.host = host.to_owned();
            assert_starts(&outcome(&relay).await, "accepted");
        }
        assert_eq!(server.accepted().len(), 2);
    }
}

#[tokio::test]
async fn outcomes_are_the_same_within_tls() {
    let identity = Identity::valid();
    let security = Security::StartTls(Arc::clone(&identity));
    let script = Script::with(&["PIPELINING"]).secured(security).next(Dot, &[Close]).next(Dot, &[Say("451 later")]);
    let server = Server::start(script.next(Dot, &[Normal]).next(Dot, &[Silence])).await;
    let relay = with_tls(&server, Tls::StartTls, &identity);
    assert_starts(&outcome(&relay).await, "in doubt: after the final dot");
    let (deferred, conversation) = first(&relay, MESSAGE).await;
    assert_starts(&deferred.to_string(), "deferred at final dot: 451 later");
    let mut conversation = conversation.unwrap();
    assert!(conversation.usable());
    assert_starts(&send(&mut conversation, MESSAGE).await.to_string(), "accepted");
    assert_starts(&send(&mut conversation, MESSAGE).await.to_string(), "in doubt: after the final dot: no whole reply");
    assert!(!conversation.usable());
}

#[tokio::test]
async fn a_large_message_cut_within_tls_is_not_in_doubt() {
    let identity = Identity::valid();
    for acts in [&[Silence][..], &[Close]] {
        let security = Security::Implicit(Arc::clone(&identity));
        let server = Server::start(Script::default().secured(security).next(Body, acts)).await;
        let relay = with_tls(&server, Tls::Required, &identity);
        assert_starts(&first(&relay, &large()).await.0.to_string(), "not sent, at message: ");
    }
}

#[tokio::test]
async fn no_tls_no_mail() {
    let (valid, wrong_name, expired) = (Identity::valid(), Identity::wrong_name(), Identity::expired());
    let rows = [
        (Arc::clone(&wrong_name), &wrong_name, "not valid for name"),
        (Arc::clone(&expired), &expired, "certificate expired"),
        (Arc::clone(&valid), &wrong_name, "UnknownIssuer"),
    ];
    for (shown, trusted, expected) in rows {
        for (tls, security) in
            [(Tls::Required, Security::Implicit(shown.clone())), (Tls::StartTls, Security::StartTls(shown.clone()))]
        {
            let server = Server::start(Script::default().secured(security)).await;
            let text = outcome(&with_tls(&server, tls, trusted)).await;
            assert_starts(&text, "not sent, at TLS: the TLS handshake failed");
            assert!(text.contains(expected), "{text}");
            assert!(!server.commands().iter().any(|line| line.starts_with("MAIL")));
        }
    }
    let server = Server::start(Script::default()).await;
    assert_starts(&outcome(&with_tls(&server, Tls::Required, &valid)).await, "not sent, at TLS");
    let stripped = outcome(&with_tls(&server, Tls::StartTls, &valid)).await;
    assert_eq!(stripped, "not sent, at TLS: the relay does not offer STARTTLS, and nothing is sent in plain text");
}

#[tokio::test]
async fn starttls_refused_stalled_and_with_plaintext_injected() {
    let identity = Identity::valid();
    let rows: [(&[_], &str); 4] = [
        (&[Say("454 4.7.0 not now")], "deferred at TLS: 454 4.7.0 not now"),
        (&[Say("250 ok")], "not sent, at TLS: unexpected reply: 250"),
        (&[Say("220 go"), Silence], "not sent, at TLS: no TLS handshake within"),
        (&[Say("220 go\r\n250 AUTH PLAIN")], "not sent, at TLS: the relay spoke or hung up before TLS began"),
    ];
    for (acts, expected) in rows {
        let security = Security::StartTls(Arc::clone(&identity));
        let server = Server::start(Script::default().secured(security).next(StartTls, acts)).await;
        assert_starts(&outcome(&with_tls(&server, Tls::StartTls, &identity)).await, expected);
    }
}

#[tokio::test]
async fn plain_text_does_not_leave_the_house() {
    let server = Server::start(Script::default()).await;
    let mut relay = Relay { host: "192.0.2.1".to_owned(), ..relay(&server) };
    assert_starts(&outcome(&relay).await, "not sent, at connect: 192.0.2.1");
    drop(server);
    relay.host = "127.0.0.1".to_owned();
    assert_starts(&outcome(&relay).await, "not sent, at connect: cannot connect to 127.0.0.1");
    relay.host = "relay.invalid".to_owned();
    assert_starts(&outcome(&relay).await, "not sent, at connect: cannot resolve relay.invalid");
}

#[tokio::test]
async fn logging_in() {
    let plain = Server::start(Script::with(&["AUTH LOGIN PLAIN"])).await;
    assert_starts(&outcome(&with_password(&plain)).await, "accepted");
    assert!(plain.commands().contains(&"AUTH PLAIN AGR1bHkAY29ycmVjdCBob3JzZQ==".to_owned()));
    let login = Server::start(Script::with(&["AUTH LOGIN"])).await;
    assert_starts(&outcome(&with_password(&login)).await, "accepted");
    assert!(login.commands().contains(&"Y29ycmVjdCBob3JzZQ==".to_owned()));
    let none = Server::start(Script::with(&["AUTH CRAM-MD5"])).await;
    assert_starts(&outcome(&with_password(&none)).await, "not sent, at AUTH: the relay offers neither");
}

#[tokio::test]
async fn a_failed_login_tells_no_secret() {
    let rows: [(&[_], &str); 7] = [
        (&[Say("535 5.7.8 no")], "refused at AUTH: 535 5.7.8 no"),
        (&[Say("454 4.7.0 later")], "deferred at AUTH: 454 4.7.0 later"),
        (&[Say("250 ok")], "not sent, at AUTH: unexpected reply: 250"),
        (&[Say("535 not `correct horse`")], "refused at AUTH: 535 (text withheld"),
        (&[Say("500 AUTH PLAIN AGR1bHkAY29ycmVjdCBob3JzZQ==")], "refused at AUTH: 500 (text withheld"),
        (&[Say("AUTH PLAIN AGR1bHkAY29ycmVjdCBob3JzZQ==")], "not sent, at AUTH: "),
        (&[Close], "not sent, at AUTH: the relay hung up"),
    ];
    for (acts, expected) in rows {
        let server = Server::start(Script::with(&["AUTH PLAIN"]).always(Auth, acts)).await;
        let relay = with_password(&server);
        let text = outcome(&relay).await;
        assert_starts(&text, expected);
        let shown = format!("{text} {relay:?} {:?}", first(&relay, MESSAGE).await);
        assert!(!shown.contains(PASSWORD) && !shown.contains("AGR1bHkAY29y"), "{shown}");
    }
}

#[tokio::test]
async fn what_the_relay_does_not_offer_is_not_tried() {
    let eight_bit = "Subject: x\r\n\r\nGr\u{fc}\u{df}e\r\n".as_bytes();
    let (from, ascii, umlaut) = (address("a@b.example"), address("c@d.example"), address("m\u{fc}ller@d.example"));
    let bare = Server::start(Script::with(&["SIZE 20"])).await;
    let mut conversation = Conversation::open(&relay(&bare)).await.unwrap();
    let rows = [
        (&umlaut, MESSAGE, "not sent, at RCPT TO: the address is not ASCII"),
        (&ascii, eight_bit, "not sent, at MAIL FROM: the message is not ASCII"),
        (&ascii, MESSAGE, "refused at MAIL FROM: 552 local check"),
    ];
    for (to, message, expected) in rows {
        assert_starts(&conversation.send(&from, to, message, unasked()).await.to_string(), expected);
    }
    assert!(conversation.usable(), "nothing was said, so all can go on");
    assert!(matches!(conversation.send(&from, &ascii, b"short", unasked()).await, Outcome::Accepted { .. }));

    let full = Server::start(Script::with(&["SIZE 1000", "8BITMIME", "SMTPUTF8"])).await;
    let mut conversation = Conversation::open(&relay(&full)).await.unwrap();
    assert!(matches!(conversation.send(&from, &umlaut, eight_bit, unasked()).await, Outcome::Accepted { .. }));
    let mail = "MAIL FROM:<a@b.example> SIZE=23 BODY=8BITMIME SMTPUTF8".to_owned();
    assert!(full.commands().contains(&mail), "{:?}", full.commands());
    assert_eq!(full.accepted()[0].bytes, eight_bit);

    let relay = Relay { hello: "a b".to_owned(), ..relay(&full) };
    assert!(matches!(Conversation::open(&relay).await, Err(Outcome::NotSent { stage: Stage::Hello, .. })));
}
