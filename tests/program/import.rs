//! Files in: what is taken, what is refused, and what a correction changes.

use crate::house::{DAY, House};

const ACCOUNTS: &str = "A,Alder Ltd,ada@alder.example\nB,Birch GmbH,\n";
const INVOICES: &str = "INV-1,A,2024-12-01,2024-12-31,GBP,100.00\nINV-2,B,2024-12-01,2024-12-31,EUR,20.50\n";

fn ledger() -> House {
    let house = House::new();
    house.take("accounts", ACCOUNTS);
    house.take("invoices", INVOICES);
    house.no_payments();
    house
}

#[tokio::test]
async fn the_same_file_twice_changes_nothing() {
    let house = ledger();
    let facts = "SELECT number, amount, superseded_by FROM invoice ORDER BY id";
    let before = house.rows(facts).await;
    for (kind, rows) in [("accounts", ACCOUNTS), ("invoices", INVOICES)] {
        let said = house.take(kind, rows);
        let counts = said.lines().last().unwrap().split_whitespace().collect::<Vec<_>>();
        assert_eq!(counts[1..4], ["0", "2", "0"], "{said}");
    }
    assert_eq!(house.rows(facts).await, before);
    assert_eq!(before, ["INV-1 10000 -", "INV-2 2050 -"]);
}

#[tokio::test]
async fn a_correction_is_told_and_followed_but_the_past_is_kept() {
    let house = ledger();
    house.change("UPDATE batch SET recorded_at = '2025-03-03T09:00:00+00:00'").await;
    let said = house.take("invoices", "INV-1,A,2024-12-01,2024-12-30,GBP,80.00\n");
    assert!(
        said.contains("line 2: INV-1 changed: due 2024-12-31 → 2024-12-30, amount 100.00 GBP → 80.00 GBP"),
        "{said}"
    );
    let plan = |further: &[&str]| {
        let text = house.duly(&[&["plan", "--as-of", DAY, "--json"], further].concat()).ended(0);
        let plan: serde_json::Value = serde_json::from_str(&text).unwrap();
        let item = &plan["decisions"][0]["items"][0];
        (item["residual"].as_str().unwrap().to_owned(), item["days_overdue"].as_i64().unwrap())
    };
    assert_eq!(plan(&[]), ("80.00".to_owned(), 63));
    assert_eq!(plan(&["--as-known-on", "2025-03-03"]), ("100.00".to_owned(), 62));
    let facts = "SELECT amount, superseded_by IS NULL FROM invoice WHERE number = 'INV-1' ORDER BY id";
    assert_eq!(house.rows(facts).await, ["10000 0", "8000 1"]);
}

#[tokio::test]
async fn bad_rows_are_shown_and_nothing_is_taken() {
    let house = ledger();
    let rows: String = (0..30).map(|n| format!("N-{n},A,2024-12-01,31/12/2024,GBP,1e3\n")).collect();
    let said = house.import("invoices", &("GOOD,A,2024-12-01,2024-12-31,GBP,1.00\n".to_owned() + &rows), &[]);
    let error = said.failed(2);
    assert!(error.contains("30 rows are wrong; nothing was taken"), "{error}");
    assert!(error.contains("invoices.csv:3 column 'due' value '31/12/2024'"), "{error}");
    assert_eq!(error.matches("invoices.csv:").count(), 20, "{error}");
    assert!(error.ends_with("… and 10 more\n"), "{error}");
    assert_eq!(house.rows("SELECT COUNT(*) FROM invoice").await, ["2"]);
    assert_eq!(house.rows("SELECT COUNT(*) FROM batch").await, ["3"]);
}

#[tokio::test]
async fn amounts_are_read_strictly() {
    let house = ledger();
    for (amount, currency) in [("1e3", "GBP"), ("1_000", "GBP"), ("1.005", "GBP"), ("1.5", "JPY"), ("-1", "GBP")] {
        let row = format!("N,A,2024-12-01,2024-12-31,{currency},{amount}\n");
        let error = house.import("invoices", &row, &[]).failed(2);
        assert!(error.contains(&format!("invoices.csv:2 column 'amount' value '{amount}")), "{error}");
    }
}

