//! The figures that the README quotes, each beside what the machine can do in the same run.
//!
//! `cargo bench --bench figures -- way|replicas|import|memory|move|console [RUNS]`
//!
//! Runs the real binary. Needs Postfix's `smtp-sink` and `smtp-source` and the `sqlite3` shell.

use std::{
    fmt::Write as _,
    fs,
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use tempfile::TempDir;

#[allow(dead_code, reason = "people of the bench only look at pages")]
#[path = "../tests/program/browser.rs"]
mod browser;

#[path = "figures/console.rs"]
mod console;

const DULY: &str = env!("CARGO_BIN_EXE_duly");

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let runs = arguments.get(1).and_then(|runs| runs.parse().ok()).unwrap_or(3);
    match arguments.first().map(String::as_str) {
        Some("way") => way(runs),
        Some("replicas") => replicas(runs),
        Some("import") => import(runs),
        Some("memory") => memory(),
        Some("move") => move_it(),
        Some("console") => console::console(),
        // A plain `cargo bench` or `cargo test --benches` says how to ask for a figure.
        _ => println!("usage: cargo bench --bench figures -- way|replicas|import|memory|move|console [RUNS]"),
    }
}

/// Planned, rendered, intent, SMTP, outcome: against `smtp-source` on the same sink with the same
/// sessions and message size.
fn way(runs: usize) {
    const NOTICES: usize = 10_000;
    let sink = Sink::start();
    let house = House::new();
    house.ledger(NOTICES, 1, 1);
    let fresh = house.path("config/fresh.db");
    fs::rename(house.path("config/duly.db"), &fresh).unwrap();
    let bytes = house.size_of_a_mail(&fresh);
    println!("{NOTICES} notices of {bytes} bytes, {runs} runs, medians");
    println!("{:>8} {:>12} {:>12} {:>7}", "sessions", "duly/s", "source/s", "ratio");
    for sessions in [1, 4, 16] {
        let mut pairs: Vec<(f64, f64)> = Vec::new();
        for _ in 0..runs {
            fs::copy(&fresh, house.path("config/duly.db")).unwrap();
            house.smtp(sink.port, sessions);
            let duly = timed(|| {
                house.run(&["sweep", "--release", "--by", "bench"]);
            });
            for end in ["", "-wal", "-shm", ".lock"] {
                let _ = fs::remove_file(house.path(&format!("config/duly.db{end}")));
            }
            // The next run begins with the old database on purpose.
            let _ = fs::remove_file(house.path("config/duly.head"));
            let source = timed(|| source(sink.port, sessions, NOTICES, bytes));
            pairs.push((NOTICES as f64 / duly, NOTICES as f64 / source));
        }
        let ratio = median(pairs.iter().map(|(duly, source)| duly / source));
        let (duly, source) = (median(pairs.iter().map(|pair| pair.0)), median(pairs.iter().map(|pair| pair.1)));
        println!("{sessions:>8} {duly:>12.0} {source:>12.0} {ratio:>7.2}");
    }
}

