//! Wrong passwords cost patience, by name and by address, without locking anybody out for good.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, Duration, Utc};

use crate::web::gate::network;

/// Wrong ones after which one must wait, within the window.
const BY_NAME: u32 = 5;
const BY_ADDRESS: u32 = 20;
const WINDOW: Duration = Duration::minutes(15);
/// Names and addresses that are remembered; beyond it all are forgotten.
const MOST: usize = 10_000;
/// Letters by which a name is counted: whoever asks may send any text.
const LETTERS: usize = 80;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Who {
    /// A name as tried from one address: a stranger elsewhere does not keep its owner out.
    Name(String, IpAddr),
    Address(IpAddr),
}

impl Who {
    fn by(name: &str, address: IpAddr) -> [(Self, u32); 2] {
        let (name, address) = (name.chars().take(LETTERS).collect::<String>().to_lowercase(), network(address));
        [(Self::Address(address), BY_ADDRESS), (Self::Name(name, address), BY_NAME)]
    }
}

/// Tries that failed. In memory: a restart forgives.
#[derive(Debug, Default)]
pub struct Throttle(Mutex<HashMap<Who, (u32, DateTime<Utc>)>>);

impl Throttle {
    /// Whether a try is taken at all. It counts as failed until [`Throttle::forgive`] says otherwise, so that many at
    /// once are no way around.
    pub fn admits(&self, name: &str, address: IpAddr, now: DateTime<Utc>) -> bool {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tries.len() >= MOST {
            tries.retain(|_, (_, since)| now - *since < WINDOW);
        }
        if tries.len() >= MOST {
            tries.clear();
        }
        // Whoever has no patience left is not remembered by more names.
        Who::by(name, address).into_iter().all(|(who, most)| {
            let (count, since) = tries.entry(who).or_insert((0, now));
            if now - *since >= WINDOW {
                (*count, *since) = (0, now);
            }
            *count = count.saturating_add(1);
            *count <= most
        })
    }

    /// The password was right.
    pub fn forgive(&self, name: &str, address: IpAddr) {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (who, _) in Who::by(name, address) {
            tries.remove(&who);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_comes_back_and_is_not_shared() {
        let (throttle, now) = (Throttle::default(), "2026-11-23T09:00:00Z".parse::<DateTime<Utc>>().unwrap());
        let [here, there] = ["192.0.2.1", "192.0.2.2"].map(|text| text.parse::<IpAddr>().unwrap());
        assert!((0..BY_NAME).all(|_| throttle.admits("Ada", here, now)));
        assert!(!throttle.admits("ada", here, now), "a capital is no new name");
        assert!(throttle.admits("Ada", there, now), "who has the name elsewhere is not kept out");
        assert!(throttle.admits("Ada", here, now + WINDOW));
        throttle.forgive("Ada", here);
        let names = (0..BY_ADDRESS).map(|n| format!("name {n}"));
        assert!(names.clone().all(|name| throttle.admits(&name, here, now)));
        assert!(!throttle.admits("another", here, now), "one address tries many names");
    }

    #[test]
    fn memory_is_bounded() {
        let (throttle, now) = (Throttle::default(), DateTime::<Utc>::UNIX_EPOCH);
        for n in 0..2 * MOST {
            throttle.admits(&n.to_string(), IpAddr::from([10, 0, (n >> 8) as u8, n as u8]), now);
        }
        assert!(throttle.0.lock().unwrap().len() <= MOST + 2);
    }

    #[test]
    fn a_stranger_fills_nothing_and_has_one_network() {
        let (throttle, now) = (Throttle::default(), DateTime::<Utc>::UNIX_EPOCH);
        let tries = 0..5 * BY_ADDRESS;
        let address = |n: u32| format!("2001:db8:1:2::{n:x}").parse::<IpAddr>().unwrap();
        let admitted = tries.filter(|n| throttle.admits(&format!("{n}{}", "x".repeat(100_000)), address(*n), now));
        assert_eq!(admitted.count(), BY_ADDRESS as usize);
        let known = throttle.0.lock().unwrap();
        assert_eq!(known.len(), BY_ADDRESS as usize + 1);
        assert!(known.keys().all(|who| !matches!(who, Who::Name(name, _) if name.len() > LETTERS)));
    }
}
