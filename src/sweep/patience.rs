//! Leaves a relay alone that is in trouble.

use std::time::Duration;

use rand::RngCore;
use tokio::time::Instant;

use crate::{delivery::DeliveryReport, domain::breaker::trouble_wait};

/// How many deliveries in a row ended in trouble without an acceptance, and when the next one may begin. By a clock
/// that nobody can set.
#[derive(Debug, Default)]
pub struct Patience {
    failures: u32,
    until: Option<Instant>,
}

impl Patience {
    /// What is left of the wait, if anything is.
    pub fn left(&self) -> Option<Duration> {
        self.until.and_then(|until| until.checked_duration_since(Instant::now())).filter(|left| !left.is_zero())
    }

    /// A delivery ended; `None` if it failed altogether.
    pub fn learn(&mut self, report: Option<&DeliveryReport>, random: &mut impl RngCore) {
        if report.is_some_and(|report| report.sent > 0) {
            *self = Self::default();
        }
        if report.is_none_or(|report| report.halted.is_some()) {
            self.failures += 1;
            let wait = trouble_wait(self.failures, random);
            tracing::info!(seconds = wait.as_secs(), failures = self.failures, "waiting before the next delivery");
            self.until = Some(Instant::now() + wait);
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha20Rng;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn trouble_doubles_the_wait_and_an_acceptance_ends_it() {
        let mut random = ChaCha20Rng::seed_from_u64(1);
        let mut patience = Patience::default();
        let report =
            |sent, halted: bool| DeliveryReport { sent, halted: halted.then(String::new), ..DeliveryReport::default() };
        let (well, nothing, trouble) = (report(1, false), report(0, false), report(0, true));
        // A delivery, and the least seconds to wait after it.
        let rows = [
            (Some(&trouble), 15),
            (None, 30),
            (Some(&trouble), 60),
            // Nothing could be learned of the relay.
            (Some(&nothing), 60),
            (Some(&trouble), 120),
            (Some(&well), 0),
            (Some(&trouble), 15),
            (Some(&trouble), 30),
            (Some(&report(1, true)), 15),
        ];
        for (n, (delivery, least)) in rows.into_iter().enumerate() {
            patience.learn(delivery, &mut random);
            let left = patience.left().unwrap_or_default().as_secs_f64();
            assert!((f64::from(least)..=f64::from(least) * 1.25).contains(&left), "{n}: {left} s, not {least}");
        }
        tokio::time::advance(Duration::from_secs(19)).await;
        assert_eq!(patience.left(), None);
    }
}
