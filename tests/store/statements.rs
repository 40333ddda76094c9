//! Every statement of the store was run on both engines: those of the sources are held against those that ran.

use std::{collections::BTreeSet, path::Path, pin::Pin};

use duly::store::engine::{
    Engine::{self, Postgres, Sqlite},
    statements::seen,
};

use crate::fresh::Fresh;

pub type Contract = fn(Fresh) -> Pin<Box<dyn Future<Output = ()> + Send>>;

/// Calls that make a statement.
const CALLS: [&str; 7] =
    ["query(", "dynamic(", "Builder::new(", "self.run(", "self.scalar(", "self.rows(text", "self.facts("];

/// File, what stands on the line, and the engine on which it never runs: the other one has something else there, or
/// needs nothing.
const ELSEWHERE: [(&str, &str, Engine); 22] = [
    ("backup.rs", "VACUUM INTO", Postgres),
    ("backup.rs", "PRAGMA integrity_check", Postgres),
    ("bell.rs", "SELECT pg_notify", Sqlite),
    ("health.rs", "let found: String = query(text)", Postgres),
    ("import.rs", "query(text).bind(self.company).execute(&mut tx)", Sqlite),
    // Only when the server goes away while a file is committed, which has a test of its own.
    ("import.rs", "match query(text).bind(self.batch)", Sqlite),
    ("import.rs", "match query(text).bind(self.batch)", Postgres),
    ("incoming.rs", "query(text).bind(self.company).execute(&mut tx)", Sqlite),
    ("frozen.rs", "PRAGMA", Postgres),
    ("merge.rs", "ANALYZE staged", Sqlite),
    ("merge.rs", "ORDER BY id FOR UPDATE", Sqlite),
    // Only when whoever made the tables was cut off, which has a test of its own.
    ("schema.rs", "SELECT NOT EXISTS (SELECT 1 FROM company)", Sqlite),
    ("schema.rs", "SELECT NOT EXISTS (SELECT 1 FROM company)", Postgres),
    ("sweep_pages.rs", "let mut locks =", Sqlite),
    ("whole.rs", "LOCK TABLE", Sqlite),
    ("tables.rs", "for row in query(text).fetch_all(&self.pool)", Sqlite),
    ("tables.rs", "query(text).bind(table).bind(last).fetch_one(tx)", Sqlite),
    ("tables.rs", "DELETE FROM sqlite_sequence", Postgres),
    ("tables.rs", "query(text).bind(table).bind(last).execute(tx)", Postgres),
    ("workers.rs", "bind(silent.num_milliseconds())", Sqlite),
    ("workers.rs", "bind(myself).bind(silent)", Sqlite),
    ("workers.rs", "bind(myself).execute", Postgres),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_statement_runs_on_both_engines() {
    for contract in contracts() {
        let Some(fresh) = Fresh::on_postgres().await else { return };
        contract(fresh).await;
        contract(Fresh::on_sqlite().await).await;
    }
    let seen = seen();
    let mut expected: BTreeSet<_> = ELSEWHERE.into_iter().collect();
    let mut never = BTreeSet::new();
    for (file, line, text) in in_the_sources() {
        for engine in [Sqlite, Postgres].into_iter().filter(|engine| !seen.contains(&(file.as_str(), line, *engine))) {
            let is = |(name, part, other): &&(&str, &str, Engine)| {
                file.ends_with(&format!("/{name}")) && text.contains(part) && *other == engine
            };
            match ELSEWHERE.iter().find(is) {
                Some(known) => _ = expected.remove(known),
                None => _ = never.insert(format!("{file}:{line} on {engine}: {text}")),
            }
        }
    }
    assert!(never.is_empty(), "statements that no contract runs: {never:#?}");
    assert!(expected.is_empty(), "these run, or are gone: {expected:#?}");
}

fn contracts() -> impl Iterator<Item = &'static Contract> {
    let all = [
        crate::agreements::ALL,
        crate::cases::ALL,
        crate::chain::ALL,
        crate::cohorts::ALL,
        crate::contacts::ALL,
        crate::facts::ALL,
        crate::figures::ALL,
        crate::halts::ALL,
        crate::health::ALL,
        crate::holds::ALL,
        crate::incoming::ALL,
        crate::kept::ALL,
        crate::notices::ALL,
        crate::outbox::ALL,
        crate::page::ALL,
        crate::pages::ALL,
        crate::people::ALL,
        crate::policies::ALL,
        crate::receipts::ALL,
        crate::slots::ALL,
        crate::unreadable::ALL,
        crate::waiting::ALL,
        crate::watching::ALL,
        crate::whole::ALL,
        crate::workers::ALL,
        crate::writes::ALL,
    ];
    all.into_iter().flatten()
}

/// File, line and text of each statement in the room of the store, but for its engine.
fn in_the_sources() -> Vec<(String, u32, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            continue;
        }
        let file = format!("src/store/{}", path.file_name().unwrap().to_str().unwrap());
        let text = std::fs::read_to_string(&path).unwrap();
        let mut passed_on = false;
        for (number, line) in (1..).zip(text.lines()) {
            // A function that is told where it is called from passes on what its caller says.
            passed_on = (passed_on || line.trim() == "#[track_caller]") && line != "    }";
            if !passed_on && is_statement(line.trim()) {
                found.push((file.clone(), number, line.trim().to_owned()));
            }
        }
    }
    found.sort();
    assert!(found.len() > 90, "the sources are not read as they are written: {found:#?}");
    found
}

fn is_statement(line: &str) -> bool {
    let called = |call: &str| {
        let mut places = line.match_indices(call).map(|(at, _)| &line[..at]);
        places.any(|before| !before.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.'))
    };
    !line.starts_with("//") && !line.contains("fn ") && CALLS.iter().any(|call| called(call))
}
