//! Promises, instalments, terms, and the amounts that cases hold: edge days and amounts.

use chrono::{Days, NaiveDate};

use super::build::{World, case, credit, day, eur, event, invoice, overdue, payment};
use crate::domain::{
    case::{CaseOutcome, CaseStatus, Concern},
    facts::EventKind,
    instalments::{Part, Plan, Progress, refused},
    plan::Outcome,
    promise::{Promise, Word, promises},
    reason::Reason,
    term::{Term, TermKind},
};

/// One invoice of 100.00 that is due on the usual day.
fn one() -> World {
    World::of(vec![invoice("1", 10_000)])
}

fn promise(amount: Option<i64>) -> Promise {
    Promise {
        source: "promise 1".into(),
        invoice: Some("1".into()),
        amount: amount.map(eur),
        made: overdue(60),
        until: overdue(70),
        ended: None,
    }
}

/// The word on each day, with a tolerance of three days: the last one is 73 days overdue.
fn words(world: &World, promise: &Promise) -> Vec<&'static str> {
    let word = |days| promise.word(&world.facts, &world.policy, overdue(days)).code();
    [60, 73, 74].map(word).to_vec()
}

#[test]
fn a_promise_is_kept_in_part_or_broken_by_its_last_day() {
    let paid = |days: u64, minor: i64, invoices: &[&str]| {
        let mut world = one();
        world.facts.payments.push(payment("P", overdue(days), minor, invoices));
        world
    };
    let (whole, half) = (promise(None), promise(Some(5_000)));
    let table: [(World, &Promise, [&str; 3]); 9] = [
        (one(), &whole, ["waiting", "waiting", "broken"]),
        (paid(73, 10_000, &["1"]), &whole, ["waiting", "kept", "kept"]),
        (paid(74, 10_000, &["1"]), &whole, ["waiting", "waiting", "broken"]),
        (paid(70, 9_999, &["1"]), &whole, ["waiting", "waiting", "part_kept"]),
        (paid(70, 5_000, &["1"]), &half, ["waiting", "kept", "kept"]),
        (paid(70, 4_999, &["1"]), &half, ["waiting", "waiting", "part_kept"]),
        // Money of before does not keep it, money without a name may.
        (paid(59, 5_000, &["1"]), &half, ["waiting", "waiting", "broken"]),
        (paid(70, 5_000, &[]), &half, ["waiting", "kept", "kept"]),
        (paid(70, 5_000, &["2"]), &half, ["waiting", "waiting", "broken"]),
    ];
    for (place, (world, promise, expected)) in table.iter().enumerate() {
        assert_eq!(words(world, promise), expected, "row {place}");
    }
    let ended = Promise { ended: Some(overdue(65)), ..promise(None) };
    assert_eq!(words(&one(), &ended), ["waiting", "ended", "ended"]);
    assert_eq!(ended.word(&one().facts, &one().policy, overdue(64)), Word::Waiting);
}

#[test]
fn promises_hold_whoever_took_them_down() {
    let mut world = one();
    world.facts.promises.push(promise(Some(1)));
    let mut told = one();
    told.facts.events.push(event("E", overdue(60), EventKind::Promise, Some("1")));
    told.facts.events[0].until = Some(overdue(70));
    for mut world in [world, told] {
        let reasons = |days| world.reasons(overdue(days));
        assert_eq!((reasons(60), reasons(73)), (vec![Reason::Promise], vec![Reason::Promise]));
        assert_eq!(reasons(74), []);
        assert_eq!(promises(&world.facts, overdue(59)), []);
        world.facts.promises.iter_mut().for_each(|promise| promise.ended = Some(overdue(66)));
        if !world.facts.promises.is_empty() {
            assert_eq!((world.reasons(overdue(65)), world.reasons(overdue(66))), (vec![Reason::Promise], vec![]));
        }
    }
}

/// 40.00 at 70 days overdue and 60.00 at 100, agreed at 60.
fn plan() -> Plan {
    Plan {
        id: 1,
        case: None,
        invoices: vec!["1".into()],
        currency: eur(0).currency,
        parts: vec![(overdue(70), 4_000), (overdue(100), 6_000)],
        agreed: overdue(60),
        ended: None,
    }
}

#[test]
fn instalments_stand_in_place_of_the_due_day_while_they_come_in() {
    let mut world = one();
    world.facts.plans.push(plan());
    let reasons = |world: &World, days| world.reasons(overdue(days));
    assert_eq!(reasons(&world, 60), [Reason::Instalments]);
    assert_eq!(reasons(&world, 73), [Reason::Instalments]);
    assert_eq!(reasons(&world, 74), [], "the first part did not come");
    assert_eq!(
        plan().progress(&world.facts, 3, overdue(74)),
        Progress::Broken { since: overdue(73), missing: eur(4_000) }
    );
    world.facts.payments.push(payment("P1", overdue(73), 4_000, &["1"]));
    assert_eq!(reasons(&world, 74), [Reason::Instalments]);
    assert_eq!(
        plan().progress(&world.facts, 3, overdue(74)),
        Progress::Kept { next: Some((overdue(100), eur(6_000))) }
    );
    assert_eq!(reasons(&world, 104), [], "the second did not");
    world.facts.payments.push(payment("P2", overdue(80), 6_000, &["1"]));
    assert_eq!(plan().progress(&world.facts, 3, overdue(104)), Progress::Kept { next: None });
    world.facts.plans[0].ended = Some(overdue(65));
    world.facts.payments.clear();
    assert_eq!((reasons(&world, 64), reasons(&world, 65)), (vec![Reason::Instalments], vec![]));
}

