//! A past sweep comes out the same, whatever was recorded since; a fact that was changed shows.

use serde_json::Value;

use crate::{
    house::{DAY, House},
    relay::ready,
    smtp::{Act::Say, At, Script},
    verify::{LATER, lived},
};

/// Nothing is said and the exit code is 0.
#[track_caller]
fn same(house: &House, sweep: &str) {
    let said = house.duly(&["replay", sweep]);
    assert_eq!((said.code, said.out.as_str()), (0, ""), "{}", said.err);
}

#[tokio::test]
async fn what_was_recorded_since_does_not_matter() {
    let house = lived();
    same(&house, "2");
    same(&house, "3");
    // By its date; the one that was held back is not meant.
    same(&house, DAY);
    same(&house, LATER);
    // Everything is different now.
    house.take("accounts", "B,Other Name,other@buyer.example\nG,New,g@buyer.example\n");
    house.take("invoices", "INV-B,B,2024-12-01,2024-12-31,GBP,90.00\nINV-G,G,2024-11-01,2024-12-01,GBP,70.00\n");
    house.take("payments", "P-F,F,2025-01-15,GBP,60.00,INV-F\nP-C,C,2025-01-01,GBP,100.00,INV-C\n");
    house.take("events", "EV-E,E,2025-01-02,price_change,,\nEV-D,D,2025-02-01,other,,\n");
    house.duly(&["hold", "add", "E", "--from", "2025-01-01", "--why", "called"]).ended(0);
    house.edit("policy.toml", "days = 60", "days = 30");
    house.edit("policy.toml", "min_gap_days = 7", "min_gap_days = 0");
    house.duly(&["sweep", "--as-of", LATER]).ended(0);
    assert_eq!(house.rows("SELECT COUNT(*) FROM policy_version").await, ["2"]);
    assert_ne!(house.rows("SELECT COUNT(*) FROM notice WHERE sweep = 4").await, ["0"]);
    for sweep in ["2", "3", "4"] {
        same(&house, sweep);
    }
    house.duly(&["verify"]).ended(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_that_was_refused_since_counted_then() {
    let script = Script::default().next(At::Recipient, &[Say("550 5.1.1 no such user")]);
    let (house, _server) = ready(&["A"], script).await;
    house.sweep(DAY).ended(0);
    assert_eq!(house.deliver().ended(0), "1 refused\n");
    house.sweep(DAY).ended(3);
    let held = house.rows("SELECT sweep, reasons FROM decision WHERE outcome = 'held'").await;
    assert_eq!(held, ["3 no_contact"]);
    for sweep in ["1", "2", "3"] {
        same(&house, sweep);
    }
    house.duly(&["verify"]).ended(0);
}

#[tokio::test]
async fn a_document_that_was_found_since_was_missing_then() {
    let house = House::with_accounts(&["A"]);
    let header = "invoice,account,issued,due,currency,amount,document";
    let row = format!("{header}\nINV-A,A,2024-12-01,2024-12-31,GBP,100.00,a.pdf\n");
    house.import_file("invoices", row, &[]).ended(0);
    house.sweep(DAY).ended(3);
    assert_eq!(house.rows("SELECT reasons FROM decision").await, ["document_missing"]);
    let documents = house.path("config").join("documents");
    std::fs::create_dir_all(&documents).unwrap();
    std::fs::write(documents.join("a.pdf"), "%PDF-").unwrap();
    house.sweep(DAY).ended(0);
    same(&house, "1");
    same(&house, "2");
    std::fs::remove_file(documents.join("a.pdf")).unwrap();
    same(&house, "1");
    same(&house, "2");
}

#[tokio::test]
async fn the_policy_of_that_day_counts() {
    // A sweep that wrote no decision names no version: the one that there was counts.
    let house = House::with_accounts(&["A"]);
    house.duly(&["hold", "add", "A", "--from", "2025-01-01", "--why", "called"]).ended(0);
    house.sweep(DAY).ended(3);
    house.sweep(DAY).ended(3);
    assert_eq!(house.rows("SELECT sweep FROM decision").await, ["1"]);
    house.edit("policy.toml", "days = 60", "days = 70");
    house.no_payments();
    same(&house, "2");

    // Replicas that read the policy at different moments follow different versions in one sweep.
    let house = lived();
    house.edit("policy.toml", "\npercent = 2\n", "\npercent = 3\n");
    house.no_payments();
    house.change("UPDATE decision SET policy = 'standard-2' WHERE sweep = 2 AND account = 2").await;
    let said = house.duly(&["replay", "2"]);
    assert_eq!(said.code, 1);
    let accounts: Vec<&str> = said.out.lines().filter(|line| !line.starts_with(' ')).collect();
    assert_eq!(accounts, ["B notice"], "{}", said.out);
    assert!(said.out.contains(", 2 % off: ") && said.out.contains(", 3 % off: "), "{}", said.out);
}

#[tokio::test]
async fn what_was_changed_behind_its_back_shows() {
    let house = lived();
    let page = house.rows("SELECT accounts FROM sweep_page WHERE sweep = 2").await[0].clone();
    assert!(page.starts_with("1 2 "), "{page}");
    let forgotten = format!("UPDATE sweep_page SET accounts = '{}', notices = 3 WHERE sweep = 2", &page[2..]);
    let back = format!("UPDATE sweep_page SET accounts = '{page}', notices = 4 WHERE sweep = 2");
    let changes: [(&str, &str, &[&str]); 8] = [
        (
            "UPDATE invoice SET amount = 11000 WHERE number = 'INV-B'",
            "UPDATE invoice SET amount = 10000 WHERE number = 'INV-B'",
            &[
                "B decision\n  kept      notice, stage first, overdue 10000 GBP",
                "computed  notice, stage first, overdue 11000",
            ],
        ),
        (
            "UPDATE invoice SET due = '2025-02-28' WHERE number = 'INV-B'",
            "UPDATE invoice SET due = '2024-12-31' WHERE number = 'INV-B'",
            &["B decision\n", "computed  nothing", "B notice\n", "page 1 counts\n"],
        ),
        (
            "UPDATE hold SET until = '2025-01-02'",
            "UPDATE hold SET until = NULL",
            &["C decision\n  kept      held (disputed)", "computed  notice, stage first"],
        ),
        (
            "UPDATE account_fact SET emails = 'other@buyer.example' WHERE name = 'Customer B'",
            "UPDATE account_fact SET emails = 'b@buyer.example' WHERE name = 'Customer B'",
            &[
                "B notice\n  kept      letter first to b@buyer.example,",
                "computed  letter first to other@buyer.example,",
            ],
        ),
        (
            "UPDATE case_evidence SET key = 'other'",
            "UPDATE case_evidence SET key = 'complaint:EV-D'",
            &["D case\n  kept      INV-D other\n  computed  INV-D complaint:EV-D\n"],
        ),
        (
            "UPDATE notice_item SET days_overdue = 63 WHERE notice = 2",
            "UPDATE notice_item SET days_overdue = 62 WHERE notice = 2",
            &["B notice\n", "2024-12-31, 63 days, 10000", "2024-12-31, 62 days, 10000"],
        ),
        (
            "UPDATE decision SET credits = 999 WHERE sweep = 2 AND credits = 1000",
            "UPDATE decision SET credits = 1000 WHERE sweep = 2 AND credits = 999",
            &["B decision\n", "credits 999\n", "credits 1000\n"],
        ),
        (&forgotten, &back, &["A decision\n  kept      on none of its pages\n  computed  notice, stage first"]),
    ];
    let mut missed = Vec::new();
    for (change, undo, expected) in changes {
        house.change(change).await;
        let said = house.duly(&["replay", "2"]);
        let found = said.code == 1 && said.err.contains("differently than sweep 2 recorded");
        if !found || !expected.iter().all(|fragment| said.out.contains(fragment)) {
            missed.push(format!("{change}\n{}{}", said.out, said.err));
        }
        house.change(undo).await;
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    same(&house, "2");
}

#[tokio::test]
async fn programs_read_it_and_what_cannot_be_done_again_is_refused() {
    let house = lived();
    let json: Value = serde_json::from_str(&house.duly(&["replay", "2", "--json"]).ended(0)).unwrap();
    let expected = serde_json::json!({ "sweep": 2, "as_of": DAY, "accounts": 6, "same": true, "differences": [] });
    assert_eq!(json, expected);
    house.change("UPDATE decision SET reasons = 'promise' WHERE sweep = 2 AND reasons = 'disputed'").await;
    let said = house.duly(&["replay", "2", "--json"]);
    let json: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((said.code, &json["same"]), (1, &Value::Bool(false)));
    let expected = serde_json::json!([{
        "account": "C", "what": "decision",
        "kept": "held (promise), stage first, overdue 10000 GBP, credits 0",
        "computed": "held (disputed), stage first, overdue 10000 GBP, credits 0"
    }]);
    assert_eq!(json["differences"], expected);
    for (sweep, why) in [
        ("1", "sweep 1 was held back"),
        ("99", "there is no sweep 99"),
        ("2025-03-04", "no sweep for 2025-03-04"),
        ("x", "expected a number or a date"),
    ] {
        let error = house.duly(&["replay", sweep]).failed(2);
        assert!(error.contains(why), "{error}");
    }
}
