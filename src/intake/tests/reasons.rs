//! Each way for a row to be bad, once, with the words that a person reads.

use super::*;

const ACCOUNT: &str = "account,name,email,locale,zone,country,autopay";
const INVOICE: &str = "invoice,account,issued,due,currency,amount,tax,terms,delivered,document,note";
const PAYMENT: &str = "payment,account,received,currency,amount,invoice";
const CREDIT: &str = "credit,account,date,currency,amount,invoice";
const EVENT: &str = "event,account,date,kind,amount";

/// Kind, header, row, and what the report says of it.
#[rustfmt::skip]
const TABLE: &[(Kind, &str, &str, &str)] = &[
    (Kind::Accounts, ACCOUNT, "A1", "the row has 1 cells, the header has 7"),
    (Kind::Accounts, ACCOUNT, "A1,N\0,,,,,", r#"column 'name' value 'N\u{0}': holds a NUL byte; if the file is UTF-16, name `encoding = "utf-16le"` in a map"#),
    (Kind::Accounts, ACCOUNT, ",N,,,,,", "column 'account' value '': must not be empty"),
    (Kind::Accounts, ACCOUNT, "A1,,,,,,", "column 'name' value '': must not be empty"),
    (Kind::Accounts, ACCOUNT, "A\t1,N,,,,,", r"column 'account' value 'A\t1': holds a control character"),
    (Kind::Accounts, ACCOUNT, "A1,N,a@b.test; nobody,,,,", "column 'email' value 'a@b.test; nobody': not an email address: `nobody`"),
    (Kind::Accounts, ACCOUNT, "A1,N,a@b.test;,,,,", "column 'email' value 'a@b.test;': an empty place in a list (`;` separates, it does not end)"),
    (Kind::Accounts, ACCOUNT, "A1,N,,de_DE,,,", "column 'locale' value 'de_DE': not a language tag of BCP 47 (like de-DE)"),
    (Kind::Accounts, ACCOUNT, "A1,N,,,Berlin,,", "column 'zone' value 'Berlin': not a time zone of the IANA list (like Europe/Berlin)"),
    (Kind::Accounts, ACCOUNT, "A1,N,,,,de,", "column 'country' value 'de': not a country code (two capital letters, like DE)"),
    (Kind::Accounts, ACCOUNT, "A1,N,,,,,yes", "column 'autopay' value 'yes': neither true nor false"),
    (Kind::Invoices, INVOICE, "I;1,A,2026-01-01,2026-01-31,EUR,1,,,,,", "column 'invoice' value 'I;1': holds a semicolon, which separates invoices where several are named"),
    (Kind::Invoices, INVOICE, "I1,A,2026-01-01,31/02/2026,EUR,1,,,,,", "column 'due' value '31/02/2026': not a date (expected YYYY-MM-DD, like 2026-03-31)"),
    (Kind::Invoices, INVOICE, "I1,A,2026-01-01,2026-02-30,EUR,1,,,,,", "column 'due' value '2026-02-30': not a date (expected YYYY-MM-DD, like 2026-03-31)"),
    (Kind::Invoices, INVOICE, "I1,A,2026-01-01,2026-1-31,EUR,1,,,,,", "column 'due' value '2026-1-31': not a date (expected YYYY-MM-DD, like 2026-03-31)"),
    (Kind::Invoices, INVOICE, "I1,A,0206-01-01,2026-01-31,EUR,1,,,,,", "column 'issued' value '0206-01-01': a date outside the years 1950 to 2149"),
    (Kind::Invoices, INVOICE, "I1,A,2026-01-31,2026-01-30,EUR,1,,,,,", "column 'due' value '2026-01-30': the due date lies before the date of issue"),
    (Kind::Invoices, INVOICE, "I1,A,2026-01-01,2026-01-31,eur,1,,,,,", "column 'currency' value 'eur': not a currency code of ISO 4217 (three capital letters, like EUR)"),
    (Kind::Invoices, INVOICE, "I1,A,2026-01-01,2026-01-31,EUR,1e3,,,,,", "column 'amount' value '1e3': not an amount (expected digits with a point before the decimals, like 1234.50)"),
    (Kind::Invoices, INVOICE, "I1,A,2026-01-01,2026-01-31,JPY,1.5,,,,,", "column 'amount' value '1.5': more decimals than JPY has (0)"),
    (Kind::Invoices, INVOICE, "I1,A,2026-01-01,2026-01-31,EUR,99999999999999999,,,,,", "column 'amount' value '99999999999999999': too large an amount"),
    (Kind::Invoices, INVOICE, "I1,A,2026-01-01,2026-01-31,EUR,-5.00,,,,,", "column 'amount' value '-5.00': must be greater than 0"),
    (Kind::Invoices, INVOICE, "I1,A,2026-01-01,2026-01-31,EUR,5,5,,,,", "column 'tax' value '5.00': the tax must be at least 0 and less than the amount"),
    (Kind::Invoices, INVOICE, "I1,A,2026-01-01,2026-01-31,EUR,5,,2%,,,", "column 'terms' value '2%': `2%` is not a discount term (expected percent/days, like 2/10)"),
    (Kind::Invoices, INVOICE, "I1,A,2026-01-01,2026-01-31,EUR,5,,,,../x.pdf,", "column 'document' value '../x.pdf': not a path inside the documents folder (relative, with `/`, without `..`)"),
    (Kind::Payments, PAYMENT, "P1,A,2026-01-01,EUR,0.00,", "column 'amount' value '0.00': must not be 0"),
    (Kind::Payments, PAYMENT, "P1,A,2026-01-01,EUR,1,I1;I2;I1", "column 'invoice' value 'I1;I2;I1': `I1` is named twice"),
    (Kind::Credits, CREDIT, "C1,A,2026-01-01,EUR,0,", "column 'amount' value '0.00': must be greater than 0"),
    (Kind::Events, EVENT, "E1,A,2026-01-01,complain,", "column 'kind' value 'complain': not a kind of event (did you mean `complaint`?)"),
    (Kind::Events, EVENT, "E1,A,2026-01-01,past_dispute,", "column 'kind' value 'past_dispute': not a kind of event"),
    (Kind::Events, EVENT, "E1,A,2026-01-01,promise,50.00", "column 'amount' value '50.00': an amount without a currency: add a column `currency`"),
];

#[test]
fn each_reason_names_line_column_and_value() {
    for (kind, header, row, expected) in TABLE {
        let said = report(&format!("{header}\n{row}\n"), *kind, None);
        assert_eq!(said, format!("f.csv:2 {expected}"), "{row}");
    }
}

#[test]
fn lengths_are_limited() {
    let account = |number: &str, name: &str| report(&format!("account,name\n{number},{name}\n"), Kind::Accounts, None);
    assert_eq!(account(&"é".repeat(64), "N"), "");
    assert!(account(&"é".repeat(65), "N").ends_with("…': longer than 64 characters"));
    assert_eq!(account("A", &"n".repeat(10_000)), "");
    let said = account("A", &"n".repeat(10_001));
    assert!(said.ends_with("n…': longer than 10,000 bytes") && said.len() < 150, "{said}");
}

#[test]
fn documents_stay_inside_their_folder() {
    let header = format!("{INVOICE_HEADER},document\nI1,A,2026-01-01,2026-01-31,EUR,5");
    for path in ["/etc/passwd", "a/../../x", "..", "a\\..\\b", "C:x.pdf", "a//b", "./a", "a/", "\\\\host\\x", "a\u{1}b"]
    {
        assert!(!report(&format!("{header},{path}\n"), Kind::Invoices, None).is_empty(), "{path}");
    }
    for path in ["I1.pdf", "2026/01/I1.pdf", "Rechnung Nr. 5.pdf", "a..b/c.pdf"] {
        assert_eq!(report(&format!("{header},{path}\n"), Kind::Invoices, None), "", "{path}");
    }
}

#[test]
fn twenty_are_shown_and_the_rest_counted() {
    let text = format!("account,name\n{}", "A,\n".repeat(25));
    let said = report(&text, Kind::Accounts, None);
    assert_eq!(said.lines().count(), 21);
    assert!(said.starts_with("f.csv:2 column 'name'") && said.ends_with("\n… and 5 more"), "{said}");
}

#[test]
fn values_cannot_steer_the_terminal() {
    let said = report("account,name,country\nA,N,\x1b[2J\u{202e}\n", Kind::Accounts, None);
    assert!(said.contains(r"value '\u{1b}[2J\u{202e}'"), "{said}");
    let payment =
        |invoices: &str| report(&format!("{PAYMENT}\nP,A,2026-01-01,EUR,1,{invoices}\n"), Kind::Payments, None);
    let said = payment("\x1b;\x1b");
    assert!(said.ends_with(r"`\u{1b}` is named twice"), "{said}");
    assert!(payment(&format!("{0};{0}", "x".repeat(4000))).len() < 450);
    let said = refusal(b"account,na\x1bme\n", Kind::Accounts, None);
    assert!(said.ends_with(r"(the nearest header is `na\u{1b}me`)"), "{said}");
}
