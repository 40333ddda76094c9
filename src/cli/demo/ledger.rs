//! The invented ledger: accounts and invoices, the same for the same seed.

use std::collections::BTreeSet;

use chrono::{Datelike, Duration, NaiveDate, Weekday};
use rand::{
    Rng,
    seq::{IndexedRandom, SliceRandom},
};
use rust_decimal::Decimal;

use super::{
    DAYS_OF_LEDGER, END, START,
    names::{Region, domain, region_of},
    people::{Persona, mix},
};
use crate::domain::{
    discount::Tier,
    facts::{Account, Invoice},
    money::{Currency, Money, round_half_up},
};

/// A customer with its invoices, oldest first.
#[derive(Debug, Clone)]
pub struct Customer {
    pub account: Account,
    pub persona: Persona,
    /// Place among the customers of its kind.
    pub nth: usize,
    pub invoices: Vec<Invoice>,
    /// Place of the invoice that stays open until something happens.
    pub left_open: Option<usize>,
}

impl Customer {
    /// The invoice that stays open, with the day on which a first notice would be due.
    pub fn trouble(&self) -> Option<(&Invoice, NaiveDate)> {
        let invoice = self.invoices.get(self.left_open?)?;
        Some((invoice, (invoice.due + Duration::days(60)).max(START)))
    }

    /// Whether the invoice is left open at first.
    pub fn leaves_open(&self, place: usize) -> bool {
        self.left_open.is_some_and(|trouble| place == trouble || (self.persona.stops_paying() && place > trouble))
    }
}

/// All customers, in the order of their numbers.
pub fn make(random: &mut impl Rng) -> Vec<Customer> {
    let mut kinds = mix();
    kinds.shuffle(random);
    let mut taken = BTreeSet::new();
    let people = kinds.into_iter().enumerate();
    let mut customers: Vec<Customer> =
        people.map(|(index, (persona, nth))| customer(index, persona, nth, &mut taken, random)).collect();
    number(&mut customers);
    customers
}

fn customer(
    index: usize,
    persona: Persona,
    nth: usize,
    taken: &mut BTreeSet<String>,
    random: &mut impl Rng,
) -> Customer {
    let region = region_of(random);
    let name = region.name(taken, random);
    let mailbox =
        ["accounts", "invoices", "finance", "buchhaltung"][if region.locale.starts_with("de") { 3 } else { nth % 3 }];
    let account = Account {
        number: format!("C-{}", 1001 + index),
        emails: if persona == Persona::NoEmail { Vec::new() } else { vec![format!("{mailbox}@{}", domain(&name))] },
        name,
        locale: Some(region.locale.to_owned()),
        zone: region.zone.parse().ok(),
        country: Some(region.country.to_owned()),
        policy: (persona == Persona::Acquired).then(|| "eastmoor".to_owned()),
        autopay: persona == Persona::Autopay,
        contact_name: if random.random_bool(0.6) { region.person(random) } else { None },
        phone: None,
    };
    let (invoices, left_open) = invoices(&account, persona, nth, region, random);
    Customer { account, persona, nth, invoices, left_open }
}

