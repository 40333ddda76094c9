//! The command line: one file a command. Data on standard output, logs on standard error.
//!
//! Exit codes: 0 done, 1 failed, 2 usage or invalid input, 3 nothing was sent because something
//! is held, or sending stopped until a person resumes it.

use std::{path::PathBuf, process::ExitCode};

use chrono::NaiveDate;
use clap::{Parser, Subcommand};

use crate::{
    app::{App, Failure},
    clock::Clock,
    telemetry::{self, LogFormat},
};
use record::Author;

mod backup;
mod case;
mod check;
mod contact;
mod deliver;
mod demo;
mod doubt;
mod evaluate;
mod export;
mod hold;
mod import;
mod inbox;
mod init;
mod migrate;
mod move_;
mod output;
mod plan;
mod preview;
mod promise;
mod quality;
mod record;
mod replay;
mod report;
mod report_causes;
mod report_delivery;
mod report_judgement;
mod run;
mod sweep;
mod tasks;
mod term;
mod user;
mod verify;
mod why;
mod why_assessed;

/// A courteous accounts-receivable dunning daemon.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
pub struct Cli {
    /// Settings file
    #[arg(long, global = true, env = "DULY_CONFIG", default_value = "config/duly.toml", value_name = "FILE")]
    config: PathBuf,
    /// What to log, e.g. `info` or `duly=debug` [default: info for `run`, else warn]
    #[arg(long, global = true, env = "DULY_LOG", value_name = "FILTER")]
    log: Option<String>,
    /// How log lines look
    #[arg(long, global = true, env = "DULY_LOG_FORMAT", default_value = "text", value_name = "FORMAT")]
    log_format: LogFormat,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Try everything on an invented ledger; mails go to a folder
    Demo(demo::Args),
    /// Write settings, policy, wording and maps into a folder
    Init(init::Args),
    /// Check all settings and wording, and say what they mean
    Check(check::Args),
    /// Bring the database to the tables of this program, after an upgrade
    Migrate(migrate::Args),
    /// Take files of the accounting system into the ledger
    Import(import::Args),
    /// Show what a sweep would do, and why
    Plan(plan::Args),
    /// Decide who is due, and send
    Sweep(sweep::Args),
    /// Send what is ready
    Deliver(deliver::Args),
    /// Run as a daemon: sweep on schedule and send
    Run(run::Args),
    /// Take the mails that came in: bounces, complaints, answers
    Inbox(inbox::Args),
    /// Explain an account or an invoice
    Why(why::Args),
    /// Show the mail that an account would get
    Preview(preview::Args),
    /// What waits for a person
    Tasks(tasks::Args),
    /// Work for people: from the first suspicion to the follow-up
    #[command(subcommand)]
    Case(case::Command),
    /// The customer's word to pay: add, end, list
    #[command(subcommand)]
    Promise(promise::Command),
    /// What was agreed on an account beyond its policy: add, end, list
    #[command(subcommand)]
    Term(term::Command),
    /// Holds that a person sets: add, end, list
    #[command(subcommand)]
    Hold(hold::Command),
    /// Addresses that a person adds: add, end
    #[command(subcommand)]
    Contact(contact::Command),
    /// Who may sign in to the console: add, invite, change, list
    #[command(subcommand)]
    User(user::Command),
    /// Write a copy of the whole database into a file, while the daemon runs
    Backup(backup::Args),
    /// Move everything to another database: from SQLite to PostgreSQL, or back
    Move(move_::Args),
    /// Notices that may have arrived: list, resend, accept
    #[command(subcommand)]
    Doubt(doubt::Command),
    /// How good the assessment would have been on a ledger whose disputes are known
    Evaluate(evaluate::Args),
    /// Figures: ageing, discounts, delivery, causes, judgement
    #[command(subcommand)]
    Report(report::Command),
    /// What the books should take over
    #[command(subcommand)]
    Export(export::Command),
    /// Check that what is kept is right, and that nothing was changed afterwards
    Verify(verify::Args),
    /// Do a past sweep again and compare
    Replay(replay::Args),
}

/// How a command ended when it did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Done {
    Well,
    /// Nothing was sent because something is held, or sending stopped until a person resumes it.
    Held,
}

type Outcome = Result<Done, Failure>;

