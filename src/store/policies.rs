//! Versions of policies: immutable once stored.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::{
    Result, Store, audit,
    engine::{Columns, On, query},
};
use crate::domain::audit::Kind;

impl Store {
    /// The newest version of a policy if it has this text. Nothing is written.
    pub async fn policy_version(&self, name: &str, text: &str) -> Result<Option<i64>> {
        let newest = self.newest_policy(name, self.pool()).await?;
        let digest = hex(&Sha256::digest(text.as_bytes()));
        Ok(newest.filter(|(_, known)| *known == digest).map(|(version, _)| version))
    }

    /// The version of this text: the newest one if it is the same, else a new one.
    pub async fn publish_policy(&self, name: &str, text: &str, author: &str, now: DateTime<Utc>) -> Result<i64> {
        let digest = hex(&Sha256::digest(text.as_bytes()));
        let mut tx = self.begin().await?;
        let newest = self.newest_policy(name, &mut tx).await?;
        if let Some((version, known)) = &newest
            && *known == digest
        {
            return Ok(*version);
        }
        let version = newest.map_or(1, |(version, _)| version + 1);
        let insert = "INSERT INTO policy_version (company, name, version, sha256, text, author, recorded_at) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let insert = query(insert).bind(self.company).bind(name).bind(version).bind(digest);
        insert.bind(text).bind(author).bind(now).execute(&mut tx).await?;
        audit::tell(&mut tx, self.company, Kind::Policy, &format!("{name}-{version}")).await?;
        tx.commit().await?;
        Ok(version)
    }

    /// Version and SHA-256 of the newest version.
    async fn newest_policy<'a>(&self, name: &str, on: impl Into<On<'a>>) -> Result<Option<(i64, String)>> {
        let text = "SELECT version, sha256 FROM policy_version WHERE company = $1 AND name = $2 \
                    ORDER BY version DESC LIMIT 1";
        let row = query(text).bind(self.company).bind(name).fetch_optional(on).await?;
        row.map(|row| {
            let mut c = Columns::of(&row);
            Ok((c.take()?, c.take()?))
        })
        .transpose()
    }
}

/// Lower-case hexadecimal of a digest or token.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
