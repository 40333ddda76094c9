//! The only SQL. Rows become domain types here and nowhere else.
//!
//! One text per statement serves both engines (see [`engine`]). Every page of work is one
//! transaction. What is right rests on unique keys and on conditions in the statements that write;
//! claims only save work.

use chrono::{DateTime, Utc};

pub mod adjustments;
pub mod agreements;
pub mod audit;
mod backup;
pub mod bell;
pub mod cases;
pub mod changes;
pub mod cohorts;
pub mod contacts;
pub mod doubts;
pub mod effects;
pub mod engine;
pub mod frozen;
pub mod halts;
pub mod health;
pub mod holds;
pub mod import;
pub mod incoming;
pub mod invariants;
pub mod letters;
mod lock;
pub mod mails;
mod merge;
pub mod notices;
pub mod outbox;
pub mod page;
pub mod past;
pub mod people;
pub mod policies;
pub mod receipts;
pub mod report;
pub mod schema;
mod seal;
pub mod search;
pub mod slots;
pub mod snapshot;
pub mod sums;
pub mod sweep_pages;
mod sweep_print;
pub mod sweeps;
mod tables;
mod told;
pub mod transfer;
pub mod unreadable;
pub mod waiting;
pub mod warnings;
pub mod watch;
pub mod whole;
pub mod workers;

pub use engine::Address;
use engine::{Engine, Pool, Tx, query};
pub use lock::WorkLock;

/// The database of one company.
#[derive(Debug, Clone)]
pub struct Store {
    pool: Pool,
    pub company: i64,
}

/// What can go wrong in the database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("{}", health::explain(.0))]
    Sql(#[from] sqlx::Error),
    #[error("{}", health::damaged(.0))]
    Damaged(String),
    #[error("the database's tables cannot be made or checked: {}", health::explain_migration(.0))]
    Migrate(#[from] sqlx::migrate::MigrateError),
    #[error(
        "the database has the tables of a newer duly (version {}; this program knows {}): use that newer program, \
         or restore the backup from before the upgrade", .0.database, .0.program
    )]
    NewerTables(schema::Schema),
    #[error(
        "the database has the tables of an older duly (version {}; this program needs {}): stop every duly that \
         works on it, make a backup, then `duly migrate`", .0.database, .0.program
    )]
    OlderTables(schema::Schema),
    #[error("SQLite {0} is too old: 3.51.3 or newer is needed")]
    OldSqlite(String),
    #[error("a stored value is not understood: {0}; the database was written by another program or is damaged")]
    Value(String),
    #[error("{0}")]
    Refused(String),
}

pub type Result<T> = std::result::Result<T, StoreError>;

impl StoreError {
    /// Whoever acts on a case had not seen all that was done on it.
    pub fn gone_on(case: i64) -> Self {
        Self::Refused(format!("case {case}: somebody has gone on with it meanwhile; look at it, then say it again"))
    }

    /// Trouble that passes by itself: the server is away or restarting, or two transactions stood
    /// in each other's way. The same may be tried again.
    pub fn passes(&self) -> bool {
        match self {
            Self::Sql(sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed) => true,
            Self::Sql(sqlx::Error::Database(error)) => error.code().is_some_and(|code| {
                // Connection lost, shutting down or starting, no room for connections, deadlock,
                // stood still within a transaction.
                ["08", "57P", "53300", "40001", "40P01", "25P03"].iter().any(|class| code.starts_with(class))
            }),
            _ => false,
        }
    }
}

impl Store {
    /// Opens (and on first use creates) the database, and registers the company.
    pub async fn open(address: &Address, company: &str) -> Result<Self> {
        let pool = engine::open(address).await?;
        schema::ready(&pool).await?;
        let company = register(&pool, company).await?;
        Ok(Self { pool, company })
    }

    /// Begins a transaction that writes.
    pub async fn begin(&self) -> Result<Tx> {
        self.pool.begin().await
    }

    pub(crate) fn pool(&self) -> &Pool {
        &self.pool
    }

    pub fn engine(&self) -> Engine {
        self.pool.engine()
    }

    /// The last batch recorded at or before an instant: what was known then.
    pub async fn known_at(&self, at: DateTime<Utc>) -> Result<i64> {
        let text = "SELECT COALESCE(MAX(id), 0) FROM batch WHERE company = $1 AND recorded_at <= $2";
        query(text).bind(self.company).bind(at).value(self.pool()).await
    }

    /// When payment data last came in, as far as was known with `batch`.
    pub async fn payments_seen(&self, batch: i64) -> Result<Option<DateTime<Utc>>> {
        let text = "SELECT MAX(recorded_at) FROM batch WHERE company = $1 AND tells_payments AND id <= $2";
        query(text).bind(self.company).bind(batch).value(self.pool()).await
    }

    /// Closes all connections; SQLite's write-ahead log is merged into the file.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// The id of a company. Writing would wait for a large import, so that is done for a new one only.
async fn register(pool: &Pool, code: &str) -> Result<i64> {
    let known = "SELECT id FROM company WHERE code = $1";
    if let Some(id) = query(known).bind(code).value_optional(pool).await? {
        return Ok(id);
    }
    query("INSERT INTO company (code) VALUES ($1) ON CONFLICT DO NOTHING").bind(code).execute(pool).await?;
    query(known).bind(code).value(pool).await
}

/// Says that something about this account changed, so that a last look under way looks again.
pub(crate) async fn touch(tx: &mut Tx, account: i64) -> Result<()> {
    query("UPDATE account SET revision = revision + 1 WHERE id = $1").bind(account).execute(tx).await?;
    Ok(())
}
