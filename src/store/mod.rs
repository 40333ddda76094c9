//! The only SQL. Rows become domain types here and nowhere else.
//!
//! Whatever writes begins IMMEDIATE (a plain BEGIN that reads first and then writes fails when
//! another writer came between), and every page of work is one transaction.

use std::{path::Path, time::Duration};

use chrono::{DateTime, Utc};
use sqlx::{
    ConnectOptions, Sqlite, SqliteConnection, SqlitePool, Transaction,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

pub mod adjustments;
pub mod cases;
pub mod health;
pub mod holds;
pub mod import;
mod lock;
mod merge;
pub mod outbox;
pub mod policies;
pub mod report;
mod rows;
pub mod schema;
pub mod slots;
pub mod snapshot;
pub mod sweeps;
pub mod unreadable;
pub mod waiting;
pub mod warnings;

pub use lock::WorkLock;

/// Oldest SQLite without the WAL-reset bug, which could corrupt a database (3.7.0 to 3.51.2).
const OLDEST_SQLITE: [u32; 3] = [3, 51, 3];

/// How long a writer waits for another one, e.g. for a large import.
const BUSY_TIMEOUT: Duration = Duration::from_secs(120);

pub(crate) type Tx = Transaction<'static, Sqlite>;

/// The embedded database of one company.
#[derive(Debug, Clone)]
pub struct Store {
    pool: SqlitePool,
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

impl Store {
    /// Opens (and on first use creates) the database file, and registers the company.
    pub async fn open(file: &Path, company: &str) -> Result<Self> {
        let pool = Self::connect(file).await?;
        schema::ready(&pool).await?;
        sqlx::query("INSERT INTO company (code) VALUES ($1) ON CONFLICT DO NOTHING")
            .bind(company)
            .execute(&pool)
            .await?;
        let id = sqlx::query_scalar("SELECT id FROM company WHERE code = $1").bind(company).fetch_one(&pool).await?;
        Ok(Self { pool, company: id })
    }

    async fn connect(file: &Path) -> Result<SqlitePool> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // NORMAL can lose the last commits on power loss: a sent notice would be sent again.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT)
            // Each row that does not fit wakes the reader: a page of facts comes in one go.
            .row_buffer_size(4_096)
            .pragma("cache_size", "-8000")
            .pragma("temp_store", "file")
            // The same pages change with every group of notices: they are copied back less often.
            .pragma("wal_autocheckpoint", "4000")
            // Statements carry customers' data, and a large import is no cause for alarm.
            .disable_statement_logging();
        let pool = SqlitePoolOptions::new().max_connections(4).test_before_acquire(false).connect_with(options).await?;
        let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&pool).await?;
        let parts: Vec<u32> = version.split('.').filter_map(|part| part.parse().ok()).collect();
        if parts.as_slice() < OLDEST_SQLITE.as_slice() {
            return Err(StoreError::OldSqlite(version));
        }
        Ok(pool)
    }

    /// Begins a transaction that writes.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(self.pool.begin_with("BEGIN IMMEDIATE").await?)
    }

    pub(crate) fn pool(&self) -> &SqlitePool {
        &self.pool
    }

    /// The last batch recorded at or before an instant: what was known then.
    pub async fn known_at(&self, at: DateTime<Utc>) -> Result<i64> {
        let text = "SELECT COALESCE(MAX(id), 0) FROM batch WHERE company = $1 AND recorded_at <= $2";
        Ok(sqlx::query_scalar(text).bind(self.company).bind(at).fetch_one(&self.pool).await?)
    }

    /// When payment data last came in, as far as was known with `batch`.
    pub async fn payments_seen(&self, batch: i64) -> Result<Option<DateTime<Utc>>> {
        let text = "SELECT MAX(recorded_at) FROM batch WHERE company = $1 AND tells_payments = 1 AND id <= $2";
        Ok(sqlx::query_scalar(text).bind(self.company).bind(batch).fetch_one(&self.pool).await?)
    }

    /// Closes all connections; the write-ahead log is merged into the file.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Says that something about these accounts changed, so that a last look under way looks again.
pub(crate) async fn touch(connection: &mut SqliteConnection, account: i64) -> Result<()> {
    let text = "UPDATE account SET revision = revision + 1 WHERE id = $1";
    sqlx::query(text).bind(account).execute(connection).await?;
    Ok(())
}
