//! A database file that was damaged: nothing is sent, and it is said what to do.

use std::os::unix::fs::FileExt as _;

use crate::{
    database::skipped_on_postgres,
    house::{DAY, House, until},
    relay::ready,
    running::{Running, due_today, last_slot},
    smtp::{Script, Server},
};

/// Pages of a table or an index.
async fn pages(house: &House, name: &str) -> Vec<u64> {
    let text = format!("SELECT pageno FROM dbstat WHERE name = '{name}'");
    let mut shell = std::process::Command::new("sqlite3");
    // Somebody may have just let go of it.
    let output = shell.args(["-cmd", ".timeout 10000"]).arg(house.path("config/duly.db")).arg(text).output();
    String::from_utf8(output.unwrap().stdout).unwrap().lines().map(|line| line.parse().unwrap()).collect()
}

/// Turns all bits of the header and the first cells' places of a page.
fn flip(house: &House, page: u64) {
    house.closed();
    let file = std::fs::File::options().read(true).write(true).open(house.path("config/duly.db")).unwrap();
    let place = (page - 1) * 4_096 + if page == 1 { 100 } else { 0 };
    let mut bytes = [0; 16];
    file.read_exact_at(&mut bytes, place).unwrap();
    file.write_all_at(&bytes.map(|byte| !byte), place).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_page_of_any_table_stops_sending_and_says_what_to_do() {
    if skipped_on_postgres("it looks after its own pages") {
        return;
    }
    for name in ["sqlite_schema", "invoice", "account", "notice_item", "notice_item_once", "notice_due", "audit"] {
        let (house, server) = ready(&["A", "B"], Script::default()).await;
        let Some(page) = pages(&house, name).await.pop() else { panic!("no page of {name}") };
        flip(&house, page);
        for command in [&["sweep", "--as-of", DAY][..], &["deliver", "--as-of", DAY], &["run"]] {
            let error = house.duly(command).failed(1);
            assert!(error.contains("the database is damaged: nothing is sent"), "{name}, {command:?}: {error}");
            assert!(error.contains("restore the newest backup"), "{name}, {command:?}: {error}");
        }
        assert!(server.received().is_empty(), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_lost_a_row_is_found_before_the_sweep_of_the_day() {
    if skipped_on_postgres("it looks after its own pages") {
        return;
    }
    let server = Server::start(Script::default()).await;
    let house = due_today(&server, &["A"]);
    last_slot(&house, 2).await;
    // The index no longer knows the invoices; the quick check at the start does not see it.
    empty_index(&house).await;
    let daemon = Running::start(&house);
    until("the damage is told", || daemon.log().contains("the database is damaged: nothing is sent"));
    std::thread::sleep(std::time::Duration::from_secs(1));
    assert!(server.received().is_empty());
    assert_eq!(house.rows("SELECT COUNT(*) FROM sweep WHERE as_of > '2025-03-03'").await, ["0"]);
}

/// Writes an empty leaf over the index of what is due.
async fn empty_index(house: &House) {
    let pages = pages(house, "invoice_due").await;
    house.closed();
    assert_eq!(pages.len(), 1);
    let mut leaf = [0; 4_096];
    // Leaf of an index, no cells, their content would begin at the end of the page.
    (leaf[0], leaf[5]) = (10, 0x10);
    let file = std::fs::File::options().write(true).open(house.path("config/duly.db")).unwrap();
    file.write_all_at(&leaf, (pages[0] - 1) * 4_096).unwrap();
}
