//! One sweep: page by page, what is read, decided and written is one transaction.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use chrono::{DateTime, NaiveDate, Utc};
use rand::RngCore;

use crate::{
    domain::{
        calendar::{date_at, instant},
        plan::{Decision, Outcome, Setting, plan},
        policy::LetterKind,
        reason::Reason,
    },
    failpoint,
    rules::{Published, Rules},
    settings::Settings,
    store::{
        Result, Store, StoreError,
        policies::hex,
        snapshot::{Horizon, Snapshot},
        sweeps::{NewNotice, Planned},
    },
};

/// Accounts read at a time: the bound of what a sweep keeps in memory.
pub const PAGE: usize = 200;

/// What a sweep needs besides the date.
pub struct Sweeper<'a> {
    pub store: &'a Store,
    pub rules: &'a Rules,
    pub settings: &'a Settings,
}

/// What a sweep came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SweepReport {
    pub id: i64,
    pub as_of: NaiveDate,
    pub notices: u64,
    pub held: u64,
    /// Accounts held, by each reason that applies.
    pub reasons: BTreeMap<Reason, u64>,
    /// Why nothing was committed: a person must release it.
    pub held_back: Option<String>,
}

impl SweepReport {
    fn count(&mut self, decision: &Decision) {
        match &decision.outcome {
            Outcome::Notice { .. } => self.notices += 1,
            Outcome::Held { reasons } => {
                self.held += 1;
                reasons.iter().for_each(|reason| *self.reasons.entry(*reason).or_default() += 1);
            }
        }
    }
}

impl Sweeper<'_> {
    /// Plans and commits for `as_of`. `release` says that a person allows an unusual number.
    ///
    /// `from` is the instant from which sending hours are counted.
    pub async fn sweep(
        &self,
        as_of: NaiveDate,
        (now, from): (DateTime<Utc>, DateTime<Utc>),
        release: bool,
        random: &mut (impl RngCore + Send),
    ) -> Result<SweepReport> {
        let horizon = Horizon::everything(as_of);
        self.refuse_earlier(as_of).await?;
        let accounts = self.candidates(horizon).await?;
        let allowed = self.allowed(release).await?;
        // The sweep counts as released before it commits its first page: after a crash in the
        // middle the rest must not look like a first sweep again.
        let unusual = self.unusual(&accounts, horizon, allowed).await?;
        let id = self.store.start_sweep(as_of, now).await?;
        failpoint::hit("sweep_started");
        let mut report = SweepReport { id, as_of, ..SweepReport::default() };
        if let Some((counted, why)) = unusual {
            report = SweepReport { id, held_back: Some(why), ..counted };
        } else {
            for page in accounts.chunks(PAGE) {
                self.commit_page(page, horizon, &mut report, (now, from), random).await?;
            }
        }
        let counts = (report.notices, report.held);
        self.store.finish_sweep(id, counts, report.held_back.as_deref(), now).await?;
        failpoint::hit("sweep_finished");
        tracing::info!(as_of = %as_of, notices = report.notices, held = report.held, held_back = report.held_back, "sweep done");
        Ok(report)
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

    async fn commit_page(
        &self,
        accounts: &[i64],
        horizon: Horizon,
        report: &mut SweepReport,
        (now, from): (DateTime<Utc>, DateTime<Utc>),
        random: &mut (impl RngCore + Send),
    ) -> Result<()> {
        let payments_seen = self.store.payments_seen(horizon.batch).await?;
        let mut page = self.store.sweep_page().await?;
        let mut planned = Vec::new();
        let mut snapshots = page.snapshots(accounts, horizon).await?;
        failpoint::hit("page_read");
        for snapshot in &mut snapshots {
            let published = self.rules.policy_of(&snapshot.facts.account);
            for decision in self.decide(snapshot, published, horizon.as_of, payments_seen) {
                report.count(&decision);
                let considered = self.considered(horizon.as_of, payments_seen);
                let notice = self.notice(snapshot, published, &decision, (from, considered), random);
                planned.push(Planned { account: snapshot.id, decision, policy: published.label.clone(), notice });
            }
        }
        failpoint::hit("page_planned");
        page.commit(report.id, horizon.as_of, &planned, now).await?;
        failpoint::hit("page_after_commit");
        Ok(())
    }

    fn decide(
        &self,
        snapshot: &mut Snapshot,
        published: &Published,
        as_of: NaiveDate,
        payments_seen: Option<DateTime<Utc>>,
    ) -> Vec<Decision> {
        let documents = self.settings.path(&self.settings.files.documents);
        snapshot.facts.missing_documents = missing_documents(snapshot, &documents);
        plan(&snapshot.facts, &self.setting(published, as_of, payments_seen))
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

    fn notice(
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
        Some(NewNotice {
            token: hex(&token),
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

/// Plans every account that could be due, in the order of their numbers, without writing.
pub async fn plan_each(
    sweeper: &Sweeper<'_>,
    accounts: &[i64],
    horizon: Horizon,
    mut take: impl FnMut(&Snapshot, Decision),
) -> Result<()> {
    let payments_seen = sweeper.store.payments_seen(horizon.batch).await?;
    for page in accounts.chunks(PAGE) {
        for snapshot in &mut sweeper.store.snapshots(page, horizon).await? {
            let published = sweeper.rules.policy_of(&snapshot.facts.account);
            for decision in sweeper.decide(snapshot, published, horizon.as_of, payments_seen) {
                take(snapshot, decision);
            }
        }
    }
    Ok(())
}

impl Sweeper<'_> {
    /// Plans everything that could be due, without writing.
    pub async fn plan(&self, horizon: Horizon, take: impl FnMut(&Snapshot, Decision)) -> Result<()> {
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
