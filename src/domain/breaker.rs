//! When the relay's answers, taken together, stop sending; and how long to leave a relay alone.

use std::{collections::BTreeSet, time::Duration};

use rand::{Rng, RngCore};

/// Refusals of our settings in a row (no acceptance in between) after which sending stops for the whole
/// company until a person resumes it. One may be chance and two a bad moment; each costs a customer's
/// notice a wait.
pub const REFUSALS_TO_HALT: usize = 3;

/// Troubles in a row after which a delivery ends: each may cost a notice a wait, or leave it in doubt.
pub const TROUBLES_TO_END: u32 = 3;

/// What an answer of the relay says beyond the one notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    Accepted,
    /// Our settings are refused: the sign-in, the sender, or mail of our kind. `notice`: the refusal may be
    /// about this one message alone, so that its tries count once.
    Refused {
        notice: Option<i64>,
    },
    /// The relay itself is in trouble.
    Trouble,
}

/// What follows for all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    GoOn,
    /// This delivery ends; the next one may try.
    End,
    /// Nothing is sent any more until a person resumes.
    Halt,
}

/// Counts what was said since the last acceptance, over all workers of the process.
#[derive(Debug, Default)]
pub struct Breaker {
    of_all: usize,
    of_notices: BTreeSet<i64>,
    troubles: u32,
}

impl Breaker {
    pub fn hear(&mut self, said: Said) -> Next {
        match said {
            Said::Accepted => *self = Self::default(),
            Said::Refused { notice: None } => self.of_all += 1,
            Said::Refused { notice: Some(notice) } => {
                self.of_notices.insert(notice);
            }
            Said::Trouble => self.troubles += 1,
        }
        if self.of_all + self.of_notices.len() >= REFUSALS_TO_HALT {
            // Whoever resumes begins anew.
            *self = Self::default();
            return Next::Halt;
        }
        if self.troubles >= TROUBLES_TO_END { Next::End } else { Next::GoOn }
    }
}

/// Waits after deliveries that ended in trouble: 15, 30, 60 seconds and so on up to 15 minutes, each with up to
/// a quarter more by chance, so that replicas do not come back at the same moment.
pub fn trouble_wait(failures: u32, random: &mut impl RngCore) -> Duration {
    let seconds = 15_u64.checked_shl(failures.saturating_sub(1).min(10)).unwrap_or(900).min(900);
    Duration::from_millis(random.random_range(seconds * 1_000..=seconds * 1_250))
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha20Rng;

    use super::{Said::*, *};

    #[test]
    fn three_refusals_in_a_row_stop_all_and_one_customer_alone_does_not() {
        let of_all = Refused { notice: None };
        let of = |notice| Refused { notice: Some(notice) };
        let rows: [(&[Said], Next); 12] = [
            (&[of_all, of_all], Next::GoOn),
            (&[of_all, of_all, of_all], Next::Halt),
            (&[of_all, of_all, Accepted, of_all, of_all], Next::GoOn),
            (&[of(1), of(2), of(3)], Next::Halt),
            (&[of(1), of(2), Accepted, of(3)], Next::GoOn),
            (&[of(1), of(1), of(1), of(1), of(1), of(1)], Next::GoOn),
            (&[of(1), of(2), of(1), of(2), of(1)], Next::GoOn),
            (&[of(1), of_all, of(2)], Next::Halt),
            (&[of_all, Trouble, of_all, Trouble, of_all], Next::Halt),
            (&[Trouble, Trouble], Next::GoOn),
            (&[Trouble, of(1), Trouble, of(1), Trouble], Next::End),
            (&[Trouble, Trouble, Accepted, Trouble], Next::GoOn),
        ];
        for (heard, expected) in rows {
            let mut breaker = Breaker::default();
            let next = heard.iter().map(|said| breaker.hear(*said)).last();
            assert_eq!(next, Some(expected), "{heard:?}");
        }
    }

    #[test]
    fn after_a_halt_the_count_begins_anew_and_trouble_goes_on() {
        let mut breaker = Breaker::default();
        let mut hear = |said, times| (0..times).map(|_| breaker.hear(said)).last().unwrap();
        assert_eq!(hear(Refused { notice: None }, 3), Next::Halt);
        assert_eq!(hear(Refused { notice: None }, 2), Next::GoOn);
        assert_eq!(hear(Accepted, 1), Next::GoOn);
        // A relay that is still in trouble is only asked once by the next delivery.
        assert_eq!(hear(Trouble, 3), Next::End);
        assert_eq!(hear(Trouble, 1), Next::End);
    }

    #[test]
    fn waits_double_up_to_a_quarter_of_an_hour() {
        let mut random = ChaCha20Rng::seed_from_u64(1);
        let mut seen = BTreeSet::new();
        for (failures, least) in [(1, 15), (2, 30), (3, 60), (4, 120), (5, 240), (6, 480), (7, 900), (90, 900)] {
            for _ in 0..100 {
                let wait = trouble_wait(failures, &mut random).as_millis();
                assert!((least * 1_000..=least * 1_250).contains(&wait), "{failures}: {wait} ms");
                seen.insert(wait);
            }
        }
        assert!(seen.len() > 500, "chance has its part");
    }
}
