//! Maps: what is refused in them, and what each of their keys does.

use super::*;

fn wrong(text: &str) -> String {
    Map::parse("m", text).unwrap_err().to_string()
}

const INVOICES: &str = "[invoices]\n\
    columns = { invoice = \"No\", account = \"Who\", issued = \"Date\", due = \"Due\", amount = \"Sum\" }\n\
    constants = { currency = \"EUR\" }\n";

/// A map with lines before the section and lines in it.
fn map(general: &str, section: &str) -> Map {
    Map::parse("m", &format!("{general}\n{INVOICES}{section}")).unwrap()
}

const HEADER: &str = "No,Who,Date,Due,Sum,More\n";
const ROW: &str = "1,Ann,2026-01-01,2026-01-31,10.00,\n";

fn numbers(rows: &[Row]) -> Vec<String> {
    rows.iter().map(|row| row.number().to_owned()).collect()
}

#[test]
fn mistakes_are_named_with_their_line() {
    let said = wrong("dates = [\"%Y-%m-%d\"]\nencodin = \"latin1\"\n[invoices]\n");
    assert!(said.starts_with("map `m`, line 2: unknown field `encodin`"), "{said}");
    assert!(said.ends_with("did you mean `encoding`?"), "{said}");
    assert_eq!(
        wrong("[invoices.columns]\ninvoice = \"No\"\namont = \"Sum\"\n"),
        "map `m`, line 3: `amont` is not a canonical column of [invoices]; did you mean `amount`?"
    );
    let said = wrong("\ndates = [\"%d/%m/%Y\", \"%m/%d/%Y\"]\n[invoices]\n");
    assert!(said.starts_with("map `m`, line 2: `%d/%m/%Y` and `%m/%d/%Y` read the same text"), "{said}");
    let said = wrong("[invoices.columns]\ninvoice = \"No\"\n");
    assert!(said.contains("[invoices] does not say where `account` comes from"), "{said}");
    assert!(wrong("").contains("needs a section"));
    assert!(wrong("encoding = \"utf-99\"\n").contains("line 1: `utf-99` is not a known encoding"));
    assert!(wrong("delimiter = \"a\"\n").contains("`a` cannot separate cells"));
    assert!(wrong("decimal = \",\"\nthousands = \",\"\n").contains("cannot be a thousands sign"));
    assert!(wrong("skip = [{ column = \"a\" }]\n[events]").contains("does not say"), "sections are checked first");
    assert!(wrong("refuse = \"no\"\nskip = [{ column = \"a\" }]\n").contains("exactly one of"));
    assert!(wrong("skip = [{ colum = \"a\", empty = true }]\n").contains("did you mean `column`?"));
    assert!(wrong("[accounts]\nopen = \"x\"\n").contains("belong to [invoices]"));
    assert!(wrong("[accounts]\nduplicates = \"sum\"\n").contains("nothing to add up"));
    assert!(wrong("[accounts]\nduplicates = \"last\"\n").contains("unknown variant `last`"));
    let template = |text: &str| {
        wrong(&format!("[accounts]\ncolumns = {{ account = \"a\" }}\ntemplates = {{ name = \"{text}\" }}"))
    };
    assert!(template("{acount}").contains("`{acount}` is no canonical column"));
    assert!(template("{name}").contains("`{name}` is no canonical column"));
    assert!(template("{account").contains("lacks a closing brace"));
    assert!(wrong("[invoices]\nconstants = { currency = \"EURO\" }").contains("line 2: `EURO` is not a currency"));
    assert!(wrong("[accounts]\npad = { account = { width = 999, with = \"0\" } }").contains("at most 64"));
}

#[test]
fn files_must_fit_the_map() {
    let plain = map("", "");
    assert_eq!(
        refusal(b"No,Who,Date,due,Sum\n", Kind::Invoices, Some(&plain)),
        "column `Due` is missing (the nearest header is `due`)"
    );
    assert!(refusal(b"No,Who,Date,Due,Sum,Sum\n", Kind::Invoices, Some(&plain)).contains("names `Sum` twice"));
    assert_eq!(refusal(b"x\n", Kind::Payments, Some(&plain)), "map `m` has no section [payments]; it has [invoices]");
    let headed = map("header_contains = [\"Who\", \"Due\"]", "");
    assert!(
        refusal(b"who,Due\n1,2\n", Kind::Invoices, Some(&headed))
            .contains("`Who`, `Due` (the nearest header is `who`)")
    );
    let refused = Map::parse("sum", "refuse = \"no invoices in it\"").unwrap();
    assert_eq!(refusal(b"", Kind::Invoices, Some(&refused)), "map `sum` cannot read this file: no invoices in it");
}

