use std::{fs, path::Path, time::Instant};

use super::*;
use crate::letter::{Offer, sample::Shape};

fn words() -> Words {
    Words::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("config/wording"), "en-GB").unwrap()
}

fn full(template: Template) -> Shape {
    Shape { template, items: 3, offer: true, credits: true, documents: true, named: true }
}

fn letter(template: Template, locale: &str) -> Letter {
    full(template).letter(locale, "EUR".parse().unwrap())
}

/// Snapshots show the kinds of blanks that cannot be seen.
fn visible(rendered: &Rendered) -> String {
    let all = format!("{}\n\n{}\n\n{}", rendered.subject, rendered.text, rendered.html);
    all.replace(['\u{a0}', '\u{202f}'], "⍽")
}

#[test]
fn letters_as_they_are_sent() {
    let words = words();
    for (name, template, locale) in [
        ("first-en", Template::First, "en-GB"),
        ("second-en", Template::Second, "en-GB"),
        ("first-de", Template::First, "de-AT"),
        ("second-de", Template::Second, "de-DE"),
    ] {
        insta::assert_snapshot!(name, visible(&render(&letter(template, locale), &words).unwrap()));
    }
    let small =
        Shape { items: 1, offer: false, credits: false, documents: false, named: false, ..full(Template::First) };
    let rendered = render(&small.letter("en-GB", "EUR".parse().unwrap()), &words).unwrap();
    insta::assert_snapshot!("first-en-small", format!("{}\n\n{}", rendered.subject, rendered.text));
}

#[test]
fn hostile_names_are_harmless() {
    let mut hostile = letter(Template::First, "en-GB");
    let evil = "<script>alert(1)</script>\r\nBcc: a@b.example\0\u{202e}\"'&{$x}{{ v }}";
    hostile.account = evil.to_owned();
    hostile.account_name = evil.to_owned();
    hostile.contact_name = Some(evil.to_owned());
    hostile.items[0].invoice = evil.to_owned();
    hostile.documents = vec![evil.to_owned()];
    hostile.sender.website = Some("javascript:alert(1)".to_owned());
    let rendered = render(&hostile, &words()).unwrap();
    assert!(!rendered.html.contains("<script"), "{}", rendered.html);
    assert!(!rendered.html.contains("href=\"javascript"));
    for text in [&rendered.subject, &rendered.text, &rendered.html] {
        assert!(!text.contains(['\0', '\r', '\u{202e}']), "{text:?}");
    }
    assert!(!rendered.subject.contains('\n') && !rendered.text.contains("\nBcc:"));
    insta::assert_snapshot!("hostile", visible(&rendered));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    #[test]
    fn no_name_breaks_a_letter(name in "\\PC{0,40}|(?s).{0,40}") {
        let mut odd = letter(Template::Second, "de-AT");
        (odd.account_name, odd.contact_name, odd.documents) = (name.clone(), Some(name.clone()), vec![name.clone()]);
        odd.items[1].invoice = name.clone();
        let (plain, odd) = (render(&letter(Template::Second, "de-AT"), &words()).unwrap(), render(&odd, &words()).unwrap());
        // No tag appears or vanishes but the list item's own text, and no control gets through.
        proptest::prop_assert_eq!(odd.html.matches('<').count() + 2 * 2, plain.html.matches('<').count());
        proptest::prop_assert!(!odd.text.chars().any(|c| c.is_control() && c != '\n'));
    }
}

#[test]
fn words_may_be_shared_between_threads() {
    fn shared<T: Send + Sync>(_: &T) {}
    shared(&words());
}

#[test]
fn the_text_part_is_narrow_and_has_no_stray_blanks() {
    let words = words();
    for locale in ["en-GB", "de-DE"] {
        for template in [Template::First, Template::Second] {
            for shape in Shape::all(template) {
                let text = render(&shape.letter(locale, "EUR".parse().unwrap()), &words).unwrap().text;
                assert!(!text.contains("\n\n\n"), "{shape:?}\n{text}");
                for line in text.lines() {
                    assert!(line.chars().count() <= WIDTH && line == line.trim_end(), "{shape:?}: `{line}`");
                }
            }
        }
    }
}

