//! The customer's word to pay.

use chrono::NaiveDate;

use super::{Word, money, record};
use crate::{
    app::{App, Failure},
    store::{agreements::NewPromise, snapshot::Snapshot},
};

/// A promise as a person takes it down; the words may be left out.
#[derive(Debug, Clone, Copy)]
pub struct PromiseAsked<'a> {
    /// Only this invoice.
    pub invoice: Option<&'a str>,
    /// How much, when it is not all of it.
    pub amount: Option<&'a str>,
    /// The last day on which the money should come in.
    pub until: NaiveDate,
    /// The case that it belongs to.
    pub case: Option<i64>,
}

impl App {
    /// Takes one down, and says for how many days beyond its last one notices wait.
    pub async fn promise(
        &self,
        snapshot: &Snapshot,
        asked: PromiseAsked<'_>,
        word: Word<'_>,
    ) -> Result<(i64, u32), Failure> {
        let (facts, today) = (&snapshot.facts, self.today());
        let amount = match (asked.invoice, asked.amount) {
            (Some(invoice), amount) => money(facts, invoice, amount)?,
            (None, Some(_)) => return Err(Failure::Input("an amount is promised of an invoice; say of which".into())),
            (None, None) => None,
        };
        if asked.until < today {
            return Err(Failure::Input(format!("the last day {} is in the past; it is {today}", asked.until)));
        }
        if let Some(case) = asked.case {
            let known = self.store.case(case).await?.filter(|known| known.account == facts.account.number);
            known.ok_or_else(|| Failure::Input(format!("there is no case {case} of this account")))?;
        }
        let note = Some(word.why).filter(|why| !why.is_empty());
        let promise = NewPromise {
            account: snapshot.id,
            case: asked.case,
            invoice: asked.invoice.map(str::to_owned),
            amount,
            made: today,
            until: asked.until,
            note: note.map(|note| record::note(word.field, note)).transpose()?.map(str::to_owned),
            author: word.author.to_owned(),
        };
        let id = self.store.add_promise(&promise, self.clock.now()).await?;
        Ok((id, self.rules.policy_of(&facts.account).policy.hold.promise_tolerance_days))
    }
}
