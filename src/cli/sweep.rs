//! `duly sweep`: decide who is due, commit, and send.

use chrono::{DateTime, NaiveDate, Utc};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use tokio_util::sync::CancellationToken;

use super::{
    Author, Done, Outcome,
    deliver::tell,
    output::{aside, count, print},
    plan::meanings,
};
use crate::{
    app::{App, Failure},
    settings::Target,
    store::{engine::Engine, health::Check},
    sweep::SweepReport,
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Sweep for a date in the past instead of today
    #[arg(long, value_name = "DATE", value_parser = super::date)]
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
        aside(&format!("Note: this sends what was due on {as_of}, with the facts of that day and not of today."));
    }
    let now = app.clock.now();
    let released = if args.release { release(app, &args.author.name()?, now).await? } else { Released::default() };
    let work = match app.at_work().await {
        Ok(work) => work,
        Err(_) if args.release && app.store.engine() == Engine::Sqlite => {
            print(match released.held_back {
                true => "Released. The running daemon sweeps and sends within a minute.\n",
                false => "Nothing is held back. The running daemon sweeps on its schedule.\n",
            });
            return Ok(Done::Well);
        }
        Err(failure) => return Err(failure),
    };
    if args.release && !released.any() {
        print("Nothing is held back, so nothing was released: this sweep keeps to the limits.\n");
    }
    app.store.check(Check::Quick).await?;
    let sweeper = app.sweeper();
    let from = sweeper.sending_from(as_of, now);
    let by = (work.presence.worker().id(), &mut ChaCha20Rng::from_os_rng());
    let report = sweeper.sweep(as_of, from, released.any(), by).await?;
    print(&page(&report));
    let delivery = match report.held_back.is_none() && !args.no_send {
        true => Some(app.deliverer(&work, Some(as_of))?.deliver(&CancellationToken::new()).await?),
        false => None,
    };
    work.presence.leave().await?;
    if let Some(why) = &report.held_back {
        print(&format!(
            "\nHeld back: {why}. Nothing was written or sent.\n\
             Look at it with `duly plan`, then allow it with `duly sweep --release`.\n"
        ));
        return Ok(Done::Held);
    }
    let Some(delivery) = delivery else {
        return Ok(if report.notices == 0 && report.held > 0 { Done::Held } else { Done::Well });
    };
    let done = tell(app, &delivery).await?;
    if done == Done::Held {
        return Ok(done);
    }
    Ok(if delivery.sent == 0 && report.notices == 0 && report.held > 0 { Done::Held } else { Done::Well })
}

/// What a person's word lifts.
#[derive(Debug, Clone, Copy, Default)]
struct Released {
    /// A sweep that was held back.
    held_back: bool,
    /// The first notices over this ledger: they would be held back in any case.
    first: bool,
}

impl Released {
    fn any(self) -> bool {
        self.held_back || self.first
    }
}

async fn release(app: &App, by: &str, now: DateTime<Utc>) -> Result<Released, Failure> {
    let held_back = app.store.release_sweep(by, now).await?.is_some();
    Ok(Released { held_back, first: app.store.usual_notices().await?.is_none() })
}

/// What the sweep came to, with the reasons.
pub fn page(report: &SweepReport) -> String {
    let notices = count(report.notices, "notice", "notices");
    let held = count(report.held, "account held", "accounts held");
    let unreadable = match report.unreadable {
        0 => String::new(),
        number => format!("{} cannot be read: see `duly tasks`\n", count(number, "account", "accounts")),
    };
    format!("Sweep for {}: {notices}, {held}\n{unreadable}", report.as_of) + &meanings(&report.reasons)
}
