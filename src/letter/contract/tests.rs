use std::{fs, path::Path};

use super::*;

fn shipped(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("config/wording").join(name)).unwrap()
}

/// The shipped catalogues, with one passage of one file replaced.
fn spoilt(file: &str, from: &str, to: &str) -> Result<Words, Vec<crate::letter::words::WordingProblem>> {
    let dir = tempfile::tempdir().unwrap();
    for name in ["en.ftl", "en.toml", "de.ftl", "de.toml"] {
        let mut source = shipped(name);
        if name == file {
            assert!(source.contains(from), "`{from}` is not in {name}");
            source = source.replacen(from, to, 1);
        }
        fs::write(dir.path().join(name), source).unwrap();
    }
    Words::load(dir.path(), "en-GB")
}

fn report(breaches: &[Breach]) -> String {
    breaches.iter().map(|breach| format!("{breach}\n")).collect()
}

#[test]
fn the_shipped_catalogues_pass() {
    let words = spoilt("en.ftl", "Dear", "Dear").unwrap();
    assert_eq!(words.catalogues().len(), 2);
    assert_eq!(report(&check(&words)), "");
}

#[test]
fn bad_catalogues_are_refused_for_the_right_reason() {
    // file, what is replaced, by what, message key, part of the reason
    let table = [
        ("en.ftl", "closing = With kind regards", "", "closing", "missing"),
        ("en.ftl", ": a credit of { $amount }", ": a credit", "confirm-credit-line", "`$amount` is missing"),
        ("en.ftl", "The mistake was ours", "It was despite your wishes", "confirm-our-fault", "“despite” blames"),
        ("en.ftl", "confirmed for the account", "confirmed for", "confirm-subject", "does not speak of the account"),
        (
            "en.ftl",
            "so that nothing is",
            "whatever is overdue for you, so that nothing is",
            "confirm-explained",
            "“you” stands beside “overdue”",
        ),
        ("de.ftl", "Eine Antwort auf diese E-Mail erreicht", "Umgehend erreicht", "confirm-ask", "“umgehend*” presses"),
        ("en.ftl", "closing = With", "closin = With", "closin", "did you mean `closing`"),
        ("en.ftl", "Dear { $name }", "Dear { $nmae }", "greeting", "`$nmae` is unknown"),
        ("en.ftl", "Dear { $name }", "Dear friend", "greeting", "`$name` is missing"),
        ("en.ftl", "of { $pay } that", "that", "offer", "`$pay` is missing"),
        ("en.ftl", "{ $percent }%", "{ NUMBER($percent) }%", "offer", "the function NUMBER"),
        (
            "en.ftl",
            "{ $date } have",
            "{ greeting-neutral } { $date } have",
            "payments-until",
            "the message `greeting-neutral`",
        ),
        ("en.ftl", "set out once more", "set out, as you owe them,", "first-opening", "“you owe” blames"),
        (
            "en.ftl",
            "that is overdue. This",
            "that is overdue to your team. This",
            "first-opening",
            "“your” stands beside “overdue”",
        ),
        ("en.ftl", "Good day", "Please pay immediately", "greeting-neutral", "“immediately” presses"),
        (
            "en.ftl",
            "is overdue: how can we help?",
            "is overdue: final warning",
            "second-subject",
            "“final warning” threatens",
        ),
        (
            "en.ftl",
            "The account { $account } at",
            "Invoices of { $account } at",
            "first-subject",
            "does not speak of the account",
        ),
        ("en.ftl", "please disregard this message, with", "it is received with", "already-paid", "may be disregarded"),
        (
            "en.ftl",
            "in whatever way is useful.",
            "in whatever way is useful. A serious and important matter, which must not wait; it still must not.",
            "second-opening",
            "harsher than the first",
        ),
        (
            "en.ftl",
            "set out once more below.",
            "below. Help is welcome, and thanks for any reply, gladly, in person, together; kind help, with thanks, and more time.",
            "second-opening",
            "less help",
        ),
        (
            "de.ftl",
            "unten noch einmal aufgeführt",
            "unten aufgeführt: Sie schulden sie",
            "first-opening",
            "“sie schulden” blames",
        ),
        (
            "de.ftl",
            "einen überfälligen Betrag auf\n",
            "einen für Sie überfälligen Betrag auf\n",
            "first-subject",
            "“Sie” stands beside",
        ),
        ("de.ftl", "Guten Tag,\n", "Bitte unverzüglich lesen,\n", "greeting-neutral", "“unverzüglich*” presses"),
        (
            "de.ftl",
            "freundliche Erinnerung; die Rechnung ist",
            "Mahnung; die Rechnung ist",
            "first-opening",
            "“mahn*” threatens",
        ),
        ("de.ftl", "eine kurze Antwort", "andernfalls eine Klage", "second-help-time", "threatens"),
        (
            "en.toml",
            r#"disregard = ["please disregard", "please ignore", "can be disregarded"]"#,
            r#"disregard = ["*"]"#,
            "",
            "`disregard` in the companion .toml is empty",
        ),
    ];
    for (file, from, to, key, reason) in table {
        let words = spoilt(file, from, to).unwrap_or_else(|problems| panic!("{to}: {problems:?}"));
        let breaches = check(&words);
        let name = file.replace(".toml", ".ftl");
        let right = |b: &Breach| {
            b.key.as_deref().unwrap_or_default() == key && b.to_string().contains(reason) && b.file.ends_with(&name)
        };
        assert!(breaches.iter().any(right), "{to} ({reason}):\n{}", report(&breaches));
    }
}

