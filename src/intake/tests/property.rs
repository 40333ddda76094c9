//! Nothing panics, and what is accepted can be written and read again.

use proptest::prelude::*;

use super::*;
use crate::domain::facts::Invoice;

fn ledger_map() -> Map {
    let text = "thousands = \",\"\nparentheses = true\ndebit_credit = true\ncarry = \"#1\"\nflexible = true\n\
                dates = [\"%d/%m/%Y\"]\nsymbols = \"€\"\n[invoices]\nduplicates = \"sum\"\nopen = \"o\"\n\
                settled = \"s\"\nskip = [{ column = \"n\", starts_with = \"Total\" }]\n\
                [invoices.columns]\ninvoice = \"n\"\naccount = \"#1\"\nissued = \"d\"\ndue = \"d\"\namount = \"a\"\n\
                [invoices.constants]\ncurrency = \"EUR\"\n";
    Map::parse("p", text).unwrap()
}

fn written(invoice: &Invoice) -> Vec<String> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let tiers: Vec<String> = invoice.terms.iter().map(ToString::to_string).collect();
    let tax = invoice.tax.map(|tax| crate::domain::money::Money::new(tax, invoice.amount.currency).to_string());
    vec![
        invoice.number.clone(),
        invoice.account.clone(),
        invoice.issued.to_string(),
        invoice.due.to_string(),
        invoice.amount.currency.to_string(),
        invoice.amount.to_string(),
        tax.unwrap_or_default(),
        tiers.join(" "),
        invoice.delivered.map(|date| date.to_string()).unwrap_or_default(),
        text(&invoice.document),
        text(&invoice.note),
    ]
}

fn file(rows: &[Vec<String>]) -> Vec<u8> {
    let header = "invoice,account,issued,due,currency,amount,tax,terms,delivered,document,note";
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(header.split(',')).unwrap();
    for row in rows {
        writer.write_record(row).unwrap();
    }
    writer.into_inner().unwrap()
}

/// Cells of which many are good and some are anything.
fn cell(good: &'static str) -> impl Strategy<Value = String> {
    prop_oneof![20 => good, 1 => any::<String>()]
}

fn row() -> impl Strategy<Value = Vec<String>> {
    let money = || cell("[0-9]{1,6}(\\.[0-9]{1,2})?");
    let ids = (cell(" ?[A-Z0-9é-]{1,12} ?"), cell("[A-Z ]{1,8}"));
    let dates = (cell("20[0-2][0-9]-0[1-9]-[0-2][0-9]"), cell("20[3-4][0-9]-1[0-2]-[0-2][0-9]"));
    let rest =
        (cell("([1-9]/[1-9][0-9]? ?){0,2}"), Just(String::new()), cell("([a-z]{1,5}/)?[a-z.]{0,5}"), any::<String>());
    let currency = cell("EUR|JPY|KWD|USD");
    (ids, dates, currency, money(), prop_oneof![Just(String::new()), money()], rest).prop_map(
        |((invoice, account), (issued, due), currency, amount, tax, (terms, delivered, document, note))| {
            vec![invoice, account, issued, due, currency, amount, tax, terms, delivered, document, note]
        },
    )
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        for kind in Kind::ALL {
            let _ = read_all(&bytes[..], kind, None);
        }
        let _ = read_all(&bytes[..], Kind::Invoices, Some(&ledger_map()));
    }

    #[test]
    fn any_rows_below_a_header_are_read_or_refused(body in "([a-z0-9/,.;\"()\r\n€-]|Total|1,000|01/02/2026|Cr|\u{0}|\u{fffd}){0,80}") {
        for header in [INVOICE_HEADER, "account,name,email,locale,zone", "event,account,date,kind,amount"] {
            let text = format!("{header}\n{body}");
            for kind in Kind::ALL {
                let _ = read_all(text.as_bytes(), kind, None).map(|(reading, _)| reading.bad.report("f").to_string());
            }
        }
        let _ = read_all(format!("g,n,d,a,o,s\n{body}").as_bytes(), Kind::Invoices, Some(&ledger_map()));
    }

    #[test]
    fn any_map_is_taken_or_refused(text in "(\\[invoices\\]\n|columns|dates|= ?|\"%[dmYbx/]{0,6}\"|[a-z#{}.]{1,5}|[\\[\\]{}\",\n]){0,30}") {
        let _ = Map::parse("m", &text).map_err(|error| error.to_string());
    }

    #[test]
    fn what_is_accepted_reads_back(rows in prop::collection::vec(row(), 1..20)) {
        let (_, first) = read_all(&file(&rows)[..], Kind::Invoices, None).unwrap();
        let facts: Vec<Row> = first.into_iter().map(|(_, row)| row).collect();
        let again: Vec<Vec<String>> = facts
            .iter()
            .filter_map(|row| match row {
                Row::Invoice(invoice) => Some(written(invoice)),
                _ => None,
            })
            .collect();
        let (reading, second) = read_all(&file(&again)[..], Kind::Invoices, None).unwrap();
        prop_assert!(reading.bad.is_empty(), "{}", reading.bad.report("f"));
        prop_assert_eq!(facts, second.into_iter().map(|(_, row)| row).collect::<Vec<_>>());
    }
}
