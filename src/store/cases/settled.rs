//! What was settled in the other cases of an account.

use chrono::{DateTime, Utc};

use super::{CaseRow, read};
use crate::store::{Result, Store, engine::query};

impl Store {
    /// Cases of an account that were resolved after an instant.
    pub async fn settled_since(&self, account: i64, since: DateTime<Utc>) -> Result<Vec<CaseRow>> {
        let text = "SELECT DISTINCT c.id FROM cases c JOIN case_event e ON e.case_id = c.id WHERE c.company = $1 \
                    AND c.account = $2 AND e.step = 'resolved' AND e.recorded_at > $3 ORDER BY c.id";
        let mut tx = self.pool().begin_read().await?;
        let ids: Vec<i64> = query(text).bind(self.company).bind(account).bind(since).values(&mut tx).await?;
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        Ok(read(&mut tx, self.company, &ids).await?.into_values().collect())
    }
}
