//! The fence before the final dot: whether an attempt is still that of whoever began it.

use super::{Result, Store};

impl Store {
    /// Whether a notice is still being sent by this attempt. False once another process took it for lost:
    /// it may have sent it, or will.
    pub async fn still_mine(&self, notice: i64, attempt: u32) -> Result<bool> {
        let text = "SELECT COUNT(*) FROM notice WHERE id = $1 AND state = 'sending' AND attempts = $2";
        let found: i64 = sqlx::query_scalar(text).bind(notice).bind(attempt).fetch_one(self.pool()).await?;
        Ok(found == 1)
    }
}
