//! The life of a world: three days of its ledger, and on each of them duly is killed over and over.

use std::time::{Duration, Instant};

use chrono::{Days, NaiveDate};
use duly::{clock::Clock, domain::calendar::date_at};
use rand::{Rng, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha20Rng;
use tokio::runtime::Handle;

use crate::{
    check::{Called, check},
    engine::Engine,
    facts::Facts,
    mood::{moody, well_behaved},
    tally::Tally,
    world::{Death, Ended, Setup, World},
};

const IMPORTING: [&str; 4] = ["import_staged", "import_merged", "import_before_commit", "import_after_commit"];
const SWEEPING: [&str; 6] =
    ["sweep_started", "page_read", "page_planned", "page_before_commit", "page_after_commit", "sweep_finished"];
const DELIVERING: [&str; 12] = [
    "claimed",
    "looked",
    "withdrawn",
    "rendered",
    "connected",
    "intent_before",
    "intent_after",
    "before_dot",
    "after_dot",
    "answered",
    "outcome_before",
    "outcome_after",
];

/// A failpoint that is not reached in this many times of the usual is not waited for.
const LIMIT: u32 = 6;

struct Life {
    world: World,
    facts: Facts,
    called: Vec<Called>,
    random: ChaCha20Rng,
    tally: Tally,
    /// How long a command takes here; deaths at any moment fall into about twice that.
    usual: Duration,
    /// Whether a person puts refused notices back at the end of each day.
    retries: bool,
}

/// What runs, and where it can die.
struct Command {
    arguments: Vec<String>,
    places: Vec<&'static str>,
}

/// Lives the life with this number and returns what came of it.
pub fn live(engine: Engine, seed: u64, number: u64, handle: Handle) -> Tally {
    let mut random = ChaCha20Rng::seed_from_u64(seed);
    random.set_stream(number);
    let first = random.random_range(5..=12);
    let setup = Setup {
        sessions: *[1, 4].choose(&mut random).unwrap(),
        days: [first, first + random.random_range(12..=20)],
        in_doubt: ["hold", "resend-once", "resend-once"].choose(&mut random).unwrap(),
    };
    let world = World::build(engine, &format!("faults_{seed}_{number}"), &setup, handle);
    let facts = Facts { days: setup.days, ..Facts::default() };
    let tally = Tally { worlds: 1, ..Tally::default() };
    let (usual, retries) = (Duration::from_millis(100), random.random_bool(0.3));
    let mut life = Life { world, facts, called: Vec::new(), random, tally, usual, retries };
    let today = date_at(chrono_tz::Europe::London, Clock::System.now());
    for days_ago in [44, 22, 0] {
        life.day(today - Days::new(days_ago), days_ago == 0);
        if !life.tally.is_well() {
            let Tally { verdict, failures, .. } = &mut life.tally;
            println!("\nworld {number} of seed {seed} on {engine:?}, {} days ago:", days_ago);
            [&verdict.lost, &verdict.unexplained, failures].into_iter().flatten().for_each(|told| println!("  {told}"));
            println!("  again: scripts/faults --engine {} --seed {seed} --world {number}", engine.name());
            life.world.folder.disable_cleanup(true);
            println!("  left behind: {}", life.world.folder.path().display());
            break;
        }
    }
    life.tally
}

impl Life {
    fn day(&mut self, day: NaiveDate, today: bool) {
        self.facts.pay(day, &mut self.random);
        let accounts = self.random.random_range(1..=20);
        self.facts.grow(accounts, day, &mut self.random);
        self.take_files();
        self.call(day, today);
        let percent = *[0, 3, 10].choose(&mut self.random).unwrap();
        self.world.relay.behave(moody(percent, self.random.random()));
        if today {
            self.last_ran_days_ago(day);
        }
        let rounds = self.random.random_range(8..=40);
        let pays = self.random.random_bool(0.5).then(|| self.random.random_range(1..=6));
        let mut idle = 0;
        for round in 0..rounds {
            let paid = pays == Some(round);
            if paid {
                self.pay_meanwhile(day);
            }
            let command = self.command(day, today, round == 0, paid);
            idle = if self.round(&command, day, today) { 0 } else { idle + 1 };
            // Nothing is left to be done today.
            if idle == 3 {
                break;
            }
        }
        // What a payment took back is planned anew with the next sweep, and a person asks for that.
        self.finish(day, today, pays.is_some());
        self.tally.verdict = check(&self.world, &self.facts, &self.called);
    }

    /// Puts down who must be noticed on this day.
    fn call(&mut self, day: NaiveDate, today: bool) {
        let days = self.facts.days;
        for (place, invoice) in self.facts.invoices.iter_mut().enumerate() {
            // Midnight may come in between.
            let tomorrow = if today { invoice.called(days, day + Days::new(1)) } else { None };
            if let Some(stage) = invoice.called(days, day) {
                self.called.push(Called { invoice: place, stage, optional: false });
                invoice.noticed += 1;
            } else if let Some(stage) = tomorrow {
                self.called.push(Called { invoice: place, stage, optional: true });
            }
        }
    }

    fn pay_meanwhile(&mut self, day: NaiveDate) {
        let open: Vec<usize> =
            (0..self.facts.invoices.len()).filter(|n| self.facts.invoices[*n].paid.is_none()).collect();
        self.facts.pay(day, &mut self.random);
        for paid in open.into_iter().filter(|n| self.facts.invoices[*n].paid.is_some()).collect::<Vec<_>>() {
            self.facts.accounts[self.facts.invoices[paid].account].paid_meanwhile = true;
            self.called.iter_mut().filter(|called| called.invoice == paid).for_each(|called| called.optional = true);
        }
        self.take_files();
    }

    /// Imports all files, killed now and then; in the end each was taken.
    fn take_files(&mut self) {
        for (kind, text) in self.facts.files() {
            let file = format!("{kind}.csv");
            self.world.write(&file, &text);
            let arguments = ["import", file.as_str(), "--kind", kind];
            while self.random.random_bool(0.3) {
                let place = *IMPORTING.choose(&mut self.random).unwrap();
                let death = self.death(&[place], 1);
                let ended = self.world.run(&arguments, death);
                self.count(&ended, death, &arguments);
            }
            let begun = Instant::now();
            let ended = self.world.run(&arguments, Death::Never);
            self.usual = begun.elapsed();
            self.must_end_well(&ended, &arguments, &[0]);
        }
    }

    /// One run that is to die; false when it did not come to that.
    fn round(&mut self, command: &Command, day: NaiveDate, today: bool) -> bool {
        if self.random.random_bool(0.6) {
            self.world.time_passes();
        }
        let most = self.random.random_range(1..=4);
        let death = self.death(&command.places, most);
        if let Death::At(place, ..) = death
            && today
            && !DELIVERING.contains(&place)
            && self.random.random_bool(0.5)
        {
            self.last_ran_days_ago(day);
        }
        let arguments: Vec<&str> = command.arguments.iter().map(String::as_str).collect();
        let ended = self.world.run(&arguments, death);
        self.count(&ended, death, &arguments);
        ended.killed() && matches!((ended.outside, death), (false, Death::At(..)) | (true, Death::After(_)))
    }

    /// A sweep comes first; after a payment somebody's notice may be withdrawn.
    fn command(&mut self, day: NaiveDate, today: bool, first: bool, paid: bool) -> Command {
        let as_of = ["--as-of".to_owned(), day.to_string()];
        let named = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let dated = |words: &[&str]| named(words).into_iter().chain(as_of.iter().cloned()).collect::<Vec<_>>();
        let deliver = dated(&["deliver"]);
        match if first { self.random.random_range(0..3) } else { self.random.random_range(0..7) } {
            _ if paid && !today => Command { arguments: deliver, places: vec!["withdrawn"] },
            _ if today => {
                let places = [&SWEEPING[..], &DELIVERING[..], &DELIVERING[..], &["slot_claimed"]].concat();
                Command { arguments: named(&["run"]), places }
            }
            0 => Command { arguments: dated(&["sweep", "--release", "--no-send"]), places: SWEEPING.to_vec() },
            1 | 2 => {
                let places = [&SWEEPING[..], &DELIVERING[..]].concat();
                Command { arguments: dated(&["sweep", "--release"]), places }
            }
            _ => Command { arguments: deliver, places: DELIVERING.to_vec() },
        }
    }

    /// At one of these places, or at any moment.
    fn death(&mut self, places: &[&'static str], most: u32) -> Death {
        if self.random.random_ratio(1, 5) {
            let most = self.usual.as_millis() as u64 * 5 / 2;
            return Death::After(Duration::from_millis(self.random.random_range(0..most)));
        }
        let place = *places.choose(&mut self.random).unwrap();
        // Once in each run.
        let often = DELIVERING[1..].contains(&place) && place != "connected" && place != "withdrawn";
        Death::At(place, if often { most } else { 1 }, self.usual * LIMIT)
    }

    fn count(&mut self, ended: &Ended, death: Death, arguments: &[&str]) {
        self.tally.runs += 1;
        if ended.killed() {
            let place = match death {
                Death::At(place, ..) if !ended.outside => place,
                _ => "any moment",
            };
            *self.tally.kills.entry(place).or_default() += 1;
        } else if ended.status.code() != Some(1) || !ended.err.contains("sending stopped") {
            // The relay may have refused to speak.
            self.must_end_well(ended, arguments, &[0, 3]);
        }
    }

    fn must_end_well(&mut self, ended: &Ended, arguments: &[&str], codes: &[i32]) {
        if !ended.status.code().is_some_and(|code| codes.contains(&code)) {
            let command = arguments.join(" ");
            self.tally.failures.push(format!("duly {command}: {}\n{}{}", ended.status, ended.out, ended.err));
        }
    }

    /// As if the daemon had run last some days ago: today's slot is due.
    fn last_ran_days_ago(&mut self, day: NaiveDate) {
        let at = format!("{}T00:00:00+00:00", day - Days::new(3));
        self.world.change("DELETE FROM slot");
        self.world.change(&format!(
            "INSERT INTO slot (company, schedule, at, holder, done_at, note) \
             SELECT id, 'sweep', '{at}', 0, '{at}', 'long ago' FROM company"
        ));
    }

    /// The relay behaves again, nobody is killed, and all that waits is done.
    fn finish(&mut self, day: NaiveDate, today: bool, paid: bool) {
        self.world.relay.behave(well_behaved());
        self.world.time_passes();
        let day = day.to_string();
        // After three refusals in a row sending waits for a person, who mended it.
        if self.world.count("halt") > 0 {
            let resume = ["deliver", "--resume", "--by", "the campaign", "--as-of", day.as_str()];
            let ended = self.world.run(&resume, Death::Never);
            self.must_end_well(&ended, &resume, &[0]);
        }
        if today {
            let swept = "slot WHERE note LIKE 'sweep %' AND done_at IS NOT NULL";
            let open = "slot WHERE done_at IS NULL";
            let done = || self.world.count(swept) > 0 && self.world.count(open) == 0 && self.nothing_waits();
            let ended = self.world.daemon(done);
            self.must_end_well(&ended, &["run"], &[0]);
        }
        if !today || paid || self.held_back() {
            // What was planned before a payment came is withdrawn now, and planned anew by the sweep.
            let deliver = ["deliver", "--as-of", day.as_str()];
            let ended = self.world.run(&deliver, Death::Never);
            self.must_end_well(&ended, &deliver, &[0]);
            self.world.time_passes();
            let sweep = ["sweep", "--release", "--as-of", day.as_str()];
            let ended = self.world.run(&sweep, Death::Never);
            self.must_end_well(&ended, &sweep, &[0, 3]);
        }
        let retry = if self.retries { &["--retry-refused"][..] } else { &[] };
        let deliver = [&["deliver", "--as-of", day.as_str()], retry].concat();
        for tries in 0..3 {
            if tries > 0 && self.nothing_waits() {
                break;
            }
            self.world.time_passes();
            let ended = self.world.run(&deliver, Death::Never);
            self.must_end_well(&ended, &deliver, &[0]);
        }
        let begun = Instant::now();
        while self.world.relay.talking() > 0 && begun.elapsed() < Duration::from_secs(5) {
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn held_back(&self) -> bool {
        self.world.count("sweep WHERE id = (SELECT MAX(id) FROM sweep) AND held_back IS NOT NULL") > 0
    }

    fn nothing_waits(&self) -> bool {
        self.world.count("notice WHERE due_at IS NOT NULL OR state = 'sending'") == 0
    }
}
