//! One delivery: everything that is due now, by a few workers, each with its own conversation.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, Duration, NaiveDate, Utc};
use tokio::{sync::mpsc, task::JoinSet};
use tokio_util::sync::CancellationToken;

use super::{compose::Composer, halting::Memory, pace::Pace, quarantine::Head, recorder::Recorder, target::Target};
use crate::{
    clock::Clock,
    domain::{calendar::date_at, facts::Account, notice::State, plan::Setting, policy::InDoubt},
    failpoint,
    inbox::token::Verp,
    letter::dkim::Dkim,
    link::Links,
    presence::Worker,
    rules::Rules,
    settings::Settings,
    store::{
        Result, Store, StoreError,
        halts::Halt,
        outbox::Notice,
        snapshot::{Horizon, Snapshot},
    },
};

/// Notices read at a time.
const PAGE: i64 = 256;

/// How long a conversation may go on after the stop was asked for; what is not over by then is in
/// doubt. Shorter than the 30 s after which service managers kill.
const GRACE: std::time::Duration = std::time::Duration::from_secs(25);

/// Everything that delivering needs; one value serves many deliveries.
#[derive(Debug, Clone)]
pub struct Deliverer {
    pub store: Store,
    /// Under whose name it claims.
    pub worker: Worker,
    pub settings: Arc<Settings>,
    pub rules: Arc<Rules>,
    pub target: Arc<Target>,
    pub dkim: Option<Arc<Dkim>>,
    /// Gives each notice its own envelope sender.
    pub verp: Option<Verp>,
    pub links: Option<Links>,
    pub clock: Clock,
    /// The date of the last look; the company's today when left out.
    pub as_of: Option<NaiveDate>,
    pub memory: Arc<Mutex<Memory>>,
    pub head: Arc<Head>,
}

/// What a delivery came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveryReport {
    pub sent: u64,
    pub deferred: u64,
    pub refused: u64,
    pub in_doubt: u64,
    pub withdrawn: u64,
    /// Notices that an earlier process left without an outcome.
    pub recovered: u64,
    /// Letters that could not be written.
    pub failed: Vec<String>,
    /// Why it ended before everything due was sent.
    pub halted: Option<String>,
    /// Nothing of the company is sent until a person resumes.
    pub halt: Option<Halt>,
}

impl DeliveryReport {
    pub(super) fn add(&mut self, state: State) {
        match state {
            State::Sent => self.sent += 1,
            State::Deferred => self.deferred += 1,
            State::Refused => self.refused += 1,
            State::InDoubt => self.in_doubt += 1,
            State::Ready | State::Sending | State::Withdrawn => {}
        }
    }
}

/// A notice with the facts that were read for it.
pub(super) struct Job {
    pub notice: Notice,
    pub snapshot: Snapshot,
}

/// A delivery under way, shared by its workers.
pub(super) struct Delivery {
    pub store: Store,
    pub worker: Worker,
    pub settings: Arc<Settings>,
    pub rules: Arc<Rules>,
    pub target: Arc<Target>,
    pub clock: Clock,
    pub as_of: NaiveDate,
    /// A look at another day than the one on which it began.
    pub travels: bool,
    envelope_from: String,
    verp: Option<Verp>,
    links: Option<Links>,
    pub recorder: Recorder,
    pub pace: Pace,
    dkim: Option<Arc<Dkim>>,
    payments_seen: Option<DateTime<Utc>>,
    pub stop: CancellationToken,
    pub memory: Arc<Mutex<Memory>>,
    pub head: Arc<Head>,
    /// Why sending stops for the whole company, until that is durable.
    pub tripped: Mutex<Option<String>>,
    jobs: tokio::sync::Mutex<mpsc::Receiver<Job>>,
    report: Mutex<DeliveryReport>,
}

impl Deliverer {
    /// Puts what processes that are gone left without an outcome in doubt, and says how many. Not
    /// while this process is sending: what it has left open counts as well.
    pub async fn recover(&self) -> Result<u64> {
        let worker = self.worker.id();
        let gone = self.store.remove_silent(worker, self.worker.silent).await?;
        if gone > 0 {
            tracing::warn!(gone, "nothing was heard of a replica: what it had claimed is free");
        }
        let recovered = self.store.recover(worker, self.resend_at(self.clock.now())).await?;
        if recovered > 0 {
            tracing::warn!(recovered, "notices of an earlier process have no outcome: they are in doubt");
        }
        Ok(recovered)
    }

