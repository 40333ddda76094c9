//! Whole files: headers, encodings, line ends, line numbers.

use super::*;
use crate::domain::facts::{EventKind, Invoice};

fn invoices(text: &str) -> Vec<Invoice> {
    let only = |row| match row {
        Row::Invoice(invoice) => invoice,
        other => panic!("{other:?}"),
    };
    read_good(text, Kind::Invoices, None).1.into_iter().map(only).collect()
}

#[test]
fn an_invoice_with_everything() {
    let text = "\u{feff}note,invoice,account,issued,due,currency,amount,tax,terms,delivered,document\r\n\
                \"two\r\nlines\", 007 ,A 1,2026-01-01,2026-01-31,EUR,119.00,19,3/7 2/14,2026-01-02,a/007.pdf\r\n";
    let invoice = &invoices(text)[0];
    assert_eq!((invoice.number.as_str(), invoice.account.as_str()), ("007", "A 1"));
    assert_eq!((invoice.issued, invoice.due), (day("2026-01-01"), day("2026-01-31")));
    assert_eq!((invoice.amount.to_string().as_str(), invoice.tax), ("119.00", Some(1900)));
    assert_eq!(invoice.terms.iter().map(ToString::to_string).collect::<Vec<_>>(), ["3/7", "2/14"]);
    assert_eq!(invoice.delivered, Some(day("2026-01-02")));
    assert_eq!(invoice.note.as_deref(), Some("two\nlines"));
}

#[test]
fn the_other_kinds() {
    let (_, rows) = read_good(
        "account,name,email,locale,zone,country,autopay\nA,N,a@b.test;C@d.test,de-de,Europe/Berlin,DE,true\nB,M,,,,,\n",
        Kind::Accounts,
        None,
    );
    let Row::Account(account) = &rows[0] else { panic!() };
    assert_eq!(account.emails, ["a@b.test", "C@d.test"]);
    assert_eq!((account.locale.as_deref(), account.autopay), (Some("de-DE"), true));
    let Row::Account(account) = &rows[1] else { panic!() };
    assert!(account.emails.is_empty() && account.zone.is_none() && !account.autopay);

    let payments = "payment,account,received,currency,amount,invoice\nP,A,2026-01-01,EUR,-5,I1; I2\n";
    let Row::Payment(payment) = &read_good(payments, Kind::Payments, None).1[0] else { panic!() };
    assert_eq!((payment.amount.minor, payment.invoices.join("|").as_str()), (-500, "I1|I2"));

    let events = "event,account,date,kind,until,amount,currency\nE,A,2026-01-01,promise,2026-02-01,9.50,EUR\n";
    let Row::Event(event) = &read_good(events, Kind::Events, None).1[0] else { panic!() };
    assert_eq!((event.kind, event.until), (EventKind::Promise, Some(day("2026-02-01"))));
    assert_eq!(event.amount.unwrap().minor, 950);
}

#[test]
fn headers_are_exact() {
    let said = |header: &str| refusal(format!("{header}\n").as_bytes(), Kind::Invoices, None);
    assert_eq!(
        said("Invoice,account,issued,due_date,currency,amount"),
        "column `invoice` is missing (the nearest header is `Invoice`); \
         column `due` is missing (the nearest header is `due_date`)"
    );
    assert_eq!(said(&format!("{INVOICE_HEADER},due")), "the header names `due` twice");
    assert_eq!(said(&format!("{INVOICE_HEADER}, ,x")), "column 7 has no name in the header");
    let separated = |sign: &str| said(&INVOICE_HEADER.replace(',', sign));
    assert!(separated(";").ends_with("name `delimiter = \";\"` in a map"));
    assert!(separated("\t").ends_with("name `delimiter = \"\\t\"` in a map"));
    assert!(refusal(b"", Kind::Invoices, None).starts_with("the file is empty"));
    let (reading, _) = read_good(&format!("{INVOICE_HEADER},region\n"), Kind::Invoices, None);
    assert_eq!((reading.rows, reading.extra_columns), (0, vec!["region".to_owned()]));
}

