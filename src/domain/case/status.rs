//! Where a case stands, and the steps that lead on.

use std::fmt;

/// Where a case stands. It holds its items until it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CaseStatus {
    /// Logged by duly; waits for a person's judgement.
    Suspected,
    /// A person works on it.
    Open,
    /// The customer was asked.
    AwaitingCustomer,
    /// A solution was agreed and confirmed in writing; whether it holds is asked some days later.
    Resolved,
    /// The customer was asked whether all is well; only the cause is missing.
    FollowedUp,
    Closed,
    /// A person found that there is nothing in it.
    Dismissed,
}

/// What a person, or the customer, does with a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It is a case indeed.
    Confirm,
    /// The customer's words came in.
    Hear,
    Ask,
    /// Take, note, hand over: it stays where it is.
    Work,
    Resolve,
    FollowUp,
    Reopen,
    Close,
    Dismiss,
}

/// Why a case cannot make a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CaseMove(pub &'static str);

impl CaseStatus {
    pub const ALL: [Self; 7] = [
        Self::Suspected,
        Self::Open,
        Self::AwaitingCustomer,
        Self::Resolved,
        Self::FollowedUp,
        Self::Closed,
        Self::Dismissed,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Self::Suspected => "suspected",
            Self::Open => "open",
            Self::AwaitingCustomer => "awaiting_customer",
            Self::Resolved => "resolved",
            Self::FollowedUp => "followed_up",
            Self::Closed => "closed",
            Self::Dismissed => "dismissed",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.code() == code)
    }

    pub fn is_over(self) -> bool {
        matches!(self, Self::Closed | Self::Dismissed)
    }

    /// The status after a step, or why it cannot be made.
    pub fn after(self, step: Step) -> Result<Self, CaseMove> {
        use CaseStatus::{AwaitingCustomer, Closed, Dismissed, FollowedUp, Open, Resolved, Suspected};
        match (self, step) {
            (Closed, _) => Err(CaseMove("it is closed; what comes up now is a new case")),
            (Dismissed, _) => Err(CaseMove("it was dismissed; new evidence opens a new case")),
            (status, Step::Work) => Ok(status),
            (Suspected, Step::Confirm | Step::Hear) => Ok(Open),
            (_, Step::Confirm) => Err(CaseMove("it has been confirmed already")),
            (Suspected | Open | AwaitingCustomer, Step::Dismiss) => Ok(Dismissed),
            (Resolved | FollowedUp, Step::Dismiss) => Err(CaseMove("it was resolved; follow up and close it")),
            (Suspected, _) => Err(CaseMove("it is only suspected; confirm or dismiss it first")),
            // More words on what was thought to be settled.
            (_, Step::Hear) => Ok(Open),
            (Open | AwaitingCustomer, Step::Ask) => Ok(AwaitingCustomer),
            (Open | AwaitingCustomer, Step::Resolve) => Ok(Resolved),
            (Open | AwaitingCustomer, Step::Reopen) => Err(CaseMove("it is open")),
            (Resolved | FollowedUp, Step::Reopen) => Ok(Open),
            (Resolved | FollowedUp, Step::Ask | Step::Resolve) => Err(CaseMove("it was resolved; reopen it first")),
            (Resolved, Step::FollowUp) => Ok(FollowedUp),
            (FollowedUp, Step::FollowUp) => Err(CaseMove("it was followed up already; close it with its cause")),
            (_, Step::FollowUp) => Err(CaseMove("it has no solution yet; resolve it first")),
            (FollowedUp, Step::Close) => Ok(Closed),
            (Resolved, Step::Close) => Err(CaseMove("ask the customer first whether all is well: follow up")),
            (_, Step::Close) => Err(CaseMove("it has no solution yet; resolve or dismiss it")),
        }
    }
}

impl fmt::Display for CaseStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AwaitingCustomer => "awaiting the customer",
            Self::FollowedUp => "followed up",
            _ => self.code(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{CaseStatus, Step};

    /// Rows are statuses, columns steps; a dash is refused.
    const TABLE: &str = "
                   confirm hear ask      work       resolve  follow   reopen close  dismiss
        suspected  open    open -        suspected  -        -        -      -      dismissed
        open       -       open awaiting open       resolved -        -      -      dismissed
        awaiting   -       open awaiting awaiting   resolved -        -      -      dismissed
        resolved   -       open -        resolved   -        followed open   -      -
        followed   -       open -        followed   -        -        open   closed -
        closed     -       -    -        -          -        -        -      -      -
        dismissed  -       -    -        -          -        -        -      -      -";

    #[test]
    fn only_legal_steps() {
        let steps = [
            Step::Confirm,
            Step::Hear,
            Step::Ask,
            Step::Work,
            Step::Resolve,
            Step::FollowUp,
            Step::Reopen,
            Step::Close,
            Step::Dismiss,
        ];
        let rows = TABLE.lines().skip(2).map(|line| line.split_whitespace().collect::<Vec<_>>());
        for (status, row) in CaseStatus::ALL.into_iter().zip(rows) {
            assert!(status.code().starts_with(row[0]), "{status:?}");
            for (step, expected) in steps.into_iter().zip(&row[1..]) {
                match status.after(step) {
                    Ok(after) => assert!(after.code().starts_with(expected), "{status:?} {step:?} {after:?}"),
                    Err(_) => assert_eq!(*expected, "-", "{status:?} {step:?}"),
                }
            }
        }
    }
}
