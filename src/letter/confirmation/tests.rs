use std::path::Path;

use super::*;
use crate::letter::sample::confirmation;

fn words() -> Words {
    Words::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("config/wording"), "en-GB").unwrap()
}

fn letter(outcome: CaseOutcome, locale: &str) -> Confirmation {
    confirmation(outcome, locale, "EUR".parse().unwrap())
}

/// Snapshots show the kinds of blanks that cannot be seen.
fn visible(rendered: &Rendered) -> String {
    let all = format!("{}\n\n{}\n\n{}", rendered.subject, rendered.text, rendered.html);
    all.replace(['\u{a0}', '\u{202f}'], "⍽")
}

#[test]
fn confirmations_as_they_are_sent() {
    let words = words();
    let own = |mut letter: Confirmation, text: &str| {
        letter.own = paragraphs(text);
        letter
    };
    let new =
        own(letter(CaseOutcome::OurFault, "en-GB"), "The new crates\nleave on Monday.\n\n  They come with a list.\n");
    insta::assert_snapshot!("credit-en", visible(&confirm(&new, &words).unwrap()));
    let neu = own(letter(CaseOutcome::OurFault, "de-AT"), "Die neuen Kisten kommen am Montag.");
    insta::assert_snapshot!("credit-de", visible(&confirm(&neu, &words).unwrap()));
    insta::assert_snapshot!("plan-en", visible(&confirm(&letter(CaseOutcome::PlanAgreed, "en-GB"), &words).unwrap()));
    insta::assert_snapshot!("plan-de", visible(&confirm(&letter(CaseOutcome::PlanAgreed, "de-DE"), &words).unwrap()));
}

#[test]
fn each_outcome_is_said_in_each_language() {
    let words = words();
    for locale in ["en-GB", "de-DE"] {
        let text = |outcome| confirm(&letter(outcome, locale), &words).unwrap().text;
        let all: std::collections::BTreeSet<String> = CaseOutcome::ALL.map(text).into();
        assert_eq!(all.len(), CaseOutcome::ALL.len());
        for text in all {
            assert!(!text.contains("\n\n\n"), "{text}");
            assert!(text.lines().all(|line| line.chars().count() <= 72 && line == line.trim_end()), "{text}");
        }
    }
}

#[test]
fn own_words_keep_the_contract_too() {
    let words = words();
    for (locale, text, expected) in [
        ("en-GB", "All is well now.\n\nBut you failed to call.", "“you failed” blames"),
        ("en-GB", "The rest that you owe can wait.", "“you owe” blames"),
        ("en-GB", "Please answer at once.", "“at once” presses"),
        ("de-AT", "Andernfalls sperren wir das Konto.", "threatens"),
    ] {
        let mut spoilt = letter(CaseOutcome::Explained, locale);
        spoilt.own = paragraphs(text);
        let error = confirm(&spoilt, &words).unwrap_err().to_string();
        assert!(error.contains(expected), "{text}: {error}");
    }
}

#[test]
fn hostile_words_are_harmless() {
    let mut hostile = letter(CaseOutcome::Credit, "en-GB");
    let evil = "<script>alert(1)</script>\r\nBcc: a@b.example\0\u{202e}\"'&{$x}{{ v }}";
    (hostile.account, hostile.account_name, hostile.contact_name) = (evil.into(), evil.into(), Some(evil.into()));
    (hostile.credits[0].0, hostile.own) = (evil.to_owned(), vec![evil.to_owned()]);
    let rendered = confirm(&hostile, &words()).unwrap();
    assert!(!rendered.html.contains("<script"), "{}", rendered.html);
    for text in [&rendered.subject, &rendered.text, &rendered.html] {
        assert!(!text.contains(['\0', '\r', '\u{202e}']), "{text:?}");
    }
    assert!(!rendered.subject.contains('\n') && !rendered.text.contains("\nBcc:"));
}
