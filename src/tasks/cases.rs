//! Cases in which a person has something to do.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

use super::{Kind, Place, Task};
use crate::{
    app::{App, Failure},
    domain::{
        calendar::{instant, plus_days},
        case::{CaseStatus, assign::sums},
        money::Money,
    },
    store::cases::CaseRow,
};

/// All of them, the newest case first.
pub async fn cases(app: &App, as_of: NaiveDate) -> Result<Vec<Task>, Failure> {
    let end = instant(app.settings.company.zone, plus_days(as_of, 1).and_time(NaiveTime::MIN));
    let now = if as_of == app.today() { app.clock.now() } else { end };
    let found = app.store.cases(false).await?;
    Ok(found.iter().filter_map(|case| task(app, case, as_of, now)).collect())
}

fn task(app: &App, case: &CaseRow, as_of: NaiveDate, now: DateTime<Utc>) -> Option<Task> {
    let (course, id) = (&case.course, case.id);
    let owner = course.owner.as_deref().map_or("nobody's".to_owned(), |owner| format!("{owner}'s"));
    let (kind, why, to_do) = match course.status {
        CaseStatus::Suspected => {
            let first = case.evidence.first().map(|evidence| evidence.sentence.clone()).unwrap_or_default();
            (Kind::Suspected, first, format!("`duly case show {id}`, then confirm or dismiss"))
        }
        CaseStatus::Open | CaseStatus::AwaitingCustomer => match &course.proposal {
            Some(proposal) => {
                let sum = total(&proposal.credits);
                let why = format!("{} proposes `{}`, {sum}", proposal.author, proposal.outcome);
                (Kind::Approval, why, format!("`duly case show {id}`, then `duly case approve {id}`"))
            }
            None if course.responded_at.is_none() => {
                let waits = format!("{owner}, waits for {}", app.next_due_at(case, now));
                (Kind::Case, waits, format!("`duly case show {id}`, and answer"))
            }
            None if case.resolve_by.is_some_and(|by| by < now) => {
                (Kind::Case, format!("{owner}, waits for a solution"), format!("`duly case show {id}`, and resolve it"))
            }
            None => return None,
        },
        CaseStatus::Resolved if course.writing.is_some() => {
            let to_do = format!("ask, then `duly case write {id} --again` or `duly case written {id}`");
            (Kind::CaseInDoubt, format!("{owner}, its confirmation may not have arrived"), to_do)
        }
        CaseStatus::Resolved if !course.confirmed => {
            (Kind::Case, format!("{owner}, is not confirmed in writing"), format!("`duly case write {id}`"))
        }
        CaseStatus::Resolved if course.follow_up_on.is_none_or(|day| day <= as_of) => {
            let to_do = format!("ask whether all is well: `duly case follow-up {id}`");
            (Kind::FollowUp, format!("{owner}, was resolved some days ago"), to_do)
        }
        CaseStatus::FollowedUp => {
            (Kind::Case, format!("{owner}, is done but for its cause"), format!("`duly case close {id} --cause CODE`"))
        }
        CaseStatus::Resolved | CaseStatus::Closed | CaseStatus::Dismissed => return None,
    };
    let what = format!("case {id}, account {}: {why}", case.account);
    Some(Task { kind, what, to_do, place: Place::Case(id) })
}

/// `80.00 GBP`, one sum a currency; `nothing` when there is none.
pub fn total(amounts: &[(String, Money)]) -> String {
    let amounts: Vec<Money> = amounts.iter().map(|(_, amount)| *amount).collect();
    let one = |(currency, minor)| format!("{} {currency}", Money::new(minor, currency));
    let sums: Vec<String> = sums(&amounts).into_iter().map(one).collect();
    if sums.is_empty() { "nothing".to_owned() } else { sums.join(", ") }
}
