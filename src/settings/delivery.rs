//! `[delivery]`: how letters leave, and the secrets that this takes.

use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;

use super::Settings;

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
