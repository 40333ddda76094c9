//! What happens to the invoices that stay open: events that customers cause, and what the
//! company's own people do about them.

use std::collections::BTreeMap;

use chrono::{Duration, NaiveDate};

use super::{
    START,
    ledger::{Customer, weekday},
    people::Persona,
    town::Town,
};
use crate::domain::{
    facts::{Credit, Event, EventKind, Invoice},
    money::Money,
};

/// Something that a person of the company does.
#[derive(Debug, Clone)]
pub enum Deed {
    /// Notices to the account wait.
    HoldAccount { account: String, until: Option<NaiveDate>, why: &'static str },
    /// The customer disputes the invoice, or a part of it.
    HoldInvoice { account: String, invoice: String, amount: Option<Money>, why: &'static str },
    /// The PDF turns up.
    FindDocument { invoice: String },
}

pub type Deeds = BTreeMap<NaiveDate, Vec<Deed>>;

/// Plans everything that does not depend on a notice.
pub fn plan(town: &mut Town) -> Deeds {
    let mut plot = Plot { town, deeds: Deeds::new() };
    for customer in plot.town.customers.clone() {
        if let Some((invoice, due)) = customer.trouble() {
            plot.of(&customer, invoice, due);
        }
    }
    plot.deeds
}

struct Plot<'t> {
    town: &'t mut Town,
    deeds: Deeds,
}

impl Plot<'_> {
    /// `due` is the day on which the first notice about the invoice would be due.
    fn of(&mut self, customer: &Customer, invoice: &Invoice, due: NaiveDate) {
        let day = |days: i64| weekday(due + Duration::days(days));
        let since_issue = |days: i64| weekday(invoice.issued + Duration::days(days));
        let odd = customer.nth % 2 == 1;
        match customer.persona {
            Persona::PartPayer => {
                self.pay_part(invoice, weekday(invoice.due + Duration::days(20)), 40, "on account of this invoice")
            }
            Persona::Unmatched => self.pay_unmatched(customer, invoice, day(-4)),
            Persona::Skipper if odd => {
                self.event(invoice, since_issue(9), EventKind::TicketOpened, false, None, "fitting crew did not come")
            }
            Persona::Skipper => self.event(
                invoice,
                since_issue(6),
                EventKind::DeliveryProblem,
                false,
                None,
                "two pallets arrived a week late",
            ),
            Persona::Complainer => self.event(
                invoice,
                since_issue(12),
                EventKind::Complaint,
                true,
                None,
                "the hinges are not the ones ordered",
            ),
            Persona::Returner => self.send_back(invoice, since_issue(5)),
            Persona::PromiseKept => self.promise(invoice, day(-3), day(9), true),
            Persona::PromiseBroken => self.promise(invoice, day(-3), day(7), false),
            Persona::Instalments => self.instalments(invoice, day(-2)),
            Persona::PriceChange => {
                self.event(invoice, day(-12), EventKind::PriceChange, false, None, "new price list")
            }
            Persona::Autopay => self.collect_again(customer, invoice, due),
            Persona::NoEmail if !odd => self.find_address(customer, day(10)),
            Persona::Redelivered => self.deliver_again(invoice, day(-4)),
            Persona::OnHold => {
                self.hold(customer, day(-2), (!odd).then(|| day(25)), "their finance lead is away; agreed by telephone")
            }
            Persona::DisputedWhole => {
                self.dispute(invoice, day(-5), 100, "quantity is being checked with the warehouse")
            }
            Persona::DisputedPart => self.dispute(invoice, day(-5), 30, "freight was agreed to be free"),
            Persona::NoDocument if !odd => {
                let deed = Deed::FindDocument { invoice: invoice.number.clone() };
                self.deeds.entry(day(12)).or_default().push(deed);
            }
            _ => {}
        }
    }

    fn event(
        &mut self,
        invoice: &Invoice,
        date: NaiveDate,
        kind: EventKind,
        named: bool,
        until: Option<NaiveDate>,
        note: &str,
    ) {
        let event = Event {
            number: self.town.next_number("E"),
            account: invoice.account.clone(),
            date,
            kind,
            invoice: named.then(|| invoice.number.clone()),
            until,
            amount: None,
            note: (!note.is_empty()).then(|| note.to_owned()),
        };
        self.town.diary.events.entry(date).or_default().push(event);
    }

