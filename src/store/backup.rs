//! A backup: everything in one SQLite file, of one moment, while others work.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};

use super::{
    Address, Result, StoreError,
    engine::{Engine, query},
    halts::RESTORED,
    transfer::{copy, tables},
    whole::{Whole, mark},
};

impl Whole {
    /// Writes a copy of everything into a new file. It is halted: whoever opens it to send finds that a person must
    /// look first, since it knows nothing of what was sent after `now`.
    pub async fn back_up(&self, file: &Path, now: DateTime<Utc>) -> Result<()> {
        let failed = |error: std::io::Error| StoreError::Refused(format!("{}: {error}", file.display()));
        if file.try_exists().map_err(failed)? {
            return Err(StoreError::Refused(format!("{} is there already; a backup replaces nothing", file.display())));
        }
        // Of a backup that was cut short.
        let part = beside(file, ".part");
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(beside(&part, end));
        }
        self.copy_into(&part).await?;
        finish(&part, now).await?;
        File::open(&part).and_then(|part| part.sync_all()).map_err(failed)?;
        std::fs::rename(&part, file).map_err(failed)?;
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
    }

    async fn copy_into(&self, part: &Path) -> Result<()> {
        if self.engine() == Engine::Sqlite {
            let path = part.to_str().ok_or_else(|| StoreError::Refused("the file's name is not UTF-8".to_owned()))?;
            query("VACUUM INTO $1").bind(path).execute(&self.pool).await?;
            return Ok(());
        }
        let to = Whole::open(&Address::File(part.to_owned())).await?;
        let tables = tables(self, &to).await?;
        let (mut source, mut target) = (self.pool.begin_read().await?, to.pool.begin().await?);
        copy(&mut source, &mut target, &tables, &mut |_| ()).await?;
        source.rollback().await?;
        target.commit().await?;
        to.close().await;
        Ok(())
    }
}

/// Halts the copy and looks whether it can be read.
async fn finish(part: &Path, now: DateTime<Utc>) -> Result<()> {
    let copy = Whole::open(&Address::File(part.to_owned())).await?;
    let mut tx = copy.pool.begin().await?;
    let why = format!(
        "this is the backup of {}: what was sent since then is not known here",
        now.format("%Y-%m-%d %H:%M UTC")
    );
    mark(&mut tx, RESTORED, &why, now).await?;
    tx.commit().await?;
    let found: String = query("PRAGMA integrity_check").value(&copy.pool).await?;
    // What is in the log goes into the file.
    copy.close().await;
    match found.as_str() {
        "ok" => Ok(()),
        _ => Err(StoreError::Refused(format!("the copy is damaged, and so may be the database: {found}"))),
    }
}

/// A file beside another one, whose name goes on like this.
fn beside(file: &Path, end: &str) -> PathBuf {
    let mut path = file.as_os_str().to_owned();
    path.push(end);
    path.into()
}
