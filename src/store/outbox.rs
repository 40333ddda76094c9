//! Notices on their way: what is due to be sent, intents and results, and how each ended.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use super::{
    Result, Store, StoreError, audit,
    engine::{Builder, Columns, Query, Row, Tx, dynamic, query},
};
use crate::domain::{
    audit::{Entry, Kind},
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
    /// What is kept of the link to its page, when it was planned with one.
    pub page: Option<String>,
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
    pub refusals: u32,
    pub reply: Option<String>,
    /// When it came back, and counts as never sent.
    pub bounced_at: Option<DateTime<Utc>>,
    pub lines: Vec<Line>,
}

/// A place in the order of work: when a notice is due, and its id.
pub type Place = (DateTime<Utc>, i64);

/// Something to be made durable about a notice. `attempt` counts from 1 and is the fence: whoever
/// comes with an earlier one comes too late.
#[derive(Debug, Clone)]
pub enum Write {
    /// About to be sent by a worker that has claimed it: legal only while nothing was recorded
    /// about the account since `revision`.
    Intent { notice: i64, attempt: u32, worker: i64, revision: i64, sha256: String, relay: String, at: DateTime<Utc> },
    /// What became of the attempt; it also settles a doubt about this very attempt.
    Result { notice: i64, attempt: u32, after: After, at: DateTime<Utc> },
}

impl Write {
    fn notice(&self) -> i64 {
        match self {
            Self::Intent { notice, .. } | Self::Result { notice, .. } => *notice,
        }
    }

    fn attempt(&self) -> u32 {
        match self {
            Self::Intent { attempt, .. } | Self::Result { attempt, .. } => *attempt,
        }
    }

    /// The state that the notice will be in.
    fn state(&self) -> State {
        match self {
            Self::Intent { .. } => State::Sending,
            Self::Result { after, .. } => after.state,
        }
    }

    /// The worker that has the notice then.
    fn claim(&self) -> Option<i64> {
        match self {
            Self::Intent { worker, .. } => Some(*worker),
            Self::Result { .. } => None,
        }
    }

    fn is_legal(&self) -> bool {
        matches!(self, Self::Intent { .. }) || State::Sending.may_become(self.state())
    }
}

const COLUMNS: &str = "id, account, as_of, currency, stage, letter, policy, token, address, overdue_total, credits, \
                       offer_percent, offer_pay, offer_discount, offer_last_day, planned_at, dated_at, considered, state, attempts, doubts, refusals, reply, due_at, bounced_at, \
                       (SELECT f.token FROM notice f WHERE f.account = notice.account AND f.id < notice.id AND NOT f.void \
                        ORDER BY f.id LIMIT 1), page";

impl Store {
    /// Claims notices that may be sent at `now`, oldest first, after a place in that order. Those
    /// that cannot be read are put off, and shown to a person.
    pub async fn claim_notices(
        &self,
        worker: i64,
        now: DateTime<Utc>,
        after: Place,
        limit: i64,
    ) -> Result<Vec<Notice>> {
        let claim = format!(
            "UPDATE notice SET claim = $1 WHERE id IN (SELECT id FROM notice WHERE company = $2 AND due_at <= $3 \
             AND (due_at, id) > ($4, $5) AND (claim IS NULL OR claim = $1 OR claim NOT IN (SELECT id FROM worker)) \
             ORDER BY due_at, id LIMIT $6{}) RETURNING id",
            self.engine().skip_locked()
        );
        let claim = dynamic(claim).bind(worker).bind(self.company).bind(now).bind(after.0).bind(after.1).bind(limit);
        let ids: Vec<i64> = claim.values(self.pool()).await?;
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut read = Builder::new(format!("SELECT {COLUMNS} FROM notice WHERE id IN "));
        read.push_list(ids).push(" ORDER BY due_at, id");
        self.readable_notices(&read.build().fetch_all(self.pool()).await?, now).await
    }

    /// Gives back what a worker claimed and did not send.
    pub async fn release_notices(&self, worker: i64) -> Result<u64> {
        let text = "UPDATE notice SET claim = NULL WHERE company = $1 AND due_at IS NOT NULL AND claim = $2";
        query(text).bind(self.company).bind(worker).execute(self.pool()).await
    }

