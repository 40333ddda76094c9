//! The last look before a message: what still holds goes, what does not is withdrawn.

use chrono::{Days, NaiveDate};

use super::build::{World, case, currency, hold, invoice, invoice_due, notice, overdue, payment};
use crate::domain::{
    account_facts::Hold,
    case::CaseStatus,
    look::{Claim, look},
    money::Money,
    notice::{
        Line,
        Withdrawal::{self, Changed, Held, Outdated, Paid, Unreachable},
    },
    plan::{Decision, Outcome},
};

/// The lines that are frozen with a notice.
pub fn lines(decision: &Decision) -> Vec<Line> {
    let line = |item: &crate::domain::plan::PlannedItem| Line {
        invoice: item.invoice.clone(),
        issued: item.issued,
        due: item.due,
        days_overdue: item.days_overdue,
        residual: Money::new(item.residual, decision.currency),
        stage: item.stage.clone(),
        document: item.document.clone(),
    };
    decision.items.iter().map(line).collect()
}

/// Looks again on `today` at the notice that `decision` of `planned` became.
pub fn again(
    world: &World,
    id: i64,
    decision: &Decision,
    planned: NaiveDate,
    today: NaiveDate,
) -> Result<(), Withdrawal> {
    let offer_until = match &decision.outcome {
        Outcome::Notice { offer } => offer.as_ref().map(|offer| offer.last_day),
        Outcome::Held { .. } => None,
    };
    let claim = Claim {
        notice: id,
        as_of: planned,
        currency: decision.currency,
        credits: decision.credits,
        lines: &lines(decision),
        offer_until,
    };
    look(&world.facts, &world.setting(today), claim)
}

/// Two items noticed at 60 days, then changed, then looked at after some days.
fn changed(days: u64, change: impl FnOnce(&mut World)) -> Result<(), Withdrawal> {
    let mut world = World::of(vec![invoice("1", 10_000), invoice_due("2", "2026-02-01", 5_000)]);
    let decision = world.sweep(overdue(60)).remove(0);
    change(&mut world);
    again(&world, 1, &decision, overdue(60), overdue(60) + Days::new(days))
}

#[test]
fn an_unchanged_notice_goes_for_a_week() {
    for days in 0..=7 {
        assert_eq!(changed(days, |_| ()), Ok(()), "{days}");
    }
    assert_eq!(changed(8, |_| ()), Err(Outdated));
}

#[test]
fn an_offer_that_ended_is_not_sent() {
    let short = |days: u64| {
        let mut world = World::of(vec![invoice("1", 10_000)]);
        world.policy.offer.as_mut().unwrap().days = 3;
        let decision = world.sweep(overdue(60)).remove(0);
        again(&world, 1, &decision, overdue(60), overdue(60 + days))
    };
    assert_eq!((short(3), short(4)), (Ok(()), Err(Outdated)));
}

#[test]
fn what_was_paid_or_held_since_is_withdrawn() {
    let pay = |world: &mut World, minor, invoices: &[&str]| {
        world.facts.payments.push(payment("P", overdue(61), minor, invoices))
    };
    assert_eq!(changed(1, |w| pay(w, 15_000, &["1", "2"])), Err(Paid));
    assert_eq!(changed(1, |w| pay(w, 10_000, &["1"])), Err(Changed));
    assert_eq!(changed(1, |w| pay(w, 1, &["2"])), Err(Changed));
    assert_eq!(changed(1, |w| pay(w, 3_000, &[])), Err(Changed));
    assert_eq!(changed(1, |w| pay(w, 15_000, &[])), Err(Held));
    assert_eq!(changed(0, |w| pay(w, 15_000, &["1", "2"])), Ok(()), "received tomorrow");
    assert_eq!(changed(1, |w| w.facts.holds.push(hold(overdue(61), None))), Err(Held));
    let on = |number: &str| Hold { invoice: Some(number.into()), ..hold(overdue(61), None) };
    assert_eq!(changed(1, |w| w.facts.holds.push(on("1"))), Err(Held));
    assert_eq!(changed(1, |w| w.facts.holds.push(on("2"))), Err(Changed));
    let part = Hold { amount: Some(super::build::eur(100)), ..on("1") };
    assert_eq!(changed(1, |w| w.facts.holds.push(part)), Err(Changed));
    let open = |status| case(1, status, overdue(61), &["1", "2"], &[]);
    assert_eq!(changed(1, |w| w.facts.cases.push(open(CaseStatus::Suspected))), Err(Held));
    assert_eq!(changed(1, |w| w.facts.cases.push(open(CaseStatus::Dismissed))), Ok(()));
    // No offer goes out once anything of the account is in a case.
    let elsewhere = || case(1, CaseStatus::Suspected, overdue(61), &["9"], &[]);
    assert_eq!(changed(1, |w| w.facts.cases.push(elsewhere())), Err(Changed));
    assert_eq!(changed(1, |w| w.policy.paused = true), Err(Held));
    assert_eq!(changed(0, |w| w.facts.account.emails.clear()), Err(Unreachable));
}

#[test]
fn what_became_overdue_since_is_no_reason() {
    assert_eq!(changed(1, |w| w.facts.invoices.push(invoice_due("3", "2026-03-06", 9_000))), Ok(()));
    // A notice planned on the same day in another currency does not stand in the way either.
    let mut dollars = notice(2, overdue(60), &[("9", "first", 60)]);
    dollars.currency = currency("USD");
    assert_eq!(changed(1, |w| w.facts.notices.push(dollars)), Ok(()));
}
