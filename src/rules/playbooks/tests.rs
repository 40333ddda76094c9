//! Shipped playbooks fulfil what they must; a company's own are held to the same.

use std::path::PathBuf;

use super::*;
use crate::domain::case::playbook::Due;

fn config() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("config")
}

fn words() -> Words {
    Words::load(&config().join("wording"), "en").unwrap()
}

/// A folder with one file, and the text of a shipped playbook with a change.
fn edited(kind: &str, from: &str, to: &str) -> tempfile::TempDir {
    let name = format!("{kind}.toml");
    let text = std::fs::read_to_string(config().join("playbooks").join(&name)).unwrap();
    assert!(text.contains(from), "{from}");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(&name), text.replace(from, to)).unwrap();
    folder
}

#[test]
fn shipped_playbooks_are_whole_and_sound_right() {
    let words = words();
    // As a folder of a company's own they are checked in full.
    let books = Playbooks::load(&config().join("playbooks"), &words).unwrap();
    assert!(books.all().all(|(_, _, own)| own));
    for (kind, book, _) in books.all() {
        assert_eq!(book.problems(kind), [], "{kind}");
        for locale in ["en-GB", "de-AT"] {
            assert!(book.acknowledgement(None, &[locale]).is_some(), "{kind} {locale}");
        }
        let due: Vec<_> = book.steps.iter().filter_map(|step| step.due()).collect();
        assert_eq!(due, [Due::FirstResponse, Due::Resolve, Due::FollowUp], "{kind}");
    }
    for (kind, reason, asked) in [
        (CaseKind::Protest, "not_authorised", "Who may order"),
        (CaseKind::Billing, "price", "call back"),
        (CaseKind::Protest, "quality", "What happened"),
    ] {
        let questions: Vec<_> = books.of(kind).questions(Some(reason)).collect();
        assert!(questions.iter().any(|question| question.contains(asked)), "{reason}: {questions:?}");
    }
}

#[test]
fn shipped_drafts_neither_excuse_nor_admit_nor_speak_of_debt() {
    let words = words();
    let never = ["sorry", "apolog", "our mistake", "our fault", "unfortunately", "because we"];
    let nie = ["entschuldig", "tut uns leid", "unser fehler", "bedauer", "leider"];
    let books = Playbooks::load(Path::new("nowhere"), &words).unwrap();
    let mut drafts = 0;
    for (kind, book, own) in books.all() {
        assert!(!own);
        for (locale, draft) in book.drafts() {
            let said = draft.get_ref().to_lowercase();
            let admits = never.iter().chain(&nie).find(|word| said.contains(**word));
            assert_eq!(admits, None, "{kind} {locale}");
            let lists = lists(&words, locale).unwrap();
            for list in [&lists.debt, &lists.stern] {
                let found = crate::letter::contract::tone(draft.get_ref(), &as_blame(lists, list));
                assert_eq!(found, [], "{kind} {locale}");
            }
            drafts += 1;
        }
    }
    assert_eq!(drafts, 2 * (7 + 3), "each kind and three reasons, in two languages");
}

/// Lists that refuse another list's words as well.
fn as_blame(lists: &Lists, list: &[String]) -> Lists {
    Lists { blame: list.to_vec(), ..lists.clone() }
}

#[test]
fn a_companys_own_comes_before_the_shipped_one() {
    let folder = edited("stalling", "It is put off again and again", "Later, always later");
    let books = Playbooks::load(folder.path(), &words()).unwrap();
    assert_eq!(books.of(CaseKind::Stalling).title.get_ref(), "Later, always later");
    let own: Vec<CaseKind> = books.all().filter(|(_, _, own)| *own).map(|(kind, _, _)| kind).collect();
    assert_eq!(own, [CaseKind::Stalling]);
}

#[test]
fn problems_name_file_and_line() {
    let cases = [
        ("billing", "Thank you for the close look", "You owe a close look", "“you owe” blames"),
        ("billing", "Are there other lines", "Without delay:\nare there other lines", "“without delay” presses"),
        ("stalling", "Vielen Dank für das Gespräch.", "Andernfalls folgt etwas.", "“andernfalls” threatens"),
        ("protest", "code = \"confirm\"", "code = \"confirmed\"", "the step `confirm` is missing"),
        ("billing", "reason.price", "reason.prise", "did you mean `price`?"),
        ("billing", "title =", "titel =", "Did you mean `title`?"),
    ];
    let shipped = |kind: &str, from: &str| {
        let text = std::fs::read_to_string(config().join("playbooks").join(format!("{kind}.toml"))).unwrap();
        line_at(&text, text.find(from).unwrap())
    };
    for (kind, from, to, expected) in cases {
        let folder = edited(kind, from, to);
        let found = Playbooks::load(folder.path(), &words()).unwrap_err().join("\n");
        let line = if expected.contains("missing") { shipped(kind, "title =") } else { shipped(kind, from) };
        let place = [format!("{kind}.toml:{line}: "), format!("{kind}.toml: TOML parse error at line {line},")];
        assert!(found.contains(expected) && place.iter().any(|place| found.contains(place)), "{place:?}\n{found}");
    }
}

#[test]
fn a_file_of_no_kind_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("protests.toml"), "").unwrap();
    let found = Playbooks::load(folder.path(), &words()).unwrap_err().join("\n");
    assert!(found.contains("protests.toml: `protests` is not a kind of case; did you mean `protest`?"), "{found}");
}

#[test]
fn what_cannot_be_checked_is_not_offered() {
    let wording = tempfile::tempdir().unwrap();
    for part in ["en.ftl", "en.toml"] {
        std::fs::copy(config().join("wording").join(part), wording.path().join(part)).unwrap();
    }
    let english = Words::load(wording.path(), "en").unwrap();
    for folder in [config().join("playbooks"), "nowhere".into()] {
        let books = Playbooks::load(&folder, &english).unwrap();
        assert!(books.all().flat_map(|(_, book, _)| book.drafts()).all(|(locale, _)| locale == "en"));
        assert_eq!(books.of(CaseKind::Billing).acknowledgement(None, &["de", "en"]).unwrap().0, "en");
    }
    // A company that does not say thank you: the shipped drafts that do are left out, its own are refused.
    let lists = std::fs::read_to_string(wording.path().join("en.toml")).unwrap();
    std::fs::write(wording.path().join("en.toml"), lists.replace("blame = [", "blame = [\"thank you\", ")).unwrap();
    let strict = Words::load(wording.path(), "en").unwrap();
    let books = Playbooks::load(Path::new("nowhere"), &strict).unwrap();
    assert_eq!(books.of(CaseKind::Billing).acknowledgement(None, &["en"]), None);
    assert!(Playbooks::load(&config().join("playbooks"), &strict).is_err());
}
