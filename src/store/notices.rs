//! Notices as a person looks for them: by state, the newest first, and what is known of the sending of one.

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    Result, Store, StoreError, audit,
    engine::{Columns, Row, dynamic, query},
    outbox::free_items,
};
use crate::domain::{
    audit::{Entry, Kind},
    money::Money,
    notice::State,
};

/// A notice in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub id: i64,
    pub as_of: NaiveDate,
    pub stage: String,
    pub state: State,
    /// What it asks for.
    pub total: Money,
    /// Number and name of the account.
    pub account: String,
    pub name: String,
    pub reply: Option<String>,
    /// When it may be sent.
    pub due_at: Option<DateTime<Utc>>,
    /// When it was sent, refused or withdrawn.
    pub closed_at: Option<DateTime<Utc>>,
    pub bounced_at: Option<DateTime<Utc>>,
}

/// What is kept of a notice's sending, beside the notice itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sending {
    /// Number and name of the account, as it is now.
    pub account: String,
    pub name: String,
    pub sweep: i64,
    /// The last attempt, where it went, and a hash of its bytes.
    pub tried_at: Option<DateTime<Utc>>,
    pub relay: Option<String>,
    pub sha256: Option<String>,
    pub closed_at: Option<DateTime<Utc>>,
    /// The entry of the chain that covers it.
    pub seal: Option<i64>,
    /// Its stages are free again.
    pub void: bool,
    /// The last file that was taken before the last attempt.
    pub batch: i64,
    /// Tokens of earlier notices of the account, the oldest first: a mail may answer one of them.
    pub earlier: Vec<String>,
}

/// Earlier notices that are looked at.
const EARLIER: i64 = 3;

impl Store {
    /// Notices in any of these states with an id below `before`, the newest first.
    ///
    /// One statement a state, each in the words of an index, so that the length of the list is what it costs.
    pub async fn list_notices(&self, states: &[State], before: i64, limit: i64) -> Result<Vec<Listed>> {
        let mut found = Vec::new();
        for state in states {
            let index = match state {
                State::Sent | State::Withdrawn => "IN",
                _ => "NOT IN",
            };
            let text = format!(
                "SELECT n.id, n.as_of, n.stage, n.state, n.currency, n.overdue_total - n.credits, \
                 (SELECT number FROM account a WHERE a.id = n.account), \
                 (SELECT name FROM account_fact f WHERE f.account = n.account AND f.superseded_by IS NULL), \
                 n.reply, n.due_at, n.closed_at, n.bounced_at FROM notice n WHERE n.company = $1 AND n.state = '{state}' \
                 AND n.state {index} ('sent', 'withdrawn') AND n.id < $2 ORDER BY n.id DESC LIMIT $3"
            );
            let rows = dynamic(text).bind(self.company).bind(before).bind(limit).fetch_all(self.pool()).await?;
            for row in &rows {
                found.push(listed(row)?);
            }
        }
        found.sort_by_key(|notice| std::cmp::Reverse(notice.id));
        found.truncate(usize::try_from(limit).unwrap_or_default());
        Ok(found)
    }

    /// How many notices are in one of these states, counted up to `most`. For open ones only.
    pub async fn count_open_notices(&self, state: State, most: i64) -> Result<i64> {
        let text = "SELECT COUNT(*) FROM (SELECT 1 FROM notice WHERE company = $1 AND state = $2 \
                    AND state NOT IN ('sent', 'withdrawn') LIMIT $3) counted";
        query(text).bind(self.company).bind(state.code()).bind(most).value(self.pool()).await
    }

    pub async fn sending_of(&self, notice: i64) -> Result<Option<Sending>> {
        let text = "SELECT a.number, f.name, n.sweep, n.intent_at, n.relay, n.sha256, n.closed_at, n.seal, n.void, \
                    (SELECT COALESCE(MAX(b.id), 0) FROM batch b WHERE b.company = n.company \
                    AND b.recorded_at <= COALESCE(n.intent_at, n.planned_at)) \
                    FROM notice n JOIN account a ON a.id = n.account \
                    LEFT JOIN account_fact f ON f.account = a.id AND f.superseded_by IS NULL \
                    WHERE n.company = $1 AND n.id = $2";
        let row = query(text).bind(self.company).bind(notice).fetch_optional(self.pool()).await?;
        let Some(row) = row else { return Ok(None) };
        let mut sending = sending(&row)?;
        let text = "SELECT e.token FROM notice e JOIN notice n ON n.account = e.account AND e.id < n.id \
                    WHERE n.id = $1 ORDER BY e.id LIMIT $2";
        sending.earlier = query(text).bind(notice).bind(EARLIER).values(self.pool()).await?;
        Ok(Some(sending))
    }

    /// Takes a notice back by the word of a person before it is sent. Its stages are free again, so that the next sweep
    /// decides afresh, unless it may have arrived.
    pub async fn take_back(&self, notice: i64, (author, why): (&str, &str), now: DateTime<Utc>) -> Result<()> {
        let mut tx = self.begin().await?;
        let text = "UPDATE notice SET state = 'withdrawn', due_at = NULL, closed_at = $1, claim = NULL, \
                    void = (doubts = 0), reply = COALESCE(reply || '; ', '') || $2 WHERE company = $3 AND id = $4 \
                    AND NOT void AND state IN ('ready', 'deferred', 'in_doubt', 'refused') RETURNING void";
        let reply = format!("withdrawn, says {author}: {why}");
        let update = query(text).bind(now).bind(reply).bind(self.company).bind(notice);
        match update.value_optional(&mut tx).await? {
            Some(true) => free_items(&mut tx, notice).await?,
            Some(false) => {}
            None => {
                let text = "SELECT state FROM notice WHERE company = $1 AND id = $2";
                let state: Option<String> = query(text).bind(self.company).bind(notice).value_optional(&mut tx).await?;
                return Err(StoreError::Refused(match state.as_deref() {
                    Some("sending") => "it is on its way at this moment; look again in a minute".to_owned(),
                    Some(state) => format!("notice {notice} cannot be withdrawn any more: it is {state}"),
                    None => format!("there is no notice {notice}"),
                }));
            }
        }
        let entry = Entry::new(Kind::Withdrawn, now, author, notice.to_string(), why.to_owned());
        audit::append(&mut tx, self.company, &entry).await?;
        tx.commit().await
    }
}

fn listed(row: &Row) -> Result<Listed> {
    let mut c = Columns::of(row);
    Ok(Listed {
        id: c.take()?,
        as_of: c.take()?,
        stage: c.take()?,
        state: c.code(State::from_code)?,
        total: c.money()?,
        account: c.take()?,
        name: c.take::<Option<String>>()?.unwrap_or_default(),
        reply: c.take()?,
        due_at: c.take()?,
        closed_at: c.take()?,
        bounced_at: c.take()?,
    })
}

fn sending(row: &Row) -> Result<Sending> {
    let mut c = Columns::of(row);
    Ok(Sending {
        account: c.take()?,
        name: c.take::<Option<String>>()?.unwrap_or_default(),
        sweep: c.take()?,
        tried_at: c.take()?,
        relay: c.take()?,
        sha256: c.take()?,
        closed_at: c.take()?,
        seal: c.take()?,
        void: c.take()?,
        batch: c.take()?,
        earlier: Vec::new(),
    })
}
