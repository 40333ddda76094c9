//! What files told of: complaints, tickets, deliveries, returns, changes, and debits that came back.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use super::{
    Known, Observation, debit::why_returned, kind::Kind, known::Key, odds::LogOdds, rule::Weights, words::Said,
};
use crate::domain::{
    account_facts::AccountFacts,
    facts::{Event, EventKind, Invoice},
    ledger::Item,
};

/// The events of an account.
pub(super) struct Told<'a> {
    /// By the invoice that they name.
    named: BTreeMap<&'a str, Vec<&'a Event>>,
    /// The others that belong to what is near them, by date.
    passing: Vec<&'a Event>,
    /// The others that speak of all that was there: the newest of each kind.
    lasting: BTreeMap<Kind, &'a Event>,
}

impl<'a> Told<'a> {
    pub fn of(facts: &'a AccountFacts, weights: &Weights, as_of: NaiveDate) -> Self {
        let mut told = Self { named: BTreeMap::new(), passing: Vec::new(), lasting: BTreeMap::new() };
        for event in facts.events.iter().filter(|event| event.date <= as_of) {
            match (&event.invoice, lasting(event, weights)) {
                (Some(invoice), _) => told.named.entry(invoice).or_default().push(event),
                (None, Some(kind)) => {
                    let newest = told.lasting.entry(kind).or_insert(event);
                    if (event.date, &event.number) > (newest.date, &newest.number) {
                        *newest = event;
                    }
                }
                (None, None) => told.passing.push(event),
            }
        }
        told.passing.sort_by_key(|event| (event.date, &event.number));
        told
    }

    pub fn about(&self, known: &Known, item: &Item) -> Vec<Observation> {
        let named = self.named.get(item.invoice.number.as_str()).into_iter().flatten();
        let window = Days::new(known.rule().window_days.into());
        let days = [item.invoice.issued, item.invoice.delivered.unwrap_or(item.invoice.issued)];
        let from = days[0].min(days[1]).checked_sub_days(window).unwrap_or(NaiveDate::MIN);
        let to = days[0].max(days[1]).checked_add_days(window).unwrap_or(NaiveDate::MAX);
        let place = |day: NaiveDate| self.passing.partition_point(|event| event.date < day);
        let around = self.passing[place(from)..].iter().take_while(|event| event.date <= to);
        named.chain(around).chain(self.lasting.values()).filter_map(|event| one(known, event, item.invoice)).collect()
    }
}

fn lasting(event: &Event, weights: &Weights) -> Option<Kind> {
    match event.kind {
        EventKind::InstalmentRequest => Some(Kind::InstalmentRequest),
        EventKind::BouncedPayment => why_returned(event.note.as_deref()?, weights).map(|(kind, _)| kind),
        _ => None,
    }
}

fn one(known: &Known, event: &Event, invoice: &Invoice) -> Option<Observation> {
    let weights = &known.rule().weights;
    let window = i64::from(known.rule().window_days);
    let days = |from: NaiveDate| (event.date - from).num_days();
    let near = days(invoice.issued).abs() <= window || invoice.delivered.is_some_and(|day| days(day).abs() <= window);
    let before = (-window..=0).contains(&days(invoice.issued));
    let named = event.invoice.is_some();
    let own_word = named && event.kind == EventKind::Complaint;
    let twice = LogOdds::times(weights.complaint, 2.0);
    let (kind, weight, applies) = match event.kind {
        EventKind::Complaint if own_word => (Kind::Complaint, twice, true),
        EventKind::Complaint => (Kind::Complaint, weights.complaint, near),
        EventKind::TicketOpened => (Kind::Ticket, weights.ticket, near),
        EventKind::DeliveryProblem => (Kind::DeliveryProblem, weights.delivery_problem, near),
        EventKind::ReturnedGoods => (Kind::ReturnedGoods, weights.returned_goods, near),
        EventKind::PriceChange => (Kind::PriceChange, weights.price_change, before),
        EventKind::ContactChange => (Kind::ContactChange, weights.contact_change, before),
        EventKind::InstalmentRequest => {
            (Kind::InstalmentRequest, weights.instalment_request, named || days(invoice.issued) >= 0)
        }
        EventKind::BouncedPayment => {
            let (kind, weight) = why_returned(event.note.as_deref()?, weights)?;
            (kind, weight, named || days(invoice.issued) >= 0)
        }
        _ => return None,
    };
    let said = Said::Event { kind, invoice: event.invoice.as_deref(), date: event.date, note: event.note.as_deref() };
    let seen = known.seen(kind, Key::event(&event.number, event.date), weight, &said).filter(|_| applies)?;
    Some(Observation { decisive: own_word || kind == Kind::InstalmentRequest, ..seen })
}
