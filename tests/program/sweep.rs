//! Sweeps by hand: releases, sending hours, and what is said of them.

use std::{fs::File, process::Stdio};

use chrono::{Datelike as _, Days};

use crate::{
    house::{DAY, House, days_ago},
    relay::PLAIN,
    smtp::{Script, Server},
};

#[tokio::test]
async fn a_first_sweep_may_be_released_at_once_and_nothing_else_unless_it_was_held_back() {
    let house = House::with_accounts(&["A"]);
    house.edit("policy.toml", "notices = 50", "notices = 1");
    house.edit("policy.toml", "factor = 5", "factor = 1");
    let said = house.duly(&["sweep", "--as-of", DAY, "--release"]).ended(0);
    assert!(said.contains("1 notice") && !said.contains("Nothing is held back"), "{said}");
    // Far more than usual, and nobody has seen it yet.
    house.take("accounts", "B,Birch,b@buyer.example\nC,Cedar,c@buyer.example\n");
    house.take("invoices", "INV-B,B,2024-12-01,2024-12-31,GBP,100.00\nINV-C,C,2024-12-01,2024-12-31,GBP,100.00\n");
    let said = house.duly(&["sweep", "--as-of", DAY, "--release"]).ended(3);
    assert!(said.starts_with("Nothing is held back, so nothing was released"), "{said}");
    assert!(said.contains("Held back: 2 notices are planned"), "{said}");
    let said = house.duly(&["sweep", "--as-of", DAY, "--release"]).ended(0);
    assert!(said.contains("2 sent") && !said.contains("Nothing is held back"), "{said}");
    let said = house.duly(&["sweep", "--as-of", DAY, "--release"]).ended(0);
    assert!(said.starts_with("Nothing is held back"), "{said}");
    assert!(said.ends_with("Nothing was due to be sent.\n"), "{said}");
}

#[tokio::test]
async fn one_planned_notice_is_spoken_of_as_one() {
    let house = House::with_accounts(&["A"]);
    let said = house.duly(&["sweep", "--as-of", DAY]).ended(3);
    assert!(said.contains("Held back: 1 notice is planned; this is the first sweep"), "{said}");
}

#[tokio::test]
async fn notices_that_wait_for_their_hours_are_told() {
    let house = House::new();
    let open = days_ago(0).checked_add_days(Days::new(2)).unwrap();
    let all = r#"days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]"#;
    let day = open.weekday().to_string().to_lowercase();
    house.edit("policy.toml", all, &format!("days = [\"{day}\"]"));
    house.edit("policy.toml", r#"from = "00:00:00""#, r#"from = "08:00:00""#);
    house.take("accounts", "A,Alder,a@buyer.example\nB,Birch,b@buyer.example\n");
    let (issued, due) = (days_ago(95), days_ago(65));
    house.take("invoices", &format!("I-A,A,{issued},{due},GBP,100.00\nI-B,B,{issued},{due},GBP,100.00\n"));
    house.no_payments();
    let expected = format!("2 wait for their sending hours, the first on {} 08:00 ", open.format("%a %Y-%m-%d"));
    for command in [&["sweep", "--release"][..], &["deliver"]] {
        let said = house.duly(command).ended(0);
        assert!(said.contains(&expected) && !said.contains("Nothing was due"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_is_away_is_not_called_nothing_due() {
    let server = Server::start(Script::default()).await;
    let house = House::with_accounts(&["A"]);
    house.send_to(&server, PLAIN);
    let port = server.address.port();
    drop(server);
    crate::house::until("the relay has gone", || std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
    let said = house.duly(&["sweep", "--as-of", DAY, "--release"]);
    assert!(!said.out.contains("Nothing was due"), "{}", said.out);
    let error = said.failed(1);
    assert!(error.contains("sending stopped"), "{error}");
}

#[test]
fn a_full_disk_is_a_failure_and_a_closed_pipe_is_not() {
    let house = House::new();
    if let Ok(full) = File::options().write(true).open("/dev/full") {
        let output = house.command(&["check"]).stdout(full).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{error}");
        assert!(error.starts_with("duly: standard output: "), "{error}");
    }
    let mut child = house.command(&["check"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
}
