//! What a sweep commits: decisions, possible protests, notices and their items.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{QueryBuilder, Row as _, Sqlite};

use super::{
    Result, Store, Tx,
    rows::Columns,
    snapshot::{Horizon, Snapshot, load},
    touch,
};
use crate::domain::{
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
    pub released: bool,
}

/// A page of a sweep: what is read and what is written is one transaction.
pub struct SweepPage {
    tx: Tx,
    company: i64,
}

impl Store {
    pub async fn start_sweep(&self, as_of: NaiveDate, now: DateTime<Utc>) -> Result<i64> {
        let text = "INSERT INTO sweep (company, as_of, started_at) VALUES ($1, $2, $3) RETURNING id";
        Ok(sqlx::query_scalar(text).bind(self.company).bind(as_of).bind(now).fetch_one(self.pool()).await?)
    }

    pub async fn finish_sweep(
        &self,
        id: i64,
        counts: (u64, u64),
        held_back: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let text = "UPDATE sweep SET finished_at = $1, notices = $2, held = $3, held_back = $4 WHERE id = $5";
        let update = sqlx::query(text).bind(now).bind(counts.0 as i64).bind(counts.1 as i64).bind(held_back).bind(id);
        update.execute(self.pool()).await?;
        Ok(())
    }

    /// Largest number of notices in the last ten sweeps that were not held back and had some;
    /// `None` before the first one.
    pub async fn usual_notices(&self) -> Result<Option<i64>> {
        let text = "SELECT MAX(notices) FROM (SELECT notices FROM sweep WHERE company = $1 AND held_back IS NULL \
                    AND finished_at IS NOT NULL AND notices > 0 ORDER BY id DESC LIMIT 10)";
        Ok(sqlx::query_scalar(text).bind(self.company).fetch_one(self.pool()).await?)
    }

    /// Says that a person releases the newest sweep that is held back; the next sweep may send.
    pub async fn release_sweep(&self, by: &str, now: DateTime<Utc>) -> Result<Option<i64>> {
        let text = "UPDATE sweep SET released_by = $1, released_at = $2 WHERE id = (SELECT MAX(id) FROM sweep \
                    WHERE company = $3 AND finished_at IS NOT NULL) AND held_back IS NOT NULL RETURNING id";
        Ok(sqlx::query_scalar(text).bind(by).bind(now).bind(self.company).fetch_optional(self.pool()).await?)
    }

    /// The newest finished sweep.
    pub async fn last_sweep(&self) -> Result<Option<SweepRow>> {
        let text = "SELECT id, as_of, notices, held, held_back, released_at IS NOT NULL FROM sweep \
                    WHERE company = $1 AND finished_at IS NOT NULL ORDER BY id DESC LIMIT 1";
        let row = sqlx::query(text).bind(self.company).fetch_optional(self.pool()).await?;
        row.map(|row| {
            let mut c = Columns::of(&row);
            Ok(SweepRow {
                id: c.take()?,
                as_of: c.take()?,
                notices: c.take()?,
                held: c.take()?,
                held_back: c.take()?,
                released: c.take()?,
            })
        })
        .transpose()
    }

    pub async fn sweep_page(&self) -> Result<SweepPage> {
        Ok(SweepPage { tx: self.begin().await?, company: self.company })
    }
}

impl SweepPage {
    pub async fn snapshots(&mut self, accounts: &[i64], horizon: Horizon) -> Result<Vec<Snapshot>> {
        load(&mut self.tx, accounts, horizon).await
    }

    /// Commits the decisions of the page. A decision that is the same as the account's last one
    /// is not written again.
    pub async fn commit(mut self, sweep: i64, as_of: NaiveDate, planned: &[Planned], now: DateTime<Utc>) -> Result<()> {
        self.decisions(sweep, planned).await?;
        for plan in planned {
            if !plan.decision.suspicions.is_empty() {
                self.open_case(plan.account, &plan.decision.suspicions, as_of, now).await?;
            }
        }
        let notices: Vec<(&Planned, &NewNotice)> =
            planned.iter().filter_map(|plan| plan.notice.as_ref().map(|notice| (plan, notice))).collect();
        for rows in notices.chunks(500) {
            self.notices(sweep, as_of, rows, now).await?;
        }
        crate::failpoint::hit("page_before_commit");
        Ok(self.tx.commit().await?)
    }

    async fn decisions(&mut self, sweep: i64, planned: &[Planned]) -> Result<()> {
        let reasons = |decision: &Decision| {
            let codes: Vec<&str> = decision.outcome.reasons().iter().map(|reason| reason.code()).collect();
            codes.join(" ")
        };
        for rows in planned.chunks(1_000) {
            let mut insert = QueryBuilder::<Sqlite>::new(
                "INSERT INTO decision (sweep, account, currency, outcome, stage, reasons, overdue_total, credits, policy) \
                 SELECT v.column1, v.column2, v.column3, v.column4, v.column5, v.column6, v.column7, v.column8, v.column9 FROM (",
            );
            insert.push_values(rows, |mut row, plan| {
                let decision = &plan.decision;
                let outcome = if plan.notice.is_some() { "notice" } else { "held" };
                row.push_bind(sweep).push_bind(plan.account).push_bind(decision.currency.code().to_owned());
                row.push_bind(outcome).push_bind(decision.stage.clone()).push_bind(reasons(decision));
                row.push_bind(decision.overdue_total).push_bind(decision.credits).push_bind(plan.policy.clone());
            });
            insert.push(
                ") AS v WHERE NOT EXISTS (SELECT 1 FROM decision d WHERE d.account = v.column2 AND d.currency = v.column3 \
                 AND d.sweep = (SELECT MAX(sweep) FROM decision l WHERE l.account = v.column2 AND l.currency = v.column3) \
                 AND d.outcome = 'held' AND v.column4 = 'held' AND d.stage = v.column5 AND d.reasons = v.column6 \
                 AND d.overdue_total = v.column7 AND d.credits = v.column8)",
            );
            insert.build().execute(&mut *self.tx).await?;
        }
        Ok(())
    }

