//! Where to look next: commands that work as they are printed.

use std::path::Path;

use chrono::Duration;

use super::{Args, END, story::Told};
use crate::{
    app::{App, Failure},
    domain::{notice::State, plan::Outcome},
    store::snapshot::Horizon,
};

pub async fn commands(app: &App, args: &Args, told: &[Told]) -> Result<String, Failure> {
    let config = args.out.join("config").join("duly.toml");
    let duly = format!("{} --config {}", quoted(&program()), quoted(&config));
    let mut text = format!(
        "\nWHERE TO LOOK NEXT\n  the mails     {}\n  the files     {}\n  in a browser  the same again with `--serve`\n",
        shown(&args.out, "mails"),
        shown(&args.out, "ledger")
    );
    let mut line = |why: String, command: String| text += &format!("  # {why}\n  {duly} {command}\n");
    if let Some(told) = telling(told) {
        let number = &told.snapshot.facts.account.number;
        line(format!("everything about {number}: a case, notices, decisions"), format!("why {number} --as-of {END}"));
    }
    line("possible protests with their evidence".into(), "case list --all".into());
    line("what waits for a person".into(), format!("tasks --as-of {END}"));
    if let Some((date, account)) = coming(app).await? {
        let date = date.to_string();
        line(format!("the mail that {account} would get on {date}"), format!("preview {account} --as-of {date}"));
        line("all that the sweep of that day would do".into(), format!("plan --as-of {date}"));
    }
    line("what the books should take over, as CSV".into(), "export adjustments".into());
    line("what every setting means".into(), "check".into());
    Ok(text)
}

/// An account with a story: a case and a notice that was sent, or as much as possible of it.
fn telling(told: &[Told]) -> Option<&Told> {
    let sent = |told: &Told| told.notices.iter().filter(|notice| notice.state == State::Sent).count();
    told.iter().max_by_key(|told| {
        let facts = &told.snapshot.facts;
        (facts.cases.len().min(1) + sent(told).min(1), told.reasons.len(), std::cmp::Reverse(facts.invoices.len()))
    })
}

/// The first notice of the days after the last one.
async fn coming(app: &App) -> Result<Option<(chrono::NaiveDate, String)>, Failure> {
    for date in (1..=7).map(|days| END + Duration::days(days)) {
        let mut first = None;
        let take = |_: &_, decision: crate::domain::plan::Decision| {
            if matches!(decision.outcome, Outcome::Notice { .. }) {
                first.get_or_insert(decision.account);
            }
        };
        app.sweeper().plan(Horizon::everything(date), take).await?;
        if let Some(account) = first {
            return Ok(Some((date, account)));
        }
    }
    Ok(None)
}

fn shown(out: &Path, name: &str) -> String {
    out.join(name).display().to_string()
}

/// This program as it can be called from here.
fn program() -> std::path::PathBuf {
    let Ok(program) = std::env::current_exe() else { return "duly".into() };
    let here = std::env::current_dir().unwrap_or_default();
    program.strip_prefix(&here).map(Path::to_owned).unwrap_or(program)
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@".contains(c);
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}
