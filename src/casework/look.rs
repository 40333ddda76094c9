//! An account by its number, and amounts of its invoices.

use crate::{
    app::{App, Failure},
    domain::{account_facts::AccountFacts, excerpt::printable, money::Money},
    store::snapshot::{Horizon, Snapshot},
};

/// The account with this number, or with an invoice of this number.
pub async fn account(app: &App, number: &str) -> Result<Snapshot, Failure> {
    let missing = || Failure::Input(format!("there is no account or invoice `{}`", printable(number)));
    let id = app.store.find_account(number).await?.ok_or_else(missing)?;
    app.store.snapshots(&[id], Horizon::everything(app.today())).await?.pop().ok_or_else(missing)
}

/// An amount of an invoice, in its currency; refused when the account has no such invoice.
pub fn money(facts: &AccountFacts, invoice: &str, amount: Option<&str>) -> Result<Option<Money>, Failure> {
    let known = facts.invoices.iter().find(|known| known.number == invoice);
    let (account, number) = (printable(&facts.account.number), printable(invoice));
    let known = known.ok_or_else(|| Failure::Input(format!("account `{account}` has no invoice `{number}`")))?;
    let Some(text) = amount else { return Ok(None) };
    let bad = |why: String| Failure::Input(format!("amount `{}` of invoice `{number}`: {why}", printable(text)));
    let money = Money::parse(text, known.amount.currency).map_err(|error| bad(error.to_string()))?;
    match money.minor {
        1.. if money.minor <= known.amount.minor => Ok(Some(money)),
        _ => Err(bad(format!("must be more than 0 and at most {} {}", known.amount, known.amount.currency))),
    }
}
