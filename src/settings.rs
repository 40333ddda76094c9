//! `duly.toml`: what whoever runs duly sets. Unknown keys are errors that name the nearest one.

mod console;
mod delivery;
mod inbox;
mod oidc;
mod page;

use std::{
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use chrono::Duration;
use chrono_tz::Tz;
use lettre::Address;
use secrecy::SecretString;
use serde::{Deserialize, de::DeserializeOwned};

pub use console::Console;
pub use delivery::{Delivery, Dkim, Secret, Smtp, Target, TlsMode};
pub use inbox::{Imap, Inbox};
pub use oidc::Oidc;
pub use page::Page;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub company: Company,
    pub database: Database,
    #[serde(default)]
    pub files: Files,
    pub delivery: Delivery,
    #[serde(default)]
    pub inbox: Inbox,
    pub ops: Option<Ops>,
    /// Without it there is none.
    pub console: Option<Console>,
    /// The customer's page; without it notices have no link.
    pub page: Option<Page>,
    /// Folder of the settings file; all paths are relative to it.
    #[serde(skip)]
    pub folder: PathBuf,
}

/// The company that issues the invoices.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Company {
    /// Short code in JSON and in the database; it never changes.
    pub code: String,
    pub name: String,
    #[serde(default)]
    pub address: Vec<String>,
    pub zone: Tz,
    /// ISO 3166, for public holidays.
    pub country: String,
    /// BCP 47, for accounts that name none.
    pub locale: String,
    /// The person that a customer can ask for.
    pub contact: String,
    pub phone: String,
    pub email: String,
    pub website: Option<String>,
    #[serde(default)]
    pub bank: Bank,
}

/// How to pay, as shown in notices.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Bank {
    pub holder: Option<String>,
    pub iban: Option<String>,
    pub bic: Option<String>,
    pub bank: Option<String>,
    /// Further lines, e.g. a payment page.
    pub lines: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// `sqlite:` and a path, or `postgres://user@host/database`.
    pub url: String,
    pub password_env: Option<String>,
    pub password_file: Option<PathBuf>,
    /// A replica of whom nothing was heard for so long loses what it had claimed.
    #[serde(default = "silent_seconds")]
    pub silent_seconds: u32,
}

const fn silent_seconds() -> u32 {
    60
}

impl Database {
    pub fn silent(&self) -> Duration {
        Duration::seconds(self.silent_seconds.into())
    }
}

/// Folders, relative to the settings file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Files {
    pub policy: PathBuf,
    /// Further policies that accounts name, one file each.
    pub policies: PathBuf,
    pub wording: PathBuf,
    pub holidays: PathBuf,
    pub maps: PathBuf,
    /// How cases are worked on; what is not there is as it comes with duly.
    pub playbooks: PathBuf,
    /// Files that staff upload in the console, until they are taken; nothing stays there.
    pub uploads: PathBuf,
    /// Invoice PDFs that files name; nothing outside of it is ever sent.
    pub documents: PathBuf,
    /// What was sent last, to notice when an older database comes back.
    pub head: PathBuf,
}

impl Default for Files {
    fn default() -> Self {
        Self {
            policy: "policy.toml".into(),
            policies: "policies".into(),
            wording: "wording".into(),
            holidays: "holidays".into(),
            maps: "maps".into(),
            playbooks: "playbooks".into(),
            uploads: "uploads".into(),
            documents: "documents".into(),
            head: "duly.head".into(),
        }
    }
}

/// What the daemon tells about itself.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ops {
    /// Address and port of `/health` and `/metrics`.
    pub listen: SocketAddr,
}

/// Why a settings or policy file is refused: file, where, what, and what to do.
#[derive(Debug, Clone)]
pub struct FileProblem {
    pub file: PathBuf,
    pub what: String,
}

impl fmt::Display for FileProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file.display(), self.what)
    }
}

impl std::error::Error for FileProblem {}

impl Settings {
    pub fn load(file: &Path) -> Result<Self, FileProblem> {
        if matches!(file.try_exists(), Ok(false)) {
            let what = "there is no such file; `duly init` writes one, `--config FILE` names another".to_owned();
            return Err(FileProblem { file: file.to_owned(), what });
        }
        let mut settings: Self = read_toml(file)?.0;
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        settings.folder = folder.unwrap_or(Path::new(".")).to_owned();
        settings.check().map_err(|what| FileProblem { file: file.to_owned(), what })?;
        Ok(settings)
    }

