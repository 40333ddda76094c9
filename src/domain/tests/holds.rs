//! What holds a notice: every reason alone, its edge days, and the order of reasons.

use chrono::NaiveDate;

use super::build::{World, case, credit, day, eur, event, hold, invoice, invoice_due, notice, overdue, payment};
use crate::domain::{
    account_facts::Hold,
    calendar::HolidayRule,
    case::CaseStatus,
    facts::EventKind::{self, ContactChange, InstalmentRequest, PriceChange, Promise},
    plan::Outcome,
    reason::Reason,
};

fn one() -> World {
    World::of(vec![invoice("1", 10_000)])
}

/// With the change, exactly `reason` holds the invoice at 60 days.
fn only(reason: Reason, change: impl FnOnce(&mut World)) {
    let mut world = one();
    change(&mut world);
    assert_eq!(world.reasons(overdue(60)), [reason]);
}

/// `reason` alone holds on the days from `first` to `last`, and neither the day before nor after.
fn edges(world: &World, reason: Reason, first: NaiveDate, last: NaiveDate) {
    for date in [first, last] {
        assert_eq!(world.reasons(date), [reason], "{date}");
    }
    for date in [first.pred_opt().unwrap(), last.succ_opt().unwrap()] {
        assert_eq!(world.reasons(date), [], "{reason} {date}");
    }
}

fn with_event(kind: EventKind, date: NaiveDate, until: Option<NaiveDate>, invoice: Option<&str>) -> World {
    let mut world = one();
    world.facts.events.push(event("E", date, kind, invoice));
    world.facts.events[0].until = until;
    world
}

#[test]
fn reasons_of_the_account_stand_alone() {
    only(Reason::CompanyPaused, |w| w.policy.paused = true);
    only(Reason::AccountHold, |w| w.facts.holds.push(hold(overdue(60), None)));
    only(Reason::Autopay, |w| w.facts.account.autopay = true);
    only(Reason::NoContact, |w| w.facts.account.emails.clear());
    only(Reason::NoContact, |w| w.facts.refused_addresses = w.facts.account.emails.iter().cloned().collect());
    only(Reason::LedgerStale, |w| w.seen = Some("2020-01-01T00:00:00Z".parse().unwrap()));
    only(Reason::BelowMinimum, |w| w.facts.invoices[0].amount.minor = 999);
}

#[test]
fn reasons_of_the_item_stand_alone() {
    let on = |number: &str| Hold { invoice: Some(number.into()), ..hold(overdue(1), None) };
    only(Reason::Disputed, |w| w.facts.holds.push(on("1")));
    only(Reason::Disputed, |w| w.facts.holds.push(Hold { amount: Some(eur(10_000)), ..on("1") }));
    only(Reason::OpenCase, |w| w.facts.cases.push(case(1, CaseStatus::Open, overdue(60), &["1"], &[])));
    only(Reason::OpenCase, |w| w.facts.cases.push(case(1, CaseStatus::Suspected, overdue(60), &["1"], &[])));
    only(Reason::BeforeCutover, |w| w.policy.hold.cutover = Some(day("2026-01-06")));
    only(Reason::CreditsCover, |w| w.facts.credits.push(credit("N", overdue(1), 10_000, None)));
    only(Reason::DocumentMissing, |w| {
        w.facts.invoices[0].document = Some("1.pdf".into());
        w.facts.missing_documents.insert("1.pdf".into());
    });
    only(Reason::DiscountLate, |w| {
        w.facts.invoices[0].terms = vec!["20/10".parse().unwrap()];
        w.facts.payments.push(payment("P", overdue(1), 8_000, &["1"]));
    });
}

