//! The schedule of a policy as a part of the form: days and a time, an expression, or never.

use chrono::NaiveTime;
use toml_edit::{Table, Value};

use super::{
    cron::{DAYS, Weekly},
    form::{Form, Problems, flag},
    values::{TIME, get, set, time},
};

pub(super) fn shown(root: &Table, form: &mut Form) {
    let expression = get(root, "schedule.sweep").and_then(Value::as_str);
    let weekly = expression.and_then(Weekly::read);
    let how = match (expression, weekly) {
        (None, _) => "never",
        (_, Some(_)) => "weekly",
        _ => "cron",
    };
    form.insert("schedule".to_owned(), how.to_owned());
    form.insert("schedule.cron".to_owned(), expression.unwrap_or_default().to_owned());
    let choice = weekly.unwrap_or(Weekly {
        days: [true, true, true, true, true, false, false],
        time: NaiveTime::from_hms_opt(7, 0, 0).unwrap_or_default(),
    });
    form.insert("schedule.time".to_owned(), choice.time.format("%H:%M").to_string());
    for (day, on) in DAYS.iter().zip(choice.days) {
        form.insert(format!("schedule.{}", day.to_lowercase()), flag(on));
    }
}

pub(super) fn apply(root: &mut Table, entered: &Form, before: &Form, problems: &mut Problems) {
    let said = |name: &str| entered.get(name).map_or("", String::as_str);
    let new = |name: &str| entered.get(name).is_some_and(|value| before.get(name) != Some(value));
    let changed = new("schedule")
        || match said("schedule") {
            "weekly" => new("schedule.time") || DAYS.iter().any(|day| new(&format!("schedule.{}", day.to_lowercase()))),
            "cron" => new("schedule.cron"),
            _ => false,
        };
    if !changed {
        return;
    }
    let expression = match said("schedule") {
        "never" => {
            root.remove("schedule");
            return;
        }
        "cron" => said("schedule.cron").to_owned(),
        _ => {
            let days = DAYS.map(|day| said(&format!("schedule.{}", day.to_lowercase())) == "true");
            let Some(time) = time(said("schedule.time")) else {
                problems.insert("schedule.time".to_owned(), TIME.to_owned());
                return;
            };
            match (Weekly { days, time }).expression() {
                Some(expression) => expression,
                None => {
                    problems.insert("schedule.mon".to_owned(), "choose at least one day".to_owned());
                    return;
                }
            }
        }
    };
    set(root, "schedule.sweep", Some(Value::from(expression)));
}