    /// Sends everything that is due now. Ends early, between two messages, when `stop` is asked for.
    pub async fn deliver(&self, stop: &CancellationToken) -> Result<DeliveryReport> {
        let now = self.clock.now();
        let recovered = self.recover().await?;
        self.quarantine().await?;
        if let Some(halt) = self.standing_halt().await? {
            return Ok(DeliveryReport { recovered, halt: Some(halt), ..DeliveryReport::default() });
        }
        let (feed, jobs) = mpsc::channel(PAGE as usize);
        let delivery = Arc::new(self.begin(recovered, jobs, stop.child_token()).await?);
        let mut workers = JoinSet::new();
        for _ in 0..self.settings.delivery.sessions {
            let delivery = Arc::clone(&delivery);
            workers.spawn(async move { delivery.work().await });
        }
        let working = async {
            let done = join(&mut workers, stop).await;
            // Nobody takes what is still to be fed.
            delivery.stop.cancel();
            done
        };
        let (fed, done) = tokio::join!(delivery.feed(feed, now), working);
        self.head.settle().await;
        self.store.release_notices(self.worker.id()).await?;
        if let Err(error) = self.store.seal_sent(self.clock.now()).await {
            tracing::error!(%error, "what was sent could not be sealed; the next delivery does it");
        }
        let mut report = delivery.report.lock().unwrap_or_else(PoisonError::into_inner).clone();
        tracing::info!(
            sent = report.sent,
            deferred = report.deferred,
            refused = report.refused,
            in_doubt = report.in_doubt,
            withdrawn = report.withdrawn,
            halted = report.halted,
            "delivery done"
        );
        fed.and(done)?;
        report.halt = self.standing_halt().await?;
        Ok(report)
    }

    async fn begin(&self, recovered: u64, jobs: mpsc::Receiver<Job>, stop: CancellationToken) -> Result<Delivery> {
        let delivery = &self.settings.delivery;
        let today = date_at(self.settings.company.zone, self.clock.now());
        let as_of = self.as_of.unwrap_or(today);
        Ok(Delivery {
            store: self.store.clone(),
            worker: self.worker.clone(),
            settings: Arc::clone(&self.settings),
            rules: Arc::clone(&self.rules),
            target: Arc::clone(&self.target),
            clock: self.clock.clone(),
            as_of,
            travels: as_of != today,
            envelope_from: delivery.envelope_from.clone().unwrap_or_else(|| delivery.from.clone()),
            verp: self.verp.clone(),
            links: self.links.clone(),
            recorder: Recorder::start(self.store.clone()),
            pace: Pace::per_minute(delivery.per_minute),
            dkim: self.dkim.clone(),
            payments_seen: self.store.payments_seen(i64::MAX).await?,
            stop,
            memory: Arc::clone(&self.memory),
            head: Arc::clone(&self.head),
            tripped: Mutex::default(),
            jobs: tokio::sync::Mutex::new(jobs),
            report: Mutex::new(DeliveryReport { recovered, ..DeliveryReport::default() }),
        })
    }

    /// When notices in doubt are sent again: at once into a folder, where the same file is the
    /// same notice; else as the policy says.
    fn resend_at(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let rule = &self.rules.standard.policy.in_doubt;
        match rule.then {
            _ if !self.target.can_doubt() => Some(now),
            InDoubt::ResendOnce => Some(now + Duration::hours(rule.after_hours.into())),
            InDoubt::Hold => None,
        }
    }
}

