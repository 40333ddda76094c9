//! Figures for whoever watches: what sweeps planned against what became of it, and what waits too long.
//!
//! Statements about notices that are open say so in the words of the index `notice_open`, `state NOT IN ('sent',
//! 'withdrawn')`, even beside a narrower state: SQLite takes the index for nothing else.

use chrono::{DateTime, Utc};

use super::{
    Result, Store,
    engine::{Columns, Row, dynamic, query},
    report::StateCount,
};
use crate::domain::alarm::{Alarm, AlarmRule, Figures, LateSweep, Overdue, SweepFate, alarms};

/// A notice, at the instant `$2`, that is due and has come to no end. Where a person decides about a
/// doubt nothing is due; one that waits and has no next try should not be.
const OVERDUE: &str = "(state = 'sending' OR (state IN ('ready', 'deferred', 'in_doubt') AND due_at <= $2) \
                       OR (state IN ('ready', 'deferred') AND due_at IS NULL))";

/// Since when it is.
const SINCE: &str = "COALESCE(due_at, intent_at, planned_at)";

/// Notices put off for the same reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deferred {
    pub reason: String,
    pub number: u64,
    /// When the first of them is tried again.
    pub next_try: Option<DateTime<Utc>>,
}

/// The newest sweep that was not held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastSweep {
    pub finished_at: DateTime<Utc>,
    pub expected: i64,
    pub sent: i64,
}

/// How it is at an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pulse {
    pub states: Vec<StateCount>,
    pub oldest_ready: Option<DateTime<Utc>>,
    pub last_sweep: Option<LastSweep>,
    pub halted_since: Option<DateTime<Utc>>,
    pub alarms: Vec<Alarm>,
    pub workers: usize,
}

/// The newest of what may change how the ledger stands: the last batch, and the last entry of the chain that is not
/// about people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tidings {
    batch: Option<i64>,
    entry: Option<i64>,
}

impl Store {
    /// The alarms that stand. Its cost follows what is not sent yet.
    pub async fn alarms(&self, rule: AlarmRule, now: DateTime<Utc>) -> Result<Vec<Alarm>> {
        let text = format!(
            "SELECT s.as_of, s.finished_at, late.number, late.since FROM (SELECT sweep, COUNT(*) AS number, \
             MIN({SINCE}) AS since FROM notice WHERE company = $1 AND state NOT IN ('sent', 'withdrawn') AND {OVERDUE} \
             GROUP BY sweep) late JOIN sweep s ON s.id = late.sweep WHERE s.finished_at IS NOT NULL"
        );
        let rows = dynamic(text).bind(self.company).bind(now).fetch_all(self.pool()).await?;
        let sweep = |row: &Row| {
            let mut c = Columns::of(row);
            let (as_of, finished_at) = (c.take()?, c.take()?);
            Ok(LateSweep { as_of, finished_at, overdue: Overdue { number: c.number()?, since: c.take()? } })
        };
        let sweeps = rows.iter().map(sweep).collect::<Result<_>>()?;
        let halted = self.halt().await?.is_some();
        Ok(alarms(&Figures { halted, sweeps, oldest_ready: self.oldest_ready(now).await? }, rule, now))
    }

    /// Since when the oldest ready notice may be sent.
    async fn oldest_ready(&self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
        let text = "SELECT MIN(due_at) FROM notice WHERE company = $1 AND state = 'ready' \
                    AND state NOT IN ('sent', 'withdrawn') AND due_at <= $2";
        query(text).bind(self.company).bind(now).value(self.pool()).await
    }

