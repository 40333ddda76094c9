//! Discounts through the whole path, from payments to what is left and what is granted.

use chrono::NaiveDate;

use super::build::{World, credit, day, notice, offer, overdue, payment, with_terms};
use crate::domain::{
    discount::{Anchor, PartPayments},
    ledger::GrantSource,
    money::Money,
    policy::Allocate,
    reason::Reason,
};

/// What is left, what was granted, and whether it waits for review.
fn result(world: &World, number: &str) -> (i64, i64, bool) {
    let item = world.item(number, day("2026-06-01"));
    (item.residual, item.discount, item.late_discount)
}

fn january(of: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, of).unwrap()
}

/// 1,000.00 of 1 January with terms; payments on days of January.
fn paid(terms: &[&str], payments: &[(u32, i64)]) -> World {
    let mut world = World::of(vec![with_terms("1", 100_000, terms)]);
    for (n, (of, minor)) in payments.iter().enumerate() {
        world.facts.payments.push(payment(&format!("P{n}"), january(*of), *minor, &["1"]));
    }
    world
}

#[test]
fn the_last_day_is_inclusive() {
    for (of, expected) in [(1, (0, 2_000, false)), (11, (0, 2_000, false)), (12, (2_000, 0, true))] {
        assert_eq!(result(&paid(&["2/10"], &[(of, 98_000)]), "1"), expected, "{of}");
    }
    let mut world = paid(&["2/10"], &[(15, 98_000)]);
    world.facts.invoices[0].delivered = Some(january(5));
    assert_eq!(result(&world, "1"), (2_000, 0, true));
    world.policy.terms.anchor = Anchor::Delivered;
    assert_eq!(result(&world, "1"), (0, 2_000, false));
}

#[test]
fn grace_closes_inside_and_leaves_the_discount_open_after() {
    // Business Central: 1,000 with 20 discount and 5 days of grace.
    for (of, expected) in [(16, (0, 2_000, false)), (17, (2_000, 0, true))] {
        let mut world = paid(&["2/10"], &[(of, 98_000)]);
        world.policy.terms.grace_days = 5;
        assert_eq!(result(&world, "1"), expected, "{of}");
    }
}

#[test]
fn the_best_tier_in_time_and_never_the_sum() {
    let table = [
        (8, 97_000, (0, 3_000, false)),
        (9, 97_000, (3_000, 0, true)),
        (9, 98_000, (0, 2_000, false)),
        (15, 98_000, (0, 2_000, false)),
        (16, 98_000, (2_000, 0, true)),
        (8, 95_000, (5_000, 0, false)),
        (8, 98_000, (0, 2_000, false)),
        (8, 100_000, (0, 0, false)),
    ];
    for (of, minor, expected) in table {
        assert_eq!(result(&paid(&["3/7", "2/14"], &[(of, minor)]), "1"), expected, "{of} {minor}");
        assert_eq!(result(&paid(&["2/14", "3/7"], &[(of, minor)]), "1"), expected, "{of} {minor}");
    }
}

#[test]
fn part_payments_earn_what_the_policy_says() {
    use PartPayments::{FinalOnly, None, Proportional};
    type Paid<'a> = &'a [(u32, i64)];
    let table: [(PartPayments, Paid, (i64, i64, bool)); 10] = [
        // Two parts earn nothing, but a person looks before anybody asks for the discount.
        (None, &[(3, 48_500), (5, 49_500)], (2_000, 0, true)),
        (None, &[(3, 48_500), (5, 49_499)], (2_001, 0, false)),
        (FinalOnly, &[(3, 48_500), (5, 49_500)], (0, 2_000, false)),
        (FinalOnly, &[(3, 48_500), (12, 49_500)], (2_000, 0, true)),
        // D365: 485.00 at 2 % earns 9.90 and leaves 505.10.
        (Proportional, &[(3, 48_500)], (50_510, 990, false)),
        (Proportional, &[(3, 48_500), (5, 49_500)], (0, 2_000, false)),
        (Proportional, &[(3, 48_500), (12, 49_500)], (1_010, 990, false)),
        (FinalOnly, &[(3, 48_500)], (51_500, 0, false)),
        // A payment that was taken back in part is still a payment.
        (None, &[(3, 50_000), (4, -10_000), (5, 58_000)], (2_000, 0, true)),
        (None, &[(3, 50_000), (4, -50_000), (5, 98_000)], (0, 2_000, false)),
    ];
    for (rule, payments, expected) in table {
        let mut world = paid(&["2/10"], payments);
        world.policy.terms.part_payments = rule;
        assert_eq!(result(&world, "1"), expected, "{rule:?} {payments:?}");
    }
}

