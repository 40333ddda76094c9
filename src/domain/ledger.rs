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
    /// The residual equals a discount that came too late, or in parts: for review, never noticed.
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
    /// The booking that earned it, by its place in the position.
    pub(super) by: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GrantSource {
    /// Terms on the invoice, e.g. `2/10`.
    Terms(String),
    /// The offer made in a notice, by its id.
    Offer(i64),
}

/// All items of an account in one currency, and its unallocated money.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Position<'a> {
    /// By due date, then number.
    pub items: Vec<Item<'a>>,
    /// Money that names no open invoice, in minor units; negative when more was taken back than is
    /// known to have come in: for a person to clear up, never a credit.
    pub unallocated: i64,
    /// What was settled by facts that say only that their invoice is not open any more, in minor units.
    pub closed: i64,
    /// The payments and credits that `unallocated` came from: number and minor units.
    pub unmatched: Vec<(String, i64)>,
    /// In the order in which they were taken.
    pub(super) bookings: Vec<Booking<'a>>,
    /// Where each item is, by its number: an account may have very many.
    places: BTreeMap<&'a str, usize>,
}

/// A payment or credit, and where its money is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Booking<'a> {
    pub number: &'a str,
    pub date: NaiveDate,
    pub is_payment: bool,
    /// As it came in.
    amount: i64,
    closes: bool,
    /// The items that it settles, by their place in the position, and how much of each.
    pub(super) parts: Vec<(usize, i64)>,
    /// What is unallocated of it; negative for a reversal that found too little to take back.
    pub rest: i64,
}

impl<'a> Booking<'a> {
    fn of(movement: &Movement<'a>) -> Self {
        let Movement { number, date, is_payment, amount, .. } = *movement;
        Self { number, date, is_payment, amount, closes: movement.closes(), parts: Vec::new(), rest: 0 }
    }

    /// Whether it is a payment of this amount of which nothing has been taken back.
    fn is_whole(&self, amount: i64) -> bool {
        let held = self.rest + self.parts.iter().map(|(_, part)| part).sum::<i64>();
        self.is_payment && !self.closes && self.amount == amount && held == amount
    }
}

