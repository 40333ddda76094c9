//! The smallest amounts worth a notice as a part of the form, one for each currency.

use toml_edit::{Table, Value};

use super::{
    form::{Form, Problems},
    values::set,
};
use crate::domain::money::{Currency, Money};

/// Names of the inputs of the smallest amounts begin with it; the currency follows.
pub const AMOUNT: &str = "minimum.amount.";

pub(super) fn shown(root: &Table, form: &mut Form) {
    let amounts = root.get("minimum").and_then(|item| item.as_table_like()?.get("amount")?.as_table_like());
    for (currency, amount) in amounts.into_iter().flat_map(|amounts| amounts.iter()) {
        form.insert(format!("{AMOUNT}{currency}"), amount.as_str().unwrap_or_default().to_owned());
    }
}

pub(super) fn apply(root: &mut Table, entered: &Form, before: &Form, problems: &mut Problems) {
    let new_currency = entered.get("new-currency").map(|code| code.to_uppercase()).filter(|code| !code.is_empty());
    let new_amount = entered.get("new-amount").filter(|amount| !amount.is_empty());
    let mut all: Vec<(String, String, String)> = entered
        .iter()
        .filter(|(name, value)| before.get(*name).is_some_and(|known| known != *value))
        .filter_map(|(name, value)| Some((name.clone(), name.strip_prefix(AMOUNT)?.to_owned(), value.clone())))
        .collect();
    match (new_currency, new_amount) {
        (Some(currency), Some(amount)) => all.push(("new-amount".to_owned(), currency, amount.clone())),
        (None, Some(_)) => drop(problems.insert("new-currency".to_owned(), "in which currency?".to_owned())),
        _ => {}
    }
    for (input, currency, amount) in all {
        let Ok(known) = currency.parse::<Currency>() else {
            problems.insert("new-currency".to_owned(), "three letters, like EUR".to_owned());
            continue;
        };
        if !amount.is_empty()
            && let Err(why) = Money::parse(&amount, known)
        {
            problems.insert(input, why.to_string());
            continue;
        }
        set(root, &format!("{AMOUNT}{known}"), (!amount.is_empty()).then(|| Value::from(amount)));
    }
}
