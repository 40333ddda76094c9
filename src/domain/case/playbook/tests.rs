//! What a playbook must have, and which of its texts is meant.

use super::*;

const WHOLE: &str = r#"
title = "Billing"
questions = ["Which line?"]
step = [
    { code = "listen", say = "Listen." },
    { code = "acknowledge", say = "Acknowledge." },
    { code = "compare", say = "Compare." },
    { code = "all_out", say = "Is that all?" },
    { code = "wish", say = "What would help?" },
    { code = "agree", say = "Agree." },
    { code = "confirm", say = "Confirm." },
    { code = "follow_up", say = "Follow up." },
    { code = "kind_word", say = "Ask.", optional = true },
    { code = "close", say = "Close." },
]
[acknowledgement]
en = "Thank you."
de = "Danke."
[reason.price]
questions = ["Beside what?"]
[reason.price.acknowledgement]
de = "Danke für die Frage."
"#;

fn read(text: &str) -> Playbook {
    toml::from_str(text).unwrap()
}

/// The line and the text of each problem.
fn problems(text: &str) -> Vec<(usize, String)> {
    let line = |at: usize| text[..at].matches('\n').count() + 1;
    read(text).problems(CaseKind::Billing).into_iter().map(|(at, what)| (line(at), what)).collect()
}

#[test]
fn nothing_that_the_practice_asks_for_can_be_edited_out() {
    assert_eq!(problems(WHOLE), []);
    let listed = [
        (r#"{ code = "all_out", say = "Is that all?" },"#, "", 2, "`all_out` is missing"),
        (r#"code = "confirm""#, r#"code = "confrim""#, 2, "`confirm` is missing"),
        (r#""Which line?""#, "", 2, "`questions` is empty"),
        (r#""Which line?""#, r#"" ""#, 3, "empty"),
        (r#"say = "Compare.""#, r#"say = """#, 7, "empty"),
        (r#"en = "Thank you.""#, r#"en = "\n""#, 17, "empty"),
        (r#"code = "compare""#, r#"code = "agree""#, 10, "`agree` stands here a second time"),
        (r#"code = "compare""#, r#"code = "Compare it""#, 7, "small letters"),
        (r#"say = "Agree.""#, r#"say = "Agree.", optional = true"#, 10, "must not be optional"),
        ("reason.price", "reason.prices", 19, "did you mean `price`?"),
        ("reason.price", "reason.quality", 19, "no reason of a case of kind `billing`"),
    ];
    for (from, to, line, expected) in listed {
        assert!(WHOLE.contains(from), "{from}");
        let found = problems(&WHOLE.replace(from, to));
        assert!(found.iter().any(|(at, what)| *at == line && what.contains(expected)), "{to}: {found:?}");
    }
    let late = WHOLE.replace("\"all_out\"", "\"x\"").replace("\"agree\"", "\"all_out\"").replace("\"x\"", "\"agree\"");
    let found = problems(&late);
    assert!(found.iter().any(|(at, what)| *at == 8 && what.contains("`agree` must come after")), "{found:?}");
}

#[test]
fn unknown_keys_are_refused() {
    for (from, to) in [
        ("title =", "name = 1\ntitle ="),
        ("optional = true", "optoinal = true"),
        ("[reason.price.ack", "[reason.price.akc"),
    ] {
        let text = WHOLE.replacen(from, to, 1);
        let error = toml::from_str::<Playbook>(&text).unwrap_err().to_string();
        assert!(error.contains("unknown field"), "{error}");
    }
}

#[test]
fn the_reply_is_in_the_customers_language_and_about_the_reason() {
    let book = read(WHOLE);
    let cases = [
        (None, &["en"][..], Some(("en", "Thank you."))),
        (None, &["de-AT", "en"], Some(("de", "Danke."))),
        (Some("price"), &["de-AT"], Some(("de", "Danke für die Frage."))),
        // The customer's language is worth more than the reason.
        (Some("price"), &["en-GB", "de"], Some(("en", "Thank you."))),
        (Some("terms"), &["de"], Some(("de", "Danke."))),
        (None, &["sv", "DE"], Some(("de", "Danke."))),
        (None, &["sv"], None),
    ];
    for (reason, locales, expected) in cases {
        assert_eq!(book.acknowledgement(reason, locales), expected, "{reason:?} {locales:?}");
    }
    assert_eq!(book.questions(Some("price")).collect::<Vec<_>>(), ["Beside what?", "Which line?"]);
    assert_eq!(book.questions(None).collect::<Vec<_>>(), ["Which line?"]);
}

#[test]
fn due_steps_are_those_of_the_case() {
    let due: Vec<_> = read(WHOLE).steps.iter().filter_map(|step| Some((step.code().to_owned(), step.due()?))).collect();
    let expected = [("acknowledge", Due::FirstResponse), ("agree", Due::Resolve), ("follow_up", Due::FollowUp)];
    assert_eq!(due, expected.map(|(code, due)| (code.to_owned(), due)));
}
