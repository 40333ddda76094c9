//! Cases that are over, a page at a time.

use super::{CaseRow, read};
use crate::store::{Result, Store, engine::query};

impl Store {
    /// So many of those that are over after the first `from`, the newest first.
    pub async fn cases_over(&self, from: i64, most: i64) -> Result<Vec<CaseRow>> {
        let text = "SELECT id FROM cases WHERE company = $1 AND status IN ('closed', 'dismissed') \
                    ORDER BY id DESC LIMIT $3 OFFSET $2";
        let mut tx = self.pool().begin_read().await?;
        let ids: Vec<i64> = query(text).bind(self.company).bind(from).bind(most).values(&mut tx).await?;
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut found = read(&mut tx, self.company, &ids).await?;
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }
}
