//! `duly case resolve` and `duly case approve`: what is agreed, and by whom.

use chrono::NaiveDate;

use super::{
    Word,
    act::{said, told},
    amounts::{by_invoice, total},
    date_amount, invoice_amount,
};
use crate::{
    app::{App, Failure},
    casework::SolutionAsked,
    cli::output::{print, printable},
    domain::case::{Act, CaseOutcome, Proposal, assign::WINDOW_DAYS},
};

#[derive(Debug, clap::Args)]
pub struct Resolve {
    #[command(flatten)]
    word: Word,
    /// What was agreed, or found
    #[arg(long, value_parser = outcome, value_name = "OUTCOME")]
    outcome: CaseOutcome,
    /// A credit on an invoice, like 1042=25.00
    #[arg(long = "credit", value_name = "INVOICE=AMOUNT", value_parser = invoice_amount)]
    credits: Vec<(String, String)>,
    /// An instalment of the plan, like 2026-12-01=100.00
    #[arg(long = "part", value_name = "DATE=AMOUNT", value_parser = date_amount)]
    parts: Vec<(NaiveDate, String)>,
    /// When to ask whether all is well [default: some days from now, as the policy says]
    #[arg(long, value_name = "DATE", value_parser = crate::cli::date)]
    follow_up: Option<NaiveDate>,
}

pub async fn resolve(app: &App, args: &Resolve) -> Result<(), Failure> {
    let (id, author) = (args.word.id, args.word.author.name()?);
    let follow_up = args.follow_up.map(|day| app.not_past("--follow-up", day)).transpose()?;
    let asked = SolutionAsked { outcome: args.outcome, credits: &args.credits, parts: &args.parts, follow_up };
    let resolved = app.resolve(id, asked, said(&author, &args.word.why)).await?;
    if let Some(old) = &resolved.replaced {
        print(&format!("It replaces what {}. ", proposed(old)));
    }
    let Some(waits) = resolved.waits else {
        told(&resolved.case, &Act::Take);
        return Ok(());
    };
    let with = match &waits.earlier[..] {
        [] => String::new(),
        some => format!(", with {} on this account in the last {WINDOW_DAYS} days", total(some)),
    };
    let proposal = resolved.case.course.proposal.as_ref();
    print(&format!(
        "{} is more than {} may settle alone{with}: it waits for `duly case approve {id} --by NAME`.\n",
        total(&waits.credits),
        printable(proposal.map_or(&author, |proposal| &proposal.author))
    ));
    Ok(())
}

pub async fn approve(app: &App, word: &Word) -> Result<(), Failure> {
    let approved = app.approve(word.id, said(&word.author.name()?, &word.why)).await?;
    if let Some(proposal) = &approved.proposal {
        print(&format!("Approved what {}. ", proposed(proposal)));
    }
    told(&approved.case, &Act::Take);
    Ok(())
}

fn proposed(proposal: &Proposal) -> String {
    format!("{} proposed: {}{}", printable(&proposal.author), proposal.outcome, by_invoice(&proposal.credits))
}

/// An outcome by its code.
fn outcome(text: &str) -> Result<CaseOutcome, String> {
    let known = || CaseOutcome::ALL.map(CaseOutcome::code).join(", ");
    CaseOutcome::from_code(text).ok_or_else(|| format!("there is no such outcome; there are {}", known()))
}
