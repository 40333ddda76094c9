//! `[console]`: where staff work.

use std::net::SocketAddr;

use serde::Deserialize;

use super::Oidc;

/// What staff see in a browser.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Console {
    pub listen: SocketAddr,
    /// How browsers reach it, e.g. `https://duly.example.com`; by plain HTTP only on this machine.
    pub url: String,
    /// Whether a proxy in front of it says who is asking, by `X-Forwarded-For`.
    #[serde(default)]
    pub behind_proxy: bool,
    /// People may sign in with an account that the company has already.
    pub oidc: Option<Oidc>,
}

impl Console {
    pub fn is_secure(&self) -> bool {
        self.url.starts_with("https://")
    }

    /// Where an invitation is accepted.
    pub fn invitation(&self, token: &str) -> String {
        format!("{}/invitation/{token}", self.url.trim_end_matches('/'))
    }

    pub(super) fn check(&self) -> Result<(), String> {
        self.oidc.as_ref().map_or(Ok(()), Oidc::check)?;
        let host = self.url.strip_prefix("http://").map(|rest| rest.trim_end_matches('/'));
        let near =
            host.is_some_and(|host| ["localhost", "127.0.0.1"].contains(&host.split(':').next().unwrap_or(host)));
        let rest = self.url.split_once("://").map_or("", |(_, rest)| rest.trim_end_matches('/'));
        let plain = !rest.is_empty() && !rest.contains(['/', '?', '#', '@', ' ']);
        match (self.is_secure() || near) && plain {
            true => Ok(()),
            false => Err(
                "`console.url` is how browsers reach the console: `https://` and a host, or `http://localhost:PORT` \
                          on this machine"
                    .to_owned(),
            ),
        }
    }
}
