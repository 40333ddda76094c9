//! Which tables a database has, and which ones this program needs.
//!
//! A new database gets its tables by itself. One of an older program is only changed by
//! `duly migrate`, since another process may still work on it; one of a newer program is refused.

use chrono::Duration;
use sqlx::migrate::Migrator;

use super::{
    Address, Result, Store, StoreError,
    engine::{self, Engine, Pool, query},
    lock::WorkLock,
    workers::living,
};

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// The version whose tables tell who is at work.
const WORKERS: i64 = 3;

/// Versions of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schema {
    /// Those of the database; 0 when it is new.
    pub database: i64,
    /// Those that this program needs.
    pub program: i64,
}

impl Schema {
    async fn of(pool: &Pool) -> Result<Self> {
        let (tables, known) = match pool.engine() {
            Engine::Sqlite => (&SQLITE, "SELECT COUNT(*) FROM sqlite_schema WHERE name = '_sqlx_migrations'"),
            Engine::Postgres => (
                &POSTGRES,
                "SELECT COUNT(*) FROM pg_tables WHERE tablename = '_sqlx_migrations' AND schemaname = current_schema()",
            ),
        };
        let program = tables.iter().map(|migration| migration.version).max().unwrap_or_default();
        let known: i64 = query(known).value(pool).await?;
        let newest = "SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations";
        let database = if known == 0 { 0 } else { query(newest).value(pool).await? };
        Ok(Self { database, program })
    }

    fn refuse_newer(self) -> Result<()> {
        if self.database > self.program { Err(StoreError::NewerTables(self)) } else { Ok(()) }
    }
}

/// Makes the tables of a new database, and refuses one of another version.
pub(super) async fn ready(pool: &Pool) -> Result<()> {
    let schema = Schema::of(pool).await?;
    schema.refuse_newer()?;
    match schema.database {
        0 => run(pool).await,
        // Whoever made the tables was cut off: nothing is in them yet.
        older if older < schema.program && is_empty(pool).await? => run(pool).await,
        older if older < schema.program => Err(StoreError::OlderTables(schema)),
        _ => Ok(()),
    }
}

async fn is_empty(pool: &Pool) -> Result<bool> {
    query("SELECT NOT EXISTS (SELECT 1 FROM company)").value(pool).await
}

async fn run(pool: &Pool) -> Result<()> {
    match pool {
        Pool::Sqlite(pool) => SQLITE.run(pool).await?,
        // Under an advisory lock, so that replicas that start together do not collide.
        Pool::Postgres(pool) => POSTGRES.run(pool).await?,
    }
    Ok(())
}

impl Store {
    /// The versions of a database.
    pub async fn schema(address: &Address) -> Result<Schema> {
        let pool = engine::open(address).await?;
        let schema = Schema::of(&pool).await;
        pool.close().await;
        schema
    }

    /// Brings a database to the tables of this program. Nothing else may work on it meanwhile: a worker of whom nothing
    /// was heard for `silent` is gone.
    pub async fn migrate(address: &Address, silent: Duration) -> Result<Schema> {
        let _lock = match address {
            Address::File(file) => Some(WorkLock::take(file)?),
            Address::Server { .. } => None,
        };
        let pool = engine::open(address).await?;
        let schema = Schema::of(&pool).await?;
        schema.refuse_newer()?;
        if pool.engine() == Engine::Postgres && schema.database >= WORKERS {
            let living = living(&mut pool.begin_read().await?, silent).await?;
            if living > 0 {
                return Err(StoreError::Refused(format!(
                    "another duly process ({living} in all) works on this database; stop all of them first"
                )));
            }
        }
        run(&pool).await?;
        pool.close().await;
        Ok(schema)
    }
}