impl Position<'_> {
    pub fn item(&self, invoice: &str) -> Option<&Item<'_>> {
        self.place(invoice).and_then(|place| self.items.get(place))
    }

    /// What payments and credits have put on invoices: each with the day on which it came, in minor units.
    pub fn parts(&self) -> impl Iterator<Item = (&Invoice, NaiveDate, i64)> {
        let of = |booking: &Booking<'_>| {
            let date = booking.date;
            let parts = booking.parts.iter().map(move |(place, part)| (*place, date, *part));
            parts.collect::<Vec<_>>()
        };
        let all = self.bookings.iter().flat_map(of);
        all.map(|(place, date, part)| (self.items[place].invoice, date, part))
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
    let empty = || (Position::default(), Vec::new());
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
        position.places =
            position.items.iter().enumerate().map(|(place, item)| (item.invoice.number.as_str(), place)).collect();
        // What only closes an invoice comes last of its day: it is what the others leave. A reversal
        // comes after the payments of its day: it may be one of those that it takes back.
        let order = |m: &Movement<'a>| (m.date, m.closes(), m.is_payment, m.amount < 0, m.number);
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
            self.bookings.push(Booking::of(movement));
            if movement.is_payment && movement.amount < 0 {
                self.take_back(movement, offers, policy);
                continue;
            }
            self.take(movement, offers, policy);
            if movement.is_payment {
                settle::grant_terms(self, movement, policy);
                settle::grant_offers(self, movement, offers, policy);
            }
        }
        if policy.allocate == Allocate::OldestFirst {
            self.book_oldest_first(before, NaiveDate::MAX);
        }
        settle::mark_late(self, offers, policy);
        let unmatched = self.bookings.iter().filter(|booking| booking.rest != 0);
        self.unmatched = unmatched.map(|booking| (booking.number.to_owned(), booking.rest)).collect();
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
        if closes {
            self.closed += movement.amount - left;
        } else {
            self.leave(left);
        }
    }

    /// Puts as much of `amount` on the invoice as it can take, and returns that.
    fn allocate(&mut self, invoice: &str, amount: i64, movement: &Movement<'a>) -> i64 {
        let Some(place) = self.place(invoice) else { return 0 };
        let item = &mut self.items[place];
        let part = amount.min(item.residual);
        if part != 0 {
            item.put(part, movement.is_payment, movement.date);
            item.last = Some((movement.is_payment, movement.number, part));
            self.bookings.last_mut().into_iter().for_each(|booking| booking.parts.push((place, part)));
        }
        part
    }

    /// Leaves a part of the last movement unallocated.
    fn leave(&mut self, rest: i64) {
        self.unallocated += rest;
        self.bookings.last_mut().into_iter().for_each(|booking| booking.rest = rest);
    }

    fn place(&self, invoice: &str) -> Option<usize> {
        self.places.get(invoice).copied()
    }

    /// Takes a reversed payment back from the invoices that the reversal names, or else from
    /// wherever the newest payment of the same amount went. What is not found there is taken from
    /// the money that is unallocated.
    fn take_back(&mut self, movement: &Movement<'a>, offers: &[(i64, NaiveDate, &Offer)], policy: &Policy) {
        let mut left = -movement.amount;
        let whole = self.bookings.iter().rposition(|booking| booking.is_whole(left));
        let mut taken: Vec<(usize, usize)> = Vec::new();
        if let (Some(booking), true) = (whole, movement.invoices.is_empty()) {
            left -= self.bookings[booking].rest;
            self.unallocated -= std::mem::take(&mut self.bookings[booking].rest);
            for (place, part) in std::mem::take(&mut self.bookings[booking].parts) {
                self.items[place].put(-part, true, movement.date);
                taken.push((place, booking));
                left -= part;
            }
        }
        for number in movement.invoices.iter() {
            let Some(place) = self.place(number) else { continue };
            // The payment of the same amount on it first, then the newest.
            let on_it = |booking: &Booking| booking.parts.iter().any(|(at, _)| *at == place);
            let equal = self.bookings.iter().rposition(|booking| on_it(booking) && booking.is_whole(-movement.amount));
            for booking in equal.into_iter().chain((0..self.bookings.len()).rev()) {
                if !self.bookings[booking].is_payment {
                    // What came from credits is not taken back with a payment.
                    continue;
                }
                let parts = self.bookings[booking].parts.iter_mut().filter(|(at, part)| *at == place && *part > 0);
                for (_, part) in parts {
                    let back = left.min(*part);
                    if back > 0 {
                        *part -= back;
                        left -= back;
                        self.items[place].put(-back, true, movement.date);
                        taken.push((place, booking));
                    }
                }
            }
        }
        for (place, booking) in taken {
            settle::forfeit(self, (place, booking), movement.date, offers, policy);
        }
        for booking in self.bookings.iter_mut().rev() {
            let back = left.min(booking.rest.max(0));
            booking.rest -= back;
            self.unallocated -= back;
            left -= back;
        }
        self.leave(-left);
    }

    /// Money that came before its invoice settles it once it is there: those issued up to `until`,
    /// after the movement of `before`.
    fn book_oldest_first(&mut self, before: Option<NaiveDate>, until: NaiveDate) {
        let issued = |(_, item): &(usize, &mut Item)| item.residual > 0 && item.invoice.issued <= until;
        for (place, item) in self.items.iter_mut().enumerate().filter(issued) {
            for booking in self.bookings.iter_mut().filter(|booking| booking.rest > 0) {
                let part = item.residual.min(booking.rest).min(self.unallocated);
                if part > 0 {
                    let date = before.unwrap_or(item.invoice.issued).max(item.invoice.issued);
                    item.put(part, booking.is_payment, date);
                    booking.parts.push((place, part));
                    booking.rest -= part;
                    self.unallocated -= part;
                }
            }
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
        self.balance(date);
    }

    pub(super) fn grant(&mut self, grant: Grant) {
        self.discount += grant.amount;
        let on = grant.on;
        self.grants.push(grant);
        self.balance(on);
    }

    /// Takes away the grants that no longer hold.
    pub(super) fn keep_grants(&mut self, date: NaiveDate, holds: impl Fn(&Grant) -> bool) {
        if !self.grants.iter().all(&holds) {
            self.grants.retain(holds);
            self.discount = self.grants.iter().map(|grant| grant.amount).sum();
            self.balance(date);
        }
    }

    /// Keeps the invariant: amount = settled + discount + residual.
    fn balance(&mut self, date: NaiveDate) {
        self.residual = self.invoice.amount.minor - self.settled - self.discount;
        self.settled_on = (self.residual == 0).then_some(date);
    }
}
