//! `duly report judgement`: what staff found in the cases that duly opened, against how they were assessed.

use serde_json::{Value, json};

use super::{
    quality::quality,
    report::{Rendered, ledger},
};
use crate::{
    app::{App, Failure},
    reports::judgement::JUDGES,
    store::snapshot::Horizon,
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

pub async fn judgement(app: &App) -> Result<Rendered, Failure> {
    let ledger = ledger(app, Horizon::everything(app.today())).await?;
    let mut text = String::new();
    let mut values = serde_json::Map::new();
    for ((name, title, _), samples) in JUDGES.into_iter().zip(&ledger.judged) {
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
