//! Sweeps, and what their pages commit: decisions, possible protests, notices and their items.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    Result, Store, StoreError, audit, cohorts,
    engine::{Builder, Columns, Tx, query},
    sweep_pages::SweepPage,
    touch,
};
use crate::domain::{
    audit::Kind,
    cohort::Cohort,
    evidence::Suspicion,
    money::Currency,
    notice::State,
    plan::{Decision, Outcome},
};

/// A decision with what the store needs to keep it.
#[derive(Debug)]
pub struct Planned {
    pub account: i64,
    pub decision: Decision,
    /// Label of the policy version, e.g. `standard-3`.
    pub policy: String,
    pub notice: Option<NewNotice>,
}

/// What a notice is besides its decision.
#[derive(Debug)]
pub struct NewNotice {
    /// Unguessable; its Message-ID derives from it.
    pub token: String,
    /// What is kept of the link to its page.
    pub page: Option<String>,
    pub letter: &'static str,
    pub address: String,
    /// From when it may be sent.
    pub due_at: DateTime<Utc>,
    /// Payments are considered up to and including this day.
    pub considered: NaiveDate,
    /// Days of the stage of each item, in their order.
    pub stage_days: Vec<Option<u32>>,
}

/// A sweep as a person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SweepRow {
    pub id: i64,
    pub as_of: NaiveDate,
    pub notices: i64,
    pub held: i64,
    pub held_back: Option<String>,
    pub released_at: Option<DateTime<Utc>>,
}

/// A sweep that a person was asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldBack {
    pub id: i64,
    pub as_of: NaiveDate,
    pub at: DateTime<Utc>,
    /// What it would have come to.
    pub notices: i64,
    pub held: i64,
    pub why: String,
    pub released_by: Option<String>,
    pub released_at: Option<DateTime<Utc>>,
    /// No other has come since.
    pub newest: bool,
}

impl HeldBack {
    /// Whether a person can still release it.
    pub fn waits(&self) -> bool {
        self.newest && self.released_at.is_none()
    }
}

/// A sweep that has begun and not ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenSweep {
    pub id: i64,
    pub as_of: NaiveDate,
}

/// What a sweep came to, over all its pages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SweepTotals {
    pub notices: u64,
    pub held: u64,
    /// Texts like `promise=3 no_contact=1`, one a page.
    pub reasons: Vec<String>,
}

