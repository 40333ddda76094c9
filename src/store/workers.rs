//! Processes at work. A claim names its worker and is worth nothing once that worker's row is gone.

use chrono::{DateTime, Duration, Utc};

use super::{
    Result, Store,
    engine::{Columns, Engine, Tx, dynamic, query},
};

/// A process at work, as a person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtWork {
    /// Machine and process.
    pub name: String,
    pub since: DateTime<Utc>,
    /// Its last sign of life.
    pub seen_at: DateTime<Utc>,
}

/// How many workers of all companies gave a sign of life within so long, on PostgreSQL. The file of SQLite has a lock
/// instead.
pub(super) async fn living(tx: &mut Tx, silent: Duration) -> Result<i64> {
    let text = "SELECT COUNT(*) FROM worker WHERE seen_at >= clock_timestamp() - $1 * INTERVAL '1 millisecond'";
    query(text).bind(silent.num_milliseconds()).value(tx).await
}

impl Store {
    /// Registers a process that sweeps or sends; returns its id, which is never used again.
    pub async fn enlist(&self, name: &str, now: DateTime<Utc>) -> Result<i64> {
        let at = self.engine().now("$3");
        let text =
            format!("INSERT INTO worker (company, name, started_at, seen_at) VALUES ($1, $2, {at}, {at}) RETURNING id");
        dynamic(text).bind(self.company).bind(name).bind(now).value(self.pool()).await
    }

    /// A sign of life; false when the worker had been silent so long that it was removed.
    pub async fn sign_of_life(&self, worker: i64, now: DateTime<Utc>) -> Result<bool> {
        let text = format!("UPDATE worker SET seen_at = {} WHERE id = $1", self.engine().now("$2"));
        Ok(dynamic(text).bind(worker).bind(now).execute(self.pool()).await? == 1)
    }

    /// Removes the workers that nothing was heard of for so long, besides `myself`. On SQLite all
    /// others are removed, since whoever calls this holds the lock of the file.
    pub async fn remove_silent(&self, myself: i64, silent: Duration) -> Result<u64> {
        match self.engine() {
            Engine::Sqlite => {
                let text = "DELETE FROM worker WHERE company = $1 AND id <> $2";
                query(text).bind(self.company).bind(myself).execute(self.pool()).await
            }
            Engine::Postgres => {
                let text = "DELETE FROM worker WHERE company = $1 AND id <> $2 \
                            AND seen_at < clock_timestamp() - $3 * INTERVAL '1 millisecond'";
                let silent = silent.num_milliseconds();
                query(text).bind(self.company).bind(myself).bind(silent).execute(self.pool()).await
            }
        }
    }

    /// The workers, oldest first.
    pub async fn workers(&self) -> Result<Vec<AtWork>> {
        let text = "SELECT name, started_at, seen_at FROM worker WHERE company = $1 ORDER BY id";
        let worker = |row| {
            let mut c = Columns::of(row);
            Ok(AtWork { name: c.take()?, since: c.take()?, seen_at: c.take()? })
        };
        query(text).bind(self.company).fetch_all(self.pool()).await?.iter().map(worker).collect()
    }

    /// The worker ends and gives back what it claimed.
    pub async fn discharge(&self, worker: i64) -> Result<()> {
        query("DELETE FROM worker WHERE id = $1").bind(worker).execute(self.pool()).await?;
        Ok(())
    }
}
