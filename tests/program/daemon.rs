//! `duly run`: slots, releases, signals, and a process that dies.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use duly::clock::Clock;

use crate::{
    database::skipped_on_postgres,
    house::{House, until},
    relay::PLAIN,
    running::{Running, due_today, last_slot},
    smtp::{Act::*, At::*, Script, Server},
};

const SWEEPS: &str = "SELECT COUNT(*) FROM sweep WHERE as_of > '2025-03-03'";

#[tokio::test(flavor = "multi_thread")]
async fn after_a_month_of_downtime_there_is_one_sweep() {
    let server = Server::start(Script::default()).await;
    let house = due_today(&server, &["A", "B"]);
    last_slot(&house, 30).await;
    let mut daemon = Running::start(&house);
    until("two mails", || server.accepted().len() == 2);
    // The schedule may ring at this very moment; the slots tell.
    let swept = house.rows("SELECT COUNT(*) FROM slot WHERE note LIKE 'sweep %'").await;
    assert_eq!(house.rows(SWEEPS).await, swept);
    assert_eq!(swept, ["1"]);
    let folded: usize =
        house.rows("SELECT COUNT(*) FROM slot WHERE note LIKE 'folded into %'").await[0].parse().unwrap();
    assert!((28..=30).contains(&folded), "{folded}");
    daemon.signal("TERM");
    assert!(daemon.ended().success());
    drop(daemon);
    // Nothing is due any more, and a second start sweeps nothing.
    let mut daemon = Running::start(&house);
    until("the daemon has looked", || daemon.log().contains("duly is running"));
    std::thread::sleep(Duration::from_secs(1));
    daemon.signal("TERM");
    assert!(daemon.ended().success());
    assert_eq!(house.rows(SWEEPS).await, ["1"]);
    assert_eq!(server.received().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_of_every_minute_is_caught_up_by_one_sweep() {
    let server = Server::start(Script::default()).await;
    let house = due_today(&server, &["A"]);
    house.edit("policy.toml", r#"sweep = "0 7 * * *""#, r#"sweep = "* * * * *""#);
    last_slot(&house, 9).await;
    let start = Clock::System.now();
    let mut daemon = Running::start(&house);
    until("a mail", || server.accepted().len() == 1);
    daemon.signal("TERM");
    assert!(daemon.ended().success());
    // The one sweep was for the newest of these 13,000 minutes.
    let swept = house.rows("SELECT MIN(at) FROM slot WHERE note LIKE 'sweep %'").await;
    let swept: DateTime<Utc> = swept[0].parse().unwrap();
    assert!(start - swept < TimeDelta::minutes(1), "{swept}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_sweep_waits_for_a_person_and_is_released_while_the_daemon_runs() {
    let server = Server::start(Script::default()).await;
    let house = House::with_one_due_today();
    house.send_to(&server, PLAIN);
    house.edit("policy.toml", r#"sweep = "0 7 * * Mon-Fri""#, r#"sweep = "0 7 * * *""#);
    last_slot(&house, 2).await;
    let daemon = Running::start(&house);
    until("the sweep is held back", || daemon.log().contains("this is the first sweep"));
    assert!(house.duly(&["tasks"]).ended(0).contains("`duly sweep --release`"));
    assert!(server.received().is_empty());
    let said = house.duly(&["sweep", "--release"]).ended(0);
    // On PostgreSQL the command works beside the daemon.
    let alone = !skipped_on_postgres("there the command itself sweeps");
    assert!(!alone || said.contains("Released. The running daemon sweeps and sends within a minute."), "{said}");
    until("a mail", || server.accepted().len() == 1);
    assert_eq!(house.rows("SELECT COUNT(*) FROM notice").await, ["1"]);
    let said = house.duly(&["sweep", "--release"]).ended(0);
    assert!(!alone || said == "Nothing is held back. The running daemon sweeps on its schedule.\n", "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sweeps_or_sends_must_be_one() {
    if skipped_on_postgres("several may work on one database there") {
        return;
    }
    let server = Server::start(Script::default()).await;
    let house = due_today(&server, &["A"]);
    let _daemon = Running::start(&house);
    let error = house.duly(&["run"]).failed(1);
    assert!(error.contains("another duly process") && error.contains("stop it first"), "{error}");
    house.duly(&["sweep"]).failed(1);
    house.duly(&["deliver"]).failed(1);
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_are_read_again_and_bad_ones_are_refused() {
    let server = Server::start(Script::default()).await;
    let house = due_today(&server, &["A"]);
    let daemon = Running::start(&house);
    assert!(daemon.log().contains("standard-"), "{}", daemon.log());
    house.edit("policy.toml", "days = 60", "dais = 60");
    daemon.signal("HUP");
    until("the bad policy is refused", || daemon.log().contains("not reloaded; the old rules stay"));
    assert!(daemon.log().contains("Did you mean `days`?"), "{}", daemon.log());
    let versions = house.rows("SELECT MAX(version) FROM policy_version").await[0].parse::<u32>().unwrap();
    house.edit("policy.toml", "dais = 60", "days = 64");
    daemon.signal("HUP");
    let reloaded = format!("policies and wording reloaded policy=\"standard-{}\"", versions + 1);
    until("the good policy is taken", || daemon.log().contains(&reloaded));
    assert_eq!(house.rows("SELECT MAX(version) FROM policy_version").await, [(versions + 1).to_string()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn told_to_end_it_finishes_the_message_under_way() {
    let script = Script::default().next(Dot, &[Wait(Duration::from_secs(3)), Normal]);
    let server = Server::start(script).await;
    let house = due_today(&server, &["A", "B"]);
    last_slot(&house, 2).await;
    let mut daemon = Running::start(&house);
    until("the dot has arrived", || server.received().len() == 1);
    daemon.signal("TERM");
    assert_eq!(daemon.ended().code(), Some(0), "{}", daemon.log());
    assert!(daemon.log().contains("duly has stopped"));
    let states = "SELECT state FROM notice WHERE as_of > '2025-03-03' ORDER BY state";
    assert_eq!(house.rows(states).await, ["ready", "sent"]);
    assert_eq!(server.received().len(), 1);
    let _daemon = Running::start(&house);
    until("the other mail", || server.accepted().len() == 2);
    let mut to: Vec<String> = server.accepted().into_iter().map(|message| message.to).collect();
    to.sort();
    assert_eq!(to, ["a@buyer.example", "b@buyer.example"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_between_the_dot_and_the_answer_it_is_in_doubt() {
    let server = Server::start(Script::default().next(Dot, &[Silence])).await;
    let house = due_today(&server, &["A"]);
    last_slot(&house, 2).await;
    let mut daemon = Running::start(&house);
    until("the dot has arrived", || server.received().len() == 1);
    daemon.child.kill().unwrap();
    daemon.ended();
    drop(daemon);
    let state = "SELECT state, doubts, sha256 IS NOT NULL, attempts FROM notice WHERE as_of > '2025-03-03'";
    assert_eq!(house.rows(state).await, ["sending 0 1 1"]);
    let mut daemon = Running::start(&house);
    until("the doubt is told", || daemon.log().contains("they are in doubt"));
    assert_eq!(house.rows(state).await, ["in_doubt 1 1 1"]);
    assert!(house.duly(&["tasks"]).ended(0).contains("may not have arrived; sent again"));
    daemon.signal("TERM");
    assert!(daemon.ended().success());
    assert_eq!(server.received().len(), 1);
    // After the wait it goes once more, with the same bytes.
    house.all_due().await;
    house.duly(&["deliver"]).ended(0);
    let sent = server.received();
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0].bytes, sent[1].bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_on_messages_does_not_keep_it_from_ending() {
    let server = Server::start(Script::default()).await;
    let house = due_today(&server, &["A", "B"]);
    house.edit("duly.toml", "per_minute = 0", "per_minute = 1");
    last_slot(&house, 2).await;
    let mut daemon = Running::start(&house);
    until("a mail", || server.accepted().len() == 1);
    let start = Instant::now();
    daemon.signal("TERM");
    assert!(daemon.ended().success());
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
    let states = "SELECT state FROM notice WHERE as_of > '2025-03-03' ORDER BY state";
    assert_eq!(house.rows(states).await, ["ready", "sent"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_that_a_dead_process_began_is_done_again() {
    let server = Server::start(Script::default()).await;
    let house = due_today(&server, &["A"]);
    last_slot(&house, 2).await;
    house.change("UPDATE slot SET done_at = NULL, note = NULL, holder = 4711").await;
    let _daemon = Running::start(&house);
    until("a mail", || server.accepted().len() == 1);
    assert_eq!(house.rows("SELECT COUNT(*) FROM slot WHERE done_at IS NULL").await, ["0"]);
    assert_eq!(house.rows(SWEEPS).await, ["1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_catalogue_is_refused_and_letters_go_on_in_the_old_words() {
    let server = Server::start(Script::default()).await;
    let house = due_today(&server, &["A"]);
    let daemon = Running::start(&house);
    let catalogue = std::fs::read_dir(house.path("config/wording")).unwrap().flatten().map(|entry| entry.path());
    let catalogue = catalogue.filter(|path| path.extension().is_some_and(|e| e == "ftl")).min().unwrap();
    let words = std::fs::read_to_string(&catalogue).unwrap();
    std::fs::write(&catalogue, words.lines().take(3).collect::<Vec<_>>().join("\n")).unwrap();
    daemon.signal("HUP");
    until("the catalogue is refused", || daemon.log().contains("not reloaded; the old rules stay"));
    last_slot(&house, 2).await;
    house.change("DELETE FROM slot WHERE note LIKE '%first start%'").await;
    until("a mail in the old words", || server.accepted().len() == 1);
    drop(daemon);
    // A program that starts with it sends nothing at all.
    for command in [&["sweep"][..], &["deliver"], &["run"]] {
        house.duly(command).failed(2);
    }
    assert_eq!(server.received().len(), 1);
}
