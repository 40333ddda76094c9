//! The daemon's loop: it is woken, looks at what is due, does it, and waits again.
//!
//! The scheduler is used only as an alarm clock. What is due is computed from the schedule and
//! the settled slots, so that nothing is lost by downtime, a clock change or a late wake-up.
//! Sweeps and deliveries run in this one task and therefore never overlap.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use tokio::sync::Notify;
use tokio_cron_scheduler::{Job, JobScheduler};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use super::{
    Sweeper,
    patience::Patience,
    vigil::{Signs, watch},
    wall_clock::WallClock,
};
use crate::{
    delivery::Deliverer,
    domain::{calendar::date_at, policy::Schedule, schedule::Occurrences},
    failpoint,
    rules::Rules,
    settings::Settings,
    store::{Result, Store, StoreError},
};

/// Name of the one schedule.
const SWEEP: &str = "sweep";

/// Schedule name of the sweeps that a person releases: each is a slot of its own, so that one replica
/// does it.
const RELEASE: &str = "release";

/// Longest sleep: deferred notices, releases and reloads are looked for at least this often.
const LONGEST_SLEEP: std::time::Duration = std::time::Duration::from_secs(15);

/// How the daemon is told to end, and to read the rules again.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    pub end: CancellationToken,
    pub reload: Arc<Notify>,
    /// Others who keep rules: the pages and the mailbox.
    pub others: Vec<Arc<Notify>>,
}

impl Stop {
    /// Everybody who keeps rules reads them again.
    pub fn reread(&self) {
        self.reload.notify_one();
        self.tell_others();
    }

    fn tell_others(&self) {
        self.others.iter().for_each(|reread| reread.notify_one());
    }
}

pub struct Daemon {
    pub deliverer: Deliverer,
    pub random: ChaCha20Rng,
    pub signs: Signs,
    patience: Patience,
    wall_clock: WallClock,
    /// The day on which the whole database was checked last.
    checked: Option<NaiveDate>,
}

impl Daemon {
    pub fn new(deliverer: Deliverer) -> Self {
        let wall_clock = WallClock::new(deliverer.clock.now());
        let (random, patience) = (ChaCha20Rng::from_os_rng(), Patience::default());
        let signs = Signs::default();
        signs.follow(deliverer.rules.standard.policy.alarm);
        Self { deliverer, random, signs, patience, wall_clock, checked: None }
    }

    /// Runs until it is told to end.
    pub async fn run(&mut self, stop: &Stop) -> Result<()> {
        let wake = Arc::new(Notify::new());
        let _bell = AbortOnDropHandle::new(tokio::spawn(hear(self.deliverer.store.clone(), Arc::clone(&wake))));
        let (store, clock) = (self.deliverer.store.clone(), self.deliverer.clock.clone());
        let _vigil = AbortOnDropHandle::new(tokio::spawn(watch(store, clock, self.signs.clone())));
        let mut alarm = self.alarm(Arc::clone(&wake)).await?;
        while !stop.end.is_cancelled() {
            // Before anything is decided by them.
            if self.rules_are_old().await {
                stop.tell_others();
                alarm = self.reread(alarm, &wake).await?;
            }
            self.tick(&stop.end).await;
            tokio::select! {
                () = wake.notified() => {}
                () = tokio::time::sleep(self.patience.left().unwrap_or(LONGEST_SLEEP).min(LONGEST_SLEEP)) => {}
                () = stop.reload.notified() => alarm = self.reread(alarm, &wake).await?,
                () = stop.end.cancelled() => {}
            }
        }
        alarm.shutdown().await.map_err(scheduler)
    }

    fn settings(&self) -> &Settings {
        &self.deliverer.settings
    }

    fn occurrences(&self) -> Result<Option<Occurrences>> {
        let schedule = &self.deliverer.rules.standard.policy.schedule;
        let parse = |s: &Schedule| Occurrences::parse(&s.sweep, self.settings().company.zone);
        schedule.as_ref().map(parse).transpose().map_err(StoreError::Refused)
    }