/// Waits for the workers; after a stop, only as long as a conversation may still take.
async fn join(workers: &mut JoinSet<Result<()>>, stop: &CancellationToken) -> Result<()> {
    let mut first = Ok(());
    let mut grace = std::pin::pin!(async {
        stop.cancelled().await;
        tokio::time::sleep(GRACE).await;
    });
    loop {
        tokio::select! {
            done = workers.join_next() => match done {
                None => return first,
                Some(Ok(result)) => first = first.and(result),
                Some(Err(error)) => {
                    tracing::error!(%error, "a worker ended unexpectedly; the others go on");
                    let why = "a worker ended unexpectedly; what it was sending is in doubt with the next delivery";
                    first = first.and(Err(StoreError::Refused(why.to_owned())));
                }
            },
            () = &mut grace => {
                workers.abort_all();
                return first;
            }
        }
    }
}

impl Delivery {
    /// Reads page after page of what is due, with the facts of the accounts, unless somebody stopped sending.
    async fn feed(&self, feed: mpsc::Sender<Job>, now: DateTime<Utc>) -> Result<()> {
        let mut after = (DateTime::UNIX_EPOCH, 0);
        loop {
            if self.store.halt().await?.is_some() {
                self.stop.cancel();
                return Ok(());
            }
            let page = self.store.claim_notices(self.worker.id(), now, after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(()) };
            failpoint::hit("claimed");
            after = (last.due_at.unwrap_or(now), last.id);
            let mut accounts: Vec<i64> = page.iter().map(|notice| notice.account).collect();
            accounts.sort_unstable();
            accounts.dedup();
            let found = self.store.readable(&accounts, Horizon::everything(self.as_of)).await?;
            let snapshots: HashMap<i64, Snapshot> =
                found.snapshots.into_iter().map(|found| (found.id, found)).collect();
            for notice in page {
                let Some(snapshot) = snapshots.get(&notice.account).cloned() else {
                    let bad = found.unreadable.iter().find(|bad| bad.id == notice.account);
                    self.not_composed(&notice, bad.map_or("its account is gone", |bad| &bad.why)).await?;
                    continue;
                };
                let job = Job { snapshot, notice };
                tokio::select! {
                    sent = feed.send(job) => if sent.is_err() { return Ok(()) },
                    () = self.stop.cancelled() => return Ok(()),
                }
            }
        }
    }

    pub async fn next_job(&self) -> Option<Job> {
        let mut jobs = self.jobs.lock().await;
        tokio::select! {
            biased;
            () = self.stop.cancelled() => None,
            job = jobs.recv() => job,
        }
    }

    /// A job that need not be waited for.
    pub fn job_at_hand(&self) -> Option<Job> {
        if self.stop.is_cancelled() { None } else { self.jobs.try_lock().ok()?.try_recv().ok() }
    }

    /// Ends the delivery for all workers, between two messages.
    pub fn halt(&self, why: String) {
        tracing::warn!(why, "delivery stops; what was not sent stays ready");
        self.count(|report| {
            report.halted.get_or_insert(why);
        });
        self.stop.cancel();
    }

    pub fn count(&self, add: impl FnOnce(&mut DeliveryReport)) {
        add(&mut self.report.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Where the bounce of this notice goes: the same for each of its attempts.
    pub fn envelope_sender(&self, notice: &Notice) -> String {
        self.verp.as_ref().map_or_else(|| self.envelope_from.clone(), |verp| verp.address(&notice.token))
    }

    pub fn composer(&self) -> Composer<'_> {
        Composer {
            settings: &self.settings,
            words: &self.rules.words,
            dkim: self.dkim.clone(),
            links: self.links.as_ref(),
        }
    }

    pub fn setting(&self, account: &Account) -> Setting<'_> {
        Setting {
            policy: &self.rules.policy_of(account).policy,
            calendar: &self.rules.calendar,
            country: &self.settings.company.country,
            zone: self.settings.company.zone,
            payments_seen: self.payments_seen,
            as_of: self.as_of,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_worker_that_panics_is_told_and_the_others_end_their_work() {
        let mut workers = JoinSet::new();
        workers.spawn(async { panic!("out of range") });
        let (done, end) = tokio::sync::oneshot::channel();
        workers.spawn(async {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            done.send(()).map_err(|()| StoreError::Refused(String::new()))
        });
        let joined = join(&mut workers, &CancellationToken::new()).await;
        assert!(joined.is_err_and(|error| error.to_string().contains("ended unexpectedly")));
        assert_eq!(end.await, Ok(()));
    }
}
