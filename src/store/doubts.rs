//! Notices that may have arrived, and the word of a person who looked.

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    Result, Store, StoreError, audit,
    engine::{Columns, Row, Tx, query},
};
use crate::domain::audit::{Entry, Kind};

/// A notice in doubt with what is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    pub id: i64,
    pub as_of: NaiveDate,
    /// Number of its account.
    pub account: String,
    pub address: String,
    /// Its Message-ID derives from it.
    pub token: String,
    /// The last attempt, and where it went.
    pub tried_at: Option<DateTime<Utc>>,
    pub relay: Option<String>,
    pub reply: Option<String>,
    /// How often an answer was lost.
    pub doubts: u32,
    /// When it is sent again by itself, if it is.
    pub again_at: Option<DateTime<Utc>>,
}

/// What a person found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It did not arrive, or nobody knows: it may be sent once more, at once.
    Resend,
    /// It arrived.
    Accept,
}

impl Store {
    /// Notices in doubt, oldest first, by the index of those that are open.
    pub async fn doubts(&self, limit: i64) -> Result<Vec<Doubt>> {
        let text = "SELECT n.id, n.as_of, a.number, n.address, n.token, n.intent_at, n.relay, n.reply, n.doubts, n.due_at \
                    FROM notice n JOIN account a ON a.id = n.account WHERE n.company = $1 AND n.state = 'in_doubt' \
                    AND n.state NOT IN ('sent', 'withdrawn') ORDER BY n.id LIMIT $2";
        let rows = query(text).bind(self.company).bind(limit).fetch_all(self.pool()).await?;
        rows.iter().map(doubt).collect()
    }

    /// Settles a doubt with the word of a person, which stays with the notice.
    pub async fn settle_doubt(
        &self,
        notice: i64,
        verdict: Verdict,
        (author, why): (&str, &str),
        now: DateTime<Utc>,
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        let (text, said) = match verdict {
            Verdict::Resend => (
                "UPDATE notice SET due_at = $1, claim = NULL, reply = COALESCE(reply, '') || $2 \
                 WHERE company = $3 AND id = $4 AND state = 'in_doubt'",
                "to be sent again",
            ),
            Verdict::Accept => (
                "UPDATE notice SET state = 'sent', closed_at = $1, due_at = NULL, claim = NULL, \
                 reply = COALESCE(reply, '') || $2 WHERE company = $3 AND id = $4 AND state = 'in_doubt'",
                "arrived",
            ),
        };
        let reply = format!("; {said}, says {author}: {why}");
        let settled = query(text).bind(now).bind(reply).bind(self.company).bind(notice).execute(&mut tx).await?;
        if settled == 0 {
            return Err(self.not_in_doubt(&mut tx, notice).await?);
        }
        let entry = Entry::new(Kind::Doubt, now, author, notice.to_string(), format!("{said}: {why}"));
        audit::append(&mut tx, self.company, &entry).await?;
        tx.commit().await
    }

    async fn not_in_doubt(&self, tx: &mut Tx, notice: i64) -> Result<StoreError> {
        let text = "SELECT state FROM notice WHERE company = $1 AND id = $2";
        let state: Option<String> = query(text).bind(self.company).bind(notice).value_optional(tx).await?;
        let why = match state {
            Some(state) => format!("notice {notice} is not in doubt: it is {state}"),
            None => format!("there is no notice {notice}; `duly doubt list` shows those in doubt"),
        };
        Ok(StoreError::Refused(why))
    }
}

fn doubt(row: &Row) -> Result<Doubt> {
    let mut c = Columns::of(row);
    Ok(Doubt {
        id: c.take()?,
        as_of: c.take()?,
        account: c.take()?,
        address: c.take()?,
        token: c.take()?,
        tried_at: c.take()?,
        relay: c.take()?,
        reply: c.take()?,
        doubts: c.number()?,
        again_at: c.take()?,
    })
}