    /// A scheduler that does nothing but wake this task. It reduces a zone to a fixed offset, so
    /// that it may ring at the wrong hour after a clock change: the sleep above finds what is due.
    async fn alarm(&self, wake: Arc<Notify>) -> Result<JobScheduler> {
        let clock = JobScheduler::new().await.map_err(scheduler)?;
        if let Some(schedule) = &self.deliverer.rules.standard.policy.schedule {
            let six_fields = format!("0 {}", schedule.sweep);
            let ring = move |_, _| wake.notify_one();
            let job = Job::new_tz(six_fields, self.settings().company.zone, ring).map_err(scheduler)?;
            clock.add(job).await.map_err(scheduler)?;
        }
        clock.start().await.map_err(scheduler)?;
        Ok(clock)
    }

    /// Does what is due. Trouble is logged; the next tick tries again.
    async fn tick(&mut self, end: &CancellationToken) {
        // A delivery would do it too, but may not come for long when nothing is due.
        if let Err(error) = self.deliverer.recover().await {
            tracing::error!(%error, "what other processes left open could not be looked at");
        }
        match self.sweep_if_due().await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                tracing::error!(%error, "the sweep failed; it is tried again");
                if matches!(error, StoreError::Damaged(_)) {
                    return;
                }
            }
        }
        let due = match self.deliverer.store.next_due().await {
            Ok(at) => at.is_some_and(|at| at <= self.deliverer.clock.now()),
            // The delivery puts off what cannot be read.
            Err(error) => {
                tracing::error!(%error, "it is not known what is due to be sent");
                error.is_of_a_value()
            }
        };
        if !due || end.is_cancelled() || self.patience.left().is_some() {
            return;
        }
        let delivered = self.deliverer.deliver(end).await;
        if let Err(error) = &delivered {
            tracing::error!(%error, "the delivery failed; it is tried again");
        }
        self.patience.learn(delivered.as_ref().ok(), &mut self.random);
    }

    /// Says whether something may be sent: not while the clock is not believed.
    async fn sweep_if_due(&mut self) -> Result<bool> {
        let (now, store) = (self.deliverer.clock.now(), self.deliverer.store.clone());
        let last = store.last_sweep().await?;
        let released = last.filter(|sweep| sweep.held_back.is_some()).and_then(|sweep| sweep.released_at);
        if released.is_some() {
            // Whoever released it has looked, at the clock as well.
            self.wall_clock = WallClock::new(now);
        }
        let doubt = self.wall_clock.doubt(&store, now).await?;
        self.signs.doubt_clock(doubt.clone());
        if doubt.is_none() {
            self.help(now).await?;
        }
        if let Some(slot) = self.due_slot(now).await? {
            self.sweep_in(SWEEP, slot, doubt.as_deref()).await?;
        }
        if let (Some(released_at), None) = (released, &doubt) {
            self.sweep_in(RELEASE, released_at, None).await?;
        }
        Ok(doubt.is_none())
    }

    /// Plans pages of a sweep that another replica has begun.
    async fn help(&mut self, now: DateTime<Utc>) -> Result<()> {
        let today = date_at(self.settings().company.zone, now);
        match self.deliverer.store.sweep_to_help().await? {
            Some(sweep) if sweep.as_of == today => {
                let Self { deliverer, random, .. } = self;
                sweeper(deliverer).work(sweep, now, random).await
            }
            _ => Ok(()),
        }
    }

    /// Sweeps if this process wins the slot; while the clock is in `doubt`, leaves it to a person.
    async fn sweep_in(&mut self, schedule: &str, slot: DateTime<Utc>, doubt: Option<&str>) -> Result<()> {
        let Self { deliverer, random, checked, .. } = self;
        let (store, worker, now) = (&deliverer.store, deliverer.worker.id(), deliverer.clock.now());
        let as_of = date_at(deliverer.settings.company.zone, now);
        store.check_daily(checked, as_of).await?;
        if !store.claim_slot(schedule, slot, worker).await? {
            return Ok(());
        }
        failpoint::hit("slot_claimed");
        let sweeper = sweeper(deliverer);
        let report = match doubt {
            Some(why) => sweeper.hold_back(as_of, why.to_owned()).await?,
            None => sweeper.sweep(as_of, now, schedule == RELEASE, (worker, random)).await?,
        };
        store.settle_slot(schedule, slot, &format!("sweep {}", report.id), deliverer.clock.now()).await
    }

    /// The newest occurrence that is due; older ones are recorded as folded into it, since what
    /// is due is a state and one sweep with today's facts covers them.
    async fn due_slot(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
        let store = &self.deliverer.store;
        let Some(occurrences) = self.occurrences()? else { return Ok(None) };
        let Some((since, unfinished)) = store.slots_since(SWEEP).await? else {
            // From now on every occurrence counts, also if no process runs when it comes.
            store.settle_slot(SWEEP, now, "the first start", now).await?;
            return Ok(None);
        };
        let mut due = if unfinished { vec![since] } else { Vec::new() };
        due.extend(occurrences.between(since, now));
        let Some(newest) = due.pop() else { return Ok(None) };
        store.fold_slots(SWEEP, &due, newest, now).await?;
        Ok(Some(newest))
    }

    /// Whether somebody has published a policy or wording since these rules were read, here or at another replica.
    async fn rules_are_old(&self) -> bool {
        self.deliverer.rules.are_old(&self.deliverer.store).await.unwrap_or_else(|error| {
            tracing::error!(%error, "it is not known whether a policy was published");
            false
        })
    }

    /// Reads policies and wording again, and sets the alarm anew: the schedule may have changed.
    async fn reread(&mut self, mut alarm: JobScheduler, wake: &Arc<Notify>) -> Result<JobScheduler> {
        if !self.reload().await {
            return Ok(alarm);
        }
        alarm.shutdown().await.map_err(scheduler)?;
        self.alarm(Arc::clone(wake)).await
    }

    /// Reads policies and wording again; a problem keeps the old ones.
    async fn reload(&mut self) -> bool {
        let mut rules = match Rules::load(self.settings()) {
            Ok(rules) => rules,
            Err(problems) => {
                problems.iter().for_each(|problem| tracing::error!(problem, "not reloaded; the old rules stay"));
                return false;
            }
        };
        if let Err(error) = rules.publish(&self.deliverer.store, self.deliverer.clock.now()).await {
            tracing::error!(%error, "not reloaded; the old rules stay");
            return false;
        }
        tracing::info!(policy = rules.standard.label, "policies and wording reloaded");
        self.signs.follow(rules.standard.policy.alarm);
        self.deliverer.rules = Arc::new(rules);
        true
    }
}

/// Wakes the daemon when another replica rings.
async fn hear(store: Store, wake: Arc<Notify>) {
    loop {
        match listen(&store, &wake).await {
            Ok(()) => return,
            Err(error) => tracing::warn!(%error, "other replicas are not heard; this one looks by itself"),
        }
        tokio::time::sleep(LONGEST_SLEEP).await;
    }
}

async fn listen(store: &Store, wake: &Notify) -> Result<()> {
    let Some(mut bell) = store.bell().await? else { return Ok(()) };
    loop {
        bell.rung().await?;
        wake.notify_one();
    }
}

fn sweeper(deliverer: &Deliverer) -> Sweeper<'_> {
    let Deliverer { store, rules, settings, clock, links, .. } = deliverer;
    Sweeper { store, rules, settings, clock, links: links.as_ref() }
}

fn scheduler(error: tokio_cron_scheduler::JobSchedulerError) -> StoreError {
    StoreError::Refused(format!("the schedule cannot be set: {error}"))
}
