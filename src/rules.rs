//! What finance sets: policies, wording, holidays, playbooks. Loaded together, swapped together.

use std::{collections::BTreeMap, path::Path};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Deserialize;

use crate::{
    domain::{
        calendar::{Calendar, HolidayRule},
        facts::Account,
        policy::Policy,
        schedule::Occurrences,
    },
    inbox::words::Replies,
    letter::{Words, contract},
    settings::{FileProblem, Settings, read_toml},
    store::Store,
};
pub use playbooks::Playbooks;

mod playbooks;

/// A policy with the label of its version, e.g. `standard-3`.
#[derive(Debug, Clone)]
pub struct Published {
    pub policy: Policy,
    pub label: String,
    text: String,
}

impl Published {
    /// A version as it was stored; `None` when this program does not understand it any more.
    pub fn stored(label: String, text: &str) -> Option<Self> {
        let policy = toml::from_str(text).ok()?;
        Some(Self { policy, label, text: text.to_owned() })
    }
}

pub struct Rules {
    /// The policy of accounts that name none.
    pub standard: Published,
    pub named: BTreeMap<String, Published>,
    pub calendar: Calendar,
    pub words: Words,
    pub playbooks: Playbooks,
    /// The words by which replies are read.
    pub replies: Replies,
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
            (Some(standard), Some(words), Some(playbooks), Some(replies)) if problems.is_empty() => {
                Ok(Self { standard, named, calendar, words, playbooks, replies })
            }
            _ => Err(problems),
        }
    }

    /// Gives each policy its version: the newest stored one if the text is the same, else a new one.
    pub async fn publish(&mut self, store: &Store, now: DateTime<Utc>) -> crate::store::Result<()> {
        for published in self.named.values_mut().chain([&mut self.standard]) {
            let name = &published.policy.name;
            let version = store.publish_policy(name, &published.text, "policy file", now).await?;
            published.label = format!("{name}-{version}");
        }
        Ok(())
    }

    /// Labels each policy with its version if it has been used, for whoever only looks.
    pub async fn label(&mut self, store: &Store) -> crate::store::Result<()> {
        for published in self.named.values_mut().chain([&mut self.standard]) {
            let name = &published.policy.name;
            published.label = match store.policy_version(name, &published.text).await? {
                Some(version) => format!("{name}-{version}"),
                None => format!("{name} (not yet used)"),
            };
        }
        Ok(())
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

fn read_policy(file: &Path, zone: Tz) -> Result<Published, Vec<String>> {
    let (policy, text): (Policy, String) = read_toml(file).map_err(|problem| vec![problem.to_string()])?;
    let mut problems = policy.problems();
    if let Some(schedule) = &policy.schedule {
        problems.extend(Occurrences::parse(&schedule.sweep, zone).err().map(|why| format!("`schedule.sweep`: {why}")));
    }
    if problems.is_empty() {
        return Ok(Published { label: policy.name.clone(), policy, text });
    }
    let problem = |what| FileProblem { file: file.to_owned(), what }.to_string();
    Err(problems.into_iter().map(problem).collect())
}

/// The `.toml` files of a folder in the order of their names; none when there is no folder.
fn toml_files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<_> =
        entries.map(|entry| entry.path()).filter(|p| p.extension().is_some_and(|e| e == "toml")).collect();
    files.sort();
    files
}
