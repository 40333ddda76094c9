//! `duly sweep`: decide who is due, commit, and send.

use chrono::NaiveDate;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use tokio_util::sync::CancellationToken;

use super::{
    Author, Done, Outcome,
    deliver::{describe, halted},
    output::{count, print},
    plan::meanings,
};
use crate::{
    app::{App, Failure},
    settings::Target,
    sweep::SweepReport,
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Sweep for a date in the past instead of today
    #[arg(long, value_name = "DATE")]
    as_of: Option<NaiveDate>,
    /// Decide and commit, but leave sending to the next delivery
    #[arg(long)]
    no_send: bool,
    /// Allow a sweep that was held back for its size
    #[arg(long)]
    release: bool,
    #[command(flatten)]
    author: Author,
}

pub async fn run(app: &App, args: &Args) -> Outcome {
    let as_of = args.as_of.unwrap_or_else(|| app.today());
    if as_of > app.today() {
        return Err(Failure::Input(format!("{as_of} is in the future; `duly plan --as-of` shows what it would bring")));
    }
    if as_of < app.today() && app.settings.delivery.to == Target::Smtp && !args.no_send {
        eprintln!("Note: this sends what was due on {as_of}, with the facts of that day and not of today.");
    }
    let now = app.clock.now();
    if args.release {
        app.store.release_sweep(&args.author.name()?, now).await?;
    }
    let lock = match app.lock() {
        Ok(lock) => lock,
        Err(_) if args.release => {
            print("Released. The running daemon sweeps and sends within a minute.\n");
            return Ok(Done::Well);
        }
        Err(failure) => return Err(failure),
    };
    let sweeper = app.sweeper();
    let from = sweeper.sending_from(as_of, now);
    let report = sweeper.sweep(as_of, (now, from), args.release, &mut ChaCha20Rng::from_os_rng()).await?;
    print(&page(&report));
    if let Some(why) = &report.held_back {
        print(&format!(
            "\nHeld back: {why}. Nothing was written or sent.\n\
             Look at it with `duly plan`, then allow it with `duly sweep --release`.\n"
        ));
        return Ok(Done::Held);
    }
    if args.no_send {
        return Ok(if report.notices == 0 && report.held > 0 { Done::Held } else { Done::Well });
    }
    let delivery = app.deliverer(Some(as_of))?.deliver(&CancellationToken::new()).await?;
    print(&describe(&delivery));
    drop(lock);
    halted(&delivery)?;
    Ok(if delivery.sent == 0 && report.notices == 0 && report.held > 0 { Done::Held } else { Done::Well })
}

/// What the sweep came to, with the reasons.
pub fn page(report: &SweepReport) -> String {
    let notices = count(report.notices, "notice", "notices");
    let held = count(report.held, "account held", "accounts held");
    format!("Sweep for {}: {notices}, {held}\n", report.as_of) + &meanings(&report.reasons)
}
