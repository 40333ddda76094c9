//! What a person does on a case.

use chrono::NaiveDate;

use super::{Known, Word, open};
use crate::{
    app::{App, Failure},
    casework,
    cli::{Author, output::print},
    domain::case::{Act, CaseKind, CaseStatus, Cause, reason::CaseReason},
    store::cases::CaseRow,
};

#[derive(Debug, clap::Args)]
pub struct Confirm {
    #[command(flatten)]
    word: Word,
    /// It is about something else than it was opened for
    #[arg(long, value_parser = open::kind, value_name = "KIND")]
    kind: Option<CaseKind>,
    /// Why, in a code: price, quality, copy …
    #[arg(long, value_parser = open::reason, value_name = "CODE")]
    reason: Option<&'static CaseReason>,
}

#[derive(Debug, clap::Args)]
pub struct Ask {
    #[command(flatten)]
    word: Word,
    /// Until when an answer is expected
    #[arg(long, value_name = "DATE", value_parser = crate::cli::date)]
    until: Option<NaiveDate>,
}

#[derive(Debug, clap::Args)]
pub struct Tick {
    id: i64,
    /// Its code, as `duly case show` lists it
    step: String,
    /// For the record
    #[arg(long, value_name = "TEXT")]
    why: Option<String>,
    #[command(flatten)]
    author: Author,
}

#[derive(Debug, clap::Args)]
pub struct HandOver {
    #[command(flatten)]
    word: Word,
    /// Who goes on
    #[arg(long, value_name = "NAME")]
    to: String,
}

#[derive(Debug, clap::Args)]
pub struct FollowUp {
    #[command(flatten)]
    word: Word,
    /// It is not well: the case is open again
    #[arg(long)]
    not_well: bool,
}

#[derive(Debug, clap::Args)]
pub struct Close {
    #[command(flatten)]
    word: Word,
    /// What could have prevented it, in a code
    #[arg(long, value_name = "CODE")]
    cause: String,
}

pub async fn word(app: &App, word: &Word, act: &Act) -> Result<(), Failure> {
    done(app, word.id, act, &word.author, Some(&word.why)).await
}

pub async fn known(app: &App, known: &Known, act: &Act) -> Result<(), Failure> {
    done(app, known.id, act, &known.author, known.why.as_deref()).await
}

pub async fn confirm(app: &App, args: &Confirm) -> Result<(), Failure> {
    let kind = args.kind.or(args.reason.map(|reason| reason.kind));
    let reason = args.reason.map(|reason| reason.code.to_owned());
    word(app, &args.word, &Act::Confirm { kind, reason }).await
}

pub async fn ask(app: &App, args: &Ask) -> Result<(), Failure> {
    let until = args.until.map(|until| app.not_past("--until", until)).transpose()?;
    word(app, &args.word, &Act::Ask { until }).await
}

pub async fn tick(app: &App, args: &Tick) -> Result<(), Failure> {
    done(app, args.id, &Act::Tick { step: args.step.clone() }, &args.author, args.why.as_deref()).await
}

pub async fn hand_over(app: &App, args: &HandOver) -> Result<(), Failure> {
    word(app, &args.word, &app.hand_over("--to", &args.to)?).await
}

pub async fn follow_up(app: &App, args: &FollowUp) -> Result<(), Failure> {
    word(app, &args.word, &if args.not_well { Act::Reopen } else { Act::FollowUp }).await
}

pub async fn close(app: &App, args: &Close) -> Result<(), Failure> {
    let known = || Cause::ALL.map(Cause::code).join(", ");
    let cause = Cause::from_code(&args.cause);
    let cause = cause.ok_or_else(|| Failure::Input(format!("there is no such cause; there are {}", known())))?;
    word(app, &args.word, &Act::Close { cause: cause.code().to_owned() }).await
}

async fn done(app: &App, id: i64, act: &Act, author: &Author, why: Option<&str>) -> Result<(), Failure> {
    let case = app.act(id, act, said(&author.name()?, why.unwrap_or_default())).await?;
    told(&case, act);
    Ok(())
}

/// A person's words, as the command line calls them.
pub fn said<'a>(author: &'a str, why: &'a str) -> casework::Word<'a> {
    casework::Word { author, why, field: "--why", seen: None }
}

/// What became of the case, and what is to be done next.
pub fn told(case: &CaseRow, act: &Act) {
    let (id, course) = (case.id, &case.course);
    let next = match course.status {
        CaseStatus::Suspected => "Confirm or dismiss it.".to_owned(),
        CaseStatus::Open if course.heard => "Next: agree on a solution, then resolve it.".to_owned(),
        CaseStatus::Open => "Next: hear the customer out.".to_owned(),
        CaseStatus::AwaitingCustomer => "It waits for the customer.".to_owned(),
        CaseStatus::Resolved => {
            let day = course.follow_up_on.map(|day| day.to_string()).unwrap_or_default();
            match course.confirmed {
                true => format!("Next: ask on {day} whether all is well."),
                false => format!(
                    "Next: confirm it in writing (`duly case write {id}`), and ask on {day} whether all is well."
                ),
            }
        }
        CaseStatus::FollowedUp => "Next: close it with its cause.".to_owned(),
        CaseStatus::Closed | CaseStatus::Dismissed => "Notices go on with the next sweep.".to_owned(),
    };
    let noted = if matches!(act, Act::Note | Act::Wish | Act::Tick { .. }) { "Noted. " } else { "" };
    print(&format!("{noted}Case {id} is {}. {next}\n", course.status));
}
