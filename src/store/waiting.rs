//! Notices that wait: for their hours, or for a person.

use chrono::{DateTime, Utc};

use super::{Result, Store};

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
        let query = sqlx::query_as(text).bind(self.company).bind(now);
        let (number, first): (i64, Option<DateTime<Utc>>) = query.fetch_one(self.pool()).await?;
        Ok(first.map(|first| Waiting { number, first }))
    }
}
