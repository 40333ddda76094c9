//! The daemon's loop: it is woken, looks at what is due, does it, and waits again.
//!
//! The scheduler is used only as an alarm clock. What is due is computed from the schedule and
//! the settled slots, so that nothing is lost by downtime, a clock change or a late wake-up.
//! Sweeps and deliveries run in this one task and therefore never overlap.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use tokio::sync::Notify;
use tokio_cron_scheduler::{Job, JobScheduler};
use tokio_util::sync::CancellationToken;

use super::{SweepReport, Sweeper};
use crate::{
    delivery::Deliverer,
    domain::{calendar::date_at, policy::Schedule, schedule::Occurrences},
    failpoint,
    rules::Rules,
    settings::Settings,
    store::{Result, StoreError},
};

/// Name of the one schedule.
const SWEEP: &str = "sweep";

/// How long a claimed slot is left to whoever claimed it.
const CLAIM: Duration = Duration::minutes(30);

/// Longest sleep: deferred notices, releases and reloads are looked for at least this often.
const LONGEST_SLEEP: std::time::Duration = std::time::Duration::from_secs(15);

/// How the daemon is told to end, and to read the rules again.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    pub end: CancellationToken,
    pub reload: Arc<Notify>,
}

pub struct Daemon {
    pub deliverer: Deliverer,
    pub random: ChaCha20Rng,
    /// Name of this process in claims.
    pub holder: String,
}

impl Daemon {
    pub fn new(deliverer: Deliverer, holder: String) -> Self {
        Self { deliverer, random: ChaCha20Rng::from_os_rng(), holder }
    }

    /// Runs until it is told to end.
    pub async fn run(&mut self, stop: &Stop) -> Result<()> {
        let wake = Arc::new(Notify::new());
        let mut alarm = self.alarm(Arc::clone(&wake)).await?;
        self.first_start().await?;
        // A delivery would do it too, but may not come for long when nothing is due.
        self.deliverer.recover().await?;
        while !stop.end.is_cancelled() {
            self.tick(&stop.end).await;
            tokio::select! {
                () = wake.notified() => {}
                () = tokio::time::sleep(LONGEST_SLEEP) => {}
                () = stop.reload.notified() => {
                    if self.reload().await {
                        // The schedule may have changed.
                        alarm.shutdown().await.map_err(scheduler)?;
                        alarm = self.alarm(Arc::clone(&wake)).await?;
                    }
                }
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

    /// From now on every occurrence counts, also if the process is down when it comes.
    async fn first_start(&self) -> Result<()> {
        let (store, now) = (&self.deliverer.store, self.deliverer.clock.now());
        if store.slots_since(SWEEP).await?.is_none() {
            store.settle_slot(SWEEP, now, "the daemon's first start", now).await?;
        }
        Ok(())
    }

    /// Does what is due. Trouble is logged; the next tick tries again.
    async fn tick(&mut self, end: &CancellationToken) {
        if let Err(error) = self.sweep_if_due().await {
            tracing::error!(%error, "the sweep failed; it is tried again");
        }
        let waiting = self.deliverer.store.next_due().await;
        let due = waiting.is_ok_and(|at| at.is_some_and(|at| at <= self.deliverer.clock.now()));
        if due
            && !end.is_cancelled()
            && let Err(error) = self.deliverer.deliver(end).await
        {
            tracing::error!(%error, "the delivery failed; it is tried again");
        }
    }

    async fn sweep_if_due(&mut self) -> Result<()> {
        let now = self.deliverer.clock.now();
        if let Some(slot) = self.due_slot(now).await? {
            let until = now + CLAIM;
            if self.deliverer.store.claim_slot(SWEEP, slot, &self.holder, now, until).await? {
                failpoint::hit("slot_claimed");
                let report = self.sweep(now, false).await?;
                let note = format!("sweep {}", report.id);
                self.deliverer.store.settle_slot(SWEEP, slot, &note, self.deliverer.clock.now()).await?;
            }
        }
        if self.deliverer.store.last_sweep().await?.is_some_and(|sweep| sweep.held_back.is_some() && sweep.released) {
            self.sweep(now, true).await?;
        }
        Ok(())
    }

    /// The newest occurrence that is due; older ones are recorded as folded into it, since what
    /// is due is a state and one sweep with today's facts covers them.
    async fn due_slot(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
        let store = &self.deliverer.store;
        let (Some(occurrences), Some((since, unfinished))) = (self.occurrences()?, store.slots_since(SWEEP).await?)
        else {
            return Ok(None);
        };
        let mut due = if unfinished { vec![since] } else { Vec::new() };
        due.extend(occurrences.between(since, now));
        let Some(newest) = due.pop() else { return Ok(None) };
        store.fold_slots(SWEEP, &due, newest, now).await?;
        Ok(Some(newest))
    }

    async fn sweep(&mut self, now: DateTime<Utc>, release: bool) -> Result<SweepReport> {
        let as_of = date_at(self.settings().company.zone, now);
        let Self { deliverer, random, .. } = self;
        let sweeper = Sweeper { store: &deliverer.store, rules: &deliverer.rules, settings: &deliverer.settings };
        sweeper.sweep(as_of, (now, now), release, random).await
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
        self.deliverer.rules = Arc::new(rules);
        true
    }
}

fn scheduler(error: tokio_cron_scheduler::JobSchedulerError) -> StoreError {
    StoreError::Refused(format!("the schedule cannot be set: {error}"))
}