#[test]
fn what_lies_next_to_a_reason_does_not_hold() {
    let free = |change: fn(&mut World)| {
        let mut world = one();
        change(&mut world);
        assert_eq!(world.reasons(overdue(60)), []);
    };
    free(|w| w.policy.hold.cutover = Some(day("2026-01-05")));
    free(|w| w.facts.cases.push(case(1, CaseStatus::Dismissed, overdue(60), &["1"], &[])));
    free(|w| w.facts.cases.push(case(1, CaseStatus::Open, overdue(61), &["1"], &[])));
    free(|w| w.facts.cases.push(case(1, CaseStatus::Open, overdue(60), &["2"], &[])));
    free(|w| w.facts.invoices[0].document = Some("1.pdf".into()));
    free(|w| w.facts.invoices[0].amount.minor = 1_000);
    free(|w| {
        w.facts.account.emails.push("second@customer.example".into());
        w.facts.refused_addresses.insert("ar@customer.example".into());
    });
}

#[test]
fn a_hold_has_a_first_and_a_last_day() {
    let mut world = one();
    world.facts.holds.push(hold(overdue(63), Some(overdue(66))));
    edges(&world, Reason::AccountHold, overdue(63), overdue(66));
    world.facts.holds[0].ended = Some(overdue(65));
    edges(&world, Reason::AccountHold, overdue(63), overdue(64));
    world.facts.holds[0].invoice = Some("1".into());
    edges(&world, Reason::Disputed, overdue(63), overdue(64));
}

#[test]
fn a_promise_waits_for_its_tolerance() {
    for invoice in [None, Some("1")] {
        let world = with_event(Promise, overdue(62), Some(overdue(70)), invoice);
        edges(&world, Reason::Promise, overdue(62), overdue(73));
        let world = with_event(Promise, overdue(62), None, invoice);
        edges(&world, Reason::Promise, overdue(62), overdue(65));
    }
    let other = with_event(Promise, overdue(62), Some(overdue(70)), Some("2"));
    assert_eq!(other.reasons(overdue(65)), []);
}

#[test]
fn a_request_for_instalments_waits_for_an_answer() {
    for invoice in [None, Some("1")] {
        let world = with_event(InstalmentRequest, overdue(62), None, invoice);
        edges(&world, Reason::InstalmentRequest, overdue(62), overdue(75));
        let world = with_event(InstalmentRequest, overdue(62), Some(overdue(64)), invoice);
        edges(&world, Reason::InstalmentRequest, overdue(62), overdue(64));
    }
    let mut off = with_event(InstalmentRequest, overdue(62), None, None);
    off.policy.hold.instalment_request_days = 0;
    assert_eq!(off.reasons(overdue(62)), []);
}

#[test]
fn an_account_settles_in_and_a_delivered_invoice_rests() {
    for kind in [PriceChange, ContactChange] {
        edges(&with_event(kind, overdue(62), None, None), Reason::SettlingIn, overdue(62), overdue(91));
    }
    let mut world = one();
    world.facts.invoices[0].delivered = Some(overdue(50));
    assert_eq!(world.reasons(overdue(63)), [Reason::RecentlyDelivered]);
    assert_eq!(world.reasons(overdue(64)), []);
}

#[test]
fn the_gap_between_notices_is_kept() {
    let mut world = World::of(vec![invoice("1", 10_000), invoice_due("2", "2026-01-07", 5_000)]);
    world.facts.notices.push(notice(1, overdue(60), &[("1", "first", 60)]));
    assert_eq!(world.reasons(overdue(62)), [Reason::RecentNotice]);
    assert_eq!(world.reasons(overdue(66)), [Reason::RecentNotice]);
    assert_eq!(world.reasons(overdue(67)), []);
    world.policy.hold.min_gap_days = 0;
    assert_eq!(world.reasons(overdue(62)), []);
    world.facts.notices[0].as_of = overdue(62);
    assert_eq!(world.reasons(overdue(62)), [Reason::RecentNotice]);
}

