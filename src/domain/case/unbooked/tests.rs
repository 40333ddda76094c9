//! Agreed credits against those of the books.

use super::unbooked;
use crate::domain::{
    case::{CaseFact, CaseOutcome, CaseStatus},
    tests::build::{World, case, credit, eur, invoice, overdue},
};

fn agreed(id: i64, days: u64, minor: i64) -> CaseFact {
    let mut fact = case(id, CaseStatus::Closed, overdue(0), &["1"], &[]);
    fact.outcome = Some((CaseOutcome::Goodwill, overdue(days)));
    fact.credits = vec![("1".into(), eur(minor))];
    fact
}

fn left(cases: &[CaseFact], credits: &[(u64, i64)]) -> Vec<(i64, i64)> {
    let mut world = World::of(vec![invoice("1", 50_000)]);
    world.facts.cases = cases.to_vec();
    let credits =
        credits.iter().zip(1..).map(|((days, minor), n)| credit(&n.to_string(), overdue(*days), *minor, Some("1")));
    world.facts.credits = credits.collect();
    unbooked(&world.facts, "1", overdue(60)).into_iter().collect()
}

/// Days overdue, or a case, with minor units.
type Amounts<T> = &'static [(T, i64)];

#[test]
fn a_credit_of_the_books_counts_for_one_agreement() {
    let two = [agreed(7, 10, 6_000), agreed(4, 20, 4_000)];
    let table: [(Amounts<u64>, Amounts<i64>); 8] = [
        (&[], &[(4, 4_000), (7, 6_000)]),
        (&[(20, 6_000)], &[(4, 4_000)]),
        (&[(20, 10_000)], &[]),
        (&[(15, 9_000)], &[(4, 4_000)]),
        (&[(9, 9_000)], &[(4, 4_000), (7, 6_000)]),
        (&[(10, 2_000), (61, 9_000)], &[(4, 4_000), (7, 4_000)]),
        (&[(20, 6_000), (30, -6_000)], &[(4, 4_000), (7, 6_000)]),
        (&[(20, 6_000), (30, -6_000), (31, 6_000)], &[(4, 4_000)]),
    ];
    for (booked, expected) in table {
        assert_eq!(left(&two, booked), expected, "{booked:?}");
    }
}

#[test]
fn what_is_resolved_anew_knows_the_credit_that_was_booked_before() {
    let mut anew = agreed(1, 30, 6_000);
    assert_eq!(left(&[anew.clone()], &[(20, 6_000)]), [(1, 6_000)]);
    anew.credited_since = Some(overdue(10));
    assert_eq!(left(&[anew], &[(20, 6_000)]), []);
}

#[test]
fn what_is_not_in_force_counts_nothing() {
    let mut open = agreed(1, 10, 6_000);
    open.outcome = None;
    assert_eq!(left(&[open], &[]), []);
}
