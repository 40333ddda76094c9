//! `duly move`: from SQLite to PostgreSQL and back, and nothing is different.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use chrono::{TimeDelta, Utc};
use duly::{clock::Clock, store::WorkLock};
use tempfile::TempDir;

use crate::{
    database::Database,
    house::{House, Said, said},
};

/// The last day of the demo.
const END: &str = "2026-06-30";

/// The installation that `duly demo` makes, which has something in nearly every table.
struct Demo {
    folder: TempDir,
}

impl Demo {
    fn new() -> Self {
        let demo = Self { folder: tempfile::tempdir().unwrap() };
        demo.run(&["demo", "--out", "."]).ended(0);
        demo
    }

    fn run(&self, arguments: &[&str]) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_duly"));
        command.args(arguments).current_dir(self.folder.path()).env("USER", "tester").env("MOVED", "no password");
        for name in ["DULY_CONFIG", "DULY_LOG", "DULY_LOG_FORMAT"] {
            command.env_remove(name);
        }
        said(command.output().unwrap())
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn use_database(&self, from: &str, to: &str) {
        let settings = self.file("config/duly.toml");
        let text = std::fs::read_to_string(&settings).unwrap();
        assert_eq!(text.matches(from).count(), 1, "{from}");
        std::fs::write(settings, text.replace(from, to)).unwrap();
    }

    /// What people and programs see.
    fn pages(&self) -> [String; 3] {
        [
            self.run(&["plan", "--json", "--as-of", END]).ended(0),
            self.run(&["report", "ageing", "--as-of", END]).ended(0),
            self.run(&["case", "list", "--all"]).ended(0),
        ]
    }
}

/// Every row of every table, but for the entries that tell of a move.
async fn everything(database: &Database) -> Vec<(String, Vec<Vec<String>>)> {
    let names = match database {
        Database::Sqlite(_) => {
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' \
             AND name <> '_sqlx_migrations' ORDER BY name"
        }
        Database::Postgres { .. } => {
            "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() \
             AND tablename <> '_sqlx_migrations' ORDER BY tablename COLLATE \"C\""
        }
    };
    let mut all = Vec::new();
    for name in database.rows(names).await {
        let but = if name[0] == "audit" { " WHERE kind <> 'moved'" } else { "" };
        let mut rows = database.rows(format!("SELECT * FROM {}{but}", name[0])).await;
        rows.sort();
        all.push((name[0].clone(), rows));
    }
    all
}

fn sqlite(file: &Path) -> Database {
    Database::Sqlite(file.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn there_and_back_again_nothing_is_different() {
    if std::env::var_os("DULY_TEST_POSTGRES").is_none() {
        eprintln!("skipped: `scripts/postgres run` starts the PostgreSQL that this test needs");
        return;
    }
    let demo = Demo::new();
    let (first, server, last) =
        (sqlite(&demo.file("config/duly.db")), Database::postgres(), sqlite(&demo.file("back.db")));
    // The highest id ever given out is told by no row.
    first.rows("INSERT INTO worker (id, company, name, started_at, seen_at) VALUES (90, 1, 'x', '', '')").await;
    first.rows("DELETE FROM worker").await;
    let (pages, before) = (demo.pages(), everything(&first).await);
    let filled = before.iter().filter(|(_, rows)| !rows.is_empty()).count();
    assert!(filled >= 15, "{:?}", before.iter().map(|(name, rows)| (name, rows.len())).collect::<Vec<_>>());

    let said = demo.run(&["move", "--to", &server.url(), "--password-env", "MOVED"]).ended(0);
    for (name, rows) in &before {
        let words = [name.clone(), rows.len().to_string()];
        assert!(said.lines().any(|line| line.split_whitespace().zip(&words).all(|(a, b)| a == b)), "{name}\n{said}");
    }
    assert!(everything(&server).await == before, "all rows are the same");
    assert_eq!(first.rows("SELECT kind FROM halt").await, [["moved"]], "nobody goes on from the old one");
    let again = demo.run(&["move", "--to", &server.url()]).failed(1);
    assert!(again.contains("holds the company `NORTHWIND` already"), "{again}");
    assert!(everything(&server).await == before, "and nothing was touched");

    demo.use_database("sqlite:duly.db", &server.url());
    assert_eq!(demo.pages(), pages);
    demo.run(&["move", "--to", "sqlite:back.db"]).ended(0);
    assert!(everything(&last).await == before);
    demo.use_database(&server.url(), "sqlite:../back.db");
    assert_eq!(demo.pages(), pages);
    let worker = "INSERT INTO worker (company, name, started_at, seen_at) VALUES (1, 'x', now(), now()) RETURNING id";
    assert_eq!(server.rows(worker).await, [["91"]], "ids go on");
    let worker = "INSERT INTO worker (company, name, started_at, seen_at) VALUES (1, 'x', '', '') RETURNING id";
    assert_eq!(last.rows(worker).await, [["91"]]);
    let hold = "SELECT COALESCE(MAX(id), 0) + 1 FROM hold";
    let (expected, account) = (last.rows(hold).await, last.rows("SELECT number FROM account LIMIT 1").await);
    let added = demo.run(&["hold", "add", &account[0][0], "--why", "after the move"]).ended(0);
    assert!(added.starts_with(&format!("Hold {}:", expected[0][0])), "{added}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_moves_while_somebody_works() {
    let house = House::with_accounts(&["A"]);
    let Some(_) = std::env::var_os("DULY_TEST_POSTGRES") else { return };
    let empty = Database::postgres();
    let file = house.path("other.db");
    if crate::database::on_postgres() {
        // Nothing is silent before its time.
        let now = Clock::System.now() + TimeDelta::minutes(1);
        let text =
            "INSERT INTO worker (company, name, started_at, seen_at) VALUES (1, 'x', TIMESTAMPTZ '$', TIMESTAMPTZ '$')";
        house.change(text.replace('$', &now.with_timezone(&Utc).to_rfc3339())).await;
        let said = house.duly(&["move", "--to", "sqlite:other.db"]).failed(1);
        assert!(said.contains("1 duly at work on this database"), "{said}");
        assert!(everything(&sqlite(&file)).await.iter().all(|(_, rows)| rows.is_empty()));
        house.change("UPDATE worker SET seen_at = seen_at - INTERVAL '2 minutes'").await;
        house.duly(&["move", "--to", "sqlite:other.db"]).ended(0);
    } else {
        let lock = WorkLock::take(&house.path("config/duly.db")).unwrap();
        let said = house.duly(&["move", "--to", &empty.url()]).failed(1);
        assert!(said.contains("another duly process"), "{said}");
        assert!(everything(&empty).await.iter().all(|(_, rows)| rows.is_empty()));
        drop(lock);
        house.duly(&["move", "--to", &empty.url()]).ended(0);
        let said = house.duly(&["move", "--to", "sqlite:other.db"]).failed(1);
        assert!(said.contains("both are databases of SQLite"), "{said}");
        let said = house.duly(&["move", "--to", "postgres://duly:secret@localhost/duly"]).failed(2);
        assert!(said.contains("a password never stands") && !said.contains("secret"), "{said}");
        let said = house.duly(&["move", "--from", "sqlite:nothing.db"]).failed(2);
        assert!(said.contains("there is no database"), "{said}");
    }
    let tasks = house.duly(&["tasks"]).ended(0);
    assert!(tasks.contains("this database was moved to another one"), "{tasks}");
}
