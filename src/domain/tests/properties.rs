//! What holds for every account, whatever happens to it.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use proptest::prelude::*;

use super::{
    build::{World, case, currency, day, event, hold, payment},
    look::again,
    worlds::{as_of, ledger, world},
};
use crate::domain::{
    case::CaseStatus,
    evidence::{Assessment, Known, Side},
    facts::{CLOSING_PREFIXES, EventKind},
    instalments::Plan,
    ledger::positions,
    money::{Currency, Money},
    notice::Withdrawal,
    plan::{Decision, Outcome},
    promise::Promise,
};

fn is_notice(decision: &Decision) -> bool {
    matches!(decision.outcome, Outcome::Notice { .. })
}

/// Invoices that are listed in a notice of the day.
fn listed(world: &World, as_of: NaiveDate) -> Vec<String> {
    let notices = world.plan(as_of).into_iter().filter(is_notice);
    notices.flat_map(|decision| decision.items).map(|item| item.invoice).collect()
}

/// The world without what becomes effective after `as_of`.
fn known_on(world: &World, as_of: NaiveDate) -> World {
    let mut known = world.clone();
    let facts = &mut known.facts;
    facts.invoices.retain(|invoice| invoice.issued <= as_of);
    facts.payments.retain(|payment| payment.received <= as_of);
    facts.credits.retain(|credit| credit.date <= as_of);
    facts.events.retain(|event| event.date <= as_of);
    facts.holds.retain(|hold| hold.from <= as_of);
    facts.cases.retain(|case| case.opened <= as_of);
    facts.notices.retain(|notice| notice.as_of <= as_of);
    known
}

/// Of all overdue items.
fn assessments(world: &World, as_of: NaiveDate) -> Vec<Assessment> {
    let positions = positions(&world.facts, &world.policy, as_of);
    let assessed = positions.values().flat_map(|position| {
        let known = Known::of(&world.facts, &world.policy, position, as_of);
        let overdue = position.items.iter().filter(|item| item.residual > 0 && item.days_overdue(as_of) >= 1);
        overdue.map(move |item| known.assess(item))
    });
    assessed.collect()
}

