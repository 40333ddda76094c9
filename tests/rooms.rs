//! Dependencies point inward: reads the sources and fails when an arrow points outward.

use std::path::{Path, PathBuf};

/// Each room with the rooms that it may use.
const MAY_USE: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("store", &["domain", "failpoint"]),
    ("letter", &["domain"]),
    ("reach", &[]),
    ("settings", &[]),
    ("clock", &[]),
    ("telemetry", &[]),
    ("presence", &["clock", "store"]),
    ("failpoint", &[]),
    ("rules", &["domain", "inbox", "letter", "settings", "store"]),
    ("intake", &["domain", "failpoint", "letter", "store", "rules"]),
    (
        "delivery",
        &[
            "clock",
            "domain",
            "failpoint",
            "inbox",
            "letter",
            "link",
            "presence",
            "reach",
            "rules",
            "settings",
            "store",
            "telemetry",
        ],
    ),
    ("inbox", &["domain", "reach", "settings"]),
    ("proof", &["domain", "rules", "store", "sweep"]),
    ("sweep", &["clock", "delivery", "domain", "failpoint", "link", "rules", "settings", "store"]),
    ("mailbox", &["app", "domain", "failpoint", "inbox", "rules", "settings", "store"]),
    ("preview", &["app", "delivery", "domain", "store"]),
    ("casework", &["app", "delivery", "domain", "failpoint", "letter", "store"]),
    ("link", &[]),
    ("directory", &["store"]),
    ("queue", &["app", "domain", "store"]),
    ("tasks", &["app", "domain", "store", "sweep", "telemetry"]),
    ("reports", &["app", "domain", "rules", "store", "sweep"]),
    ("picture", &["app", "domain", "reports", "store", "sweep", "tasks"]),
    ("filework", &["app", "intake", "store"]),
    ("noticework", &["app", "delivery", "domain", "store"]),
    (
        "web",
        &[
            "app",
            "casework",
            "clock",
            "delivery",
            "directory",
            "domain",
            "filework",
            "intake",
            "letter",
            "link",
            "noticework",
            "picture",
            "preview",
            "queue",
            "reach",
            "reports",
            "rules",
            "settings",
            "store",
            "sweep",
            "tasks",
            "telemetry",
        ],
    ),
];

/// Crates that the pure core must not know.
const EFFECTS: [&str; 7] = ["tokio", "sqlx", "lettre", "askama", "std::fs", "std::env", "std::net"];

#[test]
fn dependencies_point_inward() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let rooms: Vec<&str> = MAY_USE.iter().map(|(room, _)| *room).chain(["app", "cli"]).collect();
    let mut outward = Vec::new();
    for (room, may_use) in MAY_USE {
        for file in files(&source, room) {
            let text = std::fs::read_to_string(&file).unwrap();
            for other in rooms.iter().filter(|other| *other != room && !may_use.contains(other)) {
                // `use crate::{…}` over several lines names a room at the start of a line.
                let named = [format!("crate::{other}::"), format!("\n    {other}::"), format!("crate::{{{other}::")];
                let listed = text.lines().flat_map(one_line_list).any(|path| path.split("::").next() == Some(*other));
                if listed || named.iter().any(|name| text.contains(name.as_str())) {
                    outward.push(format!("{} uses {other}", file.display()));
                }
            }
        }
    }
    assert!(outward.is_empty(), "{outward:#?}");
}

/// What `use crate::{a::b, c::{d, e}};` names on one line, each from its room on.
fn one_line_list(line: &str) -> Vec<&str> {
    let Some(list) = line.strip_prefix("use crate::{").and_then(|rest| rest.strip_suffix("};")) else {
        return Vec::new();
    };
    let mut depth = 0;
    let outside = |c: char| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    };
    list.split(outside).map(str::trim).collect()
}

#[test]
fn a_list_of_imports_is_taken_apart() {
    assert_eq!(one_line_list("use crate::{a::b, c::{d, e}, f};"), ["a::b", "c::{d, e}", "f"]);
    assert!(one_line_list("use std::{a, b};").is_empty());
}

#[test]
fn the_core_has_no_effects() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for file in files(&source, "domain") {
        let text = std::fs::read_to_string(&file).unwrap();
        let product = text.split("#[cfg(test)]").next().unwrap_or_default();
        let is_test = file.components().any(|part| part.as_os_str() == "tests");
        for effect in EFFECTS {
            let named = product.contains(&format!("{effect}::")) || product.contains(&format!("use {effect}"));
            assert!(is_test || !named, "{} uses {effect}", file.display());
        }
    }
}

/// The sources of a room: its file, and all files of its folder.
fn files(source: &Path, room: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![source.join(room)];
    let file = source.join(format!("{room}.rs"));
    if file.is_file() {
        found.push(file);
    }
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.path() {
                path if path.is_dir() => folders.push(path),
                path if path.extension().is_some_and(|ending| ending == "rs") => found.push(path),
                _ => {}
            }
        }
    }
    assert!(!found.is_empty(), "there is no room {room}");
    found
}
