//! A person's word that notices wait.

use chrono::NaiveDate;

use super::{Word, record};
use crate::{
    app::{App, Failure},
    domain::{
        account_facts::AccountFacts,
        excerpt::printable,
        money::{Currency, Money, MoneyError},
    },
    store::{holds::NewHold, snapshot::Snapshot},
};

/// A hold as a person asks for it.
#[derive(Debug, Clone, Copy)]
pub struct HoldAsked<'a> {
    /// Only this invoice.
    pub invoice: Option<&'a str>,
    /// Only so much of it; with its currency, or without one in that of the invoice.
    pub amount: Option<&'a str>,
    /// Today when left out.
    pub from: Option<NaiveDate>,
    /// Until it is ended when left out.
    pub until: Option<NaiveDate>,
}

impl App {
    pub async fn hold(
        &self,
        snapshot: &Snapshot,
        asked: HoldAsked<'_>,
        word: Word<'_>,
    ) -> Result<(i64, NewHold), Failure> {
        let hold = self.new_hold(snapshot, asked, word)?;
        let id = self.store.add_hold(&hold, self.clock.now()).await?;
        Ok((id, hold))
    }

    fn new_hold(&self, snapshot: &Snapshot, asked: HoldAsked<'_>, word: Word<'_>) -> Result<NewHold, Failure> {
        let bad = |why: String| Err(Failure::Input(why));
        let amount = match (asked.invoice, asked.amount) {
            (Some(invoice), amount) => amount_of(&snapshot.facts, invoice, amount)?,
            (None, Some(_)) => return bad("an amount is held of an invoice; say of which".to_owned()),
            (None, None) => None,
        };
        let (today, starts) = (self.today(), asked.from.unwrap_or_else(|| self.today()));
        match asked.until {
            Some(until) if until < starts => {
                return bad(format!("the last day {until} lies before the first day, {starts}"));
            }
            Some(until) if until < today => {
                return bad(format!("the last day {until} is in the past; it must be {today} or later"));
            }
            _ => {}
        }
        Ok(NewHold {
            account: snapshot.id,
            invoice: asked.invoice.map(str::to_owned),
            amount,
            reason: "person".to_owned(),
            starts,
            until: asked.until,
            note: Some(record::note(word.field, word.why)?.to_owned()),
            author: word.author.to_owned(),
        })
    }
}

/// So much of an invoice, in its currency.
fn amount_of(facts: &AccountFacts, invoice: &str, amount: Option<&str>) -> Result<Option<Money>, Failure> {
    let known = facts.invoices.iter().find(|known| known.number == invoice);
    let (account, number) = (printable(&facts.account.number), printable(invoice));
    let known = known.ok_or_else(|| Failure::Input(format!("account `{account}` has no invoice `{number}`")))?;
    let Some(text) = amount else { return Ok(None) };
    let bad = |why: String| Failure::Input(format!("the amount `{}`: {why}", printable(text)));
    let currency = known.amount.currency;
    let (digits, named) = text.trim().split_once(' ').map_or((text, None), |(digits, code)| (digits, Some(code)));
    let named = named.map(|code| code.trim().parse::<Currency>()).transpose();
    if named.map_err(|error: MoneyError| bad(error.to_string()))?.is_some_and(|named| named != currency) {
        return Err(bad(format!("invoice `{number}` is in {currency}; give the amount in {currency}")));
    }
    let money = Money::parse(digits.trim(), currency).map_err(|error| bad(error.to_string()))?;
    if money.minor > 0 { Ok(Some(money)) } else { Err(bad("must be more than 0".to_owned())) }
}
