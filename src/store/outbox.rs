//! Notices on their way: what is due to be sent, intents and results, and how each ended.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::{Result, Store, StoreError, Tx, rows::Columns};
use crate::domain::{
    money::{Currency, Money},
    notice::{After, Line, Offer, State, Withdrawal},
};

/// A notice as it was frozen when it was planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub id: i64,
    pub account: i64,
    pub as_of: NaiveDate,
    pub currency: Currency,
    pub stage: String,
    pub letter: String,
    pub policy: String,
    pub token: String,
    pub address: String,
    pub overdue_total: i64,
    pub credits: i64,
    pub offer: Option<Offer>,
    pub planned_at: DateTime<Utc>,
    /// Token of the account's first notice, where this is a later one.
    pub thread: Option<String>,
    pub due_at: Option<DateTime<Utc>>,
    pub state: State,
    pub attempts: u32,
    pub doubts: u32,
    pub reply: Option<String>,
    pub lines: Vec<Line>,
}

/// A place in the order of work: when a notice is due, and its id.
pub type Place = (DateTime<Utc>, i64);

/// Something to be made durable about a notice.
#[derive(Debug, Clone)]
pub enum Write {
    /// About to be sent: legal only while nothing was recorded about the account since `revision`.
    Intent { notice: i64, revision: i64, sha256: String, relay: String, at: DateTime<Utc> },
    /// What became of the attempt.
    Result { notice: i64, after: After, at: DateTime<Utc> },
}

impl Write {
    fn notice(&self) -> i64 {
        match self {
            Self::Intent { notice, .. } | Self::Result { notice, .. } => *notice,
        }
    }
}

const COLUMNS: &str = "id, account, as_of, currency, stage, letter, policy, token, address, overdue_total, credits, \
                       offer_percent, offer_pay, offer_discount, offer_last_day, planned_at, state, attempts, doubts, reply, due_at, \
                       (SELECT f.token FROM notice f WHERE f.account = notice.account AND f.id < notice.id AND f.void = 0 \
                        ORDER BY f.id LIMIT 1)";

impl Store {
    /// Notices that a worker may take at `now`, oldest first, after a place in that order.
    pub async fn due_notices(&self, now: DateTime<Utc>, after: Place, limit: i64) -> Result<Vec<Notice>> {
        let text = format!(
            "SELECT {COLUMNS} FROM notice WHERE company = $1 AND due_at <= $2 AND (due_at, id) > ($3, $4) \
             ORDER BY due_at, id LIMIT $5"
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(text)).bind(self.company).bind(now);
        let query = query.bind(after.0).bind(after.1).bind(limit);
        let rows = query.fetch_all(self.pool()).await?;
        let mut notices = rows.iter().map(|row| notice(Columns::of(row))).collect::<Result<Vec<_>>>()?;
        self.add_lines(&mut notices).await?;
        Ok(notices)
    }

    /// Notices in one state, newest first.
    pub async fn notices_in(&self, state: State, limit: i64) -> Result<Vec<Notice>> {
        let text = format!("SELECT {COLUMNS} FROM notice WHERE company = $1 AND state = $2 ORDER BY id DESC LIMIT $3");
        let query = sqlx::query(sqlx::AssertSqlSafe(text)).bind(self.company).bind(state.code()).bind(limit);
        query.fetch_all(self.pool()).await?.iter().map(|row| notice(Columns::of(row))).collect()
    }

    /// All notices of an account, oldest first.
    pub async fn notices_of(&self, account: i64) -> Result<Vec<Notice>> {
        let text = format!("SELECT {COLUMNS} FROM notice WHERE account = $1 ORDER BY id");
        let rows = sqlx::query(sqlx::AssertSqlSafe(text)).bind(account).fetch_all(self.pool()).await?;
        let mut notices = rows.iter().map(|row| notice(Columns::of(row))).collect::<Result<Vec<_>>>()?;
        self.add_lines(&mut notices).await?;
        Ok(notices)
    }

    async fn add_lines(&self, notices: &mut [Notice]) -> Result<()> {
        if notices.is_empty() {
            return Ok(());
        }
        let mut query = QueryBuilder::<Sqlite>::new(
            "SELECT notice, invoice, issued, due, days_overdue, residual, stage, document FROM notice_item WHERE notice IN (",
        );
        let mut ids = query.separated(", ");
        notices.iter().for_each(|notice| {
            ids.push_bind(notice.id);
        });
        query.push(") ORDER BY notice, position");
        let index: std::collections::HashMap<i64, usize> = notices.iter().enumerate().map(|(n, x)| (x.id, n)).collect();
        for row in query.build().fetch_all(self.pool()).await? {
            let mut c = Columns::of(&row);
            let id: i64 = c.take()?;
            let Some(notice) = index.get(&id).and_then(|n| notices.get_mut(*n)) else { continue };
            let line = Line {
                invoice: c.take()?,
                issued: c.take()?,
                due: c.take()?,
                days_overdue: c.take()?,
                residual: Money::new(c.take()?, notice.currency),
                stage: c.take()?,
                document: c.take()?,
            };
            if let Some(offer) = &mut notice.offer {
                offer.invoices.push(line.invoice.clone());
            }
            notice.lines.push(line);
        }
        Ok(())
    }

