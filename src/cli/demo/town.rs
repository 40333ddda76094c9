//! The customers at work: what they do by themselves, and what they do when a notice comes.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Duration, NaiveDate};
use rand::Rng;
use rand_chacha::ChaCha20Rng;

use super::{
    END,
    diary::{Day, Diary},
    ledger::{Customer, weekday},
    people::Persona,
};
use crate::{
    domain::{
        discount::{Payable, Terms, quote},
        facts::{Invoice, Payment},
        money::Money,
    },
    store::outbox::Notice,
};

/// All customers with their plans.
#[derive(Debug)]
pub struct Town {
    pub customers: Vec<Customer>,
    pub diary: Diary,
    pub random: ChaCha20Rng,
    /// Place of each customer by its number.
    by_number: BTreeMap<String, usize>,
    /// When each invoice is paid, as planned so far. An invoice has one plan at a time.
    planned: HashMap<String, NaiveDate>,
    /// Invoices that an answer to a notice settles.
    answered: BTreeSet<String>,
    numbers: u32,
}

impl Town {
    pub fn new(customers: Vec<Customer>, random: ChaCha20Rng) -> Self {
        let by_number = customers.iter().enumerate().map(|(place, c)| (c.account.number.clone(), place)).collect();
        let (diary, planned) = (Diary::default(), HashMap::new());
        let mut town = Self { customers, diary, random, by_number, planned, answered: BTreeSet::new(), numbers: 0 };
        for place in 0..town.customers.len() {
            town.plan_ordinary(place);
        }
        town
    }

    pub fn customer(&self, number: &str) -> Option<&Customer> {
        self.customers.get(*self.by_number.get(number)?)
    }

    /// What becomes known up to a day.
    pub fn until(&mut self, day: NaiveDate, with_payments: bool) -> Day {
        let mut news = self.diary.until(day, with_payments);
        news.payments.retain(|payment| match payment.invoices.as_slice() {
            // What was planned and then paid otherwise does not come twice.
            [one] if payment.note.is_none() => self.planned.get(one) == Some(&payment.received),
            _ => true,
        });
        news
    }

    pub fn next_number(&mut self, prefix: &str) -> String {
        self.numbers += 1;
        format!("{prefix}-{:05}", self.numbers)
    }

    fn plan_ordinary(&mut self, place: usize) {
        let customer = self.customers[place].clone();
        self.diary.accounts.entry(NaiveDate::MIN).or_default().push(customer.account.clone());
        for (index, invoice) in customer.invoices.iter().enumerate() {
            self.diary.invoices.entry(invoice.issued).or_default().push(invoice.clone());
            if !customer.leaves_open(index) || customer.persona == Persona::EarlyLate {
                self.plan_invoice(&customer, index);
            }
        }
    }

    /// The usual way of a customer with an invoice.
    fn plan_invoice(&mut self, customer: &Customer, index: usize) {
        let invoice = &customer.invoices[index];
        let late = customer.persona == Persona::EarlyLate && customer.left_open == Some(index);
        let after = |days: i64| weekday(invoice.due + Duration::days(days));
        if customer.persona.has_terms() {
            let best = best_terms(invoice);
            let days = if late { self.random.random_range(16..22) } else { self.random.random_range(2..5) };
            let received = weekday(invoice.issued + Duration::days(days));
            return self.plan_payment(invoice, received, best);
        }
        let range = match customer.persona {
            Persona::Tardy => 4..48,
            Persona::Punctual => -4..2,
            _ => -2..11,
        };
        let received = after(self.random.random_range(range)).max(weekday(invoice.issued));
        self.plan_payment(invoice, received, invoice.amount.minor);
    }

    fn plan_payment(&mut self, invoice: &Invoice, received: NaiveDate, minor: i64) {
        self.planned.insert(invoice.number.clone(), received);
        self.pay(
            &invoice.account,
            received,
            Money::new(minor, invoice.amount.currency),
            vec![invoice.number.clone()],
            None,
        );
    }

    /// Puts a payment into the diary. With a note it comes whatever else is planned.
    pub fn pay(
        &mut self,
        account: &str,
        received: NaiveDate,
        amount: Money,
        invoices: Vec<String>,
        note: Option<&str>,
    ) -> Payment {
        let (number, account) = (self.next_number("P"), account.to_owned());
        let payment = Payment { number, account, received, amount, invoices, note: note.map(str::to_owned) };
        self.diary.payments.entry(received).or_default().push(payment.clone());
        payment
    }

