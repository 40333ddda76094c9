//! Halts: nothing of the company is sent until a person has looked and resumed.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{
    Result, Store, audit,
    engine::{Columns, Row, query},
};
use crate::domain::audit::{DULY, Entry, Kind};

/// Kind of a halt because the relay refuses our settings.
pub const RELAY: &str = "relay";

/// Kind of a halt because an older state of the database came back.
pub const RESTORED: &str = "restored";

/// Why nothing is sent, in words for a person, and since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Halt {
    pub kind: String,
    pub why: String,
    pub since: DateTime<Utc>,
}

impl Halt {
    /// In words for a person.
    pub fn said(&self, zone: Tz) -> String {
        format!("sending stopped since {}: {}", self.since.with_timezone(&zone).format("%Y-%m-%d %H:%M %Z"), self.why)
    }

    fn of(row: &Row) -> Result<Self> {
        let mut c = Columns::of(row);
        Ok(Self { kind: c.take()?, why: c.take()?, since: c.take()? })
    }
}

impl Store {
    /// The halt that stands, if one does.
    pub async fn halt(&self) -> Result<Option<Halt>> {
        let text = "SELECT kind, why, since FROM halt WHERE company = $1";
        query(text).bind(self.company).fetch_optional(self.pool()).await?.as_ref().map(Halt::of).transpose()
    }

    /// Stops sending. A halt that stands already stays as it is: its cause was there first.
    pub async fn set_halt(&self, kind: &str, why: &str, now: DateTime<Utc>) -> Result<()> {
        let mut tx = self.begin().await?;
        let text = "INSERT INTO halt (company, kind, why, since) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
        if query(text).bind(self.company).bind(kind).bind(why).bind(now).execute(&mut tx).await? == 1 {
            let entry = Entry::new(Kind::Halt, now, DULY, kind.to_owned(), why.to_owned());
            audit::append(&mut tx, self.company, &entry).await?;
        }
        tx.commit().await
    }

    /// Whether it knows of an attempt that was begun at an instant, or of a later one of the same notice.
    pub async fn knows_attempt(&self, notice: i64, at: DateTime<Utc>) -> Result<bool> {
        let text = "SELECT EXISTS (SELECT 1 FROM notice WHERE id = $1 AND intent_at >= $2)";
        query(text).bind(notice).bind(at).value(self.pool()).await
    }

    /// Allows sending again and returns the halt that stood. Notices that were refused for our settings are
    /// due at once, and their refusals count anew: the cause has been mended.
    pub async fn resume(&self, by: &str, now: DateTime<Utc>) -> Result<Option<Halt>> {
        let mut tx = self.begin().await?;
        let text = "DELETE FROM halt WHERE company = $1 RETURNING kind, why, since";
        let found = query(text).bind(self.company).fetch_optional(&mut tx).await?;
        let found = found.as_ref().map(Halt::of).transpose()?;
        if let Some(halt) = &found {
            let text = "UPDATE notice SET due_at = $1, refusals = 0 \
                        WHERE company = $2 AND state = 'deferred' AND refusals > 0";
            query(text).bind(now).bind(self.company).execute(&mut tx).await?;
            let entry = Entry::new(Kind::Resumed, now, by, halt.kind.clone(), halt.why.clone());
            audit::append(&mut tx, self.company, &entry).await?;
        }
        tx.commit().await?;
        Ok(found)
    }
}
