//! A relay that refuses our settings stops sending for all, once, and burns no notice.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use duly::{app::App, clock::Clock};
use tokio_util::sync::CancellationToken;

use crate::{
    database::skipped_on_postgres,
    house::{DAY, House, until},
    relay::{PLAIN, ready},
    running::{Running, due_today, last_slot},
    smtp::{
        Act::{self, *},
        At::{self, *},
        Script, Server,
    },
};

const SIGN_IN: &str = "tls = \"none\"\nuser = \"duly\"\npassword_file = \"password\"";
const MANY: [&str; 6] = ["A", "B", "C", "D", "E", "F"];

/// Six notices that are ready, and a relay that wants a password.
async fn with_password(script: Script) -> (House, Server) {
    let server = Server::start(script).await;
    let house = House::with_accounts(&MANY);
    house.send_to(&server, SIGN_IN);
    house.file("config/password", "secret");
    house.sweep(DAY).ended(0);
    (house, server)
}

fn times(script: Script, number: usize, at: At, acts: &[Act]) -> Script {
    (0..number).fold(script, |script, _| script.next(at, acts))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_sign_in_stops_all_until_a_person_resumes() {
    let script = times(Script::with(&["AUTH PLAIN"]), 3, Auth, &[Say("535 5.7.8 wrong password")]);
    let (house, server) = with_password(script).await;
    let delivery = house.deliver();
    assert_eq!(delivery.err.matches("ERROR").count(), 1, "{}", delivery.err);
    let said = delivery.ended(3);
    let why = "the relay refuses the sign-in (535 5.7.8 wrong password): check `delivery.smtp.user` and the password";
    assert!(said.starts_with("sending stopped since ") && said.contains(why), "{said}");
    assert!(said.contains("`duly deliver --resume`"), "{said}");
    assert_eq!(server.connections(), 3);
    assert_eq!(house.rows("SELECT DISTINCT state, attempts, refusals FROM notice").await, ["ready 0 0"]);
    // The relay has been mended, but nobody has looked.
    let halt = house.rows("SELECT kind, why, since FROM halt").await;
    assert!(halt[0].starts_with(&format!("relay {why}")), "{halt:?}");
    assert_eq!(house.deliver().ended(3), said);
    assert!(house.duly(&["sweep", "--as-of", DAY]).ended(3).ends_with(&said));
    let tasks = house.duly(&["tasks"]).ended(0);
    assert!(tasks.contains("sending stopped since") && tasks.contains(why), "{tasks}");
    assert!(tasks.contains("mend it, then `duly deliver --resume`"), "{tasks}");
    assert_eq!((server.connections(), house.rows("SELECT kind, why, since FROM halt").await), (3, halt));
    let said = house.duly(&["deliver", "--resume", "--by", "eva", "--as-of", DAY]);
    assert!(said.err.contains("sending resumed by=\"eva\""), "{}", said.err);
    assert_eq!(said.ended(0), "Sending is resumed.\n6 sent\n");
    assert_eq!(house.rows("SELECT COUNT(*) FROM halt").await, ["0"]);
    assert!(!house.duly(&["tasks"]).ended(0).contains("sending stopped"));
    let again = house.duly(&["deliver", "--resume", "--by", "eva", "--as-of", DAY]).ended(0);
    assert_eq!(again, "Sending was not stopped.\nNothing was due to be sent.\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_refused_sign_ins_and_a_good_one_stop_nothing() {
    let script = times(Script::with(&["AUTH PLAIN"]), 2, Auth, &[Say("535 5.7.8 wrong password")]);
    let (house, server) = with_password(script).await;
    assert_eq!(house.deliver().ended(0), "6 sent\n");
    assert_eq!(server.connections(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_settings_burn_nothing_at_any_stage() {
    // Where, what is said, what it is called, and notices that were tried.
    let rows = [
        (Greeting, "554 5.7.1 not you", "refuses this machine (554 5.7.1 not you)", 0),
        (Ehlo, "550 who are you", "refuses this machine (550 who are you)", 0),
        (Mail, "530 5.7.0 sign in first", "refuses mail without sign-in or TLS (530 5.7.0 sign in first)", 3),
        (Mail, "550 5.7.1 sender refused", "refuses the sender (550 5.7.1 sender refused)", 3),
        (Recipient, "550 5.7.1 no", "refuses our mail (550 5.7.1 no)", 3),
        (Recipient, "554 no", "refuses our mail (554 no)", 3),
        (Recipient, "550 relay not permitted", "refuses our mail (550 relay not permitted)", 3),
        (Dot, "554 5.7.1 spam", "refuses our mail (554 5.7.1 spam)", 3),
    ];
    for (at, answer, expected, tried) in rows {
        let (house, server) = ready(&MANY, times(Script::default(), 3, at, &[Say(answer)])).await;
        let said = house.deliver().ended(3);
        assert!(said.contains(expected), "{said}");
        let states: Vec<String> = (0..6).map(|n| if n < tried { "deferred 1 0" } else { "ready 0 0" }.into()).collect();
        assert_eq!(house.rows("SELECT state, refusals, void FROM notice ORDER BY id").await, states, "{answer}");
        assert_eq!(house.rows("SELECT COUNT(*) FROM refused_address").await, ["0"]);
        house.deliver().ended(3);
        // Mended and resumed, all of them go, those that were refused at once.
        let resumed = house.duly(&["deliver", "--resume", "--as-of", DAY]).ended(0);
        assert_eq!(resumed, "Sending is resumed.\n6 sent\n", "{answer}");
        assert_eq!(server.accepted().len(), 6);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_refused_between_others_waits_and_is_shown_in_the_end() {
    let refused = &[Say("554 5.7.1 not for this one")];
    let script = Script::default().next(Dot, &[Normal]).next(Dot, refused);
    let (house, server) = ready(&["A", "B", "C"], times(script.next(Dot, &[Normal]), 4, Dot, refused)).await;
    assert_eq!(house.deliver().ended(0), "2 sent, 1 to be tried again\n");
    // State, refusals, and minutes until it is tried again.
    let waits = async || {
        let due = house.rows("SELECT due_at FROM notice WHERE account = 2").await;
        let wait = due[0].parse::<DateTime<Utc>>().unwrap() - Clock::System.now();
        let stands = house.rows("SELECT state, refusals FROM notice WHERE account = 2").await;
        format!("{} {}", stands[0], (wait.num_seconds() + 30) / 60)
    };
    assert_eq!(waits().await, "deferred 1 5");
    // Alone it is refused again and again: that stops nobody.
    for row in ["deferred 2 10", "deferred 3 20", "deferred 4 40"] {
        house.all_due().await;
        assert_eq!(house.deliver().ended(0), "1 to be tried again\n");
        assert_eq!(waits().await, row);
    }
    house.all_due().await;
    assert_eq!(house.deliver().ended(0), "1 refused\n");
    assert_eq!(house.rows("SELECT COUNT(*) FROM halt").await, ["0"]);
    let tasks = house.duly(&["tasks"]).ended(0);
    assert!(tasks.contains("was refused: 5 times, the last: refused at final dot: 554 5.7.1"), "{tasks}");
    let said = house.duly(&["deliver", "--retry-refused", "--as-of", DAY]).ended(0);
    assert_eq!(said, "1 refused notice put back\n1 sent\n");
    assert_eq!(server.accepted().len(), 3);
    assert_eq!(house.rows("SELECT attempts, refusals FROM notice WHERE account = 2").await, ["1 0"]);
}

/// One value is what a daemon has: what it remembers lasts over its deliveries.
#[tokio::test(flavor = "multi_thread")]
async fn one_customer_who_is_refused_again_and_again_does_not_stop_a_daemon() {
    let (house, server) = ready(&["A", "B"], Script::default().always(Dot, &[Say("554 5.7.1 no")])).await;
    house.change("UPDATE notice SET due_at = NULL WHERE account = 2").await;
    let app = App::open(&house.path("config/duly.toml"), Clock::System).await.unwrap();
    let work = app.at_work().await.unwrap();
    let deliverer = app.deliverer(&work, Some(DAY.parse().unwrap())).unwrap();
    for (deferred, refused) in [(1, 0), (1, 0), (1, 0), (1, 0), (0, 1)] {
        let report = deliverer.deliver(&CancellationToken::new()).await.unwrap();
        assert_eq!((report.deferred, report.refused, report.halt), (deferred, refused, None));
        house.all_due().await;
    }
    // Two customers are no pattern yet.
    house.change("UPDATE notice SET state = 'ready', due_at = '2025-01-01T00:00:00+00:00', refusals = 0").await;
    let report = deliverer.deliver(&CancellationToken::new()).await.unwrap();
    assert_eq!((report.deferred, report.halt), (2, None));
    assert_eq!(server.received().len(), 7);
}

/// So many notices that are ready.
async fn many(number: usize, script: Script) -> (House, Server) {
    let server = Server::start(script).await;
    let numbers: Vec<String> = (0..number).map(|n| format!("N{n:03}")).collect();
    let house = House::with_accounts(&numbers.iter().map(String::as_str).collect::<Vec<_>>());
    house.send_to(&server, PLAIN);
    house.sweep(DAY).ended(0);
    (house, server)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_halt_by_somebody_else_ends_a_delivery_under_way() {
    let (house, server) = many(900, Script::default().next(Dot, &[Wait(Duration::from_secs(3)), Normal])).await;
    let mut delivery = house.command(&["deliver", "--as-of", DAY]).stdout(std::process::Stdio::null()).spawn().unwrap();
    until("the first is under way", || server.received().len() == 1);
    house
        .change("INSERT INTO halt SELECT id, 'relay', 'said by another', '2025-03-03T00:00:00+00:00' FROM company")
        .await;
    assert_eq!(delivery.wait().unwrap().code(), Some(3));
    // Two pages had been read by then.
    let sent = server.accepted().len();
    assert!((1..=520).contains(&sent), "{sent}");
    let states = house.rows("SELECT state, COUNT(*) FROM notice GROUP BY state ORDER BY state").await;
    assert_eq!(states, [format!("ready {}", 900 - sent), format!("sent {sent}")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_count_together() {
    let (house, server) = many(40, Script::default().always(Dot, &[Say("554 5.7.1 spam")])).await;
    house.edit("duly.toml", "sessions = 1", "sessions = 4");
    house.deliver().ended(3);
    // Three, and what was under way in the other workers.
    let received = server.received().len();
    assert!((3..=6).contains(&received), "{received}");
    let states = house.rows("SELECT state, COUNT(*) FROM notice GROUP BY state ORDER BY state").await;
    assert_eq!(states, [format!("deferred {received}"), format!("ready {}", 40 - received)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn troubles_in_a_row_end_a_delivery_and_halt_nothing() {
    let rows: [(At, &[Act], &str); 4] = [
        (Mail, &[Say("452 4.3.1 full")], "deferred"),
        (Recipient, &[Say("421 4.7.0 too many"), Close], "deferred"),
        (Data, &[Close], "deferred"),
        (Dot, &[Close], "in_doubt"),
    ];
    for (at, acts, state) in rows {
        let (house, server) = ready(&MANY, times(Script::default(), 3, at, acts)).await;
        let error = house.deliver().failed(1);
        assert!(error.contains("what was not sent stays ready"), "{error}");
        assert_eq!(house.states().await, [state, state, state, "ready", "ready", "ready"], "{at:?}");
        assert_eq!(house.deliver().ended(0), "3 sent\n");
        assert_eq!(server.accepted().len(), 3);
        assert_eq!(house.rows("SELECT COUNT(*) FROM halt").await, ["0"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_says_it_once_goes_on_sweeping_and_sends_when_resumed() {
    let script = times(Script::default(), 3, Recipient, &[Say("554 5.7.1 Relay access denied")]);
    let server = Server::start(script).await;
    let house = due_today(&server, &MANY);
    house.edit("policy.toml", r#"sweep = "0 7 * * *""#, r#"sweep = "* * * * *""#);
    last_slot(&house, 2).await;
    let daemon = Running::start(&house);
    until("it stopped", || daemon.log().contains("sending stopped"));
    let sweeps = || daemon.log().matches("sweep done").count();
    until("it goes on sweeping", || sweeps() >= 2);
    std::thread::sleep(Duration::from_secs(16));
    assert_eq!(daemon.log().matches("ERROR").count(), 1, "{}", daemon.log());
    assert_eq!((server.connections(), daemon.log().matches("delivery done").count()), (1, 1));
    let said = house.duly(&["deliver", "--resume", "--by", "eva"]).ended(0);
    // On PostgreSQL the command sends beside the daemon.
    let alone = !skipped_on_postgres("there the command itself sends");
    assert!(said.starts_with("Sending is resumed.\n"), "{said}");
    assert!(!alone || said.ends_with("The running daemon sends within a minute.\n"), "{said}");
    until("all are sent", || server.accepted().len() == 6);
    assert_eq!(daemon.log().matches("ERROR").count(), 1, "{}", daemon.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_does_not_hammer_a_relay_in_trouble() {
    let script = times(Script::default(), 2, Greeting, &[Say("421 4.3.2 busy"), Close]);
    let server = Server::start(script).await;
    let house = due_today(&server, &["A", "B"]);
    last_slot(&house, 2).await;
    let daemon = Running::start(&house);
    until("the first try", || server.connections() == 1);
    let first = Instant::now();
    until("the second try", || server.connections() == 2);
    let second = Instant::now();
    assert!(second - first > Duration::from_secs(14), "{:?}", second - first);
    until("both are sent", || server.accepted().len() == 2);
    assert!(second.elapsed() > Duration::from_secs(29), "{:?}", second.elapsed());
    let log = daemon.log();
    assert!(log.contains("waiting before the next delivery seconds=1"), "{log}");
    assert!(log.contains("waiting before the next delivery seconds=3"), "{log}");
    assert_eq!(log.matches("delivery stops").count(), 2, "{log}");
    assert_eq!(house.rows("SELECT COUNT(*) FROM halt").await, ["0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_slept_through_its_claim_keeps_the_dot_back() {
    let server = Server::start(Script::default().next(Data, &[Wait(Duration::from_secs(2)), Normal])).await;
    let house = due_today(&server, &["A"]);
    last_slot(&house, 2).await;
    let daemon = Running::start(&house);
    until("DATA", || server.commands().iter().any(|line| line == "DATA"));
    daemon.signal("STOP");
    std::thread::sleep(Duration::from_secs(11));
    // Meanwhile another process took it for lost, and sent it.
    house.change("UPDATE notice SET state = 'sent', attempts = attempts + 1 WHERE state = 'sending'").await;
    daemon.signal("CONT");
    until("it is noticed", || daemon.log().contains("the outcome comes too late"));
    until("the delivery is over", || daemon.log().contains("delivery done"));
    std::thread::sleep(Duration::from_millis(500));
    assert!(server.received().is_empty(), "the dot arrived");
    assert_eq!(house.rows("SELECT state, attempts FROM notice WHERE as_of > '2025-03-03'").await, ["sent 2"]);
    assert!(!daemon.log().contains("ERROR"), "{}", daemon.log());
}
