//! How often the page may be asked for: by address, and by the beginning of a link.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::Response,
};

use super::{Site, message};
use crate::web::gate::{Client, network};

/// Requests of one address in a window; a visit is two or three.
const OF_ADDRESS: u32 = 120;
/// Requests about one link in a window.
const OF_LINK: u32 = 60;
const WINDOW: Duration = Duration::from_secs(60);
/// Addresses and links that are counted by themselves; what comes then is counted together.
const MOST: usize = 10_000;
/// Letters of a link by which it is counted.
const PREFIX: usize = 8;

/// Who asks, or for what.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Address(IpAddr),
    Link(String),
    Everybody,
}

/// Counts within a window.
pub struct Limiter {
    since: Instant,
    counts: HashMap<Key, u32>,
}

impl Limiter {
    pub fn new() -> Self {
        Self { since: Instant::now(), counts: HashMap::new() }
    }

    /// Counts one more; false when that is too many.
    fn allows(&mut self, key: Key, most: u32, now: Instant) -> bool {
        if now.saturating_duration_since(self.since) >= WINDOW {
            self.since = now;
            self.counts.clear();
        }
        let known = self.counts.len() < MOST || self.counts.contains_key(&key);
        let count = self.counts.entry(if known { key } else { Key::Everybody }).or_default();
        *count = count.saturating_add(1);
        *count <= most
    }
}

/// Lets a request pass, or asks for patience.
pub async fn guard(
    State(site): State<Arc<Site>>,
    ConnectInfo(Client(peer)): ConnectInfo<Client>,
    request: Request,
    next: Next,
) -> Response {
    let forwarded =
        request.headers().get_all("x-forwarded-for").iter().next_back().and_then(|value| value.to_str().ok());
    let address = Key::Address(network(client(peer.ip(), forwarded.filter(|_| site.page.behind_proxy))));
    let link = request.uri().path().strip_prefix("/r/").map(|rest| Key::Link(rest.chars().take(PREFIX).collect()));
    let allowed = {
        let mut limiter = site.limiter.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        limiter.allows(address, OF_ADDRESS, now) && link.is_none_or(|link| limiter.allows(link, OF_LINK, now))
    };
    if allowed { next.run(request).await } else { message::busy(&site) }
}

/// Who asks: as the proxy says, if there is one. What stands before the last one is what the client itself says.
fn client(peer: IpAddr, forwarded: Option<&str>) -> IpAddr {
    let last = forwarded.and_then(|list| list.rsplit(',').next());
    last.and_then(|last| last.trim().parse().ok()).unwrap_or(peer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(text: &str) -> Key {
        Key::Link(text.to_owned())
    }

    #[test]
    fn so_many_in_a_window() {
        let (mut limiter, start) = (Limiter::new(), Instant::now());
        assert_eq!((0..10).filter(|_| limiter.allows(link("a"), 3, start)).count(), 3);
        assert!(limiter.allows(link("b"), 3, start), "others are not concerned");
        assert!(!limiter.allows(link("a"), 3, start + WINDOW / 2));
        assert!(limiter.allows(link("a"), 3, start + WINDOW * 2));
    }

    #[test]
    fn what_is_counted_has_a_bound() {
        let (mut limiter, now) = (Limiter::new(), Instant::now());
        let allowed = (0..MOST * 2).filter(|n| limiter.allows(link(&n.to_string()), 5, now)).count();
        assert_eq!(allowed, MOST + 5);
        assert_eq!(limiter.counts.len(), MOST + 1);
        assert!(limiter.allows(link("7"), 5, now), "who was known still is");
    }

    #[test]
    fn a_client_cannot_say_who_it_is() {
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let peer = address("10.0.0.1");
        assert_eq!(client(peer, None), peer);
        assert_eq!(client(peer, Some("192.0.2.9, 192.0.2.1")), address("192.0.2.1"));
        for odd in ["", "unknown", "192.0.2.1, ", "192.0.2.1:80"] {
            assert_eq!(client(peer, Some(odd)), peer, "{odd}");
        }
    }
}
