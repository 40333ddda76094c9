//! The signed envelope sender (VERP): a bounce comes back to an address that names its notice.
//!
//! `bounces+TOKEN-SIGNATURE@example.test`. Without the secret nobody can make one, so a bounce to a good address is
//! about a notice that was really sent. It carries no date: how long a notice may bounce is known from the notice.

use ring::hmac;

/// Makes and reads signed addresses of one bounce address.
#[derive(Debug, Clone)]
pub struct Verp {
    local: String,
    domain: String,
    key: hmac::Key,
}

/// Octets of the signature: guessing one takes 2^63 mails.
const SIGNATURE: usize = 8;

impl Verp {
    /// Octets that `+TOKEN-SIGNATURE` takes of the 64 that a local part may have (RFC 5321, 4.5.3.1.1).
    const ADDED: usize = 1 + 32 + 1 + 2 * SIGNATURE;
    /// Longest local part of the bounce address.
    pub const LONGEST_LOCAL: usize = 64 - Self::ADDED;

    /// Characters that a secret must have, so that it cannot be guessed from an address.
    pub const SHORTEST_SECRET: usize = 16;

    /// `None` if it is not an address, or too long to be extended.
    pub fn new(address: &str, secret: &[u8]) -> Option<Self> {
        let (local, domain) = address.rsplit_once('@')?;
        let fits = !local.is_empty() && local.len() <= Self::LONGEST_LOCAL && !domain.is_empty();
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        fits.then(|| Self { local: local.to_owned(), domain: domain.to_owned(), key })
    }

    /// The envelope sender of a notice.
    pub fn address(&self, token: &str) -> String {
        format!("{}+{token}-{}@{}", self.local, self.signature(token), self.domain)
    }

    /// The token of an address that was made with this secret. Servers may write it in capitals, or with another
    /// character between its parts.
    pub fn token(&self, address: &str) -> Option<String> {
        let address = address.trim().to_ascii_lowercase();
        let (local, domain) = address.rsplit_once('@')?;
        let rest = local.strip_prefix(&self.local.to_ascii_lowercase())?;
        let mut parts = rest.split(|c: char| !c.is_ascii_hexdigit());
        let (Some(""), Some(token), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return None;
        };
        let good = domain.eq_ignore_ascii_case(&self.domain) && !token.is_empty() && self.verify(token, signature);
        good.then(|| token.to_owned())
    }

    fn signature(&self, token: &str) -> String {
        let tag = hmac::sign(&self.key, format!("bounce {token}").as_bytes());
        tag.as_ref().iter().take(SIGNATURE).map(|byte| format!("{byte:02x}")).collect()
    }

    /// Compares through a second HMAC, so that the time it takes tells nothing.
    fn verify(&self, token: &str, signature: &str) -> bool {
        let expected = hmac::sign(&self.key, self.signature(token).as_bytes());
        hmac::verify(&self.key, signature.as_bytes(), expected.as_ref()).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "0123456789abcdef0123456789abcdef";

    fn verp() -> Verp {
        Verp::new("bounces@example.test", b"a secret of the company").unwrap()
    }

    #[test]
    fn an_address_comes_back() {
        let address = verp().address(TOKEN);
        assert_eq!(address, "bounces+0123456789abcdef0123456789abcdef-fc51e31b6a66df0d@example.test");
        assert_eq!(verp().token(&address).as_deref(), Some(TOKEN));
        assert_eq!(verp().token(&address.to_uppercase()).as_deref(), Some(TOKEN), "written in capitals");
        for delimiter in ["=", "-", "_", "."] {
            let other = address.replacen('+', delimiter, 1);
            assert_eq!(verp().token(&other).as_deref(), Some(TOKEN), "{other}");
        }
    }

    #[test]
    fn nothing_else_is_taken() {
        let good = verp().address(TOKEN);
        let (local, _) = good.split_once('@').unwrap();
        let forged = Verp::new("bounces@example.test", b"another secret").unwrap().address(TOKEN);
        let last = if local.ends_with('0') { "1" } else { "0" };
        let cases = [
            forged,
            good.replacen('0', "1", 1),
            format!("{}{last}@example.test", &local[..local.len() - 1]),
            format!("{}@example.test", &local[..local.len() - 1]),
            format!("{}@example.test", &local[..local.len() - 17]),
            format!("{local}0@example.test"),
            format!("{local}-@example.test"),
            format!("x{good}"),
            good.replace("bounces+", "bounces"),
            good.replace("example.test", "example.org"),
            "bounces@example.test".to_owned(),
            "bounces+-@example.test".to_owned(),
            String::new(),
        ];
        for case in cases {
            assert_eq!(verp().token(&case), None, "{case}");
        }
    }

    #[test]
    fn a_local_part_has_64_octets_at_most() {
        let local = "b".repeat(Verp::LONGEST_LOCAL);
        let address = Verp::new(&format!("{local}@example.test"), b"s").unwrap().address(TOKEN);
        assert_eq!(address.split_once('@').unwrap().0.len(), 64);
        assert!(address.parse::<lettre::Address>().is_ok());
        assert!(Verp::new(&format!("{local}b@example.test"), b"s").is_none());
        assert!(Verp::new("example.test", b"s").is_none());
    }
}
