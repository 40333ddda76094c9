//! `duly case`: work for people, from the first suspicion to the follow-up.

mod act;
mod amounts;
mod open;
mod resolve;
mod show;
mod write;

use chrono::NaiveDate;

use super::{Author, Done, Outcome};
use crate::{app::App, domain::case::Act};
pub use act::said;
pub use amounts::plan;
use open::Open;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Cases that hold notices, the hottest first
    List(show::List),
    /// One case: the customer's words, the evidence, the playbook, the course
    Show { id: i64 },
    /// Open one for an account
    Open(Open),
    /// It is one indeed: its items stay held
    Confirm(act::Confirm),
    /// Nothing is in it: notices go on
    Dismiss(Word),
    /// It is mine from now on
    Take(Known),
    /// Write something down
    Note(Word),
    /// The customer's own words, as they were spoken or written
    Said(Word),
    /// The customer was asked whether all is out, and said so
    Heard(Known),
    /// What would put it right, in the customer's words
    Wish(Word),
    /// The customer was asked something
    Ask(act::Ask),
    /// The customer got an answer
    Answer(Word),
    /// A step of the playbook is done
    Done(act::Tick),
    /// A solution was agreed with the customer
    Resolve(resolve::Resolve),
    /// Approve the solution that somebody else proposed
    Approve(Word),
    /// Turn the solution down that waits for approval: it is talked about again
    Decline(Word),
    /// Confirm the solution to the customer in writing
    Write(write::Write),
    /// The customer has it in writing by other means
    Written(Word),
    /// Somebody else goes on, for a reason
    HandOver(act::HandOver),
    /// The customer was asked some days later whether all is well
    FollowUp(act::FollowUp),
    /// What was settled is open again
    Reopen(Word),
    /// Done, with what could have prevented it
    Close(act::Close),
}

/// A case, and a person's words on it.
#[derive(Debug, clap::Args)]
pub struct Word {
    id: i64,
    /// For the record
    #[arg(long, value_name = "TEXT")]
    why: String,
    #[command(flatten)]
    author: Author,
}

/// A case; words are not needed.
#[derive(Debug, clap::Args)]
pub struct Known {
    id: i64,
    /// For the record
    #[arg(long, value_name = "TEXT")]
    why: Option<String>,
    #[command(flatten)]
    author: Author,
}

pub async fn run(app: &App, command: Command) -> Outcome {
    match command {
        Command::List(args) => show::list(app, &args).await?,
        Command::Show { id } => show::show(app, id).await?,
        Command::Open(args) => open::run(app, &args).await?,
        Command::Confirm(args) => act::confirm(app, &args).await?,
        Command::Dismiss(word) => act::word(app, &word, &Act::Dismiss).await?,
        Command::Take(known) => act::known(app, &known, &Act::Take).await?,
        Command::Note(word) => act::word(app, &word, &Act::Note).await?,
        Command::Said(word) => act::word(app, &word, &Act::Say).await?,
        Command::Heard(known) => act::known(app, &known, &Act::HearAll).await?,
        Command::Wish(word) => act::word(app, &word, &Act::Wish).await?,
        Command::Ask(args) => act::ask(app, &args).await?,
        Command::Answer(word) => act::word(app, &word, &Act::Answer).await?,
        Command::Done(args) => act::tick(app, &args).await?,
        Command::Resolve(args) => resolve::resolve(app, &args).await?,
        Command::Approve(word) => resolve::approve(app, &word).await?,
        Command::Decline(word) => act::word(app, &word, &Act::Decline).await?,
        Command::Write(args) => write::run(app, &args).await?,
        Command::Written(word) => act::word(app, &word, &Act::Written { since: None }).await?,
        Command::HandOver(args) => act::hand_over(app, &args).await?,
        Command::FollowUp(args) => act::follow_up(app, &args).await?,
        Command::Reopen(word) => act::word(app, &word, &Act::Reopen).await?,
        Command::Close(args) => act::close(app, &args).await?,
    }
    Ok(Done::Well)
}

/// `INVOICE=AMOUNT`, like `1042=25.00`.
fn invoice_amount(text: &str) -> Result<(String, String), String> {
    let pair = text.rsplit_once('=').filter(|(invoice, amount)| !invoice.is_empty() && !amount.is_empty());
    let pair = pair.map(|(invoice, amount)| (invoice.to_owned(), amount.to_owned()));
    pair.ok_or_else(|| "expected an invoice and an amount, like 1042=25.00".to_owned())
}

/// `DATE=AMOUNT`, like `2026-12-01=100.00`.
fn date_amount(text: &str) -> Result<(NaiveDate, String), String> {
    let bad = || "expected a date and an amount, like 2026-12-01=100.00".to_owned();
    let (day, amount) = text.split_once('=').ok_or_else(bad)?;
    Ok((day.parse().map_err(|_| bad())?, amount.to_owned()))
}
