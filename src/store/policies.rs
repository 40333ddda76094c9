//! Versions of policies and of wording: immutable once stored.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::{
    Result, Store,
    audit::{self, End},
    engine::{Columns, On, Row, Tx, dynamic, query},
};
use crate::domain::{
    audit::Kind,
    publication::{InForce, Line, Matter, in_force},
};

/// A version with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    pub version: i64,
    pub text: String,
    pub author: String,
    /// Of a person; a file gives none.
    pub reason: Option<String>,
    pub recorded_at: DateTime<Utc>,
    /// Who agreed, where a second person was needed.
    pub approved_by: Option<String>,
}

/// A new version of a text.
pub(super) struct New<'a> {
    pub matter: Matter,
    pub name: &'a str,
    pub text: &'a str,
    pub author: &'a str,
    pub reason: Option<&'a str>,
}

impl Store {
    /// Which text counts beside this one of a file. Nothing is written.
    pub async fn look_file(&self, matter: Matter, name: &str, text: &str) -> Result<InForce> {
        Ok(in_force(&lines(self.pool(), self.company, matter, name).await?, &digest(text)))
    }

    /// The same, where the file counts as a version of its own if it has none yet.
    pub async fn use_file(&self, matter: Matter, name: &str, text: &str, now: DateTime<Utc>) -> Result<InForce> {
        // Usually nothing is new, and nobody is kept waiting.
        match self.look_file(matter, name, text).await? {
            InForce::File(None) => {}
            known => return Ok(known),
        }
        let mut tx = self.begin().await?;
        // Others wait here, so that nobody takes the same number.
        End::hold(&mut tx, self.company).await?;
        let lines = lines(&mut tx, self.company, matter, name).await?;
        let found = match in_force(&lines, &digest(text)) {
            InForce::File(None) => {
                let new = New { matter, name, text, author: matter.file_author(), reason: None };
                InForce::File(Some(add_version(&mut tx, self.company, &lines, &new, now).await?))
            }
            known => known,
        };
        tx.commit().await?;
        Ok(found)
    }

    /// The number of the newest version.
    pub async fn newest_version(&self, matter: Matter, name: &str) -> Result<Option<i64>> {
        Ok(lines(self.pool(), self.company, matter, name).await?.first().map(|line| line.version))
    }

    /// Versions up to this one, newest first.
    pub async fn versions(&self, matter: Matter, name: &str, upto: i64, most: i64) -> Result<Vec<Version>> {
        let text = format!(
            "SELECT v.version, v.text, v.author, v.reason, v.recorded_at, (SELECT c.decided_by FROM change c \
             WHERE c.company = v.company AND c.matter = '{}' AND c.name = v.name AND c.version = v.version) \
             FROM {} v WHERE v.company = $1 AND v.name = $2 AND v.version <= $3 ORDER BY v.version DESC LIMIT $4",
            matter.code(),
            table(matter)
        );
        let rows = dynamic(text).bind(self.company).bind(name).bind(upto).bind(most);
        rows.fetch_all(self.pool()).await?.iter().map(version).collect()
    }

    /// Grows with each version that a person publishes.
    pub async fn publications(&self) -> Result<i64> {
        let text = "SELECT (SELECT COUNT(*) FROM policy_version WHERE company = $1 AND reason IS NOT NULL) \
                    + (SELECT COUNT(*) FROM wording_version WHERE company = $1 AND reason IS NOT NULL)";
        query(text).bind(self.company).value(self.pool()).await
    }
}

fn version(row: &Row) -> Result<Version> {
    let mut c = Columns::of(row);
    Ok(Version {
        version: c.take()?,
        text: c.take()?,
        author: c.take()?,
        reason: c.take()?,
        recorded_at: c.take()?,
        approved_by: c.take()?,
    })
}

pub(super) fn table(matter: Matter) -> &'static str {
    match matter {
        Matter::Policy => "policy_version",
        Matter::Wording => "wording_version",
    }
}

/// The versions of a text, newest first.
pub(super) async fn lines<'a>(on: impl Into<On<'a>>, company: i64, matter: Matter, name: &str) -> Result<Vec<Line>> {
    let text = format!(
        "SELECT version, sha256, reason IS NOT NULL FROM {} WHERE company = $1 AND name = $2 ORDER BY version DESC",
        table(matter)
    );
    let line = |row: &Row| {
        let mut c = Columns::of(row);
        Ok(Line { version: c.take()?, sha256: c.take()?, published: c.take()? })
    };
    dynamic(text).bind(company).bind(name).fetch_all(on).await?.iter().map(line).collect()
}

/// Adds a version after `lines`, and tells the chain.
pub(super) async fn add_version(
    tx: &mut Tx,
    company: i64,
    lines: &[Line],
    new: &New<'_>,
    now: DateTime<Utc>,
) -> Result<i64> {
    let version = lines.first().map_or(1, |line| line.version + 1);
    let text = format!(
        "INSERT INTO {} (company, name, version, sha256, text, author, reason, recorded_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        table(new.matter)
    );
    let insert = dynamic(text).bind(company).bind(new.name).bind(version).bind(digest(new.text)).bind(new.text);
    insert.bind(new.author).bind(new.reason).bind(now).execute(&mut *tx).await?;
    let kind = match new.matter {
        Matter::Policy => Kind::Policy,
        Matter::Wording => Kind::Wording,
    };
    audit::tell(tx, company, kind, &format!("{}-{version}", new.name)).await?;
    Ok(version)
}

/// SHA-256 of a text, in hexadecimal.
pub fn digest(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// Lower-case hexadecimal of a digest or token.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
