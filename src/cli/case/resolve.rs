//! `duly case resolve` and `duly case approve`: what is agreed, by whom, and never more than is open.

use chrono::NaiveDate;

use super::{
    Word,
    act::{self, case, not_past, refused, told},
    amounts::by_invoice,
    date_amount, instalments, invoice_amount, open,
};
use crate::{
    app::{App, Failure},
    cli::{
        output::{print, printable},
        record,
    },
    domain::{
        calendar::plus_days,
        case::{
            Act, CaseOutcome, Proposal, Solution,
            assign::WINDOW_DAYS,
            at_stake::{self, Left},
        },
        money::Money,
    },
    store::{
        agreements::NewPlan,
        cases::{Actor, CaseRow},
        snapshot::Snapshot,
    },
    tasks::cases::total,
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

/// A case, and how much of its account it may still give away.
pub(super) struct Look {
    pub case: CaseRow,
    pub snapshot: Snapshot,
    pub left: Left,
}

impl Look {
    async fn at(app: &App, id: i64) -> Result<Self, Failure> {
        let account = case(app, id).await?.account;
        let snapshot = open::account(app, &account).await?;
        // After the account, so that nothing of the case is older than its revision.
        let case = case(app, id).await?;
        let policy = &app.rules.policy_of(&snapshot.facts.account).policy;
        let left = at_stake::left(&snapshot.facts, policy, id, app.today());
        Ok(Self { case, snapshot, left })
    }

    fn may_give(&self, credits: &[(String, Money)]) -> Result<(), Failure> {
        let why = at_stake::refused(&self.case.concerns, credits, &self.left);
        why.map_or(Ok(()), |why| Err(Failure::Input(format!("case {}: {}", self.case.id, printable(&why)))))
    }

    /// The amounts that belong to the outcome: those named, or all that is open when it is given up.
    fn amounts(&self, args: &Resolve) -> Result<Vec<(String, Money)>, Failure> {
        if !args.outcome.leaves_alone() {
            let facts = &self.snapshot.facts;
            let one = |(invoice, amount): &(String, String)| {
                Ok(open::money(facts, invoice, Some(amount))?.map(|amount| (invoice.clone(), amount)))
            };
            let credits: Result<Vec<_>, Failure> =
                args.credits.iter().filter_map(|pair| one(pair).transpose()).collect();
            let credits = credits?;
            self.may_give(&credits)?;
            return Ok(credits);
        }
        if !args.credits.is_empty() {
            let code = args.outcome.code();
            let why = format!("`{code}` gives up all that is open of the case; `goodwill` takes a `--credit`");
            return Err(Failure::Input(why));
        }
        Ok(at_stake::given_up(&self.case.concerns, &self.left))
    }

    async fn record(
        &self,
        app: &App,
        act: &Act,
        plan: Option<&NewPlan>,
        (by, why): (&str, &str),
    ) -> Result<(), Failure> {
        let actor = Actor { author: by, why: record::note("--why", why)?, today: app.today(), now: app.clock.now() };
        let done = app.store.resolve(self.case.id, act, plan, self.snapshot.revision, &actor).await;
        done.map(|_| ()).map_err(refused)
    }
}

pub async fn resolve(app: &App, args: &Resolve) -> Result<(), Failure> {
    let author = act::colleague(app, &args.word.author)?;
    let look = Look::at(app, args.word.id).await?;
    let id = look.case.id;
    let follow_up_on = match args.follow_up {
        Some(day) => not_past(app, "--follow-up", day)?,
        None => some_days_on(app),
    };
    let solution = Solution { outcome: args.outcome, credits: look.amounts(args)?, follow_up_on };
    let plan = instalments::plan(&look, (args.outcome, &args.parts), (&author, &args.word.why), app.today())?;
    let (sum, earlier) = (total(&solution.credits), app.settled_lately(&author, look.snapshot.id, id).await?);
    let alone = app.settles_alone(&author, &solution.credits, &earlier);
    let act = if alone { Act::Resolve(solution) } else { Act::Propose(solution) };
    look.record(app, &act, plan.as_ref(), (&author, &args.word.why)).await?;
    if let Some(old) = &look.case.course.proposal {
        print(&format!("It replaces what {}. ", proposed(old)));
    }
    if alone {
        return told(app, id, &act).await;
    }
    let with = match &earlier[..] {
        [] => String::new(),
        some => format!(", with {} on this account in the last {WINDOW_DAYS} days", total(some)),
    };
    print(&format!(
        "{sum} is more than {} may settle alone{with}: it waits for `duly case approve {id} --by NAME`.\n",
        printable(&author)
    ));
    Ok(())
}

pub async fn approve(app: &App, word: &Word) -> Result<(), Failure> {
    let author = act::colleague(app, &word.author)?;
    let look = Look::at(app, word.id).await?;
    let (id, proposal) = (look.case.id, &look.case.course.proposal);
    if let Some(proposal) = proposal {
        app.may_approve(&proposal.author, &author, &proposal.credits).map_err(Failure::Input)?;
        look.may_give(&proposal.credits)?;
    }
    let day = look.case.course.follow_up_on.unwrap_or_else(|| some_days_on(app));
    let act = Act::Approve { follow_up_on: day.max(app.today()) };
    look.record(app, &act, None, (&author, &word.why)).await?;
    if let Some(proposal) = proposal {
        print(&format!("Approved what {}. ", proposed(proposal)));
    }
    told(app, id, &act).await
}

fn proposed(proposal: &Proposal) -> String {
    format!("{} proposed: {}{}", printable(&proposal.author), proposal.outcome, by_invoice(&proposal.credits))
}

fn some_days_on(app: &App) -> NaiveDate {
    plus_days(app.today(), app.rules.standard.policy.cases.follow_up_days)
}

/// An outcome by its code.
fn outcome(text: &str) -> Result<CaseOutcome, String> {
    let known = || CaseOutcome::ALL.map(CaseOutcome::code).join(", ");
    CaseOutcome::from_code(text).ok_or_else(|| format!("there is no such outcome; there are {}", known()))
}
