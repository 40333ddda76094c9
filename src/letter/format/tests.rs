use super::*;

fn money(tag: &str, code: &str, minor: i64) -> String {
    let text = Formats::of(tag).unwrap().money(Money::new(minor, code.parse().unwrap())).unwrap();
    text.replace(['\u{a0}', '\u{202f}'], " ")
}

#[test]
fn amounts_keep_all_decimals_of_the_currency() {
    let table = [
        ("en-GB", "EUR", 123_450, "€1,234.50"),
        ("en", "JPY", 123_450, "¥123,450"),
        ("en", "KWD", 1_234_500, "KWD 1,234.500"),
        ("de-DE", "EUR", 123_450, "1.234,50 €"),
        ("de-AT", "EUR", 123_450, "€ 1 234,50"),
        ("de-CH", "CHF", 123_407, "CHF 1'234.07"),
        ("en-IN", "INR", 12_345_600, "₹1,23,456.00"),
        ("en", "EUR", -5, "-€0.05"),
        ("fr-FR", "EUR", 100, "1,00 €"),
        // CLDR gives these fewer decimals than ISO 4217; none may be rounded away.
        ("en", "IQD", 1_234_567, "IQD 1,234.567"),
        ("de", "RSD", 123_456, "1.234,56 RSD"),
        ("en", "AFN", 99, "AFN 0.99"),
    ];
    for (tag, code, minor, expected) in table {
        assert_eq!(money(tag, code, minor), expected, "{tag} {code}");
    }
}

#[test]
fn every_currency_reads_back_in_many_locales() {
    for tag in ["en", "de", "de-AT", "fr-CH", "ar-EG", "hi-IN", "ja-JP", "sv-SE", "fa-IR", "pl", "pt-PT"] {
        let codes = "AFN ALL BHD CHF CLP COP CVE CZK EUR HUF IDR IQD ISK JPY KRW KWD LBP MMK RSD TND TWD USD";
        for code in codes.split(' ') {
            for minor in [0, 1, -1, 99, 100_000, 7_654_321, -100_000_000_000_000] {
                money(tag, code, minor);
            }
        }
    }
}

#[test]
fn dates_are_gregorian_in_the_words_of_the_locale() {
    let date = NaiveDate::from_ymd_opt(2026, 3, 9).unwrap();
    let table = [
        ("en-GB", "9 March 2026", "9 Mar 2026"),
        ("en", "March 9, 2026", "Mar 9, 2026"),
        ("de-DE", "9. März 2026", "09.03.2026"),
        ("th-TH", "9 มีนาคม ค.ศ. 2026", "9 มี.ค. 2026"),
    ];
    for (tag, long, short) in table {
        let formats = Formats::of(tag).unwrap();
        assert_eq!((&*formats.long_date(date).unwrap(), &*formats.short_date(date).unwrap()), (long, short), "{tag}");
    }
    assert_eq!(Formats::of("ar").unwrap().direction(), "rtl");
    assert_eq!(Formats::of("de").unwrap().number("2.50".parse().unwrap()).unwrap(), "2,5");
}

#[test]
fn an_unknown_locale_is_an_error_with_the_reason() {
    for (tag, reason) in [("xx-YY", "no data"), ("und", "no data"), ("not a tag", "BCP 47"), ("", "")] {
        let error = Formats::of(tag).err().expect(tag).to_string();
        assert!(error.contains(reason) && error.contains(&format!("`{tag}`")), "{error}");
    }
}