#[test]
fn a_reversal_takes_the_discount_along() {
    let reversed = paid(&["2/10"], &[(5, 98_000), (8, -98_000)]);
    assert_eq!(result(&reversed, "1"), (100_000, 0, false));
    assert_eq!(result(&paid(&["2/10"], &[(5, 98_000), (8, -98_000), (9, 98_000)]), "1"), (0, 2_000, false));
    assert_eq!(result(&paid(&["2/10"], &[(5, 98_000), (8, -98_000), (15, 98_000)]), "1"), (2_000, 0, true));
    assert_eq!(reversed.reasons(day("2026-05-01")), []);
}

#[test]
fn a_reversal_without_a_name_takes_the_discounts_along() {
    let back = |world: &mut World, received, minor| {
        world.facts.payments.push(payment("R", received, minor, &[]));
    };
    let mut world = paid(&["2/10"], &[(5, 98_000)]);
    back(&mut world, january(8), -98_000);
    assert_eq!(result(&world, "1"), (100_000, 0, false));
    // The offer is not met any more, whichever of its invoices the discount was granted on.
    let parts: &[(&str, i64, &[&str])] = &[("2026-03-10", 70_000, &["2"]), ("2026-03-12", 28_000, &["1"])];
    let whole: &[(&str, i64, &[&str])] = &[("2026-03-10", 98_000, &[])];
    let table = [(parts, -70_000, [2_000, 70_000]), (parts, -28_000, [30_000, 0]), (whole, -98_000, [30_000, 70_000])];
    for (payments, minor, residuals) in table {
        let mut world = offered(payments);
        back(&mut world, day("2026-03-15"), minor);
        assert_eq!(["1", "2"].map(|number| result(&world, number).0), residuals, "{payments:?} {minor}");
        assert_eq!(["1", "2"].map(|number| result(&world, number).1), [0, 0], "{payments:?} {minor}");
    }
}

#[test]
fn a_part_payment_that_stays_keeps_what_it_earned_by_itself() {
    for names in [&["1"][..], &[]] {
        for (minor, expected) in [(-48_500, (50_255, 995, false)), (-48_750, (50_510, 990, false))] {
            let mut world = paid(&["2/10"], &[(3, 48_500), (5, 48_750)]);
            world.policy.terms.part_payments = PartPayments::Proportional;
            world.facts.payments.push(payment("R", january(7), minor, names));
            // 487.50 at 2 % earns 9.95 and leaves 502.55.
            assert_eq!(result(&world, "1"), expected, "{minor} {names:?}");
        }
    }
}

#[test]
fn credits_reduce_what_the_discount_is_of() {
    let mut world = paid(&["2/10"], &[(5, 88_200)]);
    world.facts.credits.push(credit("N", january(3), 10_000, Some("1")));
    assert_eq!(result(&world, "1"), (0, 1_800, false));
    world.facts.payments[0].received = january(12);
    assert_eq!(result(&world, "1"), (1_800, 0, true));
}

#[test]
fn the_tax_share_falls_along() {
    // ERPNext: 200 + 18 % = 236.00, 10 % off: 212.40, of which 20.00 and 3.60 tax.
    let mut world = paid(&["10/10"], &[(5, 21_240)]);
    world.facts.invoices[0].amount.minor = 23_600;
    world.facts.invoices[0].tax = Some(3_600);
    let item = world.item("1", january(31));
    assert_eq!((item.residual, item.grants[0].amount, item.grants[0].tax), (0, 2_360, 360));
    assert_eq!((item.grants[0].on, &item.grants[0].source), (january(5), &GrantSource::Terms("10/10".into())));
}

