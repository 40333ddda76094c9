//! What was agreed or asked for on an account, beyond its policy.

use chrono::NaiveDate;

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    pub id: i64,
    pub kind: TermKind,
    pub from: NaiveDate,
    /// Last day, inclusive.
    pub until: Option<NaiveDate>,
    /// What was agreed, or asked for and answered.
    pub note: String,
    pub author: String,
    /// Day from which a person ended it.
    pub ended: Option<NaiveDate>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TermKind {
    /// Nothing is noticed while a change of price, routine or contact settles.
    SettlingIn,
    /// A special arrangement ends: it still holds for what is invoiced up to its last day.
    Transition,
    /// Special treatment was asked for; the note has the answer.
    Request,
    /// Who may order what was written down.
    Authorised,
}

impl TermKind {
    pub const ALL: [Self; 4] = [Self::SettlingIn, Self::Transition, Self::Request, Self::Authorised];

    pub fn code(self) -> &'static str {
        match self {
            Self::SettlingIn => "settling_in",
            Self::Transition => "transition",
            Self::Request => "request",
            Self::Authorised => "authorised",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// What a person reads who takes one down.
    pub fn title(self) -> &'static str {
        match self {
            Self::SettlingIn => "a change settles in: no notice until the last day",
            Self::Transition => "an arrangement ends: what was invoiced by the last day is left alone until then",
            Self::Request => "a request, with your answer: holds nothing",
            Self::Authorised => "who may order",
        }
    }
}

impl Term {
    pub fn is_in_force(&self, as_of: NaiveDate) -> bool {
        self.from <= as_of && self.until.is_none_or(|until| as_of <= until) && self.ended.is_none_or(|end| as_of < end)
    }

    /// Whether it keeps notices about an invoice back.
    pub fn spares(&self, issued: NaiveDate, as_of: NaiveDate) -> bool {
        match self.kind {
            TermKind::SettlingIn => self.is_in_force(as_of),
            TermKind::Transition => self.is_in_force(as_of) && self.until.is_some_and(|until| issued <= until),
            TermKind::Request | TermKind::Authorised => false,
        }
    }
}
