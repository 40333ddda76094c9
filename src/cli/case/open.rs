//! `duly case open`: a person opens a case.

use std::collections::BTreeSet;

use super::invoice_amount;
use crate::{
    app::{App, Failure},
    cli::{
        Author,
        output::{print, printable},
        record,
    },
    domain::{
        account_facts::AccountFacts,
        case::{CaseFact, CaseKind, Concern, reason::CaseReason},
        money::Money,
    },
    store::{
        cases::NewCase,
        snapshot::{Horizon, Snapshot},
    },
};

#[derive(Debug, clap::Args)]
pub struct Open {
    /// Number of the account, or of one of its invoices
    account: String,
    /// What it is about
    #[arg(long, value_parser = kind, value_name = "KIND")]
    kind: CaseKind,
    /// Why, in a code: price, quality, copy …
    #[arg(long, value_parser = reason, value_name = "CODE")]
    reason: Option<&'static CaseReason>,
    /// Only these invoices; the whole account without any
    #[arg(long = "invoice", value_name = "NUMBER")]
    invoices: Vec<String>,
    /// Only this amount of an invoice, like 1042=25.00
    #[arg(long = "amount", value_name = "INVOICE=AMOUNT", value_parser = invoice_amount)]
    amounts: Vec<(String, String)>,
    /// The customer's own words, as they were spoken or written
    #[arg(long, value_name = "TEXT")]
    words: Option<String>,
    /// For the record
    #[arg(long, value_name = "TEXT")]
    why: String,
    #[command(flatten)]
    author: Author,
}

pub async fn run(app: &App, args: &Open) -> Result<(), Failure> {
    let snapshot = account(app, &args.account).await?;
    let facts = &snapshot.facts;
    let mut concerns = Vec::new();
    for invoice in &args.invoices {
        money(facts, invoice, None)?;
        concerns.push(Concern { invoice: invoice.clone(), amount: None });
    }
    for (invoice, amount) in &args.amounts {
        concerns.push(Concern { invoice: invoice.clone(), amount: money(facts, invoice, Some(amount))? });
    }
    if args.invoices.is_empty() && args.amounts.is_empty() && facts.account.number != args.account {
        concerns.push(Concern { invoice: args.account.clone(), amount: None });
    }
    let mut named = BTreeSet::new();
    if let Some(twice) = concerns.iter().find(|concern| !named.insert(&concern.invoice)) {
        return Err(Failure::Input(format!("invoice {} is named twice", printable(&twice.invoice))));
    }
    let words = args.words.as_deref().map(|words| record::words("--words", words)).transpose()?;
    let why = record::note("--why", &args.why)?;
    let author = args.author.name()?;
    let due = app.due();
    let owner = app.owner(args.kind, &facts.account.number).await?.unwrap_or_else(|| author.clone());
    let case = NewCase {
        account: snapshot.id,
        kind: args.kind,
        reason: args.reason.map(|reason| reason.code.to_owned()),
        concerns,
        opened: app.today(),
        owner: Some(owner.clone()),
        respond_by: due.respond_by,
        resolve_by: due.resolve_by,
        author,
        why: why.to_owned(),
        words: words.map(str::to_owned),
    };
    let id = app.store.open_case(&case, app.clock.now()).await?;
    let about = match &case.concerns[..] {
        [] => "the whole account".to_owned(),
        some => some.iter().map(|concern| printable(&concern.invoice)).collect::<Vec<_>>().join(", "),
    };
    let account = printable(&facts.account.number);
    print(&format!("Case {id} ({}) of account {account} is open; {about} is held. {owner} has it.\n", args.kind));
    for other in facts.cases.iter().filter(|other| !other.status.is_over() && shares(other, &case.concerns)) {
        let (other, status) = (other.id, other.status);
        print(&format!("Case {other} ({status}) is about the same: `duly case show {other}`.\n"));
    }
    Ok(())
}

/// Whether an item is in both; the whole account has every one.
fn shares(other: &CaseFact, concerns: &[Concern]) -> bool {
    concerns.is_empty() || concerns.iter().any(|concern| other.is_about(&concern.invoice))
}

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
    let money = Money::parse(text, known.amount.currency);
    let money = money.map_err(|error| Failure::Input(format!("amount `{text}` of invoice `{number}`: {error}")))?;
    match money.minor {
        1.. if money.minor <= known.amount.minor => Ok(Some(money)),
        _ => Err(Failure::Input(format!(
            "amount `{text}` of invoice `{number}`: must be more than 0 and at most {} {}",
            known.amount, known.amount.currency
        ))),
    }
}

/// A kind of case by its code.
pub fn kind(text: &str) -> Result<CaseKind, String> {
    let known = || CaseKind::ALL.map(CaseKind::code).join(", ");
    CaseKind::from_code(text).ok_or_else(|| format!("there is no such kind; there are {}", known()))
}

/// A reason by its code.
pub fn reason(text: &str) -> Result<&'static CaseReason, String> {
    use crate::domain::case::reason::CASE_REASONS;
    let known = || CASE_REASONS.iter().map(|reason| reason.code).collect::<Vec<_>>().join(", ");
    CaseReason::from_code(text).ok_or_else(|| format!("there is no such reason; there are {}", known()))
}