#[test]
fn a_letter_that_lacks_something_is_refused() {
    let words = words();
    type Spoil = fn(&mut Letter);
    let breakers: [(&str, Spoil); 12] = [
        ("company", |l| l.sender.company.clear()),
        ("contact person", |l| l.sender.contact = " ".to_owned()),
        ("telephone", |l| l.sender.phone.clear()),
        ("how to pay", |l| l.sender.payment = Default::default()),
        ("no invoice", |l| l.items.clear()),
        ("add up", |l| l.items[0].residual.minor += 1),
        ("mixes USD", |l| l.items[0].residual.currency = "USD".parse().unwrap()),
        ("less credits", |l| l.credits.minor += 1),
        ("nothing is left", |l| (l.credits.minor, l.total.minor) = (l.overdue_total.minor, 0)),
        ("not the total", |l| l.offer.as_mut().unwrap().pay.minor -= 1),
        ("before the letter", |l| l.offer.as_mut().unwrap().last_day = l.as_of.pred_opt().unwrap()),
        ("locale `de-not a tag`", |l| l.locale = "de-not a tag".to_owned()),
    ];
    for (reason, spoil) in breakers {
        let mut bad = letter(Template::First, "en-GB");
        spoil(&mut bad);
        let error = render(&bad, &words).expect_err(reason).to_string();
        assert!(error.contains(reason), "{reason}: {error}");
    }
}

#[test]
fn a_language_without_a_catalogue_gets_words_and_dates_of_the_fallback() {
    let rendered = render(&letter(Template::First, "sv-SE"), &words()).unwrap();
    assert_eq!(rendered.language, "en-GB");
    assert!(
        rendered.text.contains("9\u{a0}March\u{a0}2026") && rendered.html.contains("lang=\"en-GB\""),
        "{}",
        rendered.text
    );
    let austrian = render(&letter(Template::First, "de-AT"), &words()).unwrap();
    assert!(austrian.language == "de-AT" && austrian.text.contains("€\u{a0}1\u{a0}636,55"), "{}", austrian.text);
}

#[test]
fn amounts_in_a_letter_keep_the_decimals_of_the_currency() {
    for (code, expected) in [("JPY", "¥163,655"), ("KWD", "KWD\u{a0}163.655"), ("IQD", "IQD\u{a0}163.655")] {
        let letter = full(Template::First).letter("en-GB", code.parse().unwrap());
        assert!(letter.offer.as_ref().is_some_and(|o: &Offer| o.pay.minor > 0));
        let text = render(&letter, &words()).unwrap().text;
        assert!(text.contains(expected) || text.contains(&format!("JP{expected}")), "{code}: {text}");
    }
}

#[test]
fn no_template_switches_escaping_off() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/letter");
    let mut seen = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let source = fs::read_to_string(&path).unwrap();
        for banned in ["|safe", "| safe", "|escape", "<img", "http:", "https:", "url(", "@import", "<script", "<link"] {
            assert!(!source.contains(banned), "{} has {banned}", path.display());
        }
        seen += 1;
    }
    assert_eq!(seen, 12);
}

/// Not a pass or fail: prints what a mail costs (`--ignored --nocapture`, in release).
#[test]
#[ignore = "a measurement"]
fn cost_of_a_letter() {
    let (words, letter, rounds) = (words(), letter(Template::First, "de-AT"), 2_000);
    render(&letter, &words).unwrap();
    let start = Instant::now();
    for _ in 0..rounds {
        std::hint::black_box(render(&letter, &words).unwrap());
    }
    eprintln!("{:?} per letter", start.elapsed() / rounds);
}
