//! What a person does on a case.

use chrono::NaiveDate;

use super::{Known, Word, date_amount, invoice_amount, open};
use crate::{
    app::{App, Failure},
    cli::{
        Author,
        output::{print, printable},
    },
    domain::{
        calendar::plus_days,
        case::{Act, CaseKind, CaseOutcome, CaseStatus, Cause, Solution, playbook::PlayStep, reason::CaseReason},
        money::Money,
    },
    store::{
        agreements::NewPlan,
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
    done(app, word.id, act, &word.author.name()?, &word.why).await
}

pub async fn known(app: &App, known: &Known, act: &Act) -> Result<(), Failure> {
    done(app, known.id, act, &known.author.name()?, known.why.as_deref().unwrap_or_default()).await
}

pub async fn confirm(app: &App, args: &Confirm) -> Result<(), Failure> {
    let kind = args.kind.or(args.reason.map(|reason| reason.kind));
    let reason = args.reason.map(|reason| reason.code.to_owned());
    word(app, &args.word, &Act::Confirm { kind, reason }).await
}

pub async fn ask(app: &App, args: &Ask) -> Result<(), Failure> {
    word(app, &args.word, &Act::Ask { until: args.until }).await
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
    done(app, args.id, &act, &args.author.name()?, args.why.as_deref().unwrap_or_default()).await
}

pub async fn resolve(app: &App, args: &Resolve) -> Result<(), Failure> {
    let author = args.word.author.name()?;
    let case = case(app, args.word.id).await?;
    let snapshot = open::account(app, &case.account).await?;
    let mut credits = Vec::new();
    for (invoice, amount) in &args.credits {
        let amount = open::money(&snapshot.facts, invoice, Some(amount))?;
        credits.extend(amount.map(|amount| (invoice.clone(), amount)));
    }
    let solution = Solution { outcome: args.outcome, credits, follow_up_on: follow_up_on(app, args.follow_up) };
    let plan = plan(&case, &snapshot, args, &author)?;
    let alone = app.settles_alone(&author, &solution.credits);
    let act = if alone { Act::Resolve(solution) } else { Act::Propose(solution) };
    let actor = Actor { author: &author, why: &args.word.why, today: app.today(), now: app.clock.now() };
    app.store.resolve(case.id, &act, plan.as_ref(), &actor).await.map_err(|error| Failure::Input(error.to_string()))?;
    match alone {
        true => told(app, case.id, &act).await,
        false => {
            print(&format!(
                "That is more than {author} may settle alone: it waits for `duly case approve {} --by NAME`.\n",
                case.id
            ));
            Ok(())
        }
    }
}

/// Instalments for what the case is about.
fn plan(
    case: &CaseRow,
    snapshot: &crate::store::snapshot::Snapshot,
    args: &Resolve,
    author: &str,
) -> Result<Option<NewPlan>, Failure> {
    match (args.outcome, args.parts.is_empty()) {
        (CaseOutcome::PlanAgreed, true) => {
            return Err(Failure::Input(
                "a plan needs its instalments: `--part 2026-12-01=100.00`, once for each".into(),
            ));
        }
        (CaseOutcome::PlanAgreed, false) => {}
        (_, false) => return Err(Failure::Input("`--part` belongs to `--outcome plan_agreed`".into())),
        (_, true) => return Ok(None),
    }
    let facts = &snapshot.facts;
    let about = |number: &String| case.concerns.is_empty() || case.concerns.iter().any(|c| c.invoice == *number);
    let invoices: Vec<_> = facts.invoices.iter().filter(|invoice| about(&invoice.number)).collect();
    let currency = invoices.first().map(|invoice| invoice.amount.currency);
    let currency = currency.ok_or_else(|| Failure::Input("the case is about no invoice that is known".into()))?;
    if invoices.iter().any(|invoice| invoice.amount.currency != currency) {
        return Err(Failure::Input("its invoices are in several currencies; a plan is in one".into()));
    }
    let mut parts = Vec::new();
    for (day, text) in &args.parts {
        let amount = Money::parse(text, currency).ok().filter(|amount| amount.minor > 0);
        let amount =
            amount.ok_or_else(|| Failure::Input(format!("`--part {day}={text}`: not an amount in {currency}")))?;
        parts.push((*day, amount.minor));
    }
    parts.sort_unstable();
    if parts.windows(2).any(|pair| pair[0].0 == pair[1].0) {
        return Err(Failure::Input("two instalments are on one day".into()));
    }
    Ok(Some(NewPlan {
        account: snapshot.id,
        case: Some(case.id),
        invoices: invoices.iter().map(|invoice| invoice.number.clone()).collect(),
        currency,
        parts,
        note: Some(args.word.why.clone()),
        author: author.to_owned(),
    }))
}

pub async fn approve(app: &App, word: &Word) -> Result<(), Failure> {
    let author = word.author.name()?;
    let case = case(app, word.id).await?;
    if let Some(proposal) = &case.course.proposal {
        app.may_approve(&proposal.author, &author, &proposal.credits).map_err(Failure::Input)?;
    }
    let follow_up_on = follow_up_on(app, case.course.follow_up_on);
    done(app, word.id, &Act::Approve { follow_up_on }, &author, &word.why).await
}

pub async fn hand_over(app: &App, args: &HandOver) -> Result<(), Failure> {
    let to = app.colleague(&args.to).map_err(Failure::Input)?;
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

/// The day named, or some days from now, but not before today.
fn follow_up_on(app: &App, named: Option<NaiveDate>) -> NaiveDate {
    let days = app.rules.standard.policy.cases.follow_up_days;
    named.unwrap_or_else(|| plus_days(app.today(), days)).max(app.today())
}

pub async fn case(app: &App, id: i64) -> Result<CaseRow, Failure> {
    let missing = || Failure::Input(format!("there is no case {id}; `duly case list` shows them"));
    app.store.case(id).await?.ok_or_else(missing)
}

async fn done(app: &App, id: i64, act: &Act, author: &str, why: &str) -> Result<(), Failure> {
    let actor = Actor { author, why, today: app.today(), now: app.clock.now() };
    app.store.act(id, act, &actor).await.map_err(|error| Failure::Input(error.to_string()))?;
    told(app, id, act).await
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

/// An outcome by its code.
fn outcome(text: &str) -> Result<CaseOutcome, String> {
    let known = || CaseOutcome::ALL.map(CaseOutcome::code).join(", ");
    CaseOutcome::from_code(text).ok_or_else(|| format!("there is no such outcome; there are {}", known()))
}
