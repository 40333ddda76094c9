//! MAIL, RCPT and DATA sent together (RFC 2920), and every mix of answers to them.

use crate::{
    MESSAGE, expect, first, relay,
    smtp::{Act::*, At::*, Script, Server},
};

fn script() -> Script {
    Script::with(&["PIPELINING"])
}

#[tokio::test]
async fn the_first_refusal_in_order_counts() {
    expect(script().next(Mail, &[Say("550 a")]).next(Recipient, &[Say("451 b")]), "refused at MAIL FROM: 550 a").await;
    expect(script().next(Mail, &[Say("451 a")]).next(Data, &[Say("554 c")]), "deferred at MAIL FROM: 451 a").await;
    expect(script().next(Recipient, &[Say("550 b")]).next(Data, &[Say("451 c")]), "refused at RCPT TO: 550 b").await;
    expect(script().next(Recipient, &[Say("550 b")]).next(Data, &[Close]), "refused at RCPT TO: 550 b").await;
    expect(script().next(Recipient, &[Say("450 b")]).next(Data, &[Silence]), "deferred at RCPT TO: 450 b").await;
    expect(script().next(Mail, &[Say("550 a")]).next(Recipient, &[Say("250 b")]), "refused at MAIL FROM: 550 a").await;
}

#[tokio::test]
async fn a_relay_that_waits_for_a_refused_message_is_left() {
    for at in [Mail, Recipient] {
        let server = Server::start(script().next(at, &[Say("550 no")]).next(Data, &[Say("354 go")])).await;
        let (outcome, conversation) = first(&relay(&server), MESSAGE).await;
        assert!(outcome.to_string().starts_with("refused at"), "{outcome}");
        let conversation = conversation.unwrap();
        assert!(!conversation.usable());
        conversation.close().await;
        let (outcome, _) = first(&relay(&server), MESSAGE).await;
        assert!(outcome.to_string().starts_with("accepted"), "{outcome}");
        assert_eq!(server.received().len(), 1, "nothing, not even QUIT, became a message");
    }
}

#[tokio::test]
async fn commands_travel_together_only_where_offered() {
    // The relay answers nothing before DATA, so a client that waits for each answer gets nowhere.
    let mute = |script: Script| script.next(Mail, &[]).next(Recipient, &[]);
    let replies = &[Raw(b"250 a\r\n250 b\r\n"), Say("354 c")];
    let server = expect(mute(script()).next(Data, replies), "accepted").await;
    assert_eq!(server.accepted().len(), 1);
    let server = expect(mute(Script::with(&[])), "not sent, at MAIL FROM: no whole reply").await;
    assert_eq!(server.commands().len(), 2, "{:?}", server.commands());
}

#[tokio::test]
async fn greylisting_passes_at_the_second_try() {
    for extensions in [&["PIPELINING"][..], &[]] {
        let server = Server::start(Script::with(extensions).greylisting()).await;
        let (outcome, _) = first(&relay(&server), MESSAGE).await;
        assert!(outcome.to_string().starts_with("deferred at RCPT TO: 450 4.2.0"), "{outcome}");
        let (outcome, _) = first(&relay(&server), MESSAGE).await;
        assert!(outcome.to_string().starts_with("accepted"), "{outcome}");
    }
}
