//! From facts to positions: named payments, leftovers, reversals, credits, closing numbers.

use super::build::{World, credit, invoice, invoice_due, overdue, payment};
use crate::domain::{policy::Allocate, reason::Reason};

/// Residuals of the items in order, and the unallocated rest.
fn after(world: &World) -> (Vec<i64>, i64) {
    let position = world.position(overdue(60));
    (position.items.iter().map(|item| item.residual).collect(), position.unallocated)
}

fn two() -> World {
    World::of(vec![invoice("1", 10_000), invoice_due("2", "2026-02-01", 5_000)])
}

fn paid(payments: &[(i64, &[&str])]) -> World {
    let mut world = two();
    for (n, (minor, invoices)) in payments.iter().enumerate() {
        world.facts.payments.push(payment(&format!("P{n}"), overdue(n as u64 + 1), *minor, invoices));
    }
    world
}

#[test]
fn payments_settle_what_they_name_in_the_order_named() {
    type Paid<'a> = &'a [(i64, &'a [&'a str])];
    let table: [(Paid, [i64; 2], i64); 11] = [
        (&[], [10_000, 5_000], 0),
        (&[(6_000, &["2", "1"])], [9_000, 0], 0),
        (&[(6_000, &["1", "2"])], [4_000, 5_000], 0),
        (&[(16_000, &["1", "2"])], [0, 0], 1_000),
        (&[(6_000, &["2"])], [10_000, 0], 1_000),
        (&[(6_000, &["2", "2"])], [10_000, 0], 1_000),
        (&[(6_000, &["7"])], [10_000, 5_000], 6_000),
        (&[(6_000, &[])], [10_000, 5_000], 6_000),
        (&[(10_000, &["1"]), (-10_000, &["1"])], [10_000, 5_000], 0),
        (&[(6_000, &["2"]), (-6_000, &["2"])], [10_000, 5_000], 0),
        (&[(6_000, &[]), (-6_000, &[])], [10_000, 5_000], 0),
    ];
    for (payments, residuals, unallocated) in table {
        assert_eq!(after(&paid(payments)), (residuals.to_vec(), unallocated), "{payments:?}");
    }
}

#[test]
fn money_without_a_name_may_be_booked_oldest_first() {
    let cases: [(i64, &[&str], [i64; 2], i64); 4] = [
        (12_000, &[], [0, 3_000], 0),
        (12_000, &["2"], [3_000, 0], 0),
        (20_000, &["2"], [0, 0], 5_000),
        (4_000, &["7"], [6_000, 5_000], 0),
    ];
    for (minor, invoices, residuals, unallocated) in cases {
        let mut world = paid(&[(minor, invoices)]);
        world.policy.allocate = Allocate::OldestFirst;
        assert_eq!(after(&world), (residuals.to_vec(), unallocated), "{invoices:?}");
    }
    // Money that came before its invoice waits for it.
    let mut world = two();
    world.policy.allocate = Allocate::OldestFirst;
    world.facts.payments.push(payment("P", "2020-01-01".parse().unwrap(), 12_000, &[]));
    assert_eq!(after(&world), (vec![0, 3_000], 0));
    assert_eq!(world.position(overdue(60)).unmatched, []);
    // It does so before later money comes, which then goes to the next.
    world.facts.payments[0].amount.minor = 10_000;
    world.facts.payments.push(payment("Q", overdue(20), 5_000, &["1"]));
    assert_eq!(after(&world), (vec![0, 0], 0));
    assert_eq!(world.item("1", overdue(60)).settled_on, Some(world.facts.invoices[0].issued));
}

#[test]
fn closing_facts_close_and_never_make_a_credit() {
    for allocate in [Allocate::Named, Allocate::OldestFirst] {
        for number in ["settled:1", "absent:1", "void:1"] {
            let mut world = two();
            world.policy.allocate = allocate;
            world.facts.payments.push(payment("P", overdue(1), 4_000, &["1"]));
            world.facts.payments.push(payment(number, overdue(2), 10_000, &["1"]));
            assert_eq!(after(&world), (vec![0, 5_000], 0), "{number} {allocate:?}");
        }
    }
}

#[test]
fn credit_notes_reduce_what_is_owed() {
    let mut world = two();
    world.facts.credits.push(credit("N", overdue(1), 3_000, Some("1")));
    world.facts.credits.push(credit("M", overdue(1), 800, None));
    assert_eq!(after(&world), (vec![7_000, 5_000], 800));
    assert_eq!(world.item("1", overdue(60)).credited, 3_000);
}

#[test]
fn a_reversed_payment_takes_back_payments_only() {
    // The credit note closed the invoice, the payment was too much; its reversal ends there.
    let mut world = two();
    world.facts.credits.push(credit("N", overdue(1), 10_000, Some("1")));
    world.facts.payments.push(payment("P", overdue(2), 10_000, &["1"]));
    world.facts.payments.push(payment("R", overdue(3), -10_000, &["1"]));
    assert_eq!(after(&world), (vec![0, 5_000], 0));
}

