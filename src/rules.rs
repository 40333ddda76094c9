//! What finance sets: policies, wording, holidays, playbooks. Loaded together, swapped together.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Deserialize;

use crate::{
    domain::{
        calendar::{Calendar, HolidayRule},
        facts::Account,
        policy::Policy,
        publication::{InForce, Matter},
        schedule::Occurrences,
    },
    inbox::words::Replies,
    letter::{Words, contract},
    settings::{FileProblem, Settings, read_toml},
    store::{Store, StoreError},
};
pub use playbooks::Playbooks;

pub mod desk;
mod playbooks;

/// A policy with the label of its version, e.g. `standard-3`.
#[derive(Debug, Clone)]
pub struct Published {
    pub policy: Policy,
    pub label: String,
    pub text: String,
    /// Where the file still has an older version than the one that counts: its path and that version.
    pub overruled: Option<Overruled>,
    file: PathBuf,
}

/// A file that does not count any more, since a person published a later version in the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overruled {
    pub file: PathBuf,
    /// The version that the file has, and the one that counts.
    pub of_file: i64,
    pub version: i64,
}

impl Published {
    /// A version as it was stored; `None` when this program does not understand it any more.
    pub fn stored(label: String, text: &str) -> Option<Self> {
        let policy = toml::from_str(text).ok()?;
        Some(Self { policy, label, text: text.to_owned(), overruled: None, file: PathBuf::new() })
    }

    /// Takes over what counts beside the file.
    async fn follow(&mut self, store: &Store, found: InForce) -> crate::store::Result<()> {
        let name = self.policy.name.clone();
        let (version, of_file) = match found {
            InForce::File(Some(version)) => {
                self.label = format!("{name}-{version}");
                return Ok(());
            }
            InForce::File(None) => {
                self.label = format!("{name} (not yet used)");
                return Ok(());
            }
            InForce::Stored { version, of_file } => (version, of_file),
        };
        let text = stored_text(store, Matter::Policy, &name, version).await?;
        let stored =
            Self::stored(format!("{name}-{version}"), &text).filter(|stored| stored.policy.problems().is_empty());
        let stored = stored.ok_or_else(|| not_understood(&format!("the policy {name}-{version}")))?;
        let overruled = Some(Overruled { file: self.file.clone(), of_file, version });
        *self = Self { overruled, file: std::mem::take(&mut self.file), ..stored };
        Ok(())
    }
}

#[derive(Clone)]
pub struct Rules {
    /// The policy of accounts that name none.
    pub standard: Published,
    pub named: BTreeMap<String, Published>,
    pub calendar: Calendar,
    pub words: Arc<Words>,
    /// Catalogues whose files do not count any more.
    pub overruled_words: Vec<Overruled>,
    pub playbooks: Arc<Playbooks>,
    /// The words by which replies are read.
    pub replies: Arc<Replies>,
    /// How many versions people had published when these rules were made.
    publications: i64,
}

impl std::fmt::Debug for Rules {
    /// The label alone: wording and holidays are long.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Rules({})", self.standard.label)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HolidayFile {
    country: String,
    day: Vec<HolidayRule>,
}

impl Rules {
    /// Reads and checks everything; a single problem refuses the whole.
    pub fn load(settings: &Settings) -> Result<Self, Vec<String>> {
        let mut problems = Vec::new();
        let files = &settings.files;
        let zone = settings.company.zone;
        let standard = read_policy(&settings.path(&files.policy), zone).map_err(|p| problems.extend(p)).ok();
        let mut named: BTreeMap<String, Published> = BTreeMap::new();
        for file in toml_files(&settings.path(&files.policies)) {
            match read_policy(&file, zone) {
                Ok(found) => {
                    let name = found.policy.name.clone();
                    let of_standard = standard.as_ref().is_some_and(|standard| standard.policy.name == name);
                    if of_standard || named.insert(name.clone(), found).is_some() {
                        let what =
                            format!("`name`: another policy is named `{name}` already; give this one its own name");
                        problems.push(FileProblem { file, what }.to_string());
                    }
                }
                Err(found) => problems.extend(found),
            }
        }
        let mut calendar = Calendar::default();
        for file in toml_files(&settings.path(&files.holidays)) {
            match read_toml::<HolidayFile>(&file) {
                Ok((holidays, _)) => drop(calendar.holidays.insert(holidays.country, holidays.day)),
                Err(problem) => problems.push(problem.to_string()),
            }
        }
        let words = match Words::load(&settings.path(&files.wording), &settings.company.locale) {
            Ok(words) => {
                problems.extend(contract::check(&words).iter().map(ToString::to_string));
                Some(words)
            }
            Err(found) => {
                problems.extend(found.iter().map(ToString::to_string));
                None
            }
        };
        let replies =
            Replies::load(&settings.path(&files.wording).join("replies")).map_err(|p| problems.extend(p)).ok();
        // Their drafts are held against the word lists.
        let playbooks = words.as_ref().and_then(|words| {
            let read = Playbooks::load(&settings.path(&files.playbooks), words);
            read.map_err(|found| problems.extend(found)).ok()
        });
        match (standard, words, playbooks, replies) {
            (Some(standard), Some(words), Some(playbooks), Some(replies)) if problems.is_empty() => Ok(Self {
                standard,
                named,
                calendar,
                words: Arc::new(words),
                overruled_words: Vec::new(),
                playbooks: Arc::new(playbooks),
                replies: Arc::new(replies),
                publications: 0,
            }),
            _ => Err(problems),
        }
    }

