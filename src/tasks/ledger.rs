//! What waits for a person in the facts of an account.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{Kind, Place, Task};
use crate::{
    app::{App, Failure},
    domain::{
        account_facts::AccountFacts, calendar::date_at, instalments::Part, ledger::Position, money::Currency,
        money::Money, policy::Policy, promise::Word, reason::Reason,
    },
    store::unreadable::Unreadable,
    sweep::Walked,
};

/// Days for which a broken promise or an instalment that did not come is news.
const LATELY: i64 = 14;

/// Everything that the facts of an account ask of a person.
pub fn of_account(account: &Walked, as_of: NaiveDate) -> Vec<Task> {
    let (facts, policy) = (&account.snapshot.facts, &account.published.policy);
    let mut tasks = promises(facts, policy, as_of);
    tasks.extend(instalments(facts, policy, as_of));
    tasks.extend(held(account));
    for (currency, position) in account.positions {
        tasks.extend(money(&facts.account.number, *currency, position));
    }
    tasks
}

fn task(kind: Kind, account: &str, what: String, to_do: impl Into<String>) -> Task {
    Task { kind, what, to_do: to_do.into(), place: Place::Account(account.to_owned()) }
}

/// Promises whose day has passed without all of the money, as long as notices have not gone on.
fn promises(facts: &AccountFacts, policy: &Policy, as_of: NaiveDate) -> Vec<Task> {
    let account = &facts.account.number;
    let lately = facts.promises.iter().filter(|promise| (as_of - promise.until).num_days() <= LATELY);
    let broken = lately.filter(|promise| promise.word(facts, policy, as_of) == Word::Broken).map(|promise| {
        let what = format!("{} of account {account} for {} was not kept", promise.source, promise.until);
        task(Kind::Promise, account, what, "call; reminders go on where they stopped")
    });
    broken.collect()
}

/// Instalments that did not come, as long as that is news.
fn instalments(facts: &AccountFacts, policy: &Policy, as_of: NaiveDate) -> Vec<Task> {
    let (account, tolerance) = (&facts.account.number, policy.hold.promise_tolerance_days);
    let running = facts.plans.iter().filter(|plan| plan.ended.is_none());
    let missed = running.filter_map(|plan| {
        let mut parts = plan.parts(facts, tolerance, as_of).into_iter().rev();
        let (day, amount, _) = parts.find(|(.., part)| *part == Part::Missed)?;
        if (as_of - day).num_days() > LATELY {
            return None;
        }
        let currency = amount.currency;
        let what = format!("the instalment of {amount} {currency} for {day} of account {account} did not come");
        let case = plan.case.map(|case| format!(" (`duly case show {case}`)")).unwrap_or_default();
        Some(task(Kind::Instalment, account, what, format!("call{case}; reminders go on where they stopped")))
    });
    missed.collect()
}

/// What the planner holds for a person, and who owes something and cannot be written to any more.
fn held(account: &Walked) -> Vec<Task> {
    let facts = &account.snapshot.facts;
    let number = &facts.account.number;
    // The whole ledger, cases and money are listed by their own rules.
    let own = |reason: &Reason| {
        matches!(reason.code(), "ledger_stale" | "suspected_protest" | "credits_cover" | "discount_late")
    };
    let decided = account.decisions.iter().flat_map(|decision| decision.outcome.reasons().iter().copied());
    let mut reasons: BTreeSet<Reason> = decided.filter(|reason| !own(reason)).collect();
    let owes = || account.positions.values().any(|position| position.items.iter().any(|item| item.residual > 0));
    if facts.address().is_none() && !facts.refused_addresses.is_empty() && owes() {
        reasons.insert(Reason::NoContact);
    }
    let held = reasons.into_iter().filter_map(|reason| {
        let kind = if reason == Reason::NoContact { Kind::NoContact } else { Kind::Held };
        Some(task(kind, number, format!("account {number}: {}", reason.sentence()), reason.task()?))
    });
    held.collect()
}

/// Money to match, and discounts taken late.
fn money(account: &str, currency: Currency, position: &Position) -> Vec<Task> {
    let mut tasks = Vec::new();
    let open = position.items.iter().any(|item| item.residual > 0);
    if position.unallocated > 0 && open {
        let money = Money::new(position.unallocated, currency);
        let from: Vec<&str> = position.unmatched.iter().map(|(number, _)| number.as_str()).collect();
        let what = format!("account {account}: {money} {currency} not matched ({})", from.join(", "));
        tasks.push(task(Kind::Match, account, what, "name the invoices in the payments file"));
    }
    if position.unallocated < 0 {
        let money = Money::new(-position.unallocated, currency);
        let what = format!("account {account}: {money} {currency} more was taken back than had come in");
        tasks.push(task(Kind::Match, account, what, "name the payment's invoices in the reversal"));
    }
    for item in position.items.iter().filter(|item| item.late_discount) {
        let money = Money::new(item.residual, currency);
        let what = format!("account {account}, invoice {}: short by {money} {currency}", item.invoice.number);
        tasks.push(task(Kind::Discount, account, what, "accept it (a credit) or ask for the rest"));
    }
    tasks
}

/// An account about which nothing can be decided.
pub fn unreadable(account: &Unreadable) -> Task {
    let Unreadable { number, why, .. } = account;
    let what = format!("account {number} cannot be read: {why}");
    task(Kind::Unreadable, number, what, "import its rows again, or restore a backup")
}

/// Payment data that is too old for anybody to be reminded.
pub async fn stale(app: &App, as_of: NaiveDate) -> Result<Option<Task>, Failure> {
    let seen = app.store.payments_seen(i64::MAX).await?;
    let stale = app.sweeper().setting(&app.rules.standard, as_of, seen).ledger_is_stale();
    Ok(stale.then(|| Task {
        kind: Kind::Stale,
        what: format!(
            "payment data last came in: {}",
            seen.map_or("never".to_owned(), |at| date_at(app.settings.company.zone, at).to_string())
        ),
        to_do: "import the newest payments".to_owned(),
        place: Place::Nowhere,
    }))
}
