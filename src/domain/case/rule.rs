//! How quickly a case is answered, resolved and followed up.

use chrono::NaiveTime;
use serde::Deserialize;

/// A first answer at once, a solution in hours, not days. Those of the standard policy count.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CaseRule {
    /// Business hours until the first answer.
    pub first_response_hours: u32,
    /// Business hours until a solution is agreed.
    pub resolve_hours: u32,
    /// Days after the solution until the customer is asked whether all is well.
    pub follow_up_days: u32,
    /// The company's business hours, Monday to Friday but for public holidays, in its zone.
    pub from: NaiveTime,
    /// Exclusive.
    pub until: NaiveTime,
}

impl Default for CaseRule {
    fn default() -> Self {
        let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default();
        Self { first_response_hours: 2, resolve_hours: 16, follow_up_days: 7, from: hour(9), until: hour(17) }
    }
}

impl CaseRule {
    /// What is wrong with it, each with its key.
    pub fn problems(&self) -> Vec<String> {
        let sound = [
            // Under an hour a day, due times would lie months ahead.
            (
                (self.until - self.from).num_hours() >= 1,
                "`cases.from` must be at least an hour before `cases.until`: nobody could answer a case",
            ),
            ((1..=80).contains(&self.first_response_hours), "`cases.first_response_hours` must lie between 1 and 80"),
            (
                (self.first_response_hours..=400).contains(&self.resolve_hours),
                "`cases.resolve_hours` must lie between `cases.first_response_hours` and 400",
            ),
            ((1..=90).contains(&self.follow_up_days), "`cases.follow_up_days` must lie between 1 and 90"),
        ];
        sound.into_iter().filter(|(ok, _)| !ok).map(|(_, text)| text.to_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::CaseRule;
    use crate::domain::policy::Policy;

    #[test]
    fn an_older_policy_has_the_shipped_rules_and_no_staff() {
        let text = include_str!("../../../config/policy.toml");
        let (older, _) = text.split_once("\n[cases]").unwrap();
        let (older, shipped): (Policy, Policy) = (toml::from_str(older).unwrap(), toml::from_str(text).unwrap());
        assert_eq!(older, shipped);
        assert_eq!(older.cases, CaseRule::default());
        assert!(older.staff.is_empty() && older.problems().is_empty());
    }

    #[test]
    fn the_commented_person_is_one_that_can_be_meant() {
        let text = include_str!("../../../config/policy.toml");
        let (before, example) = text.split_once("# [[staff]]").unwrap();
        let policy = format!("{before}[[staff]]{}", example.replace("\n# ", "\n"));
        let policy: Policy = toml::from_str(&policy).unwrap();
        assert_eq!((policy.staff.len(), policy.problems()), (1, Vec::new()));
    }
}
