//! A limit on messages a minute, evenly spread.

use std::time::Duration;

use tokio::{sync::Mutex, time::Instant};

#[derive(Debug)]
pub(super) struct Pace {
    gap: Duration,
    next: Mutex<Instant>,
}

impl Pace {
    /// 0 is no limit.
    pub fn per_minute(limit: u32) -> Self {
        let gap = Duration::from_secs(60).checked_div(limit).unwrap_or(Duration::ZERO);
        Self { gap, next: Mutex::new(Instant::now()) }
    }

    pub fn is_limited(&self) -> bool {
        !self.gap.is_zero()
    }

    /// Waits for the next place in the row.
    pub async fn wait(&self) {
        if !self.is_limited() {
            return;
        }
        let place = {
            let mut next = self.next.lock().await;
            let place = (*next).max(Instant::now());
            *next = place + self.gap;
            place
        };
        tokio::time::sleep_until(place).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn messages_are_spread_over_the_minute() {
        let (pace, start) = (Pace::per_minute(60), Instant::now());
        for _ in 0..5 {
            pace.wait().await;
        }
        assert_eq!(start.elapsed().as_secs(), 4);
        let free = Pace::per_minute(0);
        free.wait().await;
        assert_eq!(start.elapsed().as_secs(), 4);
    }
}
