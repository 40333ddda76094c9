//! An installation of its own for each test: a folder made by `duly init`, the program, and a look into its database.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use chrono::{DateTime, Days, NaiveDate, TimeDelta};
use duly::{clock::Clock, domain::calendar::date_at};
use tempfile::TempDir;

use crate::{database::Database, smtp::Server};

/// The day on which most tests play, a Monday.
pub const DAY: &str = "2025-03-03";

/// Mail goes to the relay of a test in plain text.
pub const PLAIN: &str = "tls = \"none\"";

/// Longest wait for something that happens by itself.
const PATIENCE: Duration = Duration::from_secs(60);

/// Headers of the canonical files.
const HEADERS: [(&str, &str); 5] = [
    ("accounts", "account,name,email"),
    ("invoices", "invoice,account,issued,due,currency,amount"),
    ("payments", "payment,account,received,currency,amount,invoice"),
    ("credits", "credit,account,date,currency,amount,invoice"),
    ("events", "event,account,date,kind,invoice,until"),
];

/// An installation; its folder and its database go when this is dropped.
pub struct House {
    pub folder: TempDir,
    database: Database,
}

/// What a command said, and how it ended.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    /// Standard output of a command that must have ended like this.
    #[track_caller]
    pub fn ended(self, code: i32) -> String {
        assert_eq!(self.code, code, "{}\n{}", self.out, self.err);
        self.out
    }

    /// The error of a command that must have ended like this.
    #[track_caller]
    pub fn failed(self, code: i32) -> String {
        assert_eq!(self.code, code, "{}\n{}", self.out, self.err);
        self.err
    }
}

impl House {
    /// As shipped, but for sending hours: mail may leave at any time.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::new(&folder.path().join("config"));
        let house = Self { folder, database };
        house.duly(&["init"]).ended(0);
        // No test waits a minute for a replica that is gone.
        let url = format!("url = \"{}\"\nsilent_seconds = 5", house.database.url());
        house.edit("duly.toml", "url = \"sqlite:duly.db\"", &url);
        let all_days = r#"days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]"#;
        house.edit("policy.toml", r#"days = ["mon", "tue", "wed", "thu", "fri"]"#, all_days);
        house.edit("policy.toml", r#"from = "08:00:00""#, r#"from = "00:00:00""#);
        house.edit("policy.toml", r#"until = "18:00:00""#, "");
        house.edit("policy.toml", "holidays = true", "holidays = false");
        house
    }

    /// With these accounts, each with one invoice of 100.00 GBP that is 62 days overdue on [`DAY`].
    pub fn with_accounts(numbers: &[&str]) -> Self {
        let house = Self::new();
        let row = |number: &&str| format!("{number},Customer {number},{}@buyer.example\n", number.to_lowercase());
        house.take("accounts", &numbers.iter().map(row).collect::<String>());
        let row = |number: &&str| format!("INV-{number},{number},2024-12-01,2024-12-31,GBP,100.00\n");
        house.take("invoices", &numbers.iter().map(row).collect::<String>());
        house.no_payments();
        house
    }

    /// With account `A` and one invoice that is 65 days overdue today.
    pub fn with_one_due_today() -> Self {
        let house = Self::new();
        house.take("accounts", "A,Customer A,a@buyer.example\n");
        house.take("invoices", &format!("INV-A,A,{},{},GBP,100.00\n", days_ago(95), days_ago(65)));
        house.no_payments();
        house
    }

    /// Tells that payments are known up to now, and that none concerns the test.
    pub fn no_payments(&self) {
        self.take("payments", "");
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Replaces a text that must stand in a file of the configuration exactly once.
    #[track_caller]
    pub fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.path("config").join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.matches(from).count(), 1, "`{from}` in {file}");
        std::fs::write(path, text.replace(from, to)).unwrap();
    }

    /// Sends mail to this relay, one message at a time.
    pub fn send_to(&self, server: &Server, further: &str) {
        self.send_to_port(server.address.port(), further);
    }

    /// The same, to whoever listens on this machine.
    pub fn send_to_port(&self, port: u16, further: &str) {
        self.edit("duly.toml", r#"to = "folder""#, r#"to = "smtp""#);
        self.edit("duly.toml", "sessions = 4", "sessions = 1");
        let section = format!("[delivery.smtp]\nhost = \"127.0.0.1\"\nport = {port}\n{further}\n\n# [delivery.dkim]");
        self.edit("duly.toml", "# [delivery.dkim]", &section);
    }

    /// The program, ready to be started in the folder of this installation.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_duly"));
        command.args(arguments).current_dir(self.folder.path()).env("USER", "tester").stdin(Stdio::null());
        for name in ["DULY_CONFIG", "DULY_LOG", "DULY_LOG_FORMAT"] {
            command.env_remove(name);
        }
        command
    }

    pub fn duly(&self, arguments: &[&str]) -> Said {
        said(self.command(arguments).output().unwrap())
    }

    /// Writes a file below the folder and returns its path there.
    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        std::fs::write(self.path(name), bytes).unwrap();
        name.to_owned()
    }

