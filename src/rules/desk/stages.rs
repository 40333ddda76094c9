//! The stages of a policy as rows of a form. Their order is that of their days.

use toml_edit::{Array, ArrayOfTables, Item, Table, Value};

use super::{
    form::{Form, Problems, flag},
    values::put,
};

/// Rows that a form may have.
pub const MOST: usize = 12;

/// Which letters there are.
pub const LETTERS: [(&str, &str); 2] = [("first", "the first letter"), ("second", "the second letter, with more help")];

/// Name of an input of a row.
pub fn input(row: usize, what: &str) -> String {
    format!("stage-{row}-{what}")
}

pub(super) fn shown(root: &Table, form: &mut Form) {
    let offered = offered(root);
    for (row, stage) in tables(root).enumerate() {
        let text = |key: &str| stage.get(key).and_then(Item::as_str).unwrap_or_default().to_owned();
        let days = stage.get("days").and_then(Item::as_integer).map(|days| days.to_string());
        form.insert(input(row, "offer"), flag(offered.contains(&text("name"))));
        form.insert(input(row, "name"), text("name"));
        form.insert(input(row, "letter"), text("letter"));
        form.insert(input(row, "days"), days.unwrap_or_default());
    }
}

fn tables(root: &Table) -> impl Iterator<Item = &Table> {
    root.get("stage").and_then(Item::as_array_of_tables).into_iter().flatten()
}

