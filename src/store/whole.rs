//! A database as a whole, with all its companies: what moves and what is backed up.

use std::path::PathBuf;

use chrono::{DateTime, Duration, Utc};

use super::{
    Address, Result, StoreError, WorkLock, audit,
    engine::{self, Engine, Pool, Tx, dynamic, query},
    schema,
    tables::Table,
    workers::living,
};
use crate::domain::audit::{DULY, Entry, Kind};

/// Kind of a halt in a database that was moved elsewhere.
const MOVED: &str = "moved";

/// A database without a company of its own.
pub struct Whole {
    pub(super) pool: Pool,
    file: Option<PathBuf>,
}

impl Whole {
    /// Opens (and on first use creates) a database of this program's version.
    pub async fn open(address: &Address) -> Result<Self> {
        let pool = engine::open(address).await?;
        schema::ready(&pool).await?;
        let file = if let Address::File(file) = address { Some(file.clone()) } else { None };
        Ok(Self { pool, file })
    }

    pub fn engine(&self) -> Engine {
        self.pool.engine()
    }

    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// The lock of the file, where it is one.
    pub(super) fn lock(&self) -> Result<Option<WorkLock>> {
        self.file.as_deref().map(WorkLock::take).transpose()
    }

    /// A transaction in which nobody else writes anything, and no replica is at work.
    pub(super) async fn begin_alone(&self, tables: &[Table], silent: Duration) -> Result<Tx> {
        if self.engine() == Engine::Sqlite {
            return self.pool.begin().await;
        }
        let mut tx = self.pool.begin_repeatable().await?;
        let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
        dynamic(format!("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE", names.join(", "))).execute(&mut tx).await?;
        let living = living(&mut tx, silent).await?;
        if living > 0 {
            return Err(StoreError::Refused(format!(
                "{living} duly at work on this database (the daemon, a sweep or a delivery): stop all of them first"
            )));
        }
        Ok(tx)
    }

    /// Codes of its companies.
    pub(super) async fn companies(&self, tx: &mut Tx) -> Result<Vec<String>> {
        query("SELECT code FROM company ORDER BY id").values(tx).await
    }
}

/// Says to whoever comes to the old database that it is not the one any more.
pub(super) async fn mark_moved(tx: &mut Tx, now: DateTime<Utc>) -> Result<()> {
    let why = "this database was moved to another one, which goes on from here: set `database.url` to that one";
    mark(tx, MOVED, why, now).await
}

/// Says in the chain of every company that it goes on in another place.
pub(super) async fn tell_moved(tx: &mut Tx, (from, to): (Engine, Engine), now: DateTime<Utc>) -> Result<()> {
    let companies: Vec<i64> = query("SELECT id FROM company ORDER BY id").values(&mut *tx).await?;
    for company in companies {
        let detail = format!("from {from} to {to}");
        let entry = Entry::new(Kind::Moved, now, DULY, "database".to_owned(), detail);
        audit::append(tx, company, &entry).await?;
    }
    Ok(())
}

/// Halts every company. That a database was restored counts for more than anything else.
pub(super) async fn mark(tx: &mut Tx, kind: &str, why: &str, now: DateTime<Utc>) -> Result<()> {
    let text = "INSERT INTO halt (company, kind, why, since) SELECT id, $1, $2, $3 FROM company WHERE true \
                ON CONFLICT (company) DO UPDATE SET kind = excluded.kind, why = excluded.why, since = excluded.since \
                WHERE halt.kind <> 'restored'";
    query(text).bind(kind).bind(why).bind(now).execute(tx).await?;
    Ok(())
}
