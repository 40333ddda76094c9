//! Possible protests: two independent observations, or the customer's own complaint.

use chrono::Days;

use super::build::{World, case, credit, event, invoice, invoice_due, overdue, payment};
use crate::domain::{
    case::CaseStatus::{Dismissed, Open, Suspected},
    evidence::LogOdds,
    facts::EventKind,
    reason::Reason,
};

/// One invoice at its first stage, delivered on its issue; events named `E1`, `E2`, … near it.
fn told(events: &[(EventKind, Option<&str>)]) -> World {
    let mut world = World::of(vec![invoice("1", 10_000)]);
    let issued = world.facts.invoices[0].issued;
    for (n, (kind, invoice)) in events.iter().enumerate() {
        world.facts.events.push(event(&format!("E{n}"), issued + Days::new(10), *kind, *invoice));
    }
    world
}

/// The kinds of the pieces for the first suspicion, without what speaks against it; none for a notice.
fn kinds(world: &World) -> Vec<&'static str> {
    let decision = world.decision(overdue(60)).expect("a decision");
    let suspected = decision.outcome.reasons() == [Reason::SuspectedProtest];
    assert_eq!(suspected, !decision.suspicions.is_empty());
    let observed = decision.suspicions.iter().flat_map(|suspicion| &suspicion.observations);
    let pieces = observed.filter(|one| one.weight > LogOdds::ZERO);
    pieces.map(|piece| piece.kind.code()).collect()
}

#[test]
fn one_observation_is_not_enough_and_two_of_a_kind_are_one() {
    use EventKind::{BouncedPayment, Complaint, DeliveryProblem, Other, ReturnedGoods, TicketClosed, TicketOpened};
    for single in [Complaint, TicketOpened, DeliveryProblem, ReturnedGoods] {
        assert_eq!(kinds(&told(&[(single, None)])), [""; 0], "{single:?}");
        assert_eq!(kinds(&told(&[(single, None), (single, None)])), [""; 0], "{single:?}");
    }
    assert_eq!(
        kinds(&told(&[(TicketOpened, None), (TicketClosed, None), (Other, None), (BouncedPayment, None)])),
        [""; 0]
    );
    assert_eq!(kinds(&told(&[(TicketOpened, None), (DeliveryProblem, Some("1"))])), ["delivery_problem", "ticket"]);
    assert_eq!(kinds(&told(&[(TicketOpened, None), (DeliveryProblem, Some("2"))])), [""; 0]);
    assert_eq!(kinds(&told(&[(Complaint, Some("1"))])), ["complaint"]);
    assert_eq!(kinds(&told(&[(Complaint, Some("2"))])), [""; 0]);
}

#[test]
fn events_count_within_the_window_to_the_day() {
    for (days, expected) in [(30, 2), (31, 0)] {
        let mut world = told(&[(EventKind::TicketOpened, None), (EventKind::ReturnedGoods, None)]);
        let issued = world.facts.invoices[0].issued;
        world.facts.events.iter_mut().for_each(|event| event.date = issued + Days::new(days));
        assert_eq!(kinds(&world).len(), expected, "{days} after");
        world.facts.events.iter_mut().for_each(|event| event.date = issued - Days::new(days));
        assert_eq!(kinds(&world).len(), expected, "{days} before");
        world.facts.invoices[0].delivered = Some(issued - Days::new(1));
        assert_eq!(kinds(&world).len(), 2, "{days} before, near the delivery");
    }
}

#[test]
fn a_newer_item_that_was_paid_counts_and_one_that_was_credited_does_not() {
    let mut world = told(&[(EventKind::TicketOpened, None)]);
    world.facts.invoices.push(invoice_due("2", "2026-02-01", 5_000));
    world.facts.credits.push(credit("void:2", overdue(20), 5_000, Some("2")));
    assert_eq!(kinds(&world), [""; 0]);
    world.facts.credits.clear();
    world.facts.payments.push(payment("P", overdue(20), 5_000, &["2"]));
    assert_eq!(kinds(&world), ["ticket", "skipped"]);
    world.facts.payments.push(payment("Q", overdue(21), 1, &["1"]));
    assert_eq!(kinds(&world), [""; 0]);
}

#[test]
fn past_disputes_of_the_account_count_once() {
    let mut world = told(&[(EventKind::TicketOpened, None), (EventKind::PastDispute, Some("9"))]);
    assert_eq!(kinds(&world), ["ticket", "past_dispute"]);
    // A dispute that is marked on the item itself is no suspicion but a dispute.
    world.facts.events[1].invoice = Some("1".into());
    assert_eq!(world.reasons(overdue(60)), [Reason::Disputed]);
    world.facts.events.remove(1);
    world.facts.cases.push(case(1, Suspected, overdue(1), &["9"], &[]));
    assert_eq!(kinds(&world), [""; 0]);
    world.facts.cases[0].status = Open;
    assert_eq!(kinds(&world), ["ticket", "past_dispute"]);
    // Of two on one day the later one is named, whatever the order in which they are read.
    world.facts.cases.insert(0, case(2, Open, overdue(1), &["9"], &[]));
    let suspicion = world.decision(overdue(60)).unwrap().suspicions.remove(0);
    let past = suspicion.observations.iter().find(|one| one.key == "past_dispute").unwrap();
    assert_eq!((past.source.as_str(), past.date), ("case 2", overdue(1)));
}

#[test]
fn a_dismissed_suspicion_comes_back_only_with_news() {
    let mut world = told(&[(EventKind::TicketOpened, None), (EventKind::ReturnedGoods, None)]);
    let dismissed = case(1, Dismissed, overdue(60), &["1"], &["ticket:E0", "returned_goods:E1"]);
    world.facts.cases.push(dismissed);
    assert_eq!(kinds(&world), [""; 0]);
    let issued = world.facts.invoices[0].issued;
    world.facts.events.push(event("E2", issued, EventKind::DeliveryProblem, None));
    assert_eq!(kinds(&world), ["delivery_problem", "returned_goods", "ticket"]);
    // What a person will dismiss later says nothing about today.
    world.facts.events.pop();
    world.facts.cases[0].opened = overdue(61);
    assert_eq!(kinds(&world).len(), 2);
}

#[test]
fn the_assessment_can_be_switched_off_or_made_stricter() {
    let mut world = told(&[(EventKind::TicketOpened, None), (EventKind::ReturnedGoods, None)]);
    world.policy.evidence.needed = 3;
    assert_eq!(kinds(&world), [""; 0]);
    world.policy.evidence.needed = 0;
    world.facts.events.push(event("E9", overdue(1), EventKind::Complaint, Some("1")));
    assert_eq!(kinds(&world), [""; 0]);
}

#[test]
fn each_observation_names_its_source_in_a_sentence() {
    let mut world = told(&[(EventKind::Complaint, Some("1"))]);
    world.facts.events[0].note = Some("pump leaks".into());
    let suspicion = world.decision(overdue(60)).unwrap().suspicions.remove(0);
    let observation = &suspicion.observations[0];
    assert_eq!((observation.key.as_str(), observation.source.as_str()), ("complaint:E0", "event E0"));
    assert_eq!(observation.sentence, "A complaint about invoice 1 was recorded on 2025-12-16: “pump leaks”");
}
