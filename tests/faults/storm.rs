//! The storm: four replicas share one sweep and its delivery; two of them are killed and started again all along,
//! and PostgreSQL itself is restarted as if it had crashed.

use std::{
    collections::HashMap,
    fmt::Write as _,
    path::Path,
    process::{Child, Command, ExitCode},
    thread::sleep,
    time::{Duration, Instant},
};

use chrono::{Days, Utc};
use mail_parser::MessageParser;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

use crate::{
    engine::{Engine, SERVER},
    smtp::Script,
    world::{Death, Setup, World},
};

const REPLICAS: usize = 4;
/// The first ones live, the others die all along.
const STEADY: usize = 2;
/// When to give up.
const PATIENCE: Duration = Duration::from_secs(1_800);

/// What came of it.
#[derive(Debug, Default)]
struct Toll {
    kills: usize,
    restarts: usize,
    seconds: f64,
}

pub fn storm(notices: usize, restarts: usize, seed: u64) -> ExitCode {
    if !Engine::Postgres.available() {
        println!("skipped: {SERVER} is not set");
        return ExitCode::SUCCESS;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let setup = Setup { sessions: 4, days: [60, 90], in_doubt: "hold" };
    let world = World::build(Engine::Postgres, &format!("storm_{seed}"), &setup, runtime.handle().clone());
    world.relay.behave(Script::with(&["PIPELINING"]).of_headers());
    fill(&world, notices);
    let toll = rage(&world, notices, restarts, &mut ChaCha20Rng::seed_from_u64(seed));
    judge(&world, notices, &toll)
}

/// Accounts with one invoice each that is 65 days overdue today; the first sweep is released already.
fn fill(world: &World, notices: usize) {
    #[expect(clippy::disallowed_methods, reason = "a daemon goes by the system's clock")]
    let today = Utc::now().date_naive();
    let (issued, due) = (today - Days::new(95), today - Days::new(65));
    let mut accounts = "account,name,email\n".to_owned();
    let mut invoices = "invoice,account,issued,due,currency,amount\n".to_owned();
    for n in 0..notices {
        let _ = writeln!(accounts, "A{n:06},Customer {n},a{n}@buyer.example");
        let _ = writeln!(invoices, "INV-{n:06},A{n:06},{issued},{due},EUR,{}.00", 100 + n % 900);
    }
    world.write("accounts.csv", &accounts);
    world.write("invoices.csv", &invoices);
    world.write("payments.csv", "payment,account,received,currency,amount,invoice\n");
    for kind in ["accounts", "invoices", "payments"] {
        let ended = world.run(&["import", &format!("{kind}.csv"), "--kind", kind], Death::Never);
        assert!(ended.status.success(), "{}", ended.err);
    }
    world.change(
        "INSERT INTO slot (company, schedule, at, holder, done_at, note) \
         SELECT id, 'sweep', now() - interval '2 days', 0, now(), 'long ago' FROM company",
    );
    world.change(
        "INSERT INTO sweep (company, as_of, started_at, finished_at, held_back, released_by, released_at) \
         SELECT id, CURRENT_DATE, now(), now(), 'the first sweep', 'storm', now() FROM company",
    );
}

/// Lets them work and die until nothing waits any more.
fn rage(world: &World, notices: usize, restarts: usize, random: &mut ChaCha20Rng) -> Toll {
    let mut replicas: Vec<Child> = (0..REPLICAS).map(|number| world.replica(number)).collect();
    let (begun, mut toll) = (Instant::now(), Toll::default());
    loop {
        sleep(Duration::from_millis(random.random_range(100..1_200)));
        let number = random.random_range(STEADY..REPLICAS);
        replicas[number].kill().unwrap();
        replicas[number].wait().unwrap();
        replicas[number] = world.replica(number);
        toll.kills += 1;
        for (number, replica) in replicas.iter_mut().enumerate().take(STEADY) {
            if let Some(status) = replica.try_wait().unwrap() {
                println!("replica {number} ended by itself: {status}");
                *replica = world.replica(number);
            }
        }
        // A sweep that waits for a person gets one.
        world.change(RELEASE);
        // Restarts are spread over the work.
        let done = world.relay.count();
        if toll.restarts < restarts && done * (restarts + 1) > notices * (toll.restarts + 1) {
            restart_postgres();
            toll.restarts += 1;
        }
        let over = done >= notices * 9 / 10 && toll.restarts == restarts && world.count(OPEN) == 0;
        if over || begun.elapsed() > PATIENCE {
            break;
        }
    }
    replicas.iter_mut().for_each(|replica| {
        replica.kill().unwrap();
        replica.wait().unwrap();
    });
    toll.seconds = begun.elapsed().as_secs_f64();
    toll
}

/// Notices that are not at an end, sweeps that are not over.
const OPEN: &str = "(SELECT id FROM notice WHERE state IN ('ready', 'sending', 'deferred') \
                    UNION ALL SELECT id FROM sweep WHERE finished_at IS NULL) open";

const RELEASE: &str = "UPDATE sweep SET released_by = 'storm', released_at = now() \
                       WHERE id = (SELECT MAX(id) FROM sweep WHERE finished_at IS NOT NULL) \
                       AND held_back IS NOT NULL AND released_at IS NULL";

fn restart_postgres() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/postgres");
    let folder = std::env::var("DULY_TEST_POSTGRES_DIR").unwrap();
    let status = Command::new(script).args(["restart", &folder, "immediate"]).status().unwrap();
    assert!(status.success());
}

fn judge(world: &World, expected: usize, toll: &Toll) -> ExitCode {
    let mut copies: HashMap<String, usize> = HashMap::new();
    for message in world.relay.accepted() {
        let parsed = MessageParser::default().parse_headers(&message.bytes[..]).unwrap();
        let token = parsed.message_id().and_then(|id| id.split_once('@')).unwrap().0.to_owned();
        *copies.entry(token).or_default() += 1;
    }
    let rows = world.rows("SELECT token, state, CAST(doubts AS TEXT) FROM notice");
    let (mut states, mut surplus, mut unexplained, mut lost) = (HashMap::<String, usize>::new(), 0, 0, 0);
    for row in &rows {
        let (copies, doubts) = (copies.remove(&row[0]).unwrap_or(0), row[2].parse::<usize>().unwrap());
        *states.entry(row[1].clone()).or_default() += 1;
        surplus += copies.saturating_sub(1);
        unexplained += copies.saturating_sub(1 + doubts);
        lost += usize::from(copies == 0 && row[1] != "in_doubt");
    }
    let live = "notice_item WHERE NOT void AND stage IS NOT NULL";
    let missing = expected.saturating_sub(world.count(live));
    let twice = world
        .count(&format!("(SELECT invoice FROM {live} GROUP BY company, invoice, stage HAVING COUNT(*) > 1) twice"));
    println!(
        "storm: {expected} notices by {REPLICAS} replicas in {:.0} s, {} killed, PostgreSQL restarted {} times",
        toll.seconds, toll.kills, toll.restarts
    );
    println!("{:>9}  messages accepted", world.relay.count());
    for (state, number) in &states {
        println!("{number:>9}  … {state}");
    }
    println!("{surplus:>9}  surplus messages, each explained by a recorded doubt");
    println!("{:>9}  LOST", lost + missing);
    println!("{:>9}  UNEXPLAINED", unexplained + twice + copies.len());
    if lost + missing + unexplained + twice + copies.len() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