/// Two invoices of 1,000.00 with 2/10, and one payment that names both.
fn both(of: u32, minor: i64) -> World {
    let mut world = World::of(vec![with_terms("1", 100_000, &["2/10"]), with_terms("2", 100_000, &["2/10"])]);
    world.facts.payments.push(payment("P", january(of), minor, &["1", "2"]));
    world
}

#[test]
fn one_payment_may_take_the_discounts_of_several_invoices() {
    for number in ["1", "2"] {
        assert_eq!(result(&both(11, 196_000), number), (0, 2_000, false));
        assert_eq!(result(&both(12, 196_000), number), (2_000, 0, true));
        assert_eq!(result(&both(11, 200_000), number), (0, 0, false));
    }
    assert_eq!(result(&both(11, 195_999), "2"), (4_001, 0, false));
    let mut mixed = both(12, 198_000);
    mixed.facts.invoices[0].issued = january(2);
    assert_eq!((result(&mixed, "1"), result(&mixed, "2")), ((0, 2_000, false), (0, 0, false)));
}

#[test]
fn a_late_discount_is_never_noticed() {
    let world = paid(&["2/10"], &[(20, 98_000)]);
    for days in [60, 90, 400] {
        let due = world.facts.invoices[0].due;
        assert_eq!(world.reasons(due + chrono::Days::new(days)), [Reason::DiscountLate]);
    }
}

/// Two invoices (300.00 with 19 %, 700.00 without tax) under an offer of 20.00 until 20 March 2026.
fn offered(payments: &[(&str, i64, &[&str])]) -> World {
    let mut world = World::of(vec![super::build::invoice("1", 30_000), super::build::invoice("2", 70_000)]);
    world.facts.invoices[0].tax = Some(4_790);
    let stages = [("1", "first", 60), ("2", "first", 60)];
    let mut earlier = notice(7, overdue(60), &stages);
    earlier.offer = Some(offer(98_000, 2_000, day("2026-03-20"), &["1", "2"]));
    world.facts.notices.push(earlier);
    for (n, (received, minor, invoices)) in payments.iter().enumerate() {
        world.facts.payments.push(payment(&format!("P{n}"), day(received), *minor, invoices));
    }
    world
}

#[test]
fn an_offer_is_met_up_to_its_last_day() {
    let both: &[&str] = &["1", "2"];
    for names in [both, &[]] {
        for received in ["2026-03-06", "2026-03-20"] {
            let world = offered(&[(received, 98_000, names)]);
            assert_eq!((result(&world, "1"), result(&world, "2")), ((0, 0, false), (0, 2_000, false)));
            let item = world.item("2", day("2026-06-01"));
            assert_eq!(item.grants[0].source, GrantSource::Offer(7));
            assert_eq!(world.position(day("2026-06-01")).unallocated, 0);
            assert_eq!(world.plan(overdue(90)), []);
        }
        for received in ["2026-03-21", "2026-03-22"] {
            let world = offered(&[(received, 98_000, names)]);
            assert_eq!(world.reasons(overdue(90)), [Reason::DiscountLate], "{names:?}");
        }
    }
    let early = offered(&[("2026-03-05", 98_000, both)]);
    assert_eq!(result(&early, "2"), (2_000, 0, false), "the offer was not made yet");
}

#[test]
fn an_offer_may_be_met_in_parts_and_carries_tax_shares() {
    let world = offered(&[("2026-03-10", 70_000, &["2"]), ("2026-03-12", 28_000, &["1"])]);
    let grants = world.item("1", day("2026-06-01")).grants;
    // 2 % of 300.00 and 700.00, of whose 47.90 tax 0.96 fall.
    assert_eq!((grants[0].amount, grants[0].tax, grants[0].on), (2_000, 96, day("2026-03-12")));
    let short = offered(&[("2026-03-10", 97_999, &["1", "2"])]);
    assert_eq!(result(&short, "2"), (2_001, 0, false));
    let cent_off = offered(&[("2026-03-10", 97_999, &[])]);
    assert_eq!(cent_off.position(overdue(90)).unallocated, 97_999);
    let mut credited = offered(&[("2026-03-10", 88_000, &["1", "2"])]);
    credited.facts.credits.push(credit("N", day("2026-03-08"), 10_000, Some("2")));
    assert_eq!(result(&credited, "2"), (0, 2_000, false));
}