#[test]
fn breaches_name_the_line() {
    let words = spoilt("en.ftl", "Good day", "Urgent").unwrap();
    let line = shipped("en.ftl").lines().position(|line| line.starts_with("greeting-neutral")).unwrap() + 1;
    let breaches = check(&words);
    assert_eq!(breaches.len(), 1, "{}", report(&breaches));
    assert_eq!((breaches[0].line, breaches[0].word.as_deref()), (Some(line), Some("urgent*")));
}

#[test]
fn a_catalogue_that_cannot_be_read_is_a_problem_with_its_line() {
    let table = [
        ("en.ftl", "item-due = Due", "item-due Due", Some("item-due"), "not a valid message"),
        ("en.ftl", "email = Email", "email = Email\nemail = Mail", None, "give each message one text"),
        ("en.toml", "account = [", "acount = [", Some("account = ["), "unknown field `acount`"),
        ("en.toml", "account = [", "account = ", Some("account = ["), ""),
    ];
    for (file, from, to, at, reason) in table {
        let problems = spoilt(file, from, to).err().expect(to);
        let text = problems.iter().map(|problem| format!("{problem}\n")).collect::<String>();
        assert!(text.contains(reason) && text.contains(file), "{to}: {text}");
        if let Some(at) = at {
            let line = shipped(file).lines().position(|line| line.starts_with(at)).unwrap() + 1;
            assert_eq!(problems[0].line, Some(line), "{text}");
        }
    }
}

#[test]
fn folders_without_a_usable_catalogue_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let problems =
        |fallback: &str| Words::load(dir.path(), fallback).err().map(|p| format!("{p:?}")).unwrap_or_default();
    assert!(problems("en").contains("no catalogue for the fallback"));
    assert!(problems("xx").contains("no data for this language"));
    fs::write(dir.path().join("en.ftl"), "a = b").unwrap();
    assert!(problems("en").contains("word lists"), "{}", problems("en"));
    fs::rename(dir.path().join("en.ftl"), dir.path().join("english!.ftl")).unwrap();
    assert!(problems("en").contains("no usable locale"), "{}", problems("en"));
    assert!(Words::load(&dir.path().join("nowhere"), "en").is_err());
}

#[test]
fn every_key_is_used_by_the_letters() {
    let sources = [
        include_str!("../view.rs"),
        include_str!("../page.rs"),
        include_str!("../confirmation.rs"),
        include_str!("../receipt.rs"),
        include_str!("../../web/page/view.rs"),
        include_str!("../../web/page/message.rs"),
        include_str!("../../../templates/page/layout.html"),
        include_str!("../../../templates/page/page.html"),
    ];
    for key in KEYS {
        let source = sources.concat();
        assert!(source.contains(&format!("\"{}\"", key.name)), "no letter uses `{}`", key.name);
    }
}
