//! The fault campaign: duly is killed at its failpoints and at any moment, thousands of times, and in the end every
//! notice that the ledger asks for was sent, or stands where a person sees it; and nobody got two, save for doubts on
//! record.
//!
//! `cargo test --test faults` runs the short form, `scripts/faults` the long one.

mod check;
mod engine;
mod facts;
mod life;
mod mood;
#[path = "../support/smtp.rs"]
#[expect(dead_code, reason = "the relay can do more than these tests ask of it")]
mod smtp;
mod storm;
mod tally;
mod world;

use std::{
    process::ExitCode,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use clap::{Parser, ValueEnum};
use rand::{Rng, SeedableRng};

use crate::{engine::Engine, tally::Tally};

#[derive(Parser)]
struct Args {
    /// How often to kill, on each engine
    #[arg(long, default_value_t = 300)]
    kills: usize,
    /// Begin nothing new after so long, however many were killed
    #[arg(long, default_value_t = 600)]
    minutes: u64,
    #[arg(long, default_value = "both")]
    engine: Engines,
    /// Begin with this; printed when left out
    #[arg(long)]
    seed: Option<u64>,
    /// Only this world of the seed
    #[arg(long)]
    world: Option<u64>,
    /// Instead of the campaign: so many notices by four replicas, two of which are killed all along, while
    /// PostgreSQL is restarted
    #[arg(long, value_name = "NOTICES")]
    storm: Option<usize>,
    /// Restarts of PostgreSQL in the storm
    #[arg(long, default_value_t = 20)]
    restarts: usize,
    /// Worlds at the same time
    #[arg(long, default_value_t = 4)]
    threads: usize,
    /// Of `cargo test`: nothing runs when the campaign's name does not contain it
    #[arg(hide = true)]
    filter: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Engines {
    Sqlite,
    Postgres,
    Both,
}

fn main() -> ExitCode {
    let args = Args::parse();
    if args.filter.as_ref().is_some_and(|filter| !"faults".contains(filter.as_str())) {
        return ExitCode::SUCCESS;
    }
    let engines: &[Engine] = match args.engine {
        Engines::Sqlite => &[Engine::Sqlite],
        Engines::Postgres => &[Engine::Postgres],
        Engines::Both => &[Engine::Sqlite, Engine::Postgres],
    };
    let seed = args.seed.unwrap_or_else(|| rand_chacha::ChaCha20Rng::from_os_rng().random_range(1..1_000_000));
    println!("seed {seed}");
    if let Some(notices) = args.storm {
        return storm::storm(notices, args.restarts, seed);
    }
    let mut well = true;
    for engine in engines {
        if !engine.available() {
            println!("skipped on {}: {} is not set", engine.name(), engine::SERVER);
            continue;
        }
        let begun = Instant::now();
        let tally = campaign(*engine, seed, &args);
        tally.print(engine.name(), begun.elapsed().as_secs_f64());
        well &= tally.is_well();
    }
    if well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// World after world, until enough were killed or something is wrong.
fn campaign(engine: Engine, seed: u64, args: &Args) -> Tally {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    if let Some(number) = args.world {
        return life::live(engine, seed, number, runtime.handle().clone());
    }
    let end = Instant::now() + Duration::from_secs(args.minutes * 60);
    let (next, whole) = (AtomicU64::new(0), Mutex::new(Tally::default()));
    std::thread::scope(|scope| {
        for _ in 0..args.threads {
            scope.spawn(|| {
                while Instant::now() < end && !is_enough(&whole.lock().unwrap(), args.kills) {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    let tally = life::live(engine, seed, number, runtime.handle().clone());
                    whole.lock().unwrap().add(tally);
                }
            });
        }
    });
    whole.into_inner().unwrap()
}

fn is_enough(tally: &Tally, kills: usize) -> bool {
    tally.killed() >= kills || !tally.is_well()
}
