//! One sweep: page by page, what is read, decided and written is one transaction.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use chrono::{DateTime, NaiveDate, Utc};
use rand::RngCore;

use super::behind;
use crate::{
    clock::Clock,
    domain::{
        calendar::{date_at, instant},
        cohort::Cohort,
        facts::Account,
        plan::{Decision, Outcome, Setting, plan},
        policy::LetterKind,
        reason::Reason,
    },
    failpoint,
    link::Links,
    rules::{Published, Rules},
    settings::Settings,
    store::{
        Result, Store, StoreError,
        policies::hex,
        snapshot::{Horizon, Snapshot},
        sweep_pages::{PageCounts, SweepPage},
        sweeps::{NewNotice, OpenSweep, Planned, SweepTotals},
        unreadable::Unreadable,
    },
};

/// Accounts read at a time: the bound of what a sweep keeps in memory.
pub const PAGE: usize = 200;

/// What a sweep needs besides the date.
pub struct Sweeper<'a> {
    pub store: &'a Store,
    pub rules: &'a Rules,
    pub settings: &'a Settings,
    pub clock: &'a Clock,
    /// Makes the links to the customer's page, if there is one.
    pub links: Option<&'a Links>,
}

/// What a sweep came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SweepReport {
    pub id: i64,
    pub as_of: NaiveDate,
    pub notices: u64,
    pub held: u64,
    /// Accounts about which nothing could be decided, since a stored value is not understood.
    pub unreadable: u64,
    /// Accounts held, by each reason that applies.
    pub reasons: BTreeMap<Reason, u64>,
    /// Why nothing was committed: a person must release it.
    pub held_back: Option<String>,
}

impl SweepReport {
    pub fn count(&mut self, decision: &Decision) {
        match &decision.outcome {
            Outcome::Notice { .. } => self.notices += 1,
            Outcome::Held { reasons } => {
                self.held += 1;
                reasons.iter().for_each(|reason| *self.reasons.entry(*reason).or_default() += 1);
            }
        }
    }

    /// As a page keeps it.
    pub fn kept(&self) -> PageCounts {
        let codes = self.reasons.iter().map(|(reason, number)| (reason.code(), *number));
        let codes = codes.chain((self.unreadable > 0).then_some((UNREADABLE, self.unreadable)));
        let reasons: Vec<String> = codes.map(|(code, number)| format!("{code}={number}")).collect();
        PageCounts { notices: self.notices, held: self.held, reasons: reasons.join(" ") }
    }

    /// The sum over all pages, whoever planned them.
    fn of(id: i64, as_of: NaiveDate, totals: &SweepTotals) -> Self {
        let mut report = Self { id, as_of, notices: totals.notices, held: totals.held, ..Self::default() };
        for (code, number) in
            totals.reasons.iter().flat_map(|text| text.split_whitespace()).filter_map(|x| x.split_once('='))
        {
            match (Reason::from_code(code), number.parse::<u64>()) {
                (Some(reason), Ok(number)) => *report.reasons.entry(reason).or_default() += number,
                (None, Ok(number)) if code == UNREADABLE => report.unreadable += number,
                _ => {}
            }
        }
        report
    }
}

/// How a page counts the accounts that cannot be read, beside the reasons.
const UNREADABLE: &str = "unreadable";

/// How often a page is tried again when the database was away, or another transaction in its way.
const TRIES: u32 = 8;

/// How often to look whether other replicas have planned their pages.
const LOOK_AGAIN: std::time::Duration = std::time::Duration::from_millis(200);

