//! An older state of the database that came back: a copy, a snapshot, a standby that had fallen behind.
//!
//! A database loses its newest commits first. So a file beside the settings names the last attempt to send that this
//! machine knows of, at most a second old; while the database does not know that attempt, nothing is sent.

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use tokio::{io::AsyncWriteExt, sync::Mutex};

use super::run::Deliverer;
use crate::store::{Result, Store, halts::RESTORED};

/// How much a crash may forget.
const GAP: Duration = Duration::from_secs(1);

/// The file. Mails that only go into a folder need none.
#[derive(Debug, Default)]
pub struct Head {
    file: Option<PathBuf>,
    last: Mutex<Last>,
}

#[derive(Debug, Default)]
struct Last {
    /// Notice and instant of the newest intent; `None` when the file says so already.
    unwritten: Option<(i64, DateTime<Utc>)>,
    written: Option<Instant>,
}

impl Head {
    pub fn new(file: PathBuf) -> Self {
        Self { file: Some(file), last: Mutex::default() }
    }

    /// An attempt whose intent is durable.
    pub(super) async fn note(&self, notice: i64, at: DateTime<Utc>) {
        let mut last = self.last.lock().await;
        if last.unwritten.is_none_or(|(_, before)| before <= at) {
            last.unwritten = Some((notice, at));
        }
        if last.written.is_none_or(|written| written.elapsed() >= GAP) {
            self.write(&mut last).await;
        }
    }

    /// At the end of a delivery nothing is left unwritten.
    pub(super) async fn settle(&self) {
        self.write(&mut *self.last.lock().await).await;
    }

    async fn write(&self, last: &mut Last) {
        let (Some(file), Some((notice, at))) = (&self.file, last.unwritten) else { return };
        let text = format!(
            "# The last attempt to send: duly asks whether the database knows it.\n{notice} {}\n",
            at.to_rfc3339()
        );
        match replace(file, &text).await {
            Ok(()) => last.unwritten = None,
            // What protects against an older database is no reason not to send from this one.
            Err(error) => tracing::warn!(%error, file = %file.display(), "it cannot be written"),
        }
        last.written = Some(Instant::now());
    }

    /// Why the database looks like an older one, if it does.
    async fn doubt(&self, store: &Store) -> Result<Option<String>> {
        let Some(file) = self.file.as_deref().filter(|file| file.exists()) else { return Ok(None) };
        let Some((notice, at)) = read(file) else {
            return Ok(Some(format!(
                "{} cannot be understood, so nobody knows whether the database is complete",
                file.display()
            )));
        };
        if store.knows_attempt(notice, at).await? {
            return Ok(None);
        }
        let at = at.format("%Y-%m-%d %H:%M UTC");
        Ok(Some(format!(
            "the database does not know that notice {notice} was tried on {at} ({} says so): it is an older one, or a \
             new one, and may send again what was sent already",
            file.display()
        )))
    }

    /// A person has looked: the database counts as it is.
    pub fn accept(&self) -> std::io::Result<()> {
        match &self.file {
            Some(file) if file.exists() => std::fs::remove_file(file),
            _ => Ok(()),
        }
    }
}

impl Deliverer {
    /// Halts sending when the database knows less than this machine.
    pub(super) async fn quarantine(&self) -> Result<()> {
        match self.head.doubt(&self.store).await? {
            Some(why) => self.store.set_halt(RESTORED, &why, self.clock.now()).await,
            None => Ok(()),
        }
    }
}

fn read(file: &Path) -> Option<(i64, DateTime<Utc>)> {
    let text = std::fs::read_to_string(file).ok()?;
    let (notice, at) = text.lines().find(|line| !line.starts_with('#'))?.split_once(' ')?;
    Some((notice.parse().ok()?, at.parse().ok()?))
}

/// The file is the old one or the new one, whatever happens.
async fn replace(file: &Path, text: &str) -> std::io::Result<()> {
    // Several processes may share the folder.
    let mut part = file.as_os_str().to_owned();
    part.push(format!(".{}.part", std::process::id()));
    let mut new = tokio::fs::File::create(&part).await?;
    new.write_all(text.as_bytes()).await?;
    new.sync_all().await?;
    tokio::fs::rename(&part, file).await
}
