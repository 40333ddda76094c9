//! `duly tasks`: everything that waits for a person, in one list.

use chrono::NaiveDate;

use super::{
    Done, Outcome,
    output::{count, print, table},
};
use crate::{
    app::App,
    tasks::{Task, waiting},
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// What waits on this date instead of today; only facts effective up to it count
    #[arg(long, value_name = "DATE", value_parser = super::date)]
    as_of: Option<NaiveDate>,
}

pub async fn run(app: &App, args: &Args) -> Outcome {
    let tasks = waiting(app, args.as_of.unwrap_or_else(|| app.today())).await?;
    if tasks.is_empty() {
        print("Nothing waits for a person.\n");
    } else {
        let number = count(tasks.len() as u64, "thing waits", "things wait");
        let row = |Task { kind, what, to_do, .. }: Task| vec![kind.code().to_owned(), what, to_do];
        let rows = tasks.into_iter().map(row);
        print(&format!("{number} for a person\n{}", table(&["", "what", "to do"], &[], rows)));
    }
    Ok(Done::Well)
}
