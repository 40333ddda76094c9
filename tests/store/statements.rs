//! Every statement of the store was run on both engines: those of the sources are held against those that ran.

use std::{collections::BTreeSet, path::Path, pin::Pin};

use duly::store::engine::{Engine, statements::seen};

use crate::fresh::Fresh;

pub type Contract = fn(Fresh) -> Pin<Box<dyn Future<Output = ()> + Send>>;

/// Calls that make a statement.
const CALLS: [&str; 7] =
    ["query(", "dynamic(", "Builder::new(", "self.run(", "self.scalar(", "self.rows(", "self.facts("];

/// Statements that only one engine has, with the other one.
const OTHERS: [(&str, Engine, &str); 5] = [
    ("workers.rs", Engine::Postgres, "query(text).bind(self.company).bind(myself).execute(self.pool()).await"),
    (
        "workers.rs",
        Engine::Sqlite,
        "query(text).bind(self.company).bind(myself).bind(silent).execute(self.pool()).await",
    ),
    ("import.rs", Engine::Sqlite, "query(text).bind(self.company).execute(&mut tx).await?;"),
    (
        "merge.rs",
        Engine::Sqlite,
        "self.run(\"SELECT id FROM account WHERE id IN (SELECT account FROM touched) ORDER BY id FOR UPDATE\").await?;",
    ),
    ("sweep_pages.rs", Engine::Sqlite, "let mut locks = Builder::new(\"SELECT id FROM account WHERE id IN \");"),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_statement_runs_on_both_engines() {
    let mut engines = vec![Engine::Sqlite];
    for contract in contracts() {
        contract(Fresh::on_sqlite().await).await;
        if let Some(fresh) = Fresh::on_postgres().await {
            contract(fresh).await;
            engines = vec![Engine::Sqlite, Engine::Postgres];
        }
    }
    let seen = seen();
    let mut never = BTreeSet::new();
    for (file, line, text) in in_the_sources() {
        for engine in engines.iter().filter(|engine| !seen.contains(&(file.as_str(), line, **engine))) {
            let name = file.rsplit('/').next().unwrap().to_owned();
            never.insert((name, *engine, text.clone()));
        }
    }
    let expected = OTHERS.iter().filter(|other| engines.contains(&other.1));
    let expected: BTreeSet<_> =
        expected.map(|(file, engine, text)| ((*file).to_owned(), *engine, (*text).to_owned())).collect();
    assert_eq!(never, expected);
}

fn contracts() -> impl Iterator<Item = &'static Contract> {
    let all = [
        crate::cases::ALL,
        crate::facts::ALL,
        crate::figures::ALL,
        crate::holds::ALL,
        crate::kept::ALL,
        crate::outbox::ALL,
        crate::pages::ALL,
        crate::policies::ALL,
        crate::slots::ALL,
        crate::waiting::ALL,
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
