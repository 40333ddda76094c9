//! Which stage an item stands at: edge days, climbing, policies that changed.

use chrono::NaiveDate;

use super::build::{World, currency, day, invoice, invoice_due, noticed, overdue};
use crate::domain::{
    money::Money,
    plan::Outcome,
    policy::{Climb, LetterKind, Stage},
};

fn one() -> World {
    World::of(vec![invoice("1", 10_000)])
}

fn staged(number: &str, stage: &str) -> (String, Option<String>) {
    (number.into(), Some(stage.into()))
}

#[test]
fn sixty_and_ninety_days_are_the_first_days() {
    let mut world = one();
    for days in [0, 1, 59] {
        assert_eq!(world.plan(overdue(days)), [], "{days}");
    }
    for days in [60, 61, 89, 90, 91, 400] {
        assert_eq!(world.stages(overdue(days)), [staged("1", "first")], "{days}");
    }
    world.sweep(overdue(60));
    for days in [60, 61, 89] {
        assert_eq!(world.plan(overdue(days)), [], "{days}");
    }
    for days in [90, 91, 400] {
        assert_eq!(world.stages(overdue(days)), [staged("1", "second")], "{days}");
    }
    world.sweep(overdue(90));
    assert_eq!(world.plan(overdue(1_000)), []);
}

#[test]
fn due_today_is_not_overdue() {
    let mut world = World::of(vec![invoice("1", 10_000), invoice_due("2", "2026-03-06", 5_000)]);
    let listed = |world: &World, date| world.stages(date).into_iter().map(|(number, _)| number).collect::<Vec<_>>();
    assert_eq!(listed(&world, day("2026-03-06")), ["1"]);
    assert_eq!(world.stages(day("2026-03-07")), [staged("1", "first"), ("2".into(), None)]);
    world.policy.stages[0].days = 1;
    world.facts.invoices.remove(0);
    assert_eq!(world.plan(day("2026-03-06")), []);
    assert_eq!(world.stages(day("2026-03-07")), [staged("2", "first")]);
}

#[test]
fn days_are_civil_days() {
    // Due, the last day before the first stage; month ends, leap days, both clock changes of Berlin.
    let table = [
        ("2026-01-31", "2026-03-31"),
        ("2024-01-01", "2024-02-29"),
        ("2024-02-29", "2024-04-28"),
        ("2023-12-31", "2024-02-28"),
        ("2028-01-01", "2028-02-29"),
        ("2025-12-31", "2026-02-28"),
        ("2026-03-28", "2026-05-26"),
        ("2026-01-28", "2026-03-28"),
        ("2026-01-29", "2026-03-29"),
        ("2026-10-24", "2026-12-22"),
        ("2026-08-26", "2026-10-24"),
        ("2026-08-27", "2026-10-25"),
    ];
    for (due, last_quiet) in table {
        let world = World::of(vec![invoice_due("1", due, 10_000)]);
        let last_quiet: NaiveDate = day(last_quiet);
        assert_eq!(world.plan(last_quiet), [], "{due}");
        let decision = world.decision(last_quiet.succ_opt().unwrap()).expect(due);
        assert_eq!((decision.stage.as_str(), decision.items[0].days_overdue), ("first", 60), "{due}");
    }
}

#[test]
fn climbing_one_at_a_time_or_to_the_latest() {
    for (climb, expected) in [(Climb::OneAtATime, ["first", "second"]), (Climb::Latest, ["second", ""])] {
        let mut world = one();
        world.policy.climb = climb;
        for (at, stage) in [200, 300].into_iter().zip(expected) {
            let decisions = world.sweep(overdue(at));
            let found: Vec<&str> = decisions.iter().map(|decision| decision.stage.as_str()).collect();
            assert_eq!(found.concat(), stage, "{climb:?} at {at}");
        }
    }
}

#[test]
fn never_two_stages_at_once() {
    let mut world = one();
    world.policy.hold.min_gap_days = 0;
    for expected in [1, 0, 0] {
        let decisions = world.sweep(overdue(120));
        let notices = decisions.iter().filter(|d| matches!(d.outcome, Outcome::Notice { .. })).count();
        assert_eq!(notices, expected);
    }
    assert_eq!(world.stages(overdue(121)), [staged("1", "second")]);
}

