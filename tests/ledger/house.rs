//! An installation in a folder of its own, with the public ledger imported.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    thread::sleep,
    time::Duration,
};

use tempfile::TempDir;

use super::{
    database::{Database, wait},
    sink::Sink,
    wait_until,
};

const DULY: &str = env!("CARGO_BIN_EXE_duly");

pub struct House {
    folder: TempDir,
    database: Database,
    pub sink: Sink,
}

/// A notice as the ledger asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    pub day: String,
    pub account: String,
    pub stage: String,
    pub total: String,
    /// Invoice and its stage; no stage when it is only listed.
    pub invoices: Vec<(String, String)>,
}

/// A notice in the database.
pub struct Recorded {
    pub sent: Sent,
    pub token: String,
    pub doubts: usize,
}

/// The public ledger, or a plain word that the test is skipped.
pub fn ledger() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let data = std::env::var_os("DULY_SHARED").map_or_else(beside, PathBuf::from);
    let file = data.join("ledger/accounts-receivable.csv");
    if !file.is_file() {
        eprintln!("skipped: {} is not there", file.display());
        return None;
    }
    Some(file)
}

/// The test's policy: 5 and 20 days, every day a sending day, doubts sent again at once.
fn policy(shipped: &str) -> String {
    let edits = [
        ("days = 60", "days = 5"),
        ("days = 90", "days = 20"),
        ("\"0 7 * * Mon-Fri\"", "\"0 7 * * *\""),
        ("stale_after_business_days = 5", "stale_after_business_days = 0"),
        ("USD = \"10.00\"", ""),
        (
            "[\"mon\", \"tue\", \"wed\", \"thu\", \"fri\"]",
            "[\"mon\", \"tue\", \"wed\", \"thu\", \"fri\", \"sat\", \"sun\"]",
        ),
        ("from = \"08:00:00\"", "from = \"00:00:00\""),
        ("until = \"18:00:00\"", ""),
        ("after_hours = 24", "after_hours = 0"),
        // The independent count knows two observations, whatever they weigh: a newer item paid, and any past dispute.
        ("threshold = 0", "threshold = -20"),
        ("disputed_percent = 15", "disputed_percent = 1"),
        ("\nlate = 1 ", "\nlate = 0 "),
    ];
    edits.iter().fold(shipped.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "the shipped policy has no `{from}`");
        text.replace(from, to)
    })
}

impl House {
    pub fn new(ledger: &Path) -> Self {
        let folder = TempDir::new().unwrap();
        let config = folder.path().join("config");
        let house = Self { folder, database: Database::new(&config), sink: Sink::start() };
        house.ok(&["init", "config"]);
        let settings = std::fs::read_to_string(config.join("duly.toml")).unwrap();
        // No day waits a minute for a daemon that was killed.
        let url = format!("url = \"{}\"\nsilent_seconds = 1", house.database.url());
        let smtp = format!(
            "{}\n[delivery.smtp]\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\n",
            settings.replace("to = \"folder\"", "to = \"smtp\"").replace("url = \"sqlite:duly.db\"", &url),
            house.sink.port
        );
        std::fs::write(config.join("duly.toml"), smtp).unwrap();
        let shipped = std::fs::read_to_string(config.join("policy.toml")).unwrap();
        std::fs::write(config.join("policy.toml"), policy(&shipped)).unwrap();
        let map = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/maps/ledger.toml");
        std::fs::copy(map, config.join("maps/ledger.toml")).unwrap();
        for kind in ["accounts", "invoices"] {
            // Before the first day: a clock that stands before what was recorded is not believed.
            let import = ["import", &ledger.to_string_lossy(), "--kind", kind, "--map", "ledger"];
            assert_success(&import, &house.command_at("2012-06-29 12:00:00", &import).output().unwrap());
        }
        house
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(DULY);
        command.args(arguments).current_dir(self.folder.path());
        command
    }

    fn ok(&self, arguments: &[&str]) {
        assert_success(arguments, &self.command(arguments).output().unwrap());
    }

    /// One sweep, with its mails. The first one needs a person's release.
    pub fn sweep(&self, day: &str) {
        let output = self.command(&["sweep", "--as-of", day]).output().unwrap();
        match output.status.code() {
            Some(3) if String::from_utf8_lossy(&output.stdout).contains("Held back") => {
                self.ok(&["sweep", "--as-of", day, "--release", "--by", "a test"]);
            }
            Some(0 | 3) => {}
            _ => assert_success(&["sweep", day], &output),
        }
    }

