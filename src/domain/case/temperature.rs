//! How hot a case is: anger grows with waiting and with being passed around.

use chrono::Duration;

use super::CaseRule;

/// What warms a case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Signs {
    /// Business time since the customer was last answered, or since the case was opened; none
    /// while it is the customer's turn.
    pub waited: Duration,
    /// Whether the customer had an answer at all: the first one is due sooner than the solution.
    pub answered: bool,
    pub hand_overs: u32,
    /// How often the customer wrote again before there was an answer.
    pub repeated: u32,
    pub reopened: u32,
}

/// Sorts the queue: the hottest case first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Temperature {
    /// 100 for each full time that the policy allows, 50 for each hand-over and each repeated
    /// contact, 75 for each reopening.
    points: u64,
}

impl Temperature {
    pub fn of(rule: &CaseRule, signs: &Signs) -> Self {
        let allowed = if signs.answered { rule.resolve_hours } else { rule.first_response_hours };
        let waited = u64::try_from(signs.waited.num_minutes()).unwrap_or(0);
        let waiting = waited.saturating_mul(100) / (u64::from(allowed.max(1)) * 60);
        let again = 50 * (u64::from(signs.hand_overs) + u64::from(signs.repeated)) + 75 * u64::from(signs.reopened);
        Self { points: waiting.saturating_add(again) }
    }

    /// `100 × points ÷ (points + 100)`, from 0 to 99: 0 is fresh, 50 has waited for all the time that
    /// the policy allows (or was handed over twice), 75 for three times as long. It always rises and
    /// never reaches its end, so that two hot cases can still be told apart.
    pub fn degrees(self) -> u32 {
        let points = u128::from(self.points);
        (100 * points / (points + 100)) as u32
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn degrees(signs: Signs) -> u32 {
        Temperature::of(&CaseRule::default(), &signs).degrees()
    }

    #[test]
    fn degrees_are_those_of_the_formula() {
        let waited = |hours| Signs { waited: Duration::hours(hours), ..Signs::default() };
        let cases = [
            ("fresh", waited(0), 0),
            ("the first answer is due", waited(2), 50),
            ("three times as long", waited(6), 75),
            ("answered, and half the time is left", Signs { answered: true, ..waited(8) }, 33),
            ("handed over", Signs { hand_overs: 1, ..waited(0) }, 33),
            ("handed over and asked again", Signs { hand_overs: 1, repeated: 1, ..waited(0) }, 50),
            ("reopened", Signs { reopened: 1, ..waited(0) }, 42),
            ("a clock that went back", waited(-5), 0),
            ("for ever", Signs { hand_overs: u32::MAX, ..waited(24 * 365 * 1_000) }, 99),
        ];
        for (name, signs, expected) in cases {
            assert_eq!(degrees(signs), expected, "{name}");
        }
    }

    prop_compose! {
        fn signs()(minutes in 0..60_000_i64, answered: bool, hand_overs in 0..9_u32, repeated in 0..9_u32,
                   reopened in 0..9_u32) -> Signs {
            Signs { waited: Duration::minutes(minutes), answered, hand_overs, repeated, reopened }
        }
    }

    proptest! {
        #[test]
        fn nothing_that_angers_cools(signs in signs(), more in 1..9_u32) {
            let rule = CaseRule::default();
            let now = Temperature::of(&rule, &signs);
            let hotter = [
                Signs { waited: signs.waited + Duration::hours(more.into()), ..signs },
                Signs { hand_overs: signs.hand_overs + more, ..signs },
                Signs { repeated: signs.repeated + more, ..signs },
                Signs { reopened: signs.reopened + more, ..signs },
            ];
            for hot in hotter {
                let hot = Temperature::of(&rule, &hot);
                prop_assert!(hot > now && hot.degrees() >= now.degrees(), "{:?} {:?}", hot, now);
            }
            let answered = |answered| Temperature::of(&rule, &Signs { answered, ..signs });
            prop_assert!(answered(true) <= answered(false));
            prop_assert!(now.degrees() <= 100);
        }
    }
}
