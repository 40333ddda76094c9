//! How a case is resolved.

use std::fmt;

/// What was agreed, or found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CaseOutcome {
    /// It was a misunderstanding; nobody is blamed.
    Explained,
    /// We were wrong: an apology, a correction, a credit.
    OurFault,
    /// A credit without a fault.
    Goodwill,
    /// The amount is reduced as the customer asked.
    Credit,
    /// A fee is waived.
    FeeWaived,
    /// Instalments, or a later day.
    PlanAgreed,
    /// Nothing more is sold to this customer.
    StopBusiness,
    /// The books should write it off.
    WriteOff,
}

impl CaseOutcome {
    pub const ALL: [Self; 8] = [
        Self::Explained,
        Self::OurFault,
        Self::Goodwill,
        Self::Credit,
        Self::FeeWaived,
        Self::PlanAgreed,
        Self::StopBusiness,
        Self::WriteOff,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Self::Explained => "explained",
            Self::OurFault => "our_fault",
            Self::Goodwill => "goodwill",
            Self::Credit => "credit",
            Self::FeeWaived => "fee_waived",
            Self::PlanAgreed => "plan_agreed",
            Self::StopBusiness => "stop_business",
            Self::WriteOff => "write_off",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.code() == code)
    }

    /// Whether a person names amounts that the books should credit.
    pub fn credits(self) -> bool {
        matches!(self, Self::OurFault | Self::Goodwill | Self::Credit | Self::FeeWaived)
    }

    /// Whether its amounts are for the books: credits, and what is written off.
    pub fn is_booked(self) -> bool {
        self.credits() || self == Self::WriteOff
    }

    /// Whether all that is open of its items is given up: they are left alone for good once the case is closed.
    pub fn leaves_alone(self) -> bool {
        matches!(self, Self::StopBusiness | Self::WriteOff)
    }

    /// Whether the customer was right, at least in part: what past disputes are judged by.
    pub fn upheld(self) -> bool {
        matches!(self, Self::OurFault | Self::Credit | Self::FeeWaived)
    }
}

impl fmt::Display for CaseOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Explained => "explained",
            Self::OurFault => "our fault",
            Self::Goodwill => "goodwill",
            Self::Credit => "credit",
            Self::FeeWaived => "fee waived",
            Self::PlanAgreed => "plan agreed",
            Self::StopBusiness => "no more business",
            Self::WriteOff => "to be written off",
        })
    }
}
