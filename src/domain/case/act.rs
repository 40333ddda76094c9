//! What can be done on a case, and when it is refused.

use chrono::{DateTime, NaiveDate, Utc};

use super::{CaseKind, CaseOutcome, CaseStatus, Course, Did, Step, staff::same_person};
use crate::domain::money::Money;

/// What a person, or a mail, wants to do on a case. Words and reasons go along with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// It is one indeed, perhaps of another kind.
    Confirm {
        kind: Option<CaseKind>,
        reason: Option<String>,
    },
    Dismiss,
    Take,
    Note,
    /// The customer's own words.
    Say,
    /// The customer was asked whether all is out, and said so.
    HearAll,
    /// What would put it right.
    Wish,
    Ask {
        until: Option<NaiveDate>,
    },
    Answer,
    /// A step of the playbook is done.
    Tick {
        step: String,
    },
    /// Waits for a second person.
    Propose(Solution),
    Resolve(Solution),
    /// The solution that was proposed, approved by a second person.
    Approve {
        follow_up_on: NaiveDate,
    },
    /// The solution that was proposed is not agreed to, or is taken back.
    Decline,
    /// The letter that confirms the solution leaves now; once more only if a person says so.
    Writing {
        again: bool,
    },
    /// The one that was on its way since then left; or somebody confirmed the solution by other means.
    Written {
        since: Option<DateTime<Utc>>,
    },
    /// The one that was on its way since then did not leave, or was refused.
    Unwritten {
        since: DateTime<Utc>,
    },
    /// The letter came back: the customer does not have it.
    Returned,
    HandOver {
        to: String,
    },
    FollowUp,
    Reopen,
    Close {
        cause: String,
    },
}

/// What is agreed with the customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Solution {
    pub outcome: CaseOutcome,
    /// By invoice, each more than 0: what is credited, or what is open and given up.
    pub credits: Vec<(String, Money)>,
    pub follow_up_on: NaiveDate,
}

impl Act {
    pub fn did(&self) -> Did {
        match self {
            Self::Confirm { .. } => Did::Confirmed,
            Self::Dismiss => Did::Dismissed,
            Self::Take => Did::Taken,
            Self::Note => Did::Noted,
            Self::Say => Did::Said,
            Self::HearAll => Did::Heard,
            Self::Wish => Did::Wished,
            Self::Ask { .. } => Did::Asked,
            Self::Answer => Did::Answered,
            Self::Tick { .. } => Did::Ticked,
            Self::Propose(_) => Did::Proposed,
            Self::Resolve(_) | Self::Approve { .. } => Did::Resolved,
            Self::Decline => Did::Declined,
            Self::Writing { .. } => Did::Writing,
            Self::Written { .. } => Did::Written,
            Self::Unwritten { .. } => Did::Unwritten,
            Self::Returned => Did::Returned,
            Self::HandOver { .. } => Did::HandedOver,
            Self::FollowUp => Did::FollowedUp,
            Self::Reopen => Did::Reopened,
            Self::Close { .. } => Did::Closed,
        }
    }

    fn step(&self) -> Step {
        match self {
            Self::Confirm { .. } => Step::Confirm,
            Self::Dismiss => Step::Dismiss,
            Self::Say => Step::Hear,
            Self::Ask { .. } => Step::Ask,
            Self::Resolve(_) | Self::Approve { .. } => Step::Resolve,
            Self::FollowUp => Step::FollowUp,
            Self::Reopen => Step::Reopen,
            Self::Close { .. } => Step::Close,
            Self::Take
            | Self::Note
            | Self::HearAll
            | Self::Wish
            | Self::Answer
            | Self::Tick { .. }
            | Self::Propose(_)
            | Self::Decline
            | Self::Writing { .. }
            | Self::Written { .. }
            | Self::Unwritten { .. }
            | Self::Returned
            | Self::HandOver { .. } => Step::Work,
        }
    }
}

impl Course {
    /// The status after an act of a person, or why it is refused.
    pub fn after(&self, act: &Act, author: &str) -> Result<CaseStatus, String> {
        let after = self.status.after(act.step()).map_err(|refused| refused.to_string())?;
        match act {
            Act::Propose(_) if !matches!(self.status, CaseStatus::Open | CaseStatus::AwaitingCustomer) => {
                return self.status.after(Step::Resolve).map_err(|refused| refused.to_string());
            }
            Act::Propose(solution) | Act::Resolve(solution) => self.may_resolve(solution)?,
            Act::Approve { .. } => self.may_approve(author)?,
            Act::Decline if self.proposal.is_none() => return Err("no solution waits for approval".to_owned()),
            Act::Writing { .. } | Act::Written { .. } if self.outcome.is_none() => {
                return Err("it has no solution yet that could be confirmed".to_owned());
            }
            Act::Writing { again: false } => self.may_write()?,
            Act::Written { since: Some(since) } | Act::Unwritten { since } if self.writing != Some(*since) => {
                return Err("somebody has gone on with the letter meanwhile".to_owned());
            }
            Act::FollowUp if !self.confirmed => {
                return Err("the solution was not confirmed in writing yet (`duly case write`)".to_owned());
            }
            Act::HandOver { to } if self.owner.as_ref() == Some(to) => return Err(format!("{to} has it already")),
            Act::HearAll if self.words.is_empty() => {
                return Err("nothing was heard yet; record the customer's words first".to_owned());
            }
            _ => {}
        }
        Ok(after)
    }

    fn may_resolve(&self, solution: &Solution) -> Result<(), String> {
        let credits = solution.credits.iter().any(|(_, amount)| amount.minor > 0);
        let outcome = solution.outcome;
        if !self.heard {
            return Err("is all out? Ask the customer, and record the answer (`heard`) before a solution".to_owned());
        }
        if credits && !outcome.credits() && !outcome.leaves_alone() {
            return Err(format!("no credit belongs to `{outcome}`"));
        }
        if !credits && matches!(outcome, CaseOutcome::Credit | CaseOutcome::FeeWaived | CaseOutcome::Goodwill) {
            return Err(format!("`{outcome}` needs the amount for an invoice"));
        }
        Ok(())
    }

    /// A letter is sent once by itself: what may have arrived is a person's to send again.
    fn may_write(&self) -> Result<(), String> {
        if self.writing.is_some() {
            let why = "a letter that confirms it may have arrived already: ask the customer, then say that it goes \
                       once more (`--again`), or that they have it (`duly case written`)";
            return Err(why.to_owned());
        }
        match self.confirmed {
            true => {
                Err("the customer has it in writing already; say so if it is to go once more (`--again`)".to_owned())
            }
            false => Ok(()),
        }
    }

    fn may_approve(&self, author: &str) -> Result<(), String> {
        match &self.proposal {
            None => Err("no solution waits for approval".to_owned()),
            Some(proposal) if same_person(&proposal.author, author) => {
                Err(format!("{author} proposed it; a second person approves"))
            }
            Some(_) if !self.heard => Err("the customer has said more since it was proposed: hear that out first \
                                           (`heard`), or decline the proposal"
                .to_owned()),
            Some(_) => Ok(()),
        }
    }
}
