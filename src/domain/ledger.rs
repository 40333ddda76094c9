//! What is still owed: the one function that computes residuals, used by everything.
//!
//! Payments and credits are taken in the order of their effective date, credits first, then by
//! their numbers, so that the order in which facts arrived never matters. Each settles the
//! invoices that it names, in the order named; the rest stays unallocated.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{
    account_facts::AccountFacts,
    facts::{CLOSING_PREFIXES, Credit, Invoice, Payment},
    money::Currency,
    notice::Offer,
    policy::{Allocate, Policy},
    settle,
};

/// An invoice with what has become of it. Amounts are minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item<'a> {
    pub invoice: &'a Invoice,
    /// Payments and credits allocated to it.
    pub settled: i64,
    /// The part of `settled` that came from credits.
    pub credited: i64,
    /// Number of payments allocated to it.
    pub payments: u32,
    pub discount: i64,
    /// Discounts granted on it.
    pub grants: Vec<Grant>,
    pub residual: i64,
    /// The residual equals a discount whose last day had passed: for review, never noticed.
    pub late_discount: bool,
    /// Value date of the last money on it.
    pub last_money: Option<NaiveDate>,
    /// The last movement on it: whether it was a payment, its number, and its part in minor units.
    pub(super) last: Option<(bool, &'a str, i64)>,
    /// Date since which nothing has been owed.
    pub settled_on: Option<NaiveDate>,
}

/// A discount that has been granted, to be booked by the accounting system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Value date of the payment that earned it.
    pub on: NaiveDate,
    /// Gross amount in minor units, tax included.
    pub amount: i64,
    pub tax: i64,
    pub source: GrantSource,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GrantSource {
    /// Terms on the invoice, e.g. `2/10`.
    Terms(String),
    /// The offer made in a notice, by its id.
    Offer(i64),
}

/// All items of an account in one currency, and its unallocated money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position<'a> {
    /// By due date, then number.
    pub items: Vec<Item<'a>>,
    /// Money that names no open invoice, in minor units; negative after a reversal of such money.
    pub unallocated: i64,
    /// The payments and credits that `unallocated` came from: number and minor units.
    pub unmatched: Vec<(String, i64)>,
}

impl Position<'_> {
    pub fn item(&self, invoice: &str) -> Option<&Item<'_>> {
        self.items.iter().find(|item| item.invoice.number == invoice)
    }
}

/// Money that came in, in one shape for payments and credits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Movement<'a> {
    pub date: NaiveDate,
    pub is_payment: bool,
    pub number: &'a str,
    pub amount: i64,
    pub invoices: Named<'a>,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Named<'a> {
    Many(&'a [String]),
    One(Option<&'a String>),
}

impl<'a> Named<'a> {
    pub fn iter(self) -> impl Iterator<Item = &'a String> {
        let (many, one) = match self {
            Self::Many(list) => (list, None),
            Self::One(one) => (&[][..], one),
        };
        many.iter().chain(one)
    }

    pub fn is_empty(self) -> bool {
        self.iter().next().is_none()
    }
}

impl<'a> Movement<'a> {
    fn of_payment(payment: &'a Payment) -> Self {
        Self {
            date: payment.received,
            is_payment: true,
            number: &payment.number,
            amount: payment.amount.minor,
            invoices: Named::Many(&payment.invoices),
        }
    }

    fn of_credit(credit: &'a Credit) -> Self {
        Self {
            date: credit.date,
            is_payment: false,
            number: &credit.number,
            amount: credit.amount.minor,
            invoices: Named::One(credit.invoice.as_ref()),
        }
    }

    /// Whether it says only that its invoice is not open any more.
    fn closes(&self) -> bool {
        CLOSING_PREFIXES.iter().any(|prefix| self.number.starts_with(prefix))
    }
}

/// The position of an account by currency, from the facts effective on or before `as_of`.
pub fn positions<'a>(facts: &'a AccountFacts, policy: &Policy, as_of: NaiveDate) -> BTreeMap<Currency, Position<'a>> {
    let mut found: BTreeMap<Currency, (Position<'a>, Vec<Movement<'a>>)> = BTreeMap::new();
    let empty = || (Position { items: Vec::new(), unallocated: 0, unmatched: Vec::new() }, Vec::new());
    for invoice in facts.invoices.iter().filter(|invoice| invoice.issued <= as_of) {
        found.entry(invoice.amount.currency).or_insert_with(empty).0.items.push(Item::open(invoice));
    }
    for payment in facts.payments.iter().filter(|payment| payment.received <= as_of) {
        found.entry(payment.amount.currency).or_insert_with(empty).1.push(Movement::of_payment(payment));
    }
    for credit in facts.credits.iter().filter(|credit| credit.date <= as_of) {
        found.entry(credit.amount.currency).or_insert_with(empty).1.push(Movement::of_credit(credit));
    }
    let settled = found.into_iter().map(|(currency, (mut position, mut movements))| {
        position.items.sort_by(|a, b| (a.invoice.due, &a.invoice.number).cmp(&(b.invoice.due, &b.invoice.number)));
        // What only closes an invoice comes last of its day: it is what the others leave.
        let order = |movement: &Movement<'a>| (movement.date, movement.closes(), movement.is_payment, movement.number);
        movements.sort_by(|a, b| order(a).cmp(&order(b)));
        let mut offers: Vec<(i64, NaiveDate, &Offer)> = facts
            .notices
            .iter()
            .filter(|notice| notice.currency == currency && notice.as_of <= as_of)
            .filter_map(|notice| notice.offer.as_ref().map(|offer| (notice.id, notice.as_of, offer)))
            .collect();
        offers.sort_by_key(|(notice, made_on, _)| (*made_on, *notice));
        position.take_all(&movements, &offers, policy);
        (currency, position)
    });
    settled.collect()
}

