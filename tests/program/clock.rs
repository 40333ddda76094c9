//! Clocks that cannot be believed, long downtime, and schedules that ring too often.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Duration, Utc};
use duly::{app::App, clock::Clock, domain::calendar::instant};
use rand::SeedableRng;
use tokio_util::sync::CancellationToken;

use crate::{
    database::skipped_on_postgres,
    house::{DAY, House, days_ago, until},
    relay::PLAIN,
    running::{Running, due_today, last_slot},
    smtp::{Script, Server},
};

const HELD: &str = "SELECT COUNT(*) FROM sweep WHERE held_back IS NOT NULL AND released_at IS NULL";

/// The library of Debian's `faketime`; preloaded, so that signals reach the daemon itself.
pub fn faketime() -> Option<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    let found = folders.map(|folder| folder.path().join("faketime/libfaketime.so.1")).find(|path| path.exists());
    if found.is_none() {
        eprintln!("skipped: the package faketime is not there");
    }
    found
}

/// A way to set the clock of a daemon while it runs: a file with the offset.
fn offset_file(house: &House, library: &Path) -> [(&'static str, std::ffi::OsString); 4] {
    house.file("offset", "+0");
    [
        ("LD_PRELOAD", library.into()),
        ("FAKETIME_TIMESTAMP_FILE", house.path("offset").into()),
        ("FAKETIME_NO_CACHE", "1".into()),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_goes_back_holds_everything_until_it_is_right() {
    let Some(library) = faketime() else { return };
    let server = Server::start(Script::default()).await;
    let house = due_today(&server, &["A"]);
    last_slot(&house, 20).await;
    let offset = offset_file(&house, &library);
    house.file("offset", "-10d");
    let daemon = Running::start_with(&house, &offset);
    until("the doubt is told", || daemon.log().contains("the clock is not believed: nothing is swept or sent"));
    until("the sweep is held", || daemon.log().contains("sweep held back"));
    assert!(server.received().is_empty());
    assert_eq!(house.rows(HELD).await, ["1"]);
    // By hand it is held as well, and nothing is delivered.
    let mut by_hand = house.command(&["sweep"]);
    let mut deliver = house.command(&["deliver"]);
    drop(daemon);
    let said = |command: &mut std::process::Command| {
        let output = command.envs(offset.clone()).output().unwrap();
        (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    };
    let (code, swept) = said(&mut by_hand);
    assert!(code == Some(3) && swept.contains("Held back: the clock says"), "{swept}");
    let (code, delivered) = said(&mut deliver);
    assert!(code == Some(1) && delivered.contains("nothing is sent: the clock says"), "{delivered}");
    let mut tasks = house.command(&["tasks"]);
    assert!(said(&mut tasks).1.contains("was recorded at"));
    assert!(server.received().is_empty());
    // Set right while the daemon runs, it goes on by itself: the next slot is due.
    let daemon = Running::start_with(&house, &offset);
    until("the doubt is told", || daemon.log().contains("the clock is not believed"));
    house.file("offset", "+0");
    until("the doubt ends", || daemon.log().contains("the clock is believed again"));
    until("a mail", || server.accepted().len() == 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_ahead_while_the_daemon_runs_holds_the_sweep_for_a_person() {
    let Some(library) = faketime() else { return };
    let server = Server::start(Script::default()).await;
    let house = due_today(&server, &[]);
    // Not due for 20 days; nor does the rule against stale data hold it.
    house.take("accounts", "A,Alder,a@buyer.example\n");
    house.take("invoices", &format!("INV-A,A,{},{},GBP,100.00\n", days_ago(60), days_ago(40)));
    house.edit("policy.toml", "stale_after_business_days = 5", "stale_after_business_days = 0");
    last_slot(&house, 1).await;
    let daemon = Running::start_with(&house, &offset_file(&house, &library));
    until("the first sweep", || daemon.log().contains("sweep done"));
    house.file("offset", "+30d");
    until("the doubt is told", || daemon.log().contains("jumped about 30 days ahead"));
    until("the sweep is held", || daemon.log().contains("sweep held back"));
    assert!(house.duly(&["tasks"]).ended(0).contains("jumped about 30 days ahead"));
    assert!(server.received().is_empty());
    assert_eq!(house.rows("SELECT COUNT(*) FROM notice WHERE as_of > '2025-03-03'").await, ["0"]);
    if skipped_on_postgres("there the command itself sweeps, by its own clock") {
        return;
    }
    // A person has looked: time has really passed.
    let mut release = house.command(&["sweep", "--release"]);
    assert!(release.envs(offset_file(&house, &library)).output().unwrap().status.success());
    house.file("offset", "+30d");
    until("a mail", || server.accepted().len() == 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_far_ahead_after_downtime_meets_the_rule_against_stale_data() {
    let Some(library) = faketime() else { return };
    let server = Server::start(Script::default()).await;
    let house = due_today(&server, &["A", "B"]);
    last_slot(&house, 1).await;
    let offset = offset_file(&house, &library);
    house.file("offset", "+400d");
    let daemon = Running::start_with(&house, &offset);
    until("the sweep", || daemon.log().contains("sweep done"));
    let decided =
        "SELECT DISTINCT outcome, reasons FROM decision d JOIN sweep s ON s.id = d.sweep WHERE s.as_of > '2025-03-03'";
    assert_eq!(house.rows(decided).await, ["held ledger_stale"]);
    assert!(server.received().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_month_without_duly_an_invoice_gets_one_notice_though_two_stages_have_passed() {
    let server = Server::start(Script::default()).await;
    let house = due_today(&server, &[]);
    house.take("accounts", "A,Alder,a@buyer.example\nB,Birch,b@buyer.example\n");
    let (issued, due) = (days_ago(140), days_ago(95));
    house.take("invoices", &format!("I-A,A,{issued},{due},GBP,100.00\nI-B,B,{issued},{due},GBP,100.00\n"));
    house.no_payments();
    last_slot(&house, 30).await;
    let daemon = Running::start(&house);
    until("two mails", || server.accepted().len() == 2);
    drop(daemon);
    for _ in 0..3 {
        house.duly(&["sweep"]).ended(3);
    }
    let items = "SELECT i.invoice, COUNT(*) FROM notice_item i JOIN notice n ON n.id = i.notice \
                 WHERE n.as_of > '2025-03-03' GROUP BY 1 ORDER BY 1";
    assert_eq!(house.rows(items).await, ["I-A 1", "I-B 1"]);
    assert_eq!(server.received().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_in_each_minute_of_a_day_sends_one_notice() {
    let server = Server::start(Script::default()).await;
    let house = House::with_accounts(&["A"]);
    house.send_to(&server, PLAIN);
    house.sweep(DAY).ended(0);
    house.deliver().ended(0);
    house.take("accounts", "B,Birch,b@buyer.example\n");
    house.take("invoices", "INV-B,B,2024-12-01,2024-12-31,GBP,100.00\n");
    let start =
        instant(chrono_tz::Europe::London, DAY.parse::<chrono::NaiveDate>().unwrap().and_time(Default::default()));
    // Nothing was recorded after the day on which this plays.
    for table in ["batch SET recorded_at", "sweep SET started_at", "sweep SET released_at"] {
        house.change(format!("UPDATE {table} = '{}'", start.to_rfc3339())).await;
    }
    let clock = Clock::set_to(start);
    let replicas = if skipped_on_postgres("there three replicas sweep at once") { 3 } else { 1 };
    let mut apps = Vec::new();
    for _ in 0..replicas {
        let app = App::open(&house.path("config/duly.toml"), clock.clone()).await.unwrap();
        let work = app.at_work().await.unwrap();
        apps.push((app, work));
    }
    for minute in 0..1_440 {
        let now: DateTime<Utc> = start + Duration::minutes(minute);
        clock.move_to(now);
        futures_util::future::join_all(apps.iter().map(async |(app, work)| {
            let by = (work.presence.worker().id(), &mut rand_chacha::ChaCha20Rng::from_os_rng());
            app.sweeper().sweep(app.today(), now, false, by).await.unwrap();
            app.deliverer(work, None).unwrap().deliver(&CancellationToken::new()).await.unwrap();
        }))
        .await;
    }
    assert_eq!(house.rows("SELECT COUNT(*) FROM sweep").await, [(1 + 1_440 * replicas).to_string()]);
    assert_eq!(house.rows("SELECT COUNT(*) FROM notice").await, ["2"]);
    assert_eq!(server.received().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_by_hand_is_not_sent_by_the_daemon() {
    let server = Server::start(Script::default()).await;
    let house = due_today(&server, &["A"]);
    last_slot(&house, 2).await;
    house.duly(&["sweep"]).ended(0);
    assert_eq!(server.accepted().len(), 1);
    let daemon = Running::start(&house);
    until("the daemon's sweep", || daemon.log().contains("sweep done"));
    std::thread::sleep(std::time::Duration::from_secs(1));
    assert_eq!(server.received().len(), 1);
    assert_eq!(house.rows("SELECT COUNT(*) FROM notice WHERE as_of > '2025-03-03'").await, ["1"]);
}
