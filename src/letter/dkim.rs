//! DKIM signatures (RFC 6376, Ed25519 by RFC 8463), relaxed/relaxed.
//!
//! Ours and not lettre's, for two reasons: lettre writes the time of the attempt into the signature,
//! so that a second attempt would not be the same mail, and its RSA is not constant in time.

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use ring::{
    rand::SystemRandom,
    signature::{Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair},
};
use rustls_pki_types::{PrivateKeyDer, pem::PemObject};
use sha2::{Digest, Sha256};

use super::LetterError;

/// Headers that are signed. Each is listed, whether the mail has it or not: adding an absent one on
/// the way breaks the signature.
const SIGNED: [&str; 13] = [
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "reply-to",
    "in-reply-to",
    "references",
    "mime-version",
    "content-type",
    "content-language",
    "auto-submitted",
    "cc",
];

/// A signing domain with its key.
pub struct Dkim {
    domain: String,
    selector: String,
    key: Key,
}

enum Key {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
}

impl std::fmt::Debug for Dkim {
    /// Without the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Dkim({}._domainkey.{})", self.selector, self.domain)
    }
}

impl Dkim {
    /// Reads a private key: RSA of 2048 bits or more (PKCS#8 or PKCS#1) or Ed25519 (PKCS#8), as PEM.
    ///
    /// # Errors
    /// [`LetterError::Mail`] with the reason; the key itself is never part of it.
    pub fn new(domain: &str, selector: &str, pem: &str) -> Result<Self, LetterError> {
        let what = "the DKIM key of";
        let bad = |why: String| LetterError::Mail { what, value: format!("{selector}._domainkey.{domain}"), why };
        for name in [domain, selector] {
            let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
            if name.is_empty() || !name.chars().all(fits) {
                return Err(bad(format!("`{name}` is not a name in the DNS")));
            }
        }
        let der = PrivateKeyDer::from_pem_slice(pem.as_bytes())
            .map_err(|e| bad(format!("this is not a private key in PEM form ({e})")))?;
        let rsa = |made: Result<RsaKeyPair, ring::error::KeyRejected>| {
            made.map(|pair| Key::Rsa(Box::new(pair)))
                .map_err(|e| bad(format!("expected RSA (2048 bits or more) or Ed25519 ({e})")))
        };
        let key = match &der {
            PrivateKeyDer::Pkcs1(der) => rsa(RsaKeyPair::from_der(der.secret_pkcs1_der()))?,
            PrivateKeyDer::Pkcs8(der) => match Ed25519KeyPair::from_pkcs8_maybe_unchecked(der.secret_pkcs8_der()) {
                Ok(pair) => Key::Ed25519(Box::new(pair)),
                Err(_) => rsa(RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()))?,
            },
            _ => return Err(bad("expected an RSA or Ed25519 key".to_owned())),
        };
        Ok(Self { domain: domain.to_owned(), selector: selector.to_owned(), key })
    }

    /// The mail with a `DKIM-Signature` before its other headers; `at` is written as its time.
    ///
    /// # Errors
    /// [`LetterError::Mail`] when the bytes are no mail or the key fails.
    pub fn sign(&self, mail: &[u8], at: DateTime<Utc>) -> Result<Vec<u8>, LetterError> {
        let bad = |why: &str| LetterError::Mail {
            what: "the signature for",
            value: self.domain.clone(),
            why: why.to_owned(),
        };
        let end = mail.windows(4).position(|four| four == b"\r\n\r\n").ok_or_else(|| bad("the mail has no body"))?;
        let head = std::str::from_utf8(&mail[..end + 2]).map_err(|_| bad("a header is not UTF-8"))?;
        let hash = STANDARD.encode(Sha256::digest(relaxed_body(&mail[end + 4..])));
        let fields = format!(
            "v=1; a={}; d={}; s={}; c=relaxed/relaxed; q=dns/txt; t={};\r\n\th={};\r\n\tbh={hash};\r\n\tb=",
            self.algorithm(),
            self.domain,
            self.selector,
            at.timestamp().max(0),
            SIGNED.join(":"),
        );
        let mut signed = signed_headers(head);
        // The signature's own header comes last, without its value and without a line break.
        signed.push_str(relaxed_header(&format!("DKIM-Signature: {fields}")).trim_end());
        let signature = self.signature(signed.as_bytes()).ok_or_else(|| bad("the key cannot sign"))?;
        let mut out = format!("DKIM-Signature: {fields}{}\r\n", folded(&signature)).into_bytes();
        out.extend_from_slice(mail);
        Ok(out)
    }

    fn algorithm(&self) -> &'static str {
        match self.key {
            Key::Rsa(_) => "rsa-sha256",
            Key::Ed25519(_) => "ed25519-sha256",
        }
    }

    fn signature(&self, data: &[u8]) -> Option<String> {
        match &self.key {
            Key::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), data, &mut signature).ok()?;
                Some(STANDARD.encode(signature))
            }
            // RFC 8463: Ed25519 signs the SHA-256 of the data.
            Key::Ed25519(pair) => Some(STANDARD.encode(pair.sign(&Sha256::digest(data)))),
        }
    }
}

/// The signed headers that the mail has, in the order of [`SIGNED`].
fn signed_headers(head: &str) -> String {
    let mut fields: Vec<String> = Vec::new();
    for line in head.split_inclusive("\r\n") {
        match fields.last_mut() {
            Some(field) if line.starts_with([' ', '\t']) => field.push_str(line),
            _ => fields.push(line.to_owned()),
        }
    }
    let named = |field: &&String, name: &str| {
        field.split(':').next().is_some_and(|have| have.trim().eq_ignore_ascii_case(name))
    };
    SIGNED
        .iter()
        .filter_map(|name| fields.iter().rev().find(|field| named(field, name)))
        .map(|field| relaxed_header(field))
        .collect()
}

/// RFC 6376, 3.4.2: name in small letters, unfolded, runs of blanks as one.
fn relaxed_header(field: &str) -> String {
    let (name, value) = field.split_once(':').unwrap_or((field, ""));
    let value: Vec<&str> = value.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty()).collect();
    format!("{}:{}\r\n", name.trim().to_ascii_lowercase(), value.join(" "))
}

/// RFC 6376, 3.4.4: runs of blanks as one, none at the end of a line, no empty lines at the end.
fn relaxed_body(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() + 2);
    let mut kept = 0;
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let text = line.strip_suffix(b"\r\n").or_else(|| line.strip_suffix(b"\n")).unwrap_or(line);
        let mut blank = false;
        for byte in text {
            if matches!(byte, b' ' | b'\t') {
                blank = true;
                continue;
            }
            if std::mem::take(&mut blank) {
                out.push(b' ');
            }
            out.push(*byte);
        }
        let empty = out.last().is_none_or(|last| *last == b'\n');
        out.extend_from_slice(b"\r\n");
        if !empty {
            kept = out.len();
        }
    }
    out.truncate(kept);
    out
}

/// A long value in lines of 72 characters.
fn folded(value: &str) -> String {
    let lines: Vec<&str> = value.as_bytes().chunks(72).filter_map(|chunk| std::str::from_utf8(chunk).ok()).collect();
    lines.join("\r\n\t")
}

#[cfg(test)]
mod tests;