impl<'a> Position<'a> {
    fn take_all(&mut self, movements: &[Movement<'a>], offers: &[(i64, NaiveDate, &Offer)], policy: &Policy) {
        let mut before = None;
        for movement in movements {
            if policy.allocate == Allocate::OldestFirst {
                self.book_oldest_first(before, movement.date);
            }
            before = Some(movement.date);
            self.take(movement, offers, policy);
            if movement.is_payment && movement.amount > 0 {
                settle::grant_terms(self, movement, policy);
                settle::grant_offers(self, movement, offers, policy);
            }
        }
        if policy.allocate == Allocate::OldestFirst {
            self.book_oldest_first(before, NaiveDate::MAX);
        }
        settle::mark_late(self, offers, policy);
    }

    /// Allocates one movement to the invoices that it names, or that its offer names.
    fn take(&mut self, movement: &Movement<'a>, offers: &[(i64, NaiveDate, &Offer)], policy: &Policy) {
        let mut left = movement.amount;
        for (number, part) in settle::short_by_discounts(self, movement, policy) {
            left -= self.allocate(number, part, movement);
        }
        for number in movement.invoices.iter() {
            left -= self.allocate(number, left, movement);
        }
        if movement.is_payment && movement.invoices.is_empty() {
            // Money that answers an offer to the cent names what the offer names.
            for number in settle::offer_met(self, movement, offers) {
                left -= self.allocate(number, left, movement);
            }
        }
        let closes = movement.closes();
        if policy.allocate == Allocate::OldestFirst && left > 0 && !closes {
            let issued = |item: &&Item| item.residual > 0 && item.invoice.issued <= movement.date;
            let open: Vec<&str> = self.items.iter().filter(issued).map(|item| item.invoice.number.as_str()).collect();
            for number in open {
                left -= self.allocate(number, left, movement);
            }
        }
        if left != 0 && !closes {
            self.unallocated += left;
            self.unmatched.push((movement.number.to_owned(), left));
        }
    }

    /// Puts as much of `amount` on the invoice as it can take, and returns that.
    fn allocate(&mut self, invoice: &str, amount: i64, movement: &Movement<'a>) -> i64 {
        let Some(item) = self.items.iter_mut().find(|item| item.invoice.number == invoice) else { return 0 };
        // What came from credits is not taken back with a payment, nor the other way round.
        let own = if movement.is_payment { item.settled - item.credited } else { item.credited };
        let part = if amount >= 0 { amount.min(item.residual) } else { amount.max(-own) };
        if part != 0 {
            item.put(part, movement.is_payment, movement.date);
            item.last = Some((movement.is_payment, movement.number, part));
        }
        part
    }

    /// Money that came before its invoice settles it once it is there: those issued up to `until`,
    /// after the movement of `before`.
    fn book_oldest_first(&mut self, before: Option<NaiveDate>, until: NaiveDate) {
        let issued = |item: &&mut Item| item.residual > 0 && item.invoice.issued <= until;
        for item in self.items.iter_mut().filter(issued) {
            let part = item.residual.min(self.unallocated.max(0));
            if part > 0 {
                item.put(part, true, before.unwrap_or(item.invoice.issued).max(item.invoice.issued));
                self.unallocated -= part;
            }
        }
        if self.unallocated == 0 {
            self.unmatched.clear();
        }
    }
}

impl<'a> Item<'a> {
    fn open(invoice: &'a Invoice) -> Self {
        Self {
            invoice,
            settled: 0,
            credited: 0,
            payments: 0,
            discount: 0,
            grants: Vec::new(),
            residual: invoice.amount.minor,
            late_discount: false,
            last_money: None,
            last: None,
            settled_on: None,
        }
    }

    /// The part of a payment that went to this item just now, in minor units.
    pub(super) fn part_of(&self, movement: &Movement) -> Option<i64> {
        self.last.filter(|(is_payment, number, _)| *is_payment && *number == movement.number).map(|(.., part)| part)
    }

    /// Days from the due date to `as_of`; 0 or less is not overdue.
    pub fn days_overdue(&self, as_of: NaiveDate) -> i64 {
        (as_of - self.invoice.due).num_days()
    }

    fn put(&mut self, part: i64, is_payment: bool, date: NaiveDate) {
        self.settled += part;
        self.last_money = Some(date);
        if is_payment {
            // A payment that was taken back in part is still one.
            self.payments = match (part > 0, self.settled > self.credited) {
                (true, _) => self.payments + 1,
                (false, true) => self.payments.saturating_sub(1).max(1),
                (false, false) => 0,
            };
        } else {
            self.credited += part;
        }
        if part < 0 {
            // The money was taken back, and with it whatever it had earned.
            self.discount = 0;
            self.grants.clear();
        }
        self.balance(date);
    }

    pub(super) fn grant(&mut self, grant: Grant) {
        self.discount += grant.amount;
        let on = grant.on;
        self.grants.push(grant);
        self.balance(on);
    }

    /// Keeps the invariant: amount = settled + discount + residual.
    fn balance(&mut self, date: NaiveDate) {
        self.residual = self.invoice.amount.minor - self.settled - self.discount;
        self.settled_on = (self.residual == 0).then_some(date);
    }
}
