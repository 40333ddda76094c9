//! What a person does on a case.

use chrono::NaiveDate;

use super::{Known, Word, open};
use crate::{
    app::{App, Failure},
    cli::{
        Author,
        output::{print, printable},
        record,
    },
    domain::case::{Act, CaseKind, CaseStatus, Cause, playbook::PlayStep, reason::CaseReason},
    store::{
        StoreError,
        cases::{Actor, CaseRow},
    },
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
    let until = args.until.map(|until| not_past(app, "--until", until)).transpose()?;
    word(app, &args.word, &Act::Ask { until }).await
}

pub async fn tick(app: &App, args: &Tick) -> Result<(), Failure> {
    let case = case(app, args.id).await?;
    let steps = app.rules.playbooks.of(case.course.kind).steps.iter().map(PlayStep::code);
    if !steps.clone().any(|step| step == args.step) {
        let known: Vec<&str> = steps.collect();
        let step = printable(&args.step);
        return Err(Failure::Input(format!("its playbook has no step `{step}`; there are {}", known.join(", "))));
    }
    let act = Act::Tick { step: args.step.clone() };
    done(app, args.id, &act, &args.author, args.why.as_deref()).await
}

pub async fn hand_over(app: &App, args: &HandOver) -> Result<(), Failure> {
    let to = app.colleague(record::name("--to", &args.to)?).map_err(Failure::Input)?;
    word(app, &args.word, &Act::HandOver { to }).await
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

pub async fn case(app: &App, id: i64) -> Result<CaseRow, Failure> {
    let missing = || Failure::Input(format!("there is no case {id}; `duly case list` shows them"));
    app.store.case(id).await?.ok_or_else(missing)
}

async fn done(app: &App, id: i64, act: &Act, author: &Author, why: Option<&str>) -> Result<(), Failure> {
    // Words may be taken down by anybody who hears them.
    let author = match act {
        Act::Note | Act::Say | Act::Wish => author.name()?,
        _ => colleague(app, author)?,
    };
    let legible = if *act == Act::Say { record::words } else { record::note };
    let why = why.map(|why| legible("--why", why)).transpose()?.unwrap_or_default();
    let actor = Actor { author: &author, why, today: app.today(), now: app.clock.now() };
    app.store.act(id, act, &actor).await.map_err(refused)?;
    told(app, id, act).await
}

/// Who moves a case: one of the staff, where the policy names them.
pub fn colleague(app: &App, author: &Author) -> Result<String, Failure> {
    app.colleague(&author.name()?).map_err(Failure::Input)
}

/// A day that has not passed.
pub fn not_past(app: &App, flag: &str, day: NaiveDate) -> Result<NaiveDate, Failure> {
    let today = app.today();
    if day < today { Err(Failure::Input(format!("`{flag} {day}` lies in the past; it is {today}"))) } else { Ok(day) }
}

pub fn refused(error: StoreError) -> Failure {
    match error {
        StoreError::Refused(why) => Failure::Input(why),
        error => error.into(),
    }
}

/// What became of the case, and what is to be done next.
pub async fn told(app: &App, id: i64, act: &Act) -> Result<(), Failure> {
    let case = case(app, id).await?;
    let course = &case.course;
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
    Ok(())
}