    /// How a customer answers a notice that came on `day`.
    pub fn answer(&mut self, customer: &Customer, notice: &Notice, day: NaiveDate) {
        let second = notice.letter == "second";
        let days = self.random.random_range(2..13);
        let soon = weekday(day + Duration::days(days));
        let offer = notice.offer.as_ref();
        match customer.persona {
            // Some stay silent; others have told how they pay, and keep to it.
            Persona::Silent | Persona::Unmatched | Persona::Tiny | Persona::Acquired => {}
            Persona::Instalments | Persona::PromiseKept => {}
            Persona::AfterSecond | Persona::PromiseBroken if !second => {}
            Persona::PartPayer if customer.nth % 2 == 1 && !second => self.settle(customer, notice, soon, Part::Third),
            Persona::OfferNamed | Persona::OfferUnnamed => match offer {
                Some(offer) => {
                    self.settle(customer, notice, soon.min(offer.last_day), Part::Offer(customer.persona, offer.pay))
                }
                None => self.settle(customer, notice, soon, Part::All),
            },
            Persona::OfferLate => match offer {
                Some(offer) => {
                    let late = weekday(offer.last_day + Duration::days(3));
                    self.settle(customer, notice, late, Part::Offer(customer.persona, offer.pay));
                }
                None => self.settle(customer, notice, soon, Part::All),
            },
            _ => self.settle(customer, notice, soon, Part::All),
        }
        if customer.persona.stops_paying() && second && customer.persona != Persona::Silent {
            self.resume(customer, notice);
        }
    }

    /// Pays what a notice lists, as far as it is not on its way already.
    fn settle(&mut self, customer: &Customer, notice: &Notice, received: NaiveDate, part: Part) {
        let open: Vec<_> = notice
            .lines
            .iter()
            .filter(|line| !self.answered.contains(&line.invoice))
            .filter(|line| self.planned.get(&line.invoice).is_none_or(|planned| *planned > notice.as_of))
            .collect();
        let all = open.len() == notice.lines.len();
        let invoices: Vec<String> = open.iter().map(|line| line.invoice.clone()).collect();
        let third = open.iter().map(|line| line.residual.minor).sum::<i64>() / 3;
        let account = &customer.account.number;
        let money = |minor| Money::new(minor, notice.currency);
        match part {
            Part::Third if third > 0 => {
                self.pay(account, received, money(third), invoices, Some("first part"));
                return;
            }
            Part::Offer(Persona::OfferUnnamed, pay) if all => {
                self.pay(account, received, money(pay), Vec::new(), Some("with thanks for the offer"));
            }
            Part::Offer(_, pay) if all => {
                self.pay(account, received, money(pay), invoices.clone(), Some("less the discount of the offer"));
            }
            _ => {
                let mut credits = notice.credits;
                let open: Vec<_> = open.into_iter().map(|line| (line.invoice.clone(), line.residual.minor)).collect();
                for (invoice, minor) in open {
                    let covered = credits.min(minor);
                    credits -= covered;
                    if minor > covered {
                        self.pay(account, received, money(minor - covered), vec![invoice], Some("account settled"));
                    }
                }
            }
        }
        for invoice in invoices {
            self.planned.insert(invoice.clone(), received);
            self.answered.insert(invoice);
        }
    }

    /// From now on the customer pays again as invoices fall due.
    fn resume(&mut self, customer: &Customer, notice: &Notice) {
        for (index, invoice) in customer.invoices.iter().enumerate() {
            let same = invoice.amount.currency == notice.currency;
            let listed = notice.lines.iter().any(|line| line.invoice == invoice.number);
            if !listed && same && !self.planned.contains_key(&invoice.number) && invoice.due <= END {
                self.plan_invoice(customer, index);
            }
        }
    }
}

/// How much of a notice is paid.
#[derive(Debug, Clone, Copy)]
enum Part {
    All,
    Third,
    Offer(Persona, i64),
}

/// What the best tier of an invoice leaves to pay.
fn best_terms(invoice: &Invoice) -> i64 {
    let payable = Payable {
        gross: invoice.amount.minor,
        tax: invoice.tax.unwrap_or(0),
        exponent: invoice.amount.currency.exponent(),
    };
    let quotes = invoice.terms.iter().map(|tier| quote(payable, tier, &Terms::default(), invoice.issued).pay);
    quotes.min().unwrap_or(invoice.amount.minor)
}