#[test]
fn the_ledger_is_stale_in_business_days() {
    // Thursday 26 March 2026; five business days later is Thursday 2 April, the sixth Good Friday or Monday.
    let mut world = one();
    world.seen = Some("2026-03-26T22:59:59Z".parse().unwrap());
    assert_eq!(world.reasons(day("2026-04-02")), []);
    assert_eq!(world.reasons(day("2026-04-03")), [Reason::LedgerStale]);
    let easter = |name: &str, easter| HolidayRule::Easter { name: name.into(), easter };
    world.calendar.holidays.insert("DE".into(), vec![easter("Friday", -2), easter("Monday", 1)]);
    assert_eq!(world.reasons(day("2026-04-06")), []);
    assert_eq!(world.reasons(day("2026-04-07")), [Reason::LedgerStale]);
    // One second later it is Friday in Berlin.
    world.seen = Some("2026-03-26T23:00:00Z".parse().unwrap());
    assert_eq!(world.reasons(day("2026-04-07")), []);
    let mut setting = world.setting(overdue(60));
    setting.payments_seen = None;
    assert!(setting.ledger_is_stale());
    let mut off = one();
    off.policy.hold.stale_after_business_days = 0;
    assert!(!crate::domain::plan::Setting { payments_seen: None, ..off.setting(overdue(60)) }.ledger_is_stale());
}

#[test]
fn too_little_by_amount_or_by_share() {
    let mut world = World::of(vec![invoice("1", 10_000), invoice_due("2", "2026-12-31", 30_000)]);
    world.facts.invoices[1].issued = day("2026-01-01");
    world.policy.minimum.share_percent = 25.into();
    assert_eq!(world.reasons(overdue(60)), []);
    world.facts.invoices[0].amount.minor = 9_999;
    assert_eq!(world.reasons(overdue(60)), [Reason::BelowMinimum]);
    world.policy.minimum.share_percent = 0.into();
    assert_eq!(world.reasons(overdue(60)), []);
    world.facts.credits.push(credit("N", overdue(1), 9_000, None));
    assert_eq!(world.reasons(overdue(60)), [Reason::BelowMinimum]);
}

#[test]
fn the_undisputed_rest_goes_on_if_the_policy_says_so() {
    let mut world = World::of(vec![invoice("1", 10_000), invoice_due("2", "2026-02-01", 5_000)]);
    let dispute = |amount| Hold { invoice: Some("1".into()), amount, ..hold(overdue(1), None) };
    let asked = |world: &World, date| {
        let decision = world.decision(date).unwrap();
        let items: Vec<_> = decision.items.iter().map(|item| (item.invoice.clone(), item.residual)).collect();
        (decision.outcome.reasons().to_vec(), items)
    };
    let line = |number: &str, residual| (number.to_owned(), residual);
    world.facts.holds.push(dispute(None));
    assert_eq!(world.reasons(overdue(60)), [Reason::Disputed]);
    assert_eq!(asked(&world, overdue(87)), (vec![], vec![line("2", 5_000)]));
    world.facts.holds = vec![dispute(Some(eur(4_000))), dispute(Some(eur(1_000)))];
    assert_eq!(asked(&world, overdue(60)), (vec![], vec![line("1", 5_000), line("2", 5_000)]));
    world.policy.hold.undisputed_rest = false;
    assert_eq!(world.reasons(overdue(60)), [Reason::Disputed]);
    world.facts.holds = vec![dispute(None)];
    assert_eq!(world.reasons(overdue(87)), [Reason::Disputed]);
    world.facts.holds.clear();
    world.facts.cases.push(case(1, CaseStatus::Open, overdue(1), &["1"], &[]));
    assert_eq!(world.reasons(overdue(87)), [Reason::OpenCase]);
}

