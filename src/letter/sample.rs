//! Sample letters: every combination that a template tells apart, for checks and previews.

use chrono::NaiveDate;

use super::{Item, Letter, Offer, Payment, Sender, Template, confirmation::Confirmation, receipt::Receipt};
use crate::domain::{
    case::CaseOutcome,
    money::{Currency, Money},
};

/// What varies between samples.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    pub template: Template,
    pub items: usize,
    pub offer: bool,
    pub credits: bool,
    pub documents: bool,
    /// Somebody is greeted by name, and there is a link to the page.
    pub named: bool,
}

impl Shape {
    /// All combinations of one template; the same order for each.
    pub fn all(template: Template) -> Vec<Self> {
        let bit = |n: u32, at: u32| n >> at & 1 == 1;
        (0..32)
            .map(|n| Self {
                template,
                items: if bit(n, 0) { 3 } else { 1 },
                offer: bit(n, 1),
                credits: bit(n, 2),
                documents: bit(n, 3),
                named: bit(n, 4),
            })
            .collect()
    }

    /// A letter of this shape in a locale, with made-up data.
    pub fn letter(self, locale: &str, currency: Currency) -> Letter {
        let money = |minor| Money::new(minor, currency);
        let items: Vec<Item> = (0..self.items).map(|n| item(n, currency)).collect();
        let overdue = items.iter().map(|item| item.residual.minor).sum::<i64>();
        let credits = if self.credits { 15_000 } else { 0 };
        let total = overdue - credits;
        let discount = total * 2 / 100;
        let offer = self.offer.then(|| Offer {
            percent: 2.into(),
            discount: money(discount),
            pay: money(total - discount),
            last_day: day(24),
        });
        Letter {
            template: self.template,
            sender: sender(),
            account: "10042".to_owned(),
            account_name: "Lindenhof Hotels".to_owned(),
            contact_name: self.named.then(|| "Maria Huber".to_owned()),
            locale: locale.to_owned(),
            as_of: day(9),
            overdue_total: money(overdue),
            credits: money(credits),
            total: money(total),
            offer,
            documents: if self.documents {
                items.iter().map(|i| format!("{}.pdf", i.invoice)).collect()
            } else {
                vec![]
            },
            page: self.named.then(|| "https://pay.example/r/an-example-of-a-link-abcdef".to_owned()),
            items,
        }
    }
}

/// The confirmation of an outcome, with what belongs to it.
pub fn confirmation(outcome: CaseOutcome, locale: &str, currency: Currency) -> Confirmation {
    let letter =
        Shape { template: Template::First, items: 1, offer: false, credits: false, documents: false, named: true }
            .letter(locale, currency);
    let money = |minor| Money::new(minor, currency);
    let (credits, plan) = (outcome.credits(), outcome == CaseOutcome::PlanAgreed);
    Confirmation {
        outcome,
        credits: if credits { vec![("R-2025-1180".to_owned(), money(12_345))] } else { Vec::new() },
        parts: if plan { vec![(day(20), money(40_000)), (day(31), money(40_000))] } else { Vec::new() },
        own: Vec::new(),
        sender: letter.sender,
        account: letter.account,
        account_name: letter.account_name,
        contact_name: letter.contact_name,
        locale: letter.locale,
    }
}

/// What a receipt may have to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receipts {
    Promise,
    Plan,
    Case,
    /// Payment by a day for one thing, and a person who looks into another.
    Both,
}

impl Receipts {
    pub const ALL: [Self; 4] = [Self::Promise, Self::Plan, Self::Case, Self::Both];
}

/// The receipt of an answer.
pub fn receipt(which: Receipts, locale: &str, currency: Currency) -> Receipt {
    let agreed = confirmation(CaseOutcome::PlanAgreed, locale, currency);
    Receipt {
        answered: day(9),
        case: matches!(which, Receipts::Case | Receipts::Both).then_some(417),
        until: matches!(which, Receipts::Promise | Receipts::Both).then(|| day(20)),
        parts: if which == Receipts::Plan { agreed.parts } else { Vec::new() },
        sender: agreed.sender,
        account: agreed.account,
        account_name: agreed.account_name,
        contact_name: agreed.contact_name,
        locale: agreed.locale,
    }
}

/// A day of March 2026.
fn day(number: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, number).unwrap_or_default()
}

fn item(number: usize, currency: Currency) -> Item {
    let (later, residual) = [(0, 123_450), (9, 48_000), (21, 7_205)][number % 3];
    let due = day(9) - chrono::Days::new(69 - later);
    Item {
        invoice: format!("R-2025-{}", 1180 + 17 * number),
        issued: due - chrono::Days::new(30),
        due,
        days_overdue: (day(9) - due).num_days(),
        residual: Money::new(residual, currency),
    }
}

fn sender() -> Sender {
    let some = |text: &str| Some(text.to_owned());
    Sender {
        company: "Alder & Finch".to_owned(),
        address: vec!["14 Mill Lane".to_owned(), "Bath BA1 5LZ".to_owned()],
        contact: "Anna Weber".to_owned(),
        phone: "+44 1225 496 0142".to_owned(),
        email: "accounts@alder-finch.example".to_owned(),
        website: some("www.alder-finch.example"),
        payment: Payment {
            holder: some("Alder & Finch"),
            iban: some("DE02 1203 0000 0000 2020 51"),
            bic: some("BYLADEM1001"),
            bank: some("Example Bank"),
            lines: Vec::new(),
        },
    }
}
