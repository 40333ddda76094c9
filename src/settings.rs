//! `duly.toml`: what whoever runs duly sets. Unknown keys are errors that name the nearest one.

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

mod page;

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
            documents: "documents".into(),
            head: "duly.head".into(),
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    pub to: Target,
    /// Folder for `.eml` files when `to = "folder"`.
    #[serde(default = "outbox")]
    pub folder: PathBuf,
    /// Address that notices come from.
    pub from: String,
    /// Where answers go; the sender when left out.
    pub reply_to: Option<String>,
    /// Address for bounces; the sender when left out.
    pub envelope_from: Option<String>,
    /// Domain of Message-IDs; the one of the sender when left out.
    pub message_domain: Option<String>,
    /// Open conversations with the mail server at a time.
    #[serde(default = "sessions")]
    pub sessions: usize,
    /// At most this many messages a minute; 0 sets no limit.
    #[serde(default)]
    pub per_minute: u32,
    pub smtp: Option<Smtp>,
    pub dkim: Option<Dkim>,
}

fn outbox() -> PathBuf {
    "outbox".into()
}

const fn sessions() -> usize {
    4
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Target {
    Smtp,
    /// For trying things out: nothing leaves the machine.
    Folder,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(from = "SmtpKeys")]
pub struct Smtp {
    pub host: String,
    pub port: u16,
    pub tls: TlsMode,
    /// Name given in EHLO; the domain of Message-IDs when left out.
    pub hello: Option<String>,
    pub user: Option<String>,
    pub password: Secret,
    /// PEM file with further root certificates.
    pub ca_file: Option<PathBuf>,
}

/// The section as it is written; all its keys are known, so that a wrong one can be named.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SmtpKeys {
    host: String,
    port: u16,
    tls: TlsMode,
    hello: Option<String>,
    user: Option<String>,
    password_env: Option<String>,
    password_file: Option<PathBuf>,
    ca_file: Option<PathBuf>,
}

