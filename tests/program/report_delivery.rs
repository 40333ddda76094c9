//! `duly report delivery`, and the alarms that it and `duly tasks` show.

use chrono::TimeDelta;
use duly::clock::Clock;
use serde_json::{Value, json};

use crate::{
    house::House,
    relay::ready,
    smtp::{Act::*, At::*, Script},
};

fn report(house: &House) -> Value {
    serde_json::from_str(&house.duly(&["report", "delivery", "--json"]).ended(0)).unwrap()
}

/// So many hours ago.
fn ago(hours: i64) -> String {
    (Clock::System.now() - TimeDelta::hours(hours)).to_rfc3339()
}

/// One of each: refused, deferred, in doubt, and two sent.
async fn of_each() -> House {
    let script = Script::default()
        .next(Recipient, &[Say("552 5.2.2 mailbox full")])
        .next(Recipient, &[Say("450 4.2.0 later")])
        .next(Dot, &[Close]);
    let (house, _server) = ready(&["A", "B", "C", "D", "E"], script).await;
    assert_eq!(house.deliver().ended(0), "2 sent, 1 to be tried again, 1 refused, 1 in doubt\n");
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn it_tells_what_became_of_each_notice() {
    let house = of_each().await;
    let found = report(&house);
    let notices =
        json!({"ready": 0, "sending": 0, "sent": 2, "deferred": 1, "refused": 1, "in_doubt": 1, "withdrawn": 0});
    assert_eq!(found["notices"], notices);
    assert_eq!((&found["company"], &found["days"]), (&json!("EXAMPLE"), &json!(14)));
    let deferred = &found["deferred"];
    assert_eq!(deferred[0]["reason"], "deferred at RCPT TO: 450 4.2.0 later");
    assert_eq!((deferred.as_array().unwrap().len(), &deferred[0]["number"]), (1, &json!(1)));
    let sweep = &found["sweeps"][0];
    let figures = ["expected", "sent", "waiting", "refused", "in_doubt", "withdrawn", "unexplained"];
    assert_eq!(figures.map(|key| sweep[key].as_i64().unwrap()), [5, 2, 1, 1, 1, 0, 0]);
    assert_eq!((&found["halt"], &found["alarms"], &found["workers"]), (&json!(null), &json!([]), &json!([])));
    let said = house.duly(&["report", "delivery"]).ended(0);
    let rows = ["in doubt         1", "deferred at RCPT TO: 450 4.2.0 later", "At work\nnobody\n", "2025-03-03"];
    assert!(rows.iter().all(|row| said.contains(row)) && !said.contains('!'), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_can_explain_is_marked_and_alarms() {
    let house = of_each().await;
    let unexplained = || report(&house)["sweeps"][0]["unexplained"].as_u64().unwrap();
    let kinds = || -> Vec<String> {
        let found = report(&house);
        found["alarms"].as_array().unwrap().iter().map(|alarm| alarm["kind"].as_str().unwrap().to_owned()).collect()
    };
    // The sweep ended two hours ago, and the next try is still to come.
    house.change(format!("UPDATE sweep SET finished_at = '{}'", ago(2))).await;
    assert_eq!((unexplained(), kinds()), (0, vec![]));
    // It was due 90 minutes ago.
    let long_ago = (Clock::System.now() - TimeDelta::minutes(90)).to_rfc3339();
    house.change(format!("UPDATE notice SET due_at = '{long_ago}' WHERE state = 'deferred'")).await;
    assert_eq!((unexplained(), kinds()), (1, vec!["sweep".to_owned()]));
    let tasks = house.duly(&["tasks"]).ended(0);
    assert!(tasks.contains("1 notice of the sweep for 2025-03-03 should have left by now"), "{tasks}");
    let said = house.duly(&["report", "delivery"]).ended(0);
    assert!(said.contains("ALARM: 1 notice of the sweep") && said.contains("! 1 without a reason"), "{said}");
    // A person is told why: sending is stopped.
    house.change(format!("INSERT INTO halt SELECT id, 'relay', 'told', '{}' FROM company", ago(1))).await;
    assert_eq!((unexplained(), kinds()), (0, vec![]));
    assert!(house.duly(&["report", "delivery"]).ended(0).contains("sending stopped since"));
    assert_eq!(report(&house)["halt"]["why"], "told");
    house.change("DELETE FROM halt").await;
    // One that is ready, for five hours.
    house.change(format!("UPDATE notice SET state = 'ready', due_at = '{}' WHERE state = 'deferred'", ago(5))).await;
    assert_eq!((unexplained(), kinds()), (1, vec!["sweep".to_owned(), "ready".to_owned()]));
    house.edit("policy.toml", "oldest_ready_hours = 4", "oldest_ready_hours = 6");
    assert_eq!(kinds(), ["sweep"]);
    // On its way for long; in doubt, and due; without a next try.
    for (state, due) in [("sending", None), ("in_doubt", Some(ago(2))), ("deferred", None), ("ready", None)] {
        let due = due.map_or("NULL".to_owned(), |due| format!("'{due}'"));
        let text = format!(
            "UPDATE notice SET state = '{state}', due_at = {due}, intent_at = '{}' \
             WHERE id = (SELECT MIN(id) + 1 FROM notice)",
            ago(2)
        );
        house.change(text).await;
        assert_eq!((unexplained(), kinds()), (1, vec!["sweep".to_owned()]), "{state}");
    }
    // What a person decides about is no alarm.
    house.change("UPDATE notice SET state = 'in_doubt' WHERE state = 'ready'").await;
    assert_eq!((unexplained(), kinds()), (0, vec![]));
    // Notices that are gone are seen.
    house.change("UPDATE sweep SET notices = notices + 2").await;
    assert_eq!(unexplained(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_covers_the_days_that_are_asked_for_and_leaves_out_what_was_held_back() {
    let house = House::with_accounts(&["A"]);
    house.duly(&["sweep", "--as-of", crate::house::DAY, "--no-send"]).ended(3);
    assert_eq!(report(&house)["sweeps"], json!([]));
    house.sweep(crate::house::DAY).ended(0);
    assert_eq!(report(&house)["sweeps"][0]["expected"], 1);
    house.change(format!("UPDATE sweep SET finished_at = '{}'", ago(15 * 24))).await;
    assert_eq!(report(&house)["sweeps"], json!([]));
    let said = house.duly(&["report", "delivery", "--days", "16"]).ended(0);
    assert!(said.contains("Sweeps of 16 days") && said.contains("! 1 without a reason"), "{said}");
    house.duly(&["report", "delivery", "--days", "0"]).failed(2);
}
