//! A person opens a case.

use std::collections::BTreeSet;

use super::{Word, account, money, record};
use crate::{
    app::{App, Failure},
    domain::{
        case::{CaseFact, CaseKind, CaseStatus, Concern, reason::CaseReason},
        excerpt::printable,
    },
    store::cases::NewCase,
};

/// What a person says of a new case.
#[derive(Debug, Clone, Copy)]
pub struct CaseAsked<'a> {
    /// Number of the account, or of one of its invoices.
    pub account: &'a str,
    pub kind: CaseKind,
    pub reason: Option<&'static CaseReason>,
    /// Only these invoices; the whole account without any.
    pub invoices: &'a [String],
    /// Only so much of an invoice.
    pub amounts: &'a [(String, String)],
    /// The customer's own words, with what the caller calls them.
    pub words: Option<(&'static str, &'a str)>,
}

/// A case that was opened.
#[derive(Debug, Clone)]
pub struct Opened {
    pub id: i64,
    pub account: String,
    pub owner: String,
    pub concerns: Vec<Concern>,
    /// Cases that are not over and about the same.
    pub others: Vec<(i64, CaseStatus)>,
}

impl App {
    pub async fn open_case(&self, asked: CaseAsked<'_>, word: Word<'_>) -> Result<Opened, Failure> {
        let snapshot = account(self, asked.account).await?;
        let facts = &snapshot.facts;
        let mut concerns = Vec::new();
        for invoice in asked.invoices {
            money(facts, invoice, None)?;
            concerns.push(Concern { invoice: invoice.clone(), amount: None });
        }
        for (invoice, amount) in asked.amounts {
            concerns.push(Concern { invoice: invoice.clone(), amount: money(facts, invoice, Some(amount))? });
        }
        if concerns.is_empty() && facts.account.number != asked.account {
            concerns.push(Concern { invoice: asked.account.to_owned(), amount: None });
        }
        let mut named = BTreeSet::new();
        if let Some(twice) = concerns.iter().find(|concern| !named.insert(&concern.invoice)) {
            return Err(Failure::Input(format!("invoice {} is named twice", printable(&twice.invoice))));
        }
        let words = asked.words.map(|(field, words)| record::words(field, words)).transpose()?;
        let why = record::note(word.field, word.why)?;
        let due = self.due();
        let owner = self.owner(asked.kind, &facts.account.number).await?.unwrap_or_else(|| word.author.to_owned());
        let case = NewCase {
            account: snapshot.id,
            kind: asked.kind,
            reason: asked.reason.map(|reason| reason.code.to_owned()),
            concerns,
            opened: self.today(),
            owner: Some(owner.clone()),
            respond_by: due.respond_by,
            resolve_by: due.resolve_by,
            author: word.author.to_owned(),
            why: why.to_owned(),
            words: words.map(str::to_owned),
        };
        let id = self.store.open_case(&case, self.clock.now()).await?;
        let concerns = case.concerns;
        let same = |other: &&CaseFact| !other.status.is_over() && shares(other, &concerns);
        let others = facts.cases.iter().filter(same).map(|other| (other.id, other.status)).collect();
        Ok(Opened { id, account: facts.account.number.clone(), owner, concerns, others })
    }
}

/// Whether an item is in both; the whole account has every one.
fn shares(other: &CaseFact, concerns: &[Concern]) -> bool {
    concerns.is_empty() || concerns.iter().any(|concern| other.is_about(&concern.invoice))
}
