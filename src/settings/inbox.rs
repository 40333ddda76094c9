//! `[inbox]`: where what comes back is read.

use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;

use super::{Delivery, Secret, Settings, TlsMode};

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

impl Inbox {
    pub(super) fn check(&self, delivery: &Delivery) -> Result<(), String> {
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
