//! Where finance changes texts in the console: what counts now, and how a change becomes a version.
//!
//! The version in the database is what counts; the file of this machine is written afterwards, so that whoever edits
//! files goes on from it. Where it cannot be written, it is an older file, and does not count.

pub mod amounts;
pub mod cron;
pub mod fields;
pub mod form;
mod schedule;
pub mod stages;
mod values;
pub mod wording;
pub mod words;

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{problems_of, stored_text, toml_files};
use crate::{
    domain::{
        policy::Policy,
        publication::{InForce, Matter},
    },
    settings::Settings,
    store::{
        Store, StoreError,
        changes::{Change, Publishing},
    },
};

/// A text of a policy or catalogue as it counts now.
#[derive(Debug, Clone)]
pub struct Current {
    pub name: String,
    pub text: String,
    /// Its version; `None` when the file was changed by hand and nobody has used it yet.
    pub version: Option<i64>,
    /// The newest version that there is.
    pub newest: Option<i64>,
    pub file: PathBuf,
    /// The older version that the file still has.
    pub of_file: Option<i64>,
    /// What stands in the file.
    file_text: String,
}

impl Current {
    /// As decisions name it.
    pub fn label(&self) -> String {
        match self.version {
            Some(version) => format!("{}-{version}", self.name),
            None => format!("{} (not yet used)", self.name),
        }
    }
}

/// Why a text cannot be shown or published.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Something is wrong with the files themselves.
    #[error("{0}")]
    File(String),
}

/// What became of publishing.
#[derive(Debug)]
pub enum Outcome {
    /// The label of the version, and why the file of this machine was not written.
    Published(String, Option<String>),
    /// Something else counts by now.
    Stale(Box<Current>),
}

/// Name, file and text of everything that can be changed, the standard policy first.
fn files(settings: &Settings, matter: Matter) -> Result<Vec<(String, PathBuf, String)>, Trouble> {
    let named = &settings.files;
    let files = match matter {
        Matter::Policy => {
            let others = toml_files(&settings.path(&named.policies));
            [settings.path(&named.policy)].into_iter().chain(others).collect()
        }
        Matter::Wording => {
            let entries = fs::read_dir(settings.path(&named.wording)).into_iter().flatten().flatten();
            let paths = entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|e| e == "ftl"));
            let mut files: Vec<PathBuf> = paths.collect();
            files.sort();
            files
        }
    };
    let mut found = Vec::new();
    for file in files {
        let wrong = |why: &dyn std::fmt::Display| Trouble::File(format!("{}: {why}", file.display()));
        let text = fs::read_to_string(&file).map_err(|error| wrong(&error))?;
        let name = match matter {
            Matter::Policy => {
                let table: toml::Table = toml::from_str(&text).map_err(|error| wrong(&error))?;
                table.get("name").and_then(|name| name.as_str()).unwrap_or_default().to_owned()
            }
            Matter::Wording => file.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        };
        found.push((name, file, text));
    }
    Ok(found)
}

/// Everything of a matter as it counts now.
pub async fn all(settings: &Settings, store: &Store, matter: Matter) -> Result<Vec<Current>, Trouble> {
    let mut found = Vec::new();
    for (name, file, text) in files(settings, matter)? {
        found.push(one(store, matter, name, file, text).await?);
    }
    Ok(found)
}

/// The text of a name as it counts now, if there is one.
pub async fn current(
    settings: &Settings,
    store: &Store,
    matter: Matter,
    name: &str,
) -> Result<Option<Current>, Trouble> {
    match files(settings, matter)?.into_iter().find(|(known, ..)| known == name) {
        Some((name, file, text)) => Ok(Some(one(store, matter, name, file, text).await?)),
        None => Ok(None),
    }
}

async fn one(
    store: &Store,
    matter: Matter,
    name: String,
    file: PathBuf,
    file_text: String,
) -> Result<Current, Trouble> {
    let newest = store.newest_version(matter, &name).await?;
    let (text, version, of_file) = match store.look_file(matter, &name, &file_text).await? {
        InForce::File(version) => (file_text.clone(), version, None),
        InForce::Stored { version, of_file } => {
            (stored_text(store, matter, &name, version).await?, Some(version), Some(of_file))
        }
    };
    Ok(Current { name, text, version, newest, file, of_file, file_text })
}

/// Makes a change a version: its author's own, or one that waits, by a second person.
pub async fn publish(
    settings: &Settings,
    store: &Store,
    change: &Change,
    (by, why): (&str, &str),
    now: DateTime<Utc>,
) -> Result<Outcome, Trouble> {
    let gone = || Trouble::File(format!("there is no file of `{}` any more", change.name));
    let current = current(settings, store, change.matter, &change.name).await?.ok_or_else(gone)?;
    if current.text != change.base {
        return Ok(Outcome::Stale(Box::new(current)));
    }
    match store.publish_change(change.id, current.newest, (by, why), now).await? {
        Publishing::Stale => Ok(Outcome::Stale(Box::new(current))),
        Publishing::Done(version) => {
            let unwritten = write(&current, &change.text).err();
            if let Some(why) = &unwritten {
                tracing::warn!(file = %current.file.display(), why, "published, but the file was not written");
            }
            Ok(Outcome::Published(format!("{}-{version}", change.name), unwritten))
        }
    }
}

/// Puts a text in the place of a file at once, unless somebody has changed it meanwhile.
fn write(current: &Current, text: &str) -> Result<(), String> {
    let said = |error: std::io::Error| format!("{}: {error}", current.file.display());
    // Where it is a link, what it leads to is written.
    let file = current.file.canonicalize().map_err(said)?;
    if fs::read_to_string(&file).map_err(said)? != current.file_text {
        return Err(format!("{} was changed by hand at the same moment and is left alone", file.display()));
    }
    let beside = beside(&file);
    let written = (|| {
        let mut new = fs::File::create(&beside)?;
        new.write_all(text.as_bytes())?;
        new.set_permissions(fs::metadata(&file)?.permissions())?;
        new.sync_all()?;
        fs::rename(&beside, &file)
    })();
    if written.is_err() {
        // It may not have come into being.
        let _ = fs::remove_file(&beside);
    }
    written.map_err(said)
}

fn beside(file: &Path) -> PathBuf {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    file.with_file_name(format!(".{name}.new"))
}

/// A text as a policy, or what is wrong with it: each with its key, where it has one.
pub fn policy(text: &str, zone: Tz) -> Result<Policy, Vec<String>> {
    let policy: Policy = toml::from_str(text).map_err(|error| vec![error.to_string()])?;
    let problems = problems_of(&policy, zone);
    if problems.is_empty() { Ok(policy) } else { Err(problems) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_a_folder(text: &str) -> (tempfile::TempDir, Current) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("policy.toml");
        fs::write(&file, text).unwrap();
        let (name, text) = ("standard".to_owned(), text.to_owned());
        let current =
            Current { name, file_text: text.clone(), text, version: Some(1), newest: Some(1), file, of_file: None };
        (folder, current)
    }

    #[test]
    fn a_file_is_written_whole_or_not_at_all() {
        let (folder, current) = in_a_folder("old");
        write(&current, "new").unwrap();
        assert_eq!(fs::read_to_string(&current.file).unwrap(), "new");
        let why = write(&current, "newer").unwrap_err();
        assert!(why.contains("changed by hand"), "{why}");
        assert_eq!(fs::read_to_string(&current.file).unwrap(), "new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left");
    }
}
