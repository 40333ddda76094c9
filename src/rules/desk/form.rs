//! A policy's file as a form, and back. What was not changed in the form is not touched in the file: comments, the order
//! and everything that the form does not know stay.

use std::collections::{BTreeMap, BTreeSet};

use toml_edit::DocumentMut;

use super::{
    amounts,
    cron::DAYS,
    fields::{self, Kind, WEEK},
    schedule, stages,
    values::{get, said, set, value},
};

/// What a form shows, or what was entered: values by the names of their inputs.
pub type Form = BTreeMap<String, String>;

/// What is wrong, by the name of the input; the empty name is for the form as a whole.
pub type Problems = BTreeMap<String, String>;

/// A file as a form.
pub fn read(text: &str) -> Result<Form, String> {
    let document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| error.to_string())?;
    shown(&document)
}

pub(super) fn shown(document: &DocumentMut) -> Result<Form, String> {
    let root = document.as_table();
    let mut form = Form::new();
    for field in fields::all() {
        let value = get(root, field.key);
        form.insert(field.key.to_owned(), value.map_or_else(|| field.default.to_owned(), |value| said(field, value)));
    }
    form.insert("offer".to_owned(), flag(root.contains_table("offer")));
    schedule::shown(root, &mut form);
    amounts::shown(root, &mut form);
    stages::shown(root, &mut form);
    Ok(form)
}

/// What a browser sent. A box that is not ticked is not sent at all, so every box is named here.
pub fn entered(pairs: &[(String, String)]) -> Form {
    let mut form: Form = pairs.iter().map(|(name, value)| (name.clone(), value.trim().replace("\r\n", "\n"))).collect();
    let sent: BTreeSet<&str> = pairs.iter().map(|(name, _)| name.as_str()).collect();
    for field in fields::all() {
        match field.kind {
            Kind::Flag => drop(form.insert(field.key.to_owned(), flag(sent.contains(field.key)))),
            Kind::Days => {
                let chosen =
                    WEEK.iter().map(|(day, _)| *day).filter(|day| sent.contains(box_of(field.key, day).as_str()));
                form.insert(field.key.to_owned(), chosen.collect::<Vec<_>>().join(" "));
            }
            _ => {}
        }
    }
    form.insert("offer".to_owned(), flag(sent.contains("offer")));
    for day in DAYS {
        let name = format!("schedule.{}", day.to_lowercase());
        let on = flag(sent.contains(name.as_str()));
        form.insert(name, on);
    }
    form
}

/// Name of the box of one day.
pub fn box_of(key: &str, day: &str) -> String {
    format!("{key}.{day}")
}

/// The file with what was entered instead of what the form had shown.
pub fn apply(text: &str, entered: &Form) -> Result<String, Problems> {
    let whole = |why: String| Problems::from([(String::new(), why)]);
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| whole(error.to_string()))?;
    let before = shown(&document).map_err(whole)?;
    let mut problems = Problems::new();
    let root = document.as_table_mut();
    let is_new = |name: &str| entered.get(name).is_some_and(|value| before.get(name) != Some(value));
    let offer = entered.get("offer").is_some_and(|on| on == "true");
    for field in fields::all().filter(|field| is_new(field.key) && (offer || !field.key.starts_with("offer."))) {
        match value(field, entered.get(field.key).map_or("", String::as_str)) {
            Ok(value) => set(root, field.key, value),
            Err(why) => drop(problems.insert(field.key.to_owned(), why)),
        }
    }
    schedule::apply(root, entered, &before, &mut problems);
    amounts::apply(root, entered, &before, &mut problems);
    stages::apply(root, entered, &before, offer, &mut problems);
    if !offer {
        root.remove("offer");
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    // Line ends are written as `\n` by the document.
    let changed = document.to_string();
    if text.parse::<DocumentMut>().is_ok_and(|untouched| untouched.to_string() == changed) {
        return Ok(text.to_owned());
    }
    Ok(if text.contains("\r\n") { changed.replace('\n', "\r\n") } else { changed })
}

