//! A mail relay that misbehaves before it has taken anything: nothing is lost, nobody is burned.

use mail_parser::MessageParser;

use crate::{
    house::{DAY, House},
    smtp::{
        Act::{self, *},
        At::{self, *},
        Script, Server,
    },
};

pub use crate::house::PLAIN;

/// One notice that is ready, and a relay for it.
pub async fn ready(numbers: &[&str], script: Script) -> (House, Server) {
    let server = Server::start(script).await;
    let house = House::with_accounts(numbers);
    house.send_to(&server, PLAIN);
    house.sweep(DAY).ended(0);
    assert_eq!(house.states().await, vec!["ready"; numbers.len()]);
    (house, server)
}

/// What was received, by Message-ID, with the bytes.
pub fn messages(server: &Server) -> Vec<(String, Vec<u8>)> {
    let id = |bytes: &[u8]| MessageParser::default().parse(bytes).unwrap().message_id().unwrap().to_owned();
    server.received().into_iter().map(|received| (id(&received.bytes), received.bytes)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_out_of_order_burns_nothing() {
    let rows: [(At, &[Act], &str, &str); 3] = [
        (Greeting, &[Say("421 4.3.2 busy"), Close], PLAIN, "deferred at greeting: 421 4.3.2 busy"),
        (Greeting, &[Close], PLAIN, "not sent, at greeting: the relay hung up"),
        (
            Ehlo,
            &[Normal],
            "tls = \"starttls\"",
            "not sent, at TLS: the relay does not offer STARTTLS, and nothing is sent in plain text",
        ),
    ];
    for (at, acts, tls, expected) in rows {
        let server = Server::start(Script::default().always(at, acts)).await;
        let house = House::with_accounts(&["A", "B", "C"]);
        house.send_to(&server, tls);
        house.sweep(DAY).ended(0);
        let error = house.deliver().failed(1);
        assert!(error.contains(expected) && error.contains("what was not sent stays ready"), "{error}");
        assert_eq!(house.states().await, ["ready", "ready", "ready"], "{expected}");
        assert_eq!(server.connections(), 1, "{expected}");
        assert!(server.received().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_listens() {
    let (house, server) = ready(&["A", "B"], Script::default()).await;
    let port = server.address.port();
    drop(server);
    // The port is free once the relay's task has gone.
    crate::house::until("the relay has gone", || std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
    let error = house.deliver().failed(1);
    assert!(error.contains("cannot connect to 127.0.0.1"), "{error}");
    assert_eq!(house.states().await, ["ready", "ready"]);
    assert_eq!(house.rows("SELECT SUM(attempts) FROM notice").await, ["0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn greylisting_is_waited_for() {
    let (house, server) = ready(&["A"], Script::default().greylisting()).await;
    let said = house.deliver().ended(0);
    assert_eq!(said, "1 to be tried again\n");
    assert_eq!(house.states().await, ["deferred"]);
    assert!((4..=5).contains(&house.waits().await.num_minutes()));
    assert_eq!(house.deliver().ended(0), "Nothing was due to be sent.\n");
    let before = house.rows("SELECT sha256, token FROM notice").await;
    house.all_due().await;
    assert_eq!(house.deliver().ended(0), "1 sent\n");
    assert_eq!(house.rows("SELECT sha256, token FROM notice").await, before);
    let sent = messages(&server);
    assert_eq!(sent.len(), 1);
    assert!(before[0].ends_with(sent[0].0.split('@').next().unwrap()), "{before:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn patience_after_the_dot_keeps_message_and_bytes() {
    let script = Script::default().next(Dot, &[Say("451 4.3.0 later")]);
    let (house, server) = ready(&["A"], script).await;
    assert_eq!(house.deliver().ended(0), "1 to be tried again\n");
    house.all_due().await;
    assert_eq!(house.deliver().ended(0), "1 sent\n");
    let sent = messages(&server);
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0], sent[1]);
    assert_eq!(house.rows("SELECT attempts, state FROM notice").await, ["2 sent"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_on_messages_a_minute_is_kept() {
    let server = Server::start(Script::default()).await;
    let house = House::with_accounts(&["A", "B", "C", "D"]);
    house.send_to(&server, PLAIN);
    house.edit("duly.toml", "sessions = 1", "sessions = 3");
    house.edit("duly.toml", "per_minute = 0", "per_minute = 60");
    house.sweep(DAY).ended(0);
    assert_eq!(house.deliver().ended(0), "4 sent\n");
    let mut times: Vec<_> = server.accepted().iter().map(|message| message.at).collect();
    times.sort();
    let whole = times[3].duration_since(times[0]).as_secs_f64();
    assert!(whole > 2.5, "four messages within {whole} s");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_hangs_up_in_between_costs_one_message_a_wait() {
    let rows: [(At, &[Act]); 2] = [(Mail, &[Say("421 4.3.2 going down"), Close]), (Recipient, &[Close])];
    for (at, acts) in rows {
        let (house, server) = ready(&["A", "B", "C"], Script::default().next(at, acts)).await;
        assert_eq!(house.deliver().ended(0), "2 sent, 1 to be tried again\n", "{at:?}");
        assert_eq!((server.connections(), server.received().len()), (2, 2), "{at:?}");
        house.all_due().await;
        assert_eq!(house.deliver().ended(0), "1 sent\n");
        assert_eq!(server.accepted().len(), 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn patience_at_every_stage_is_five_minutes_and_then_it_goes() {
    let rows = [
        (Mail, "451 4.3.0 trouble"),
        (Mail, "452 4.3.1 full"),
        (Recipient, "450 4.2.1 mailbox busy"),
        (Recipient, "451 4.7.1 greylisted"),
        (Recipient, "452 4.5.3 too many"),
        (Data, "451 4.3.0 trouble"),
        (Dot, "450 4.7.0 slow down"),
        (Dot, "452 4.3.1 full"),
    ];
    for (at, answer) in rows {
        let (house, server) = ready(&["A"], Script::default().next(at, &[Say(answer)])).await;
        assert_eq!(house.deliver().ended(0), "1 to be tried again\n", "{at:?} {answer}");
        assert_eq!(house.rows("SELECT state, refusals FROM notice").await, ["deferred 0"], "{at:?} {answer}");
        let minutes = (house.waits().await.num_seconds() + 30) / 60;
        assert_eq!(minutes, 5, "{at:?} {answer}");
        house.all_due().await;
        assert_eq!(house.deliver().ended(0), "1 sent\n");
        assert_eq!(server.accepted().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn patience_ends_after_five_days_and_a_person_is_told() {
    let (house, _server) = ready(&["A"], Script::default().always(Recipient, &[Say("450 4.2.1 mailbox busy")])).await;
    // A refusal of our settings was none of the tries.
    house.change("UPDATE notice SET attempts = 109, refusals = 1").await;
    assert_eq!(house.deliver().ended(0), "1 to be tried again\n");
    house.all_due().await;
    assert_eq!(house.deliver().ended(0), "1 refused\n");
    let tasks = house.duly(&["tasks"]).ended(0);
    assert!(tasks.contains("given up after 110 tries: deferred at RCPT TO: 450 4.2.1 mailbox busy"), "{tasks}");
    assert_eq!(house.rows("SELECT void FROM notice").await, ["0"]);
}