impl Store {
    /// Begins a sweep over these pages of accounts.
    pub async fn start_sweep<'a>(
        &self,
        as_of: NaiveDate,
        pages: impl Iterator<Item = &'a [i64]>,
        cohorts: &[Cohort],
        worker: i64,
        now: DateTime<Utc>,
    ) -> Result<i64> {
        let mut tx = self.begin().await?;
        let text = "INSERT INTO sweep (company, as_of, started_at, worker) VALUES ($1, $2, $3, $4) RETURNING id";
        let sweep: i64 = query(text).bind(self.company).bind(as_of).bind(now).bind(worker).value(&mut tx).await?;
        cohorts::keep(&mut tx, sweep, cohorts).await?;
        let pages: Vec<(i64, String)> = (1..).zip(pages.map(listed)).collect();
        for rows in pages.chunks(1_000) {
            let mut insert = Builder::new("INSERT INTO sweep_page (sweep, position, accounts) ");
            insert.push_values(rows, |row, (position, accounts)| {
                row.push_bind(sweep).push_bind(*position).push_bind(accounts);
            });
            insert.build().execute(&mut tx).await?;
        }
        tx.commit().await?;
        Ok(sweep)
    }

    /// Records a sweep that waits for a person, with what it would have come to.
    pub async fn hold_sweep_back(
        &self,
        as_of: NaiveDate,
        counts: (u64, u64),
        why: &str,
        now: DateTime<Utc>,
    ) -> Result<i64> {
        let text = "INSERT INTO sweep (company, as_of, started_at, finished_at, notices, held, held_back) \
                    VALUES ($1, $2, $3, $3, $4, $5, $6) RETURNING id";
        let mut tx = self.begin().await?;
        let insert = query(text).bind(self.company).bind(as_of).bind(now);
        let id = insert.bind(counts.0 as i64).bind(counts.1 as i64).bind(why).value(&mut tx).await?;
        self.tell_sweep(&mut tx, Kind::HeldBack, id).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Pages of a sweep that are not planned yet.
    pub async fn open_pages(&self, sweep: i64) -> Result<i64> {
        let text = "SELECT COUNT(*) FROM sweep_page WHERE sweep = $1 AND planned_at IS NULL";
        query(text).bind(sweep).value(self.pool()).await
    }

    /// A sweep that a living worker has begun and in which there is something left to plan.
    pub async fn sweep_to_help(&self) -> Result<Option<OpenSweep>> {
        let text = "SELECT id, as_of FROM sweep WHERE company = $1 AND finished_at IS NULL \
                    AND worker IN (SELECT id FROM worker) AND EXISTS (SELECT 1 FROM sweep_page p \
                    WHERE p.sweep = sweep.id AND p.planned_at IS NULL) ORDER BY id DESC LIMIT 1";
        let row = query(text).bind(self.company).fetch_optional(self.pool()).await?;
        row.map(|row| {
            let mut c = Columns::of(&row);
            Ok(OpenSweep { id: c.take()?, as_of: c.take()? })
        })
        .transpose()
    }

    /// Ends the sweeps whose workers are gone, and those that `worker` gave up: what they had not
    /// planned, a new one does with the facts of today. Returns the dates for which they were.
    pub async fn end_abandoned_sweeps(&self, worker: i64, now: DateTime<Utc>) -> Result<Vec<NaiveDate>> {
        let text = "SELECT id, as_of FROM sweep WHERE company = $1 AND finished_at IS NULL \
                    AND (worker IS NULL OR worker = $2 OR worker NOT IN (SELECT id FROM worker))";
        let mut dates = Vec::new();
        for row in query(text).bind(self.company).bind(worker).fetch_all(self.pool()).await? {
            let mut c = Columns::of(&row);
            self.finish_sweep(c.take()?, now).await?;
            dates.push(c.take()?);
        }
        Ok(dates)
    }

    /// Ends a sweep, with the sum of the pages that were planned.
    pub async fn finish_sweep(&self, id: i64, now: DateTime<Utc>) -> Result<SweepTotals> {
        let mut tx = self.begin().await?;
        let totals = sweep_totals(&mut tx, id).await?;
        let text = "UPDATE sweep SET finished_at = $1, notices = $2, held = $3 WHERE id = $4 AND finished_at IS NULL";
        let update = query(text).bind(now).bind(totals.notices as i64).bind(totals.held as i64).bind(id);
        if update.execute(&mut tx).await? == 1 {
            self.tell_sweep(&mut tx, Kind::Sweep, id).await?;
        }
        tx.commit().await?;
        Ok(totals)
    }

    async fn tell_sweep(&self, tx: &mut Tx, kind: Kind, id: i64) -> Result<()> {
        audit::tell(tx, self.company, kind, &id.to_string()).await
    }

    /// Largest number of notices in the last ten sweeps that were not held back and had some;
    /// `None` before the first one.
    pub async fn usual_notices(&self) -> Result<Option<i64>> {
        let text = "SELECT MAX(notices) FROM (SELECT notices FROM sweep WHERE company = $1 AND held_back IS NULL \
                    AND finished_at IS NOT NULL AND notices > 0 ORDER BY id DESC LIMIT 10) last_ten";
        query(text).bind(self.company).value(self.pool()).await
    }

    /// Says that a person releases the newest sweep that is held back; the next sweep may send.
    pub async fn release_sweep(&self, by: &str, now: DateTime<Utc>) -> Result<Option<i64>> {
        let text = "UPDATE sweep SET released_by = $1, released_at = $2 WHERE id = (SELECT MAX(id) FROM sweep \
                    WHERE company = $3 AND finished_at IS NOT NULL) AND held_back IS NOT NULL RETURNING id";
        let mut tx = self.begin().await?;
        let released = query(text).bind(by).bind(now).bind(self.company).value_optional(&mut tx).await?;
        if let Some(id) = released {
            self.tell_sweep(&mut tx, Kind::Released, id).await?;
        }
        tx.commit().await?;
        Ok(released)
    }

    /// Releases the sweep that a person has looked at, once, and only while it is the newest one.
    pub async fn release_this_sweep(&self, id: i64, by: &str, now: DateTime<Utc>) -> Result<()> {
        let text = "UPDATE sweep SET released_by = $1, released_at = $2 WHERE company = $3 AND id = $4 \
                    AND id = (SELECT MAX(id) FROM sweep WHERE company = $3 AND finished_at IS NOT NULL) \
                    AND held_back IS NOT NULL AND released_at IS NULL";
        let mut tx = self.begin().await?;
        let released = query(text).bind(by).bind(now).bind(self.company).bind(id).execute(&mut tx).await?;
        if released == 0 {
            let why = "this sweep does not wait any more: it was released, or a newer one has come".to_owned();
            return Err(StoreError::Refused(why));
        }
        self.tell_sweep(&mut tx, Kind::Released, id).await?;
        tx.commit().await
    }

    /// Sweeps that were held back, the newest first.
    pub async fn held_back_sweeps(&self, limit: i64) -> Result<Vec<HeldBack>> {
        let text = "SELECT id, as_of, finished_at, notices, held, held_back, released_by, released_at, \
                    id = (SELECT MAX(id) FROM sweep WHERE company = $1 AND finished_at IS NOT NULL) FROM sweep \
                    WHERE company = $1 AND held_back IS NOT NULL AND finished_at IS NOT NULL ORDER BY id DESC LIMIT $2";
        let rows = query(text).bind(self.company).bind(limit).fetch_all(self.pool()).await?;
        let held_back = |row| {
            let mut c = Columns::of(row);
            Ok(HeldBack {
                id: c.take()?,
                as_of: c.take()?,
                at: c.take()?,
                notices: c.take()?,
                held: c.take()?,
                why: c.take()?,
                released_by: c.take()?,
                released_at: c.take()?,
                newest: c.take()?,
            })
        };
        rows.iter().map(held_back).collect()
    }

    /// The newest finished sweep.
    pub async fn last_sweep(&self) -> Result<Option<SweepRow>> {
        let text = "SELECT id, as_of, notices, held, held_back, released_at FROM sweep \
                    WHERE company = $1 AND finished_at IS NOT NULL ORDER BY id DESC LIMIT 1";
        let row = query(text).bind(self.company).fetch_optional(self.pool()).await?;
        row.map(|row| {
            let mut c = Columns::of(&row);
            Ok(SweepRow {
                id: c.take()?,
                as_of: c.take()?,
                notices: c.take()?,
                held: c.take()?,
                held_back: c.take()?,
                released_at: c.take()?,
            })
        })
        .transpose()
    }
}