    /// Imports rows under the usual header of a kind; they must be good.
    #[track_caller]
    pub fn take(&self, kind: &str, rows: &str) -> String {
        self.import(kind, rows, &[]).ended(0)
    }

    /// Imports rows under the usual header of a kind.
    pub fn import(&self, kind: &str, rows: &str, further: &[&str]) -> Said {
        let header = HEADERS.iter().find(|(known, _)| *known == kind).unwrap().1;
        self.import_file(kind, format!("{header}\n{rows}"), further)
    }

    /// Imports a whole file.
    pub fn import_file(&self, kind: &str, bytes: impl AsRef<[u8]>, further: &[&str]) -> Said {
        let file = self.file(&format!("{kind}.csv"), bytes);
        self.duly(&[&["import", &file, "--kind", kind][..], further].concat())
    }

    /// Plans, commits, and leaves sending to a delivery.
    pub fn sweep(&self, as_of: &str) -> Said {
        self.duly(&["sweep", "--as-of", as_of, "--release", "--no-send"])
    }

    /// Delivers with the facts of [`DAY`].
    pub fn deliver(&self) -> Said {
        self.duly(&["deliver", "--as-of", DAY])
    }

    /// Goes on with another database; the old one goes.
    pub fn go_on_with(&mut self, database: Database) {
        self.edit("duly.toml", &self.database.url(), &database.url());
        self.database = database;
    }

    /// Rows of the database, cells as text with a blank between them.
    pub async fn rows(&self, text: &str) -> Vec<String> {
        self.database.rows(text).await.iter().map(|row| row.join(" ")).collect()
    }

    /// Changes the database, as the passing of time would.
    pub async fn change(&self, text: impl Into<String>) {
        self.database.rows(text).await;
    }

    /// Its database, as it stands in the settings.
    pub fn url(&self) -> String {
        self.database.url()
    }

    /// Waits until the last look into the database is closed, a moment after it ended: its log is merged then.
    pub fn closed(&self) {
        until("the database is closed", || !self.path("config/duly.db-wal").exists());
    }

    /// States of all notices, oldest first.
    pub async fn states(&self) -> Vec<String> {
        self.rows("SELECT state FROM notice ORDER BY id").await
    }

    /// Everything that waits may be sent now.
    pub async fn all_due(&self) {
        self.change("UPDATE notice SET due_at = '2025-01-01T00:00:00+00:00' WHERE due_at IS NOT NULL").await;
    }

    /// How long the only notice still waits until it may be sent.
    pub async fn waits(&self) -> TimeDelta {
        let due = self.rows("SELECT due_at FROM notice").await;
        assert_eq!(due.len(), 1);
        DateTime::parse_from_rfc3339(&due[0]).unwrap().to_utc() - Clock::System.now()
    }
}

pub fn said(output: Output) -> Said {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Said { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

/// The civil date so many days ago in the zone of the shipped settings.
pub fn days_ago(days: u64) -> NaiveDate {
    date_at(chrono_tz::Europe::London, Clock::System.now()).checked_sub_days(Days::new(days)).unwrap()
}

/// Waits until something holds.
#[track_caller]
pub fn until(what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The public data, when it is on this machine.
pub fn shared(path: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let named = std::env::var_os("DULY_SHARED").map(PathBuf::from);
    let roots = named.into_iter().chain([root.join("../shared/data"), root.join("../../shared/data")]);
    let found = roots.map(|root| root.join(path)).find(|file| file.exists());
    if found.is_none() {
        eprintln!("skipped: {path} is not there (set DULY_SHARED to the folder of the public data)");
    }
    found
}
