//! Generated accounts: 0–12 invoices and everything that can happen to them within two years.

use chrono::{Days, NaiveDate};
use proptest::{collection::vec, option, prelude::*, sample::select};

use super::build::{World, case, credit, currency, day, event, hold, invoice, notice, payment};
use crate::domain::{
    account_facts::Hold,
    case::CaseStatus,
    discount::PartPayments,
    facts::EventKind,
    money::Money,
    notice::PastNotice,
    policy::{Allocate, Climb},
};

const NUMBERS: [&str; 12] = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"];

/// Any day of two years; half of them fall together on a few days.
pub fn date() -> impl Strategy<Value = NaiveDate> {
    let days = prop_oneof![0_u64..730, (0_u64..25).prop_map(|month| month * 30)];
    days.prop_map(|days| day("2024-06-01") + Days::new(days))
}

/// A date late enough that much is overdue.
pub fn as_of() -> impl Strategy<Value = NaiveDate> {
    (300_u64..760).prop_map(|days| day("2024-06-01") + Days::new(days))
}

fn money() -> impl Strategy<Value = Money> {
    let minor = prop_oneof![8 => 1_i64..200_000, 1 => Just(1_i64), 1 => Just(98_000_i64)];
    (minor, select(vec!["EUR", "EUR", "EUR", "USD"])).prop_map(|(minor, code)| Money::new(minor, currency(code)))
}

/// The number of an invoice, which may or may not exist.
fn named() -> impl Strategy<Value = String> {
    (0..12_usize, 0..12_usize).prop_map(|(one, other)| NUMBERS[one.min(other)].into())
}

fn with_invoices(world: World, invoices: Vec<(NaiveDate, u64, Money, Vec<&'static str>)>) -> World {
    let mut world = world;
    for (number, (issued, days, amount, terms)) in NUMBERS.iter().zip(invoices) {
        let mut made = invoice(number, amount.minor);
        (made.issued, made.due, made.amount) = (issued, issued + Days::new(days), amount);
        made.tax = (days % 3 == 0).then_some(amount.minor / 6);
        made.terms = terms.iter().map(|tier| tier.parse().unwrap()).collect();
        world.facts.invoices.push(made);
    }
    world
}

/// Invoices, payments (some reversed, some closing) and credits under the rules of a policy.
pub fn ledger() -> impl Strategy<Value = World> {
    let terms = prop_oneof![3 => Just(vec![]), 1 => Just(vec!["2/10"]), 1 => Just(vec!["3/7", "2/14"])];
    let invoices = vec((date(), 0_u64..90, money(), terms), 0..=12);
    let pays = vec((date(), money(), vec(named(), 0..3), 0..8_u8), 0..=8);
    let credits = vec((date(), money(), option::of(named())), 0..=4);
    let parts = select(vec![PartPayments::None, PartPayments::Proportional, PartPayments::FinalOnly]);
    (invoices, pays, credits, parts, any::<[bool; 3]>()).prop_map(|(invoices, pays, credits, parts, [a, b, c])| {
        let mut world = with_invoices(World::of(vec![]), invoices);
        world.policy.terms.part_payments = parts;
        world.policy.allocate = if a && b { Allocate::OldestFirst } else { Allocate::Named };
        world.policy.climb = if c { Climb::Latest } else { Climb::OneAtATime };
        world.policy.hold.undisputed_rest = a;
        for (n, (received, amount, invoices, kind)) in pays.into_iter().enumerate() {
            let number = if kind == 0 { format!("settled:{n}") } else { format!("P{n}") };
            let names: Vec<&str> = invoices.iter().map(String::as_str).collect();
            let mut made = payment(&number, received, amount.minor, &names);
            made.amount.currency = amount.currency;
            made.amount.minor = if kind == 1 { -amount.minor } else { amount.minor };
            world.facts.payments.push(made);
        }
        for (n, (date, amount, invoice)) in credits.into_iter().enumerate() {
            let mut made = credit(&format!("N{n}"), date, amount.minor, invoice.as_deref());
            made.amount.currency = amount.currency;
            world.facts.credits.push(made);
        }
        world
    })
}

fn past(stages: Vec<(String, bool)>, as_of: NaiveDate, id: i64) -> PastNotice {
    let stage = |(number, second): &(String, bool)| {
        if *second { (number.clone(), "second", 90) } else { (number.clone(), "first", 60) }
    };
    let stages: Vec<(String, &str, u32)> = stages.iter().map(stage).collect();
    let borrowed: Vec<(&str, &str, u32)> = stages.iter().map(|(n, s, d)| (n.as_str(), *s, *d)).collect();
    notice(id, as_of, &borrowed)
}

/// A ledger with all that stands in the way: events, holds, cases, earlier notices and offers.
pub fn world() -> impl Strategy<Value = World> {
    let events = vec((date(), select(EventKind::ALL.to_vec()), option::of(named()), option::of(0_u64..60)), 0..=3);
    let holds = vec((date(), option::of(0_u64..120), option::of(named()), option::of(1_i64..50_000)), 0..=2);
    let status = select(vec![CaseStatus::Suspected, CaseStatus::Open, CaseStatus::Dismissed]);
    let cases = vec((date(), status, named(), select(vec!["skipped", "past_dispute", "ticket:E0"])), 0..=2);
    let notices = vec((date(), vec((named(), any::<bool>()), 0..4), option::of((1_i64..300_000, 1_u64..40))), 0..=3);
    (ledger(), events, holds, cases, notices).prop_map(|(mut world, events, holds, cases, notices)| {
        for (n, (date, kind, invoice, until)) in events.into_iter().enumerate() {
            let mut made = event(&format!("E{n}"), date, kind, invoice.as_deref());
            made.until = until.map(|days| date + Days::new(days));
            world.facts.events.push(made);
        }
        for (n, (from, until, invoice, minor)) in holds.into_iter().enumerate() {
            let amount = minor.filter(|_| invoice.is_some()).map(super::build::eur);
            let until = until.map(|days| from + Days::new(days));
            world.facts.holds.push(Hold { id: n as i64, invoice, amount, ..hold(from, until) });
        }
        for (n, (opened, status, invoice, key)) in cases.into_iter().enumerate() {
            world.facts.cases.push(case(n as i64, status, opened, &[&invoice], &[key]));
        }
        for (n, (as_of, stages, made)) in notices.into_iter().enumerate() {
            let invoices: Vec<String> = stages.iter().map(|(number, _)| number.clone()).collect();
            let mut notice = past(stages, as_of, n as i64);
            notice.offer = made.map(|(pay, days)| crate::domain::notice::Offer {
                percent: 2.into(),
                pay,
                discount: pay / 49,
                last_day: as_of + Days::new(days),
                invoices,
            });
            world.facts.notices.push(notice);
        }
        world
    })
}
