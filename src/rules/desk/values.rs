//! Values of a policy's file: found by their dotted keys, shown in a form, and put back where they stood.

use chrono::{NaiveDate, NaiveTime};
use toml_edit::{Item, Table, Value};

use super::fields::{Field, Kind, WEEK};

/// Most letters of one input.
const LONGEST: usize = 400;

/// The value of a dotted key.
pub(super) fn get<'t>(root: &'t Table, key: &str) -> Option<&'t Value> {
    let mut names = key.split('.');
    let mut item = root.get(names.next()?)?;
    for name in names {
        item = item.as_table_like()?.get(name)?;
    }
    item.as_value()
}

/// Sets a dotted key, with the comment that stands beside it, or takes it out.
pub(super) fn set(root: &mut Table, key: &str, value: Option<Value>) {
    let (path, last) = key.rsplit_once('.').unwrap_or(("", key));
    let mut table: &mut dyn toml_edit::TableLike = root;
    for name in path.split('.').filter(|name| !name.is_empty()) {
        let item = table.entry(name).or_insert_with(|| Item::Table(Table::new()));
        match item.as_table_like_mut() {
            Some(inner) => table = inner,
            None => return,
        }
    }
    match value {
        Some(value) => put(table, last, value),
        None => drop(table.remove(last)),
    }
}

/// Puts a value in the place of another; its comment stays.
pub(super) fn put(table: &mut dyn toml_edit::TableLike, name: &str, mut value: Value) {
    match table.get_mut(name).and_then(Item::as_value_mut) {
        Some(old) => {
            *value.decor_mut() = old.decor().clone();
            *old = value;
        }
        None => drop(table.insert(name, Item::Value(value))),
    }
}

/// A value as the form shows it.
pub(super) fn said(field: &Field, value: &Value) -> String {
    match (field.kind, value) {
        (Kind::Days, Value::Array(days)) => {
            let has = |day: &&str| days.iter().any(|known| known.as_str() == Some(day));
            WEEK.iter().map(|(day, _)| *day).filter(has).collect::<Vec<_>>().join(" ")
        }
        (Kind::Time | Kind::OptionalTime, Value::String(text)) => match time(text.value()) {
            Some(time) => time.format("%H:%M").to_string(),
            None => text.value().clone(),
        },
        (_, Value::String(text)) => text.value().clone(),
        _ => value.clone().decorated("", "").to_string(),
    }
}

pub(super) const TIME: &str = "a time like 08:00";

pub(super) fn time(text: &str) -> Option<NaiveTime> {
    ["%H:%M", "%H:%M:%S"].into_iter().find_map(|format| NaiveTime::parse_from_str(text, format).ok())
}

/// What was entered as a value of the file; `None` takes the key out.
pub(super) fn value(field: &Field, text: &str) -> Result<Option<Value>, String> {
    if text.len() > LONGEST {
        return Err("this is too long".to_owned());
    }
    let plain = |text: &str| text.strip_prefix('-').unwrap_or(text).bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let value = match field.kind {
        Kind::Number => {
            let number = text.parse::<i64>().ok().filter(|number| number.abs() <= 1_000_000);
            number.map(Value::from).ok_or("a whole number, like 45")?
        }
        Kind::Decimal => {
            let text = text.replacen(',', ".", 1);
            let shape = plain(&text) && text.len() <= 12 && text.bytes().any(|b| b.is_ascii_digit());
            let number = text.parse::<f64>().ok().filter(|_| shape);
            let number = number.ok_or("a number, like 2 or 2.5")?;
            match text.parse::<i64>() {
                Ok(whole) => Value::from(whole),
                Err(_) => Value::from(number),
            }
        }
        Kind::Flag => Value::from(text == "true"),
        Kind::Choice(choices) => {
            let known = choices.iter().find(|(code, _)| *code == text);
            Value::from(known.ok_or("choose one of these")?.0)
        }
        Kind::Days => text.split(' ').filter(|day| !day.is_empty()).collect::<Value>(),
        Kind::OptionalTime | Kind::OptionalDate if text.is_empty() => return Ok(None),
        Kind::Time | Kind::OptionalTime => Value::from(time(text).ok_or(TIME)?.format("%H:%M:%S").to_string()),
        Kind::OptionalDate => {
            let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
            Value::from(day.ok_or("a day like 2026-01-31")?.to_string())
        }
    };
    Ok(Some(value))
}
