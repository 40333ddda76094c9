//! Whether the database is whole, and what trouble with its files means in plain words.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{Error, migrate::MigrateError};

use super::{
    Result, Store, StoreError,
    engine::{Engine, query},
};

/// What to do about a damaged database.
const RESTORE: &str = "nothing is sent. Stop duly, keep a copy of the file, and restore the newest backup that \
                       `PRAGMA integrity_check` calls ok";

/// How thoroughly the database is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// Every page and row, but not whether indexes agree with their tables: about a second for 300 MB.
    Quick,
    /// Indexes as well; about ten times as long.
    Whole,
}

impl Store {
    /// Refuses to work on a damaged database. A byte that was changed inside a value is not seen:
    /// SQLite keeps no checksums. PostgreSQL looks after its own pages (`initdb --data-checksums`).
    pub async fn check(&self, check: Check) -> Result<()> {
        if self.engine() == Engine::Postgres {
            return Ok(());
        }
        let text = match check {
            Check::Quick => "PRAGMA quick_check(1)",
            Check::Whole => "PRAGMA integrity_check(1)",
        };
        let found: String = query(text).value(self.pool()).await?;
        match found.as_str() {
            "ok" => Ok(()),
            _ => Err(StoreError::Damaged(found)),
        }
    }

    /// The whole check, once a day; `checked` is the day of the last one.
    pub async fn check_daily(&self, checked: &mut Option<NaiveDate>, today: NaiveDate) -> Result<()> {
        if *checked != Some(today) {
            self.check(Check::Whole).await?;
            *checked = Some(today);
        }
        Ok(())
    }

    /// When the last import began, or the last sweep that was not held back, whichever is later.
    pub async fn last_sign(&self) -> Result<Option<DateTime<Utc>>> {
        let text = "SELECT MAX(at) FROM (\
                    SELECT (SELECT recorded_at FROM batch WHERE company = $1 ORDER BY id DESC LIMIT 1) AS at UNION ALL \
                    SELECT (SELECT COALESCE(released_at, started_at) FROM sweep WHERE company = $1 \
                            AND (held_back IS NULL OR released_at IS NOT NULL) ORDER BY id DESC LIMIT 1)) signs";
        query(text).bind(self.company).value(self.pool()).await
    }
}

/// What a database error means for whoever runs duly.
pub(super) fn explain(error: &Error) -> String {
    let code = error.as_database_error().and_then(|error| error.code()).and_then(|code| code.parse::<u32>().ok());
    // SQLite's primary result codes; the higher bits say more.
    let why = match code.map(|code| code & 0xff) {
        Some(8) => "the database cannot be written to; look at the rights of its file and folder, and at the mount",
        Some(10) => "the disk under the database fails or is full; nothing is sent that cannot be recorded",
        Some(11 | 26) => return damaged(&error.to_string()),
        Some(13) => "the disk is full; nothing is sent that cannot be recorded. It goes on when there is room",
        Some(14) => "the database cannot be opened; look at the rights of its file and folder, and at the mount",
        _ => return format!("database: {error}"),
    };
    format!("{why} ({error})")
}

/// What stands in the way of the tables.
pub(super) fn explain_migration(error: &MigrateError) -> String {
    match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => explain(error),
        MigrateError::VersionMismatch(version) => {
            format!("version {version} was made by another build of duly than this one; use that one")
        }
        other => other.to_string(),
    }
}

/// What damage means, and what to do.
pub(super) fn damaged(found: &str) -> String {
    format!("the database is damaged: {RESTORE} ({found})")
}
