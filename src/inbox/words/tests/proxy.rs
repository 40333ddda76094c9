//! Short messages of banking and retail customers with a class that is near to ours: a smoke test, since nobody
//! there answers a reminder.

use std::{collections::BTreeMap, fs, path::PathBuf};

use super::read;

#[test]
fn nothing_absurd_is_found_in_other_customers_messages() {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let root = std::env::var_os("DULY_SHARED").map_or_else(beside, PathBuf::from);
    let Ok(bytes) = fs::read(root.join("replies/proxy_labels.csv")) else {
        eprintln!("skipped: replies/proxy_labels.csv is not in {} (set DULY_SHARED)", root.display());
        return;
    };
    let mut table: BTreeMap<(String, &str), usize> = BTreeMap::new();
    let mut rows = 0;
    for row in csv::Reader::from_reader(&bytes[..]).records() {
        let row = row.unwrap();
        let main = read("en", &row[0]).main;
        *table.entry((row[3].to_owned(), main.code())).or_default() += 1;
        rows += 1;
    }
    let count = |class: &str, kind: &str| {
        table.iter().filter(|((is, main), _)| is == class && *main == kind).map(|(_, count)| count).sum::<usize>()
    };
    let of = |class: &str| table.iter().filter(|((is, _), _)| is == class).map(|(_, count)| count).sum::<usize>();
    for ((class, main), count) in &table {
        eprintln!("{class:>22} {main:<16} {count}");
    }
    assert!(rows > 3_000);
    // Who asks for invoices or wants to talk to somebody protests against nothing.
    for (class, kind) in [
        ("request_copy", "service_protest"),
        ("other", "service_protest"),
        ("other", "paid_already"),
        ("unsubscribe_or_other", "cannot_pay"),
    ] {
        assert!(count(class, kind) * 20 <= of(class), "{class} is read as {kind} {} times", count(class, kind));
    }
    // And of those who do complain, many use the words of the lists.
    assert!(count("service_dispute", "service_protest") * 3 >= of("service_dispute"));
}
