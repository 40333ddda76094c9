//! What was done on a case, appended and never edited.

use chrono::{DateTime, NaiveDate, Utc};

use super::{CaseKind, CaseOutcome, CaseStatus};
use crate::domain::money::Money;

/// What somebody did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Did {
    Opened,
    /// Confirmed or dismissed, before there were other steps.
    Judged,
    Confirmed,
    Dismissed,
    Taken,
    Noted,
    /// The customer's words, as they came.
    Said,
    /// The customer says that all is out.
    Heard,
    /// What would put it right, in the customer's view.
    Wished,
    Asked,
    /// The customer got an answer.
    Answered,
    /// A step of the playbook.
    Ticked,
    /// A solution beyond the person's own limit, which waits for a second one.
    Proposed,
    /// That solution was not agreed to, or was taken back.
    Declined,
    Resolved,
    /// A letter to the customer is on its way; whether it arrived is not known yet.
    Writing,
    /// The customer has the solution in writing.
    Written,
    /// The letter did not leave, or was refused.
    Unwritten,
    /// The letter came back.
    Returned,
    HandedOver,
    FollowedUp,
    Reopened,
    Closed,
}

impl Did {
    pub const ALL: [Self; 23] = [
        Self::Opened,
        Self::Judged,
        Self::Confirmed,
        Self::Dismissed,
        Self::Taken,
        Self::Noted,
        Self::Said,
        Self::Heard,
        Self::Wished,
        Self::Asked,
        Self::Answered,
        Self::Ticked,
        Self::Proposed,
        Self::Declined,
        Self::Resolved,
        Self::Writing,
        Self::Written,
        Self::Unwritten,
        Self::Returned,
        Self::HandedOver,
        Self::FollowedUp,
        Self::Reopened,
        Self::Closed,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Judged => "judged",
            Self::Confirmed => "confirmed",
            Self::Dismissed => "dismissed",
            Self::Taken => "taken",
            Self::Noted => "noted",
            Self::Said => "said",
            Self::Heard => "heard",
            Self::Wished => "wished",
            Self::Asked => "asked",
            Self::Answered => "answered",
            Self::Ticked => "ticked",
            Self::Proposed => "proposed",
            Self::Declined => "declined",
            Self::Resolved => "resolved",
            Self::Writing => "writing",
            Self::Written => "written",
            Self::Unwritten => "unwritten",
            Self::Returned => "returned",
            Self::HandedOver => "handed_over",
            Self::FollowedUp => "followed_up",
            Self::Reopened => "reopened",
            Self::Closed => "closed",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|did| did.code() == code)
    }
}

/// One row of the course of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseEvent {
    pub did: Did,
    /// Afterwards.
    pub status: CaseStatus,
    pub author: String,
    /// The reason, the note, the words.
    pub why: String,
    /// The kind that it has from now on, when it is another one.
    pub kind: Option<CaseKind>,
    pub reason: Option<String>,
    pub outcome: Option<CaseOutcome>,
    /// Who has it from now on, or who had proposed what was approved.
    pub person: Option<String>,
    /// Until when an answer is awaited, or when to follow up.
    pub day: Option<NaiveDate>,
    /// By invoice.
    pub credits: Vec<(String, Money)>,
    pub at: DateTime<Utc>,
}
