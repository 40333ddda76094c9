//! `/health` and `/metrics` of a running daemon, and what it logs of alarms.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use chrono::TimeDelta;
use duly::clock::Clock;

use crate::{
    house::{House, until},
    running::{Running, due_today, last_slot},
    smtp::{Act::*, At::*, Script, Server},
};

/// With a port that is free.
fn watched(house: &House) {
    house.edit("duly.toml", "[delivery]\n", "[ops]\nlisten = \"127.0.0.1:0\"\n\n[delivery]\n");
}

fn address(daemon: &Running) -> String {
    daemon.address("are served")
}

/// Status line and headers, and the body.
fn get(address: &str, path: &str) -> (String, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: duly\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

/// Asks until the answer is this one; what was seen is good for a second.
#[track_caller]
fn says(address: &str, path: &str, status: u16, parts: &[&str]) -> String {
    let right = |(head, body): &(String, String)| {
        head.starts_with(&format!("HTTP/1.1 {status} ")) && parts.iter().all(|part| body.contains(part))
    };
    let start = Instant::now();
    loop {
        let answer = get(address, path);
        if right(&answer) {
            return answer.1;
        }
        assert!(start.elapsed() < Duration::from_secs(30), "{parts:?}: {answer:?}");
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_told_how_the_daemon_is() {
    let server = Server::start(Script::default()).await;
    let house = due_today(&server, &["A", "B"]);
    watched(&house);
    last_slot(&house, 2).await;
    let mut daemon = Running::start(&house);
    let at = address(&daemon);
    until("two mails", || server.accepted().len() == 2);
    let sent = r#"duly_notices{state="sent"} 2"#;
    let figures = says(&at, "/metrics", 200, &[sent, "duly_last_sweep_expected 2", "duly_last_sweep_sent 2"]);
    for line in [
        r#"duly_notices{state="ready"} 0"#,
        r#"duly_notices{state="withdrawn"} 1"#,
        r#"duly_alarm{kind="sweep"} 0"#,
        "duly_halt 0",
        "duly_workers 1",
        "duly_database_up 1",
        "duly_clock_doubted 0",
        "duly_oldest_ready_age_seconds 0",
        "# TYPE duly_last_sweep_finished_timestamp_seconds gauge",
        concat!(r#"duly_build_info{version=""#, env!("CARGO_PKG_VERSION"), r#""} 1"#),
    ] {
        assert!(figures.contains(line), "{line}: {figures}");
    }
    assert!(figures.ends_with("# EOF\n") && !figures.contains("buyer"), "{figures}");
    let (head, _) = get(&at, "/metrics");
    assert!(head.contains("content-type: application/openmetrics-text; version=1.0.0"), "{head}");
    says(&at, "/health", 200, &["ok\n"]);
    assert!(get(&at, "/").0.starts_with("HTTP/1.1 404 "));
    let workers = house.duly(&["report", "delivery", "--json"]).ended(0);
    assert!(workers.contains(&format!(":{}\"", daemon.child.id())), "{workers}");

    house
        .change(
            "INSERT INTO halt SELECT id, 'relay', 'refuses a@buyer.example', '2025-03-03T09:00:00+00:00' FROM company",
        )
        .await;
    let health = says(&at, "/health", 503, &["sending stopped since 2025-03-03 09:00 UTC"]);
    assert!(!health.contains("buyer"), "{health}");
    says(&at, "/metrics", 200, &["duly_halt 1"]);
    house.change("DELETE FROM halt").await;
    says(&at, "/health", 200, &["ok\n"]);

    // The daemon looks at the clock by itself.
    let recorded = house.rows("SELECT recorded_at FROM batch ORDER BY id DESC LIMIT 1").await;
    let ahead = Clock::System.now() + TimeDelta::hours(2);
    let newest = "id = (SELECT MAX(id) FROM batch)";
    house.change(format!("UPDATE batch SET recorded_at = '{}' WHERE {newest}", ahead.to_rfc3339())).await;
    says(&at, "/health", 503, &["the clock says"]);
    says(&at, "/metrics", 200, &["duly_clock_doubted 1"]);
    house.change(format!("UPDATE batch SET recorded_at = '{}' WHERE {newest}", recorded[0])).await;
    says(&at, "/health", 200, &["ok\n"]);

    house.change("ALTER TABLE notice RENAME TO gone").await;
    says(&at, "/health", 503, &["the database does not answer"]);
    let figures = says(&at, "/metrics", 200, &["duly_database_up 0"]);
    assert!(!figures.contains("duly_notices"), "{figures}");
    house.change("ALTER TABLE gone RENAME TO notice").await;
    says(&at, "/health", 200, &["ok\n"]);

    daemon.signal("TERM");
    assert!(daemon.ended().success());
    assert!(TcpStream::connect(&at).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alarm_is_said_when_it_begins_and_when_it_ends() {
    let server = Server::start(Script::default().always(Greeting, &[Say("421 4.3.2 busy"), Close])).await;
    let house = due_today(&server, &["A", "B"]);
    watched(&house);
    house.duly(&["sweep", "--no-send"]).ended(0);
    let ago = |hours| (Clock::System.now() - TimeDelta::hours(hours)).to_rfc3339();
    house.change(format!("UPDATE notice SET due_at = '{}' WHERE due_at IS NOT NULL", ago(5))).await;
    house.change(format!("UPDATE sweep SET finished_at = '{}' WHERE as_of > '2025-03-03'", ago(2))).await;
    let daemon = Running::start(&house);
    let at = address(&daemon);
    until("both alarms", || daemon.log().matches("ERROR alarm kind=").count() == 2);
    says(&at, "/health", 503, &["alarm: 2 notices of the sweep for ", "alarm: a notice has been ready since"]);
    let age = says(&at, "/metrics", 200, &[r#"duly_alarm{kind="sweep"} 1"#, r#"duly_alarm{kind="ready"} 1"#]);
    assert!(age.contains("duly_oldest_ready_age_seconds 180"), "{age}");
    // One of them lasts.
    house.change(format!("UPDATE sweep SET finished_at = '{}'", ago(0))).await;
    says(&at, "/metrics", 200, &[r#"duly_alarm{kind="sweep"} 0"#, r#"duly_alarm{kind="ready"} 1"#]);
    let start = Instant::now();
    while !daemon.log().contains("the alarm is over kind=\"sweep\"") {
        assert!(start.elapsed() < Duration::from_secs(90), "{}", daemon.log());
        std::thread::sleep(Duration::from_millis(500));
    }
    assert_eq!(daemon.log().matches("ERROR").count(), 2, "{}", daemon.log());
    assert_eq!(daemon.log().matches("the alarm is over").count(), 1, "{}", daemon.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_or_no_address_is_refused() {
    let server = Server::start(Script::default()).await;
    let house = House::new();
    watched(&house);
    house.edit("duly.toml", "127.0.0.1:0", &server.address.to_string());
    let error = house.duly(&["run"]).failed(1);
    assert!(error.contains("`ops.listen` 127.0.0.1:") && error.contains("in use"), "{error}");
    house.edit("duly.toml", &server.address.to_string(), "localhost");
    let error = house.duly(&["check"]).failed(2);
    assert!(error.contains("listen") && error.contains("socket address"), "{error}");
}
