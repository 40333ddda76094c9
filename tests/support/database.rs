//! The database of an installation, for a test to look into and to change.
//!
//! SQLite's file, or, with `DULY_TEST_ENGINE=postgres`, one of its own in the cluster that `scripts/postgres run`
//! started. A test speaks the SQL that both understand. A suite that uses only a part of this declares the module with
//! `#[expect(dead_code, reason = "…")]`.

use std::{
    env,
    path::{Path, PathBuf},
    time::Duration,
};

use chrono::DateTime;
use sqlx::{
    AssertSqlSafe, Connection, PgConnection, Row, SqliteConnection, TypeInfo, ValueRef,
    postgres::PgRow,
    raw_sql,
    sqlite::{SqliteConnectOptions, SqliteRow},
};

/// How long a look waits for a writer.
const PATIENCE: Duration = Duration::from_secs(60);

pub enum Database {
    /// The file.
    Sqlite(PathBuf),
    Postgres {
        /// For whoever creates and drops databases.
        cluster: String,
        name: String,
    },
}

impl Database {
    /// For a new installation whose settings are in this folder; empty.
    pub fn new(config: &Path) -> Self {
        if on_postgres() { Self::postgres() } else { Self::Sqlite(config.join("duly.db")) }
    }

    /// One of its own in the cluster, empty.
    pub fn postgres() -> Self {
        let cluster = env::var("DULY_TEST_POSTGRES").expect("`scripts/postgres run` says where PostgreSQL is");
        let name = format!("duly_test_{:016x}", rand::random::<u64>());
        wait(postgres(&cluster, format!("CREATE DATABASE {name} TEMPLATE template0")));
        Self::Postgres { cluster, name }
    }

    /// As it stands in the settings.
    pub fn url(&self) -> String {
        match self {
            Self::Sqlite(_) => "sqlite:duly.db".to_owned(),
            Self::Postgres { cluster, name } => format!("{}/{name}", cluster.rsplit_once('/').unwrap().0),
        }
    }

    /// What a statement answers, cells as text: `-` for none, 1 and 0 for true and false, instants as RFC 3339 in UTC.
    pub async fn rows(&self, text: impl Into<String>) -> Vec<Vec<String>> {
        match self {
            Self::Sqlite(file) => sqlite(file, text.into()).await,
            Self::Postgres { .. } => postgres(&self.url(), text.into()).await,
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // What failed is told by its own panic; a second one would end all tests.
        if let Self::Postgres { cluster, name } = self
            && !std::thread::panicking()
        {
            wait(postgres(cluster, format!("DROP DATABASE {name} WITH (FORCE)")));
        }
    }
}

/// Whether tests run on PostgreSQL.
pub fn on_postgres() -> bool {
    match env::var("DULY_TEST_ENGINE").as_deref() {
        Err(_) | Ok("sqlite") => false,
        Ok("postgres") => true,
        Ok(other) => panic!("there is no engine `{other}`"),
    }
}

/// Whether a test of what only SQLite has is to be left out, which is said with the reason.
pub fn skipped_on_postgres(reason: &str) -> bool {
    if on_postgres() {
        eprintln!("skipped on PostgreSQL: {reason}");
    }
    on_postgres()
}

/// Waits for an answer where nothing can be awaited.
pub fn wait<T: Send>(answer: impl Future<Output = T> + Send) -> T {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    std::thread::scope(|scope| scope.spawn(|| runtime().block_on(answer)).join().unwrap())
}

async fn sqlite(file: &Path, text: String) -> Vec<Vec<String>> {
    let options = SqliteConnectOptions::new().filename(file).busy_timeout(PATIENCE);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    let rows = raw_sql(AssertSqlSafe(text)).fetch_all(&mut connection).await.unwrap();
    let cell = |row: &SqliteRow, n| row.try_get_unchecked::<Option<String>, _>(n).unwrap();
    let line = |row: &SqliteRow| (0..row.len()).map(|n| cell(row, n).unwrap_or_else(|| "-".to_owned())).collect();
    rows.iter().map(line).collect()
}

/// Asked the simple way, the server answers everything as text.
async fn postgres(url: &str, text: String) -> Vec<Vec<String>> {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let rows = raw_sql(AssertSqlSafe(text)).fetch_all(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    rows.iter().map(|row| (0..row.len()).map(|n| cell(row, n)).collect()).collect()
}

fn cell(row: &PgRow, n: usize) -> String {
    let value = row.try_get_raw(n).unwrap();
    if value.is_null() {
        return "-".to_owned();
    }
    let text = value.as_str().unwrap();
    match value.type_info().name() {
        "BOOL" => if text == "t" { "1" } else { "0" }.to_owned(),
        "TIMESTAMPTZ" => DateTime::parse_from_str(text, "%F %T%.f%#z").unwrap().to_rfc3339(),
        _ => text.to_owned(),
    }
}
