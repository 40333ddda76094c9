//! The tables, brought to this version's.

use super::{Result, engine::Pool};

/// Runs the migrations that are missing.
pub async fn migrate(pool: &Pool) -> Result<()> {
    match pool {
        Pool::Sqlite(pool) => sqlx::migrate!("migrations/sqlite").run(pool).await?,
        Pool::Postgres(pool) => sqlx::migrate!("migrations/postgres").run(pool).await?,
    }
    Ok(())
}