impl From<SmtpKeys> for Smtp {
    fn from(keys: SmtpKeys) -> Self {
        Self {
            host: keys.host,
            port: keys.port,
            tls: keys.tls,
            hello: keys.hello,
            user: keys.user,
            password: Secret { password_env: keys.password_env, password_file: keys.password_file },
            ca_file: keys.ca_file,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TlsMode {
    /// TLS from the first byte (port 465).
    Required,
    /// STARTTLS, never without (port 587).
    Starttls,
    /// Plain; only to a loopback or private address.
    None,
}

/// Where a secret is: never in the settings file itself.
#[derive(Debug, Clone, Default)]
pub struct Secret {
    pub password_env: Option<String>,
    pub password_file: Option<PathBuf>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dkim {
    pub domain: String,
    pub selector: String,
    /// PEM file with an RSA private key.
    pub key_file: PathBuf,
}

/// What comes back.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Inbox {
    /// Address for bounces, of which every notice has a signed form: `bounces+TOKEN-SIGNATURE@example.test`.
    pub bounce_address: Option<String>,
    /// With what such addresses are signed.
    pub secret_env: Option<String>,
    pub secret_file: Option<PathBuf>,
    /// Folder of the mailbox in which bounces and answers arrive.
    pub maildir: Option<PathBuf>,
    /// How often the daemon looks into it.
    pub poll_seconds: u32,
    /// The mailbox on a mail server, instead of a folder.
    pub imap: Option<Imap>,
}

impl Default for Inbox {
    fn default() -> Self {
        Self { bounce_address: None, secret_env: None, secret_file: None, maildir: None, poll_seconds: 60, imap: None }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(from = "ImapKeys")]
pub struct Imap {
    pub host: String,
    pub port: u16,
    pub tls: TlsMode,
    pub user: String,
    pub password: Secret,
    /// Folder in the mailbox, as the server names it.
    pub folder: String,
    /// How often to look, where the server does not tell of new mail by itself.
    pub poll_seconds: u32,
    /// PEM file with further root certificates.
    pub ca_file: Option<PathBuf>,
}

/// The section as it is written; all its keys are known, so that a wrong one can be named.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ImapKeys {
    host: String,
    port: u16,
    tls: TlsMode,
    user: String,
    password_env: Option<String>,
    password_file: Option<PathBuf>,
    #[serde(default = "imap_folder")]
    folder: String,
    #[serde(default = "imap_poll_seconds")]
    poll_seconds: u32,
    ca_file: Option<PathBuf>,
}

fn imap_folder() -> String {
    "INBOX".to_owned()
}

const fn imap_poll_seconds() -> u32 {
    60
}

impl From<ImapKeys> for Imap {
    fn from(keys: ImapKeys) -> Self {
        Self {
            host: keys.host,
            port: keys.port,
            tls: keys.tls,
            user: keys.user,
            password: Secret { password_env: keys.password_env, password_file: keys.password_file },
            folder: keys.folder,
            poll_seconds: keys.poll_seconds,
            ca_file: keys.ca_file,
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

/// What staff see in a browser.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Console {
    pub listen: SocketAddr,
    /// How browsers reach it, e.g. `https://duly.example.com`; by plain HTTP only on this machine.
    pub url: String,
    /// Whether a proxy in front of it says who is asking, by `X-Forwarded-For`.
    #[serde(default)]
    pub behind_proxy: bool,
}

impl Console {
    pub fn is_secure(&self) -> bool {
        self.url.starts_with("https://")
    }

    /// Where an invitation is accepted.
    pub fn invitation(&self, token: &str) -> String {
        format!("{}/invitation/{token}", self.url.trim_end_matches('/'))
    }

    fn check(&self) -> Result<(), String> {
        let host = self.url.strip_prefix("http://").map(|rest| rest.trim_end_matches('/'));
        let near =
            host.is_some_and(|host| ["localhost", "127.0.0.1"].contains(&host.split(':').next().unwrap_or(host)));
        let rest = self.url.split_once("://").map_or("", |(_, rest)| rest.trim_end_matches('/'));
        let plain = !rest.is_empty() && !rest.contains(['/', '?', '#', '@', ' ']);
        match (self.is_secure() || near) && plain {
            true => Ok(()),
            false => Err(
                "`console.url` is how browsers reach the console: `https://` and a host, or `http://localhost:PORT` \
                          on this machine"
                    .to_owned(),
            ),
        }
    }
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

impl Inbox {
    fn check(&self, delivery: &Delivery) -> Result<(), String> {
        self.imap.as_ref().map_or(Ok(()), Imap::check)?;
        let secret = self.secret_env.is_some() || self.secret_file.is_some();
        if self.imap.is_some() && self.maildir.is_some() {
            return Err("`inbox.maildir` and `[inbox.imap]` both name a mailbox; keep one".to_owned());
        }
        if self.poll_seconds == 0 {
            return Err("`inbox.poll_seconds` must be at least 1".to_owned());
        }
        match &self.bounce_address {
            Some(_) if !secret => Err("`inbox.bounce_address` needs `secret_env` or `secret_file` beside it: bounces \
                                       are believed when their address is signed"
                .to_owned()),
            Some(_) if delivery.envelope_from.is_some() => {
                Err("`inbox.bounce_address` and `delivery.envelope_from` both say where bounces go; keep one"
                    .to_owned())
            }
            _ => Ok(()),
        }
    }

    /// The secret, from wherever it is.
    pub fn secret(&self, settings: &Settings) -> Result<Option<SecretString>, String> {
        Secret { password_env: self.secret_env.clone(), password_file: self.secret_file.clone() }
            .read(settings)
            .map_err(|error| {
                format!("the secret of `inbox.bounce_address`: {error}; any random text of 16 characters or more does")
            })
    }
}

impl Imap {
    fn check(&self) -> Result<(), String> {
        if self.password.password_env.is_none() && self.password.password_file.is_none() {
            return Err("`inbox.imap.user` needs `password_env` or `password_file` beside it".to_owned());
        }
        if self.poll_seconds == 0 {
            return Err("`inbox.imap.poll_seconds` must be at least 1".to_owned());
        }
        if self.folder.is_empty() || !self.folder.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
            let folder = &self.folder;
            return Err(format!(
                "`inbox.imap.folder`: `{folder}` is not how a server names a folder; letters that are not ASCII are \
                 written in its way, like `R&APw-ckl&AOQ-ufer`"
            ));
        }
        Ok(())
    }
}

impl Secret {
    /// The secret from the environment or its file, without the line end of the file.
    pub fn read(&self, settings: &Settings) -> Result<Option<SecretString>, String> {
        match (&self.password_env, &self.password_file) {
            (Some(name), _) => match std::env::var(name) {
                Ok(value) => Ok(Some(value.into())),
                Err(_) => Err(format!("the environment variable `{name}` with the secret is not set")),
            },
            (None, Some(file)) => {
                let path = settings.path(file);
                let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
                Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned().into()))
            }
            (None, None) => Ok(None),
        }
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