proptest! {
    #[test]
    fn no_cent_appears_or_vanishes(world in ledger(), as_of in as_of()) {
        let mut moved: BTreeMap<Currency, i64> = BTreeMap::new();
        let facts = &world.facts;
        let closing = |number: &str| CLOSING_PREFIXES.iter().any(|prefix| number.starts_with(prefix));
        let payments = facts.payments.iter().filter(|p| p.received <= as_of && !closing(&p.number)).map(|p| p.amount);
        let credits = facts.credits.iter().filter(|c| c.date <= as_of && !closing(&c.number)).map(|c| c.amount);
        payments.chain(credits).for_each(|amount| *moved.entry(amount.currency).or_default() += amount.minor);
        for (currency, position) in positions(facts, &world.policy, as_of) {
            for item in &position.items {
                prop_assert_eq!(item.invoice.amount.minor, item.settled + item.discount + item.residual);
                prop_assert!(item.residual >= 0 && item.settled >= 0 && item.discount >= 0, "{:?}", item);
                prop_assert!((0..=item.settled).contains(&item.credited), "{:?}", item);
                prop_assert_eq!(item.discount, item.grants.iter().map(|grant| grant.amount).sum::<i64>());
                prop_assert_eq!(item.settled_on.is_some(), item.residual == 0);
                prop_assert!(item.grants.iter().all(|g| g.amount > 0 && (0..=g.amount).contains(&g.tax) && g.on <= as_of));
            }
            let settled: i64 = position.items.iter().map(|item| item.settled).sum();
            let came_in = moved.get(&currency).copied().unwrap_or(0) + position.closed;
            prop_assert_eq!(came_in, settled + position.unallocated);
            let unmatched: i64 = position.unmatched.iter().map(|(_, minor)| minor).sum();
            prop_assert_eq!(unmatched, position.unallocated);
        }
    }

    #[test]
    fn the_order_of_facts_never_matters(world in world(), as_of in as_of(), seed in any::<u64>()) {
        use rand_like::shuffle;
        let mut shuffled = world.clone();
        let facts = &mut shuffled.facts;
        shuffle(&mut facts.invoices, seed);
        shuffle(&mut facts.payments, seed);
        shuffle(&mut facts.credits, seed);
        shuffle(&mut facts.events, seed);
        shuffle(&mut facts.holds, seed);
        shuffle(&mut facts.cases, seed);
        shuffle(&mut facts.notices, seed);
        prop_assert_eq!(world.plan(as_of), shuffled.plan(as_of));
        let position = |world: &World| format!("{:?}", positions(&world.facts, &world.policy, as_of));
        prop_assert_eq!(position(&world), position(&shuffled));
    }

    #[test]
    fn assessments_know_neither_the_order_of_facts_nor_the_future(world in world(), as_of in as_of(), seed in any::<u64>()) {
        use rand_like::shuffle;
        let mut shuffled = known_on(&world, as_of);
        let facts = &mut shuffled.facts;
        shuffle(&mut facts.invoices, seed);
        shuffle(&mut facts.payments, seed);
        shuffle(&mut facts.credits, seed);
        shuffle(&mut facts.events, seed);
        shuffle(&mut facts.cases, seed);
        shuffle(&mut facts.notices, seed);
        prop_assert_eq!(assessments(&world, as_of), assessments(&shuffled, as_of));
    }

    #[test]
    fn a_complaint_never_makes_a_protest_less_likely(world in world(), as_of in as_of(), ago in 0_u64..200, named in any::<bool>()) {
        let mut more = world.clone();
        let about = world.facts.invoices.first().map(|invoice| invoice.number.clone()).filter(|_| named);
        more.facts.events.push(event("NEW", as_of - Days::new(ago), EventKind::Complaint, about.as_deref()));
        for (before, after) in assessments(&world, as_of).iter().zip(&assessments(&more, as_of)) {
            prop_assert!(after.score(Side::Protest) >= before.score(Side::Protest), "{:?} {:?}", before, after);
            prop_assert!(after.is_protest() || !before.is_protest(), "{:?} {:?}", before, after);
        }
    }

    #[test]
    fn planning_again_adds_nothing(mut world in world(), as_of in as_of()) {
        let noticed: Vec<Decision> = world.sweep(as_of).into_iter().filter(is_notice).collect();
        for notice in noticed {
            let again = world.plan(as_of).into_iter().find(|decision| decision.currency == notice.currency);
            prop_assert!(again.iter().all(|decision| !is_notice(decision)), "{:?}", again);
            let staged = |decision: &Decision| -> Vec<String> {
                decision.items.iter().filter_map(|item| item.stage.clone().map(|s| format!("{} {s}", item.invoice))).collect()
            };
            let repeated = again.iter().flat_map(staged).any(|pair| staged(&notice).contains(&pair));
            prop_assert!(!repeated);
        }
    }

    #[test]
    fn a_month_of_sweeps_climbs_and_never_repeats(mut world in world(), as_of in as_of()) {
        world.facts.notices.clear();
        let mut reached: BTreeMap<String, usize> = BTreeMap::new();
        for days in 0..45 {
            let today = as_of + Days::new(days);
            for decision in world.sweep(today).iter().filter(|decision| is_notice(decision)) {
                for item in &decision.items {
                    let Some(stage) = &item.stage else { continue };
                    let index = world.policy.stages.iter().position(|known| known.name == *stage).unwrap() + 1;
                    let before = reached.insert(item.invoice.clone(), index).unwrap_or(0);
                    prop_assert!(index > before, "{} {} after {}", item.invoice, index, before);
                    prop_assert!(item.days_overdue >= i64::from(world.policy.stages[index - 1].days));
                }
            }
        }
        let offers = world.facts.notices.iter().filter(|notice| notice.offer.is_some()).count();
        prop_assert!(offers <= 1, "{} offers within twelve months", offers);
    }

    #[test]
    fn a_notice_adds_up(world in world(), as_of in as_of()) {
        let positions = positions(&world.facts, &world.policy, as_of);
        for decision in world.plan(as_of) {
            prop_assert_eq!(decision.overdue_total, decision.items.iter().map(|item| item.residual).sum::<i64>());
            prop_assert!(decision.items.iter().all(|item| item.residual > 0 && item.days_overdue >= 1));
            prop_assert!(decision.items.is_sorted_by_key(|item| (item.due, item.invoice.clone())));
            prop_assert!(decision.credits >= 0 && decision.credits <= decision.overdue_total);
            let held = !is_notice(&decision);
            prop_assert_eq!(held, !decision.outcome.reasons().is_empty());
            let position = &positions[&decision.currency];
            for item in &decision.items {
                prop_assert!(item.residual <= position.item(&item.invoice).unwrap().residual);
            }
            if let Outcome::Notice { offer } = &decision.outcome {
                prop_assert!(decision.items.iter().any(|item| item.stage.as_ref() == Some(&decision.stage)));
                prop_assert!(decision.credits < decision.overdue_total);
                if let Some(offer) = offer {
                    prop_assert_eq!(offer.pay + offer.discount, decision.overdue_total - decision.credits);
                    prop_assert!(offer.invoices.iter().eq(decision.items.iter().map(|item| &item.invoice)));
                    prop_assert!(offer.last_day > as_of && offer.discount > 0 && offer.pay > 0);
                }
            }
        }
    }

    #[test]
    fn an_offer_that_is_met_leaves_nothing_to_notice(world in world(), as_of in as_of(), days in 0_u64..20, name: bool) {
        let mut world = world;
        let due = as_of + Days::new(days);
        world.facts.notices.iter_mut().for_each(|notice| notice.offer = None);
        world = known_on(&world, as_of);
        for decision in world.sweep(as_of) {
            let Outcome::Notice { offer: Some(offer) } = decision.outcome else { continue };
            let names: Vec<&str> = offer.invoices.iter().map(String::as_str).filter(|_| name).collect();
            let mut paid = payment("ZZ", due, offer.pay, &names);
            paid.amount.currency = decision.currency;
            let mut after = world.clone();
            after.facts.payments.push(paid);
            let position = positions(&after.facts, &after.policy, due).remove(&decision.currency).unwrap();
            let items = position.items.iter().filter(|item| offer.invoices.contains(&item.invoice.number));
            let open: i64 = items.clone().map(|item| item.residual).sum::<i64>() - position.unallocated.max(0);
            let late = due > offer.last_day;
            let terms = items.clone().any(|item| !item.invoice.terms.is_empty());
            prop_assert!(terms || (open == if late { offer.discount } else { 0 }), "{open} {late}");
            for item in items.filter(|_| !terms && late) {
                prop_assert!(!listed(&after, due + Days::new(60)).contains(&item.invoice.number));
            }
        }
    }

    #[test]
    fn what_comes_later_changes_nothing(world in world(), as_of in as_of()) {
        prop_assert_eq!(known_on(&world, as_of).plan(as_of), world.plan(as_of));
    }

    /// Paid whole, held, disputed, in a case, promised: not listed, whatever else is true.
    #[test]
    fn what_is_paid_or_held_is_never_noticed(world in world(), as_of in as_of(), how in 0..9_u8) {
        for number in listed(&world, as_of) {
            let mut world = world.clone();
            let facts = &mut world.facts;
            let amount = facts.invoices.iter().find(|invoice| invoice.number == number).unwrap().amount;
            match how {
                // A reversal of that amount would take the payment back on the same day.
                0 if facts.payments.iter().any(|p| p.received >= as_of && p.amount.minor == -amount.minor) => continue,
                0 => {
                    let mut whole = payment("ZZ", as_of, amount.minor, &[&number]);
                    whole.amount.currency = amount.currency;
                    facts.payments.push(whole);
                }
                1 => facts.holds.push(crate::domain::account_facts::Hold { invoice: Some(number.clone()), ..hold(as_of, Some(as_of)) }),
                2 => facts.cases.push(case(99, CaseStatus::Suspected, as_of, &[&number], &[])),
                3 => facts.events.push(event("ZZ", as_of, EventKind::Promise, Some(&number))),
                4 => facts.events.push(event("ZZ", as_of, EventKind::PastDispute, Some(&number))),
                5 => facts.events.push(event("ZZ", as_of, EventKind::Complaint, Some(&number))),
                6 => facts.cases.push(case(99, CaseStatus::AwaitingCustomer, as_of, &[], &[])),
                7 => facts.promises.push(Promise {
                    source: "promise 99".into(), invoice: Some(number.clone()), amount: None, made: as_of, until: as_of, ended: None,
                }),
                _ => facts.plans.push(Plan {
                    id: 99, case: None, invoices: vec![number.clone()], currency: amount.currency, parts: vec![(as_of + Days::new(9), i64::MAX / 4)],
                    agreed: as_of, ended: None,
                }),
            }
            prop_assert!(!listed(&world, as_of).contains(&number), "{} {}", number, how);
        }
    }

    /// Held, promised, autopay, without an address, paused, covered whole: the account hears nothing.
    #[test]
    fn accounts_that_wait_hear_nothing(world in world(), as_of in as_of(), how in 0..6_u8) {
        let mut world = world;
        let facts = &mut world.facts;
        match how {
            0 => facts.holds.push(hold(as_of, Some(as_of))),
            1 => facts.events.push(event("ZZ", as_of, EventKind::Promise, None)),
            2 => facts.account.autopay = true,
            3 => facts.account.emails.clear(),
            4 => world.policy.paused = true,
            _ => for code in ["EUR", "USD"] {
                let mut cover = payment(&format!("ZZ{code}"), as_of, 100_000_000, &[]);
                cover.amount.currency = currency(code);
                facts.payments.push(cover);
            },
        }
        prop_assert_eq!(listed(&world, as_of), Vec::<String>::new());
    }

    #[test]
    fn the_last_look_agrees_with_the_plan(world in world(), as_of in as_of(), pick in 0..3_u8) {
        let mut world = known_on(&world, as_of);
        let first = world.facts.notices.len() as i64 + 1;
        world.facts.notices.iter_mut().for_each(|notice| notice.id += 1_000);
        let notices: Vec<Decision> = world.sweep(as_of).into_iter().filter(is_notice).collect();
        for (id, notice) in (first..).zip(&notices) {
            prop_assert_eq!(again(&world, id, notice, as_of, as_of), Ok(()));
            let tomorrow = as_of + Days::new(1);
            // Tomorrow a disputed item may fall due; without the undisputed rest, that holds the notice.
            let may_be_held = !world.policy.hold.undisputed_rest && world.facts.invoices.iter().any(|i| i.due == as_of);
            prop_assert!(may_be_held || again(&world, id, notice, as_of, tomorrow) == Ok(()));
            let mut since = world.clone();
            let number = notice.items[0].invoice.clone();
            match pick {
                0 => {
                    let mut paid = payment("ZZ", tomorrow, 1, &[&number]);
                    paid.amount.currency = notice.currency;
                    since.facts.payments.push(paid);
                }
                1 => since.facts.holds.push(hold(tomorrow, None)),
                _ => since.facts.cases.push(case(99, CaseStatus::Open, tomorrow, &[&number], &[])),
            }
            let refused = again(&since, id, notice, as_of, tomorrow);
            prop_assert!(matches!(refused, Err(Withdrawal::Paid | Withdrawal::Held | Withdrawal::Changed)), "{:?}", refused);
        }
    }

    #[test]
    fn nothing_panics_at_the_ends_of_time_and_money(world in world(), scale in 0..2_u8, end in 0..3_u8) {
        let mut world = world;
        let huge = |money: &mut Money| money.minor = money.minor.signum() * (100_000_000_000_000 - i64::from(scale));
        world.facts.invoices.iter_mut().for_each(|invoice| huge(&mut invoice.amount));
        world.facts.payments.iter_mut().for_each(|payment| huge(&mut payment.amount));
        world.facts.credits.iter_mut().for_each(|credit| huge(&mut credit.amount));
        if end == 0 {
            world.facts.invoices.iter_mut().for_each(|invoice| (invoice.issued, invoice.due) = (NaiveDate::MIN, NaiveDate::MIN));
            world.facts.events.iter_mut().for_each(|event| event.date = NaiveDate::MIN);
        } else {
            world.facts.events.iter_mut().for_each(|event| event.until = Some(NaiveDate::MAX));
        }
        world.seen = Some("2026-01-01T00:00:00Z".parse().unwrap());
        for date in [NaiveDate::MIN, day("0001-01-01"), day("2026-06-01"), day("9999-12-31"), NaiveDate::MAX] {
            world.plan(date);
        }
    }
}

/// A small deterministic shuffle.
mod rand_like {
    pub fn shuffle<T>(list: &mut [T], mut seed: u64) {
        for end in (1..list.len()).rev() {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            list.swap(end, (seed >> 33) as usize % (end + 1));
        }
    }
}
