//! The kinds of observations: what each speaks of, and which are independent of each other.

/// Why an item may not be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Withheld because of the service, the goods or the invoice.
    Protest,
    /// The money is there and was not matched.
    PaidUnmatched,
    /// Want of money.
    Hardship,
    /// Something plain stands in the way: another contact, another account.
    Administrative,
}

impl Side {
    /// In the order in which they win when two are as likely: what would hurt most to overlook comes first.
    pub const ALL: [Self; 4] = [Self::Protest, Self::PaidUnmatched, Self::Hardship, Self::Administrative];

    pub fn code(self) -> &'static str {
        match self {
            Self::Protest => "protest",
            Self::PaidUnmatched => "paid_unmatched",
            Self::Hardship => "hardship",
            Self::Administrative => "administrative",
        }
    }
}

/// The kinds of observations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// What the customer says in an open case; its side is that of the case.
    OwnWords,
    Complaint,
    Ticket,
    DeliveryProblem,
    ReturnedGoods,
    PriceChange,
    PastDispute,
    Skipped,
    /// Against how the account paid what it did not dispute.
    Late,
    /// Days overdue of an account of which too little is known to speak of a habit.
    Silent,
    LaterThanEver,
    UnusualAmount,
    /// Several accounts with the same product: perhaps our own incident.
    LateTogether,
    /// Short by exactly the tax, or by a credit that was asked for.
    ShortBy,
    DebitRefused,
    UnmatchedMoney,
    NoFunds,
    InstalmentRequest,
    BrokenPromise,
    BrokenPlan,
    RoundParts,
    RisingDelay,
    OthersOverdue,
    ContactChange,
    WrongAccount,
}

/// Observations of one group are not independent of each other: together they are one piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    One(Kind),
    /// What the account does with this item and the others.
    Behaviour,
    /// The customer's word, which was not kept.
    Word,
}

impl Kind {
    pub fn code(self) -> &'static str {
        match self {
            Self::OwnWords => "own_words",
            Self::Complaint => "complaint",
            Self::Ticket => "ticket",
            Self::DeliveryProblem => "delivery_problem",
            Self::ReturnedGoods => "returned_goods",
            Self::PriceChange => "price_change",
            Self::PastDispute => "past_dispute",
            Self::Skipped => "skipped",
            Self::Late => "late",
            Self::Silent => "silent",
            Self::LaterThanEver => "later_than_ever",
            Self::UnusualAmount => "unusual_amount",
            Self::LateTogether => "late_together",
            Self::ShortBy => "short_by",
            Self::DebitRefused => "debit_refused",
            Self::UnmatchedMoney => "unmatched_money",
            Self::NoFunds => "no_funds",
            Self::InstalmentRequest => "instalment_request",
            Self::BrokenPromise => "broken_promise",
            Self::BrokenPlan => "broken_plan",
            Self::RoundParts => "round_parts",
            Self::RisingDelay => "rising_delay",
            Self::OthersOverdue => "others_overdue",
            Self::ContactChange => "contact_change",
            Self::WrongAccount => "wrong_account",
        }
    }

    pub fn side(self) -> Side {
        match self {
            Self::UnmatchedMoney => Side::PaidUnmatched,
            Self::NoFunds | Self::InstalmentRequest | Self::BrokenPromise | Self::BrokenPlan => Side::Hardship,
            Self::RoundParts | Self::RisingDelay | Self::OthersOverdue => Side::Hardship,
            Self::ContactChange | Self::WrongAccount => Side::Administrative,
            _ => Side::Protest,
        }
    }

    /// What it counts as among the independent pieces. Every item that is reminded of is overdue, and some amount is
    /// the largest: such circumstances move the odds but are no piece.
    pub fn group(self) -> Option<Group> {
        match self {
            Self::Silent | Self::LaterThanEver | Self::UnusualAmount => None,
            Self::Skipped | Self::Late | Self::OthersOverdue | Self::RisingDelay => Some(Group::Behaviour),
            Self::BrokenPromise | Self::BrokenPlan => Some(Group::Word),
            kind => Some(Group::One(kind)),
        }
    }
}
