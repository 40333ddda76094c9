//! Other programs' exports, and files in other encodings.

use crate::house::{House, Said, shared};

/// Imports a file of the public data through a shipped map; `None` when it is not on this machine.
fn export(house: &House, kind: &str, file: &str, map: &str) -> Option<Said> {
    let bytes = std::fs::read(shared(&format!("exports/{file}"))?).unwrap();
    let file = house.file(file, bytes);
    Some(house.duly(&["import", &file, "--kind", kind, "--map", map]))
}

const OPEN: &str = "SELECT number, amount FROM invoice WHERE superseded_by IS NULL AND settled_on IS NULL ORDER BY 1";

#[tokio::test]
async fn every_layout_is_taken_with_its_accounts() {
    let layouts: [(&str, &str, &[&str]); 6] = [
        ("qbo_ar_aging_detail.csv", "quickbooks_online_aging_detail", &["SI-1 100000", "SI-2 50000", "SI-7 340050"]),
        ("qbd_open_invoices.csv", "quickbooks_desktop_open_invoices", &["INV-B 20000"]),
        ("xero_sales_invoice_export.csv", "xero_sales", &["INV-1014 149500"]),
        ("zoho_invoices.csv", "zoho_invoices", &["INV-0001 12850000"]),
        ("tally_bills_receivable.csv", "tally_bills_receivable", &["S/101 12850000"]),
        ("stripe_invoices_header.csv", "stripe_invoices", &[]),
    ];
    for (file, map, open) in layouts {
        let house = House::new();
        let Some(accounts) = export(&house, "accounts", file, map) else { return };
        accounts.ended(0);
        for _ in 0..2 {
            export(&house, "invoices", file, map).unwrap().ended(0);
            assert_eq!(house.rows(OPEN).await, open, "{file}");
        }
        let json = house.duly(&["report", "ageing", "--json"]).ended(0);
        assert_eq!(json.contains("\"total\""), !open.is_empty(), "{file}: {json}");
    }
}

#[tokio::test]
async fn what_cannot_be_taken_says_what_to_do() {
    let house = House::new();
    let (list, map) = ("qbo_invoice_list_multicurrency_dmy.csv", "quickbooks_online_invoice_list_dmy");
    let Some(accounts) = export(&house, "accounts", list, map) else { return };
    accounts.ended(0);
    let error = export(&house, "invoices", list, map).unwrap().failed(2);
    assert!(error.contains("1 row is wrong; nothing was taken"), "{error}");
    assert!(error.contains(&format!("{list}:9 column 'Num' value '': must not be empty")), "{error}");
    assert_eq!(house.rows("SELECT COUNT(*) FROM invoice").await, ["0"]);
    let summaries = [
        ("qbo_ar_aging_summary.csv", "quickbooks_online_aging_summary", "A/R Aging Detail"),
        ("qbd_aging_summary.csv", "quickbooks_desktop_aging_summary", "Open Invoices"),
    ];
    for (file, map, instead) in summaries {
        let error = export(&house, "invoices", file, map).unwrap().failed(2);
        assert!(error.contains("no invoices") && error.contains(instead), "{error}");
    }
    let error = house.import_file("invoices", "a\n", &["--map", "quikbooks"]).failed(2);
    assert!(error.contains("there is no map `quikbooks`") && error.contains("xero_sales"), "{error}");
}

const DETAIL: &str = "Example Co,,,,,,,\n,Date,Transaction type,Num,Customer full name,Due date,Amount,Open balance\n";
const SI_1: &str = ",11/11/2024,Invoice,SI-1,NORTHWIND,12/11/2024,\"1,000.00\",800.00\n";
const SI_2: &str = ",11/12/2024,Invoice,SI-2,NORTHWIND,12/12/2024,500.00,500.00\n";

#[tokio::test]
async fn an_invoice_that_is_no_longer_open_is_closed_and_comes_back() {
    let house = House::new();
    let map = ["--map", "quickbooks_online_aging_detail"];
    let both = [DETAIL, SI_1, SI_2].concat();
    house.import_file("accounts", &both, &map).ended(0);
    house.import_file("invoices", &both, &map).ended(0);
    assert_eq!(house.rows(OPEN).await, ["SI-1 100000", "SI-2 50000"]);
    let total = |expected: &str| {
        let text = house.duly(&["report", "ageing", "--json"]).ended(0);
        let report: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(report["ageing"][0]["total"], expected, "{text}");
        assert_eq!(report["ageing"][0]["unallocated"], "0.00", "{text}");
    };
    total("1300.00");
    for _ in 0..2 {
        house.import_file("invoices", [DETAIL, SI_2].concat(), &map).ended(0);
        assert_eq!(house.rows(OPEN).await, ["SI-2 50000"]);
        total("500.00");
    }
    for _ in 0..2 {
        house.import_file("invoices", &both, &map).ended(0);
        assert_eq!(house.rows(OPEN).await, ["SI-1 100000", "SI-2 50000"]);
        total("1300.00");
    }
    // Closed for the second time.
    house.import_file("invoices", [DETAIL, SI_2].concat(), &map).ended(0);
    assert_eq!(house.rows(OPEN).await, ["SI-2 50000"]);
    total("500.00");
}

const NAMES: &str = "SELECT name FROM account_fact WHERE superseded_by IS NULL ORDER BY id";

#[tokio::test]
async fn encodings_and_line_ends() {
    let text = "account,name,email\nA,Müller & Söhne,\nB,Łódź,\n";
    let (house, first) = (House::new(), "Müller & Söhne");
    let bom = format!("\u{feff}{text}");
    let crlf = text.replace('\n', "\r\n");
    let utf16 = |bytes: fn(u16) -> [u8; 2]| bom.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    house.import_file("accounts", text, &[]).ended(0);
    for bytes in [bom.clone().into_bytes(), crlf.into_bytes(), utf16(u16::to_le_bytes), utf16(u16::to_be_bytes)] {
        let said = house.import_file("accounts", bytes, &[]).ended(0);
        let counts = said.lines().last().unwrap().split_whitespace().collect::<Vec<_>>();
        assert_eq!(counts, ["account", "0", "2", "0"], "{said}");
    }
    assert_eq!(house.rows(NAMES).await, [first, "Łódź"]);
}

#[tokio::test]
async fn latin_1_is_refused_without_a_map_and_read_with_one() {
    let house = House::new();
    let latin: Vec<u8> = "account;name\nA;M\u{fc}ller\n".chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let comma: Vec<u8> = latin.iter().map(|byte| if *byte == b';' { b',' } else { *byte }).collect();
    let error = house.import_file("accounts", &comma, &[]).failed(2);
    assert!(error.contains("accounts.csv: line 2 is not UTF-8"), "{error}");
    assert!(error.contains("windows-1252"), "{error}");
    let map = "encoding = \"windows-1252\"\ndelimiter = \";\"\n\
               [accounts]\ncolumns = { account = \"account\", name = \"name\" }\n";
    house.file("config/maps/old.toml", map);
    house.import_file("accounts", &latin, &["--map", "old"]).ended(0);
    assert_eq!(house.rows(NAMES).await, ["Müller"]);
}