#[tokio::test]
async fn addresses_that_no_mail_reaches_are_refused() {
    let house = House::new();
    for address in ["jörg@buyer.example", "j@münchen.example", "a@buyer.example;ü@buyer.example"] {
        let error = house.import("accounts", &format!("A,Alder Ltd,{address}\n"), &[]).failed(2);
        assert!(error.contains("accounts.csv:2 column 'email'") && error.contains("xn--"), "{error}");
    }
    house.take("accounts", "A,Alder Ltd,j@xn--mnchen-3ya.example\n");
}

#[tokio::test]
async fn unknown_accounts_and_doubled_numbers_are_named() {
    let house = ledger();
    let error = house.import("invoices", "N,NOBODY,2024-12-01,2024-12-31,GBP,1.00\n", &[]).failed(2);
    assert!(error.contains("invoices.csv:2 column 'account' value 'NOBODY': no such account"), "{error}");
    let row = "N,A,2024-12-01,2024-12-31,GBP,1.00\n";
    let error = house.import("invoices", &row.repeat(2), &[]).failed(2);
    assert!(error.contains("invoices.csv:3 column 'invoice' value 'N': stands on line 2 as well"), "{error}");
    let error = house.import_file("invoices", "invoice,account,issued,due_date,currency,amount\n", &[]).failed(2);
    assert!(error.contains("column `due` is missing (the nearest header is `due_date`)"), "{error}");
    assert_eq!(house.rows("SELECT COUNT(*) FROM invoice").await, ["2"]);
}

#[tokio::test]
async fn a_dry_run_counts_and_changes_nothing() {
    let house = ledger();
    let before = house.rows("SELECT COUNT(*), MAX(id) FROM batch").await;
    let rows = "INV-1,A,2024-12-01,2024-12-31,GBP,90.00\nINV-2,B,2024-12-01,2024-12-31,EUR,20.50\n\
                INV-3,A,2024-12-01,2024-12-31,JPY,7000\n";
    let said = house.import("invoices", rows, &["--dry-run"]).ended(0);
    assert!(said.contains("would be taken (dry run, nothing was changed)"), "{said}");
    assert!(said.contains("INV-1 changed: amount 100.00 GBP → 90.00 GBP"), "{said}");
    let counts = said.lines().find(|line| line.contains("GBP")).unwrap().split_whitespace().collect::<Vec<_>>();
    assert_eq!(counts, ["invoice", "1", "1", "1", "20.50", "EUR", "90.00", "GBP", "7000", "JPY"], "{said}");
    assert_eq!(house.rows("SELECT COUNT(*), MAX(id) FROM batch").await, before);
    assert_eq!(house.rows("SELECT number, amount FROM invoice ORDER BY id").await, ["INV-1 10000", "INV-2 2050"]);
}

#[tokio::test]
async fn several_files_are_each_taken_whole_or_not_at_all() {
    let house = ledger();
    let header = "invoice,account,issued,due,currency,amount\n";
    let good = house.file("good.csv", header.to_owned() + "N-1,A,2024-12-01,2024-12-31,GBP,1.00\n");
    let bad = house.file("bad.csv", header.to_owned() + "N-2,A,2024-12-01,soon,GBP,1.00\n");
    let error = house.duly(&["import", &good, &bad, "--kind", "invoices"]).failed(2);
    assert!(error.contains("bad.csv:2 column 'due' value 'soon'"), "{error}");
    assert_eq!(house.rows("SELECT number FROM invoice ORDER BY id").await, ["INV-1", "INV-2", "N-1"]);
}

#[tokio::test]
async fn a_change_is_told_in_the_words_of_the_file() {
    let house = ledger();
    let said = house.take("accounts", "A,Alder Ltd,new@alder.example\n");
    assert!(said.contains("A changed: email ada@alder.example → new@alder.example"), "{said}");
    let said = house.take("invoices", "INV-2,A,2024-12-01,2024-12-31,JPY,2100\n");
    assert!(said.contains("INV-2 changed: account B → A, currency EUR → JPY, amount 20.50 EUR → 2100 JPY"), "{said}");
    house.take("payments", "P-1,A,2025-01-10,GBP,10.00,\n");
    let said = house.take("payments", "P-1,A,2025-01-10,GBP,10.00,INV-1\n");
    assert!(said.contains("P-1 changed: invoice (empty) → INV-1"), "{said}");
}

