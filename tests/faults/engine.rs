//! What differs between the databases: where a world's tables are, and how they are read from outside.

use std::{path::Path, time::Duration};

use sqlx::{
    AssertSqlSafe, ColumnIndex, ConnectOptions, Connection, Decode, Executor, PgConnection, Row, SqliteConnection,
    postgres::PgConnectOptions, sqlite::SqliteConnectOptions,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// The server on which worlds get databases of their own.
pub const SERVER: &str = "DULY_TEST_POSTGRES";

/// The tables of one world.
pub enum Database {
    Sqlite(SqliteConnectOptions),
    Postgres(PgConnectOptions),
}

impl Engine {
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }

    pub fn available(self) -> bool {
        self == Self::Sqlite || std::env::var_os(SERVER).is_some()
    }

    /// A new database for a world whose settings are in this folder, and its URL in the settings.
    pub async fn create(self, config: &Path, name: &str) -> (Database, String) {
        match self {
            Self::Sqlite => {
                let file = SqliteConnectOptions::new().filename(config.join("duly.db"));
                (Database::Sqlite(file.busy_timeout(Duration::from_secs(60))), "sqlite:duly.db".to_owned())
            }
            Self::Postgres => {
                let server: PgConnectOptions = std::env::var(SERVER).unwrap().parse().unwrap();
                let create = AssertSqlSafe(format!("CREATE DATABASE {name}"));
                server.connect().await.unwrap().execute(sqlx::query(create)).await.unwrap();
                let database = server.database(name);
                let url = database.to_url_lossy().to_string();
                (Database::Postgres(database), url)
            }
        }
    }
}

impl Database {
    /// Rows of a query whose columns are all text; NULL is empty.
    pub async fn rows(&self, text: &str) -> sqlx::Result<Vec<Vec<String>>> {
        let text = AssertSqlSafe(text.to_owned());
        Ok(match self {
            Self::Sqlite(options) => {
                let mut connection = SqliteConnection::connect_with(options).await?;
                sqlx::query(text).fetch_all(&mut connection).await?.iter().map(cells).collect()
            }
            Self::Postgres(options) => {
                let mut connection = PgConnection::connect_with(options).await?;
                sqlx::query(text).fetch_all(&mut connection).await?.iter().map(cells).collect()
            }
        })
    }

    /// Leaves nothing on the server.
    pub async fn leave(&self) {
        if let (Self::Postgres(options), Ok(server)) = (self, std::env::var(SERVER)) {
            let name = options.get_database().unwrap_or_default();
            let drop = AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
            let server: PgConnectOptions = server.parse().unwrap();
            server.connect().await.unwrap().execute(sqlx::query(drop)).await.unwrap();
        }
    }

    /// Changes rows as the passing of time would.
    pub async fn change(&self, text: &str) {
        let query = sqlx::query(AssertSqlSafe(text.to_owned()));
        match self {
            Self::Sqlite(options) => {
                SqliteConnection::connect_with(options).await.unwrap().execute(query).await.map(drop).unwrap();
            }
            Self::Postgres(options) => {
                let query = sqlx::query(AssertSqlSafe(text.to_owned()));
                PgConnection::connect_with(options).await.unwrap().execute(query).await.map(drop).unwrap();
            }
        }
    }
}

fn cells<'r, R: Row>(row: &'r R) -> Vec<String>
where
    usize: ColumnIndex<R>,
    Option<String>: Decode<'r, R::Database>,
{
    (0..row.len()).map(|n| row.try_get_unchecked::<Option<String>, _>(n).unwrap().unwrap_or_default()).collect()
}
