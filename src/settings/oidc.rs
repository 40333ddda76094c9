//! `[console.oidc]`: signing in with the accounts that a company has already.

use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;
use url::{Host, Url};

use super::{Secret, Settings};

/// A provider of OpenID Connect.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Oidc {
    /// Its address, as its tokens name it; by plain HTTP only on this machine.
    pub issuer: String,
    pub client_id: String,
    /// With what this client proves itself.
    pub secret_env: Option<String>,
    pub secret_file: Option<PathBuf>,
    /// What the account is called, on the page to sign in.
    #[serde(default = "account")]
    pub account: String,
}

fn account() -> String {
    "company account".to_owned()
}

impl Oidc {
    /// It is on this machine, and speaks plain text.
    pub fn is_near(&self) -> bool {
        self.issuer.starts_with("http://")
    }

    pub(super) fn check(&self) -> Result<(), String> {
        let near = |url: &Url| match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        let good = Url::parse(&self.issuer).is_ok_and(|url| {
            let scheme = url.scheme() == "https" && url.has_host() || url.scheme() == "http" && near(&url);
            scheme && url.query().is_none() && url.fragment().is_none() && url.username().is_empty()
        });
        if !good {
            return Err(
                "`console.oidc.issuer` is the address of the provider as its tokens name it: `https://` and a \
                        host, perhaps with a path"
                    .to_owned(),
            );
        }
        if self.secret_env.is_none() && self.secret_file.is_none() {
            return Err("`[console.oidc]` needs `secret_env` or `secret_file`: the secret of the client".to_owned());
        }
        Ok(())
    }

    pub fn secret(&self, settings: &Settings) -> Result<Option<SecretString>, String> {
        Secret { password_env: self.secret_env.clone(), password_file: self.secret_file.clone() }
            .read(settings)
            .map_err(|error| format!("the secret of `[console.oidc]`: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tls_or_this_machine() {
        let check = |issuer: &str| {
            let text = format!("issuer = '{issuer}'\nclient_id = 'duly'\nsecret_env = 'SECRET'");
            toml::from_str::<Oidc>(&text).unwrap().check().is_ok()
        };
        for good in ["https://id.example.com", "https://id.example.com/realms/a", "http://localhost:8080"] {
            assert!(check(good), "{good}");
        }
        for bad in ["http://id.example.com", "id.example.com", "https://a:b@id.example.com", "https://id.example.com?a"]
        {
            assert!(!check(bad), "{bad}");
        }
        assert!(toml::from_str::<Oidc>("issuer = 'https://a.example'\nclient_id = 'a'").unwrap().check().is_err());
    }
}
