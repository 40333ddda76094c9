//! What is kept is proved: an installation that has lived is clean, and each single thing that is
//! changed in its database behind its back is found and named.

use std::process::{Child, Stdio};

use serde_json::Value;

use crate::{
    database::{Database, on_postgres},
    house::{DAY, House},
    relay::ready,
    smtp::{Act::Close, At, Script},
};

/// The day of the second sweep.
pub const LATER: &str = "2025-04-07";

/// An installation in which everything has happened: a sweep was held back and released (2), one
/// came later (3), money came in full, in part, with a discount and without an invoice, and there
/// were a hold, a case, a notice that was withdrawn and notices that were sent.
pub fn lived() -> House {
    let house = House::with_accounts(&["A", "B", "C", "D", "E", "F"]);
    let invoice = "invoice,account,issued,due,currency,amount,terms\nINV-E2,E,2025-02-01,2025-03-01,GBP,100.00,2/10\n";
    house.import_file("invoices", invoice, &[]).ended(0);
    let payments = "P-E,E,2025-02-05,GBP,98.00,INV-E2\nP-F,F,2025-01-15,GBP,40.00,INV-F\nP-B,B,2025-02-01,GBP,10.00,\n";
    house.take("payments", payments);
    house.take("credits", "C-F,F,2025-01-20,GBP,5.00,INV-F\n");
    house.take("events", "EV-D,D,2025-02-01,complaint,INV-D,\n");
    house.duly(&["hold", "add", "C", "--invoice", "INV-C", "--from", "2025-01-01", "--why", "called"]).ended(0);
    house.duly(&["sweep", "--as-of", DAY, "--no-send"]).ended(3);
    house.sweep(DAY).ended(0);
    house.take("payments", "P-A,A,2025-03-02,GBP,100.00,INV-A\n");
    assert_eq!(house.deliver().ended(0), "3 sent, 1 withdrawn, since something changed\n");
    house.duly(&["case", "dismiss", "1", "--why", "spoke with them"]).ended(0);
    house.duly(&["hold", "end", "1"]).ended(0);
    house.take("invoices", "INV-F,F,2024-12-01,2024-12-31,GBP,120.00\n");
    house.duly(&["sweep", "--as-of", LATER]).ended(0);
    house
}

/// What was done to the database, how it is undone, and what `duly verify` says of it.
type Change = (&'static str, &'static str, &'static [&'static str]);