#[test]
fn a_reversal_without_a_name_takes_back_the_payment_of_its_amount() {
    type Paid<'a> = &'a [(i64, &'a [&'a str])];
    let table: [(Allocate, Paid, [i64; 2], i64); 13] = [
        (Allocate::Named, &[(10_000, &["1"]), (-10_000, &[])], [10_000, 5_000], 0),
        (Allocate::Named, &[(16_000, &["1", "2"]), (-16_000, &[])], [10_000, 5_000], 0),
        // The newest of the same amount; each but once.
        (Allocate::Named, &[(4_000, &["1"]), (4_000, &["2"]), (-4_000, &[])], [6_000, 5_000], 0),
        (Allocate::Named, &[(4_000, &["1"]), (4_000, &["2"]), (-4_000, &[]), (-4_000, &[])], [10_000, 5_000], 0),
        (Allocate::Named, &[(4_000, &["1"]), (-4_000, &[]), (-4_000, &[])], [10_000, 5_000], -4_000),
        // One that was taken back by name is not taken back again.
        (Allocate::Named, &[(4_000, &["1"]), (4_000, &["2"]), (-4_000, &["2"]), (-4_000, &[])], [10_000, 5_000], 0),
        // Without an equal, what is unallocated goes; what is missing is shown.
        (Allocate::Named, &[(6_000, &["1"]), (3_000, &[]), (-2_000, &[])], [4_000, 5_000], 1_000),
        (Allocate::Named, &[(6_000, &["1"]), (-2_000, &[])], [4_000, 5_000], -2_000),
        (Allocate::Named, &[(-10_000, &[]), (10_000, &["1"])], [0, 5_000], -10_000),
        (Allocate::OldestFirst, &[(12_000, &[]), (-12_000, &[])], [10_000, 5_000], 0),
        (Allocate::OldestFirst, &[(2_000, &[]), (4_000, &[]), (-2_000, &[])], [6_000, 5_000], 0),
        (Allocate::OldestFirst, &[(20_000, &[]), (-20_000, &[])], [10_000, 5_000], 0),
        (Allocate::OldestFirst, &[(20_000, &[]), (-1_000, &[])], [0, 0], 4_000),
    ];
    for (allocate, payments, residuals, unallocated) in table {
        let mut world = paid(payments);
        world.policy.allocate = allocate;
        assert_eq!(after(&world), (residuals.to_vec(), unallocated), "{payments:?}");
        let unmatched: i64 = world.position(overdue(60)).unmatched.iter().map(|(_, minor)| minor).sum();
        assert_eq!(unmatched, unallocated, "{payments:?}");
    }
}

#[test]
fn a_reversal_finds_its_payment_of_the_same_day_and_never_a_closing_one() {
    let mut world = two();
    world.facts.payments.push(payment("P", overdue(1), 10_000, &["1"]));
    world.facts.payments.push(payment("A", overdue(1), -10_000, &[]));
    assert_eq!(after(&world), (vec![10_000, 5_000], 0));
    world.facts.payments[0].number = "settled:1".into();
    world.facts.payments[1].received = overdue(2);
    assert_eq!(after(&world), (vec![0, 5_000], -10_000));
    // Money that came before its invoice is found where it was booked since.
    let mut early = two();
    early.policy.allocate = Allocate::OldestFirst;
    early.facts.payments.push(payment("P", "2020-01-01".parse().unwrap(), 12_000, &[]));
    early.facts.payments.push(payment("R", overdue(1), -12_000, &[]));
    assert_eq!(after(&early), (vec![10_000, 5_000], 0));
}

#[test]
fn what_was_taken_back_too_much_is_no_credit_and_is_not_asked_for() {
    let world = paid(&[(6_000, &["1"]), (-2_000, &[])]);
    let decision = world.decision(overdue(60)).unwrap();
    assert_eq!((decision.overdue_total, decision.credits, world.position(overdue(60)).unallocated), (9_000, 0, -2_000));
    assert_eq!(world.position(overdue(60)).unmatched, [("P1".into(), -2_000)]);
}

#[test]
fn credits_cover_exactly_and_one_cent_less() {
    let mut world = World::of(vec![invoice("1", 10_000)]);
    world.facts.payments.push(payment("P", overdue(1), 10_000, &[]));
    assert_eq!(world.reasons(overdue(60)), [Reason::CreditsCover]);
    assert_eq!(world.decision(overdue(60)).unwrap().credits, 10_000);
    world.facts.payments[0].amount.minor = 9_999;
    assert_eq!(world.reasons(overdue(60)), [Reason::BelowMinimum]);
    world.policy.minimum.amount.clear();
    let decision = world.decision(overdue(60)).unwrap();
    assert_eq!((decision.outcome.reasons(), decision.overdue_total, decision.credits), (&[][..], 10_000, 9_999));
}

#[test]
fn a_credit_that_covers_the_oldest_whole_leaves_its_stage_free() {
    let mut world = World::of(vec![invoice("1", 10_000), invoice_due("2", "2026-01-06", 5_000)]);
    world.facts.credits.push(credit("N", overdue(1), 10_000, None));
    // Only the covered one has reached the stage: nothing to say yet.
    assert_eq!(world.reasons(overdue(60)), [Reason::CreditsCover]);
    let decision = world.decision(overdue(61)).unwrap();
    assert_eq!((decision.stage.as_str(), decision.overdue_total, decision.credits), ("first", 15_000, 10_000));
    assert_eq!(world.stages(overdue(61)), [("1".into(), None), ("2".into(), Some("first".into()))]);
    // When the credit goes elsewhere, the older one is noticed at its own first stage.
    world.sweep(overdue(61));
    world.facts.credits[0].invoice = Some("2".into());
    world.facts.credits[0].amount.minor = 5_000;
    assert_eq!(world.stages(overdue(70)), [("1".into(), Some("first".into()))]);
}

#[test]
fn settled_items_are_never_listed() {
    let mut world = two();
    world.facts.payments.push(payment("P", overdue(3), 10_000, &["1"]));
    assert_eq!(world.plan(overdue(60)), []);
    assert_eq!(world.item("1", overdue(60)).settled_on, Some(overdue(3)));
    assert_eq!(world.item("1", overdue(2)).settled_on, None);
}
