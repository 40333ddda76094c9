//! A case: work for a person, with the evidence.

use std::fmt;

use chrono::NaiveDate;

/// Where a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseStatus {
    /// Logged by the planner; waits for a person's judgement.
    Suspected,
    /// Confirmed by a person.
    Open,
    /// A person found that there is nothing in it.
    Dismissed,
}

impl CaseStatus {
    pub fn code(self) -> &'static str {
        match self {
            Self::Suspected => "suspected",
            Self::Open => "open",
            Self::Dismissed => "dismissed",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Suspected, Self::Open, Self::Dismissed].into_iter().find(|status| status.code() == code)
    }

    /// A person says that it is a protest indeed.
    pub fn confirm(self) -> Result<Self, CaseMove> {
        match self {
            Self::Suspected => Ok(Self::Open),
            Self::Open => Err(CaseMove("it has been confirmed already")),
            Self::Dismissed => Err(CaseMove("it was dismissed; new evidence opens a new case")),
        }
    }

    /// A person says that nothing stands in the way of a notice.
    pub fn dismiss(self) -> Result<Self, CaseMove> {
        match self {
            Self::Suspected | Self::Open => Ok(Self::Dismissed),
            Self::Dismissed => Err(CaseMove("it has been dismissed already")),
        }
    }
}

impl fmt::Display for CaseStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Why a case cannot make a move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CaseMove(pub &'static str);

/// A case as the planner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseFact {
    pub id: i64,
    pub status: CaseStatus,
    /// Civil date of the sweep that logged it.
    pub opened: NaiveDate,
    pub invoices: Vec<String>,
    /// Keys of the observations that it was opened for.
    pub evidence: Vec<String>,
}

impl CaseFact {
    /// Whether it holds the notices of an invoice.
    pub fn holds(&self, invoice: &str) -> bool {
        self.status != CaseStatus::Dismissed && self.invoices.iter().any(|held| held == invoice)
    }
}

#[cfg(test)]
mod tests {
    use super::CaseStatus::{Dismissed, Open, Suspected};

    #[test]
    fn only_legal_moves() {
        assert_eq!(Suspected.confirm(), Ok(Open));
        assert_eq!(Open.dismiss(), Ok(Dismissed));
        assert_eq!(Suspected.dismiss(), Ok(Dismissed));
        for refused in [Open.confirm(), Dismissed.confirm(), Dismissed.dismiss()] {
            assert!(refused.is_err());
        }
    }
}
