//! `duly case open`: a person opens a case.

use super::{act::said, invoice_amount};
use crate::{
    app::{App, Failure},
    casework::CaseAsked,
    cli::{
        Author,
        output::{print, printable},
    },
    domain::case::{CaseKind, reason::CaseReason},
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
    let asked = CaseAsked {
        account: &args.account,
        kind: args.kind,
        reason: args.reason,
        invoices: &args.invoices,
        amounts: &args.amounts,
        words: args.words.as_deref().map(|words| ("--words", words)),
    };
    let opened = app.open_case(asked, said(&args.author.name()?, &args.why)).await?;
    let about = match &opened.concerns[..] {
        [] => "the whole account".to_owned(),
        some => some.iter().map(|concern| printable(&concern.invoice)).collect::<Vec<_>>().join(", "),
    };
    let (id, account, owner) = (opened.id, printable(&opened.account), printable(&opened.owner));
    print(&format!("Case {id} ({}) of account {account} is open; {about} is held. {owner} has it.\n", args.kind));
    for (other, status) in opened.others {
        print(&format!("Case {other} ({status}) is about the same: `duly case show {other}`.\n"));
    }
    Ok(())
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