fn offered(root: &Table) -> Vec<String> {
    let stages = root.get("offer").and_then(|offer| offer.as_table_like()?.get("stages")?.as_array());
    stages.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A row as it was entered.
struct Row {
    /// Its place in the file, if it is there.
    old: Option<usize>,
    number: usize,
    name: String,
    days: i64,
    letter: String,
    offer: bool,
}

/// How many rows of a form have something in them, and how many empty ones stand behind these.
pub fn rows(form: &Form) -> (usize, usize) {
    let last = |there: &dyn Fn(&String) -> bool| {
        let is_there =
            |row: &usize| ["name", "days"].iter().any(|what| form.get(&input(*row, what)).is_some_and(there));
        (0..MOST).rev().find(is_there).map_or(0, |row| row + 1)
    };
    let filled = last(&|value| !value.is_empty());
    (filled, last(&|_| true) - filled)
}

/// The input of the days of a stage, for what is wrong with it.
pub(super) fn input_of(name: &str, form: &Form) -> Option<String> {
    let row = (0..MOST).rev().find(|row| form.get(&input(*row, "name")).is_some_and(|known| known == name))?;
    Some(input(row, "days"))
}

pub(super) fn apply(root: &mut Table, entered: &Form, before: &Form, offer: bool, problems: &mut Problems) {
    let Some(mut rows) = read(entered, before, problems) else { return };
    rows.sort_by_key(|row| (row.days, row.number));
    write(root, &rows, before);
    if offer {
        let names: Vec<&str> = rows.iter().filter(|row| row.offer).map(|row| row.name.as_str()).collect();
        write_offered(root, &names);
    }
}

/// All rows but those that are to go; `None` when something is wrong with one.
fn read(entered: &Form, before: &Form, problems: &mut Problems) -> Option<Vec<Row>> {
    let (mut rows, mut sound) = (Vec::new(), true);
    for number in 0..MOST {
        let said = |what: &str| entered.get(&input(number, what)).map_or("", String::as_str);
        let old = before.contains_key(&input(number, "name")).then_some(number);
        let is_empty = said("name").is_empty() && said("days").is_empty();
        if said("remove") == "on" || is_empty && (old.is_none() || !entered.contains_key(&input(number, "name"))) {
            continue;
        }
        let mut wrong = |what: &str, why: &str| {
            problems.insert(input(number, what), why.to_owned());
            sound = false;
        };
        let plain = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
        if said("name").is_empty() || said("name").chars().count() > 40 || !said("name").chars().all(plain) {
            wrong("name", "a short name of letters and digits");
        }
        if !LETTERS.iter().any(|(code, _)| *code == said("letter")) {
            wrong("letter", "choose one of these");
        }
        let days = said("days").parse::<i64>().ok().filter(|days| (1..=3650).contains(days));
        if days.is_none() {
            wrong("days", "a whole number of days, from 1");
        }
        rows.push(Row {
            old,
            number,
            name: said("name").to_owned(),
            days: days.unwrap_or_default(),
            letter: said("letter").to_owned(),
            offer: matches!(said("offer"), "on" | "true"),
        });
    }
    sound.then_some(rows)
}

fn write(root: &mut Table, rows: &[Row], before: &Form) {
    let same = |row: &Row, place: usize| {
        let is = |what: &str, value: &str| before.get(&input(place, what)).is_some_and(|known| known == value);
        row.old == Some(place)
            && is("name", &row.name)
            && is("days", &row.days.to_string())
            && is("letter", &row.letter)
    };
    if rows.len() == tables(root).count() && rows.iter().enumerate().all(|(place, row)| same(row, place)) {
        return;
    }
    let old: Vec<Table> = tables(root).cloned().collect();
    // Each place in the file takes the stage that comes there now.
    let places: Vec<Option<isize>> = old.iter().map(Table::position).collect();
    let last = places.last().copied().flatten();
    let mut new = ArrayOfTables::new();
    for (place, row) in rows.iter().enumerate() {
        let mut table = row.old.and_then(|old_row| old.get(old_row).cloned()).unwrap_or_default();
        put_if_new(&mut table, "name", Value::from(row.name.as_str()));
        put_if_new(&mut table, "days", Value::from(row.days));
        put_if_new(&mut table, "letter", Value::from(row.letter.as_str()));
        table.set_position(places.get(place).copied().flatten().or(last));
        new.push(table);
    }
    match new.is_empty() {
        true => drop(root.remove("stage")),
        false => drop(root.insert("stage", Item::ArrayOfTables(new))),
    }
}

/// A value that is the same keeps how it is written.
fn put_if_new(table: &mut Table, name: &str, value: Value) {
    let old = table.get(name).and_then(Item::as_value);
    let plain = |value: &Value| (value.as_str().map(str::to_owned), value.as_integer());
    if old.is_none_or(|old| plain(old) != plain(&value)) {
        put(table, name, value);
    }
}

fn write_offered(root: &mut Table, names: &[&str]) {
    let mut known = offered(root);
    known.sort();
    let mut wanted: Vec<&str> = names.to_vec();
    wanted.sort_unstable();
    if known == wanted && root.contains_table("offer") {
        return;
    }
    let item = root.entry("offer").or_insert_with(|| Item::Table(Table::new()));
    if let Some(offer) = item.as_table_like_mut() {
        put(offer, "stages", Value::Array(names.iter().copied().collect::<Array>()));
    }
}

#[cfg(test)]
mod tests {
    use super::super::form;
    use crate::domain::policy::{LetterKind, Policy};

    const SHIPPED: &str = include_str!("../../../config/policy.toml");

    fn changed(changes: &[(&str, &str)]) -> Policy {
        let mut entered = form::read(SHIPPED).unwrap();
        entered.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let text = form::apply(SHIPPED, &entered).unwrap();
        assert!(text.contains("# between two notices to one account"), "{text}");
        toml::from_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }

    fn named(policy: &Policy) -> Vec<(&str, u32)> {
        policy.stages.iter().map(|stage| (stage.name.as_str(), stage.days)).collect()
    }

    #[test]
    fn an_empty_row_is_no_stage() {
        let mut entered = form::read(SHIPPED).unwrap();
        assert_eq!(super::rows(&entered), (2, 0));
        entered.extend(["stage-2-name", "stage-2-days"].map(|name| (name.to_owned(), String::new())));
        assert_eq!(super::rows(&entered), (2, 1));
        assert_eq!(form::apply(SHIPPED, &entered).as_deref(), Ok(SHIPPED));
    }

    #[test]
    fn stages_are_added_removed_and_put_in_order() {
        let third =
            [("stage-2-name", "third"), ("stage-2-days", "30"), ("stage-2-letter", "first"), ("stage-2-offer", "on")];
        let policy = changed(&third);
        assert_eq!(named(&policy), [("third", 30), ("first", 60), ("second", 90)]);
        assert_eq!(policy.offer.unwrap().stages.into_iter().collect::<Vec<_>>(), ["first", "third"]);
        assert_eq!(named(&changed(&[("stage-0-remove", "on"), ("stage-0-offer", "false")])), [("second", 90)]);
        let policy = changed(&[("stage-0-days", "120")]);
        assert_eq!(named(&policy), [("second", 90), ("first", 120)]);
        assert_eq!(policy.stages[1].letter, LetterKind::First, "each keeps what is its own");
        let policy = changed(&[("stage-0-name", "begin")]);
        assert_eq!(policy.offer.unwrap().stages.into_iter().collect::<Vec<_>>(), ["begin"], "the offer goes along");
        assert!(changed(&[("stage-0-remove", "on"), ("stage-1-remove", "on")]).stages.is_empty());
    }
}
