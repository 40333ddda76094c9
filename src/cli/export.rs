//! `duly export adjustments`: what the accounting system should book.

use std::path::PathBuf;

use chrono::NaiveDate;

use super::{Done, Outcome, output::print};
use crate::{
    app::{App, Failure},
    domain::{calendar::instant, money::Money},
    reports::csv::harmless,
    store::adjustments::Adjustment,
};

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Discounts granted and reversed, as CSV
    Adjustments {
        /// Only what was recorded on or after this date
        #[arg(long, value_name = "DATE", value_parser = super::date)]
        since: Option<NaiveDate>,
        /// Write to a file instead of standard output
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

pub async fn run(app: &App, command: Command) -> Outcome {
    let Command::Adjustments { since, out } = command;
    let since = since.map(|date| instant(app.settings.company.zone, date.and_time(chrono::NaiveTime::MIN)));
    let text = csv(&app.store.adjustments(since).await?).map_err(|error| Failure::Failed(error.to_string()))?;
    match out {
        None => print(&text),
        Some(file) => std::fs::write(file, text)?,
    }
    Ok(Done::Well)
}

fn csv(adjustments: &[Adjustment]) -> Result<String, Box<dyn std::error::Error>> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer
        .write_record(["invoice", "account", "date", "kind", "currency", "gross", "net", "tax", "reason", "notice"])?;
    for adjustment in adjustments {
        let money = |minor| Money::new(minor, adjustment.gross.currency).to_string();
        writer.write_record([
            harmless(&adjustment.invoice),
            harmless(&adjustment.account),
            adjustment.date.to_string(),
            adjustment.kind.clone(),
            adjustment.gross.currency.to_string(),
            money(adjustment.gross.minor),
            money(adjustment.gross.minor - adjustment.tax),
            money(adjustment.tax),
            harmless(&adjustment.source),
            adjustment.notice.map(|notice| notice.to_string()).unwrap_or_default(),
        ])?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}
