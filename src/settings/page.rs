//! The section of the customer's page.

use std::{net::SocketAddr, path::PathBuf};

use secrecy::SecretString;
use serde::Deserialize;
use url::{Host, Url};

use super::{Secret, Settings};

/// Where the page of each notice is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// Address and port on which it is served, for a proxy that speaks TLS.
    pub listen: SocketAddr,
    /// As customers see it: links begin with it.
    pub url: String,
    /// With what links are made.
    pub secret_env: Option<String>,
    pub secret_file: Option<PathBuf>,
    /// For so long after the notice a link is good.
    #[serde(default = "days")]
    pub days: u32,
    /// A proxy says in `X-Forwarded-For` who asks.
    #[serde(default)]
    pub behind_proxy: bool,
}

const fn days() -> u32 {
    180
}

impl Page {
    pub(super) fn check(&self) -> Result<(), String> {
        self.check_url().map_err(|why| {
            format!("`page.url`: `{}` {why}; the public address of the page, like https://pay.example.com", self.url)
        })?;
        if self.secret_env.is_none() && self.secret_file.is_none() {
            return Err("`[page]` needs `secret_env` or `secret_file`: links are made with it".to_owned());
        }
        if !(1..=3_650).contains(&self.days) {
            return Err("`page.days` must lie between 1 and 3650".to_owned());
        }
        Ok(())
    }

    fn check_url(&self) -> Result<(), &'static str> {
        let url = Url::parse(&self.url).map_err(|_| "is no address")?;
        let own = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => return Err("names no host"),
        };
        match url.scheme() {
            "https" => {}
            "http" if own => {}
            _ => return Err("does not begin with https:// (http:// does for localhost alone)"),
        }
        let bare = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        let plain = self.url.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>'));
        if !bare || url.password().is_some() || !plain {
            return Err("has more than scheme, host, port and path");
        }
        Ok(())
    }

    /// The public address without a slash at its end.
    pub fn base(&self) -> &str {
        self.url.trim_end_matches('/')
    }

    /// Whether browsers should come by TLS alone.
    pub fn is_secure(&self) -> bool {
        self.url.starts_with("https:")
    }

    /// The path of the public address, for links within the page: empty, or like `/pay`.
    pub fn prefix(&self) -> String {
        let path = Url::parse(&self.url).map(|url| url.path().to_owned());
        path.unwrap_or_default().trim_end_matches('/').to_owned()
    }

    /// The secret, from wherever it is.
    pub fn secret(&self, settings: &Settings) -> Result<Option<SecretString>, String> {
        Secret { password_env: self.secret_env.clone(), password_file: self.secret_file.clone() }
            .read(settings)
            .map_err(|error| format!("the secret of `[page]`: {error}; any random text of 16 characters or more does"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(url: &str) -> Page {
        toml::from_str(&format!("listen = \"127.0.0.1:8081\"\nurl = '{url}'\nsecret_env = \"SECRET\"")).unwrap()
    }

    #[test]
    fn only_tls_or_this_machine() {
        for good in
            ["https://pay.example.com", "https://pay.example.com:8443/a/b/", "http://localhost:8081", "http://[::1]:1"]
        {
            assert_eq!(page(good).check(), Ok(()), "{good}");
        }
        for bad in [
            "http://pay.example.com",
            "pay.example.com",
            "ftp://localhost",
            "https://pay.example.com?a=b",
            "https://a:b@pay.example.com",
            "https://pay.example.com/#a",
            "https://pay.example.com/\"x",
            "http://localhost.example.com",
        ] {
            assert!(page(bad).check().is_err(), "{bad}");
        }
        assert_eq!(
            (page("https://a.example/b/").base(), &page("https://a.example/b/").prefix()[..]),
            ("https://a.example/b", "/b")
        );
        assert_eq!(page("https://a.example/").prefix(), "");
    }
}