pub(super) fn flag(on: bool) -> String {
    on.to_string()
}

/// Puts what is wrong with a whole policy to the inputs that it is about.
pub fn place(problems: Vec<String>, form: &Form) -> Problems {
    let mut placed = Problems::new();
    for problem in problems {
        let key = problem.split('`').nth(1).unwrap_or_default();
        let input = if form.contains_key(key) {
            key.to_owned()
        } else if key == "schedule.sweep" {
            match form.get("schedule").map(String::as_str) {
                Some("cron") => "schedule.cron".to_owned(),
                _ => "schedule.time".to_owned(),
            }
        } else if problem.starts_with("stage ") {
            stages::input_of(key, form).unwrap_or_default()
        } else {
            String::new()
        };
        let known = placed.entry(input).or_default();
        *known = if known.is_empty() { problem } else { format!("{known}; {problem}") };
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::policy::Policy;
    use proptest::prelude::*;

    const SHIPPED: &str = include_str!("../../../config/policy.toml");

    /// What a browser sends of a form that was shown.
    pub(crate) fn sent(form: &Form) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        for (name, value) in form {
            match fields::find(name).map(|field| field.kind) {
                Some(Kind::Flag) if value == "true" => pairs.push((name.clone(), "on".to_owned())),
                Some(Kind::Flag) => {}
                Some(Kind::Days) => {
                    pairs.extend(
                        value.split(' ').filter(|d| !d.is_empty()).map(|day| (box_of(name, day), "on".to_owned())),
                    );
                }
                _ if value == "true" => pairs.push((name.clone(), "on".to_owned())),
                _ if value == "false" => {}
                _ => pairs.push((name.clone(), value.clone())),
            }
        }
        pairs
    }

    fn changed(changes: &[(&str, &str)]) -> Result<String, Problems> {
        let mut form = entered(&sent(&read(SHIPPED).unwrap()));
        form.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        apply(SHIPPED, &form)
    }

    #[test]
    fn a_comment_stays_beside_what_was_changed() {
        let text = changed(&[("hold.min_gap_days", "9"), ("stage-0-days", "45"), ("sending.from", "07:30")]).unwrap();
        assert!(text.contains("min_gap_days = 9                    # between two notices to one account"), "{text}");
        assert!(text.contains("from = \"07:30:00\"\n"), "{text}");
        assert!(text.contains("name = \"first\"\ndays = 45\n"), "{text}");
        let lines = SHIPPED.lines().zip(text.lines()).filter(|(old, new)| old != new).count();
        assert_eq!((lines, text.lines().count()), (3, SHIPPED.lines().count()));
        let policy: Policy = toml::from_str(&text).unwrap();
        assert_eq!((policy.stages[0].days, policy.hold.min_gap_days), (45, 9));
    }

    #[test]
    fn what_may_be_left_out_comes_and_goes() {
        let text = changed(&[("hold.cutover", "2026-01-01"), ("sending.until", ""), ("schedule", "never")]).unwrap();
        let policy: Policy = toml::from_str(&text).unwrap();
        assert_eq!(policy.hold.cutover.unwrap().to_string(), "2026-01-01");
        assert!(policy.sending.until.is_none() && policy.schedule.is_none());
        let text = changed(&[("offer", "false")]).unwrap();
        assert!(toml::from_str::<Policy>(&text).unwrap().offer.is_none() && text.contains("# [[staff]]"), "{text}");
        let mut form = entered(&sent(&read(&text).unwrap()));
        form.extend(
            [
                ("offer", "true"),
                ("offer.percent", "2.5"),
                ("offer.days", "10"),
                ("offer.every_months", "6"),
                ("stage-1-offer", "true"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
        );
        let policy: Policy = toml::from_str(&apply(&text, &form).unwrap()).unwrap();
        let offer = policy.offer.unwrap();
        assert_eq!((offer.percent.to_string().as_str(), offer.days), ("2.5", 10));
        assert_eq!(offer.stages.into_iter().collect::<Vec<_>>(), ["second"]);
        let text = changed(&[("new-currency", "chf"), ("new-amount", "12.50"), ("minimum.amount.USD", "")]).unwrap();
        let policy: Policy = toml::from_str(&text).unwrap();
        let amounts: Vec<String> = policy.minimum.amount.iter().map(|(c, amount)| format!("{c} {amount}")).collect();
        assert_eq!(amounts, ["CHF 12.50", "EUR 10.00", "GBP 10.00"]);
    }

    #[test]
    fn a_problem_stands_at_its_input() {
        for (name, value) in [
            ("hold.min_gap_days", "soon"),
            ("hold.min_gap_days", ""),
            ("hold.min_gap_days", "99999999999999999999"),
            ("offer.percent", "1e5"),
            ("offer.percent", "two"),
            ("evidence.weights.late", "."),
            ("climb", "\"]\nname = \"x"),
            ("sending.from", "25:00"),
            ("hold.cutover", "1.2.2026"),
            ("schedule.time", "noon"),
            ("minimum.amount.EUR", "1,5"),
            ("new-amount", "1.00"),
            ("stage-0-days", "0x3c"),
            ("stage-0-name", ""),
        ] {
            let problems = changed(&[(name, value)]).unwrap_err();
            let expected = if name == "new-amount" { "new-currency" } else { name };
            assert_eq!(problems.keys().map(String::as_str).collect::<Vec<_>>(), [expected], "{name} {value}");
        }
        let form = read(SHIPPED).unwrap();
        let placed = place(
            vec![
                "`offer.days` must be at least 1".into(),
                "stage `second` must have more".into(),
                "`schedule.sweep`: `x` is not".into(),
                "`staff.name`: no".into(),
            ],
            &form,
        );
        let inputs: Vec<&str> = placed.keys().map(String::as_str).collect();
        assert_eq!(inputs, ["", "offer.days", "schedule.time", "stage-1-days"]);
    }

    proptest! {
        /// Whatever the file looks like, a form that is sent back as it was shown changes nothing.
        #[test]
        fn an_unchanged_form_changes_nothing(
            gap in 0u32..400, days in 1u32..80, percent in 1u32..99, half in any::<bool>(), at in 0u32..24,
            offer in any::<bool>(), schedule in prop::sample::select(vec!["0 7 * * Mon-Fri", "*/5 * 1 * *", "0 7 * * 1,3"]),
            crlf in any::<bool>(), stages in 1usize..4,
        ) {
            let mut text = SHIPPED
                .replace("min_gap_days = 7 ", &format!("min_gap_days={gap}"))
                .replace("0 7 * * Mon-Fri", schedule)
                .replace("from = \"08:00:00\"", &format!("from   = '{at:02}:00:00'"))
                .replace("percent = 2\n", &format!("percent = {percent}{}\n", if half { ".50" } else { "" }));
            if !offer {
                let (before, rest) = text.split_once("[offer]").unwrap();
                text = format!("{before}{}", &rest[rest.find("\n[terms]").unwrap() + 1..]);
            }
            for number in 0..stages {
                let more = format!("[[stage]]\nname = \"further {number}\"\ndays = {}\nletter = \"second\"\n\n[hold]", 91 + days + number as u32);
                text = text.replacen("[hold]", &more, 1);
            }
            if crlf {
                text = text.replace('\n', "\r\n");
            }
            let form = entered(&sent(&read(&text).unwrap()));
            prop_assert_eq!(apply(&text, &form), Ok(text.clone()));
        }

        /// What anybody enters gives a file that reads, or a problem.
        #[test]
        fn nothing_that_is_entered_breaks_the_file(name in prop::sample::select(fields::all().map(|f| f.key).collect::<Vec<_>>()), value in ".*") {
            if let Ok(text) = changed(&[(name, &value), ("stage-0-name", &value)]) {
                prop_assert!(text.parse::<DocumentMut>().is_ok());
            }
        }
    }
}
