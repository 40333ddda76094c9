//! Waking the other replicas when there is something to do. A ring that is not heard costs
//! nothing but time: every replica looks by itself as well.

use sqlx::postgres::PgListener;

use super::{
    Result, Store,
    engine::{Pool, query},
};

const CHANNEL: &str = "duly";

/// Hears when another replica rings.
pub struct Bell {
    listener: PgListener,
    company: String,
}

impl Store {
    /// Tells the replicas of this company to look. On SQLite there are no others.
    pub async fn ring(&self) -> Result<()> {
        if let Pool::Postgres(_) = self.pool() {
            query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(self.company.to_string()).execute(self.pool()).await?;
        }
        Ok(())
    }

    pub async fn bell(&self) -> Result<Option<Bell>> {
        let Pool::Postgres(pool) = self.pool() else { return Ok(None) };
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen(CHANNEL).await?;
        Ok(Some(Bell { listener, company: self.company.to_string() }))
    }
}

impl Bell {
    /// Returns when somebody has rung. A lost connection is made again; what was rung meanwhile
    /// is not heard.
    pub async fn rung(&mut self) -> Result<()> {
        while self.listener.recv().await?.payload() != self.company {}
        Ok(())
    }
}
