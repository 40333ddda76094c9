//! `duly import`: files of the accounting system become facts.

use std::{
    io::IsTerminal,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};

use super::{
    Done, Outcome,
    output::{count, print, printable, table},
};
use crate::{
    app::{App, Failure},
    filework::changes,
    intake::{
        Kind,
        take::{Order, TakeError, Taken, take},
    },
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// CSV files, each taken whole or not at all
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// accounts, invoices, payments, credits or events
    #[arg(long)]
    kind: Kind,
    /// Read another layout, described in maps/NAME.toml
    #[arg(long, value_name = "NAME")]
    map: Option<String>,
    /// Show what would be taken, and take nothing
    #[arg(long)]
    dry_run: bool,
}

pub async fn run(app: &App, args: Args) -> Outcome {
    let map = args.map.as_ref().map(|name| app.load_map(name)).transpose().map_err(Failure::Input)?.map(Arc::new);
    for file in &args.files {
        let progress = Arc::new(AtomicU64::new(0));
        let bar = progress_bar(file, &progress);
        let order = Order {
            file,
            name: &file.to_string_lossy(),
            author: None,
            kind: args.kind,
            map: map.clone(),
            dry_run: args.dry_run,
            today: app.today(),
            now: app.clock.now(),
            progress,
        };
        let taken = take(&app.store, &app.rules, order).await;
        if let Some(bar) = bar {
            bar.abort();
        }
        report(app, file, args.dry_run, &taken.map_err(|error| failure(file, error))?)?;
    }
    Ok(Done::Well)
}

fn failure(file: &Path, error: TakeError) -> Failure {
    match error {
        TakeError::File(error) => {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
            Failure::Input(format!("{}: {error}{cause}", file.display()))
        }
        error => Failure::Failed(format!("{}: {error}", file.display())),
    }
}

/// A bar on a terminal only.
fn progress_bar(file: &Path, read: &Arc<AtomicU64>) -> Option<tokio::task::JoinHandle<()>> {
    let size = std::fs::metadata(file).ok().map(|meta| meta.len())?;
    if !std::io::stderr().is_terminal() {
        return None;
    }
    let bar = ProgressBar::new(size);
    let style = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {bytes_per_sec} {eta}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let read = Arc::clone(read);
    Some(tokio::spawn(async move {
        loop {
            bar.set_position(read.load(Ordering::Relaxed));
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }))
}

fn report(app: &App, file: &Path, dry_run: bool, taken: &Taken) -> Result<(), Failure> {
    let name = file.display().to_string();
    let bad = &taken.reading.bad;
    if !bad.is_empty() {
        let rows = count(bad.count(), "row is wrong", "rows are wrong");
        return Err(Failure::Input(format!("{rows}; nothing was taken\n{}", bad.report(&name))));
    }
    let heading = if dry_run { "would be taken (dry run, nothing was changed)" } else { "taken" };
    let mut text = format!("{name}: {} {heading}\n", count(taken.reading.rows, "row", "rows"));
    if taken.reading.merged > 0 {
        text += &format!("  {} combined with an earlier row of the same number\n", taken.reading.merged);
    }
    for (reason, number) in taken.reading.skipped.reasons() {
        text += &format!("  {} left out: {}\n", count(number, "row", "rows"), printable(reason));
    }
    if !taken.reading.extra_columns.is_empty() {
        text += &format!("  columns not used: {}\n", printable(&taken.reading.extra_columns.join(", ")));
    }
    let rows = taken.merged.iter().map(|merged| {
        let totals: Vec<String> = merged.totals.values().map(|money| format!("{money} {}", money.currency)).collect();
        vec![
            merged.facts().to_owned(),
            merged.new.to_string(),
            merged.known.to_string(),
            merged.changed.to_string(),
            totals.join("  "),
        ]
    });
    text += &table(&["facts", "new", "known", "changed", "total"], &[1, 2, 3, 4], rows);
    let changes = taken.merged.iter().flat_map(changes);
    let warnings = taken.merged.iter().flat_map(|merged| app.warnings(merged));
    for line in changes.chain(warnings.map(|warning| format!("warning: {warning}"))) {
        text += &format!("  {}\n", printable(&line));
    }
    print(&text);
    Ok(())
}
