//! What a change of a policy says in words: `days of the first stage: 60 → 45`.

use std::collections::{BTreeMap, BTreeSet};

use similar::TextDiff;
use toml_edit::{DocumentMut, Item, Table, TableLike, Value};

use super::fields::{self, Kind, WEEK};

/// Every value of a file by its dotted key. Entries of lists go by their names: `stage[first].days`.
pub(super) fn flat(root: &Table) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    add(root, "", &mut found);
    found
}

fn add(table: &dyn TableLike, before: &str, found: &mut BTreeMap<String, String>) {
    for (key, item) in table.iter() {
        let path = format!("{before}{key}");
        if let Some(tables) = item.as_array_of_tables() {
            for (number, entry) in (1..).zip(tables.iter()) {
                let name = entry.get("name").and_then(Item::as_str).map_or_else(|| number.to_string(), str::to_owned);
                add(entry, &format!("{path}[{name}]."), found);
            }
        } else if let Some(inner) = item.as_table_like() {
            add(inner, &format!("{path}."), found);
        } else if let Some(value) = item.as_value() {
            found.insert(path, plain(value));
        }
    }
}

/// A value however it is written: `2`, `2.0` and `"2"` are one.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.value().clone(),
        Value::Integer(number) => number.value().to_string(),
        Value::Float(number) => number.value().to_string(),
        Value::Array(values) => {
            let mut all: Vec<String> = values.iter().map(plain).collect();
            all.sort();
            all.join(", ")
        }
        other => other.clone().decorated("", "").to_string(),
    }
}

/// Each difference of two policies as a line. Empty when they mean the same.
pub fn difference(old: &str, new: &str) -> Vec<String> {
    let read = |text: &str| text.parse::<DocumentMut>().map(|document| flat(document.as_table())).unwrap_or_default();
    let (old, new) = (read(old), read(new));
    let default = |key: &str| fields::find(key).map(|field| field.default).filter(|default| !default.is_empty());
    let (mut lines, mut listed) = (Vec::new(), BTreeSet::new());
    let places: Vec<&str> = fields::all().map(|field| field.key).collect();
    let mut keys: Vec<&String> = old.keys().chain(new.keys()).collect::<BTreeSet<_>>().into_iter().collect();
    let place = |key: &str| places.iter().position(|place| *place == key).unwrap_or(usize::MAX);
    keys.sort_by_key(|key| (!key.starts_with("stage["), place(key), (*key).clone()));
    for key in keys {
        if let Some((entry, _)) = key.split_once("].") {
            let there = |all: &BTreeMap<String, String>| all.keys().any(|key| key.starts_with(&format!("{entry}].")));
            if there(&old) != there(&new) {
                if listed.insert(entry) {
                    lines.push(entry_line(entry, if there(&old) { ("removed", &old) } else { ("new", &new) }));
                }
                continue;
            }
        }
        let before = old.get(key).map(String::as_str).or_else(|| default(key));
        let after = new.get(key).map(String::as_str).or_else(|| default(key));
        if before != after && !same_number(before, after) {
            let said = |value: Option<&str>| value.map_or_else(|| "nothing".to_owned(), |value| said(key, value));
            let (label, unit) = label(key);
            let unit = if unit.is_empty() { String::new() } else { format!(" {unit}") };
            lines.push(format!("{label}: {} → {}{unit}", said(before), said(after)));
        }
    }
    lines
}

/// `8.0` and `8` are one rate.
fn same_number(before: Option<&str>, after: Option<&str>) -> bool {
    let number = |value: Option<&str>| value.and_then(|value| value.parse::<f64>().ok());
    number(before).zip(number(after)).is_some_and(|(before, after)| before.total_cmp(&after).is_eq())
}

/// A stage or a person that came or went.
fn entry_line(entry: &str, (what, all): (&str, &BTreeMap<String, String>)) -> String {
    let (list, name) = entry.split_once('[').unwrap_or((entry, ""));
    let of = |key: &str| all.get(&format!("{entry}].{key}")).map_or("", String::as_str);
    match list {
        "stage" => format!("{what}: stage {name} at {} days, {} letter", of("days"), of("letter")),
        "staff" => format!("{what} among staff: {name}"),
        _ => format!("{what}: {list} {name}"),
    }
}

