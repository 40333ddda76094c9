//! What was uploaded and is not done with: in the memory of this process, with a file each, for an hour at most.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicU64},
};

use chrono::{DateTime, Duration, Utc};
use tokio::sync::{Mutex as Turn, Semaphore};

use super::outcome::Outcome;
use crate::{
    intake::{Kind, Map, guess::Guess},
    web::console::Shared,
};

/// How long an upload lies there. Long enough to ask somebody about a column; customers' data does not stay around.
const KEPT: Duration = Duration::hours(1);
/// Uploads at a time, so that the disk holds no more than four of the largest.
const MOST: usize = 4;
/// Received at once: a slow one keeps nobody else out.
const RECEIVED: usize = 2;
/// How often to look for what is over.
const LOOK: std::time::Duration = std::time::Duration::from_secs(60);
/// The end of the names of our files; nothing else is ever removed.
const ENDING: &str = "upload";

/// Uploads.
pub struct Desk {
    folder: PathBuf,
    uploads: Mutex<BTreeMap<String, Arc<Upload>>>,
    pub receiving: Semaphore,
    /// One file is read at a time.
    pub turn: Turn<()>,
}

/// A file with a name of our own; gone when this is dropped.
pub struct Kept(PathBuf);

impl Kept {
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0) {
            tracing::warn!(%error, file = %self.0.display(), "an upload could not be removed");
        }
    }
}

/// A file that somebody has uploaded.
pub struct Upload {
    pub token: String,
    /// Gone when it was taken.
    kept: Mutex<Option<Arc<Kept>>>,
    /// As the browser called it, made harmless: for people and for the record, never for the disk.
    pub name: String,
    pub kind: Kind,
    pub size: u64,
    pub by: String,
    pub at: DateTime<Utc>,
    pub guess: Guess,
    /// How often it was looked at.
    pub looks: AtomicU64,
    stage: Mutex<Stage>,
}

/// How it is to be read.
#[derive(Clone)]
pub struct Chosen {
    /// `None` for a file with our own headings.
    pub map: Option<Arc<Map>>,
    /// The text of a map that was picked column by column.
    pub text: Option<String>,
}

/// Where an upload stands.
#[derive(Clone)]
pub enum Stage {
    /// Nobody has said how it is to be read; or why that was refused.
    Choosing(Option<String>),
    /// It is being read, to look or to take it.
    Reading {
        takes: bool,
        read: Arc<AtomicU64>,
    },
    /// What it would come to, and why it was not taken after all, if that was tried. The number tells one look from
    /// another, since what is taken must be what somebody has seen.
    Looked {
        look: u64,
        chosen: Chosen,
        outcome: Arc<Outcome>,
        problem: Option<String>,
    },
    Taken(Arc<Outcome>),
}

impl Upload {
    pub fn stage(&self) -> MutexGuard<'_, Stage> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its file, which stays as long as somebody reads it.
    pub fn file(&self) -> Option<Arc<Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// It is not needed any more.
    pub fn let_go(&self) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

impl Desk {
    /// Whatever lay in the folder belongs to nobody any more.
    pub fn new(folder: PathBuf) -> Self {
        for path in std::fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
            if path.extension().is_some_and(|ending| ending == ENDING) {
                drop(Kept(path));
            }
        }
        let (uploads, receiving, turn) = (Mutex::default(), Semaphore::new(RECEIVED), Turn::default());
        Self { folder, uploads, receiving, turn }
    }

    fn uploads(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Upload>>> {
        self.uploads.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new, empty file that only this user of the machine reads.
    pub async fn file(&self, token: &str) -> std::io::Result<(Kept, tokio::fs::File)> {
        tokio::fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.folder).await?;
        let path = self.folder.join(format!("{token}.{ENDING}"));
        let file = tokio::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).await?;
        Ok((Kept(path), file))
    }

    pub fn is_full(&self) -> bool {
        full(&self.uploads())
    }

    /// Lays an upload down; false when there is no room.
    pub fn add(&self, token: &str, kept: Kept, new: New) -> bool {
        let mut uploads = self.uploads();
        if full(&uploads) {
            return false;
        }
        let New { name, kind, size, by, at, guess } = new;
        let (stage, kept) = (Mutex::new(Stage::Choosing(None)), Mutex::new(Some(Arc::new(kept))));
        let token = token.to_owned();
        let looks = AtomicU64::default();
        uploads.insert(token.clone(), Arc::new(Upload { token, kept, name, kind, size, by, at, guess, looks, stage }));
        true
    }

    pub fn find(&self, token: &str) -> Option<Arc<Upload>> {
        self.uploads().get(token).cloned()
    }

    /// All that lie there, the newest first.
    pub fn all(&self) -> Vec<Arc<Upload>> {
        let mut all: Vec<_> = self.uploads().values().cloned().collect();
        all.sort_by_key(|upload| std::cmp::Reverse(upload.at));
        all
    }

    /// Its file goes as soon as nobody reads it.
    pub fn remove(&self, token: &str) {
        self.uploads().remove(token);
    }

    fn clear(&self, now: DateTime<Utc>) {
        let reads = |upload: &Upload| matches!(*upload.stage(), Stage::Reading { .. });
        self.uploads().retain(|_, upload| now - upload.at < KEPT || reads(upload));
    }
}

/// What was taken has no file any more.
fn full(uploads: &BTreeMap<String, Arc<Upload>>) -> bool {
    uploads.values().filter(|upload| upload.file().is_some()).count() >= MOST
}

/// What is known of an upload when it has come.
pub struct New {
    pub name: String,
    pub kind: Kind,
    pub size: u64,
    pub by: String,
    pub at: DateTime<Utc>,
    pub guess: Guess,
}

/// Removes what is over, until it is dropped.
pub async fn tidy(console: Shared) -> Infallible {
    loop {
        tokio::time::sleep(LOOK).await;
        console.desk.clear(console.app.clock.now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::guess::guess;

    #[tokio::test]
    async fn nothing_stays_longer_than_it_should() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("uploads");
        std::fs::create_dir(&path).unwrap();
        std::fs::write(path.join("left.upload"), "x").unwrap();
        std::fs::write(path.join("notes.txt"), "x").unwrap();
        let desk = Desk::new(path.clone());
        assert!(!path.join("left.upload").exists() && path.join("notes.txt").exists(), "ours alone is removed");
        let at: DateTime<Utc> = "2026-11-23T09:00:00Z".parse().unwrap();
        let new = |at| New {
            name: "a.csv".to_owned(),
            kind: Kind::Accounts,
            size: 1,
            by: "Ada".to_owned(),
            at,
            guess: guess(b"a,b\n", true).unwrap(),
        };
        for number in 0..MOST {
            let (kept, _) = desk.file(&number.to_string()).await.unwrap();
            assert!(desk.add(&number.to_string(), kept, new(at + Duration::minutes(number as i64))));
        }
        let (kept, _) = desk.file("more").await.unwrap();
        assert!(desk.is_full() && !desk.add("more", kept, new(at)));
        assert!(!path.join("more.upload").exists());
        desk.find("3").unwrap().let_go();
        assert!(!desk.is_full(), "what was taken leaves room");
        *desk.find("0").unwrap().stage() = Stage::Reading { takes: true, read: Arc::default() };
        desk.clear(at + KEPT + Duration::seconds(90));
        let left: Vec<String> = desk.all().iter().map(|upload| upload.token.clone()).collect();
        assert_eq!(left, ["3", "2", "0"], "what is being read stays");
        assert!(!path.join("1.upload").exists() && path.join("2.upload").exists());
        desk.remove("2");
        assert!(!path.join("2.upload").exists());
    }
}