    async fn read(&self, query: Query<'_>) -> Result<Vec<Notice>> {
        self.frozen(&query.fetch_all(self.pool()).await?).await
    }

    /// Notices with their lines.
    pub(super) async fn frozen(&self, rows: &[Row]) -> Result<Vec<Notice>> {
        let mut notices = rows.iter().map(|row| notice(Columns::of(row))).collect::<Result<Vec<_>>>()?;
        self.add_lines(&mut notices).await?;
        Ok(notices)
    }

    /// Notices in one state, newest first.
    pub async fn notices_in(&self, state: State, limit: i64) -> Result<Vec<Notice>> {
        let text = format!("SELECT {COLUMNS} FROM notice WHERE company = $1 AND state = $2 ORDER BY id DESC LIMIT $3");
        let found = dynamic(text).bind(self.company).bind(state.code()).bind(limit);
        found.fetch_all(self.pool()).await?.iter().map(|row| notice(Columns::of(row))).collect()
    }

    /// One notice with its lines.
    pub async fn notice(&self, id: i64) -> Result<Option<Notice>> {
        let text = format!("SELECT {COLUMNS} FROM notice WHERE company = $1 AND id = $2");
        Ok(self.read(dynamic(text).bind(self.company).bind(id)).await?.pop())
    }

    /// All notices of an account, oldest first.
    pub async fn notices_of(&self, account: i64) -> Result<Vec<Notice>> {
        let text = format!("SELECT {COLUMNS} FROM notice WHERE account = $1 ORDER BY id");
        self.read(dynamic(text).bind(account)).await
    }

    /// The notice of a page: the one whose link has this hash, unless it was taken back or is older than that.
    pub async fn notice_of_page(&self, kept: &str, not_before: DateTime<Utc>) -> Result<Option<Notice>> {
        let text = format!(
            "SELECT {COLUMNS} FROM notice WHERE page = $1 AND company = $2 AND dated_at >= $3 AND NOT void \
             AND state <> 'withdrawn'"
        );
        let read = dynamic(text).bind(kept).bind(self.company).bind(not_before);
        Ok(self.read(read).await?.pop())
    }