#[test]
fn encodings() {
    let map = |encoding: &str| {
        let text = format!("encoding = \"{encoding}\"\n[accounts.columns]\naccount = \"account\"\nname = \"name\"\n");
        Map::parse("enc", &text).unwrap()
    };
    let name = |bytes: &[u8], map: Option<&Map>| match &read_all(bytes, Kind::Accounts, map).unwrap().1[0].1 {
        Row::Account(account) => account.name.clone(),
        other => panic!("{other:?}"),
    };
    let text = "account,name\nA,Müller\n";
    let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    assert_eq!(name(&latin, Some(&map("latin1"))), "Müller");
    let wide = |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> { text.encode_utf16().flat_map(bytes).collect() };
    assert_eq!(name(&wide(u16::to_le_bytes), Some(&map("utf-16le"))), "Müller");
    assert_eq!(name(&[vec![0xff, 0xfe], wide(u16::to_le_bytes)].concat(), None), "Müller");
    assert_eq!(name(&[vec![0xfe, 0xff], wide(u16::to_be_bytes)].concat(), None), "Müller");
    // A mark in the file outranks the map.
    assert_eq!(name("\u{feff}account,name\nA,Müller\n".as_bytes(), Some(&map("latin1"))), "Müller");

    let said = refusal(&latin, Kind::Accounts, None);
    assert!(said.starts_with("line 2 is not UTF-8") && said.contains("encoding = \"windows-1252\""), "{said}");
    assert!(refusal(&wide(u16::to_le_bytes), Kind::Accounts, None).contains("utf-16le"));
    let damaged = read_all(&b"account,name\nA,\x81\x20\n"[..], Kind::Accounts, Some(&map("shift_jis"))).unwrap().0;
    assert!(damaged.bad.report("f").to_string().ends_with("not text in the encoding Shift_JIS"), "{damaged:?}");
}

#[test]
fn lines_are_physical() {
    for end in ["\n", "\r\n", "\r"] {
        let text =
            ["account,name,contact_name", "", "A,N,", "\"B\",\"x\ny\",", "", "C,,", "D,N", "E,N,\u{1}"].join("\n");
        let reading = read_all(text.replace('\n', end).as_bytes(), Kind::Accounts, None).unwrap().0;
        let lines: Vec<u64> = reading.bad.shown().iter().map(|row| row.line).collect();
        assert_eq!(lines, [4, 7, 8, 9], "{end:?}");
        assert_eq!(reading.rows, 1);
    }
}

#[test]
fn a_quotation_mark_left_open_does_not_eat_the_file() {
    let text = format!("account,name\nA,N\nB,\"N\n{}", "C,N\n".repeat(600_000));
    assert!(refusal(text.as_bytes(), Kind::Accounts, None).starts_with("line 3 starts a row longer than 1 MiB"));
    assert!(report("account,name\nB,\"N\nC,N\n", Kind::Accounts, None).starts_with("f.csv:2 "));
}

#[test]
fn blank_rows_are_skipped_and_counted() {
    let (reading, rows) = read_good("account,name\n\nA,N\n,\n , \n", Kind::Accounts, None);
    assert_eq!(rows.len(), 1);
    assert_eq!(reading.skipped.reasons().collect::<Vec<_>>(), [("the row is blank", 2)]);
}

#[test]
fn the_callers_error_ends_the_reading() {
    let text = "account,name\nA,N\nB,N\n";
    let mut seen = 0;
    let outcome = read(text.as_bytes(), Kind::Accounts, None, &context(), &mut |_, _| {
        seen += 1;
        Err("full")
    });
    assert!(matches!(outcome, Err(ReadError::Take("full"))));
    assert_eq!(seen, 1);
}

#[test]
fn kinds_are_read_by_name() {
    assert_eq!("credits".parse(), Ok(Kind::Credits));
    assert!("invoice".parse::<Kind>().unwrap_err().to_string().ends_with("did you mean `invoices`?"));
}
