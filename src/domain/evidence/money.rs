//! What the money that came in says: short by something exact, unmatched, or round parts of the oldest.

use chrono::{Days, NaiveDate};

use super::{Known, Observation, kind::Kind, known::Key, residue::Residues, words::Said};
use crate::domain::{
    account_facts::AccountFacts,
    facts::{Event, EventKind, Payment},
    ledger::{Item, Position},
    money::Money,
};

/// Parts that are multiples of so many major units are round.
const ROUND: i64 = 50;
/// So many of them, within so many days, are a habit.
const PARTS: usize = 2;
const PARTS_DAYS: Days = Days::new(180);

/// The money of an account.
pub(super) struct Coins<'a> {
    /// What was asked to be credited.
    claims: Vec<&'a Event>,
    /// Minor units and number of what is not matched, the smallest first.
    unmatched: Vec<(i64, &'a str)>,
    /// Round parts of the oldest open item: its due date, how many, and the last one.
    parts: Option<(NaiveDate, usize, &'a Payment)>,
}

impl<'a> Coins<'a> {
    pub fn of(facts: &'a AccountFacts, position: &'a Position<'a>, residues: &Residues, as_of: NaiveDate) -> Self {
        let claims = facts.events.iter().filter(|event| event.date <= as_of && is_claim(event)).collect();
        let mut unmatched: Vec<(i64, &str)> =
            position.unmatched.iter().map(|(number, minor)| (*minor, number.as_str())).collect();
        unmatched.sort_unstable();
        let oldest = position.items.iter().find(|item| item.residual > 0 && !residues.is_one(item));
        Self { claims, unmatched, parts: oldest.and_then(|oldest| round_parts(facts, oldest, as_of)) }
    }

    pub fn about(&self, known: &Known, item: &Item) -> Vec<Observation> {
        [self.short_by(known, item), self.unmatched(known, item), self.round_parts(known, item)]
            .into_iter()
            .flatten()
            .collect()
    }

    /// Paid but for exactly the tax, or exactly what was asked to be credited.
    fn short_by(&self, known: &Known, item: &Item) -> Option<Observation> {
        if item.payments == 0 {
            return None;
        }
        let open = Money { minor: item.residual, currency: item.invoice.amount.currency };
        let about = |event: &&&Event| event.invoice.as_ref().is_none_or(|number| *number == item.invoice.number);
        let asked = self.claims.iter().filter(|event| event.amount == Some(open)).filter(about);
        let (key, said) = match asked.min_by_key(|event| (event.date, &event.number)) {
            Some(event) => (Key::event(&event.number, event.date), Said::ShortByCredit { open, asked: event.date }),
            None if item.invoice.tax == Some(item.residual) => {
                let date = item.last_money.unwrap_or(known.as_of);
                let source = format!("invoice {}", item.invoice.number);
                (Key { suffix: None, date, source }, Said::ShortByTax { open })
            }
            None => return None,
        };
        known.seen(Kind::ShortBy, key, known.rule().weights.short_by, &said)
    }

    /// Money that names nothing would settle it; to the cent it is decisive.
    fn unmatched(&self, known: &Known, item: &Item) -> Option<Observation> {
        let at = self.unmatched.partition_point(|(minor, _)| *minor < item.residual);
        let (minor, number) = *self.unmatched.get(at).filter(|_| known.position.unallocated >= item.residual)?;
        let exact = minor == item.residual;
        let money = Money { minor, currency: item.invoice.amount.currency };
        let key = Key { suffix: Some(number.to_owned()), date: known.as_of, source: format!("payment {number}") };
        let weight = known.rule().weights.unmatched_money;
        let seen = known.seen(Kind::UnmatchedMoney, key, weight, &Said::Unmatched { money, exact })?;
        Some(Observation { decisive: exact, ..seen })
    }

    /// Whoever pays what there is pays round parts, on what is oldest.
    fn round_parts(&self, known: &Known, item: &Item) -> Option<Observation> {
        let (_, number, last) = self.parts.filter(|(due, ..)| *due <= item.invoice.due)?;
        let key = Key { suffix: None, date: last.received, source: format!("payment {}", last.number) };
        known.seen(Kind::RoundParts, key, known.rule().weights.round_parts, &Said::RoundParts { number })
    }
}

fn is_claim(event: &Event) -> bool {
    use EventKind::{Complaint, DeliveryProblem, ReturnedGoods, TicketOpened};
    event.amount.is_some() && matches!(event.kind, Complaint | DeliveryProblem | ReturnedGoods | TicketOpened)
}

fn round_parts<'a>(
    facts: &'a AccountFacts,
    oldest: &Item,
    as_of: NaiveDate,
) -> Option<(NaiveDate, usize, &'a Payment)> {
    let (number, amount) = (&oldest.invoice.number, oldest.invoice.amount);
    let since = as_of.checked_sub_days(PARTS_DAYS).unwrap_or(NaiveDate::MIN);
    let round = ROUND * 10_i64.checked_pow(amount.currency.exponent())?;
    let is_part = |payment: &&Payment| {
        let Money { minor, currency } = payment.amount;
        let is_round = currency == amount.currency && minor > 0 && minor % round == 0;
        is_round && (since..=as_of).contains(&payment.received) && payment.invoices.contains(number)
    };
    let parts = || facts.payments.iter().filter(is_part);
    let last = parts().max_by_key(|payment| (payment.received, &payment.number))?;
    // An amount that is itself round says nothing by its parts.
    (oldest.payments > 0 && amount.minor % round != 0 && parts().count() >= PARTS)
        .then(|| (oldest.invoice.due, parts().count(), last))
}