#[test]
fn each_instalment_is_kept_late_missed_or_waited_for() {
    let mut world = one();
    let parts = |world: &World, days| -> Vec<Part> {
        plan().parts(&world.facts, 3, overdue(days)).into_iter().map(|(.., part)| part).collect()
    };
    assert_eq!(parts(&world, 73), [Part::Waiting, Part::Waiting]);
    assert_eq!(parts(&world, 74), [Part::Missed, Part::Waiting]);
    world.facts.payments.push(payment("P1", overdue(80), 4_000, &["1"]));
    assert_eq!(parts(&world, 80), [Part::Late, Part::Waiting]);
    assert_eq!(parts(&world, 104), [Part::Late, Part::Missed]);
    world.facts.payments[0].received = overdue(73);
    assert_eq!(parts(&world, 74), [Part::Kept, Part::Waiting]);
}

/// Days and minor units.
type Parts = &'static [(&'static str, i64)];

#[test]
fn instalments_are_ahead_in_sight_and_come_to_what_is_open() {
    let today = day("2026-11-22");
    let table: [(Parts, Option<&str>); 8] = [
        (&[("2026-11-22", 4_000), ("2028-11-22", 6_000)], None),
        (&[("2026-11-21", 4_000), ("2026-12-01", 6_000)], Some("2026-11-21 lies in the past")),
        (&[("2026-12-01", 4_000), ("2028-11-23", 6_000)], Some("2028-11-23 lies more than 24 months ahead")),
        (&[("2026-12-01", 4_000), ("2026-12-01", 6_000)], Some("two instalments are on 2026-12-01")),
        (&[("2026-12-01", 4_000)], Some("come to 40.00 EUR, but 100.00 are open")),
        (&[("2026-12-01", 10_001)], Some("come to 100.01 EUR")),
        (&[("2026-12-01", i64::MAX), ("2026-12-02", i64::MAX)], Some("but 100.00 are open")),
        (&[], Some("come to 0.00 EUR")),
    ];
    for (parts, expected) in table {
        let parts: Vec<(NaiveDate, i64)> = parts.iter().map(|(on, minor)| (day(on), *minor)).collect();
        let why = refused(&parts, eur(10_000), today);
        assert_eq!(why.is_some(), expected.is_some(), "{parts:?} {why:?}");
        assert!(why.unwrap_or_default().contains(expected.unwrap_or_default()), "{parts:?}");
    }
}

#[test]
fn settling_in_and_a_transition_spare_what_they_are_for() {
    let term = |kind, from: NaiveDate, until: NaiveDate| Term {
        id: 1,
        kind,
        from,
        until: Some(until),
        note: "agreed".into(),
        author: "ann".into(),
        ended: None,
    };
    let held = |term: Term, days: u64| {
        let mut world = one();
        world.facts.terms.push(term);
        world.reasons(overdue(days)) == [Reason::SettlingIn]
    };
    let settling = || term(TermKind::SettlingIn, overdue(60), overdue(70));
    assert_eq!([60, 70, 71].map(|days| held(settling(), days)), [true, true, false]);
    // The old arrangement holds for what was invoiced under it.
    let issued = day("2025-12-06");
    let transition = |until| term(TermKind::Transition, overdue(1) - Days::new(400), until);
    assert!(held(transition(overdue(60)), 60));
    assert!(!held(transition(issued - Days::new(1)), 60));
    for kind in [TermKind::Request, TermKind::Authorised] {
        assert!(!held(term(kind, overdue(60), overdue(70)), 60));
    }
}

/// What a notice asks for on a day; nothing when there is none.
fn asked(world: &World, days: u64) -> Option<i64> {
    let decision = world.plan(overdue(days)).into_iter().find(|d| matches!(d.outcome, Outcome::Notice { .. }))?;
    Some(decision.overdue_total)
}

#[test]
fn a_case_holds_the_whole_account_an_invoice_or_an_amount() {
    let mut world = one();
    world.facts.invoices.push(invoice("2", 7_000));
    let with = |concerns: &[(&str, Option<i64>)], status| {
        let mut world = world.clone();
        let mut open = case(1, status, overdue(60), &[], &[]);
        let concern =
            |(invoice, amount): &(&str, Option<i64>)| Concern { invoice: (*invoice).into(), amount: amount.map(eur) };
        open.concerns = concerns.iter().map(concern).collect();
        world.facts.cases.push(open);
        asked(&world, 60)
    };
    for status in CaseStatus::ALL.into_iter().filter(|status| !status.is_over()) {
        assert_eq!(with(&[], status), None, "{status}");
        assert_eq!(with(&[("1", None)], status), Some(7_000), "{status}");
        assert_eq!(with(&[("1", Some(4_000))], status), Some(13_000), "{status}");
    }
    for status in [CaseStatus::Closed, CaseStatus::Dismissed] {
        assert_eq!(with(&[], status), Some(17_000), "{status}");
    }
}

#[test]
fn an_agreed_credit_is_not_asked_for_before_the_books_have_it_nor_twice_after() {
    let mut world = one();
    let mut closed = case(1, CaseStatus::Closed, overdue(40), &["1"], &[]);
    closed.outcome = Some((CaseOutcome::OurFault, overdue(50)));
    closed.credits = vec![("1".into(), eur(2_500))];
    world.facts.cases.push(closed);
    assert_eq!(asked(&world, 60), Some(7_500));
    world.facts.credits.push(credit("N", overdue(55), 1_000, Some("1")));
    assert_eq!(asked(&world, 60), Some(7_500), "1,000 are booked, 1,500 are not yet");
    world.facts.credits[0].amount.minor = 2_500;
    assert_eq!(asked(&world, 60), Some(7_500));
    world.facts.cases[0].outcome = Some((CaseOutcome::WriteOff, overdue(50)));
    assert_eq!(asked(&world, 60), None, "what is to be written off is left alone");
}
