//! The kinds of customers, and how many there are of each.

/// How a customer behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Persona {
    Punctual,
    /// Pays late, but never so late that a notice is due.
    Tardy,
    /// Takes the terms on the invoice in time.
    Early,
    /// Takes them once, too late.
    EarlyLate,
    AfterFirst,
    OfferNamed,
    /// Pays the amount of the offer without naming an invoice.
    OfferUnnamed,
    OfferLate,
    AfterSecond,
    PartPayer,
    /// Pays without saying what.
    Unmatched,
    /// Leaves out one invoice after trouble with the service.
    Skipper,
    Complainer,
    /// Goods came damaged and went back.
    Returner,
    PromiseKept,
    PromiseBroken,
    Instalments,
    PriceChange,
    Autopay,
    NoEmail,
    /// Got the invoice itself late.
    Redelivered,
    /// Owes next to nothing.
    Tiny,
    OnHold,
    DisputedWhole,
    DisputedPart,
    /// The invoice's PDF cannot be found.
    NoDocument,
    Silent,
    /// Came with another business, with a policy of its own.
    Acquired,
}

/// How many customers there are.
pub const CUSTOMERS: usize = 400;

/// Customers of each kind; all others are punctual.
const MIX: [(Persona, usize); 27] = [
    (Persona::Tardy, 72),
    (Persona::Early, 30),
    (Persona::EarlyLate, 4),
    (Persona::AfterFirst, 32),
    (Persona::OfferNamed, 28),
    (Persona::OfferUnnamed, 8),
    (Persona::OfferLate, 2),
    (Persona::AfterSecond, 18),
    (Persona::PartPayer, 8),
    (Persona::Unmatched, 4),
    (Persona::Skipper, 7),
    (Persona::Complainer, 4),
    (Persona::Returner, 3),
    (Persona::PromiseKept, 5),
    (Persona::PromiseBroken, 5),
    (Persona::Instalments, 4),
    (Persona::PriceChange, 5),
    (Persona::Autopay, 5),
    (Persona::NoEmail, 3),
    (Persona::Redelivered, 3),
    (Persona::Tiny, 4),
    (Persona::OnHold, 3),
    (Persona::DisputedWhole, 2),
    (Persona::DisputedPart, 2),
    (Persona::NoDocument, 2),
    (Persona::Silent, 5),
    (Persona::Acquired, 5),
];

/// The kind of each customer, with its place among those of its kind.
pub fn mix() -> Vec<(Persona, usize)> {
    let special = MIX.iter().flat_map(|(persona, number)| (0..*number).map(|nth| (*persona, nth)));
    let mut all: Vec<_> = special.collect();
    all.extend((0..CUSTOMERS.saturating_sub(all.len())).map(|nth| (Persona::Punctual, nth)));
    all
}

impl Persona {
    /// Whether one of the customer's invoices stays open until something happens.
    pub fn has_trouble(self) -> bool {
        !matches!(self, Self::Punctual | Self::Tardy | Self::Early | Self::EarlyLate)
    }

    /// Whether everything after that invoice stays open as well.
    pub fn stops_paying(self) -> bool {
        matches!(self, Self::AfterSecond | Self::PromiseBroken | Self::Silent)
    }

    pub fn has_terms(self) -> bool {
        matches!(self, Self::Early | Self::EarlyLate)
    }
}