/// A key in words, with its unit.
fn label(key: &str) -> (String, &'static str) {
    if let Some(field) = fields::find(key) {
        let offer = if key.starts_with("offer.") { "offer: " } else { "" };
        return (format!("{offer}{}", field.label), field.unit);
    }
    let entry = key.split_once('[').and_then(|(list, rest)| Some((list, rest.split_once("].")?)));
    match (key, entry) {
        (_, Some(("stage", (name, "days")))) => (format!("{name} stage"), "days"),
        (_, Some(("stage", (name, what)))) => (format!("{what} of the {name} stage"), ""),
        (_, Some(("staff", (name, what)))) => (format!("staff {name}: {what}"), ""),
        ("schedule.sweep", _) => ("schedule".to_owned(), ""),
        ("offer.stages", _) => ("the offer is made in the notices of".to_owned(), ""),
        ("name", _) => ("name of the policy".to_owned(), ""),
        _ => match key.strip_prefix("minimum.amount.") {
            Some(currency) => ("no notice below".to_owned(), currency_unit(currency)),
            None => (key.to_owned(), ""),
        },
    }
}

/// Units are constants; of currencies the usual ones have one.
fn currency_unit(code: &str) -> &'static str {
    ["EUR", "GBP", "USD", "CHF", "SEK", "DKK", "NOK", "PLN", "CZK"]
        .into_iter()
        .find(|known| *known == code)
        .unwrap_or("")
}

/// A value as people read it.
pub fn said(key: &str, value: &str) -> String {
    match fields::find(key).map(|field| field.kind) {
        Some(Kind::Flag) => if value == "true" { "yes" } else { "no" }.to_owned(),
        Some(Kind::Choice(choices)) => {
            choices.iter().find(|(code, _)| *code == value).map_or(value, |(_, words)| words).to_owned()
        }
        Some(Kind::Days) => {
            let of = |day: &str| value.split([' ', ',']).any(|known| known == day);
            let days: Vec<&str> = WEEK.iter().filter(|(code, _)| of(code)).map(|(_, name)| *name).collect();
            days.join(", ")
        }
        Some(Kind::Time | Kind::OptionalTime) => {
            value.strip_suffix(":00").filter(|v| v.len() == 5).unwrap_or(value).to_owned()
        }
        _ => value.to_owned(),
    }
}

/// Lines that differ, with two lines around them.
pub fn unified(old: &str, new: &str) -> String {
    TextDiff::from_lines(old, new).unified_diff().context_radius(2).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = include_str!("../../../config/policy.toml");

    fn lines(from: &str, to: &str) -> Vec<String> {
        assert!(SHIPPED.contains(from), "{from}");
        difference(SHIPPED, &SHIPPED.replacen(from, to, 1))
    }

    #[test]
    fn each_key_that_differs_is_said() {
        let offer = &SHIPPED[SHIPPED.find("[offer]").unwrap()..SHIPPED.find("[terms]").unwrap()];
        for (from, to, expected) in [
            ("days = 60", "days = 45", &["first stage: 60 → 45 days"][..]),
            ("percent = 2\n", "percent = 3\n", &["offer: Discount: 2 → 3 percent"]),
            ("percent = 2\n", "percent = 2.0\n", &[]),
            ("percent = 2\n", "percent = \"2\" # the same\n", &[]),
            ("grace_days = 0\n", "", &[]),
            (
                "name = \"second\"",
                "name = \"third\"",
                &["removed: stage second at 90 days, second letter", "new: stage third at 90 days, second letter"],
            ),
            ("letter = \"second\"", "letter = \"first\"", &["letter of the second stage: second → first"]),
            (
                "stages = [\"first\"]",
                "stages = [\"second\", \"first\"]",
                &["the offer is made in the notices of: first → first, second"],
            ),
            ("paused = false", "paused = true", &["Pause all notices: no → yes"]),
            ("until = \"18:00:00\"", "", &["Until: 18:00 → nothing o'clock"]),
            ("EUR = \"10.00\"", "EUR = \"20.00\"", &["no notice below: 10.00 → 20.00 EUR"]),
            ("Mon-Fri\"", "Mon\"", &["schedule: 0 7 * * Mon-Fri → 0 7 * * Mon"]),
            ("# [[staff]]\n# name", "[[staff]]\nname", &["new among staff: Ada Clerk"]),
            (
                offer,
                "",
                &[
                    "offer: Discount: 2 → nothing percent",
                    "offer: The payment has to come within: 14 → nothing days",
                    "offer: At most one offer to an account in: 12 → nothing months",
                    "the offer is made in the notices of: first → nothing",
                ],
            ),
            ("# For finance", "# For whom?", &[]),
        ] {
            assert_eq!(lines(from, to), expected, "{from} → {to}");
        }
    }

    #[test]
    fn lines_that_differ_are_shown_with_some_around() {
        let text = unified(SHIPPED, &SHIPPED.replace("days = 60", "days = 45"));
        assert!(text.contains("\n-days = 60\n+days = 45\n") && text.lines().count() == 7, "{text}");
    }
}
