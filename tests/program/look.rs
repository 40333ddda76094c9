//! The last look: what changed between the sweep and the message.

use std::process::Stdio;

use chrono::TimeDelta;

use crate::{
    house::{DAY, House, days_ago, until},
    relay::{PLAIN, ready},
    smtp::{Script, Server},
};

const WITHDRAWN: &str = "1 withdrawn, since something changed\n";
const NOTICES: &str = "SELECT state, COALESCE(reply, '') FROM notice ORDER BY id";

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_withdraws() {
    let (house, server) = ready(&["A", "B"], Script::default()).await;
    house.take("payments", "P,A,2025-03-01,GBP,100.00,INV-A\n");
    assert_eq!(house.deliver().ended(0), "1 sent, 1 withdrawn, since something changed\n");
    assert_eq!(house.rows("SELECT reply, void FROM notice WHERE state = 'withdrawn'").await, ["paid 1"]);
    let to: Vec<String> = server.received().into_iter().map(|message| message.to).collect();
    assert_eq!(to, ["b@buyer.example"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_withdraws_and_its_end_lets_it_go() {
    let (house, server) = ready(&["A"], Script::default()).await;
    house.duly(&["hold", "add", "A", "--from", "2025-03-01", "--why", "called"]).ended(0);
    assert_eq!(house.deliver().ended(0), WITHDRAWN);
    assert_eq!(house.rows(NOTICES).await, ["withdrawn held"]);
    assert!(server.commands().iter().all(|line| !line.starts_with("MAIL")));
    assert!(house.sweep(DAY).ended(3).contains("account_hold"));
    house.change("UPDATE hold SET until = '2025-03-02'").await;
    house.sweep(DAY).ended(0);
    assert_eq!(house.deliver().ended(0), "1 sent\n");
    assert_eq!(server.accepted().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_payment_withdraws_and_the_rest_is_noticed() {
    let (house, server) = ready(&["A"], Script::default()).await;
    house.take("payments", "P,A,2025-03-01,GBP,40.00,INV-A\n");
    assert_eq!(house.deliver().ended(0), WITHDRAWN);
    assert_eq!(house.rows(NOTICES).await, ["withdrawn changed"]);
    assert!(server.received().is_empty());
    house.sweep(DAY).ended(0);
    assert_eq!(house.deliver().ended(0), "1 sent\n");
    assert_eq!(
        house.rows("SELECT overdue_total, state FROM notice ORDER BY id").await,
        ["10000 withdrawn", "6000 sent"]
    );
    let text = String::from_utf8_lossy(&server.accepted()[0].bytes).into_owned();
    let mail = mail_parser::MessageParser::default().parse(text.as_bytes()).unwrap();
    assert!(mail.body_text(0).unwrap().contains("£60.00"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promise_and_a_complaint_withdraw() {
    let (house, server) = ready(&["A", "B"], Script::default()).await;
    house.take("events", "E-1,A,2025-03-02,promise,,2025-03-20\nE-2,B,2025-03-02,complaint,INV-B,\n");
    assert_eq!(house.deliver().ended(0), "2 withdrawn, since something changed\n");
    assert_eq!(house.rows(NOTICES).await, ["withdrawn held", "withdrawn held"]);
    assert!(server.received().is_empty());
    house.sweep(DAY).ended(3);
    let cases = house.duly(&["case", "list"]).ended(0);
    assert!(cases.contains("INV-B") && cases.contains("suspected") && !cases.contains("INV-A"), "{cases}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_that_waited_too_long_is_decided_afresh() {
    let (house, server) = ready(&["A"], Script::default()).await;
    assert_eq!(house.duly(&["deliver", "--as-of", "2025-03-20"]).ended(0), WITHDRAWN);
    assert_eq!(house.rows(NOTICES).await, ["withdrawn outdated"]);
    house.sweep("2025-03-20").ended(0);
    assert_eq!(house.duly(&["deliver", "--as-of", "2025-03-20"]).ended(0), "1 sent\n");
    assert_eq!(server.accepted().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_comes_while_the_message_waits_its_turn_is_seen() {
    let (house, server) = ready(&["A", "B"], Script::default()).await;
    // Ten seconds between two messages.
    house.edit("duly.toml", "per_minute = 0", "per_minute = 6");
    let delivery = house.command(&["deliver", "--as-of", DAY]).stdout(Stdio::piped()).spawn().unwrap();
    until("the first mail", || server.accepted().len() == 1);
    house.take("payments", "P,B,2025-03-01,GBP,100.00,INV-B\n");
    let output = delivery.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "1 sent, 1 withdrawn, since something changed\n");
    assert_eq!(house.rows(NOTICES).await, ["sent 2.0.0 queued as 42", "withdrawn paid"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn sending_hours_are_asked_again_at_sending() {
    let server = Server::start(Script::default()).await;
    let house = House::with_one_due_today();
    house.send_to(&server, PLAIN);
    house.duly(&["sweep", "--release", "--no-send"]).ended(0);
    // The hours have ended since: the only day is neither today nor next to it.
    let all_days = r#"days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]"#;
    let later = days_ago(4).format("%a").to_string().to_lowercase();
    house.edit("policy.toml", all_days, &format!("days = [\"{later}\"]"));
    house.duly(&["deliver"]).ended(0);
    assert!(server.received().is_empty());
    assert_eq!(house.rows("SELECT state, reply FROM notice").await, ["ready waits for its sending hours"]);
    assert!(house.waits().await > TimeDelta::days(1));
    house.edit("policy.toml", &format!("days = [\"{later}\"]"), all_days);
    house.change("UPDATE notice SET due_at = '2025-01-01T00:00:00+00:00'").await;
    assert_eq!(house.duly(&["deliver"]).ended(0), "1 sent\n");
    assert_eq!(server.accepted().len(), 1);
}