/// The invoices of a customer at its pace, one of them due on the day that its kind asks for.
fn invoices(
    account: &Account,
    persona: Persona,
    nth: usize,
    region: &Region,
    random: &mut impl Rng,
) -> (Vec<Invoice>, Option<usize>) {
    let often = persona == Persona::AfterSecond && nth.is_multiple_of(6);
    let pace = if often { 5 } else { [14, 21, 30, 30, 45].choose(random).copied().unwrap_or(30) };
    let net = if persona.has_terms() { 30 } else { [14, 30, 30, 45].choose(random).copied().unwrap_or(30) };
    let target = due(persona, nth, random);
    let first = END - Duration::days(DAYS_OF_LEDGER);
    let back = (target - Duration::days(net) - first).num_days() / pace;
    let days = (-back..).map(|n| target + Duration::days(n * pace - net)).map(weekday).take_while(|day| *day <= END);
    let second = (nth % 14 == 5 && region.currency != "EUR").then_some("EUR");
    let mut invoices = Vec::new();
    for (place, issued) in days.enumerate() {
        let code = second.filter(|_| place % 2 == 1).unwrap_or(region.currency);
        let Ok(currency) = code.parse::<Currency>() else { continue };
        let amount = Money::new(amount(currency, random), currency);
        invoices.push(Invoice {
            number: String::new(),
            account: account.number.clone(),
            issued,
            due: issued + Duration::days(net),
            amount,
            tax: (region.tax > 0).then(|| tax(amount.minor, region.tax)),
            terms: terms(persona, region),
            delivered: random.random_bool(0.25).then(|| issued + Duration::days(1)),
            document: None,
            product: None,
            note: None,
        });
    }
    let place = usize::try_from(back).unwrap_or_default().min(invoices.len().saturating_sub(1));
    if let (Persona::Tiny, Some(invoice)) = (persona, invoices.get_mut(place)) {
        invoice.amount.minor = invoice.amount.minor % 500 + 320;
        invoice.tax = invoice.tax.map(|_| tax(invoice.amount.minor, region.tax));
    }
    (invoices, (persona.has_trouble() || persona == Persona::EarlyLate).then_some(place))
}

/// When the invoice that stays open is due: long before the first day, so that the first sweep
/// finds it, or so that its notice falls into the spring or into the last weeks.
fn due(persona: Persona, nth: usize, random: &mut impl Rng) -> NaiveDate {
    let days = match (persona, nth % 4) {
        (Persona::Acquired, _) => random.random_range(-88..-63),
        (Persona::OfferLate | Persona::EarlyLate, _) => random.random_range(-58..-40),
        (_, 0) => random.random_range(-86..-60),
        (_, 3) => random.random_range(39..57),
        _ => random.random_range(-57..0),
    };
    START + Duration::days(days)
}

fn amount(currency: Currency, random: &mut impl Rng) -> i64 {
    let often = [1, 1, 1, 1, 2, 2, 4, 9].choose(random).copied().unwrap_or(1);
    let cents = random.random_range(11_500..98_000) * often;
    match currency.exponent() {
        0 => cents / 100 * 150,
        3 => cents * 3,
        _ => cents,
    }
}

fn tax(gross: i64, tenths: i64) -> i64 {
    round_half_up(Decimal::from(gross * tenths) / Decimal::from(1000 + tenths))
}

fn terms(persona: Persona, region: &Region) -> Vec<Tier> {
    let text: &[&str] = match (persona.has_terms(), region.country) {
        (false, _) => &[],
        (true, "DE" | "AT" | "CH") => &["3/7", "2/14"],
        (true, _) => &["2/10"],
    };
    text.iter().filter_map(|tier| tier.parse().ok()).collect()
}

/// The day itself, or the Monday after it.
pub fn weekday(day: NaiveDate) -> NaiveDate {
    match day.weekday() {
        Weekday::Sat => day + Duration::days(2),
        Weekday::Sun => day + Duration::days(1),
        _ => day,
    }
}

/// Numbers the invoices in the order of their issue, and names the PDFs of those left open.
fn number(customers: &mut [Customer]) {
    let open: Vec<Vec<bool>> = customers
        .iter()
        .map(|customer| (0..customer.invoices.len()).map(|place| customer.leaves_open(place)).collect())
        .collect();
    let all = customers.iter_mut().zip(open).flat_map(|(customer, open)| customer.invoices.iter_mut().zip(open));
    let mut all: Vec<(&mut Invoice, bool)> = all.collect();
    all.sort_by(|(a, _), (b, _)| (a.issued, &a.account).cmp(&(b.issued, &b.account)));
    for (index, (invoice, open)) in all.into_iter().enumerate() {
        invoice.number = format!("NW-{}", 20_001 + index);
        invoice.document = open.then(|| format!("{}.pdf", invoice.number));
    }
}