    /// Logs a possible protest, which holds its items until a person has looked.
    async fn open_case(
        &mut self,
        account: i64,
        suspicions: &[Suspicion],
        as_of: NaiveDate,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let text = "INSERT INTO cases (company, account, kind, status, opened, recorded_at) \
                    VALUES ($1, $2, 'protest', 'suspected', $3, $4) RETURNING id";
        let insert = sqlx::query_scalar(text).bind(self.company).bind(account).bind(as_of).bind(now);
        let case: i64 = insert.fetch_one(&mut *self.tx).await?;
        let observations = suspicions.iter().flat_map(|s| s.observations.iter().map(|o| (s.invoice.as_str(), o)));
        let mut insert = QueryBuilder::<Sqlite>::new(
            "INSERT INTO case_evidence (case_id, invoice, key, decisive, sentence, source) ",
        );
        insert.push_values(observations, |mut row, (invoice, observation)| {
            row.push_bind(case).push_bind(invoice).push_bind(observation.key.clone()).push_bind(observation.decisive);
            row.push_bind(observation.sentence.clone()).push_bind(observation.source.clone());
        });
        insert.build().execute(&mut *self.tx).await?;
        let text = "INSERT INTO case_event (case_id, status, author, why, effective, recorded_at) \
                    VALUES ($1, 'suspected', 'duly', 'evidence reached the policy''s threshold', $2, $3)";
        sqlx::query(text).bind(case).bind(as_of).bind(now).execute(&mut *self.tx).await?;
        touch(&mut self.tx, account).await
    }

    async fn notices(
        &mut self,
        sweep: i64,
        as_of: NaiveDate,
        rows: &[(&Planned, &NewNotice)],
        now: DateTime<Utc>,
    ) -> Result<()> {
        let mut insert = QueryBuilder::<Sqlite>::new(
            "INSERT INTO notice (company, account, sweep, as_of, currency, stage, letter, policy, token, address, \
             overdue_total, credits, offer_percent, offer_pay, offer_discount, offer_last_day, planned_at, dated_at, considered, state, due_at) ",
        );
        insert.push_values(rows, |mut row, (plan, notice)| {
            let decision = &plan.decision;
            let offer = match &decision.outcome {
                Outcome::Notice { offer } => offer.as_ref(),
                Outcome::Held { .. } => None,
            };
            row.push_bind(self.company).push_bind(plan.account).push_bind(sweep).push_bind(as_of);
            row.push_bind(decision.currency.code().to_owned()).push_bind(decision.stage.clone());
            row.push_bind(notice.letter).push_bind(plan.policy.clone()).push_bind(notice.token.clone());
            row.push_bind(notice.address.clone()).push_bind(decision.overdue_total).push_bind(decision.credits);
            row.push_bind(offer.map(|offer| offer.percent.to_string())).push_bind(offer.map(|offer| offer.pay));
            row.push_bind(offer.map(|offer| offer.discount)).push_bind(offer.map(|offer| offer.last_day));
            row.push_bind(now).push_bind(now.max(notice.due_at)).push_bind(notice.considered);
            row.push_bind(State::Ready.code()).push_bind(notice.due_at);
        });
        insert.push(" RETURNING id, account, currency");
        let mut ids = std::collections::HashMap::new();
        for row in insert.build().fetch_all(&mut *self.tx).await? {
            let (id, account, currency): (i64, i64, String) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            ids.insert((account, currency), id);
        }
        let id_of = |plan: &Planned, currency: Currency| ids.get(&(plan.account, currency.code().to_owned())).copied();
        let items: Vec<_> = rows
            .iter()
            .filter_map(|(plan, notice)| id_of(plan, plan.decision.currency).map(|id| (id, plan, notice)))
            .flat_map(|(id, plan, notice)| {
                plan.decision.items.iter().zip(&notice.stage_days).enumerate().map(move |(n, item)| (id, n, item))
            })
            .collect();
        for rows in items.chunks(2_000) {
            let mut insert = QueryBuilder::<Sqlite>::new(
                "INSERT INTO notice_item (notice, position, company, invoice, issued, due, days_overdue, residual, \
                 stage, stage_days, document) ",
            );
            insert.push_values(rows, |mut row, (id, position, (item, stage_days))| {
                row.push_bind(*id).push_bind(*position as i64).push_bind(self.company).push_bind(item.invoice.clone());
                row.push_bind(item.issued).push_bind(item.due).push_bind(item.days_overdue).push_bind(item.residual);
                row.push_bind(item.stage.clone()).push_bind(*stage_days).push_bind(item.document.clone());
            });
            insert.build().execute(&mut *self.tx).await?;
        }
        Ok(())
    }
}
