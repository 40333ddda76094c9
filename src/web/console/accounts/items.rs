//! What is open of an account, a page at a time, with why it may not be paid.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::domain::{
    account_facts::AccountFacts,
    evidence::{Assessment, Known},
    ledger::Position,
    money::{Currency, Money},
    policy::Policy,
};

/// Items on a page.
pub const PAGE: usize = 100;
/// Items of a page that are assessed, the oldest first.
const ASSESSED: usize = 10;

/// Where the account stands in a currency.
pub struct Standing {
    pub open: Money,
    pub overdue: Money,
    /// Money that names no invoice.
    pub unmatched: Option<Money>,
    pub items: usize,
}

/// An invoice that is not settled.
pub struct Open {
    pub invoice: String,
    pub due: NaiveDate,
    pub days: i64,
    pub amount: Money,
    pub open: Money,
    pub product: String,
    /// What keeps it back: a hold, a case, a promise.
    pub kept_back: Vec<&'static str>,
}

/// The items of a page of the account, and what stands behind them.
pub struct Items {
    pub standing: Vec<Standing>,
    pub open: Vec<Open>,
    pub assessed: Vec<Assessment>,
    /// Pages, and which one this is.
    pub pages: usize,
    pub page: usize,
}

impl Items {
    /// `page` begins with 1.
    pub fn of(
        facts: &AccountFacts,
        policy: &Policy,
        positions: &BTreeMap<Currency, Position<'_>>,
        today: NaiveDate,
        page: usize,
    ) -> Self {
        let standing: Vec<Standing> =
            positions.iter().filter_map(|(of, position)| standing(*of, position, today)).collect();
        let all: usize = standing.iter().map(|standing| standing.items).sum();
        let pages = all.div_ceil(PAGE).max(1);
        let page = page.clamp(1, pages);
        let (mut open, mut assessed) = (Vec::new(), Vec::new());
        let mut skip = (page - 1) * PAGE;
        for (currency, position) in positions {
            let mut known = None;
            for item in position.items.iter().filter(|item| item.residual != 0) {
                if skip > 0 || open.len() == PAGE {
                    skip = skip.saturating_sub(1);
                    continue;
                }
                let days = item.days_overdue(today);
                open.push(Open {
                    invoice: item.invoice.number.clone(),
                    due: item.invoice.due,
                    days,
                    amount: item.invoice.amount,
                    open: Money::new(item.residual, *currency),
                    product: item.invoice.product.clone().unwrap_or_default(),
                    kept_back: kept_back(facts, &item.invoice.number, today),
                });
                if days >= 1 && assessed.len() < ASSESSED {
                    let known = known.get_or_insert_with(|| Known::of(facts, policy, position, today));
                    assessed.push(known.assess(item));
                }
            }
        }
        Self { standing, open, assessed, pages, page }
    }
}

fn standing(currency: Currency, position: &Position<'_>, today: NaiveDate) -> Option<Standing> {
    let open = position.items.iter().filter(|item| item.residual != 0);
    let (mut standing, mut overdue) =
        (Standing { open: Money::new(0, currency), overdue: Money::new(0, currency), unmatched: None, items: 0 }, 0);
    for item in open {
        standing.items += 1;
        standing.open.minor += item.residual;
        overdue += if item.days_overdue(today) >= 1 { item.residual } else { 0 };
    }
    standing.overdue.minor = overdue;
    standing.unmatched = Some(Money::new(position.unallocated, currency)).filter(|unmatched| unmatched.minor != 0);
    (standing.items > 0 || standing.unmatched.is_some()).then_some(standing)
}

/// What people did about this very item.
fn kept_back(facts: &AccountFacts, invoice: &str, today: NaiveDate) -> Vec<&'static str> {
    let held = facts.holds.iter().any(|hold| hold.invoice.as_deref() == Some(invoice) && hold.holds_on(today));
    let in_case = facts.cases.iter().any(|case| !case.status.is_over() && case.is_about(invoice));
    let promised = facts.promises.iter().any(|promise| {
        promise.invoice.as_deref() == Some(invoice) && promise.until >= today && promise.ended.is_none()
    });
    let signs = [(held, "on hold"), (in_case, "in a case"), (promised, "promised")];
    signs.into_iter().filter(|(is, _)| *is).map(|(_, what)| what).collect()
}
