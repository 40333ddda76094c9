//! Where the mail goes, and how patient to be on the way.

use std::time::Duration;

use rustls_pki_types::CertificateDer;
use secrecy::SecretString;

/// A mail relay (smart host) and the way to speak with it.
#[derive(Debug, Clone)]
pub struct Relay {
    /// Name or address; with TLS the certificate must be issued for it.
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    /// User and password. They are only ever sent over TLS or to a loopback address.
    pub credentials: Option<(String, SecretString)>,
    /// The name in EHLO: a fully qualified domain name or an address literal (RFC 5321 section 4.1.1.1).
    pub hello: String,
    pub deadlines: Deadlines,
    /// Certificates to trust besides the public ones, from a configured CA file.
    pub extra_roots: Vec<CertificateDer<'static>>,
}

/// How the conversation is protected. There is no way to fall back to less.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// TLS from the first byte, usually port 465 (RFC 8314 section 3.3).
    Required,
    /// Plain greeting, then STARTTLS (RFC 3207); a relay that does not offer it gets nothing.
    StartTls,
    /// No TLS. Only to loopback and private addresses, judged by the address that is really connected to.
    None,
}

/// How long each stage may take in all, however slowly the bytes trickle in.
///
/// The defaults are those of RFC 5321 section 4.5.3.2 and of Postfix, save for the handshakes, where an attempt that is
/// given up costs nothing.
#[derive(Debug, Clone)]
pub struct Deadlines {
    /// Name resolution, and TCP to each address: 30 s (Postfix `smtp_connect_timeout`).
    pub connect: Duration,
    /// The 220 greeting: 300 s (RFC 5321 section 4.5.3.2.1); a busy relay accepts first and greets later.
    pub greeting: Duration,
    /// Each EHLO: 60 s.
    pub hello: Duration,
    /// STARTTLS and its reply, and the handshake: 60 s each.
    pub tls: Duration,
    /// Each step of AUTH: 60 s.
    pub auth: Duration,
    /// MAIL FROM: 300 s (section 4.5.3.2.2).
    pub mail: Duration,
    /// RCPT TO: 300 s (section 4.5.3.2.3).
    pub recipient: Duration,
    /// DATA: 120 s (section 4.5.3.2.4).
    pub data: Duration,
    /// Each block of 64 KiB of the message: 180 s (section 4.5.3.2.5).
    pub block: Duration,
    /// The reply to the final dot: 600 s (section 4.5.3.2.6). Shorter makes doubt, and doubt makes doubles (RFC 1047).
    pub dot: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(30),
            greeting: Duration::from_secs(300),
            hello: Duration::from_secs(60),
            tls: Duration::from_secs(60),
            auth: Duration::from_secs(60),
            mail: Duration::from_secs(300),
            recipient: Duration::from_secs(300),
            data: Duration::from_secs(120),
            block: Duration::from_secs(180),
            dot: Duration::from_secs(600),
        }
    }
}