#[tokio::test]
async fn what_is_hardly_meant_is_taken_with_a_warning() {
    let house = ledger();
    let rows: String = (1..=7).map(|n| format!("P-{n},A,2025-01-10,GBP,1.00,INV-1;NOWHERE\n")).collect();
    let rows = rows + "P-8,A,2025-01-10,GBP,1.00,INV-2\nP-9,B,2025-01-10,GBP,1.00,INV-2\nP-10,A,2149-01-10,GBP,1.00,\n";
    for _ in 0..2 {
        let said = house.take("payments", &rows);
        let warnings: Vec<&str> = said.lines().skip_while(|line| !line.starts_with("  warning")).collect();
        assert_eq!(
            warnings,
            [
                "  warning: 7 payments naming an invoice that is not known: P-1, P-2, P-3, P-4, P-5, …",
                "  warning: 1 payment naming an invoice of another account: P-8",
                "  warning: 1 payment naming an invoice in another currency: P-9",
                "  warning: 1 payment dated in the future: P-10",
            ],
            "{said}"
        );
    }
    let said = house.take("credits", "C-1,A,2025-01-10,GBP,1.00,INV-9\nC-2,A,2025-01-10,GBP,1.00,\n");
    assert!(said.ends_with("  warning: 1 credit naming an invoice that is not known: C-1\n"), "{said}");
    let accounts = "account,name,policy\nC,Cedar,vip\nD,Doum,standard\nE,Elm,\n";
    let said = house.import_file("accounts", accounts, &[]).ended(0);
    let warning = "  warning: 1 account naming a policy that does not exist: C (there are: standard; the standard policy is followed)\n";
    assert!(said.ends_with(warning), "{said}");
    assert_eq!(house.rows("SELECT COUNT(*) FROM account").await, ["5"]);
}

#[test]
fn a_language_that_no_date_can_be_written_in_is_refused() {
    let house = House::new();
    let error = house.import_file("accounts", "account,name,locale\nA,Alder,de-AT\nB,Birch,tlh\n", &[]).failed(2);
    assert!(error.contains("accounts.csv:3 column 'locale' value 'tlh': a language whose dates"), "{error}");
}

#[tokio::test]
async fn a_file_that_was_cut_off_within_a_row_is_refused_whole() {
    let house = ledger();
    let file = "invoice,account,issued,due,currency,amount\nN-1,A,2024-12-01,2024-12-31,GBP,1.00\nN-2,A,2024-12-01,2024-12-31,GBP,250.00";
    let second = file.find("N-2").unwrap();
    // From the first byte of the row to the currency: what is left of the amount would be an amount.
    for cut in second + 1..file.find(",250").unwrap() + 1 {
        let error = house.import_file("invoices", &file[..cut], &[]).failed(2);
        assert!(error.contains("nothing was taken"), "{cut}: {error}");
    }
    assert_eq!(house.rows("SELECT number FROM invoice ORDER BY id").await, ["INV-1", "INV-2"]);
}

#[tokio::test]
async fn an_older_payments_file_after_a_newer_one_takes_no_payment_back() {
    let house = ledger();
    let older = "P-1,A,2025-01-10,GBP,40.00,INV-1\n";
    house.take("payments", &(older.to_owned() + "P-2,A,2025-02-10,GBP,60.00,INV-1\n"));
    house.take("payments", older);
    assert_eq!(
        house.rows("SELECT number, amount FROM payment WHERE superseded_by IS NULL").await,
        ["P-1 4000", "P-2 6000"]
    );
    let plan = house.duly(&["plan", "--as-of", DAY]).ended(0);
    assert!(!plan.contains("GBP"), "{plan}");
}

#[tokio::test]
async fn without_a_newer_payments_file_everybody_is_held() {
    let house = House::with_accounts(&["A", "B"]);
    house.change("UPDATE batch SET recorded_at = '2025-02-20T09:00:00+00:00'").await;
    let said = house.duly(&["sweep", "--as-of", DAY, "--release"]).ended(3);
    assert!(said.contains("0 notices, 2 accounts held") && said.contains("ledger_stale"), "{said}");
    // Invoices say nothing of payments.
    house.take("invoices", "INV-A,A,2024-12-01,2024-12-31,GBP,100.00\n");
    house.duly(&["sweep", "--as-of", DAY, "--release"]).ended(3);
    // The late file has the payment of B, who must not be written to.
    house.take("payments", "P-B,B,2025-02-27,GBP,100.00,INV-B\n");
    let said = house.duly(&["sweep", "--as-of", DAY, "--release"]).ended(0);
    assert!(said.contains("1 notice, 0 accounts held"), "{said}");
    assert_eq!(house.rows("SELECT address FROM notice").await, ["a@buyer.example"]);
}
