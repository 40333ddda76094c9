//! `duly replay`: does a past sweep again, with what was known then.

use chrono::NaiveDate;
use serde::Serialize;

use super::{
    Done, Outcome,
    output::{count, print, printable},
};
use crate::{
    app::{App, Failure},
    proof::replay::{Divergence, Replayed, replay},
    store::StoreError,
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Number of the sweep, or its date
    #[arg(value_parser = which)]
    sweep: Which,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Which sweep is meant.
#[derive(Debug, Clone, Copy)]
enum Which {
    Number(i64),
    /// The newest one for a date.
    Date(NaiveDate),
}

/// Documented in docs/JSON.md.
#[derive(Debug, Serialize)]
struct ReplayJson<'a> {
    sweep: i64,
    as_of: String,
    accounts: u64,
    same: bool,
    differences: Vec<DivergenceJson<'a>>,
}

#[derive(Debug, Serialize)]
struct DivergenceJson<'a> {
    account: &'a str,
    what: &'a str,
    kept: &'a str,
    computed: &'a str,
}

pub async fn run(app: &App, args: &Args) -> Outcome {
    let sweep = match args.sweep {
        Which::Number(number) => number,
        Which::Date(date) => {
            let none = || Failure::Input(format!("no sweep for {date} decided anything"));
            app.store.sweep_on(date).await?.ok_or_else(none)?
        }
    };
    let replayed = replay(&app.sweeper(), sweep).await.map_err(|error| match error {
        StoreError::Refused(why) => Failure::Input(why),
        error => error.into(),
    })?;
    if args.json {
        print(&(json(&replayed).map_err(|error| Failure::Failed(error.to_string()))? + "\n"));
    } else {
        replayed.divergences.iter().for_each(|found| print(&said(found)));
    }
    match replayed.divergences.len() as u64 {
        0 => Ok(Done::Well),
        number => {
            let what = count(number, "thing comes", "things come");
            Err(Failure::Failed(format!("{what} out differently than sweep {} recorded", replayed.sweep)))
        }
    }
}

fn which(text: &str) -> Result<Which, String> {
    let date = || text.parse().map(Which::Date).ok();
    text.parse()
        .map(Which::Number)
        .ok()
        .or_else(date)
        .ok_or_else(|| "expected a number or a date as YYYY-MM-DD".to_owned())
}

fn json(replayed: &Replayed) -> serde_json::Result<String> {
    let differences = replayed.divergences.iter().map(|found| DivergenceJson {
        account: &found.account,
        what: found.what,
        kept: &found.kept,
        computed: &found.computed,
    });
    serde_json::to_string(&ReplayJson {
        sweep: replayed.sweep,
        as_of: replayed.as_of.to_string(),
        accounts: replayed.accounts,
        same: replayed.divergences.is_empty(),
        differences: differences.collect(),
    })
}

fn said(found: &Divergence) -> String {
    let Divergence { account, what, kept, computed } = found;
    format!("{} {what}\n  kept      {}\n  computed  {}\n", printable(account), printable(kept), printable(computed))
}