#[test]
fn all_reasons_are_kept_in_their_order() {
    let mut world = one();
    world.policy.paused = true;
    world.facts.account.autopay = true;
    world.facts.account.emails.clear();
    world.facts.invoices[0].delivered = Some(overdue(59));
    world.facts.events.push(event("E", overdue(59), Promise, Some("1")));
    world.facts.holds.push(hold(overdue(1), None));
    world.seen = Some("2020-01-01T00:00:00Z".parse().unwrap());
    use Reason::{AccountHold, Autopay, CompanyPaused, LedgerStale, NoContact, RecentlyDelivered};
    let expected = [CompanyPaused, LedgerStale, AccountHold, Reason::Promise, Autopay, NoContact, RecentlyDelivered];
    assert_eq!(world.reasons(overdue(60)), expected);
    assert!(Reason::ALL.is_sorted());
    for reason in Reason::ALL {
        assert_eq!(Reason::from_code(reason.code()), Some(reason));
    }
}

#[test]
fn an_offer_states_amount_and_last_day_and_is_not_made_while_a_part_is_disputed() {
    let offered = |world: &World, date| match world.decision(date).unwrap().outcome {
        Outcome::Notice { offer } => offer.is_some(),
        Outcome::Held { .. } => panic!("held"),
    };
    let mut world = one();
    let made = overdue(60);
    let found = world.sweep(made).remove(0);
    let Outcome::Notice { offer: Some(offer) } = found.outcome else { panic!("no offer") };
    assert_eq!((offer.pay, offer.discount, offer.last_day), (9_800, 200, overdue(74)));
    // A disputed part makes the total uncertain: no offer.
    let mut disputed = one();
    disputed.facts.holds.push(Hold { invoice: Some("1".into()), amount: Some(eur(1)), ..hold(overdue(1), None) });
    assert!(!offered(&disputed, made));
}

#[test]
fn no_offer_is_made_while_anything_of_the_account_is_in_a_case() {
    let offered = |change: fn(&mut World)| {
        let mut world = World::of(vec![invoice("1", 10_000), invoice_due("2", "2026-01-20", 5_000)]);
        change(&mut world);
        let notice = |decision: &crate::domain::plan::Decision| match &decision.outcome {
            Outcome::Notice { offer } => Some(offer.is_some()),
            Outcome::Held { .. } => None,
        };
        world.plan(overdue(60)).iter().filter_map(notice).collect::<Vec<_>>()
    };
    fn opened(world: &mut World, status: CaseStatus, opened: NaiveDate, number: &str) {
        world.facts.cases.push(case(1, status, opened, &[number], &[]));
    }
    fn complaint(world: &mut World) {
        world.facts.events.push(event("E", overdue(1), EventKind::Complaint, Some("2")));
    }
    type Change = fn(&mut World);
    let table: [(Change, bool); 8] = [
        (|_| (), true),
        (|w| opened(w, CaseStatus::Open, overdue(60), "2"), false),
        (|w| opened(w, CaseStatus::Suspected, overdue(60), "2"), false),
        (|w| opened(w, CaseStatus::Open, overdue(1), "paid long ago"), false),
        (|w| opened(w, CaseStatus::Dismissed, overdue(1), "2"), true),
        (|w| opened(w, CaseStatus::Open, overdue(61), "2"), true),
        (complaint, false),
        (
            |w| {
                // In another currency, too.
                complaint(w);
                w.facts.invoices[1].amount.currency = super::build::currency("USD");
                w.facts.invoices[1].due = day(super::build::DUE);
            },
            false,
        ),
    ];
    for (n, (change, expected)) in table.into_iter().enumerate() {
        assert_eq!(offered(change), [expected], "{n}");
    }
}

#[test]
fn the_year_of_an_offer_ends_on_its_anniversary() {
    let mut world = one();
    let mut earlier = notice(1, day("2025-03-06"), &[]);
    earlier.offer = Some(super::build::offer(1, 1, day("2025-03-20"), &["0"]));
    world.facts.notices.push(earlier);
    let offered =
        |world: &World| matches!(world.decision(overdue(60)).unwrap().outcome, Outcome::Notice { offer: Some(_) });
    assert!(offered(&world), "twelve months ago to the day");
    world.facts.notices[0].as_of = day("2025-03-07");
    assert!(!offered(&world));
    world.facts.notices[0].as_of = overdue(61);
    assert!(offered(&world), "one made later says nothing about today");
}
