//! `duly report judgement`: what staff found in the cases that duly opened, against how they were assessed.

use serde_json::{Value, json};

use super::{evaluate::everything, quality::quality, report::Rendered};
use crate::{
    app::{App, Failure},
    domain::{
        case::CaseFact,
        evaluation::samples::{judged, was_confirmed, was_upheld},
    },
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// What counts as a hit.
type Judge = fn(&CaseFact) -> Option<bool>;

const JUDGES: [(&str, &str, Judge); 2] = [
    ("confirmed", "Cases that a person confirmed, against those dismissed", was_confirmed),
    ("upheld", "Cases in which the customer was right, against the others that were resolved", was_upheld),
];

pub async fn judgement(app: &App) -> Result<Rendered, Failure> {
    let accounts = everything(app).await?;
    let mut text = String::new();
    let mut values = serde_json::Map::new();
    for (name, title, judge) in JUDGES {
        let samples: Vec<_> = accounts
            .iter()
            .flat_map(|facts| judged(facts, &app.rules.policy_of(&facts.account).policy, judge))
            .collect();
        let (tables, value) = match samples.as_slice() {
            [] => (
                "None yet: only what duly suspected counts, once a person confirmed or dismissed it.\n".to_owned(),
                Value::Null,
            ),
            samples => quality(samples),
        };
        text += &format!("{title}\n{tables}\n");
        values.insert(name.to_owned(), value);
    }
    Ok((text.trim_end().to_owned() + "\n", json!({ "company": app.settings.company.code, "judgement": values })))
}