/// The whole way on PostgreSQL, shared by one, two and four processes of four sessions each: planned by one, sent by
/// all. The server forces its commits to the disk. `scripts/postgres run` starts it.
fn replicas(runs: usize) {
    const NOTICES: usize = 10_000;
    let server = std::env::var("DULY_TEST_POSTGRES").expect("`scripts/postgres run` says where PostgreSQL is");
    let address = |name: &str| format!("{}/{name}", server.rsplit_once('/').unwrap().0);
    sql(&server, &["ALTER SYSTEM SET fsync = on", "SELECT pg_reload_conf()", "CREATE DATABASE fresh"]);
    let sink = Sink::start();
    let house = House::new();
    house.edit("config/duly.toml", &[("sqlite:duly.db", &address("fresh"))]);
    house.ledger(NOTICES, 1, 1);
    house.edit("config/duly.toml", &[(&address("fresh"), &address("run"))]);
    house.smtp(sink.port, 4);
    println!("{NOTICES} notices on PostgreSQL, {runs} runs, medians");
    println!("{:>9} {:>10} {:>10}", "processes", "way/s", "sent/s");
    for processes in [1, 2, 4] {
        let mut rates: Vec<(f64, f64)> = Vec::new();
        for _ in 0..runs {
            sql(&server, &["DROP DATABASE IF EXISTS run", "CREATE DATABASE run TEMPLATE fresh"]);
            let _ = fs::remove_file(house.path("config/duly.head"));
            let planned = timed(|| {
                house.run(&["sweep", "--no-send", "--release", "--by", "bench"]);
            });
            let sent = timed(|| {
                let deliver =
                    || Command::new(DULY).arg("deliver").current_dir(house.folder.path()).stdout(Stdio::null()).spawn();
                let all: Vec<Child> = (0..processes).map(|_| deliver().unwrap()).collect();
                all.into_iter().for_each(|mut child| assert!(child.wait().unwrap().success()));
            });
            rates.push((NOTICES as f64 / (planned + sent), NOTICES as f64 / sent));
        }
        let (way, sent) = (median(rates.iter().map(|rate| rate.0)), median(rates.iter().map(|rate| rate.1)));
        println!("{processes:>9} {way:>10.0} {sent:>10.0}");
    }
}

fn sql(server: &str, statements: &[&str]) {
    for statement in statements {
        let status = Command::new("psql").args([server, "-qAtc", statement]).stdout(Stdio::null()).status();
        assert!(status.unwrap().success(), "{statement}");
    }
}

/// A million invoices from CSV, against the `sqlite3` shell's `.import` into a table with the
/// columns that the file fills and the same indexes.
fn import(runs: usize) {
    const INVOICES: usize = 1_000_000;
    let house = House::new();
    let accounts = INVOICES / 10;
    let (ours, theirs) = (house.path("invoices.csv"), house.path("table.csv"));
    write_accounts(&house.path("accounts.csv"), accounts);
    write_invoices(&ours, accounts, 10, 1);
    write_table(&theirs, &ours);
    house.run(&["import", "accounts.csv", "--kind", "accounts"]);
    let fresh = house.path("config/fresh.db");
    fs::rename(house.path("config/duly.db"), &fresh).unwrap();
    println!("{INVOICES} invoices, {runs} runs, medians");
    let mut pairs: Vec<(f64, f64)> = Vec::new();
    let mut peak = 0;
    for _ in 0..runs {
        fs::copy(&fresh, house.path("config/duly.db")).unwrap();
        let duly = timed(|| peak = peak.max(house.run(&["import", "invoices.csv", "--kind", "invoices"])));
        let shell = timed(|| shell_import(&house, &theirs));
        pairs.push((duly, shell));
    }
    let ratio = median(pairs.iter().map(|(duly, shell)| shell / duly));
    let (duly, shell) = (median(pairs.iter().map(|pair| pair.0)), median(pairs.iter().map(|pair| pair.1)));
    println!("duly {duly:.2} s, sqlite3 {shell:.2} s, ratio {ratio:.2}, peak memory {} MiB", peak / 1024);
}

/// Peak memory of planning 100,000 notices among 1,000,000 open invoices.
fn memory() {
    let house = House::new();
    house.ledger(100_000, 10, 1);
    let start = Instant::now();
    let sweep = house.run(&["sweep", "--no-send", "--release", "--by", "bench"]);
    println!(
        "100,000 notices among 1,000,000 open: {:.1} s, peak memory {} MiB",
        start.elapsed().as_secs_f64(),
        sweep / 1024
    );
    let again = house.run(&["plan", "--json"]);
    println!("planned once more without writing: peak memory {} MiB", again / 1024);
}

