//! Secrets that are made once, shown once and kept as hashes: cookies and invitations.

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::rand::{SecureRandom, SystemRandom};
use sha2::{Digest, Sha256};

use crate::store::policies::hex;

/// 256 bits that nobody can guess.
#[derive(Debug, Clone)]
pub struct Token(String);

impl Token {
    pub fn new(random: &SystemRandom) -> Result<Self, ring::error::Unspecified> {
        let mut bytes = [0; 32];
        random.fill(&mut bytes)?;
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes)))
    }

    pub fn text(&self) -> &str {
        &self.0
    }

    pub fn hash(&self) -> String {
        hash(&self.0)
    }
}

/// As a token is kept. A plain hash does for what has 256 random bits (OWASP ASVS 5.0, 6.5.2).
pub fn hash(token: &str) -> String {
    hex(&Sha256::digest(token))
}

/// Memory in KiB, passes and lanes: the least that OWASP recommends for argon2id.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);

/// Of a password as nobody has it: whoever signs in with a wrong name waits as long as with a right one.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGhhcyB0aGlz$6vI0uoVmMFAjGO8q8v3u4u4vGQ8m2aFfJ1uX2w0cG3M";

fn argon2() -> Argon2<'static> {
    let (memory, passes, lanes) = COST;
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(memory, passes, lanes, None).unwrap_or_default())
}

/// A password as it is kept. Takes some 20 ms, on purpose.
pub fn keep(password: &str, random: &SystemRandom) -> Result<String, String> {
    let mut salt = [0; 16];
    random.fill(&mut salt).map_err(|_| "no randomness".to_owned())?;
    let hash: PasswordHash =
        argon2().hash_password_with_salt(password.as_bytes(), &salt).map_err(|error| error.to_string())?;
    Ok(hash.to_string())
}

/// Whether it is the password that is kept; takes as long when there is none.
pub fn fits(password: &str, kept: Option<&str>) -> bool {
    let parsed = PasswordHash::new(kept.unwrap_or(NOBODY));
    let fits = parsed.is_ok_and(|hash| argon2().verify_password(password.as_bytes(), &hash).is_ok());
    fits && kept.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_fit_or_do_not() {
        let random = SystemRandom::new();
        let kept = keep("correct horse battery", &random).unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(fits("correct horse battery", Some(&kept)));
        assert!(!fits("correct horse batterz", Some(&kept)) && !fits("", Some(&kept)));
        assert!(!fits("anything", None) && !fits("anything", Some("not a hash")));
        assert_ne!(kept, keep("correct horse battery", &random).unwrap(), "each has its own salt");
        assert!(PasswordHash::new(NOBODY).is_ok(), "a wrong name takes as long");
    }

    #[test]
    fn tokens_are_long_and_kept_as_hashes() {
        let random = SystemRandom::new();
        let (a, b) = (Token::new(&random).unwrap(), Token::new(&random).unwrap());
        assert_ne!(a.text(), b.text());
        assert_eq!((a.text().len(), a.hash().len()), (43, 64));
    }
}
