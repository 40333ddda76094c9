//! How good the assessment is on a real ledger: `duly evaluate` against figures that were also computed independently.
//!
//! Needs the public ledger (`DULY_SHARED`, or `../shared/data` beside the checkout); says plainly when it is skipped.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;
use tempfile::TempDir;

struct House(TempDir);

impl House {
    /// The public ledger imported, or a plain word that the test is skipped.
    fn with_ledger() -> Option<Self> {
        let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
        let data = std::env::var_os("DULY_SHARED").map_or_else(beside, PathBuf::from);
        let ledger = data.join("ledger/accounts-receivable.csv");
        if !ledger.is_file() {
            eprintln!("skipped: {} is not there", ledger.display());
            return None;
        }
        let house = Self(TempDir::new().unwrap());
        house.ok(&["init", "config"]);
        let map = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/maps/ledger.toml");
        std::fs::copy(map, house.0.path().join("config/maps/ledger.toml")).unwrap();
        for kind in ["accounts", "invoices"] {
            house.ok(&["import", &ledger.to_string_lossy(), "--kind", kind, "--map", "ledger"]);
        }
        Some(house)
    }

    fn ok(&self, arguments: &[&str]) -> String {
        let output =
            Command::new(env!("CARGO_BIN_EXE_duly")).args(arguments).current_dir(self.0.path()).output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {}\n{err}", output.status);
        String::from_utf8(output.stdout).unwrap()
    }

    fn parts(&self, arguments: &[&str]) -> Value {
        let all = [&["evaluate", "--json"], arguments].concat();
        let mut value: Value = serde_json::from_str(&self.ok(&all)).unwrap();
        value["parts"].take()
    }
}

fn number(value: &Value, part: &str, figure: &str) -> f64 {
    value[part][figure].as_f64().unwrap_or_else(|| panic!("{part} {figure} of {value}"))
}

/// The figures of docs/JUDGEMENT.md, with room for nothing but rounding of the weights.
#[test]
fn disputes_of_a_real_ledger_come_first() {
    let Some(house) = House::with_ledger() else { return };
    let weekly = house.parts(&["--past-disputes"]);
    assert_eq!((number(&weekly, "all", "items"), number(&weekly, "all", "disputed")), (589.0, 346.0));
    assert!(number(&weekly, "all", "auc") >= 0.86, "{weekly}");
    assert!(number(&weekly, "cold start", "auc") >= 0.73, "{weekly}");
    assert!(weekly["all"]["flagged"]["precision"].as_f64() >= Some(0.9), "{weekly}");
    assert!(weekly["all"]["top"]["precision"].as_f64() >= Some(0.95), "{weekly}");
    let daily = house.parts(&["--past-disputes", "--every", "1"]);
    assert!(number(&daily, "all", "auc") >= 0.86, "{daily}");
    assert!(number(&daily, "half B", "auc") >= 0.89, "{daily}");
}

/// Labels of a file that say the same as the marks give the same figures; turned round they give the opposite.
#[test]
fn labels_of_a_file_are_measured_like_marks() {
    let Some(house) = House::with_ledger() else { return };
    let marks = house.parts(&["--past-disputes", "--every", "30"]);
    let ledger = std::env::var_os("DULY_SHARED").map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    let text = std::fs::read_to_string(ledger.join("ledger/accounts-receivable.csv")).unwrap();
    let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let labels = |turn: bool| {
        let line = |row: &Vec<&str>| {
            let label = if (row[7] == "Yes") != turn { "yes" } else { "no" };
            format!("{:0>10},{label}\n", row[3])
        };
        let file = house.0.path().join("labels.csv");
        std::fs::write(&file, format!("invoice,label\n{}", rows.iter().map(line).collect::<String>())).unwrap();
        house.parts(&["--labels", "labels.csv", "--every", "30"])
    };
    assert_eq!(labels(false), marks);
    assert!(number(&labels(true), "all", "auc") < 0.6, "turned round");
}
