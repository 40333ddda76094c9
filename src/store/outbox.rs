//! Notices on their way: what is due to be sent, intents and results, and how each ended.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection, sqlite::SqliteRow};

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
    /// The date of the mail.
    pub dated_at: DateTime<Utc>,
    /// Payments are considered up to and including this day.
    pub considered: NaiveDate,
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

    /// The state that the notice will be in.
    fn state(&self) -> State {
        match self {
            Self::Intent { .. } => State::Sending,
            Self::Result { after, .. } => after.state,
        }
    }

    fn is_legal(&self) -> bool {
        matches!(self, Self::Intent { .. }) || State::Sending.may_become(self.state())
    }
}

const COLUMNS: &str = "id, account, as_of, currency, stage, letter, policy, token, address, overdue_total, credits, \
                       offer_percent, offer_pay, offer_discount, offer_last_day, planned_at, dated_at, considered, state, attempts, doubts, reply, due_at, \
                       (SELECT f.token FROM notice f WHERE f.account = notice.account AND f.id < notice.id AND f.void = 0 \
                        ORDER BY f.id LIMIT 1)";

impl Store {
    /// Notices that a worker may take at `now`, oldest first, after a place in that order. Those that
    /// cannot be read are put off, and shown to a person.
    pub async fn due_notices(&self, now: DateTime<Utc>, after: Place, limit: i64) -> Result<Vec<Notice>> {
        let text = format!(
            "SELECT {COLUMNS} FROM notice WHERE company = $1 AND due_at <= $2 AND (due_at, id) > ($3, $4) \
             ORDER BY due_at, id LIMIT $5"
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(text)).bind(self.company).bind(now);
        let query = query.bind(after.0).bind(after.1).bind(limit);
        self.readable_notices(&query.fetch_all(self.pool()).await?, now).await
    }

    /// Notices with their lines.
    pub(super) async fn frozen(&self, rows: &[SqliteRow]) -> Result<Vec<Notice>> {
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
        self.frozen(&rows).await
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
    /// One statement does it all, since each way to the database costs more than the work there.
    pub async fn write(&self, writes: &[Write]) -> Result<Vec<bool>> {
        if let Some(Write::Result { after, .. }) = writes.iter().find(|write| !write.is_legal()) {
            return Err(StoreError::Refused(format!("a notice that is being sent cannot become {}", after.state)));
        }
        let suppressed = |write: &&Write| matches!(write, Write::Result { after, .. } if after.suppress);
        let written = if writes.iter().any(|write| suppressed(&write)) {
            let mut tx = self.begin().await?;
            let written = update(writes).build().execute(&mut *tx).await?.rows_affected();
            for write in writes.iter().filter(suppressed) {
                suppress(&mut tx, write).await?;
            }
            tx.commit().await?;
            written
        } else {
            update(writes).build().execute(self.pool()).await?.rows_affected()
        };
        if written == writes.len() as u64 {
            return Ok(vec![true; writes.len()]);
        }
        self.which_hold(writes).await
    }

    /// Asked only when fewer rows were written than there are writes.
    async fn which_hold(&self, writes: &[Write]) -> Result<Vec<bool>> {
        let mut query = QueryBuilder::<Sqlite>::new("SELECT id, state FROM notice WHERE id IN (");
        let mut ids = query.separated(", ");
        writes.iter().for_each(|write| {
            ids.push_bind(write.notice());
        });
        query.push(")");
        let found: HashSet<(i64, String)> = query.build_query_as().fetch_all(self.pool()).await?.into_iter().collect();
        Ok(writes.iter().map(|write| found.contains(&(write.notice(), write.state().code().to_owned()))).collect())
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

    /// The newest as-of date of a notice that counts.
    pub async fn newest_notice(&self) -> Result<Option<NaiveDate>> {
        let text = "SELECT MAX(as_of) FROM notice WHERE company = $1 AND void = 0";
        Ok(sqlx::query_scalar(text).bind(self.company).fetch_one(self.pool()).await?)
    }

    /// Puts refused notices back, for a person who has mended the cause. Those whose address was
    /// refused stay: the next sweep writes to another address.
    pub async fn retry_refused(&self, now: DateTime<Utc>) -> Result<u64> {
        let text = "UPDATE notice SET state = 'ready', due_at = $1, attempts = 0, closed_at = NULL, reply = NULL \
                    WHERE company = $2 AND state = 'refused' AND void = 0";
        Ok(sqlx::query(text).bind(now).bind(self.company).execute(self.pool()).await?.rows_affected())
    }

    /// When the next notice becomes due, if any waits.
    pub async fn next_due(&self) -> Result<Option<DateTime<Utc>>> {
        let text = "SELECT MIN(due_at) FROM notice WHERE company = $1 AND due_at IS NOT NULL";
        Ok(sqlx::query_scalar(text).bind(self.company).fetch_one(self.pool()).await?)
    }
}

/// The one statement. An intent holds while its notice waits and its account is as it was looked
/// at; a result while its notice is being sent.
fn update(writes: &[Write]) -> QueryBuilder<Sqlite> {
    let mut update = QueryBuilder::<Sqlite>::new(
        "UPDATE notice SET state = v.column2, attempts = attempts + (v.column3 IS NOT NULL), \
         intent_at = COALESCE(v.column4, intent_at), sha256 = COALESCE(v.column5, sha256), \
         relay = COALESCE(v.column6, relay), due_at = v.column7, reply = COALESCE(v.column8, reply), \
         closed_at = v.column9, void = v.column10, doubts = doubts + v.column11 FROM (",
    );
    update.push_values(writes, |mut row, write| {
        row.push_bind(write.notice()).push_bind(write.state().code());
        match write {
            Write::Intent { revision, sha256, relay, at, .. } => {
                row.push_bind(revision).push_bind(at).push_bind(sha256.as_str()).push_bind(relay.as_str());
                row.push("NULL, NULL, NULL, 0, 0");
            }
            Write::Result { after, at, .. } => {
                let closed = matches!(after.state, State::Sent | State::Refused).then_some(*at);
                row.push("NULL, NULL, NULL, NULL").push_bind(after.next_at).push_bind(after.reply.as_str());
                row.push_bind(closed).push_bind(after.suppress).push_bind(i64::from(after.state == State::InDoubt));
            }
        }
    });
    update.push(
        ") AS v WHERE id = v.column1 AND CASE WHEN v.column3 IS NULL THEN state = 'sending' \
         ELSE state IN ('ready', 'deferred', 'in_doubt') \
         AND v.column3 = (SELECT revision FROM account WHERE account.id = notice.account) END",
    );
    update
}

/// The address of the notice is not used again, and its stages are free.
async fn suppress(tx: &mut Tx, write: &Write) -> Result<()> {
    let Write::Result { notice, after, at } = write else { return Ok(()) };
    free_items(tx, *notice).await?;
    let text = "INSERT INTO refused_address (company, email, reply, recorded_at) \
                SELECT company, address, $1, $2 FROM notice WHERE id = $3 ON CONFLICT DO NOTHING";
    sqlx::query(text).bind(&after.reply).bind(at).bind(notice).execute(&mut **tx).await?;
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
        dated_at: DateTime::<Utc>::UNIX_EPOCH,
        considered: NaiveDate::MIN,
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
    notice.dated_at = c.take()?;
    notice.considered = c.take()?;
    notice.state = c.code(State::from_code)?;
    notice.attempts = c.take()?;
    notice.doubts = c.take()?;
    notice.reply = c.take()?;
    notice.due_at = c.take()?;
    notice.thread = c.take()?;
    Ok(notice)
}
