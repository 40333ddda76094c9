//! A value in the database that nobody understands: one account waits for a person, all others go on.

use crate::{
    database::{self, skipped_on_postgres},
    house::{DAY, House, until},
    relay::{PLAIN, ready},
    running::{Running, due_today, last_slot},
    smtp::{Script, Server},
};

/// Damage to account `B`, and what is said of it.
const DAMAGE: [(&str, &str); 6] = [
    ("UPDATE account_fact SET zone = 'Mars/Olympus' WHERE name = 'Customer B'", "Mars/Olympus"),
    ("UPDATE invoice SET currency = 'ZZZ' WHERE number = 'INV-B'", "ZZZ"),
    ("UPDATE invoice SET terms = '2/ten' WHERE number = 'INV-B'", "2/ten"),
    // PostgreSQL takes no such text, and no such dates.
    ("UPDATE account_fact SET name = CAST(x'C3FF' AS TEXT) WHERE name = 'Customer B'", "utf-8"),
    ("UPDATE invoice SET issued = '2024-13-45' WHERE number = 'INV-B'", "issued"),
    ("UPDATE payment SET received = 'yesterday' WHERE number = 'P-B'", "received"),
];

/// The damages that the engine lets happen: all of them, or the first ones.
fn possible<T>(damages: &[T], on_postgres: usize) -> &[T] {
    if database::on_postgres() { &damages[..on_postgres] } else { damages }
}

/// Accounts on two pages of the sweep.
fn numbers() -> Vec<String> {
    (0..250).map(|n| format!("A{n:03}")).chain(["B".to_owned()]).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_account_stops_nobody_else() {
    for &(damage, said) in possible(&DAMAGE, 3) {
        let numbers = numbers();
        let house = House::with_accounts(&numbers.iter().map(String::as_str).collect::<Vec<_>>());
        house.take("payments", "P-B,B,2025-01-20,GBP,1.00,INV-B\n");
        house.change(damage).await;
        let swept = house.duly(&["sweep", "--as-of", DAY, "--release"]);
        assert!(
            swept.err.contains("the account cannot be read") && swept.err.contains("account=\"B\""),
            "{}",
            swept.err
        );
        let out = swept.ended(0);
        assert!(out.contains("250 notices, 0 accounts held\n1 account cannot be read"), "{damage}: {out}");
        assert!(out.contains("250 sent"), "{damage}: {out}");
        let decided = "SELECT outcome, reasons, COUNT(*) FROM decision GROUP BY 1, 2 ORDER BY 1";
        assert_eq!(house.rows(decided).await, ["held unreadable 1", "notice  250"], "{damage}");
        let tasks = house.duly(&["tasks", "--as-of", DAY]).ended(0);
        assert!(tasks.contains("account B cannot be read") && tasks.contains(said), "{damage}: {tasks}");
        assert!(house.duly(&["plan", "--as-of", DAY]).ended(0).contains("1 account cannot be read"));
        assert!(house.duly(&["why", "B"]).failed(1).contains(said));
        house.duly(&["report", "ageing", "--as-of", DAY]).ended(0);
        // The next sweep says nothing new.
        house.duly(&["sweep", "--as-of", DAY]).ended(0);
        assert_eq!(house.rows(decided).await, ["held unreadable 1", "notice  250"], "{damage}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_corrected_row_brings_the_account_back_and_imports_go_on_meanwhile() {
    let server = Server::start(Script::default()).await;
    let house = House::with_accounts(&["A", "B", "C"]);
    house.send_to(&server, PLAIN);
    house.change("UPDATE invoice SET currency = 'ZZZ' WHERE number = 'INV-B'").await;
    house.take("payments", "P-B,B,2025-01-20,GBP,1.00,INV-B\nP-C,C,2025-01-20,GBP,100.00,INV-C\n");
    let out = house.duly(&["sweep", "--as-of", DAY, "--release"]).ended(0);
    assert!(out.contains("1 notice, 0 accounts held\n1 account cannot be read") && out.ends_with("1 sent\n"), "{out}");
    house.take("invoices", "INV-B,B,2024-12-01,2024-12-31,GBP,100.00\n");
    let out = house.duly(&["sweep", "--as-of", DAY]).ended(0);
    assert!(out.contains("1 notice, 0 accounts held\n1 sent\n"), "{out}");
    let totals = "SELECT a.number, n.overdue_total FROM notice n JOIN account a ON a.id = n.account ORDER BY n.id";
    assert_eq!(house.rows(totals).await, ["A 10000", "B 9900"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_or_a_notice_that_turns_bad_before_it_is_sent_is_put_off_and_shown() {
    let damage = [
        "UPDATE account_fact SET zone = 'Mars/Olympus' WHERE name = 'Customer B'",
        "UPDATE notice SET currency = 'ZZZ' WHERE address = 'b@buyer.example'",
        "UPDATE notice SET due_at = '2025' WHERE address = 'b@buyer.example'",
        "UPDATE notice_item SET due = 'never' WHERE invoice = 'INV-B'",
    ];
    for &damage in possible(&damage, 2) {
        let (house, server) = ready(&["A", "B", "C"], Script::default()).await;
        house.change(damage).await;
        let delivered = house.deliver();
        assert!(delivered.out.contains("2 sent"), "{damage}: {} {}", delivered.out, delivered.err);
        assert_eq!(house.states().await, ["sent", "ready", "sent"], "{damage}");
        let shown = house.duly(&["tasks", "--as-of", DAY]).ended(0);
        assert!(shown.contains("b…@buyer.example) cannot be written"), "{damage}: {shown}");
        assert!(house.deliver().out.contains("Nothing was due"), "{damage}");
        assert_eq!(server.accepted().len(), 2, "{damage}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_daemon_delivers_beside_a_notice_whose_time_is_not_understood() {
    if skipped_on_postgres("it takes no such time") {
        return;
    }
    let server = Server::start(Script::default()).await;
    let house = due_today(&server, &["A", "B"]);
    last_slot(&house, 2).await;
    house.duly(&["sweep", "--no-send"]).ended(0);
    house.change("UPDATE notice SET due_at = '' WHERE address = 'b@buyer.example'").await;
    let daemon = Running::start(&house);
    until("the other mail", || server.accepted().len() == 1);
    until("the trouble is told", || daemon.log().contains("it is not known what is due to be sent"));
}
