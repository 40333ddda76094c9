//! Maps by their names, and what taking a file came to, in lines. The command line and the console share it.

use std::path::PathBuf;

use crate::{
    app::App,
    intake::Map,
    store::{
        import::{Change, Merged},
        warnings::{Doubt, Warning},
    },
};

/// Letters of a map's name.
const NAME: usize = 60;

impl App {
    fn map_file(&self, name: &str) -> PathBuf {
        self.settings.path(&self.settings.files.maps).join(format!("{name}.toml"))
    }

    /// The maps that are there, in alphabetical order.
    pub fn map_names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.settings.path(&self.settings.files.maps)).into_iter().flatten().flatten();
        let files = entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == "toml"));
        let mut known: Vec<String> =
            files.filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned())).collect();
        known.sort();
        known
    }

    /// Reads a map by its name.
    pub fn load_map(&self, name: &str) -> Result<Map, String> {
        let path = self.map_file(name);
        if !is_plain(name) || !path.is_file() {
            let (known, folder) = (self.map_names().join(", "), self.settings.path(&self.settings.files.maps));
            return Err(format!("there is no map `{name}` in {}; there are: {known}", folder.display()));
        }
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Map::parse(name, &text).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// Keeps a map under a new name. One that is there is never written over.
    pub fn save_map(&self, name: &str, text: &str) -> Result<(), String> {
        if !is_plain(name) || name.is_empty() || name.len() > NAME {
            return Err(format!("a name has letters of a to z, digits, `-` and `_`, at most {NAME} of them"));
        }
        Map::parse(name, text).map_err(|error| error.to_string())?;
        let (folder, path) = (self.settings.path(&self.settings.files.maps), self.map_file(name));
        let failed = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => format!("there is a map `{name}` already; take another name"),
            _ => format!("it could not be kept: {error}"),
        };
        std::fs::create_dir_all(folder).map_err(failed)?;
        let mut file = std::fs::File::create_new(path).map_err(failed)?;
        std::io::Write::write_all(&mut file, text.as_bytes()).map_err(failed)
    }

    /// What was taken, but is hardly meant so.
    pub fn warnings(&self, merged: &Merged) -> Vec<String> {
        let (one, many) = match merged.kind {
            "account_fact" => ("account", "accounts"),
            "credit" => ("credit", "credits"),
            _ => ("payment", "payments"),
        };
        let line = |warning: &Warning| {
            let what = if warning.count == 1 { one } else { many };
            let more = if warning.count > warning.numbers.len() as i64 { ", …" } else { "" };
            let known = match warning.kind {
                Doubt::PolicyUnknown => {
                    let names: Vec<&str> = self.rules.named.keys().map(String::as_str).collect();
                    let standard = self.rules.standard.policy.name.as_str();
                    format!(
                        " (there are: {}; the standard policy is followed)",
                        [&[standard], &names[..]].concat().join(", ")
                    )
                }
                _ => String::new(),
            };
            format!("{} {what} {}: {}{more}{known}", warning.count, warning.kind, warning.numbers.join(", "))
        };
        merged.warnings.iter().map(line).collect()
    }
}

/// A name of letters that stays within its folder.
fn is_plain(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

impl Merged {
    /// What the facts are called.
    pub fn facts(&self) -> &'static str {
        self.kind.strip_suffix("_fact").unwrap_or(self.kind)
    }
}

/// The corrections, so that nobody wonders why a notice changed.
pub fn changes(merged: &Merged) -> Vec<String> {
    let line = |change: &Change| {
        let value =
            |(column, before, now): &(&str, String, String)| format!("{column} {} → {}", shown(before), shown(now));
        let values: Vec<String> = change.values.iter().map(value).collect();
        format!("line {}: {} changed: {}", change.line, change.number, values.join(", "))
    };
    let mut lines: Vec<String> = merged.changes.iter().map(line).collect();
    let more = merged.changed - merged.changes.len() as i64;
    lines.extend((more > 0).then(|| format!("… and {more} more changed")));
    lines
}

fn shown(value: &str) -> &str {
    if value.is_empty() { "(empty)" } else { value }
}
