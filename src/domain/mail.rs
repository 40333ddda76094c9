//! What a mail that came in was taken for.

/// The kinds of mails, as they are recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MailKind {
    /// A notice did not arrive.
    Bounce,
    /// A notice is still being tried by somebody's server.
    Delayed,
    /// Somebody wants no more of it.
    Complaint,
    /// A machine answered.
    Automatic,
    /// Our own notice came back, or a colleague wrote.
    Own,
    /// A receipt, a newsletter, or nothing that is a mail.
    Ignored,
    /// The same mail again.
    Known,
    /// A person answered, and it is on a case or a promise.
    Reply,
    /// A person answered, and it does not say what is wanted.
    Unclear,
    /// A person says thanks, and nothing else.
    Thanks,
    /// Somebody who is no contact of the account names an invoice of it.
    Stranger,
    /// A letter of a case that is over did not arrive.
    Returned,
    /// Nobody knows which account it is about.
    Unplaced,
    /// It could not be taken.
    Failed,
}

impl MailKind {
    pub const ALL: [Self; 14] = [
        Self::Bounce,
        Self::Delayed,
        Self::Complaint,
        Self::Automatic,
        Self::Own,
        Self::Ignored,
        Self::Known,
        Self::Reply,
        Self::Unclear,
        Self::Thanks,
        Self::Stranger,
        Self::Returned,
        Self::Unplaced,
        Self::Failed,
    ];

    /// The code in tables.
    pub fn code(self) -> &'static str {
        match self {
            Self::Bounce => "bounce",
            Self::Delayed => "delayed",
            Self::Complaint => "complaint",
            Self::Automatic => "automatic",
            Self::Own => "own",
            Self::Ignored => "ignored",
            Self::Known => "known",
            Self::Reply => "reply",
            Self::Unclear => "unclear",
            Self::Thanks => "thanks",
            Self::Stranger => "stranger",
            Self::Returned => "returned",
            Self::Unplaced => "unplaced",
            Self::Failed => "failed",
        }
    }

    /// Whether a person should look at it; nothing else asks for that.
    pub fn waits(self) -> bool {
        matches!(self, Self::Unclear | Self::Thanks | Self::Stranger | Self::Returned | Self::Unplaced | Self::Failed)
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}
