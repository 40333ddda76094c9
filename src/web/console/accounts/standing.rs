//! What people agreed or set on an account, each with what can be ended.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::{
    domain::{
        account_facts::AccountFacts,
        money::Money,
        policy::Policy,
        promise::{Word, promises},
    },
    store::contacts::Contact,
};

/// Promises that are judged, the newest first: each costs a look at the whole account.
const PROMISES: usize = 8;

/// A line about something that is in force, or will be.
pub struct Line {
    /// Of the row, when a person may end it.
    pub id: Option<i64>,
    pub what: String,
    pub days: String,
    pub state: &'static str,
    pub note: String,
    pub author: String,
}

pub fn holds(facts: &AccountFacts, today: NaiveDate) -> Vec<Line> {
    let holds = facts.holds.iter().filter(|hold| hold.ended.is_none() && hold.until.is_none_or(|until| until >= today));
    let line = |hold: &crate::domain::account_facts::Hold| Line {
        id: Some(hold.id),
        what: what(hold.invoice.as_deref(), hold.amount),
        days: days(hold.from, hold.until),
        state: if hold.holds_on(today) { "in force" } else { "later" },
        note: hold.note.clone().unwrap_or_default(),
        author: hold.author.clone(),
    };
    holds.map(line).collect()
}

/// Who took a promise down, and with which words, by its row.
pub type Notes = BTreeMap<i64, (String, Option<String>)>;

pub fn promised(facts: &AccountFacts, notes: &Notes, policy: &Policy, today: NaiveDate) -> Vec<Line> {
    let mut all = promises(facts, today);
    all.sort_by_key(|promise| std::cmp::Reverse(promise.made));
    let line = |promise: crate::domain::promise::Promise| {
        let word = promise.word(facts, policy, today);
        // Those that a file told are the file's.
        let id: Option<i64> = promise.source.strip_prefix("promise ").and_then(|id| id.parse().ok());
        let (author, note) = id.and_then(|id| notes.get(&id)).cloned().unwrap_or_default();
        Line {
            id: id.filter(|_| word == Word::Waiting && promise.ended.is_none()),
            what: what(promise.invoice.as_deref(), promise.amount),
            days: days(promise.made, Some(promise.until)),
            state: match word {
                Word::Waiting => "waited for",
                Word::Kept => "kept",
                Word::PartKept => "kept in part",
                Word::Broken => "not kept",
                Word::Ended => "taken back",
            },
            note: note.unwrap_or_default(),
            author,
        }
    };
    all.into_iter().take(PROMISES).map(line).collect()
}

pub fn terms(facts: &AccountFacts, today: NaiveDate) -> Vec<Line> {
    let terms = facts.terms.iter().filter(|term| term.ended.is_none() && term.until.is_none_or(|until| until >= today));
    let line = |term: &crate::domain::term::Term| Line {
        id: Some(term.id),
        what: term.kind.code().replace('_', " "),
        days: days(term.from, term.until),
        state: if term.is_in_force(today) { "in force" } else { "later" },
        note: term.note.clone(),
        author: term.author.clone(),
    };
    terms.map(line).collect()
}

/// Addresses in the order in which they are taken.
pub fn addresses(facts: &AccountFacts, contacts: &[Contact]) -> Vec<Line> {
    let added = |email: &str| {
        contacts.iter().find(|contact| contact.ended.is_none() && contact.email.eq_ignore_ascii_case(email))
    };
    let line = |email: &String| {
        let added = added(email);
        Line {
            id: added.map(|contact| contact.id),
            what: email.clone(),
            days: added.map_or_else(|| "from the files".to_owned(), |_| "added".to_owned()),
            state: match () {
                () if facts.refused_addresses.contains(email) => "takes no mail",
                () if facts.address() == Some(email) => "in use",
                () => "in reserve",
            },
            note: added.map(|contact| contact.note.clone()).unwrap_or_default(),
            author: added.map(|contact| contact.author.clone()).unwrap_or_default(),
        }
    };
    facts.account.emails.iter().map(line).collect()
}

fn what(invoice: Option<&str>, amount: Option<Money>) -> String {
    match (invoice, amount) {
        (None, _) => "the whole account".to_owned(),
        (Some(invoice), None) => invoice.to_owned(),
        (Some(invoice), Some(amount)) => format!("{amount:#} {} of {invoice}", amount.currency),
    }
}

fn days(from: NaiveDate, until: Option<NaiveDate>) -> String {
    until.map_or_else(|| format!("from {from}"), |until| format!("{from} to {until}"))
}