    fn check(&self) -> Result<(), String> {
        self.check_database()?;
        self.inbox.check(&self.delivery)?;
        self.console.as_ref().map_or(Ok(()), Console::check)?;
        self.page.as_ref().map_or(Ok(()), Page::check)?;
        if self.delivery.to == Target::Smtp && self.delivery.smtp.is_none() {
            return Err("`delivery.to = \"smtp\"` needs a section `[delivery.smtp]` with host, port and tls".to_owned());
        }
        if self.delivery.sessions == 0 || self.delivery.sessions > 64 {
            return Err("`delivery.sessions` must lie between 1 and 64".to_owned());
        }
        let company = &self.company;
        let filled = [
            ("code", &company.code),
            ("name", &company.name),
            ("contact", &company.contact),
            ("phone", &company.phone),
        ];
        if let Some((key, _)) = filled.iter().find(|(_, value)| value.trim().is_empty()) {
            return Err(format!("`company.{key}` is empty: customers read it, or the database needs it"));
        }
        if company.country.len() != 2 || !company.country.bytes().all(|byte| byte.is_ascii_uppercase()) {
            let country = &company.country;
            return Err(format!("`company.country`: `{country}` is not a country code (two capital letters, like GB)"));
        }
        let addresses = [
            ("company.email", Some(&company.email)),
            ("delivery.from", Some(&self.delivery.from)),
            ("delivery.reply_to", self.delivery.reply_to.as_ref()),
            ("delivery.envelope_from", self.delivery.envelope_from.as_ref()),
            ("inbox.bounce_address", self.inbox.bounce_address.as_ref()),
        ];
        for (key, address) in addresses {
            if let Some(address) = address.filter(|address| !is_address(address)) {
                return Err(format!(
                    "`{key}`: `{address}` is not an email address; an address alone, like accounts@example.test"
                ));
            }
        }
        Ok(())
    }

    pub fn check_database(&self) -> Result<(), String> {
        let Database { url, silent_seconds, .. } = &self.database;
        let server = url.strip_prefix("postgres://").or_else(|| url.strip_prefix("postgresql://"));
        if server.is_none() && self.database_file().is_none() {
            return Err(format!(
                "`database.url`: `{url}` is neither `sqlite:` and a path, like sqlite:duly.db, \
                 nor like postgres://duly@localhost/duly"
            ));
        }
        let authority = server.and_then(|rest| rest.split('/').next()).unwrap_or_default();
        if authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':')) {
            return Err("`database.url`: a password never stands in this file; name its variable with \
                        `database.password_env`, or its file with `database.password_file`"
                .to_owned());
        }
        if *silent_seconds == 0 {
            return Err("`database.silent_seconds` must be at least 1".to_owned());
        }
        Ok(())
    }

    /// The database file, where it is SQLite's.
    pub fn database_file(&self) -> Option<PathBuf> {
        let path = self.database.url.strip_prefix("sqlite:").filter(|path| !path.is_empty())?;
        Some(self.path(Path::new(path)))
    }

    /// The password of the database, from wherever it is.
    pub fn database_password(&self) -> Result<Option<SecretString>, String> {
        let Database { password_env, password_file, .. } = &self.database;
        let secret = Secret { password_env: password_env.clone(), password_file: password_file.clone() };
        secret.read(self)
    }

    /// A path of the settings, seen from where duly was started.
    pub fn path(&self, path: &Path) -> PathBuf {
        self.folder.join(path)
    }

    /// Domain of Message-IDs.
    pub fn message_domain(&self) -> &str {
        let of_sender = self.delivery.from.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
        self.delivery.message_domain.as_deref().unwrap_or(of_sender)
    }
}

/// An address alone that mail can be sent from.
fn is_address(text: &str) -> bool {
    text.is_ascii() && !text.chars().any(|c| c.is_control() || c.is_whitespace()) && text.parse::<Address>().is_ok()
}

/// Reads a TOML file; also returns its text.
pub fn read_toml<T: DeserializeOwned>(file: &Path) -> Result<(T, String), FileProblem> {
    let problem = |what: String| FileProblem { file: file.to_owned(), what };
    let text = std::fs::read_to_string(file).map_err(|error| problem(error.to_string()))?;
    let value = toml::from_str(&text).map_err(|error| problem(with_hint(&error, &text)))?;
    Ok((value, text))
}

/// Adds the nearest known key to an error about an unknown one.
fn with_hint(error: &toml::de::Error, file: &str) -> String {
    let before = error.span().and_then(|span| file.get(..span.start)).unwrap_or_default();
    let (number, line) = (before.matches('\n').count(), before.rfind('\n').map_or(0, |at| at + 1));
    let secret = file[line..].lines().next().is_some_and(|line| {
        let line = line.to_lowercase();
        line.contains("pass") || line.contains("secret")
    });
    // The line itself is not shown when a password may stand on it.
    let text = match secret {
        true => format!("TOML parse error at line {}\n{}", number + 1, error.message()),
        false => error.to_string(),
    };
    let names: Vec<&str> = error.message().split('`').skip(1).step_by(2).collect();
    match names.split_first() {
        Some((&"password", known)) if known.contains(&"password_env") => format!(
            "TOML parse error at line {}\na password never stands in this file; \
             name its variable with `password_env`, or its file with `password_file`",
            number + 1
        ),
        Some((unknown, known)) if error.message().starts_with("unknown field") => {
            let nearest = known.iter().min_by_key(|name| strsim::damerau_levenshtein(unknown, name));
            nearest.map_or(text.clone(), |name| format!("{}\nDid you mean `{name}`?", text.trim_end()))
        }
        _ => text.trim_end().to_owned(),
    }
}