    /// Gives each policy its version: the newest stored one if the text is the same, else a new one. What a person
    /// published counts before an older file.
    pub async fn publish(&mut self, store: &Store, now: DateTime<Utc>) -> crate::store::Result<()> {
        self.publications = store.publications().await?;
        for published in self.named.values_mut().chain([&mut self.standard]) {
            let found = store.use_file(Matter::Policy, &published.policy.name, &published.text, now).await?;
            published.follow(store, found).await?;
        }
        self.follow_words(store).await
    }

    /// The same for whoever only looks: what was not used yet gets no version.
    pub async fn label(&mut self, store: &Store) -> crate::store::Result<()> {
        self.publications = store.publications().await?;
        for published in self.named.values_mut().chain([&mut self.standard]) {
            let found = store.look_file(Matter::Policy, &published.policy.name, &published.text).await?;
            published.follow(store, found).await?;
        }
        self.follow_words(store).await
    }

    /// Whether a person has published something since.
    pub async fn are_old(&self, store: &Store) -> crate::store::Result<bool> {
        Ok(store.publications().await? > self.publications)
    }

    async fn follow_words(&mut self, store: &Store) -> crate::store::Result<()> {
        let mut texts = BTreeMap::new();
        for catalogue in self.words.catalogues() {
            let locale = &catalogue.locale;
            let found = store.look_file(Matter::Wording, locale, &catalogue.source).await?;
            let InForce::Stored { version, of_file } = found else { continue };
            self.overruled_words.push(Overruled { file: catalogue.file.clone(), of_file, version });
            texts.insert(locale.clone(), stored_text(store, Matter::Wording, locale, version).await?);
        }
        if !texts.is_empty() {
            let words = self.words.with(&texts).ok().filter(|words| contract::check(words).is_empty());
            self.words = Arc::new(words.ok_or_else(|| not_understood("wording"))?);
        }
        Ok(())
    }

    /// The same with another text for a policy; `None` when it is none.
    pub fn with_policy(&self, name: &str, text: &str) -> Option<Self> {
        let (published, mut rules) = (Published::stored(name.to_owned(), text)?, self.clone());
        match rules.standard.policy.name == name {
            true => rules.standard = published,
            false => drop(rules.named.insert(name.to_owned(), published)),
        }
        Some(rules)
    }

    /// The policy of an account. One that does not exist any more falls back to the standard.
    pub fn policy_of(&self, account: &Account) -> &Published {
        account.policy.as_ref().and_then(|name| self.named.get(name)).unwrap_or(&self.standard)
    }

    /// Days of the first stage over all policies: nothing younger can be due.
    pub fn first_days(&self) -> Option<u32> {
        let policies = self.named.values().chain([&self.standard]);
        policies.filter_map(|published| published.policy.stages.first()).map(|stage| stage.days).min()
    }
}

async fn stored_text(store: &Store, matter: Matter, name: &str, version: i64) -> crate::store::Result<String> {
    let found = store.versions(matter, name, version, 1).await?.into_iter().next();
    found.map(|found| found.text).ok_or_else(|| not_understood(&format!("{name}-{version}")))
}

fn not_understood(what: &str) -> StoreError {
    StoreError::Refused(format!("{what}, published in the console, is not understood by this program"))
}

fn read_policy(file: &Path, zone: Tz) -> Result<Published, Vec<String>> {
    let (policy, text): (Policy, String) = read_toml(file).map_err(|problem| vec![problem.to_string()])?;
    let problems = problems_of(&policy, zone);
    if problems.is_empty() {
        return Ok(Published { label: policy.name.clone(), policy, text, overruled: None, file: file.to_owned() });
    }
    let problem = |what| FileProblem { file: file.to_owned(), what }.to_string();
    Err(problems.into_iter().map(problem).collect())
}

/// What is wrong with a policy, each with its key.
fn problems_of(policy: &Policy, zone: Tz) -> Vec<String> {
    let mut problems = policy.problems();
    if let Some(schedule) = &policy.schedule {
        problems.extend(Occurrences::parse(&schedule.sweep, zone).err().map(|why| format!("`schedule.sweep`: {why}")));
    }
    problems
}

/// The `.toml` files of a folder in the order of their names; none when there is no folder.
fn toml_files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<_> =
        entries.map(|entry| entry.path()).filter(|p| p.extension().is_some_and(|e| e == "toml")).collect();
    files.sort();
    files
}
