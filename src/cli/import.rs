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
    intake::{
        Kind, Map,
        take::{Order, TakeError, Taken, take},
    },
    store::{
        import::Merged,
        warnings::{Doubt, Warning},
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
    let map = args.map.as_ref().map(|name| load_map(app, name)).transpose()?.map(Arc::new);
    for file in &args.files {
        let progress = Arc::new(AtomicU64::new(0));
        let bar = progress_bar(file, &progress);
        let order = Order {
            file,
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

/// Reads a map by its name.
pub fn load_map(app: &App, name: &str) -> Result<Map, Failure> {
    let folder = app.settings.path(&app.settings.files.maps);
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    let path = folder.join(format!("{name}.toml"));
    if !plain || !path.is_file() {
        let entries = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        let mut known: Vec<String> =
            entries.filter_map(|entry| Some(entry.path().file_stem()?.to_string_lossy().into_owned())).collect();
        known.sort();
        let there = folder.display();
        return Err(Failure::Input(format!("there is no map `{name}` in {there}; there are: {}", known.join(", "))));
    }
    let text = std::fs::read_to_string(&path)?;
    Map::parse(name, &text).map_err(|error| Failure::Input(format!("{}: {error}", path.display())))
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
        let name = merged.kind.strip_suffix("_fact").unwrap_or(merged.kind);
        vec![
            name.to_owned(),
            merged.new.to_string(),
            merged.known.to_string(),
            merged.changed.to_string(),
            totals.join("  "),
        ]
    });
    text += &table(&["facts", "new", "known", "changed", "total"], &[1, 2, 3, 4], rows);
    taken.merged.iter().for_each(|merged| text += &changes(merged));
    taken.merged.iter().for_each(|merged| text += &warnings(app, merged));
    print(&text);
    Ok(())
}

/// The corrections, so that nobody wonders why a notice changed.
fn changes(merged: &Merged) -> String {
    let mut text = String::new();
    for change in &merged.changes {
        let values: Vec<String> = change
            .values
            .iter()
            .map(|(column, before, now)| format!("{column} {} → {}", shown(before), shown(now)))
            .collect();
        text += &format!("  line {}: {} changed: {}\n", change.line, printable(&change.number), values.join(", "));
    }
    match merged.changed - merged.changes.len() as i64 {
        more if more > 0 => text + &format!("  … and {more} more changed\n"),
        _ => text,
    }
}

/// What was taken, but is hardly meant so.
fn warnings(app: &App, merged: &Merged) -> String {
    let (one, many) = match merged.kind {
        "account_fact" => ("account", "accounts"),
        "credit" => ("credit", "credits"),
        _ => ("payment", "payments"),
    };
    let line = |warning: &Warning| {
        let rows = count(warning.count.unsigned_abs(), one, many);
        let more = if warning.count > warning.numbers.len() as i64 { ", …" } else { "" };
        let known = match warning.kind {
            Doubt::PolicyUnknown => {
                let names: Vec<&str> = app.rules.named.keys().map(String::as_str).collect();
                let standard = app.rules.standard.policy.name.as_str();
                format!(
                    " (there are: {}; the standard policy is followed)",
                    [&[standard], &names[..]].concat().join(", ")
                )
            }
            _ => String::new(),
        };
        format!("  warning: {rows} {}: {}{more}{known}\n", warning.kind, printable(&warning.numbers.join(", ")))
    };
    merged.warnings.iter().map(line).collect()
}

fn shown(value: &str) -> String {
    if value.is_empty() { "(empty)".to_owned() } else { printable(value) }
}