const CHANGES: [Change; 29] = [
    (
        "UPDATE payment SET amount = 9000 WHERE number = 'P-A'",
        "UPDATE payment SET amount = 10000 WHERE number = 'P-A'",
        &["kept values: invoice INV-A", "kept      settled on 2025-03-02", "computed  open"],
    ),
    (
        "UPDATE payment SET amount = 9850 WHERE number = 'P-E'",
        "UPDATE payment SET amount = 9800 WHERE number = 'P-E'",
        &["kept values: adjustment INV-E2 terms 2/10", "kept      granted 200,", "computed  granted 150,"],
    ),
    (
        "UPDATE invoice SET settled_on = '2025-03-01' WHERE number = 'INV-B'",
        "UPDATE invoice SET settled_on = NULL WHERE number = 'INV-B'",
        &["kept values: invoice INV-B", "kept      settled on 2025-03-01", "computed  open"],
    ),
    (
        "UPDATE adjustment SET gross = 201",
        "UPDATE adjustment SET gross = 200",
        &["kept values: adjustment INV-E2 terms 2/10", "kept      granted 201,"],
    ),
    (
        "UPDATE invoice SET superseded_by = NULL WHERE number = 'INV-F' AND amount = 10000",
        "UPDATE invoice SET superseded_by = (SELECT n.batch FROM invoice n WHERE n.number = 'INV-F' AND n.amount = 12000) \
         WHERE number = 'INV-F' AND amount = 10000",
        &["facts: invoice INV-F", "superseded by -"],
    ),
    (
        "UPDATE invoice SET superseded_by = batch WHERE number = 'INV-B'",
        "UPDATE invoice SET superseded_by = NULL WHERE number = 'INV-B'",
        &["facts: invoice INV-B", "computed  superseded by -"],
    ),
    (
        "UPDATE payment SET batch = batch - 1 WHERE number = 'P-A'",
        "UPDATE payment SET batch = batch + 1 WHERE number = 'P-A'",
        &["facts: batch ", "kept      1 facts", "computed  2 facts"],
    ),
    (
        "UPDATE notice SET state = 'ready' WHERE id = 2",
        "UPDATE notice SET state = 'sent' WHERE id = 2",
        &["states: notice 2", "kept      ready, intent_at", "sent notices: audit "],
    ),
    (
        "UPDATE notice SET reply = 'x' || reply WHERE id = 2",
        "UPDATE notice SET reply = substr(reply, 2) WHERE id = 2",
        &["sent notices: audit "],
    ),
    (
        "UPDATE notice SET sha256 = 'x' || sha256 WHERE id = 2",
        "UPDATE notice SET sha256 = substr(sha256, 2) WHERE id = 2",
        &["sent notices: audit "],
    ),
    (
        "UPDATE notice SET claim = seal, seal = NULL, state = 'sending' WHERE id = 2",
        "UPDATE notice SET seal = claim, claim = NULL, state = 'sent' WHERE id = 2",
        &["states: notice 2", "sent notices: audit ", "kept      3 sent", "computed  2 sent"],
    ),
    (
        "UPDATE notice SET address = 'x' || address WHERE id = 1",
        "UPDATE notice SET address = substr(address, 2) WHERE id = 1",
        &["audit entries: sweep 2"],
    ),
    (
        "UPDATE notice SET void = NOT void WHERE id = 1",
        "UPDATE notice SET void = NOT void WHERE id = 1",
        &["states: notice 1", "notices: notice_item 1 INV-A", "kept      void", "computed  counts"],
    ),
    (
        "UPDATE notice SET offer_pay = offer_pay + 1 WHERE id = 2",
        "UPDATE notice SET offer_pay = offer_pay - 1 WHERE id = 2",
        &["notices: notice 2", "computed  together 9000", "audit entries: sweep 2"],
    ),
    (
        "UPDATE notice SET as_of = '2025-03-04' WHERE id = 2",
        "UPDATE notice SET as_of = '2025-03-03' WHERE id = 2",
        &["notices: notice 2", "kept      2025-03-04", "computed  2025-03-03"],
    ),
    (
        "UPDATE notice_item SET residual = residual - 1 WHERE notice = 2",
        "UPDATE notice_item SET residual = residual + 1 WHERE notice = 2",
        &["notices: notice 2", "kept      overdue 10000", "computed  overdue 9999", "sent notices: audit "],
    ),
    (
        "UPDATE notice_item SET due = '2024-12-30' WHERE notice = 2",
        "UPDATE notice_item SET due = '2024-12-31' WHERE notice = 2",
        &["audit entries: sweep 2", "sent notices: audit "],
    ),
    (
        "UPDATE decision SET overdue_total = 1 WHERE sweep = 2 AND outcome = 'notice'",
        "UPDATE decision SET overdue_total = (SELECT n.overdue_total FROM notice n WHERE n.sweep = 2 \
         AND n.account = decision.account) WHERE sweep = 2 AND outcome = 'notice'",
        &["decisions: notice 1", "computed  notice, first, overdue 1,", "audit entries: sweep 2"],
    ),
    (
        "UPDATE decision SET outcome = 'notice' WHERE sweep = 2 AND reasons = 'disputed'",
        "UPDATE decision SET outcome = 'held' WHERE sweep = 2 AND reasons = 'disputed'",
        &["decisions: decision 2 C GBP", "computed  0 notices"],
    ),
    (
        "UPDATE decision SET reasons = 'promise' WHERE sweep = 2 AND reasons = 'disputed'",
        "UPDATE decision SET reasons = 'disputed' WHERE sweep = 2 AND reasons = 'promise'",
        &["audit entries: sweep 2"],
    ),
    (
        "UPDATE sweep_page SET batch = batch - 1 WHERE sweep = 2",
        "UPDATE sweep_page SET batch = batch + 1 WHERE sweep = 2",
        &["audit entries: sweep 2"],
    ),
    (
        "UPDATE case_evidence SET sentence = 'x' || sentence",
        "UPDATE case_evidence SET sentence = substr(sentence, 2)",
        &["audit entries: sweep 2"],
    ),
    (
        "UPDATE case_event SET why = 'x' || why WHERE status = 'dismissed'",
        "UPDATE case_event SET why = substr(why, 2) WHERE status = 'dismissed'",
        &["audit entries: case 1/2", "computed  ", ": xspoke with them"],
    ),
    (
        "UPDATE hold SET starts = '2025-01-02'",
        "UPDATE hold SET starts = '2025-01-01'",
        &["audit entries: hold 1", "kept      ", "tester: account C, invoice INV-C, from 2025-01-01 "],
    ),
    (
        "INSERT INTO hold (id, company, account, reason, starts, author, recorded_at) \
         SELECT 99, company, account, reason, starts, author, recorded_at FROM hold WHERE id = 1",
        "DELETE FROM hold WHERE id = 99",
        &["audit entries: hold 99", "computed  no entry `hold` of the chain"],
    ),
    (
        "UPDATE policy_version SET text = text || ' '",
        "UPDATE policy_version SET text = substr(text, 1, length(text) - 1)",
        &["audit entries: policy standard-1"],
    ),
    (
        "UPDATE audit SET detail = 'x' || detail WHERE position = 3",
        "UPDATE audit SET detail = substr(detail, 2) WHERE position = 3",
        &["audit chain: audit 3", "audit entries: import 2"],
    ),
    (
        "UPDATE audit SET position = 1003 WHERE position = 3",
        "UPDATE audit SET position = 3 WHERE position = 1003",
        &["audit chain: audit 4", "computed  3:"],
    ),
    (
        "DROP INDEX notice_item_once; UPDATE notice_item SET stage = 'first' WHERE stage = 'second' AND invoice = 'INV-B'",
        "UPDATE notice_item SET stage = 'second' WHERE stage = 'first' AND invoice = 'INV-B' AND stage_days = 90; \
         CREATE UNIQUE INDEX notice_item_once ON notice_item (company, invoice, stage) WHERE NOT void AND stage IS NOT NULL",
        &["stages: notice_item INV-B first", "kept      2 times", "computed  once"],
    ),
];

