//! Everything that reads words, on realistic replies and on nonsense.

mod days;
mod fuzz;
mod invoices;
mod lists;
mod proxy;
mod table;
mod thanks;

use std::{path::PathBuf, sync::LazyLock};

use chrono::NaiveDate;

use super::*;

/// The lists as they lie in the folder.
pub static REPLIES: LazyLock<Replies> =
    LazyLock::new(|| Replies::load(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("config/wording/replies")).unwrap());

/// A Wednesday.
pub fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 18).unwrap()
}

pub fn read(locale: &str, text: &str) -> Said {
    let currency = if locale == "en" { "USD" } else { "EUR" };
    classify(text, &Mail { date: today(), locale, currency: Some(currency.parse().unwrap()) }, &REPLIES)
}

/// The codes of what was found, the main one first, each once, thanks only if there is nothing else.
pub fn kinds(said: &Said) -> Vec<&'static str> {
    let mut kinds = vec![said.main.code()];
    for finding in &said.findings {
        let code = finding.kind.code();
        if !kinds.contains(&code) && code != "thanks" {
            kinds.push(code);
        }
    }
    kinds
}