    /// Sweeps that ended at `from` or later and planned anything, newest first, with what has become of it
    /// until `now`.
    pub async fn sweep_fates(&self, from: DateTime<Utc>, now: DateTime<Utc>) -> Result<Vec<SweepFate>> {
        let text = format!(
            "SELECT s.id, s.as_of, s.finished_at, s.notices, COALESCE(n.sent, 0), COALESCE(n.waiting, 0), \
             COALESCE(n.refused, 0), COALESCE(n.in_doubt, 0), COALESCE(n.withdrawn, 0), n.overdue, n.since \
             FROM sweep s LEFT JOIN (SELECT sweep, COUNT(CASE WHEN state = 'sent' THEN 1 END) AS sent, \
             COUNT(CASE WHEN state IN ('ready', 'sending', 'deferred') THEN 1 END) AS waiting, \
             COUNT(CASE WHEN state = 'refused' THEN 1 END) AS refused, \
             COUNT(CASE WHEN state = 'in_doubt' THEN 1 END) AS in_doubt, \
             COUNT(CASE WHEN state = 'withdrawn' THEN 1 END) AS withdrawn, \
             COUNT(CASE WHEN {OVERDUE} THEN 1 END) AS overdue, MIN(CASE WHEN {OVERDUE} THEN {SINCE} END) AS since \
             FROM notice WHERE company = $1 AND as_of >= (SELECT MIN(as_of) FROM sweep WHERE company = $1 \
             AND finished_at >= $3) GROUP BY sweep) n ON n.sweep = s.id \
             WHERE s.company = $1 AND s.finished_at >= $3 AND s.held_back IS NULL \
             AND (s.notices > 0 OR n.sweep IS NOT NULL) ORDER BY s.id DESC"
        );
        let rows = dynamic(text).bind(self.company).bind(now).bind(from).fetch_all(self.pool()).await?;
        rows.iter().map(fate).collect()
    }

    /// Why notices are put off, the most frequent reasons first.
    pub async fn deferred(&self, most: i64) -> Result<Vec<Deferred>> {
        let text = "SELECT COALESCE(reply, ''), COUNT(*), MIN(due_at) FROM notice \
                    WHERE company = $1 AND state = 'deferred' AND state NOT IN ('sent', 'withdrawn') \
                    GROUP BY COALESCE(reply, '') ORDER BY COUNT(*) DESC, MIN(due_at) LIMIT $2";
        let rows = query(text).bind(self.company).bind(most).fetch_all(self.pool()).await?;
        let deferred = |row| {
            let mut c = Columns::of(row);
            Ok(Deferred { reason: c.take()?, number: c.number()?, next_try: c.take()? })
        };
        rows.iter().map(deferred).collect()
    }

    pub async fn tidings(&self) -> Result<Tidings> {
        let text = "SELECT MAX(id) FROM batch WHERE company = $1";
        let batch = query(text).bind(self.company).value(self.pool()).await?;
        let text = "SELECT position FROM audit WHERE company = $1 AND kind <> 'person' ORDER BY position DESC LIMIT 1";
        let entry = query(text).bind(self.company).value_optional(self.pool()).await?;
        Ok(Tidings { batch, entry })
    }

    async fn last_planned(&self) -> Result<Option<LastSweep>> {
        let text = "SELECT s.finished_at, s.notices, (SELECT COUNT(*) FROM notice n WHERE n.company = s.company \
                    AND n.as_of = s.as_of AND n.sweep = s.id AND n.state = 'sent') FROM sweep s WHERE s.company = $1 \
                    AND s.finished_at IS NOT NULL AND s.held_back IS NULL ORDER BY s.id DESC LIMIT 1";
        let row = query(text).bind(self.company).fetch_optional(self.pool()).await?;
        row.map(|row| {
            let mut c = Columns::of(&row);
            Ok(LastSweep { finished_at: c.take()?, expected: c.take()?, sent: c.take()? })
        })
        .transpose()
    }

    pub async fn pulse(&self, rule: AlarmRule, now: DateTime<Utc>) -> Result<Pulse> {
        Ok(Pulse {
            states: self.notice_states().await?,
            oldest_ready: self.oldest_ready(now).await?,
            last_sweep: self.last_planned().await?,
            halted_since: self.halt().await?.map(|halt| halt.since),
            alarms: self.alarms(rule, now).await?,
            workers: self.workers().await?.len(),
        })
    }
}

fn fate(row: &Row) -> Result<SweepFate> {
    let mut c = Columns::of(row);
    let mut fate = SweepFate {
        id: c.take()?,
        as_of: c.take()?,
        finished_at: c.take()?,
        expected: c.number()?,
        sent: c.number()?,
        waiting: c.number()?,
        refused: c.number()?,
        in_doubt: c.number()?,
        withdrawn: c.number()?,
        overdue: None,
    };
    let (number, since): (Option<u64>, _) = (c.number_optional()?, c.take::<Option<DateTime<Utc>>>()?);
    fate.overdue = number.zip(since).map(|(number, since)| Overdue { number, since });
    Ok(fate)
}