    async fn add_lines(&self, notices: &mut [Notice]) -> Result<()> {
        if notices.is_empty() {
            return Ok(());
        }
        let mut query = Builder::new(
            "SELECT notice, invoice, issued, due, days_overdue, residual, stage, document FROM notice_item WHERE notice IN ",
        );
        query.push_list(notices.iter().map(|notice| notice.id)).push(" ORDER BY notice, position");
        let index: HashMap<i64, usize> = notices.iter().enumerate().map(|(n, x)| (x.id, n)).collect();
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
            let written = update(writes).build().execute(&mut tx).await?;
            for write in writes.iter().filter(suppressed) {
                suppress(&mut tx, write).await?;
            }
            tx.commit().await?;
            written
        } else {
            update(writes).build().execute(self.pool()).await?
        };
        if written == writes.len() as u64 {
            return Ok(vec![true; writes.len()]);
        }
        self.which_hold(writes).await
    }

    /// Asked when fewer rows were written than there are writes: what did not hold, and what holds
    /// already, since the answer to an earlier commit was lost.
    async fn which_hold(&self, writes: &[Write]) -> Result<Vec<bool>> {
        let mut read = Builder::new("SELECT id, state, attempts, claim FROM notice WHERE id IN ");
        read.push_list(writes.iter().map(Write::notice));
        let mut found = HashMap::new();
        for row in read.build().fetch_all(self.pool()).await? {
            let mut c = Columns::of(&row);
            let id: i64 = c.take()?;
            found.insert(id, (c.code(State::from_code)?, c.number()?, c.take()?));
        }
        let holds = |write: &Write| (write.state(), write.attempt(), write.claim());
        Ok(writes.iter().map(|write| found.get(&write.notice()) == Some(&holds(write))).collect())
    }

    /// Whether an attempt is still the notice's last one and under way: asked before the final
    /// dot of a message that took long, since others may have given its sender up meanwhile.
    pub async fn is_under_way(&self, notice: i64, attempt: u32) -> Result<bool> {
        let text = "SELECT EXISTS (SELECT 1 FROM notice WHERE id = $1 AND state = 'sending' AND attempts = $2)";
        query(text).bind(notice).bind(attempt).value(self.pool()).await
    }

    /// Takes notices back before they are sent; their stages are free again unless the notice
    /// may have arrived.
    pub async fn withdraw(&self, notices: &[(i64, Withdrawal)], at: DateTime<Utc>) -> Result<()> {
        if notices.is_empty() {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        for (notice, why) in notices {
            let text = "UPDATE notice SET state = 'withdrawn', due_at = NULL, reply = $1, closed_at = $2, claim = NULL, \
                        void = (doubts = 0) WHERE id = $3 AND state IN ('ready', 'deferred', 'in_doubt') RETURNING void";
            let update = query(text).bind(why.code()).bind(at).bind(*notice);
            let void: Option<bool> = update.value_optional(&mut tx).await?;
            if void == Some(true) {
                free_items(&mut tx, *notice).await?;
            }
        }
        tx.commit().await
    }

    /// Leaves a notice for later without an attempt, saying why.
    pub async fn postpone(&self, notice: i64, until: DateTime<Utc>, why: &str) -> Result<()> {
        let text = "UPDATE notice SET due_at = $1, reply = $2, claim = NULL WHERE id = $3 AND due_at IS NOT NULL";
        query(text).bind(until).bind(why).bind(notice).execute(self.pool()).await?;
        Ok(())
    }

    /// Notices whose intent is durable but whose result is not, and whose sender is gone, may have
    /// been sent: they are in doubt. What `worker` itself left so is meant as well. `resend_at` is
    /// when the policy sends them again, if it does.
    pub async fn recover(&self, worker: i64, resend_at: Option<DateTime<Utc>>) -> Result<u64> {
        let text = "UPDATE notice SET state = 'in_doubt', due_at = CASE WHEN doubts = 0 THEN $1 END, claim = NULL, \
                    doubts = doubts + 1, reply = 'the process ended before the answer was recorded' \
                    WHERE company = $2 AND state = 'sending' \
                    AND (claim IS NULL OR claim = $3 OR claim NOT IN (SELECT id FROM worker))";
        query(text).bind(resend_at).bind(self.company).bind(worker).execute(self.pool()).await
    }

    /// The newest as-of date of a notice that counts.
    pub async fn newest_notice(&self) -> Result<Option<NaiveDate>> {
        let text = "SELECT MAX(as_of) FROM notice WHERE company = $1 AND NOT void";
        query(text).bind(self.company).value(self.pool()).await
    }

    /// Puts refused notices back, all or one, for a person who has mended the cause. Those whose address was
    /// refused stay: the next sweep writes to another address.
    pub async fn retry_refused(&self, one: Option<i64>, by: &str, now: DateTime<Utc>) -> Result<u64> {
        let mut tx = self.begin().await?;
        let text = "UPDATE notice SET state = 'ready', due_at = $1, attempts = 0, refusals = 0, closed_at = NULL, \
                    reply = NULL WHERE company = $2 AND state = 'refused' AND state NOT IN ('sent', 'withdrawn') \
                    AND NOT void AND id = COALESCE($3, id)";
        let back = query(text).bind(now).bind(self.company).bind(one).execute(&mut tx).await?;
        if back > 0 {
            let subject = one.map_or_else(|| "all".to_owned(), |one| one.to_string());
            let entry = Entry::new(Kind::Retried, now, by, subject, format!("put back after a refusal: {back}"));
            audit::append(&mut tx, self.company, &entry).await?;
        }
        tx.commit().await?;
        Ok(back)
    }

    /// When the next notice becomes due, if any waits.
    pub async fn next_due(&self) -> Result<Option<DateTime<Utc>>> {
        let text = "SELECT MIN(due_at) FROM notice WHERE company = $1 AND due_at IS NOT NULL";
        query(text).bind(self.company).value(self.pool()).await
    }
}

