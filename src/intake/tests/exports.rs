//! The shipped maps against the public layouts, where those are at hand.

use std::{collections::BTreeSet, fs, path::PathBuf};

use super::*;
use crate::domain::facts::EventKind;

/// A file of the public data, or `None` with a word when it is not on this machine.
fn shared(path: &str) -> Option<Vec<u8>> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let root = std::env::var_os("DULY_SHARED").map_or_else(beside, PathBuf::from);
    let found = fs::read(root.join(path)).ok();
    if found.is_none() {
        eprintln!("skipped: {path} is not in {} (set DULY_SHARED)", root.display());
    }
    found
}

fn map_at(folder: &str, name: &str) -> Map {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder).join(name).with_extension("toml");
    Map::parse(name, &fs::read_to_string(path).unwrap()).unwrap()
}

fn shipped(name: &str) -> Map {
    map_at("config/maps", name)
}

/// One line for each fact: number, account, and what matters most.
fn told(rows: &[(u64, Row)]) -> Vec<String> {
    let line = |(line, row): &(u64, Row)| match row {
        Row::Account(a) => format!("{line} account {} {}", a.number, a.emails.join(";")),
        Row::Invoice(i) => {
            format!(
                "{line} invoice {} {} {} {} {} {}",
                i.number, i.account, i.issued, i.due, i.amount, i.amount.currency
            )
        }
        Row::Payment(p) => format!("{line} payment {} {} {} {}", p.number, p.account, p.received, p.amount),
        Row::Credit(c) => format!("{line} credit {} {} {} {}", c.number, c.account, c.date, c.amount),
        Row::Event(e) => format!("{line} event {} {}", e.number, e.date),
    };
    rows.iter().map(line).collect()
}

/// Reads a layout that must be good.
fn good(file: &str, map: &str, kind: Kind) -> Option<(Reading, Vec<String>)> {
    let bytes = shared(&format!("exports/{file}"))?;
    let (reading, rows) = read_all(&bytes[..], kind, Some(&shipped(map))).unwrap();
    assert!(reading.bad.is_empty(), "{}", reading.bad.report(file));
    Some((reading, told(&rows)))
}

#[test]
fn every_shipped_map_is_sound() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("config/maps");
    let names: BTreeSet<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(names.len(), 9);
    for name in &names {
        let map = shipped(name);
        assert!(map.refuse.is_some() || map.kinds().contains(&Kind::Accounts), "{name}");
    }
}

#[test]
fn quickbooks_online_aging_detail() {
    let (file, map) = ("qbo_ar_aging_detail.csv", "quickbooks_online_aging_detail");
    let Some((reading, rows)) = good(file, map, Kind::Invoices) else { return };
    assert_eq!(
        rows,
        [
            "7 invoice SI-1 NORTHWIND 2025-11-11 2025-12-11 1000.00 USD",
            "7 payment balance:SI-1 NORTHWIND 2026-11-22 200.00",
            "11 invoice SI-7 Fabrikam, PC 2026-06-10 2026-07-10 3400.50 USD",
            "11 payment balance:SI-7 Fabrikam, PC 2026-11-22 1500.00",
            "15 invoice SI-2 Parent Co:Job 12 2026-08-01 2026-09-01 500.00 USD",
        ]
    );
    assert_eq!(reading.skipped.total(), 10);
    let rows = |kind| good(file, map, kind).unwrap().1;
    assert_eq!(rows(Kind::Credits), ["8 credit SC-1 CONTOSO 2023-01-23 100.00"]);
    assert_eq!(rows(Kind::Payments), ["12 payment unapplied:Fabrikam, PC:2026-07-01 Fabrikam, PC 2026-07-01 250.00"]);
    assert_eq!(rows(Kind::Accounts).len(), 4);
}

#[test]
fn quickbooks_online_invoice_list() {
    let Some(bytes) = shared("exports/qbo_invoice_list_multicurrency_dmy.csv") else { return };
    let map = shipped("quickbooks_online_invoice_list_dmy");
    let (reading, rows) = read_all(&bytes[..], Kind::Invoices, Some(&map)).unwrap();
    // The line without a number is money that nobody could refer to: the file is refused until it has one.
    assert_eq!(reading.bad.report("list.csv").to_string(), "list.csv:9 column 'Num' value '': must not be empty");
    assert_eq!((reading.merged, reading.skipped.total()), (1, 2));
    assert_eq!(
        told(&rows),
        [
            "6 invoice 1041 Northwind 2025-01-15 2025-01-20 43000000.00 IDR",
            "6 payment balance:1041 Northwind 2026-11-22 43000000.00",
            "7 invoice 1042 Smith, John - USD 2025-02-02 2025-02-05 1315.00 USD",
        ]
    );
}

#[test]
fn quickbooks_desktop_open_invoices() {
    let (file, map) = ("qbd_open_invoices.csv", "quickbooks_desktop_open_invoices");
    let Some((reading, rows)) = good(file, map, Kind::Invoices) else { return };
    assert_eq!(rows, ["3 invoice INV-B Northwind 2024-03-10 2024-04-10 200.00 USD"]);
    assert_eq!(reading.skipped.total(), 7);
    let rows = |kind| good(file, map, kind).unwrap().1;
    assert_eq!(rows(Kind::Credits), ["7 credit GJ-12 Contoso - Chicago 2024-01-10 1234.00"]);
    assert_eq!(rows(Kind::Payments), ["4 payment unapplied:Northwind:2024-03-15 Northwind 2024-03-15 50.00"]);
    assert_eq!(rows(Kind::Accounts), ["3 account Northwind ", "7 account Contoso - Chicago "]);
}

