//! What is agreed, by whom, and never more than is open.

use chrono::NaiveDate;

use super::{Word, account, instalments, money, record, refused};
use crate::{
    app::{App, Failure},
    domain::{
        calendar::plus_days,
        case::{
            Act, CaseOutcome, Proposal, Solution,
            at_stake::{self, Left},
        },
        excerpt::printable,
        money::Money,
    },
    store::{
        StoreError,
        agreements::NewPlan,
        cases::{Actor, CaseRow},
        snapshot::Snapshot,
    },
};

/// A solution as a person says it.
#[derive(Debug, Clone, Copy)]
pub struct SolutionAsked<'a> {
    pub outcome: CaseOutcome,
    /// Amounts by invoice.
    pub credits: &'a [(String, String)],
    /// Instalments: days and amounts.
    pub parts: &'a [(NaiveDate, String)],
    /// When to ask whether all is well; the policy's days from now when left out.
    pub follow_up: Option<NaiveDate>,
}

/// What became of a solution.
#[derive(Debug, Clone)]
pub struct Resolved {
    pub case: CaseRow,
    /// The one that waited before.
    pub replaced: Option<Proposal>,
    /// It waits for a second person.
    pub waits: Option<Waits>,
}

/// Why a solution waits for a second person.
#[derive(Debug, Clone)]
pub struct Waits {
    pub credits: Vec<(String, Money)>,
    /// What its author settled alone on the account in the last days.
    pub earlier: Vec<(String, Money)>,
}

/// What became of an approval.
#[derive(Debug, Clone)]
pub struct Approved {
    pub case: CaseRow,
    pub proposal: Option<Proposal>,
}

/// A case, and how much of its account it may still give away.
pub(super) struct Look {
    pub case: CaseRow,
    pub snapshot: Snapshot,
    pub left: Left,
}

impl Look {
    async fn at(app: &App, id: i64, seen: Option<usize>) -> Result<Self, Failure> {
        let number = app.case(id).await?.account;
        let snapshot = account(app, &number).await?;
        // After the account, so that nothing of the case is older than its revision.
        let case = app.case(id).await?;
        if seen.is_some_and(|seen| seen != case.events.len()) {
            return Err(refused(StoreError::gone_on(id)));
        }
        let policy = &app.rules.policy_of(&snapshot.facts.account).policy;
        let left = at_stake::left(&snapshot.facts, policy, id, app.today());
        Ok(Self { case, snapshot, left })
    }

    fn may_give(&self, credits: &[(String, Money)]) -> Result<(), Failure> {
        let why = at_stake::refused(&self.case.concerns, credits, &self.left);
        why.map_or(Ok(()), |why| Err(Failure::Input(format!("case {}: {}", self.case.id, printable(&why)))))
    }

    /// The amounts that belong to the outcome: those named, or all that is open when it is given up.
    fn amounts(&self, asked: &SolutionAsked<'_>) -> Result<Vec<(String, Money)>, Failure> {
        if !asked.outcome.leaves_alone() {
            let facts = &self.snapshot.facts;
            let one = |(invoice, amount): &(String, String)| {
                Ok(money(facts, invoice, Some(amount))?.map(|amount| (invoice.clone(), amount)))
            };
            let credits: Result<Vec<_>, Failure> =
                asked.credits.iter().filter_map(|pair| one(pair).transpose()).collect();
            let credits = credits?;
            self.may_give(&credits)?;
            return Ok(credits);
        }
        if !asked.credits.is_empty() {
            let code = asked.outcome.code();
            let why = format!("`{code}` gives up all that is open of the case; `goodwill` takes a credit");
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
    ) -> Result<CaseRow, Failure> {
        let actor = Actor { author: by, why, today: app.today(), now: app.clock.now() };
        let done = app.store.resolve(self.case.id, act, plan, self.snapshot.revision, &actor).await;
        done.map_err(refused)?;
        app.case(self.case.id).await
    }
}

impl App {
    /// How much a case may still give away, by invoice.
    pub async fn at_stake(&self, id: i64) -> Result<Left, Failure> {
        Ok(Look::at(self, id, None).await?.left)
    }

    /// Resolves a case within the limit of whoever does so, or proposes to.
    pub async fn resolve(&self, id: i64, asked: SolutionAsked<'_>, word: Word<'_>) -> Result<Resolved, Failure> {
        let author = self.colleague(word.author).map_err(Failure::Input)?;
        let why = record::note(word.field, word.why)?;
        let look = Look::at(self, id, word.seen).await?;
        let follow_up_on = asked.follow_up.unwrap_or_else(|| self.some_days_on());
        let solution = Solution { outcome: asked.outcome, credits: look.amounts(&asked)?, follow_up_on };
        let plan = instalments::plan(&look, (asked.outcome, asked.parts), (&author, why), self.today())?;
        let (credits, earlier) = (solution.credits.clone(), self.settled_lately(&author, look.snapshot.id, id).await?);
        let alone = self.settles_alone(&author, &credits, &earlier);
        let act = if alone { Act::Resolve(solution) } else { Act::Propose(solution) };
        let case = look.record(self, &act, plan.as_ref(), (&author, why)).await?;
        let waits = (!alone).then_some(Waits { credits, earlier });
        Ok(Resolved { case, replaced: look.case.course.proposal, waits })
    }

    /// A second person agrees to what was proposed.
    pub async fn approve(&self, id: i64, word: Word<'_>) -> Result<Approved, Failure> {
        let author = self.colleague(word.author).map_err(Failure::Input)?;
        let why = record::note(word.field, word.why)?;
        let look = Look::at(self, id, word.seen).await?;
        if let Some(proposal) = &look.case.course.proposal {
            self.may_approve(&proposal.author, &author, &proposal.credits).map_err(Failure::Input)?;
            look.may_give(&proposal.credits)?;
        }
        let day = look.case.course.follow_up_on.unwrap_or_else(|| self.some_days_on());
        let act = Act::Approve { follow_up_on: day.max(self.today()) };
        let case = look.record(self, &act, None, (&author, why)).await?;
        Ok(Approved { case, proposal: look.case.course.proposal })
    }

    /// When to ask whether all is well, if nobody says otherwise.
    pub fn some_days_on(&self) -> NaiveDate {
        plus_days(self.today(), self.rules.standard.policy.cases.follow_up_days)
    }
}