#[test]
fn the_tax_of_an_offer_is_that_of_all_its_invoices_wherever_the_rest_lies() {
    // 500.00 and 400.00 with 19 %, 100.00 without tax; 2 % of 1,000.00 contain 2.87 of the 143.70.
    type Paid<'a> = &'a [(i64, &'a [&'a str])];
    let all: &[&str] = &["1", "2", "3"];
    let table: [(Paid, [(i64, i64); 3]); 5] = [
        (&[(98_000, all)], [(0, 0), (0, 0), (2_000, 287)]),
        (&[(98_000, &["3", "2", "1"])], [(2_000, 287), (0, 0), (0, 0)]),
        (&[(98_000, &[])], [(0, 0), (0, 0), (2_000, 287)]),
        (&[(49_000, &["1"]), (49_000, &["2", "3"])], [(1_000, 144), (0, 0), (1_000, 143)]),
        (&[(49_000, &["1"]), (39_200, &["2"]), (9_800, &["3"])], [(1_000, 143), (800, 115), (200, 29)]),
    ];
    for (payments, expected) in table {
        let mut world = offered(&[]);
        world.facts.invoices = [("1", 50_000, Some(7_983)), ("2", 40_000, Some(6_387)), ("3", 10_000, None)]
            .map(|(number, minor, tax)| crate::domain::facts::Invoice { tax, ..super::build::invoice(number, minor) })
            .into();
        world.facts.notices[0].offer = Some(offer(98_000, 2_000, day("2026-03-20"), all));
        for (n, (minor, invoices)) in payments.iter().enumerate() {
            world.facts.payments.push(payment(&format!("P{n}"), day("2026-03-10"), *minor, invoices));
        }
        let granted = |number| {
            let grants = world.item(number, day("2026-06-01")).grants;
            (grants.iter().map(|grant| grant.amount).sum::<i64>(), grants.iter().map(|grant| grant.tax).sum::<i64>())
        };
        assert_eq!(["1", "2", "3"].map(granted), expected, "{payments:?}");
    }
}

#[test]
fn an_offer_grants_what_is_open_and_the_earlier_of_two() {
    // 100.00 lie unallocated and 888.00 are paid, 6.00 more than asked: 12.00 are left to grant.
    let mut world = offered(&[("2026-03-10", 88_800, &["1", "2"])]);
    world.facts.credits.push(credit("N", overdue(1), 10_000, None));
    world.facts.notices[0].offer = Some(offer(88_200, 1_800, day("2026-03-20"), &["1", "2"]));
    assert_eq!((result(&world, "1").1, result(&world, "2").1), (0, 1_200));
    let mut twice = offered(&[("2026-03-10", 98_000, &["1", "2"])]);
    let mut earlier = twice.facts.notices[0].clone();
    (earlier.id, earlier.as_of) = (9, overdue(59));
    twice.facts.notices.push(earlier);
    assert_eq!(twice.item("2", day("2026-06-01")).grants[0].source, GrantSource::Offer(9));
    assert_eq!(result(&twice, "2"), (0, 2_000, false));
}

#[test]
fn an_offer_over_what_credits_left_is_met_by_the_rest() {
    // 100.00 lay unallocated when the offer was made: 882.00 of 900.00.
    for received in ["2026-03-20", "2026-03-21"] {
        let mut world = offered(&[(received, 88_200, &[])]);
        world.facts.credits.push(credit("N", overdue(1), 10_000, None));
        world.facts.notices[0].offer = Some(offer(88_200, 1_800, day("2026-03-20"), &["1", "2"]));
        if received == "2026-03-20" {
            assert_eq!(result(&world, "1").1 + result(&world, "2").1, 1_800);
            assert_eq!(world.reasons(overdue(90)), [Reason::CreditsCover]);
        } else {
            assert_eq!(world.reasons(overdue(90)), [Reason::DiscountLate]);
        }
    }
}

