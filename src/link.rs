//! The link in a notice to the customer's page.
//!
//! Its secret part is an HMAC over the notice, so that it need not be stored: the database keeps a hash of it, from which
//! nobody can make a link, nor from anything else in a mail or in the database. It serves one purpose, the page of this
//! one notice.

use std::fmt::Write as _;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use ring::hmac;
use sha2::{Digest, Sha256};

/// Octets of the HMAC that are used: 160 bits.
const OCTETS: usize = 20;

/// Makes the links of a company.
#[derive(Debug, Clone)]
pub struct Links {
    base: String,
    company: String,
    key: hmac::Key,
}

impl Links {
    /// Characters that a secret must have, so that it cannot be guessed from a link.
    pub const SHORTEST_SECRET: usize = 16;

    /// `base` is the public address of the pages, without a slash at its end.
    pub fn new(base: &str, company: &str, secret: &[u8]) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        Self { base: base.to_owned(), company: company.to_owned(), key }
    }

    /// The secret part of the link of a notice.
    fn token(&self, notice: &str) -> String {
        let (company, length) = (&self.company, self.company.len());
        let tag = hmac::sign(&self.key, format!("duly page 1 {length}:{company} {notice}").as_bytes());
        BASE64_URL_SAFE_NO_PAD.encode(&tag.as_ref()[..OCTETS])
    }

    /// The link of a notice, by the notice's own token.
    pub fn url(&self, notice: &str) -> String {
        format!("{}/r/{}", self.base, self.token(notice))
    }

    /// What is stored of the link of a notice.
    pub fn kept_of(&self, notice: &str) -> String {
        kept(&self.token(notice))
    }
}

/// What is stored of the secret part of a link, whoever says it.
pub fn kept(token: &str) -> String {
    let mut text = String::with_capacity(64);
    for octet in Sha256::digest(token) {
        let _ = write!(text, "{octet:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(company: &str, secret: &[u8]) -> Links {
        Links::new("https://pay.example.com", company, secret)
    }

    #[test]
    fn a_link_depends_on_secret_company_and_notice() {
        let url = links("A", b"a secret of the company").url("0123");
        assert_eq!(url, "https://pay.example.com/r/zFSDiD0tRDWFFm3neqzOjBHkqDw");
        let others = [
            links("A", b"another secret of anybody").url("0123"),
            links("B", b"a secret of the company").url("0123"),
            links("A", b"a secret of the company").url("0124"),
            links("A 0", b"a secret of the company").url("123"),
        ];
        assert!(others.iter().all(|other| *other != url && other.len() == url.len()), "{others:?}");
    }

    #[test]
    fn what_is_stored_is_a_hash_of_what_is_said() {
        let links = links("A", b"a secret of the company");
        let url = links.url("0123");
        let said = url.rsplit('/').next().unwrap();
        assert_eq!(kept(said), links.kept_of("0123"));
        assert_eq!(kept(said).len(), 64);
        assert_ne!(kept(&said.to_lowercase()), kept(said));
    }
}
