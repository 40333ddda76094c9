//! Whether the wall clock can be believed. Whoever is due follows from the date alone.
//!
//! Two rules, and what they cannot see:
//!
//! - The clock must not stand more than [`BACK`] before what was recorded last (the last import or
//!   sweep, not the latest of them: after a wrong clock was set right, the next import or a released
//!   sweep ends the doubt).
//! - Between two ticks of a running daemon it must not gain more than [`AHEAD`] on the monotonic
//!   clock. A machine that was asleep for longer looks the same, so a person decides.
//! - A clock that jumped ahead while nothing ran looks like downtime, and downtime is caught up. The
//!   rule against stale payment data holds everybody then, unless the policy switches it off, and
//!   so may the limit on unusual numbers.

use std::time::Instant;

use chrono::{DateTime, Duration, Utc};

use crate::store::{Result, Store};

/// Clocks of several machines differ, and are set by small steps.
const BACK: Duration = Duration::minutes(5);

/// A letter that comes this much too early does no harm, and laptops sleep over the weekend.
const AHEAD: Duration = Duration::days(3);

/// Why the clock cannot be believed, if it stands before what was recorded last.
pub async fn behind(store: &Store, now: DateTime<Utc>) -> Result<Option<String>> {
    let last = store.last_sign().await?.filter(|last| *last - now > BACK);
    let said = |at: DateTime<Utc>| at.format("%Y-%m-%d %H:%M UTC");
    Ok(last.map(|last| {
        format!("the clock says {}, but something was recorded at {} already; set it right", said(now), said(last))
    }))
}

/// The wall clock as a running daemon sees it.
#[derive(Debug)]
pub struct WallClock {
    /// The wall clock when it was believed last, and the monotonic clock at that moment; `None` after
    /// it stood behind, since it is set anew then.
    believed: Option<(DateTime<Utc>, Instant)>,
    doubted: bool,
}

impl WallClock {
    pub fn new(now: DateTime<Utc>) -> Self {
        Self { believed: Some((now, Instant::now())), doubted: false }
    }

    /// Why the clock cannot be believed, if so. Tells when a doubt begins and when it ends.
    pub async fn doubt(&mut self, store: &Store, now: DateTime<Utc>) -> Result<Option<String>> {
        let behind = behind(store, now).await?;
        if behind.is_some() {
            self.believed = None;
        }
        let doubt = behind.or_else(|| self.ahead(now, Instant::now()));
        match &doubt {
            Some(why) if !self.doubted => tracing::error!(why, "the clock is not believed: nothing is swept or sent"),
            None if self.doubted => tracing::warn!("the clock is believed again"),
            _ => {}
        }
        self.doubted = doubt.is_some();
        Ok(doubt)
    }

    fn ahead(&mut self, now: DateTime<Utc>, instant: Instant) -> Option<String> {
        let (wall, monotonic) = self.believed.unwrap_or((now, instant));
        let gained = (now - wall) - Duration::from_std(instant - monotonic).unwrap_or(Duration::MAX);
        if gained <= AHEAD {
            self.believed = Some((now, instant));
            return None;
        }
        Some(format!("the clock jumped about {} days ahead while duly was running", (gained + AHEAD / 6).num_days()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jump_ahead_is_doubted_until_the_clock_is_set_right_or_time_has_passed() {
        let start: DateTime<Utc> = "2026-11-20T07:00:00Z".parse().unwrap();
        let mut clock = WallClock::new(start);
        let zero = clock.believed.unwrap().1;
        let after = |seconds| zero + std::time::Duration::from_secs(seconds);
        // Wall clock in hours, monotonic clock in seconds, whether it is believed.
        let steps =
            [(1, 3_600, true), (1 + 72, 3_600, true), (2 + 145, 3_600, false), (149, 7_200, false), (75, 10_800, true)];
        for (hours, seconds, believed) in steps {
            let doubt = clock.ahead(start + Duration::hours(hours), after(seconds));
            assert_eq!(doubt.is_none(), believed, "{hours} h, {seconds} s: {doubt:?}");
        }
        // Downtime of the loop itself is no jump.
        assert_eq!(clock.ahead(start + Duration::hours(75 + 999), after(10_800 + 999 * 3_600)), None);
    }
}