/// A million invoices to PostgreSQL and back, and their backup. `scripts/postgres run` starts the server.
fn move_it() {
    let server = std::env::var("DULY_TEST_POSTGRES").expect("`scripts/postgres run` says where PostgreSQL is");
    let house = House::new();
    house.ledger(100_000, 10, 1);
    let step = |what: &str, arguments: &[&str]| {
        let (start, peak) = (Instant::now(), house.run(arguments));
        println!("{what}: {:.1} s, peak memory {} MiB", start.elapsed().as_secs_f64(), peak / 1024);
    };
    step("backup of SQLite", &["backup", "sqlite.db"]);
    step("SQLite to PostgreSQL", &["move", "--to", &server]);
    house.edit("config/duly.toml", &[("sqlite:duly.db", &server)]);
    step("backup of PostgreSQL", &["backup", "postgres.db"]);
    step("PostgreSQL to SQLite", &["move", "--to", "sqlite:back.db"]);
}

/// An installation in a folder of its own.
struct House {
    folder: TempDir,
}

impl House {
    fn new() -> Self {
        let house = Self { folder: TempDir::new().unwrap() };
        house.run(&["init", "config"]);
        house.edit(
            "config/policy.toml",
            &[
                (
                    "[\"mon\", \"tue\", \"wed\", \"thu\", \"fri\"]",
                    "[\"mon\", \"tue\", \"wed\", \"thu\", \"fri\", \"sat\", \"sun\"]",
                ),
                ("from = \"08:00:00\"", "from = \"00:00:00\""),
                ("until = \"18:00:00\"", ""),
            ],
        );
        house
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn edit(&self, name: &str, edits: &[(&str, &str)]) {
        let text = fs::read_to_string(self.path(name)).unwrap();
        let text = edits.iter().fold(text, |text, (from, to)| text.replace(from, to));
        fs::write(self.path(name), text).unwrap();
    }

    fn smtp(&self, port: u16, sessions: usize) {
        let text = fs::read_to_string(self.path("config/duly.toml")).unwrap();
        let text = text.split("\n[delivery.smtp]").next().unwrap().replace("to = \"folder\"", "to = \"smtp\"");
        let mut lines: Vec<&str> = text.lines().collect();
        let sessions = format!("sessions = {sessions}");
        lines.iter_mut().filter(|line| line.starts_with("sessions")).for_each(|line| *line = &sessions);
        let text =
            lines.join("\n") + &format!("\n[delivery.smtp]\nhost = \"127.0.0.1\"\nport = {port}\ntls = \"none\"\n");
        fs::write(self.path("config/duly.toml"), text).unwrap();
    }

    /// Accounts with invoices, of which the first `due` of each is 70 days overdue.
    fn ledger(&self, accounts: usize, each: usize, due: usize) {
        write_accounts(&self.path("accounts.csv"), accounts);
        write_invoices(&self.path("invoices.csv"), accounts, each, due);
        let paid = format!("payment,account,received,currency,amount,invoice\nP1,A000000,{},EUR,1.00,\n", date(-1));
        fs::write(self.path("payments.csv"), paid).unwrap();
        for kind in ["accounts", "invoices", "payments"] {
            self.run(&["import", &format!("{kind}.csv"), "--kind", kind]);
        }
    }

    /// Size of one mail, from a delivery into a folder.
    fn size_of_a_mail(&self, database: &Path) -> usize {
        fs::copy(database, self.path("config/duly.db")).unwrap();
        self.run(&["preview", "A000042", "--out", "mail"]);
        usize::try_from(fs::metadata(self.path("mail/A000042-EUR.eml")).unwrap().len()).unwrap()
    }

    /// Runs a command to its end; returns its peak resident memory in KiB.
    fn run(&self, arguments: &[&str]) -> u64 {
        let mut child =
            Command::new(DULY).args(arguments).current_dir(self.folder.path()).stdout(Stdio::null()).spawn().unwrap();
        let mut peak = 0;
        loop {
            peak = resident(child.id()).unwrap_or(peak);
            if let Some(status) = child.try_wait().unwrap() {
                assert!(status.success(), "{arguments:?}: {status}");
                return peak;
            }
            sleep(Duration::from_millis(5));
        }
    }
}

/// `VmHWM` of a process: the most that was ever resident, in KiB.
fn resident(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

struct Sink {
    port: u16,
    process: Child,
}

impl Sink {
    fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let process = Command::new(tool("smtp-sink"))
            .args(["-u", "nobody", &format!("127.0.0.1:{port}"), "1024"])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            sleep(Duration::from_millis(20));
        }
        Self { port, process }
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.process.kill();
    }
}

