//! A real ledger, swept daily over a month: the mails at the sink, the notices in the database and
//! an independent count from the ledger's CSV are the same. Again with every sweep run twice, and
//! again by the daemon, killed and restarted all the time.
//!
//! Needs the public ledger (`DULY_SHARED`, or `../shared/data` beside the checkout), Postfix's
//! `smtp-sink`, `python3` and `faketime`; says plainly when it is skipped.

#[path = "../support/database.rs"]
#[expect(dead_code, reason = "no test of these is for SQLite alone")]
mod database;
mod house;
mod sink;

use std::{
    process::Command,
    thread::sleep,
    time::{Duration, Instant},
};

use house::{House, Sent, ledger};

/// A month with both stages, listed items without one, and three reasons to hold.
const MONTH: &str = "2012-07";
const DAYS: u32 = 31;

fn day(number: u32) -> String {
    format!("{MONTH}-{number:02}")
}

#[test]
fn a_month_of_sweeps_is_what_the_ledger_asks_for() {
    let Some(ledger) = ledger() else { return };
    let house = House::new(&ledger);
    for number in 1..=DAYS {
        house.sweep(&day(number));
    }
    house.assert_same_as_independent_count(&ledger, MONTH, DAYS);
}

#[test]
fn every_sweep_run_twice_changes_nothing() {
    let Some(ledger) = ledger() else { return };
    let house = House::new(&ledger);
    for number in 1..=DAYS {
        house.sweep(&day(number));
        house.sweep(&day(number));
    }
    house.assert_same_as_independent_count(&ledger, MONTH, DAYS);
}

#[test]
fn the_daemon_killed_and_restarted_all_the_time_does_the_same() {
    let Some(ledger) = ledger() else { return };
    let house = House::new(&ledger);
    // The first start is the evening before, so that the slot of the first day counts.
    house.daemon("2012-06-30 20:00:00", |house| house.has_started());
    for number in 1..=DAYS {
        // Killed at a different moment each day: while it starts, sweeps, sends or waits.
        house.daemon_killed(&format!("{} 07:30:00", day(number)), Duration::from_millis(u64::from(number * 13 % 150)));
        if number == 1 {
            house.release(&format!("{} 07:40:00", day(number)));
        }
        house.daemon(&format!("{} 08:00:00", day(number)), |house| house.is_done(&day(number)));
    }
    house.assert_same_as_independent_count(&ledger, MONTH, DAYS);
}

impl House {
    /// Distinct mails at the sink, notices in the database and the independent count agree;
    /// mails that came twice are explained by a recorded doubt.
    fn assert_same_as_independent_count(&self, ledger: &std::path::Path, month: &str, days: u32) {
        let expected = independent_count(ledger, month, days);
        let notices = self.notices();
        assert!(expected.len() >= 20, "the month was chosen for its notices: {}", expected.len());
        assert_eq!(notices.iter().map(|notice| notice.sent.clone()).collect::<Vec<Sent>>(), expected);

        let mails = self.sink.message_ids();
        let distinct: std::collections::BTreeSet<&String> = mails.iter().collect();
        let known: std::collections::BTreeSet<&String> = notices.iter().map(|notice| &notice.token).collect();
        assert_eq!(distinct, known, "each notice arrived, and nothing else");
        println!("{} mails, {} notices", mails.len(), notices.len());
        let doubts: usize = notices.iter().map(|notice| notice.doubts).sum();
        assert!(mails.len() - distinct.len() <= doubts, "{} doubles, {doubts} doubts", mails.len() - distinct.len());
    }
}

/// What `count_notices.py` says, in its order: day, then account.
fn independent_count(ledger: &std::path::Path, month: &str, days: u32) -> Vec<Sent> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/count_notices.py");
    let output = Command::new("python3")
        .arg(script)
        .arg(ledger)
        .args(["--from", &format!("{month}-01"), "--to", &format!("{month}-{days}")])
        .args(["--stages", "first:5,second:20", "--gap", "7", "--json"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let counted: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let notice = |notice: &serde_json::Value| Sent {
        day: text(&notice["day"]),
        account: text(&notice["account"]),
        stage: text(&notice["stage"]),
        total: text(&notice["total"]),
        invoices: notice["invoices"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| (text(&item["invoice"]), text(&item["stage"])))
            .collect(),
    };
    counted["notices"].as_array().unwrap().iter().map(notice).collect()
}

/// Waits until something is so, for a minute at most.
fn wait_until(what: &str, so: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !so() {
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        sleep(Duration::from_millis(20));
    }
}