#[test]
fn reports_name_the_columns_of_the_file() {
    let map = map("dates = [\"%d/%m/%Y\"]\nthousands = \",\"", "");
    let row = |row: &str| report(&format!("{HEADER}{row}\n"), Kind::Invoices, Some(&map));
    assert_eq!(
        row("1,Ann,01/01/2026,31/02/2026,10.00,"),
        "f.csv:2 column 'Due' value '31/02/2026': not a date (expected a date like 31/03/2026)"
    );
    assert_eq!(
        row("1,Ann,01/01/2026,31/01/2026,\"1.000,00\","),
        "f.csv:2 column 'Sum' value '1.000,00': not an amount (expected `.` before the decimals, `,` for thousands)"
    );
    assert_eq!(row(",Ann,01/01/2026,31/01/2026,1,"), "f.csv:2 column 'No' value '': must not be empty");
    assert_eq!(row("1,Ann,01/01/2026,31/01/2026,0.00,"), "f.csv:2 column 'Sum' value '0.00': must be greater than 0");
    assert_eq!(row("1,Ann"), "f.csv:2 the row has 2 cells, the header has 6");
}

#[test]
fn constants_templates_and_padding() {
    let map = Map::parse(
        "m",
        "[payments]\ncolumns = { account = \"Who\", received = \"Date\", amount = \"Sum\", invoice = \"No\", \
         currency = \"Cur\" }\n\
         constants = { currency = \"EUR\" }\npad = { invoice = { width = 4, with = \"0\" } }\n\
         templates = { payment = \"p:{account}:{received}\", note = \"{invoice}!\" }\nsign = \"negate\"\n",
    )
    .unwrap();
    let text = "Who,Date,Sum,No,Cur\nAnn,2026-01-05,-5.00,7; 12345,usd\nBob,2026-01-06,5,,\n";
    let (_, rows) = read_good(text, Kind::Payments, Some(&map));
    let Row::Payment(first) = &rows[0] else { panic!() };
    assert_eq!((first.number.as_str(), first.amount.minor), ("p:Ann:2026-01-05", 500));
    assert_eq!((first.invoices.join("|").as_str(), first.amount.currency.code()), ("0007|12345", "USD"));
    let Row::Payment(second) = &rows[1] else { panic!() };
    assert_eq!((second.amount.minor, second.amount.currency.code(), second.note.as_deref()), (-500, "EUR", None));
}

#[test]
fn settled_open_and_disputed() {
    let map = map("", "settled = \"Paid\"\nopen = \"Open\"\ndisputed = { column = \"D\", equals = \"Yes\" }\n");
    let text = "No,Who,Date,Due,Sum,Paid,Open,D\n\
                1,Ann,2026-01-01,2026-01-31,10.00,2026-02-05,10.00,Yes\n\
                2,Ann,2026-01-01,2026-01-31,10.00,,4.00,Yes\n\
                3,Ann,2026-01-01,2026-01-31,10.00,,10.00,No\n";
    let (reading, rows) = read_good(text, Kind::Invoices, Some(&map));
    assert_eq!(reading.rows, 3);
    assert_eq!(numbers(&rows), ["1", "settled:1", "dispute:1", "2", "balance:2", "dispute:2", "3"]);
    let Row::Payment(settled) = &rows[1] else { panic!() };
    assert_eq!(
        (settled.received, settled.amount.minor, settled.invoices.join("").as_str()),
        (day("2026-02-05"), 1000, "1")
    );
    let Row::Payment(balance) = &rows[4] else { panic!() };
    assert_eq!((balance.received, balance.amount.minor), (context().today, 600));
    let dates = |row: &Row| match row {
        Row::Event(event) => (event.date, event.invoice.clone()),
        other => panic!("{other:?}"),
    };
    assert_eq!(dates(&rows[2]), (day("2026-02-05"), Some("1".to_owned())));
    assert_eq!(dates(&rows[5]), (context().today, Some("2".to_owned())));
    let said =
        report("No,Who,Date,Due,Sum,Paid,Open,D\n1,A,2026-01-01,2026-01-31,10.00,,,\n", Kind::Invoices, Some(&map));
    assert_eq!(said, "f.csv:2 column 'Open' value '': must not be empty");
}

#[test]
fn a_void_invoice_is_closed_and_not_forgotten() {
    let map = map("", "open = \"Open\"\nvoid = { column = \"St\", equals = \"Void\" }\n");
    let text = "No,Who,Date,Due,Sum,Open,St\n1,Ann,2026-01-01,2026-01-31,10.00,,Void\n";
    let (_, rows) = read_good(text, Kind::Invoices, Some(&map));
    assert_eq!(numbers(&rows), ["1", "void:1"]);
    let Row::Credit(credit) = &rows[1] else { panic!() };
    assert_eq!((credit.amount.minor, credit.invoice.as_deref(), credit.date), (1000, Some("1"), context().today));
}