    fn credit(&mut self, invoice: &Invoice, date: NaiveDate, percent: i64, reason: &str) -> i64 {
        let amount = Money::new(invoice.amount.minor * percent / 100, invoice.amount.currency);
        let credit = Credit {
            number: self.town.next_number("CN"),
            account: invoice.account.clone(),
            date,
            amount,
            invoice: Some(invoice.number.clone()),
            reason: Some(reason.to_owned()),
        };
        self.town.diary.credits.entry(date).or_default().push(credit);
        amount.minor
    }

    fn pay_part(&mut self, invoice: &Invoice, received: NaiveDate, percent: i64, note: &str) {
        let amount = Money::new(invoice.amount.minor * percent / 100, invoice.amount.currency);
        self.town.pay(&invoice.account, received, amount, vec![invoice.number.clone()], Some(note));
    }

    /// Money without a word; for some customers the books find out later what it was for.
    fn pay_unmatched(&mut self, customer: &Customer, invoice: &Invoice, received: NaiveDate) {
        let payment = self.town.pay(&invoice.account, received, invoice.amount, Vec::new(), Some("transfer"));
        if customer.nth.is_multiple_of(2) {
            let matched = crate::domain::facts::Payment { invoices: vec![invoice.number.clone()], ..payment };
            let when = weekday(received + Duration::days(18));
            self.town.diary.payments.entry(when).or_default().push(matched);
        }
    }

    fn send_back(&mut self, invoice: &Invoice, date: NaiveDate) {
        self.event(invoice, date, EventKind::DeliveryProblem, true, None, "one crate was damaged in transit");
        let back = weekday(date + Duration::days(6));
        self.event(invoice, back, EventKind::ReturnedGoods, true, None, "damaged crate came back");
        self.credit(invoice, weekday(back + Duration::days(20)), 25, "damaged goods taken back");
    }

    fn promise(&mut self, invoice: &Invoice, said: NaiveDate, until: NaiveDate, kept: bool) {
        self.event(invoice, said, EventKind::Promise, false, Some(until), "by telephone");
        if kept {
            self.pay_part(invoice, until, 100, "as promised");
        }
    }

    /// Three parts, agreed by a person while the request holds the notices.
    fn instalments(&mut self, invoice: &Invoice, asked: NaiveDate) {
        self.event(invoice, asked, EventKind::InstalmentRequest, false, None, "three monthly parts");
        let agreed = weekday(asked + Duration::days(6));
        let account = invoice.account.clone();
        let until = Some(weekday(agreed + Duration::days(75)));
        let deed = Deed::HoldAccount { account, until, why: "three monthly parts agreed" };
        self.deeds.entry(agreed).or_default().push(deed);
        let third = invoice.amount.minor / 3;
        for (days, minor) in [(3, third), (33, third), (63, invoice.amount.minor - 2 * third)] {
            let (amount, named) = (Money::new(minor, invoice.amount.currency), vec![invoice.number.clone()]);
            let received = weekday(agreed + Duration::days(days));
            self.town.pay(&invoice.account, received, amount, named, Some("part as agreed"));
        }
    }

    fn collect_again(&mut self, customer: &Customer, invoice: &Invoice, due: NaiveDate) {
        let failed = weekday(invoice.due + Duration::days(1));
        self.event(invoice, failed, EventKind::BouncedPayment, true, None, "direct debit came back");
        if customer.nth.is_multiple_of(2) {
            self.pay_part(invoice, weekday(due + Duration::days(20)), 100, "collected again");
        }
    }

    fn find_address(&mut self, customer: &Customer, date: NaiveDate) {
        let mut account = customer.account.clone();
        account.emails = vec![format!("accounts@{}", super::names::domain(&account.name))];
        self.town.diary.accounts.entry(date).or_default().push(account);
    }

    fn deliver_again(&mut self, invoice: &Invoice, date: NaiveDate) {
        // A correction comes after what it corrects.
        let date = date.max(START);
        let again = Invoice { delivered: Some(date), ..invoice.clone() };
        self.town.diary.invoices.entry(date).or_default().push(again);
    }

    fn hold(&mut self, customer: &Customer, date: NaiveDate, until: Option<NaiveDate>, why: &'static str) {
        let deed = Deed::HoldAccount { account: customer.account.number.clone(), until, why };
        self.deeds.entry(date).or_default().push(deed);
    }

    fn dispute(&mut self, invoice: &Invoice, date: NaiveDate, percent: i64, why: &'static str) {
        let part = Money::new(invoice.amount.minor * percent / 100, invoice.amount.currency);
        let amount = (percent < 100).then_some(part);
        let (account, invoice) = (invoice.account.clone(), invoice.number.clone());
        self.deeds.entry(date).or_default().push(Deed::HoldInvoice { account, invoice, amount, why });
    }
}