#[test]
fn amounts_without_decimals_and_odd_cents_are_rounded_once() {
    let mut yen = paid(&["2/10"], &[(5, 1_209)]);
    yen.facts.invoices[0].amount = Money::new(1_234, super::build::currency("JPY"));
    yen.facts.payments[0].amount = Money::new(1_209, super::build::currency("JPY"));
    let positions = crate::domain::ledger::positions(&yen.facts, &yen.policy, january(31));
    let item = positions.values().next().and_then(|position| position.item("1")).unwrap();
    assert_eq!((item.residual, item.discount), (0, 25));
    // Odoo: 1725.05 at 10 % is 1552.55, the half cent up.
    let mut odd = paid(&["10/10"], &[(5, 155_255)]);
    odd.facts.invoices[0].amount.minor = 172_505;
    assert_eq!(result(&odd, "1"), (0, 17_250, false));
}

#[test]
fn money_booked_oldest_first_earns_the_discount_too() {
    let mut world = paid(&["2/10"], &[(5, 98_000)]);
    world.facts.payments[0].invoices.clear();
    assert_eq!(world.position(january(31)).unallocated, 98_000);
    world.policy.allocate = Allocate::OldestFirst;
    assert_eq!(result(&world, "1"), (0, 2_000, false));
}

#[test]
fn nobody_is_asked_for_a_discount_that_unmatched_money_would_earn() {
    use PartPayments::{FinalOnly, None, Proportional};
    let (held, asked) = (&[Reason::CreditsCover][..], &[][..]);
    // 1,000.00 with 2/10 until 11 January and 500.00 without terms; nothing names an invoice.
    type Paid<'a> = &'a [(u32, i64)];
    let table: [(PartPayments, Paid, i64, &[Reason]); 12] = [
        (None, &[(11, 148_000)], 0, held),
        (None, &[(11, 149_000)], 0, held),
        (None, &[(11, 147_999)], 0, asked),
        (None, &[(12, 148_000)], 0, asked),
        (None, &[], 148_000, asked),
        (None, &[(5, 98_000), (20, 50_000)], 0, held),
        (None, &[(5, 98_000)], 50_000, held),
        (None, &[(12, 98_000), (20, 50_000)], 0, asked),
        (FinalOnly, &[(5, 98_000), (20, 50_000)], 0, held),
        (Proportional, &[(5, 98_000), (20, 50_000)], 0, held),
        // 490.00 in time earn 10.00, and no more.
        (Proportional, &[(5, 49_000), (20, 100_000)], 0, held),
        (Proportional, &[(5, 49_000), (20, 99_000)], 0, asked),
    ];
    for (rule, payments, credited, expected) in table {
        let mut world = paid(&["2/10"], payments);
        world.policy.terms.part_payments = rule;
        world.policy.minimum.amount.clear();
        world.facts.payments.iter_mut().for_each(|payment| payment.invoices.clear());
        world.facts.invoices.push(with_terms("2", 50_000, &[]));
        if credited > 0 {
            world.facts.credits.push(credit("N", january(3), credited, Option::None));
        }
        assert_eq!(world.reasons(day("2026-05-01")), expected, "{rule:?} {payments:?} {credited}");
    }
    // The grace counts, and so does money that is left of a payment that names another invoice.
    let mut world = paid(&["2/10"], &[(12, 98_000)]);
    world.facts.payments[0].invoices = vec!["7".into()];
    world.policy.terms.grace_days = 1;
    assert_eq!(world.reasons(day("2026-05-01")), held);
    // A reversal takes it away.
    world.facts.payments.push(payment("R", january(20), -98_000, &[]));
    assert_eq!(world.reasons(day("2026-05-01")), asked);
}

#[test]
fn an_enormous_stated_base_is_refused_or_harmless() {
    let huge = ["2/10@79228162514264337593543950335", "2/10@100000000000000000000"];
    for text in huge {
        assert!(text.parse::<crate::domain::discount::Tier>().is_err(), "{text}");
    }
    assert_eq!(result(&paid(&["2/10@999999999999.99"], &[(5, 1)]), "1").0, 0);
}