async fn sweep_totals(tx: &mut Tx, id: i64) -> Result<SweepTotals> {
    let mut totals = SweepTotals::default();
    let text = "SELECT notices, held, reasons FROM sweep_page WHERE sweep = $1";
    for row in query(text).bind(id).fetch_all(tx).await? {
        let mut c = Columns::of(&row);
        totals.notices += c.number::<u64>()?;
        totals.held += c.number::<u64>()?;
        totals.reasons.push(c.take()?);
    }
    Ok(totals)
}

/// Ids with a blank between them.
fn listed(accounts: &[i64]) -> String {
    let ids: Vec<String> = accounts.iter().map(i64::to_string).collect();
    ids.join(" ")
}

impl SweepPage {
    pub(super) async fn decisions(&mut self, planned: &[Planned]) -> Result<()> {
        let reasons = |decision: &Decision| {
            let codes: Vec<&str> = decision.outcome.reasons().iter().map(|reason| reason.code()).collect();
            codes.join(" ")
        };
        for rows in planned.chunks(1_000) {
            let mut insert = Builder::new(
                "INSERT INTO decision (sweep, account, currency, outcome, stage, reasons, overdue_total, credits, policy) \
                 SELECT v.column1, v.column2, v.column3, v.column4, v.column5, v.column6, v.column7, v.column8, v.column9 FROM (",
            );
            insert.push_values(rows, |row, plan| {
                let decision = &plan.decision;
                let outcome = if plan.notice.is_some() { "notice" } else { "held" };
                row.push_bind(self.sweep).push_bind(plan.account).push_bind(decision.currency.code().to_owned());
                row.push_bind(outcome).push_bind(decision.stage.clone()).push_bind(reasons(decision));
                row.push_bind(decision.overdue_total).push_bind(decision.credits).push_bind(plan.policy.clone());
            });
            insert.push(
                ") AS v WHERE NOT EXISTS (SELECT 1 FROM decision d WHERE d.account = v.column2 AND d.currency = v.column3 \
                 AND d.sweep = (SELECT MAX(sweep) FROM decision l WHERE l.account = v.column2 AND l.currency = v.column3) \
                 AND d.outcome = 'held' AND v.column4 = 'held' AND d.stage = v.column5 AND d.reasons = v.column6 \
                 AND d.overdue_total = v.column7 AND d.credits = v.column8)",
            );
            insert.build().execute(&mut self.tx).await?;
        }
        Ok(())
    }

    /// Logs a possible protest, which holds its items until a person has looked.
    pub(super) async fn open_case(
        &mut self,
        account: i64,
        suspicions: &[Suspicion],
        as_of: NaiveDate,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let text = "INSERT INTO cases (company, account, kind, status, opened, recorded_at, sweep) \
                    VALUES ($1, $2, 'protest', 'suspected', $3, $4, $5) RETURNING id";
        let insert = query(text).bind(self.company).bind(account).bind(as_of).bind(now);
        let case: i64 = insert.bind(self.sweep).value(&mut self.tx).await?;
        let observations = suspicions.iter().flat_map(|s| s.observations.iter().map(|o| (s.invoice.as_str(), o)));
        let mut insert = Builder::new(
            "INSERT INTO case_evidence (case_id, invoice, key, decisive, sentence, source, side, weight) ",
        );
        insert.push_values(observations, |row, (invoice, observation)| {
            row.push_bind(case).push_bind(invoice).push_bind(observation.key.clone()).push_bind(observation.decisive);
            row.push_bind(observation.sentence.clone()).push_bind(observation.source.clone());
            row.push_bind(observation.side.code()).push_bind(observation.weight.to_string());
        });
        insert.build().execute(&mut self.tx).await?;
        let mut insert = Builder::new("INSERT INTO case_item (case_id, invoice) ");
        insert.push_values(suspicions, |row, suspicion| {
            row.push_bind(case).push_bind(suspicion.invoice.clone());
        });
        insert.build().execute(&mut self.tx).await?;
        let text = "INSERT INTO case_event (case_id, step, status, author, why, effective, recorded_at) \
                    VALUES ($1, 'opened', 'suspected', 'duly', 'evidence reached the policy''s threshold', $2, $3)";
        query(text).bind(case).bind(as_of).bind(now).execute(&mut self.tx).await?;
        touch(&mut self.tx, account).await
    }

