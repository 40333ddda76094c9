//! What is done on a case: one event, and the kept values that follow from it.

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    CaseRow,
    books::{book, unbook},
    read,
};
use crate::{
    domain::{
        audit::Kind,
        case::{Act, CaseOutcome, CaseStatus, Course, Solution},
        money::Money,
    },
    store::{
        Result, Store, StoreError,
        agreements::end_plans,
        audit,
        engine::{Tx, query},
        touch,
    },
};

/// Who does something, with which words, and when.
#[derive(Debug, Clone)]
pub struct Actor<'a> {
    pub author: &'a str,
    pub why: &'a str,
    /// Civil date from which it counts.
    pub today: NaiveDate,
    pub now: DateTime<Utc>,
}

impl Store {
    /// Does something on a case, if that is possible now.
    pub async fn act(&self, id: i64, act: &Act, actor: &Actor<'_>) -> Result<CaseStatus> {
        self.act_if(id, None, act, actor).await
    }

    /// The same, if the case has as many events as whoever acts had seen.
    pub async fn act_if(&self, id: i64, seen: Option<usize>, act: &Act, actor: &Actor<'_>) -> Result<CaseStatus> {
        let mut tx = self.begin().await?;
        let status = act_in(&mut tx, self.company, id, act, actor).await?;
        // This act was one more.
        let text = "SELECT COUNT(*) FROM case_event WHERE case_id = $1";
        let events: i64 = query(text).bind(id).value(&mut tx).await?;
        if seen.is_some_and(|seen| usize::try_from(events) != Ok(seen + 1)) {
            return Err(StoreError::gone_on(id));
        }
        tx.commit().await?;
        Ok(status)
    }
}

/// The same within a transaction.
pub(in crate::store) async fn act_in(
    tx: &mut Tx,
    company: i64,
    id: i64,
    act: &Act,
    actor: &Actor<'_>,
) -> Result<CaseStatus> {
    // Whoever comes second sees what the first one did.
    let text = format!("SELECT account FROM cases WHERE company = $1 AND id = $2{}", tx.engine().locked());
    let account: Option<i64> =
        crate::store::engine::dynamic(text).bind(company).bind(id).value_optional(&mut *tx).await?;
    let missing = || StoreError::Refused(format!("there is no case {id}; `duly case list` shows them"));
    let account = account.ok_or_else(missing)?;
    let case: CaseRow = read(tx, company, &[id]).await?.remove(&id).ok_or_else(missing)?;
    let after = case.course.after(act, actor.author);
    let after = after.map_err(|why| StoreError::Refused(format!("case {id}: {why}")))?;
    let event = append(tx, id, act, &case.course, after, actor).await?;
    keep(tx, id, act, after, actor).await?;
    if let Some((outcome, credits)) = agreed(act, &case.course).filter(|(outcome, _)| outcome.is_booked()) {
        book(tx, (company, account, id), outcome, credits, actor).await?;
    }
    if case.course.outcome.is_some() && matches!(act, Act::Reopen | Act::Say) {
        unbook(tx, (company, account, id), actor).await?;
        end_plans(tx, company, id, actor).await?;
    }
    touch(tx, account).await?;
    audit::tell(tx, company, Kind::Case, &format!("{id}/{event}")).await?;
    Ok(after)
}

async fn append(tx: &mut Tx, id: i64, act: &Act, course: &Course, after: CaseStatus, actor: &Actor<'_>) -> Result<i64> {
    let (mut kind, mut reason, mut outcome, mut person, mut day) = (None, None, None, None, None);
    let mut credits: &[(String, Money)] = &[];
    let mut why = actor.why.to_owned();
    match act {
        Act::Confirm { kind: of, reason: code } => (kind, reason) = (of.map(|kind| kind.code()), code.clone()),
        Act::Ask { until } => day = *until,
        Act::Tick { step } => why = format!("{step} {why}").trim_end().to_owned(),
        Act::Propose(solution) | Act::Resolve(solution) => {
            let Solution { outcome: found, credits: agreed, follow_up_on } = solution;
            (outcome, credits, day) = (Some(found.code()), agreed, Some(*follow_up_on));
        }
        Act::Approve { follow_up_on } => {
            let proposal = course.proposal.as_ref();
            outcome = proposal.map(|proposal| proposal.outcome.code());
            credits = proposal.map_or(&[], |proposal| &proposal.credits);
            person = proposal.map(|proposal| proposal.author.clone());
            day = Some(*follow_up_on);
        }
        Act::HandOver { to } => person = Some(to.clone()),
        Act::Close { cause } => person = Some(cause.clone()),
        _ => {}
    }
    let text = "INSERT INTO case_event (case_id, step, status, author, why, kind, reason, outcome, person, day, \
                effective, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id";
    let insert = query(text).bind(id).bind(act.did().code()).bind(after.code()).bind(actor.author).bind(why);
    let insert = insert.bind(kind).bind(reason).bind(outcome).bind(person).bind(day).bind(actor.today);
    let event: i64 = insert.bind(actor.now).value(&mut *tx).await?;
    for (invoice, amount) in credits {
        let text = "INSERT INTO case_credit (case_event, invoice, currency, amount) VALUES ($1, $2, $3, $4)";
        let insert = query(text).bind(event).bind(invoice).bind(amount.currency.code()).bind(amount.minor);
        insert.execute(&mut *tx).await?;
    }
    Ok(event)
}

/// Keeps on the case what lists are sorted and searched by.
async fn keep(tx: &mut Tx, id: i64, act: &Act, after: CaseStatus, actor: &Actor<'_>) -> Result<()> {
    let (mut kind, mut reason, mut owner, mut follow_up_on) = (None, None, None, None);
    match act {
        Act::Confirm { kind: of, reason: code } => (kind, reason) = (of.map(|kind| kind.code()), code.clone()),
        Act::Take => owner = Some(actor.author.to_owned()),
        Act::HandOver { to } => owner = Some(to.clone()),
        Act::Resolve(Solution { follow_up_on: day, .. }) | Act::Approve { follow_up_on: day } => {
            follow_up_on = Some(*day);
        }
        _ => {}
    }
    let text = "UPDATE cases SET status = $1, judged = COALESCE($2, judged), reason = COALESCE($3, reason), \
                owner = COALESCE($4, owner), follow_up_on = COALESCE($5, follow_up_on) WHERE id = $6";
    let update = query(text).bind(after.code()).bind(kind).bind(reason).bind(owner).bind(follow_up_on).bind(id);
    update.execute(tx).await?;
    Ok(())
}

/// What is agreed for good with this act.
fn agreed<'a>(act: &'a Act, course: &'a Course) -> Option<(CaseOutcome, &'a [(String, Money)])> {
    match act {
        Act::Resolve(solution) => Some((solution.outcome, &solution.credits)),
        Act::Approve { .. } => course.proposal.as_ref().map(|proposal| (proposal.outcome, &proposal.credits[..])),
        _ => None,
    }
}
