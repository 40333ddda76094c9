//! What several accounts leave open of one product.

use super::build::{World, day, event, invoice, overdue};
use crate::domain::{cohort::Cohort, facts::EventKind};

fn cohort(accounts: u32, late: u32, before: u32, before_late: u32) -> Cohort {
    Cohort { product: "Line 7".to_owned(), month: day("2026-01-01"), accounts, late, before, before_late }
}

#[test]
fn it_takes_several_half_of_all_and_twice_as_often_as_before() {
    for (rows, expected) in [
        ((3, 3, 0, 0), true),
        ((2, 2, 0, 0), false),
        ((6, 3, 0, 0), true),
        ((7, 3, 0, 0), false),
        ((10, 8, 16, 7), true),
        ((10, 7, 16, 7), false),
        ((4, 4, 100, 51), true),
        ((4, 4, 100, 52), false),
        ((u32::MAX, u32::MAX, u32::MAX, u32::MAX), false),
    ] {
        let (accounts, late, before, before_late) = rows;
        assert_eq!(cohort(accounts, late, before, before_late).is_unusual(), expected, "{rows:?}");
    }
}

/// One invoice for line 7, due in January 2026, with a ticket near it.
fn world(cohorts: &[Cohort]) -> World {
    let mut world = World::of(vec![invoice("1", 10_000)]);
    world.facts.invoices[0].product = Some("Line 7".to_owned());
    let issued = world.facts.invoices[0].issued;
    world.facts.events.push(event("T", issued, EventKind::TicketOpened, None));
    world.facts.belong_to(cohorts);
    world
}

#[test]
fn it_is_a_piece_of_its_own_and_belongs_to_product_and_month() {
    let pieces = |cohorts: &[Cohort]| {
        let decision = world(cohorts).decision(overdue(60)).unwrap();
        let observations = decision.suspicions.into_iter().flat_map(|suspicion| suspicion.observations);
        observations.map(|one| (one.kind.code(), one.key, one.sentence)).collect::<Vec<_>>()
    };
    let seen = pieces(&[cohort(6, 4, 12, 1)]);
    let sentence = "4 of 6 accounts with invoices for “Line 7” due in 2026-01 have not paid; before, 1 of 12 invoices \
                    for it were as late";
    let piece = seen.iter().find(|(code, ..)| *code == "late_together").unwrap();
    assert_eq!((piece.1.as_str(), piece.2.as_str()), ("late_together:2026-01", sentence));
    assert_eq!(seen.len(), 2);
    assert!(!pieces(&[cohort(6, 4, 0, 0)]).iter().any(|(.., said)| said.contains("before")));
    let other = Cohort { month: day("2026-02-01"), ..cohort(6, 4, 0, 0) };
    assert_eq!(pieces(&[other, Cohort { product: "Line 8".to_owned(), ..cohort(6, 4, 0, 0) }]), []);
    assert_eq!(pieces(&[]), []);
}
