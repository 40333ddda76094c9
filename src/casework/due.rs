//! Until when something is due on a case, and how hot it is.

use chrono::{DateTime, Duration, Utc};

use crate::{
    app::App,
    domain::{
        business_hours::BusinessHours,
        case::{
            CaseStatus, Course,
            temperature::{Signs, Temperature},
        },
    },
    store::cases::CaseRow,
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

    /// What is due next, now.
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
