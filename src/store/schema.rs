//! Which tables a database has, and which ones this program needs.
//!
//! A new database gets its tables by itself. One of an older program is only changed by
//! `duly migrate`, since another process may still work on it; one of a newer program is refused.

use std::path::Path;

use sqlx::{SqlitePool, migrate::Migrator};

use super::{Result, Store, StoreError, lock::WorkLock};

static TABLES: Migrator = sqlx::migrate!("migrations/sqlite");

/// Versions of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schema {
    /// Those of the database; 0 when it is new.
    pub database: i64,
    /// Those that this program needs.
    pub program: i64,
}

impl Schema {
    async fn of(pool: &SqlitePool) -> Result<Self> {
        let program = TABLES.iter().map(|migration| migration.version).max().unwrap_or_default();
        let text = "SELECT COUNT(*) FROM sqlite_schema WHERE name = '_sqlx_migrations'";
        let known: i64 = sqlx::query_scalar(text).fetch_one(pool).await?;
        let text = "SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations";
        let database = if known == 0 { 0 } else { sqlx::query_scalar(text).fetch_one(pool).await? };
        Ok(Self { database, program })
    }

    fn refuse_newer(self) -> Result<()> {
        if self.database > self.program { Err(StoreError::NewerTables(self)) } else { Ok(()) }
    }
}

/// Makes the tables of a new database, and refuses one of another version.
pub(super) async fn ready(pool: &SqlitePool) -> Result<()> {
    let schema = Schema::of(pool).await?;
    schema.refuse_newer()?;
    if schema.database != 0 && schema.database < schema.program {
        return Err(StoreError::OlderTables(schema));
    }
    Ok(TABLES.run(pool).await?)
}

impl Store {
    /// The versions of a database file.
    pub async fn schema(file: &Path) -> Result<Schema> {
        let pool = Self::connect(file).await?;
        let schema = Schema::of(&pool).await;
        pool.close().await;
        schema
    }

    /// Brings a database to the tables of this program. Nothing else may work on it meanwhile.
    pub async fn migrate(file: &Path) -> Result<Schema> {
        let _lock = WorkLock::take(file)?;
        let pool = Self::connect(file).await?;
        let schema = Schema::of(&pool).await?;
        schema.refuse_newer()?;
        TABLES.run(&pool).await?;
        pool.close().await;
        Ok(schema)
    }
}