    /// A command whose clock is set: it starts at that time of UTC and goes on from there.
    fn command_at(&self, at: &str, arguments: &[&str]) -> Command {
        let mut command = self.command(arguments);
        command
            .env("LD_PRELOAD", faketime())
            .env("FAKETIME", format!("@{at}"))
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        command.env("TZ", "UTC");
        command
    }

    fn start(&self, at: &str) -> Child {
        let log = std::fs::File::create(self.folder.path().join("daemon.log")).unwrap();
        self.command_at(at, &["run"]).stderr(Stdio::from(log)).spawn().unwrap()
    }

    /// Runs the daemon until something is so, then ends it as a service manager does.
    pub fn daemon(&self, at: &str, until: impl Fn(&Self) -> bool) {
        let mut child = self.start(at);
        wait_until("the daemon starts", || self.is_running());
        wait_until("the daemon's day", || until(self));
        Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
        let status = child.wait().unwrap();
        assert!(status.success(), "{status}");
    }

    /// Lets the daemon run for a moment, then kills it.
    pub fn daemon_killed(&self, at: &str, moment: Duration) {
        let mut child = self.start(at);
        wait_until("the daemon starts", || self.is_running());
        sleep(moment);
        child.kill().unwrap();
        child.wait().unwrap();
    }

    fn is_running(&self) -> bool {
        let log = self.folder.path().join("daemon.log");
        std::fs::read_to_string(log).unwrap_or_default().contains("duly is running")
    }

    /// A person allows the first sweep; the clock is set to that day as well.
    pub fn release(&self, at: &str) {
        // The sweep of the day is held back first.
        self.daemon(at, |house| house.count("SELECT COUNT(*) FROM sweep WHERE held_back IS NOT NULL") > 0);
        let output = self.command_at(at, &["sweep", "--release", "--by", "a test"]).output().unwrap();
        assert_success(&["sweep", "--release"], &output);
    }

    /// The first start is recorded, from which on every occurrence counts.
    pub fn has_started(&self) -> bool {
        self.count("SELECT COUNT(*) FROM slot") > 0
    }

    /// The day's slot is settled and nothing waits to be sent.
    pub fn is_done(&self, day: &str) -> bool {
        let slot = format!("SELECT COUNT(*) FROM slot WHERE CAST(at AS TEXT) LIKE '{day}%' AND done_at IS NOT NULL");
        let waiting = "SELECT COUNT(*) FROM notice WHERE state IN ('ready', 'sending', 'deferred', 'in_doubt')";
        self.count(&slot) > 0 && self.count(waiting) == 0
    }

    fn rows(&self, query: &str) -> Vec<Vec<String>> {
        wait(self.database.rows(query))
    }

    fn count(&self, query: &str) -> i64 {
        self.rows(query)[0][0].parse().unwrap()
    }

    /// Notices that were sent, by day and account.
    pub fn notices(&self) -> Vec<Recorded> {
        let notices = self.rows(
            "SELECT n.id, n.as_of, a.number, n.stage, n.overdue_total, n.token, n.doubts \
             FROM notice n JOIN account a ON a.id = n.account WHERE n.state = 'sent' ORDER BY n.as_of, a.number",
        );
        let items = self.rows("SELECT notice, invoice, COALESCE(stage, '') FROM notice_item ORDER BY notice, position");
        let recorded = |row: &Vec<String>| {
            let [id, day, account, stage, cents, token, doubts] = row.as_slice() else { panic!("{row:?}") };
            let cents: i64 = cents.parse().unwrap();
            let own = items.iter().filter(|item| item[0] == *id);
            Recorded {
                sent: Sent {
                    day: day.clone(),
                    account: account.clone(),
                    stage: stage.clone(),
                    total: format!("{}.{:02}", cents / 100, cents % 100),
                    invoices: own.map(|item| (item[1].clone(), item[2].clone())).collect(),
                },
                token: token.clone(),
                doubts: doubts.parse().unwrap(),
            }
        };
        notices.iter().map(recorded).collect()
    }
}

/// The library of Debian's `faketime`, preloaded so that signals reach the daemon itself.
fn faketime() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib").unwrap().flatten();
    let mut found = folders.map(|folder| folder.path().join("faketime/libfaketime.so.1")).filter(|path| path.exists());
    found.next().expect("Debian's package faketime is needed")
}

fn assert_success(arguments: &[&str], output: &Output) {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{arguments:?}: {}\n{out}\n{err}", output.status);
}
