//! Planned occurrences of schedules. Winning a slot is winning its row.

use chrono::{DateTime, Utc};

use super::{
    Result, Store,
    engine::{Columns, query},
};

const SETTLE: &str = "INSERT INTO slot (company, schedule, at, holder, done_at, note) \
                      VALUES ($1, $2, $3, 0, $5, $4) \
                      ON CONFLICT (company, schedule, at) \
                      DO UPDATE SET done_at = excluded.done_at, note = excluded.note";

impl Store {
    /// Claims a slot for a worker; false when it is done or another living worker holds it.
    pub async fn claim_slot(&self, schedule: &str, at: DateTime<Utc>, worker: i64) -> Result<bool> {
        let text = "INSERT INTO slot (company, schedule, at, holder) VALUES ($1, $2, $3, $4) \
                    ON CONFLICT (company, schedule, at) DO UPDATE SET holder = excluded.holder \
                    WHERE slot.done_at IS NULL \
                    AND (slot.holder = excluded.holder OR slot.holder NOT IN (SELECT id FROM worker))";
        let claim = query(text).bind(self.company).bind(schedule).bind(at).bind(worker);
        Ok(claim.execute(self.pool()).await? == 1)
    }

    /// Settles a slot; `note` says what came of it.
    pub async fn settle_slot(&self, schedule: &str, at: DateTime<Utc>, note: &str, now: DateTime<Utc>) -> Result<()> {
        query(SETTLE).bind(self.company).bind(schedule).bind(at).bind(note).bind(now).execute(self.pool()).await?;
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
            query(SETTLE).bind(self.company).bind(schedule).bind(*at).bind(&note).bind(now).execute(&mut tx).await?;
        }
        tx.commit().await
    }

    /// From when occurrences are open: the oldest unfinished slot, else the newest finished one.
    pub async fn slots_since(&self, schedule: &str) -> Result<Option<(DateTime<Utc>, bool)>> {
        let text = "SELECT COALESCE((SELECT MIN(at) FROM slot WHERE company = $1 AND schedule = $2 AND done_at IS NULL), \
                    (SELECT MAX(at) FROM slot WHERE company = $1 AND schedule = $2)), \
                    EXISTS (SELECT 1 FROM slot WHERE company = $1 AND schedule = $2 AND done_at IS NULL)";
        let row = query(text).bind(self.company).bind(schedule).fetch_one(self.pool()).await?;
        let mut c = Columns::of(&row);
        let (since, unfinished): (Option<DateTime<Utc>>, bool) = (c.take()?, c.take()?);
        Ok(since.map(|at| (at, unfinished)))
    }
}