#[test]
fn duplicates() {
    let text = format!("{HEADER}{ROW}2,Ann,2026-01-01,2026-01-31,-5.00,\n2,Ann,2026-01-01,2026-01-31,7.00,\n{ROW}");
    let amounts = |rule: &str, text: &str| {
        let (reading, rows) = read_all(text.as_bytes(), Kind::Invoices, Some(&map("", rule))).unwrap();
        let amount = |row: &Row| match row {
            Row::Invoice(invoice) => invoice.amount.minor,
            _ => 0,
        };
        (
            rows.iter().map(|(_, row)| amount(row)).collect::<Vec<_>>(),
            reading.merged,
            reading.bad.report("f").to_string(),
        )
    };
    assert_eq!(amounts("duplicates = \"sum\"", &text), (vec![2000, 200], 2, String::new()));
    let positive = text.replace("-5.00", "5.00");
    assert_eq!(amounts("", &positive).0, [1000, 500, 700, 1000]);
    assert_eq!(amounts("duplicates = \"first\"", &positive), (vec![1000, 500], 2, String::new()));
    let (rows, merged, said) = amounts("duplicates = \"same\"", &positive);
    assert_eq!((rows, merged), (vec![1000, 500], 1));
    assert_eq!(said, "f:4 the same number as on line 3, with other values");
    let other = format!("{HEADER}{ROW}{}", ROW.replace("Ann", "Bob"));
    assert!(amounts("duplicates = \"sum\"", &other).2.contains("with other values"));
    let negative = format!("{HEADER}{}", ROW.replace("10.00", "-1"));
    assert_eq!(
        amounts("duplicates = \"sum\"", &negative).2,
        "f:2 column 'amount' value '-1.00': must be greater than 0"
    );
}

#[test]
fn rows_left_out_are_counted_with_their_reason() {
    let map = map(
        "header_contains = [\"No\", \"Due\"]\nflexible = true\nstop = [{ column = \"No\", equals = \"Total\" }]\n\
         skip = [{ column = [\"No\", \"Who\"], empty = true }]",
        "only = [{ column = \"Sum\", negative = false }]\nskip = [{ column = \"Sum\", zero = true }]\n",
    );
    let text = format!(
        "Report\n\n{HEADER}{ROW},,,,99.00,\n3,Ann,2026-01-01,2026-01-31,0,\n4,Ann,2026-01-01,2026-01-31,-4.00,\nTotal\nx,y\n"
    );
    let (reading, rows) = read_good(&text, Kind::Invoices, Some(&map));
    assert_eq!(numbers(&rows), ["1"]);
    let reasons: Vec<_> = reading.skipped.reasons().collect();
    assert_eq!(
        reasons,
        [
            ("[invoices] takes only rows where `Sum` is not negative", 1),
            ("`No` and `Who` is empty", 1),
            ("`Sum` is 0", 1),
            ("below the end of the table", 2)
        ]
    );
    // What should be an amount and is not must not be left out in silence.
    let said = report(&format!("{HEADER}1,Ann,2026-01-01,2026-01-31,ten,\n"), Kind::Invoices, Some(&map));
    assert!(said.contains("column 'Sum' value 'ten': not an amount"), "{said}");
    let said = report(&format!("{HEADER}1,Ann,2026-01-01,2026-01-31,10.00,,oops\n"), Kind::Invoices, Some(&map));
    assert!(said.contains("has 7 cells"), "{said}");
}

#[test]
fn a_heading_belongs_to_the_rows_below_it() {
    let map = Map::parse(
        "m",
        "carry = \"#1\"\n[invoices]\ncolumns = { invoice = \"No\", account = \"#1\", issued = \"Date\", due = \"Date\", \
         amount = \"Sum\" }\nconstants = { currency = \"EUR\" }\n",
    )
    .unwrap();
    let text = ",No,Date,Sum\nTotal Energies,,,\n,1,2026-01-01,5\nTotal Total Energies,,,5\n,2,2026-01-01,6\n";
    let (reading, rows) = read_all(text.as_bytes(), Kind::Invoices, Some(&map)).unwrap();
    let Row::Invoice(invoice) = &rows[0].1 else { panic!() };
    assert_eq!((rows.len(), invoice.account.as_str()), (1, "Total Energies"));
    assert_eq!(reading.bad.report("f").to_string(), "f:5 no heading above this row says whom it belongs to");
}

#[test]
fn the_example_of_the_documentation_works() {
    let page = include_str!("../../../docs/IMPORT.md");
    let block =
        |name: &str| page.split(&format!("```{name}\n")).nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let map = Map::parse("example", block("toml")).unwrap();
    let (bytes, ..) = encoding_rs::WINDOWS_1252.encode(block("csv"));
    let (reading, rows) = read_all(&bytes[..], Kind::Invoices, Some(&map)).unwrap();
    let rows: Vec<Row> = rows.into_iter().map(|(_, row)| row).collect();
    assert_eq!(numbers(&rows), ["0000004711", "balance:0000004711", "0000004712", "settled:0000004712"]);
    assert_eq!(reading.skipped.total(), 2);
}
