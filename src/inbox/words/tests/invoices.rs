//! Numbers of invoices in a text.

use super::mentions;

const KNOWN: &[&str] = &["INV-2026-0042", "INV-2026-0043", "4711", "4712", "0000123456", "RE/77", "2026", "12"];

#[test]
fn numbers_are_found_however_they_are_written() {
    let named = [
        ("about INV-2026-0042 please", vec!["INV-2026-0042"]),
        ("about inv 2026 42 please", vec!["INV-2026-0042"]),
        ("about INV20260042.", vec!["INV-2026-0042"]),
        ("invoice 2026-0042 and 2026-0043", vec!["INV-2026-0042", "INV-2026-0043"]),
        ("invoices 4711/4712", vec!["4711", "4712"]),
        ("(#4711)", vec!["4711"]),
        ("4711.", vec!["4711"]),
        ("4711, 4712", vec!["4711", "4712"]),
        ("number 123456", vec!["0000123456"]),
        ("re 77", vec!["RE/77"]),
        ("RE77", vec!["RE/77"]),
        ("invoice 2026", vec!["2026"]),
        ("Rechnung Nr. 12 vom 3.11.", vec!["12"]),
        ("invoice 0012", vec!["12"]),
    ];
    for (text, expected) in named {
        assert_eq!(mentions(text, KNOWN), expected, "{text}");
    }
}

#[test]
fn parts_amounts_days_and_years_are_no_numbers() {
    let other = [
        "14711",
        "47110",
        "4711-2",
        "A4711",
        "4711.50",
        "4711,00 paid",
        "€4711",
        "4711 EUR",
        "EUR 4711",
        "INV-2026-00421",
        "XINV-2026-0042",
        "INV-2026",
        "on 12 November 2026",
        "12.11.2026",
        "in 12 days",
        "2026-11-12",
        "",
        "-",
        "INV",
        "123456-7",
        "99-123456",
    ];
    for text in other {
        assert_eq!(mentions(text, KNOWN), Vec::<&str>::new(), "{text}");
    }
}

#[test]
fn what_could_be_two_is_none() {
    assert_eq!(mentions("invoice 4711", &["A-4711", "B-4711"]), Vec::<&str>::new());
    assert_eq!(mentions("invoice B4711", &["A-4711", "B-4711"]), ["B-4711"]);
    assert_eq!(mentions("invoice 4711", &["A-4711", "4711"]), ["4711"]);
    assert_eq!(mentions("invoice 4711", &["A-4711"]), ["A-4711"]);
}