fn source(port: u16, sessions: usize, messages: usize, bytes: usize) {
    let (sessions, messages, bytes) = (sessions.to_string(), messages.to_string(), bytes.to_string());
    let status = Command::new(tool("smtp-source"))
        .args(["-d", "-s", &sessions, "-m", &messages, "-l", &bytes, "-M", "localhost"])
        .args(["-f", "from@example.test", "-t", "to@example.test", &format!("127.0.0.1:{port}")])
        .status()
        .unwrap();
    assert!(status.success());
}

fn tool(name: &str) -> PathBuf {
    let path = Path::new("/usr/sbin").join(name);
    if path.exists() { path } else { name.into() }
}

/// The file's columns, with the indexes that duly keeps on them.
fn shell_import(house: &House, csv: &Path) {
    let database = house.path("shell.db");
    let _ = fs::remove_file(&database);
    let script = format!(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;\n\
         CREATE TABLE invoice (company INTEGER, number TEXT, account INTEGER, batch INTEGER, issued TEXT, due TEXT,\n\
         currency TEXT, amount INTEGER, tax INTEGER, terms TEXT, UNIQUE (company, number, batch));\n\
         CREATE INDEX invoice_account ON invoice (account);\n\
         CREATE INDEX invoice_due ON invoice (company, due, account);\n\
         .import --csv {} invoice\n",
        csv.display()
    );
    let file = house.path("shell.sql");
    fs::write(&file, script).unwrap();
    let status =
        Command::new("sqlite3").arg(&database).stdin(fs::File::open(file).unwrap()).stdout(Stdio::null()).status();
    assert!(status.unwrap().success());
}

fn write_accounts(path: &Path, accounts: usize) {
    let mut text = String::from("account,name,email,locale\n");
    for account in 0..accounts {
        let _ = writeln!(text, "A{account:06},Customer {account:06} Ltd,ar{account:06}@example.test,en-GB");
    }
    fs::write(path, text).unwrap();
}

fn write_invoices(path: &Path, accounts: usize, each: usize, due: usize) {
    let (overdue, later, issued) = (date(-70), date(20), date(-100));
    let mut text = String::from("invoice,account,issued,due,currency,amount,tax,terms\n");
    for number in 0..accounts * each {
        let due = if number % each < due { &overdue } else { &later };
        let amount = 100 + number % 9_000;
        let _ =
            writeln!(text, "I{number:08},A{:06},{issued},{due},EUR,{amount}.50,{}.00,2/10", number / each, amount / 6);
    }
    fs::write(path, text).unwrap();
}

/// The same rows as the table holds them.
fn write_table(path: &Path, invoices: &Path) {
    let mut text = String::new();
    for line in fs::read_to_string(invoices).unwrap().lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let account: usize = cells[1][1..].parse().unwrap();
        let (amount, tax) = (cells[5].replace('.', ""), cells[6].replace('.', ""));
        let _ = writeln!(
            text,
            "1,{},{},1,{},{},EUR,{amount},{tax},{}",
            cells[0],
            account + 1,
            cells[2],
            cells[3],
            cells[7]
        );
    }
    fs::write(path, text).unwrap();
}

/// A civil date so many days from today.
fn date(days: i64) -> String {
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs().cast_signed();
    let at = chrono::DateTime::from_timestamp(now + days * 86_400, 0).unwrap();
    at.date_naive().to_string()
}

fn timed(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
