//! Planned occurrences of schedules. Winning a slot is winning its row.

use chrono::{DateTime, Utc};

use super::{Result, Store};

const SETTLE: &str = "INSERT INTO slot (company, schedule, at, holder, until, done_at, note) \
                      VALUES ($1, $2, $3, '', $5, $5, $4) \
                      ON CONFLICT (company, schedule, at) \
                      DO UPDATE SET done_at = excluded.done_at, note = excluded.note";

impl Store {
    /// Claims a slot until `until`; false when it is done or somebody else holds it. Whoever holds it
    /// may try again at once, after trouble.
    pub async fn claim_slot(
        &self,
        schedule: &str,
        at: DateTime<Utc>,
        holder: &str,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<bool> {
        let text = "INSERT INTO slot (company, schedule, at, holder, until) VALUES ($1, $2, $3, $4, $5) \
                    ON CONFLICT (company, schedule, at) DO UPDATE SET holder = excluded.holder, until = excluded.until \
                    WHERE slot.done_at IS NULL AND (slot.until < $6 OR slot.holder = excluded.holder)";
        let claim = sqlx::query(text).bind(self.company).bind(schedule).bind(at).bind(holder).bind(until).bind(now);
        Ok(claim.execute(self.pool()).await?.rows_affected() == 1)
    }

    /// Settles a slot; `note` says what came of it.
    pub async fn settle_slot(&self, schedule: &str, at: DateTime<Utc>, note: &str, now: DateTime<Utc>) -> Result<()> {
        let settle = sqlx::query(SETTLE).bind(self.company).bind(schedule).bind(at).bind(note).bind(now);
        settle.execute(self.pool()).await?;
        Ok(())
    }

    /// Settles older slots as folded into a later one, in one transaction, since there may be thousands.
    pub async fn fold_slots(
        &self,
        schedule: &str,
        older: &[DateTime<Utc>],
        into: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        if older.is_empty() {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        let note = format!("folded into {into}");
        for at in older {
            let settle = sqlx::query(SETTLE).bind(self.company).bind(schedule).bind(at).bind(&note).bind(now);
            settle.execute(&mut *tx).await?;
        }
        Ok(tx.commit().await?)
    }

    /// From when occurrences are open: the oldest unfinished slot, else the newest finished one.
    pub async fn slots_since(&self, schedule: &str) -> Result<Option<(DateTime<Utc>, bool)>> {
        let text = "SELECT COALESCE((SELECT MIN(at) FROM slot WHERE company = $1 AND schedule = $2 AND done_at IS NULL), \
                    (SELECT MAX(at) FROM slot WHERE company = $1 AND schedule = $2)), \
                    EXISTS (SELECT 1 FROM slot WHERE company = $1 AND schedule = $2 AND done_at IS NULL)";
        let row: (Option<DateTime<Utc>>, bool) =
            sqlx::query_as(text).bind(self.company).bind(schedule).fetch_one(self.pool()).await?;
        Ok(row.0.map(|at| (at, row.1)))
    }
}
