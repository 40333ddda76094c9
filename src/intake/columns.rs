//! The canonical columns of each kind of file.

use super::kind::Kind;

/// What a map must make of a source cell before the canonical rules see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Text,
    Date,
    Amount,
    Currency,
}

/// A column that files of a kind may have.
#[derive(Debug)]
pub(super) struct Column {
    pub name: &'static str,
    pub required: bool,
    pub shape: Shape,
}

const fn must(name: &'static str, shape: Shape) -> Column {
    Column { name, required: true, shape }
}

const fn may(name: &'static str, shape: Shape) -> Column {
    Column { name, required: false, shape }
}

pub(super) static ACCOUNTS: [Column; 10] = [
    must("account", Shape::Text),
    must("name", Shape::Text),
    may("email", Shape::Text),
    may("locale", Shape::Text),
    may("zone", Shape::Text),
    may("country", Shape::Text),
    may("policy", Shape::Text),
    may("autopay", Shape::Text),
    may("contact_name", Shape::Text),
    may("phone", Shape::Text),
];
pub(super) static INVOICES: [Column; 12] = [
    must("invoice", Shape::Text),
    must("account", Shape::Text),
    must("issued", Shape::Date),
    must("due", Shape::Date),
    must("currency", Shape::Currency),
    must("amount", Shape::Amount),
    may("tax", Shape::Amount),
    may("terms", Shape::Text),
    may("delivered", Shape::Date),
    may("document", Shape::Text),
    may("product", Shape::Text),
    may("note", Shape::Text),
];
pub(super) static PAYMENTS: [Column; 7] = [
    must("payment", Shape::Text),
    must("account", Shape::Text),
    must("received", Shape::Date),
    must("currency", Shape::Currency),
    must("amount", Shape::Amount),
    may("invoice", Shape::Text),
    may("note", Shape::Text),
];
pub(super) static CREDITS: [Column; 7] = [
    must("credit", Shape::Text),
    must("account", Shape::Text),
    must("date", Shape::Date),
    must("currency", Shape::Currency),
    must("amount", Shape::Amount),
    may("invoice", Shape::Text),
    may("reason", Shape::Text),
];
pub(super) static EVENTS: [Column; 9] = [
    must("event", Shape::Text),
    must("account", Shape::Text),
    must("date", Shape::Date),
    must("kind", Shape::Text),
    may("invoice", Shape::Text),
    may("until", Shape::Date),
    may("amount", Shape::Amount),
    may("note", Shape::Text),
    may("currency", Shape::Currency),
];

/// The columns of a kind, in the order in which a fact takes its cells.
pub(super) fn columns(kind: Kind) -> &'static [Column] {
    match kind {
        Kind::Accounts => &ACCOUNTS,
        Kind::Invoices => &INVOICES,
        Kind::Payments => &PAYMENTS,
        Kind::Credits => &CREDITS,
        Kind::Events => &EVENTS,
    }
}