#[test]
fn each_item_goes_at_its_own_stage_and_the_oldest_gives_the_letter() {
    let mut world = World::of(vec![
        invoice("old", 10_000),
        invoice_due("mid", "2026-02-04", 20_000),
        invoice_due("new", "2026-04-01", 30_000),
    ]);
    world.sweep(overdue(60));
    let decision = world.decision(overdue(90)).unwrap();
    assert_eq!((decision.stage.as_str(), decision.overdue_total), ("second", 60_000));
    assert_eq!(world.stages(overdue(90)), [staged("old", "second"), staged("mid", "first"), ("new".into(), None)]);
    // The oldest that qualifies: `old` has been noticed at both stages, `mid` has not.
    world.sweep(overdue(90));
    assert_eq!(world.decision(overdue(120)).unwrap().stage, "second");
    assert_eq!(world.stages(overdue(120))[0], ("old".into(), None));
}

#[test]
fn a_stage_that_was_renamed_counts_by_its_days() {
    let mut world = one();
    world.sweep(overdue(60));
    world.policy.stages[0].name = "reminder".into();
    assert_eq!(world.plan(overdue(89)), []);
    assert_eq!(world.stages(overdue(90)), [staged("1", "second")]);
    // A stage that lies before what was noticed is passed; one put in between still comes.
    world.policy.stages.insert(0, Stage { name: "early".into(), days: 30, letter: LetterKind::First });
    assert_eq!(world.plan(overdue(89)), []);
    world.policy.stages.insert(2, Stage { name: "middle".into(), days: 75, letter: LetterKind::First });
    assert_eq!(world.stages(overdue(75)), [staged("1", "middle")]);
}

#[test]
fn a_stage_that_kept_its_name_counts_whatever_its_days() {
    let mut world = one();
    world.sweep(overdue(60));
    world.policy.stages[0].days = 70;
    assert_eq!(world.plan(overdue(80)), []);
    world.policy.stages.remove(1);
    assert_eq!(world.plan(overdue(400)), []);
    world.policy.stages.clear();
    assert_eq!(world.plan(overdue(400)), []);
}

#[test]
fn currencies_are_decided_apart() {
    let mut world = World::of(vec![invoice("1", 10_000), invoice("2", 20_000)]);
    world.facts.invoices[1].amount = Money::new(20_000, currency("USD"));
    world.facts.payments.push(super::build::payment("P", overdue(5), 20_000, &["2"]));
    let decisions = world.plan(overdue(60));
    // The payment in euros names an invoice in dollars: it stays unallocated, among the euros.
    assert_eq!(decisions.len(), 2);
    assert_eq!((decisions[0].currency.code(), decisions[0].credits), ("EUR", 10_000));
    assert_eq!((decisions[1].currency.code(), decisions[1].overdue_total, decisions[1].credits), ("USD", 20_000, 0));
    world.facts.payments.clear();
    let notices = world.sweep(overdue(60));
    assert_eq!(notices.len(), 2);
    let offers = notices.iter().filter(|d| matches!(&d.outcome, Outcome::Notice { offer: Some(_) })).count();
    assert_eq!(offers, 1, "one offer to an account, not one in each currency");
    assert_eq!(world.plan(overdue(60)), []);
}

#[test]
fn a_notice_in_the_other_currency_keeps_the_gap_but_not_the_day() {
    let mut world = World::of(vec![invoice("1", 10_000), invoice("2", 20_000)]);
    world.facts.invoices[1].amount = Money::new(20_000, currency("USD"));
    let euros = world.plan(overdue(60)).remove(0);
    world.facts.notices.push(noticed(1, overdue(60), &euros, &world.policy));
    assert!(matches!(world.decision(overdue(60)).unwrap().outcome, Outcome::Notice { .. }));
    assert_eq!(world.reasons(overdue(61)), [crate::domain::reason::Reason::RecentNotice]);
}
