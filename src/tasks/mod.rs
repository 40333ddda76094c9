//! What waits for a person: a list of tasks, for `duly tasks` and for the console.
//!
//! [`standing()`] asks the tables for what they know by themselves; [`cases`] and [`mails()`] likewise. What only shows in the
//! facts of an account is found by [`ledger::of_account`], which somebody who walks all accounts calls for each.

pub mod cases;
pub mod ledger;
mod mails;
mod notices;
mod standing;

use chrono::NaiveDate;

pub use mails::mails;
pub use notices::notices;
pub use standing::{alarms, late_together, standing};

use crate::{
    app::{App, Failure},
    store::snapshot::Horizon,
    sweep::Walk,
};

/// Something that a person should do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    pub kind: Kind,
    /// What it is about, with texts of customers as they came.
    pub what: String,
    /// What to do, for somebody at a terminal.
    pub to_do: String,
    pub place: Place,
}

/// Where it is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Nowhere,
    /// The number of an account.
    Account(String),
    Case(i64),
    Notice(i64),
    /// A change of policy or wording.
    Change(i64),
}

/// What kind of task it is, in the order in which they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Stopped,
    Alarm,
    Clock,
    Release,
    /// A change that waits for a second person.
    Change,
    Suspected,
    Approval,
    Case,
    /// The confirmation of a case may not have arrived.
    CaseInDoubt,
    FollowUp,
    Promise,
    Instalment,
    Refused,
    Letter,
    InDoubt,
    Sending,
    Mail,
    LateTogether,
    Held,
    NoContact,
    Unreadable,
    Stale,
    Match,
    Discount,
}

impl Kind {
    /// The word before it in a list.
    pub fn code(self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Alarm => "alarm",
            Self::Clock => "clock",
            Self::Release => "release",
            Self::Change => "change?",
            Self::Suspected => "protest?",
            Self::Approval => "approve?",
            Self::Case => "case",
            Self::CaseInDoubt | Self::InDoubt => "in doubt",
            Self::FollowUp => "follow-up",
            Self::Promise => "promise",
            Self::Instalment => "plan",
            Self::Refused => "refused",
            Self::Letter => "letter",
            Self::Sending => "sending",
            Self::Mail => "mail",
            Self::LateTogether => "our own?",
            Self::Held | Self::NoContact => "held",
            Self::Unreadable => "unreadable",
            Self::Stale => "stale",
            Self::Match => "match",
            Self::Discount => "discount",
        }
    }

    /// Kinds of one part stand together, in the order in which they were found.
    fn part(self) -> Self {
        match self {
            Self::Approval | Self::Case | Self::CaseInDoubt | Self::FollowUp => Self::Suspected,
            Self::NoContact => Self::Held,
            own => own,
        }
    }
}

/// Everything that waits for a person on a date.
pub async fn waiting(app: &App, as_of: NaiveDate) -> Result<Vec<Task>, Failure> {
    let mut tasks = standing(app).await?;
    tasks.extend(alarms(app).await?);
    tasks.extend(cases::cases(app, as_of).await?);
    tasks.extend(notices(app, MOST).await?);
    tasks.extend(mails(app, MOST).await?);
    tasks.extend(late_together(app, as_of).await?);
    let walk = Walk::new(app.sweeper(), Horizon::everything(as_of)).await?;
    let unreadable = walk.all(|account| tasks.extend(ledger::of_account(account, as_of))).await?;
    tasks.extend(unreadable.iter().map(ledger::unreadable));
    tasks.extend(ledger::stale(app, as_of).await?);
    tasks.sort_by_key(|task| task.kind.part());
    Ok(tasks)
}

/// Notices and mails shown of each kind of trouble.
const MOST: i64 = 1_000;
