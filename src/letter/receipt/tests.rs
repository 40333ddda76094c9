use std::path::Path;

use super::*;
use crate::letter::sample::{Receipts, receipt};

fn words() -> Words {
    Words::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("config/wording"), "en-GB").unwrap()
}

fn letter(which: Receipts, locale: &str) -> Receipt {
    receipt(which, locale, "EUR".parse().unwrap())
}

/// Snapshots show the kinds of blanks that cannot be seen.
fn visible(rendered: &Rendered) -> String {
    format!("{}\n\n{}\n\n{}", rendered.subject, rendered.text, rendered.html).replace(['\u{a0}', '\u{202f}'], "⍽")
}

#[test]
fn receipts_as_they_are_sent() {
    let words = words();
    for (name, which, locale) in [
        ("plan-en", Receipts::Plan, "en-GB"),
        ("plan-de", Receipts::Plan, "de-DE"),
        ("both-en", Receipts::Both, "en-GB"),
        ("both-de", Receipts::Both, "de-AT"),
    ] {
        insta::assert_snapshot!(name, visible(&acknowledge(&letter(which, locale), &words).unwrap()));
    }
}

#[test]
fn each_is_complete_in_each_language() {
    let words = words();
    for locale in ["en-GB", "de-DE"] {
        for which in Receipts::ALL {
            let text = acknowledge(&letter(which, locale), &words).unwrap().text;
            assert!(!text.contains("\n\n\n"), "{text}");
            assert!(text.lines().all(|line| line.chars().count() <= 72 && line == line.trim_end()), "{text}");
        }
    }
}

#[test]
fn hostile_names_are_harmless_and_nothing_noted_is_no_letter() {
    let mut hostile = letter(Receipts::Both, "en-GB");
    let evil = "<script>alert(1)</script>\r\nBcc: a@b.example\0\u{202e}\"'&{$x}{{ v }}";
    (hostile.account, hostile.account_name, hostile.contact_name) = (evil.into(), evil.into(), Some(evil.into()));
    let rendered = acknowledge(&hostile, &words()).unwrap();
    assert!(!rendered.html.contains("<script"), "{}", rendered.html);
    for text in [&rendered.subject, &rendered.text, &rendered.html] {
        assert!(!text.contains(['\0', '\r', '\u{202e}']), "{text:?}");
    }
    assert!(!rendered.subject.contains('\n') && !rendered.text.contains("\nBcc:"));
    let nothing = Receipt { case: None, until: None, ..letter(Receipts::Both, "en-GB") };
    assert!(acknowledge(&nothing, &words()).unwrap_err().to_string().contains("nothing was noted"));
}
