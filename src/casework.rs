//! What cases need besides the ledger: who has them, until when, and how hot they are.

use chrono::{DateTime, Duration, Utc};

use crate::{
    app::App,
    domain::{
        business_hours::BusinessHours,
        case::{
            CaseKind, CaseStatus, Course,
            assign::{self, Settling},
            staff,
            temperature::{Signs, Temperature},
        },
        money::Money,
    },
    store::{
        self,
        cases::{CaseRow, NewCase},
    },
};

/// Until when the customer should have an answer, and a solution.
#[derive(Debug, Clone, Copy)]
pub struct Due {
    pub respond_by: DateTime<Utc>,
    pub resolve_by: DateTime<Utc>,
}

impl App {
    pub fn business_hours(&self) -> BusinessHours<'_> {
        let rule = &self.rules.standard.policy.cases;
        BusinessHours {
            calendar: &self.rules.calendar,
            country: &self.settings.company.country,
            zone: self.settings.company.zone,
            from: rule.from,
            until: rule.until,
        }
    }

    /// The due times of a case that is opened now.
    pub fn due(&self) -> Due {
        let (rule, now) = (&self.rules.standard.policy.cases, self.clock.now());
        let after = |hours| self.business_hours().after(now, hours);
        Due { respond_by: after(rule.first_response_hours), resolve_by: after(rule.resolve_hours) }
    }

    /// Who should have a new case; nobody when the policy names no staff.
    pub async fn owner(&self, kind: CaseKind, account: &str) -> store::Result<Option<String>> {
        let load = self.store.case_load().await?;
        Ok(assign::owner(&self.rules.standard.policy.staff, kind, account, &load).map(str::to_owned))
    }

    /// A case as it is opened now by what a customer said, with its owner and its due times.
    pub async fn new_case(&self, account: (i64, &str), kind: CaseKind, author: &str) -> store::Result<NewCase> {
        let due = self.due();
        Ok(NewCase {
            account: account.0,
            kind,
            reason: None,
            concerns: Vec::new(),
            opened: self.today(),
            owner: self.owner(kind, account.1).await?,
            respond_by: due.respond_by,
            resolve_by: due.resolve_by,
            author: author.to_owned(),
            why: String::new(),
            words: None,
        })
    }

    /// What a person settled without a second one in other cases of an account, not long ago.
    pub async fn settled_lately(&self, person: &str, account: i64, case: i64) -> store::Result<Vec<(String, Money)>> {
        let since = self.clock.now() - Duration::days(assign::WINDOW_DAYS);
        let mut others = self.store.settled_since(account, since).await?;
        let alone = |by: &String| staff::same_person(by, person);
        others.retain(|other| other.id != case && other.course.alone.as_ref().is_some_and(alone));
        Ok(others.into_iter().flat_map(|other| other.course.credits).collect())
    }

    /// Whether a person may settle so much without a second one, with what they settled earlier.
    pub fn settles_alone(&self, person: &str, credits: &[(String, Money)], earlier: &[(String, Money)]) -> bool {
        let (staff, all) = (&self.rules.standard.policy.staff, [credits, earlier].concat());
        credits.is_empty() || assign::settles(staff, person, &amounts(&all)) == Settling::Alone
    }

    pub fn may_approve(&self, proposer: &str, approver: &str, credits: &[(String, Money)]) -> Result<(), String> {
        let staff = &self.rules.standard.policy.staff;
        assign::may_approve(staff, proposer, approver, &amounts(credits)).map_err(|why| why.to_string())
    }

    /// The name of a person who works on cases; any name where the policy has no staff.
    pub fn colleague(&self, name: &str) -> Result<String, String> {
        match &self.rules.standard.policy.staff[..] {
            [] => Ok(name.to_owned()),
            staff => staff::find(staff, name).map(|person| person.name.clone()),
        }
    }

    /// The same, now.
    pub fn next_due(&self, case: &CaseRow) -> String {
        self.next_due_at(case, self.clock.now())
    }

    /// What is due next, and whether it is late.
    pub fn next_due_at(&self, case: &CaseRow, now: DateTime<Utc>) -> String {
        let course = &case.course;
        let (what, by) = match course.status {
            CaseStatus::Suspected => return "a person's word".to_owned(),
            CaseStatus::Closed | CaseStatus::Dismissed => return String::new(),
            CaseStatus::FollowedUp => return "its cause".to_owned(),
            CaseStatus::Resolved if !course.confirmed => return "the solution in writing".to_owned(),
            CaseStatus::Resolved => {
                let Some(day) = course.follow_up_on else { return "the follow-up".to_owned() };
                let late = if day < self.today() { ", late" } else { "" };
                return format!("the follow-up on {day}{late}");
            }
            CaseStatus::Open | CaseStatus::AwaitingCustomer if course.proposal.is_some() => {
                return "a second person's word".to_owned();
            }
            CaseStatus::Open | CaseStatus::AwaitingCustomer if course.responded_at.is_none() => {
                ("an answer", case.respond_by)
            }
            CaseStatus::Open | CaseStatus::AwaitingCustomer => ("a solution", case.resolve_by),
        };
        let Some(by) = by else { return what.to_owned() };
        let late = if by < now { ", late" } else { "" };
        let by = by.with_timezone(&self.settings.company.zone);
        format!("{what} by {}{late}", by.format("%Y-%m-%d %H:%M"))
    }

    pub fn temperature(&self, course: &Course) -> Temperature {
        let waited = course
            .waiting_since
            .map_or(Duration::zero(), |since| self.business_hours().between(since, self.clock.now()));
        let signs = Signs {
            waited,
            answered: course.responded_at.is_some(),
            hand_overs: course.hand_overs,
            repeated: course.unanswered.saturating_sub(1),
            reopened: course.reopened,
        };
        Temperature::of(&self.rules.standard.policy.cases, &signs)
    }
}

fn amounts(credits: &[(String, Money)]) -> Vec<Money> {
    credits.iter().map(|(_, amount)| *amount).collect()
}
