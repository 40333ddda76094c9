//! Opening either engine by the scheme of the database's URL.

use std::{path::PathBuf, str::FromStr, time::Duration};

use secrecy::{ExposeSecret, SecretString};
use sqlx::{
    ConnectOptions, Connection,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{
    super::{Result, StoreError},
    pool::Pool,
    query::query,
};

/// Where a database is.
#[derive(Debug, Clone)]
pub enum Address {
    File(PathBuf),
    /// `postgres://user@host/database` and what libpq's URLs may have besides.
    Server {
        url: String,
        password: Option<SecretString>,
    },
}

/// Oldest SQLite without the WAL-reset bug, which could corrupt a database (3.7.0 to 3.51.2).
const OLDEST_SQLITE: [u32; 3] = [3, 51, 3];

/// How long a writer waits for another one, e.g. for a large import.
const BUSY_TIMEOUT: Duration = Duration::from_secs(120);

/// How long to wait for a connection: whoever needs one tries again.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A connection that rested longer is asked whether it is still there.
const RESTED: Duration = Duration::from_secs(1);

/// Opens a database; an SQLite file is created on first use.
pub async fn open(address: &Address) -> Result<Pool> {
    match address {
        Address::File(file) => sqlite(file.clone()).await,
        Address::Server { url, password } => postgres(url, password.as_ref()).await,
    }
}

async fn sqlite(file: PathBuf) -> Result<Pool> {
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
    // Without these two nothing looks after idle connections. sqlx 0.9.0 counts them after it has put them back: when one
    // is taken in between, the count falls below zero, and its task for them turns forever, on one core.
    let pool = SqlitePoolOptions::new()
        .max_connections(4)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options)
        .await?;
    let pool = Pool::Sqlite(pool);
    let version: String = query("SELECT sqlite_version()").value(&pool).await?;
    let parts: Vec<u32> = version.split('.').filter_map(|part| part.parse().ok()).collect();
    if parts.as_slice() < OLDEST_SQLITE.as_slice() {
        return Err(StoreError::OldSqlite(version));
    }
    Ok(pool)
}

async fn postgres(url: &str, password: Option<&SecretString>) -> Result<Pool> {
    let mut options = PgConnectOptions::from_str(url)?
        .application_name("duly")
        .options([
            // A replica that stands still gives its pages of a sweep free.
            ("idle_in_transaction_session_timeout", "60s"),
            ("lock_timeout", "120s"),
        ])
        .disable_statement_logging();
    if let Some(password) = password {
        options = options.password(password.expose_secret());
    }
    let pool = PgPoolOptions::new()
        .max_connections(8)
        .acquire_timeout(CONNECT_TIMEOUT)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .before_acquire(|connection, about| {
            Box::pin(async move { Ok(about.idle_for < RESTED || connection.ping().await.is_ok()) })
        })
        .connect_with(options)
        .await?;
    let pool = Pool::Postgres(pool);
    let waits: String = query("SHOW synchronous_commit").value(&pool).await?;
    match waits.as_str() {
        "off" | "local" => Err(StoreError::Refused(format!(
            "`synchronous_commit` is `{waits}` for this database or user: a commit that is lost would send a notice \
             twice; set it to `on`"
        ))),
        _ => Ok(pool),
    }
}