impl Sweeper<'_> {
    /// Plans and commits for `as_of`. `release` says that a person allows an unusual number.
    ///
    /// `from` is the instant from which sending hours are counted. Other replicas may plan some of
    /// its pages; it ends when all are planned.
    pub async fn sweep(
        &self,
        as_of: NaiveDate,
        from: DateTime<Utc>,
        release: bool,
        (worker, random): (i64, &mut (impl RngCore + Send)),
    ) -> Result<SweepReport> {
        let horizon = Horizon::everything(as_of);
        self.refuse_earlier(as_of).await?;
        if !release && let Some(why) = behind(self.store, self.clock.now()).await? {
            return self.hold_back(as_of, why).await;
        }
        // What was allowed to one that was cut off is allowed to the rest of it.
        let cut_off = self.store.end_abandoned_sweeps(worker, self.clock.now()).await?.contains(&as_of);
        let accounts = self.candidates(horizon).await?;
        let allowed = self.allowed(release || cut_off).await?;
        let report = match self.unusual(&accounts, horizon, allowed).await? {
            Some((counted, why)) => {
                let counts = (counted.notices, counted.held);
                let id = self.store.hold_sweep_back(as_of, counts, &why, self.clock.now()).await?;
                SweepReport { id, held_back: Some(why), ..counted }
            }
            None => {
                let pages = accounts.chunks(PAGE);
                let cohorts = self.store.cohorts(horizon).await?;
                let id = self.store.start_sweep(as_of, pages, &cohorts, worker, self.clock.now()).await?;
                failpoint::hit("sweep_started");
                self.ring().await;
                self.work(OpenSweep { id, as_of }, from, random).await?;
                while self.store.open_pages(id).await? > 0 {
                    tokio::time::sleep(LOOK_AGAIN).await;
                    self.work(OpenSweep { id, as_of }, from, random).await?;
                }
                let totals = self.store.finish_sweep(id, self.clock.now()).await?;
                failpoint::hit("sweep_finished");
                self.ring().await;
                SweepReport::of(id, as_of, &totals)
            }
        };
        tracing::info!(as_of = %as_of, notices = report.notices, held = report.held, unreadable = report.unreadable, held_back = report.held_back, "sweep done");
        Ok(report)
    }

    /// Leaves the whole sweep to a person.
    pub async fn hold_back(&self, as_of: NaiveDate, why: String) -> Result<SweepReport> {
        let id = self.store.hold_sweep_back(as_of, (0, 0), &why, self.clock.now()).await?;
        tracing::warn!(as_of = %as_of, why, "sweep held back");
        Ok(SweepReport { id, as_of, held_back: Some(why), ..SweepReport::default() })
    }

    /// Other replicas may help to plan, and then to send.
    async fn ring(&self) {
        if let Err(error) = self.store.ring().await {
            tracing::warn!(%error, "the other replicas were not woken; they look by themselves");
        }
    }

    /// Plans the pages of a sweep that nobody else is planning.
    pub async fn work(&self, sweep: OpenSweep, from: DateTime<Utc>, random: &mut (impl RngCore + Send)) -> Result<()> {
        let cohorts = self.store.cohorts_of(sweep.id).await?;
        let mut tries = 0;
        loop {
            match self.plan_page(sweep, &cohorts, from, random).await {
                Ok(true) => tries = 0,
                Ok(false) => return Ok(()),
                // What a lost commit did is seen when the next page is claimed.
                Err(error) if error.passes() && tries < TRIES => {
                    tries += 1;
                    tracing::warn!(%error, "a page of the sweep is planned again");
                    tokio::time::sleep(LOOK_AGAIN * tries).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Sweeps only go forward: one for an earlier date would contradict notices made since.
    async fn refuse_earlier(&self, as_of: NaiveDate) -> Result<()> {
        match self.store.newest_notice().await? {
            Some(newest) if newest > as_of => Err(StoreError::Refused(format!(
                "notices were made for {newest} already; a sweep for {as_of} would contradict them (`duly plan --as-of` only looks)"
            ))),
            _ => Ok(()),
        }
    }

    /// How many notices may go out unasked; `None` is no limit.
    async fn allowed(&self, release: bool) -> Result<Option<(u64, &'static str)>> {
        if release {
            return Ok(None);
        }
        let limits = &self.rules.standard.policy.limits;
        Ok(Some(match self.store.usual_notices().await? {
            None => (0, "this is the first sweep over this ledger"),
            Some(usual) => {
                let most = u64::from(limits.factor) * usual.unsigned_abs();
                (most.max(limits.notices.into()), "this is far more than usual")
            }
        }))
    }

    /// Counts without writing when the limit could be passed.
    async fn unusual(
        &self,
        accounts: &[i64],
        horizon: Horizon,
        allowed: Option<(u64, &'static str)>,
    ) -> Result<Option<(SweepReport, String)>> {
        let Some((most, why)) = allowed else { return Ok(None) };
        if accounts.len() as u64 <= most {
            return Ok(None);
        }
        let mut counted = SweepReport { as_of: horizon.as_of, ..SweepReport::default() };
        plan_each(self, accounts, horizon, |_, decision| counted.count(&decision)).await?;
        let planned = match counted.notices {
            1 => "1 notice is planned".to_owned(),
            number => format!("{number} notices are planned"),
        };
        let why = format!("{planned}; {why} (up to {most})");
        Ok((counted.notices > most).then_some((counted, why)))
    }

    async fn candidates(&self, horizon: Horizon) -> Result<Vec<i64>> {
        match self.rules.first_days() {
            Some(days) => self.store.candidates(days, horizon).await,
            None => Ok(Vec::new()),
        }
    }

    /// Plans one page; false when none is free.
    async fn plan_page(
        &self,
        sweep: OpenSweep,
        cohorts: &[Cohort],
        from: DateTime<Utc>,
        random: &mut (impl RngCore + Send),
    ) -> Result<bool> {
        let Some(mut page) = self.store.claim_page(sweep.id).await? else { return Ok(false) };
        let now = self.clock.now();
        let mut report = SweepReport { id: sweep.id, as_of: sweep.as_of, ..SweepReport::default() };
        let planned = self.decide_page(&mut page, &mut report, (from, cohorts), random).await?;
        failpoint::hit("page_planned");
        page.commit(sweep.as_of, &planned, &report.kept(), now).await?;
        failpoint::hit("page_after_commit");
        Ok(true)
    }

    async fn decide_page(
        &self,
        page: &mut SweepPage,
        report: &mut SweepReport,
        (from, cohorts): (DateTime<Utc>, &[Cohort]),
        random: &mut (impl RngCore + Send),
    ) -> Result<Vec<Planned>> {
        let as_of = report.as_of;
        let payments_seen = page.payments_seen().await?;
        let considered = self.considered(as_of, payments_seen);
        let mut planned = Vec::new();
        let mut found = page.readable(Horizon::everything(as_of)).await?;
        failpoint::hit("page_read");
        page.skip(&found.unreadable).await?;
        report.unreadable += found.unreadable.len() as u64;
        for snapshot in &mut found.snapshots {
            let published = self.rules.policy_of(&snapshot.facts.account);
            for decision in self.decide(snapshot, published, (as_of, cohorts), payments_seen) {
                report.count(&decision);
                let notice = self.notice(snapshot, published, &decision, (from, considered), random);
                planned.push(Planned { account: snapshot.id, decision, policy: published.label.clone(), notice });
            }
        }
        Ok(planned)
    }

    fn decide(
        &self,
        snapshot: &mut Snapshot,
        published: &Published,
        (as_of, cohorts): (NaiveDate, &[Cohort]),
        payments_seen: Option<DateTime<Utc>>,
    ) -> Vec<Decision> {
        self.look_around(snapshot, cohorts);
        plan(&snapshot.facts, &self.setting(published, as_of, payments_seen))
    }

    /// Adds what is known outside of the account's facts.
    pub(super) fn look_around(&self, snapshot: &mut Snapshot, cohorts: &[Cohort]) {
        let documents = self.settings.path(&self.settings.files.documents);
        snapshot.facts.missing_documents = missing_documents(snapshot, &documents);
        snapshot.facts.belong_to(cohorts);
    }

    /// The planner's arguments for a policy and a date.
    pub fn setting<'s>(
        &'s self,
        published: &'s Published,
        as_of: NaiveDate,
        payments_seen: Option<DateTime<Utc>>,
    ) -> Setting<'s> {
        Setting {
            policy: &published.policy,
            calendar: &self.rules.calendar,
            country: &self.settings.company.country,
            zone: self.settings.company.zone,
            payments_seen,
            as_of,
        }
    }

    /// The day up to which payments are considered: no later than payment data last came in.
    pub fn considered(&self, as_of: NaiveDate, payments_seen: Option<DateTime<Utc>>) -> NaiveDate {
        payments_seen.map_or(as_of, |seen| date_at(self.settings.company.zone, seen).min(as_of))
    }

    /// What a notice is besides its decision; `None` for one that is held.
    pub fn notice(
        &self,
        snapshot: &Snapshot,
        published: &Published,
        decision: &Decision,
        (from, considered): (DateTime<Utc>, NaiveDate),
        random: &mut impl RngCore,
    ) -> Option<NewNotice> {
        let Outcome::Notice { .. } = decision.outcome else { return None };
        let (account, policy) = (&snapshot.facts.account, &published.policy);
        let stage = |name: &String| policy.stages.iter().find(|stage| stage.name == *name);
        let company = &self.settings.company;
        let (zone, country) =
            (account.zone.unwrap_or(company.zone), account.country.as_ref().unwrap_or(&company.country));
        let mut token = [0; 16];
        random.fill_bytes(&mut token);
        let token = hex(&token);
        Some(NewNotice {
            page: self.links.map(|links| links.kept_of(&token)),
            token,
            letter: match stage(&decision.stage)?.letter {
                LetterKind::First => "first",
                LetterKind::Second => "second",
            },
            address: snapshot.facts.address()?.to_owned(),
            considered,
            due_at: self.rules.calendar.next_permitted(&policy.sending.window(), zone, country, from),
            stage_days: decision.items.iter().map(|item| item.stage.as_ref().and_then(stage).map(|s| s.days)).collect(),
        })
    }
}

/// Plans every account that could be due, in the order of their numbers, without writing. Returns
/// those that cannot be read.
pub async fn plan_each(
    sweeper: &Sweeper<'_>,
    accounts: &[i64],
    horizon: Horizon,
    mut take: impl FnMut(&Snapshot, Decision),
) -> Result<Vec<Unreadable>> {
    let payments_seen = sweeper.store.payments_seen(horizon.batch).await?;
    let cohorts = sweeper.store.cohorts(horizon).await?;
    let mut unreadable = Vec::new();
    for page in accounts.chunks(PAGE) {
        let mut found = sweeper.store.readable(page, horizon).await?;
        unreadable.append(&mut found.unreadable);
        for snapshot in &mut found.snapshots {
            let published = sweeper.rules.policy_of(&snapshot.facts.account);
            for decision in sweeper.decide(snapshot, published, (horizon.as_of, &cohorts), payments_seen) {
                take(snapshot, decision);
            }
        }
    }
    Ok(unreadable)
}

/// Plans every account that could be due by the rules of either, a page at a time, and gives both sets of decisions to
/// `take`, which says whether to go on.
pub async fn compare(
    old: &Sweeper<'_>,
    new: &Sweeper<'_>,
    horizon: Horizon,
    mut take: impl FnMut(Progress<'_>) -> bool + Send,
) -> Result<()> {
    let days = [old, new].into_iter().filter_map(|sweeper| sweeper.rules.first_days()).min();
    let accounts = match days {
        Some(days) => old.store.candidates(days, horizon).await?,
        None => Vec::new(),
    };
    let payments_seen = old.store.payments_seen(horizon.batch).await?;
    let cohorts = old.store.cohorts(horizon).await?;
    take(Progress::Begun(accounts.len()));
    for page in accounts.chunks(PAGE) {
        let mut found = old.store.readable(page, horizon).await?;
        for snapshot in &mut found.snapshots {
            let [before, after] = [old, new].map(|sweeper| {
                let published = sweeper.rules.policy_of(&snapshot.facts.account);
                sweeper.decide(snapshot, published, (horizon.as_of, &cohorts), payments_seen)
            });
            if !take(Progress::Account(&snapshot.facts.account, &before, &after)) {
                return Ok(());
            }
        }
        // Whoever opens a page meanwhile does not wait for this.
        tokio::task::yield_now().await;
    }
    Ok(())
}

/// What a comparison tells while it goes on.
pub enum Progress<'a> {
    /// So many accounts will be looked at.
    Begun(usize),
    /// An account with its decisions by the old rules and by the new ones.
    Account(&'a Account, &'a [Decision], &'a [Decision]),
}

impl Sweeper<'_> {
    /// Why the sweep of so many notices would wait for a person, if it would.
    pub async fn would_wait(&self, notices: u64) -> Result<Option<&'static str>> {
        let allowed = self.allowed(false).await?;
        Ok(allowed.filter(|(most, _)| notices > *most).map(|(_, why)| why))
    }

    /// Plans everything that could be due, without writing. Returns the accounts that cannot be read.
    pub async fn plan(&self, horizon: Horizon, take: impl FnMut(&Snapshot, Decision)) -> Result<Vec<Unreadable>> {
        let accounts = self.candidates(horizon).await?;
        plan_each(self, &accounts, horizon, take).await
    }

    /// The instant from which sending hours count for a date: now, or for a date in the past the
    /// same time of that day.
    pub fn sending_from(&self, as_of: NaiveDate, now: DateTime<Utc>) -> DateTime<Utc> {
        let zone = self.settings.company.zone;
        let local = now.with_timezone(&zone).naive_local();
        if local.date() == as_of { now } else { instant(zone, as_of.and_time(local.time())) }
    }
}

fn missing_documents(snapshot: &Snapshot, folder: &Path) -> BTreeSet<String> {
    let named = snapshot.facts.invoices.iter().filter_map(|invoice| invoice.document.as_ref());
    named.filter(|document| !folder.join(document).is_file()).cloned().collect()
}
