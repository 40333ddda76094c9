//! All word lists for replies: those that come with duly, and the company's own in their place.

use std::{fs, path::Path};

use super::language::{Broken, Language};

/// The lists that come with duly.
const SHIPPED: &[(&str, &str)] = &[
    ("de", include_str!("../../../config/wording/replies/de.toml")),
    ("en", include_str!("../../../config/wording/replies/en.toml")),
    ("es", include_str!("../../../config/wording/replies/es.toml")),
    ("fr", include_str!("../../../config/wording/replies/fr.toml")),
    ("it", include_str!("../../../config/wording/replies/it.toml")),
    ("nl", include_str!("../../../config/wording/replies/nl.toml")),
];

/// Longest file of lists, in bytes.
const FILE_BYTES: u64 = 1 << 20;

/// The word lists of every language that replies are read in.
#[derive(Debug, Clone)]
pub struct Replies {
    languages: Vec<Language>,
}

impl Replies {
    /// The lists that come with duly, with each `<language>.toml` of the folder in place of the shipped one. A folder
    /// that is not there, as in settings older than this, has none.
    ///
    /// # Errors
    /// Every problem of every file, each in a line with its place.
    pub fn load(folder: &Path) -> Result<Self, Vec<String>> {
        let (mut languages, mut problems) = (Vec::new(), Vec::new());
        let mut take = |file: &Path, code: &str, text: &str| match Language::parse(code, text) {
            Ok(language) => languages.push(language),
            Err(broken) => problems.extend(broken.iter().map(|broken| told(file, text, broken))),
        };
        let own = files(folder);
        for (code, text) in SHIPPED {
            if !own.iter().any(|(own, _)| own == code) {
                take(Path::new(code), code, text);
            }
        }
        let mut unread = Vec::new();
        for (code, file) in &own {
            match read(file, code) {
                Ok(text) => take(file, code, &text),
                Err(why) => unread.push(format!("{}: {why}", file.display())),
            }
        }
        problems.append(&mut unread);
        languages.sort_by(|one, other| one.code.cmp(&other.code));
        if problems.is_empty() { Ok(Self { languages }) } else { Err(problems) }
    }

    /// All languages, by their codes.
    pub fn languages(&self) -> &[Language] {
        &self.languages
    }
}

/// Code and path of each `.toml` file.
fn files(folder: &Path) -> Vec<(String, std::path::PathBuf)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let lists = entries.filter(|path| path.extension().is_some_and(|ending| ending == "toml"));
    lists.filter_map(|path| Some((path.file_stem()?.to_str()?.to_owned(), path.clone()))).collect()
}

fn read(file: &Path, code: &str) -> Result<String, String> {
    if code.len() != 2 || !code.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return Err("name it after its language, with two letters (en.toml)".to_owned());
    }
    if fs::metadata(file).is_ok_and(|file| file.len() > FILE_BYTES) {
        return Err("it is longer than 1 MiB".to_owned());
    }
    fs::read_to_string(file).map_err(|error| format!("it cannot be read: {error}"))
}

fn told(file: &Path, text: &str, broken: &Broken) -> String {
    let line = broken.at.map(|at| text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1);
    let line = line.map(|line| format!(":{line}")).unwrap_or_default();
    format!("{}{line}: {}", file.display(), broken.what)
}
