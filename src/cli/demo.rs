//! `duly demo`: everything, on an invented ledger.
//!
//! A seed makes 400 accounts and their invoices. The last 120 days are played with a clock that is
//! set: the files of each business day are imported, the sweep decides, mails go into a folder,
//! and customers answer as people do. The same seed tells the same story.

mod diary;
mod folder;
mod ledger;
mod names;
mod next;
mod pdf;
mod people;
mod play;
mod plots;
mod samples;
mod serve;
mod story;
mod town;

use std::path::PathBuf;

use chrono::NaiveDate;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use super::{
    Done, Outcome,
    output::{aside, print},
};
use crate::{app::App, clock::Clock, domain::calendar::instant};

/// The last day of the demo, a business day. The system's clock is never read.
const END: NaiveDate = date(2026, 6, 30);

/// The first day that is played, 120 days before.
const START: NaiveDate = date(2026, 3, 2);

/// How far the ledger goes back from the last day.
const DAYS_OF_LEDGER: i64 = 260;

const fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    match NaiveDate::from_ymd_opt(year, month, day) {
        Some(date) => date,
        None => NaiveDate::MAX,
    }
}

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder to write into; one that an earlier demo made is replaced
    #[arg(long, value_name = "DIR", default_value = "duly-demo")]
    out: PathBuf,
    /// Another seed tells another story
    #[arg(long, value_name = "N", default_value_t = 7)]
    seed: u64,
    /// Then serve the customers' pages at this port of this machine and the console at the next one, until Ctrl-C
    #[arg(long, value_name = "PORT", num_args = 0..=1, default_missing_value = "8081", value_parser = clap::value_parser!(u16).range(1..65_535))]
    serve: Option<u16>,
}

pub async fn run(args: Args) -> Outcome {
    folder::prepare(&args.out, args.serve.unwrap_or(8081))?;
    aside(&format!("Playing 120 days of an invented company into {} …", args.out.display()));
    let clock = Clock::set_to(instant(chrono_tz::Europe::London, START.and_hms_opt(6, 0, 0).unwrap_or_default()));
    let mut app = App::open(&args.out.join("config").join("duly.toml"), clock).await?;
    let mut random = ChaCha20Rng::seed_from_u64(args.seed);
    let customers = ledger::make(&mut random);
    let mut town = town::Town::new(customers, random);
    let deeds = plots::plan(&mut town);
    let tokens = ChaCha20Rng::seed_from_u64(args.seed.wrapping_add(1));
    let (played, town) = play::Play::new(&mut app, &args.out, town, deeds, tokens).run().await?;
    let text = story::tell(&app, &args, &played, &town).await?;
    print(&text);
    if args.serve.is_some() {
        serve::serve(&app).await?;
    }
    app.store.close().await;
    Ok(Done::Well)
}
