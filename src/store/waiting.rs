//! Notices that wait: for their hours, or for a person.

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    Result, Store,
    engine::{Columns, Row, query},
};
use crate::domain::notice::State;

/// Notices that may not be sent before a later hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    pub number: i64,
    /// When the first of them may be sent.
    pub first: DateTime<Utc>,
}

impl Store {
    /// Notices that were never tried and whose sending hours are still to come.
    pub async fn waiting_for_hours(&self, now: DateTime<Utc>) -> Result<Option<Waiting>> {
        // One with an answer waits because its letter could not be written.
        let text = "SELECT COUNT(*), MIN(due_at) FROM notice \
                    WHERE company = $1 AND state = 'ready' AND reply IS NULL AND due_at > $2";
        let row = query(text).bind(self.company).bind(now).fetch_one(self.pool()).await?;
        let mut c = Columns::of(&row);
        let (number, first): (i64, Option<DateTime<Utc>>) = (c.take()?, c.take()?);
        Ok(first.map(|first| Waiting { number, first }))
    }
}

/// A notice that did not simply arrive, as a person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stuck {
    pub id: i64,
    pub as_of: NaiveDate,
    /// Number of its account.
    pub account: String,
    pub address: String,
    pub reply: Option<String>,
    pub due_at: Option<DateTime<Utc>>,
    pub tried_at: Option<DateTime<Utc>>,
    /// Its stages are free again, since its address was refused.
    pub void: bool,
}

impl Store {
    /// Notices in one state, newest first. A refused address is no matter any more once a later
    /// notice to the account was sent.
    pub async fn stuck_in(&self, state: State, limit: i64) -> Result<Vec<Stuck>> {
        // In the words of the index `notice_open`.
        let text = "SELECT n.id, n.as_of, a.number, n.address, n.reply, n.due_at, n.intent_at, n.void \
                    FROM notice n JOIN account a ON a.id = n.account WHERE n.company = $1 AND n.state = $2 \
                    AND n.state NOT IN ('sent', 'withdrawn') AND NOT (n.void AND EXISTS (SELECT 1 FROM notice later WHERE later.account = n.account \
                    AND later.id > n.id AND later.state = 'sent')) ORDER BY n.id DESC LIMIT $3";
        let stuck = query(text).bind(self.company).bind(state.code()).bind(limit);
        stuck.fetch_all(self.pool()).await?.iter().map(read).collect()
    }

    /// Notices whose letter could not be written, newest first: only those have an answer before they were ever tried.
    pub async fn unwritten(&self, limit: i64) -> Result<Vec<Stuck>> {
        // In the words of the index `notice_unwritten`.
        let text = "SELECT n.id, n.as_of, a.number, n.address, n.reply, n.due_at, n.intent_at, n.void \
                    FROM notice n JOIN account a ON a.id = n.account WHERE n.company = $1 AND n.state = 'ready' \
                    AND n.reply IS NOT NULL ORDER BY n.id DESC LIMIT $2";
        let rows = query(text).bind(self.company).bind(limit).fetch_all(self.pool()).await?;
        rows.iter().map(read).collect()
    }
}

fn read(row: &Row) -> Result<Stuck> {
    let mut c = Columns::of(row);
    Ok(Stuck {
        id: c.take()?,
        as_of: c.take()?,
        account: c.take()?,
        address: c.take()?,
        reply: c.take()?,
        due_at: c.take()?,
        tried_at: c.take()?,
        void: c.take()?,
    })
}
