//! Which changes of a policy need a second person: those that give money away, or say who may.

use super::{case::staff::Staff, policy::Policy};

/// What of a change touches money; empty when it is one person's to decide.
///
/// These do: the offer, how discounts of terms are understood, which invoices money settles that names none, the rates
/// of interest and penalty, and what each of the staff may settle or approve alone.
pub fn touches_money(old: &Policy, new: &Policy) -> Vec<&'static str> {
    let limits = |policy: &Policy| {
        let limit = |person: &Staff| (person.name.clone(), person.limit.clone(), person.approves);
        policy.staff.iter().map(limit).collect::<Vec<_>>()
    };
    let differs = [
        (old.offer != new.offer, "the offer for prompt payment"),
        (old.terms != new.terms, "how discounts are understood"),
        (old.allocate != new.allocate, "what money settles that names no invoice"),
        (old.costs != new.costs, "rates of interest and penalty"),
        (limits(old) != limits(new), "what staff may settle or approve"),
    ];
    differs.into_iter().filter(|(differs, _)| *differs).map(|(_, what)| what).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_needs_a_second_person_and_days_do_not() {
        let text = include_str!("../../config/policy.toml");
        let shipped: Policy = toml::from_str(text).unwrap();
        let of = |from: &str, to: &str| {
            assert!(text.contains(from), "{from}");
            touches_money(&shipped, &toml::from_str(&text.replacen(from, to, 1)).unwrap())
        };
        let staff = ("# [[staff]]\n# name = \"Ada Clerk\"", "[[staff]]\nname = \"Ada Clerk\"");
        for (from, to) in [
            ("percent = 2\n", "percent = 3\n"),
            ("every_months = 12", "every_months = 1"),
            ("stages = [\"first\"]", "stages = [\"first\", \"second\"]"),
            ("grace_days = 0", "grace_days = 2"),
            ("allocate = \"named\"", "allocate = \"oldest-first\""),
            ("waiting_percent = 8", "waiting_percent = 9"),
            staff,
        ] {
            assert_eq!(of(from, to).len(), 1, "{from}");
        }
        for (from, to) in [
            ("days = 60", "days = 45"),
            ("percent = 2\n", "percent = 2.0\n"),
            ("notices = 50", "notices = 60"),
            ("own_words = 3", "own_words = 2"),
            ("EUR = \"10.00\"", "EUR = \"20.00\""),
            ("paused = false", "paused = true"),
        ] {
            assert!(of(from, to).is_empty(), "{from}");
        }
    }
}