    pub(super) async fn notices(&mut self, as_of: NaiveDate, planned: &[Planned], now: DateTime<Utc>) -> Result<()> {
        let notices: Vec<(&Planned, &NewNotice)> =
            planned.iter().filter_map(|plan| plan.notice.as_ref().map(|notice| (plan, notice))).collect();
        for rows in notices.chunks(500) {
            let ids = self.insert_notices(as_of, rows, now).await?;
            self.insert_items(rows, &ids).await?;
        }
        Ok(())
    }

    /// Returns the ids of the new notices by account and currency.
    async fn insert_notices(
        &mut self,
        as_of: NaiveDate,
        rows: &[(&Planned, &NewNotice)],
        now: DateTime<Utc>,
    ) -> Result<HashMap<(i64, String), i64>> {
        let mut insert = Builder::new(
            "INSERT INTO notice (company, account, sweep, as_of, currency, stage, letter, policy, token, address, \
             overdue_total, credits, offer_percent, offer_pay, offer_discount, offer_last_day, planned_at, dated_at, considered, state, due_at, \
             page) ",
        );
        insert.push_values(rows, |row, (plan, notice)| {
            let decision = &plan.decision;
            let offer = match &decision.outcome {
                Outcome::Notice { offer } => offer.as_ref(),
                Outcome::Held { .. } => None,
            };
            row.push_bind(self.company).push_bind(plan.account).push_bind(self.sweep).push_bind(as_of);
            row.push_bind(decision.currency.code().to_owned()).push_bind(decision.stage.clone());
            row.push_bind(notice.letter).push_bind(plan.policy.clone()).push_bind(notice.token.clone());
            row.push_bind(notice.address.clone()).push_bind(decision.overdue_total).push_bind(decision.credits);
            row.push_bind(offer.map(|offer| offer.percent.to_string())).push_bind(offer.map(|offer| offer.pay));
            row.push_bind(offer.map(|offer| offer.discount)).push_bind(offer.map(|offer| offer.last_day));
            row.push_bind(now).push_bind(now.max(notice.due_at)).push_bind(notice.considered);
            row.push_bind(State::Ready.code()).push_bind(notice.due_at).push_bind(notice.page.clone());
        });
        insert.push(" RETURNING id, account, currency");
        let mut ids = HashMap::new();
        for row in insert.build().fetch_all(&mut self.tx).await? {
            let mut c = Columns::of(&row);
            let id = c.take()?;
            ids.insert((c.take()?, c.take()?), id);
        }
        Ok(ids)
    }

    async fn insert_items(&mut self, rows: &[(&Planned, &NewNotice)], ids: &HashMap<(i64, String), i64>) -> Result<()> {
        let id_of = |plan: &Planned, currency: Currency| ids.get(&(plan.account, currency.code().to_owned())).copied();
        let items: Vec<_> = rows
            .iter()
            .filter_map(|(plan, notice)| id_of(plan, plan.decision.currency).map(|id| (id, plan, notice)))
            .flat_map(|(id, plan, notice)| {
                plan.decision.items.iter().zip(&notice.stage_days).enumerate().map(move |(n, item)| (id, n, item))
            })
            .collect();
        for rows in items.chunks(2_000) {
            let mut insert = Builder::new(
                "INSERT INTO notice_item (notice, position, company, invoice, issued, due, days_overdue, residual, \
                 stage, stage_days, document) ",
            );
            insert.push_values(rows, |row, (id, position, (item, stage_days))| {
                row.push_bind(*id).push_bind(*position as i64).push_bind(self.company).push_bind(item.invoice.clone());
                row.push_bind(item.issued).push_bind(item.due).push_bind(item.days_overdue).push_bind(item.residual);
                row.push_bind(item.stage.clone()).push_bind(**stage_days).push_bind(item.document.clone());
            });
            insert.build().execute(&mut self.tx).await?;
        }
        Ok(())
    }
}