/// Runs a command and returns its exit code.
pub fn run(cli: Cli) -> ExitCode {
    let usual = if matches!(cli.command, Command::Run(_)) { "info,tokio_cron_scheduler=warn" } else { "warn" };
    telemetry::start(cli.log.as_deref().unwrap_or(usual), cli.log_format);
    #[cfg(debug_assertions)]
    if let Err(why) = crate::failpoint::arm() {
        eprintln!("duly: {why}");
        return ExitCode::from(2);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(dispatch(cli)),
        Err(error) => Err(Failure::Failed(format!("the runtime cannot start: {error}"))),
    };
    match outcome {
        Ok(Done::Well) => ExitCode::SUCCESS,
        Ok(Done::Held) => ExitCode::from(3),
        Err(failure) => {
            output::aside(&format!("duly: {failure}"));
            ExitCode::from(if matches!(failure, Failure::Input(_)) { 2 } else { 1 })
        }
    }
}

async fn dispatch(cli: Cli) -> Outcome {
    match cli.command {
        Command::Demo(args) => return demo::run(args).await,
        Command::Init(args) => return init::run(&args),
        Command::Backup(args) => return backup::run(&cli.config, &args).await,
        Command::Move(args) => return move_::run(&cli.config, &args).await,
        Command::Migrate(args) => return migrate::run(&cli.config, &args).await,
        _ => {}
    }
    // Only what decides by a policy makes it a version; others look.
    let decides = matches!(cli.command, Command::Import(_) | Command::Sweep(_) | Command::Deliver(_) | Command::Run(_));
    let app = match decides {
        _ if matches!(cli.command, Command::Run(_)) => App::open_patiently(&cli.config, Clock::System).await?,
        true => App::open(&cli.config, Clock::System).await?,
        false => App::open_to_look(&cli.config, Clock::System).await?,
    };
    let outcome = match cli.command {
        Command::Demo(_) | Command::Init(_) | Command::Migrate(_) | Command::Backup(_) | Command::Move(_) => {
            Ok(Done::Well)
        }
        Command::Check(args) => check::run(&app, &args).await,
        Command::Import(args) => import::run(&app, args).await,
        Command::Plan(args) => plan::run(&app, &args).await,
        Command::Sweep(args) => sweep::run(&app, &args).await,
        Command::Deliver(args) => deliver::run(&app, &args).await,
        Command::Run(args) => run::run(&app, &args).await,
        Command::Inbox(args) => inbox::run(&app, &args).await,
        Command::Why(args) => why::run(&app, &args).await,
        Command::Preview(args) => preview::run(&app, &args).await,
        Command::Tasks(args) => tasks::run(&app, &args).await,
        Command::Case(command) => case::run(&app, command).await,
        Command::Promise(command) => promise::run(&app, command).await,
        Command::Term(command) => term::run(&app, command).await,
        Command::Hold(command) => hold::run(&app, command).await,
        Command::Contact(command) => contact::run(&app, command).await,
        Command::User(command) => user::run(&app, command).await,
        Command::Doubt(command) => doubt::run(&app, command).await,
        Command::Evaluate(args) => evaluate::run(&app, &args).await,
        Command::Report(command) => report::run(&app, command).await,
        Command::Export(command) => export::run(&app, command).await,
        Command::Verify(args) => verify::run(&app, &args).await,
        Command::Replay(args) => replay::run(&app, &args).await,
    };
    app.store.close().await;
    outcome
}

/// The date of a command, and what was known then.
#[derive(Debug, Clone, clap::Args)]
struct When {
    /// Decide for this date instead of today; only facts effective up to it count
    #[arg(long, value_name = "DATE", value_parser = date)]
    as_of: Option<NaiveDate>,
    /// Count only what had been recorded up to the end of this date
    #[arg(long, value_name = "DATE", value_parser = date)]
    as_known_on: Option<NaiveDate>,
}

impl When {
    async fn horizon(&self, app: &App) -> Result<crate::store::snapshot::Horizon, Failure> {
        use crate::{domain::calendar, store::snapshot::Horizon};
        let mut horizon = Horizon::everything(self.as_of.unwrap_or_else(|| app.today()));
        if let Some(known_on) = self.as_known_on {
            let next = calendar::plus_days(known_on, 1).and_time(chrono::NaiveTime::MIN);
            horizon.recorded = calendar::instant(app.settings.company.zone, next) - chrono::Duration::microseconds(1);
            horizon.batch = app.store.known_at(horizon.recorded).await?;
        }
        Ok(horizon)
    }
}

/// A date on the command line.
fn date(text: &str) -> Result<NaiveDate, String> {
    text.parse().map_err(|_| "expected a date as YYYY-MM-DD, like 2026-11-20".to_owned())
}