/// The one statement. An intent holds while its notice waits, is its worker's, its account is as
/// it was looked at, and nobody has stopped sending; a result while its attempt is the last one and has no other outcome.
fn update(writes: &[Write]) -> Builder<'_> {
    let mut update = Builder::new(
        "UPDATE notice SET state = v.column2, attempts = v.column3, claim = v.column4, \
         intent_at = COALESCE(v.column6, intent_at), sha256 = COALESCE(v.column7, sha256), \
         relay = COALESCE(v.column8, relay), due_at = v.column9, reply = COALESCE(v.column10, reply), \
         closed_at = v.column11, void = v.column12, doubts = doubts + v.column13, \
         refusals = refusals + v.column14 FROM (",
    );
    update.push_values(writes, |row, write| {
        row.push_bind(write.notice()).push_bind(write.state().code()).push_bind(write.attempt());
        row.push_bind(write.claim());
        match write {
            Write::Intent { revision, sha256, relay, at, .. } => {
                row.push_bind(*revision).push_bind(*at).push_bind(sha256).push_bind(relay);
                row.push_bind(None::<DateTime<Utc>>).push_bind(None::<&str>).push_bind(None::<DateTime<Utc>>);
                row.push_bind(false).push_bind(0).push_bind(0);
            }
            Write::Result { after, at, .. } => {
                let closed = matches!(after.state, State::Sent | State::Refused).then_some(*at);
                row.push_bind(None::<i64>).push_bind(None::<DateTime<Utc>>);
                row.push_bind(None::<&str>).push_bind(None::<&str>).push_bind(after.next_at).push_bind(&after.reply);
                row.push_bind(closed).push_bind(after.suppress).push_bind(i64::from(after.state == State::InDoubt));
                row.push_bind(i64::from(after.misconfigured));
            }
        }
    });
    update.push(
        ") AS v WHERE id = v.column1 AND CASE WHEN v.column5 IS NULL \
         THEN attempts = v.column3 AND (state = 'sending' OR (state = 'in_doubt' AND v.column2 <> 'in_doubt')) \
         ELSE attempts = v.column3 - 1 AND claim = v.column4 AND state IN ('ready', 'deferred', 'in_doubt') \
         AND v.column5 = (SELECT revision FROM account WHERE account.id = notice.account) \
         AND NOT EXISTS (SELECT 1 FROM halt WHERE halt.company = notice.company) END",
    );
    update
}

/// The address of the notice is not used again, and its stages are free.
async fn suppress(tx: &mut Tx, write: &Write) -> Result<()> {
    let Write::Result { notice, after, at, .. } = write else { return Ok(()) };
    free_items(tx, *notice).await?;
    let text = "INSERT INTO refused_address (company, email, reply, recorded_at) \
                SELECT company, address, $1, $2 FROM notice WHERE id = $3 ON CONFLICT DO NOTHING";
    query(text).bind(&after.reply).bind(*at).bind(*notice).execute(tx).await?;
    Ok(())
}

/// A notice that left came back for good: it never arrived, so its stages are free. What was in doubt did leave.
pub(super) async fn came_back(tx: &mut Tx, notice: i64, at: DateTime<Utc>) -> Result<()> {
    let text = "UPDATE notice SET state = 'sent', closed_at = COALESCE(closed_at, $1), due_at = NULL, claim = NULL, \
                void = TRUE, bounced_at = $1 WHERE id = $2 AND state IN ('sent', 'in_doubt') AND NOT void";
    match query(text).bind(at).bind(notice).execute(&mut *tx).await? {
        0 => Ok(()),
        _ => free_items(tx, notice).await,
    }
}

pub(super) async fn free_items(tx: &mut Tx, notice: i64) -> Result<()> {
    query("UPDATE notice_item SET void = TRUE WHERE notice = $1").bind(notice).execute(tx).await?;
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
        page: None,
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
        refusals: 0,
        reply: None,
        bounced_at: None,
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
    notice.attempts = c.number()?;
    notice.doubts = c.number()?;
    notice.refusals = c.number()?;
    notice.reply = c.take()?;
    notice.due_at = c.take()?;
    notice.bounced_at = c.take()?;
    notice.thread = c.take()?;
    notice.page = c.take()?;
    Ok(notice)
}