    /// Makes a group of intents and results durable in one commit; says of each whether it holds.
    ///
    /// One statement for all intents and one for all results: the commit is shared, and so is the
    /// way to the database. A group that fails as a whole can be written one at a time.
    pub async fn write(&self, writes: &[Write]) -> Result<Vec<bool>> {
        let mut tx = self.begin().await?;
        let mut lapsed = intents(&mut tx, writes).await?;
        lapsed.extend(results(&mut tx, writes).await?);
        tx.commit().await?;
        Ok(writes.iter().map(|write| !lapsed.contains(&write.notice())).collect())
    }

    /// Takes notices back before they are sent; their stages are free again unless the notice
    /// may have arrived.
    pub async fn withdraw(&self, notices: &[(i64, Withdrawal)], at: DateTime<Utc>) -> Result<()> {
        if notices.is_empty() {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        for (notice, why) in notices {
            let text = "UPDATE notice SET state = 'withdrawn', due_at = NULL, reply = $1, closed_at = $2, \
                        void = CASE WHEN doubts = 0 THEN 1 ELSE 0 END \
                        WHERE id = $3 AND state IN ('ready', 'deferred', 'in_doubt') RETURNING void";
            let update = sqlx::query_scalar(text).bind(why.code()).bind(at).bind(notice);
            let void: Option<bool> = update.fetch_optional(&mut *tx).await?;
            if void == Some(true) {
                free_items(&mut tx, *notice).await?;
            }
        }
        Ok(tx.commit().await?)
    }

    /// Leaves a notice for later without an attempt, saying why.
    pub async fn postpone(&self, notice: i64, until: DateTime<Utc>, why: &str) -> Result<()> {
        let text = "UPDATE notice SET due_at = $1, reply = $2 WHERE id = $3 AND due_at IS NOT NULL";
        sqlx::query(text).bind(until).bind(why).bind(notice).execute(self.pool()).await?;
        Ok(())
    }

    /// Notices whose intent is durable but whose result is not belong to a process that died:
    /// they may have been sent. `resend_at` is when the policy sends them again, if it does.
    pub async fn recover(&self, resend_at: Option<DateTime<Utc>>) -> Result<u64> {
        let text = "UPDATE notice SET state = 'in_doubt', due_at = CASE WHEN doubts = 0 THEN $1 END, \
                    doubts = doubts + 1, reply = 'the process ended before the answer was recorded' \
                    WHERE company = $2 AND state = 'sending'";
        let update = sqlx::query(text).bind(resend_at).bind(self.company);
        Ok(update.execute(self.pool()).await?.rows_affected())
    }

    /// Puts refused notices back, for a person who has mended the cause. Those whose address was
    /// refused stay: the next sweep writes to another address.
    pub async fn retry_refused(&self, now: DateTime<Utc>) -> Result<u64> {
        let text = "UPDATE notice SET state = 'ready', due_at = $1, attempts = 0, closed_at = NULL \
                    WHERE company = $2 AND state = 'refused' AND void = 0";
        Ok(sqlx::query(text).bind(now).bind(self.company).execute(self.pool()).await?.rows_affected())
    }

    /// When the next notice becomes due, if any waits.
    pub async fn next_due(&self) -> Result<Option<DateTime<Utc>>> {
        let text = "SELECT MIN(due_at) FROM notice WHERE company = $1 AND due_at IS NOT NULL";
        Ok(sqlx::query_scalar(text).bind(self.company).fetch_one(self.pool()).await?)
    }
}

/// Writes the intents whose notices still wait and whose accounts are as they were looked at;
/// returns the other notices.
async fn intents(tx: &mut Tx, writes: &[Write]) -> Result<HashSet<i64>> {
    let rows = writes.iter().filter_map(|write| match write {
        Write::Intent { notice, revision, sha256, relay, at } => Some((notice, revision, sha256, relay, at)),
        Write::Result { .. } => None,
    });
    let rows: Vec<_> = rows.collect();
    if rows.is_empty() {
        return Ok(HashSet::new());
    }
    let notices: Vec<i64> = rows.iter().map(|(notice, ..)| **notice).collect();
    let mut update = QueryBuilder::<Sqlite>::new(
        "UPDATE notice SET state = 'sending', due_at = NULL, attempts = attempts + 1, intent_at = v.column3, \
         sha256 = v.column4, relay = v.column5 FROM (",
    );
    update.push_values(rows, |mut row, (notice, revision, sha256, relay, at)| {
        row.push_bind(notice).push_bind(revision).push_bind(at).push_bind(sha256).push_bind(relay);
    });
    update.push(
        ") AS v WHERE id = v.column1 AND state IN ('ready', 'deferred', 'in_doubt') \
         AND (SELECT revision FROM account WHERE account.id = notice.account) = v.column2",
    );
    let written = update.build().execute(&mut **tx).await?.rows_affected();
    lapsed(tx, &notices, written, State::Sending).await
}

/// Of these notices, those that are not in the state that was just written; asked only when fewer
/// rows were written than there are notices.
async fn lapsed(tx: &mut Tx, notices: &[i64], written: u64, state: State) -> Result<HashSet<i64>> {
    if written == notices.len() as u64 {
        return Ok(HashSet::new());
    }
    let mut query = QueryBuilder::<Sqlite>::new("SELECT id FROM notice WHERE state <> ");
    query.push_bind(state.code()).push(" AND id IN (");
    let mut ids = query.separated(", ");
    notices.iter().for_each(|id| {
        ids.push_bind(*id);
    });
    query.push(")");
    Ok(query.build_query_scalar().fetch_all(&mut **tx).await?.into_iter().collect())
}

/// Writes the results of notices that are being sent; returns the notices that were not.
async fn results(tx: &mut Tx, writes: &[Write]) -> Result<HashSet<i64>> {
    let rows = writes.iter().filter_map(|write| match write {
        Write::Result { notice, after, at } => Some((notice, after, at)),
        Write::Intent { .. } => None,
    });
    let rows: Vec<_> = rows.collect();
    if let Some((_, after, _)) = rows.iter().find(|(_, after, _)| !State::Sending.may_become(after.state)) {
        return Err(StoreError::Refused(format!("a notice that is being sent cannot become {}", after.state)));
    }
    if rows.is_empty() {
        return Ok(HashSet::new());
    }
    let mut update = QueryBuilder::<Sqlite>::new(
        "UPDATE notice SET state = v.column2, due_at = v.column3, reply = v.column4, closed_at = v.column5, \
         void = v.column6, doubts = doubts + v.column7 FROM (",
    );
    update.push_values(&rows, |mut row, (notice, after, at)| {
        let closed = matches!(after.state, State::Sent | State::Refused).then_some(**at);
        row.push_bind(**notice).push_bind(after.state.code()).push_bind(after.next_at).push_bind(after.reply.as_str());
        row.push_bind(closed).push_bind(after.suppress).push_bind(i64::from(after.state == State::InDoubt));
    });
    update.push(") AS v WHERE id = v.column1 AND state = 'sending'");
    let written = update.build().execute(&mut **tx).await?.rows_affected();
    match rows.as_slice() {
        [(notice, ..)] if written == 0 => return Ok(HashSet::from([**notice])),
        // Which of them it was is found by writing them one at a time.
        _ if written < rows.len() as u64 => {
            return Err(StoreError::Refused("a result came for a notice that is not being sent".to_owned()));
        }
        _ => {}
    }
    for (notice, after, at) in rows.into_iter().filter(|(_, after, _)| after.suppress) {
        suppress(tx, *notice, &after.reply, *at).await?;
    }
    Ok(HashSet::new())
}

/// The address of the notice is not used again, and its stages are free.
async fn suppress(tx: &mut Tx, notice: i64, reply: &str, at: DateTime<Utc>) -> Result<()> {
    free_items(tx, notice).await?;
    let text = "INSERT INTO refused_address (company, email, reply, recorded_at) \
                SELECT company, address, $1, $2 FROM notice WHERE id = $3 ON CONFLICT DO NOTHING";
    sqlx::query(text).bind(reply).bind(at).bind(notice).execute(&mut **tx).await?;
    Ok(())
}

async fn free_items(connection: &mut SqliteConnection, notice: i64) -> Result<()> {
    sqlx::query("UPDATE notice_item SET void = 1 WHERE notice = $1").bind(notice).execute(connection).await?;
    Ok(())
}

fn notice(mut c: Columns) -> Result<Notice> {
    let mut notice = Notice {
        id: c.take()?,
        account: c.take()?,
        as_of: c.take()?,
        currency: c.parse()?,
        stage: c.take()?,
        letter: c.take()?,
        policy: c.take()?,
        token: c.take()?,
        address: c.take()?,
        overdue_total: c.take()?,
        credits: c.take()?,
        offer: None,
        planned_at: DateTime::<Utc>::UNIX_EPOCH,
        thread: None,
        due_at: None,
        state: State::Ready,
        attempts: 0,
        doubts: 0,
        reply: None,
        lines: Vec::new(),
    };
    let percent: Option<Decimal> = c.parse_optional()?;
    if let (Some(percent), Some(pay), Some(discount), Some(last_day)) = (percent, c.take()?, c.take()?, c.take()?) {
        notice.offer = Some(Offer { percent, pay, discount, last_day, invoices: Vec::new() });
    }
    notice.planned_at = c.take()?;
    notice.state = c.code(State::from_code)?;
    notice.attempts = c.take()?;
    notice.doubts = c.take()?;
    notice.reply = c.take()?;
    notice.due_at = c.take()?;
    notice.thread = c.take()?;
    Ok(notice)
}