#[tokio::test]
async fn each_change_is_found_and_named() {
    let house = lived();
    let clean = house.duly(&["verify"]).ended(0);
    assert!(!clean.contains("difference") && !clean.contains("not in the chain yet"), "{clean}");
    for check in ["facts", "decisions", "kept values", "money", "audit chain", "audit entries", "sent notices"] {
        let line = clean.lines().find(|line| line.trim_start().starts_with(check)).unwrap();
        assert!(!line.contains(" 0 "), "nothing was looked at: {line}");
    }
    let mut missed = Vec::new();
    for (change, undo, expected) in CHANGES {
        house.change(change).await;
        let said = house.duly(&["verify"]);
        let found = said.code == 1 && said.err.contains("found: something was changed");
        if !found || !expected.iter().all(|fragment| said.out.contains(fragment)) {
            missed.push(format!("{change}\n{}{}", said.out, said.err));
        }
        house.change(undo).await;
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    house.duly(&["verify"]).ended(0);
}

#[tokio::test]
async fn what_is_cut_off_at_the_end_shows_to_whoever_noted_it() {
    let house = lived();
    let early = house.duly(&["verify", "--head"]).ended(0).trim().to_owned();
    house.duly(&["hold", "add", "B", "--why", "called"]).ended(0);
    let late = house.duly(&["verify", "--head"]).ended(0).trim().to_owned();
    assert_ne!(early, late);
    for head in [&early, &late] {
        house.duly(&["verify", "--expect", head]).ended(0);
    }
    // The hold and its entry vanish together: the tables alone cannot know.
    house.change("DELETE FROM hold WHERE id = 2").await;
    house.change("DELETE FROM audit WHERE kind = 'hold' AND subject = '2'").await;
    house.duly(&["verify"]).ended(0);
    house.duly(&["verify", "--expect", &early]).ended(0);
    let said = house.duly(&["verify", "--expect", &late]);
    let (position, hash) = late.split_once(':').unwrap();
    let expected = [
        format!("audit chain: audit {position}\n"),
        format!("kept      the chain ends at {}\n", early.split_once(':').unwrap().0),
        format!("computed  {position}:{hash}, as noted\n"),
    ];
    let out = {
        assert_eq!(said.code, 1);
        said.out
    };
    assert!(expected.iter().all(|expected| out.contains(expected)), "{out}");
    // Another entry in its place is not the same.
    house.duly(&["hold", "add", "B", "--why", "something else"]).ended(0);
    house.duly(&["verify"]).ended(0);
    house.duly(&["verify", "--expect", &late]).failed(1);
    assert!(house.duly(&["verify", "--expect", "7"]).failed(2).contains("POSITION:HASH"));
}

#[tokio::test]
async fn programs_read_the_same_as_people() {
    let house = lived();
    let json = || -> (i32, Value) {
        let said = house.duly(&["verify", "--json"]);
        (said.code, serde_json::from_str(&said.out).unwrap())
    };
    let (code, clean) = json();
    assert_eq!((code, &clean["clean"], &clean["unsealed"]), (0, &Value::Bool(true), &Value::from(0)));
    assert_eq!(clean["head"], house.duly(&["verify", "--head"]).ended(0).trim());
    assert_eq!(clean["company"], "EXAMPLE");
    assert!(clean["checks"].as_array().unwrap().iter().all(|check| check["first"].is_null()));
    house.change("UPDATE invoice SET settled_on = '2025-03-01' WHERE number IN ('INV-B', 'INV-C')").await;
    let (code, changed) = json();
    assert_eq!((code, &changed["clean"]), (1, &Value::Bool(false)));
    let check = changed["checks"].as_array().unwrap().iter().find(|check| check["name"] == "kept values").unwrap();
    assert_eq!(check["differences"], 2);
    let first = serde_json::json!({
        "table": "invoice", "key": "INV-B", "kept": "settled on 2025-03-01", "computed": "open"
    });
    assert_eq!(check["first"], first);
}

/// Instants are finer in SQLite than in PostgreSQL; hashes do not see it.
#[tokio::test]
async fn what_was_moved_to_the_other_engine_is_proved_there() {
    let Some(_) = std::env::var_os("DULY_TEST_POSTGRES") else { return };
    let house = lived();
    let head = house.duly(&["verify", "--head"]).ended(0);
    let (url, there) = match on_postgres() {
        true => (house.url(), ("sqlite:other.db".to_owned(), "sqlite:../other.db".to_owned(), None)),
        false => {
            let empty = Database::postgres();
            ("sqlite:duly.db".to_owned(), (empty.url(), empty.url(), Some(empty)))
        }
    };
    house.duly(&["move", "--to", &there.0]).ended(0);
    house.edit("duly.toml", &url, &there.1);
    let said = house.duly(&["verify", "--expect", head.trim()]);
    assert_eq!(said.code, 0, "{}", said.out);
    let moved = house.duly(&["verify", "--head"]).ended(0);
    assert_ne!(moved, head, "the move stands in the chain");
    for sweep in ["2", "3"] {
        assert_eq!(house.duly(&["replay", sweep]).ended(0), "");
    }
}

/// A value that nobody understands is a difference, and hides no other.
#[tokio::test]
async fn a_value_that_is_not_understood_is_named() {
    let house = lived();
    house.change("UPDATE invoice SET currency = 'ZZZ' WHERE number = 'INV-C'").await;
    house.change("UPDATE hold SET currency = 'ZZZ', amount = 1").await;
    house.change("UPDATE invoice SET settled_on = '2025-03-01' WHERE number = 'INV-B'").await;
    let said = house.duly(&["verify"]);
    let out = (said.code == 1).then_some(said.out).unwrap();
    for expected in ["kept values: account C", "audit entries: hold 1", "ZZZ"] {
        assert!(out.contains(expected), "no `{expected}`: {out}");
    }
    assert!(out.contains("2 differences"), "INV-B counts too: {out}");
    let said = house.duly(&["replay", "2"]);
    assert_eq!(said.code, 1);
    assert!(
        said.out.contains("C decision\n  kept      held (disputed)") && said.out.contains("unreadable=1"),
        "{}",
        said.out
    );
}

/// A person's word on a doubt, a halt and its end stand in the chain.
#[tokio::test(flavor = "multi_thread")]
async fn doubts_and_halts_are_told() {
    let (house, _server) = ready(&["A"], Script::default().next(At::Dot, &[Close])).await;
    assert_eq!(house.deliver().ended(0), "1 in doubt\n");
    house.duly(&["doubt", "accept", "1", "--why", "it is in their log"]).ended(0);
    house.change("INSERT INTO halt (company, kind, why, since) VALUES (1, 'relay', 'no sign-in', '2025-03-03T07:00:00+00:00')").await;
    house.duly(&["deliver", "--resume"]).ended(0);
    let told = house.rows("SELECT kind, author, subject, detail FROM audit ORDER BY position").await;
    for entry in ["doubt tester 1 arrived: it is in their log", "resumed tester relay no sign-in"] {
        assert!(told.iter().any(|told| told == entry), "no `{entry}`: {told:#?}");
    }
    let said = house.duly(&["verify"]).ended(0);
    assert!(!said.contains("not in the chain yet"), "{said}");
}

/// What was sent without an entry, as after a crash, is sealed with the next delivery.
#[tokio::test]
async fn a_seal_that_is_missing_is_made_up_for() {
    let house = lived();
    house.change("DELETE FROM audit WHERE position = (SELECT MAX(position) FROM audit)").await;
    house.change("UPDATE notice SET seal = NULL WHERE sweep = 3").await;
    let said = house.duly(&["verify"]).ended(0);
    assert!(said.contains("sent notices are not in the chain yet"), "{said}");
    house.deliver().ended(0);
    let said = house.duly(&["verify"]).ended(0);
    assert!(!said.contains("not in the chain yet"), "{said}");
    assert_eq!(house.rows("SELECT COUNT(*) FROM audit WHERE kind = 'sent'").await, ["2"]);
}

#[tokio::test]
async fn who_writes_at_the_same_time_makes_one_chain() {
    let house = House::with_accounts(&["A"]);
    let before: i64 = house.rows("SELECT MAX(position) FROM audit").await[0].parse().unwrap();
    let add = || house.command(&["hold", "add", "A", "--why", "called"]).stdout(Stdio::null()).spawn().unwrap();
    let mut at_once: Vec<Child> = (0..8).map(|_| add()).collect();
    assert!(at_once.iter_mut().all(|child| child.wait().unwrap().success()));
    let last = house.rows("SELECT MAX(position), COUNT(*) FROM audit").await;
    assert_eq!(last, [format!("{0} {0}", before + 8)]);
    house.duly(&["verify"]).ended(0);
}
