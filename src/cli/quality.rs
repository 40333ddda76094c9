//! Figures of the assessment's quality, for people and as JSON: for `duly evaluate` and `duly report judgement`.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::output::table;
use crate::domain::evaluation::{
    figures::{Bin, Cut, Figures, auc_interval},
    samples::Sample,
};

/// A part of the samples, with its name.
type Part = (&'static str, fn(&Sample) -> bool);

/// All, those of accounts with and without a known dispute, and two halves of the accounts, which show how much figures
/// of this size vary.
const PARTS: [Part; 5] = [
    ("all", |_| true),
    ("dispute known", |sample| sample.has_history),
    ("cold start", |sample| !sample.has_history),
    ("half A", |sample| is_half_a(&sample.account)),
    ("half B", |sample| !is_half_a(&sample.account)),
];

/// Accounts whose number has an even hash.
fn is_half_a(account: &str) -> bool {
    Sha256::digest(account.as_bytes())[0].is_multiple_of(2)
}

/// Tables and JSON of a list of samples.
pub fn quality(samples: &[Sample]) -> (String, Value) {
    let parts = PARTS.map(|(name, holds)| {
        let own: Vec<&Sample> = samples.iter().filter(|sample| holds(sample)).collect();
        (name, Figures::of(&own), auc_interval(&own))
    });
    let rows = parts.iter().map(|(name, figures, interval)| row(name, figures, *interval));
    let header =
        ["", "items", "disputed", "accounts", "AUC", "90%", "top 10%", "lift", "flagged", "precision", "recall"];
    let mut text = table(&header, &[1, 2, 3, 4, 6, 7, 8, 9, 10], rows);
    let bins = parts[0].1.bins.iter().map(|bin| {
        vec![
            format!("{}–{}%", percent(bin.from), percent(bin.to)),
            bin.samples.to_string(),
            format!("{}%", percent(bin.predicted)),
            format!("{}%", percent(bin.observed)),
        ]
    });
    text += &format!("\nCalibration\n{}", table(&["score", "items", "predicted", "disputed"], &[1, 2, 3], bins));
    let values = parts.iter().map(|(name, figures, interval)| ((*name).to_owned(), value(figures, *interval)));
    (text, Value::Object(values.collect()))
}

fn row(name: &str, figures: &Figures, interval: Option<(f64, f64)>) -> Vec<String> {
    let share = |share: Option<f64>| share.map_or_else(|| "–".to_owned(), |share| format!("{}%", percent(share)));
    let number = |number: Option<f64>, digits| number.map_or_else(|| "–".to_owned(), |n: f64| format!("{n:.digits$}"));
    vec![
        name.to_owned(),
        figures.samples.to_string(),
        figures.disputed.to_string(),
        figures.accounts.to_string(),
        number(figures.auc, 3),
        interval.map_or_else(String::new, |(low, high)| format!("{low:.2}–{high:.2}")),
        share(figures.top.precision),
        number(figures.top.lift, 2),
        figures.flagged.number.to_string(),
        share(figures.flagged.precision),
        share(figures.flagged.recall),
    ]
}

fn percent(share: f64) -> f64 {
    (share * 100.0).round()
}

fn value(figures: &Figures, interval: Option<(f64, f64)>) -> Value {
    json!({
        "items": figures.samples, "disputed": figures.disputed, "accounts": figures.accounts,
        "auc": rounded(figures.auc), "auc_low": rounded(interval.map(|i| i.0)), "auc_high": rounded(interval.map(|i| i.1)),
        "top": cut(&figures.top), "flagged": cut(&figures.flagged),
        "calibration": figures.bins.iter().map(bin).collect::<Vec<_>>(),
    })
}

fn cut(cut: &Cut) -> Value {
    json!({
        "items": cut.number, "precision": rounded(cut.precision), "recall": rounded(cut.recall), "lift": rounded(cut.lift),
    })
}

fn bin(bin: &Bin) -> Value {
    json!({
        "from": bin.from, "to": bin.to, "items": bin.samples,
        "predicted": rounded(Some(bin.predicted)), "disputed": rounded(Some(bin.observed)),
    })
}

/// Four digits are more than such figures can bear.
fn rounded(number: Option<f64>) -> Option<f64> {
    number.map(|number| (number * 10_000.0).round() / 10_000.0)
}
