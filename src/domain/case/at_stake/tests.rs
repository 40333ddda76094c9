//! Edges of what may be given away.

use super::{Left, given_up, left, refused};
use crate::domain::{
    case::{CaseOutcome, CaseStatus, Concern},
    money::Money,
    tests::build::{World, case, eur, invoice, overdue, payment},
};

fn concern(invoice: &str, amount: Option<i64>) -> Concern {
    Concern { invoice: invoice.into(), amount: amount.map(eur) }
}

fn credit(invoice: &str, minor: i64) -> (String, Money) {
    (invoice.into(), eur(minor))
}

/// 100.00 and 50.00 are invoiced, 20.00 of the first paid; case 7 agreed to 30.00 of it.
fn open(case_id: i64) -> Left {
    let mut world = World::of(vec![invoice("1", 10_000), invoice("2", 5_000)]);
    world.facts.payments.push(payment("P", overdue(1), 2_000, &["1"]));
    let mut other = case(7, CaseStatus::Closed, overdue(2), &["1"], &[]);
    (other.outcome, other.credits) = (Some((CaseOutcome::OurFault, overdue(3))), vec![credit("1", 3_000)]);
    world.facts.cases.push(other);
    left(&world.facts, &world.policy, case_id, overdue(10))
}

#[test]
fn what_is_open_is_given_away_once() {
    assert_eq!(open(8), [("1".to_owned(), eur(5_000)), ("2".to_owned(), eur(5_000))].into());
    assert_eq!(open(7)["1"], eur(8_000), "its own is no other's");
}

#[test]
fn giving_up_takes_all_that_the_case_holds() {
    let open = open(8);
    assert_eq!(given_up(&[], &open), [credit("1", 5_000), credit("2", 5_000)]);
    assert_eq!(given_up(&[concern("2", None)], &open), [credit("2", 5_000)]);
    assert_eq!(
        given_up(&[concern("1", Some(900)), concern("2", Some(9_000))], &open),
        [credit("1", 900), credit("2", 5_000)]
    );
    assert_eq!(given_up(&[concern("3", None)], &open), []);
}

#[test]
fn credits_are_of_the_case_once_and_at_most_what_is_open() {
    let open = open(8);
    let table: [(&[Concern], &[_], Option<&str>); 6] = [
        (&[concern("1", None)], &[credit("1", 5_000)], None),
        (&[], &[credit("1", 5_000), credit("2", 5_000)], None),
        (&[concern("1", None)], &[credit("1", 5_001)], Some("no more than 50.00 EUR")),
        (&[], &[credit("3", 1)], Some("no more than 0.00 EUR")),
        (&[concern("1", None)], &[credit("2", 1)], Some("not about invoice 2")),
        (&[], &[credit("1", 1), credit("1", 1)], Some("named twice")),
    ];
    for (concerns, credits, expected) in table {
        let why = refused(concerns, credits, &open);
        assert_eq!(why.is_some(), expected.is_some(), "{credits:?} {why:?}");
        assert!(why.unwrap_or_default().contains(expected.unwrap_or_default()), "{credits:?}");
    }
}