#[test]
fn summaries_are_refused_with_advice() {
    for (map, export) in [("quickbooks_online", "A/R Aging Detail"), ("quickbooks_desktop", "Open Invoices")] {
        let said = refusal(b"", Kind::Invoices, Some(&shipped(&format!("{map}_aging_summary"))));
        assert!(said.contains("no invoices") && said.contains(export), "{said}");
    }
    // With the wrong map, or none, the words still help.
    let Some(bytes) = shared("exports/qbo_ar_aging_summary.csv") else { return };
    let said = refusal(&bytes, Kind::Invoices, Some(&shipped("quickbooks_online_aging_detail")));
    assert!(said.contains("holds all of the headers `Date`"), "{said}");
    let Some(bytes) = shared("exports/qbd_aging_summary.csv") else { return };
    assert_eq!(refusal(&bytes, Kind::Invoices, None), "column 1 has no name in the header");
}

#[test]
fn xero_sales() {
    let (file, map) = ("xero_sales_invoice_export.csv", "xero_sales");
    let Some((reading, rows)) = good(file, map, Kind::Invoices) else { return };
    assert_eq!(rows, ["2 invoice INV-1014 Harbour Cafe 2026-03-24 2026-04-23 1495.00 NZD"]);
    assert_eq!((reading.merged, reading.skipped.total()), (1, 1));
    let rows = |kind| good(file, map, kind).unwrap().1;
    assert_eq!(rows(Kind::Credits), ["4 credit CN-0031 Harbour Cafe 2026-04-02 115.00"]);
    assert_eq!(rows(Kind::Accounts), ["2 account Harbour Cafe "]);
}

#[test]
fn zoho_invoices() {
    let Some((_, rows)) = good("zoho_invoices.csv", "zoho_invoices", Kind::Invoices) else { return };
    assert_eq!(
        rows,
        [
            "2 invoice INV-0001 Northwind 2026-08-10 2026-09-09 128500.00 INR",
            "3 invoice INV-0002 Contoso & Co 2026-09-15 2026-10-15 64000.00 INR",
            "3 payment balance:INV-0002 Contoso & Co 2026-11-22 64000.00",
        ]
    );
}

#[test]
fn tally_bills_receivable() {
    let (file, map) = ("tally_bills_receivable.csv", "tally_bills_receivable");
    let Some((_, rows)) = good(file, map, Kind::Invoices) else { return };
    assert_eq!(rows, ["6 invoice S/101 Contoso Hardware 2026-08-12 2026-09-11 128500.00 INR"]);
    assert_eq!(good(file, map, Kind::Credits).unwrap().1, Vec::<String>::new());
}

#[test]
fn stripe_invoices() {
    let Some(bytes) = shared("exports/stripe_invoices_header.csv") else { return };
    let map = shipped("stripe_invoices");
    assert_eq!(read_all(&bytes[..], Kind::Invoices, Some(&map)).unwrap().0, Reading::default());
    let mut cells = vec![String::new(); 35];
    let header = String::from_utf8(bytes).unwrap();
    let names: Vec<&str> = header.trim().split(',').collect();
    for (name, text) in [
        ("Number", "A1-1"),
        ("Customer", "cus_1"),
        ("Currency", "eur"),
        ("Amount Due", "80.00"),
        ("Finalized At (UTC)", "2026-01-05 10:11"),
        ("Due Date (UTC)", "2026-02-04 10:11"),
        ("Paid At (UTC)", "2026-02-01 23:59"),
        ("Status", "paid"),
    ] {
        cells[names.iter().position(|header| *header == name).unwrap()] = text.to_owned();
    }
    let text = format!("{}\n{}\n", header.trim(), cells.join(","));
    let (_, rows) = read_all(text.as_bytes(), Kind::Invoices, Some(&map)).unwrap();
    assert_eq!(
        told(&rows),
        ["2 invoice A1-1 cus_1 2026-01-05 2026-02-04 80.00 EUR", "2 payment settled:A1-1 cus_1 2026-02-01 80.00"]
    );
}

#[test]
fn the_public_ledger() {
    let Some(bytes) = shared("ledger/accounts-receivable.csv") else { return };
    let map = map_at("tests/data/maps", "ledger");
    let (reading, rows) = read_all(&bytes[..], Kind::Invoices, Some(&map)).unwrap();
    assert!(reading.bad.is_empty(), "{}", reading.bad.report("ledger"));
    let count = |wanted: &dyn Fn(&Row) -> bool| rows.iter().filter(|(_, row)| wanted(row)).count();
    assert_eq!(count(&|row| matches!(row, Row::Invoice(invoice) if invoice.number.len() == 10)), 1412);
    assert_eq!(count(&|row| matches!(row, Row::Payment(_))), 1412);
    assert_eq!(count(&|row| matches!(row, Row::Event(event) if event.kind == EventKind::PastDispute)), 299);
    assert_eq!(told(&rows[..1]), ["2 invoice 4566394525 0465-DTULQ 2012-01-04 2012-02-03 55.91 USD"]);
    let (reading, rows) = read_all(&bytes[..], Kind::Accounts, Some(&map)).unwrap();
    assert_eq!((reading.rows, reading.merged, rows.len()), (57, 1355, 57));
    assert_eq!(told(&rows[..1]), ["2 account 0465-DTULQ ar+0465-DTULQ@example.test"]);
}
