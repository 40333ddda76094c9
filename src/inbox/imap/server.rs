//! Where the mailbox is.

use std::time::Duration;

use rustls_pki_types::CertificateDer;
use secrecy::SecretString;

use crate::{
    reach::roots,
    settings::{Imap, Settings, TlsMode},
};

/// A mail server and the way to a folder on it.
#[derive(Debug, Clone)]
pub struct Server {
    /// Name or address; with TLS the certificate must be issued for it.
    pub host: String,
    pub port: u16,
    pub tls: TlsMode,
    pub user: String,
    pub password: SecretString,
    pub folder: String,
    /// Certificates to trust besides the public ones.
    pub extra_roots: Vec<CertificateDer<'static>>,
    /// How long each step of opening, and each command, may take.
    pub patience: Duration,
}

/// A server that searches a large folder needs some time; one that needs more is out of order.
const PATIENCE: Duration = Duration::from_secs(60);

impl Server {
    /// As the settings say. The password and the certificates are read.
    pub fn of(settings: &Settings, imap: &Imap) -> Result<Self, String> {
        let password = imap.password.read(settings)?;
        let extra_roots = match &imap.ca_file {
            None => Vec::new(),
            Some(file) => roots(&settings.path(file)).map_err(|error| format!("`inbox.imap.ca_file` {error}"))?,
        };
        Ok(Self {
            host: imap.host.clone(),
            port: imap.port,
            tls: imap.tls,
            user: imap.user.clone(),
            password: password
                .ok_or_else(|| "`inbox.imap.user` needs `password_env` or `password_file` beside it".to_owned())?,
            folder: imap.folder.clone(),
            extra_roots,
            patience: PATIENCE,
        })
    }
}
