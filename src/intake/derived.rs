//! What a row of invoices says besides the invoice: that it was settled, what is still open, that it was disputed.

use chrono::NaiveDate;

use super::kind::Row;
use crate::domain::{
    facts::{Credit, Event, EventKind, Invoice, Payment},
    money::Money,
};

/// Start of the number of a payment made of a `settled` date; the invoice number follows.
///
/// Its amount is the whole invoice, since one row knows of no other payments. Where the ledger does, the caller
/// reduces it to the residual.
pub const SETTLED_PREFIX: &str = "settled:";
/// Start of the number of a payment made of an `open` balance; the invoice number follows.
///
/// Such a payment is dated with the import, since the file does not say when the money came. Read again on another
/// day, the same balance must count as known: the caller compares the amount and not the date.
pub const BALANCE_PREFIX: &str = "balance:";
/// Start of the number of an event made of a `disputed` mark; the invoice number follows.
///
/// For an invoice without a settled date the event is dated with the import: the caller keeps the first date.
pub const DISPUTE_PREFIX: &str = "dispute:";

/// Start of the number of a credit made of a `void` mark; the invoice number follows.
///
/// A void invoice may have been imported while it was open, so leaving its row out would keep on reminding of it. The
/// credit is of the whole amount and dated with the import: the caller keeps the first date, and reduces the amount to
/// the residual.
pub const VOID_PREFIX: &str = "void:";

/// A fact with what its row says besides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Draft {
    pub row: Row,
    pub settled: Option<NaiveDate>,
    pub open: Option<Money>,
    pub disputed: bool,
    pub void: bool,
}

impl Draft {
    /// The fact itself and the facts that follow from it.
    ///
    /// A settled date says both that and when everything was paid, so it outranks an open balance. A dispute is dated
    /// when its invoice was settled, not when it was issued: only then was it over, and a sweep of an earlier as-of
    /// date must not know of it. An invoice still open is dated with the import, the first day on which it is known.
    pub fn expand(self, today: NaiveDate) -> Vec<Row> {
        let mut rows = Vec::with_capacity(1);
        if let Row::Invoice(invoice) = &self.row {
            rows.extend(self.payment(invoice, today).map(Row::Payment));
            rows.extend(self.void.then(|| Row::Credit(cancelled(invoice, today))));
            rows.extend(self.disputed.then(|| Row::Event(dispute(invoice, self.settled.unwrap_or(today)))));
        }
        rows.insert(0, self.row);
        rows
    }

    fn payment(&self, invoice: &Invoice, today: NaiveDate) -> Option<Payment> {
        let (prefix, received, minor) = match (self.settled, self.open) {
            (Some(date), _) => (SETTLED_PREFIX, date, invoice.amount.minor),
            (None, Some(open)) => (BALANCE_PREFIX, today, invoice.amount.minor - open.minor),
            (None, None) => return None,
        };
        // A balance above the amount (interest, say) is no payment; duly reminds of the amount only.
        (minor > 0).then(|| Payment {
            number: format!("{prefix}{}", invoice.number),
            account: invoice.account.clone(),
            received,
            amount: Money::new(minor, invoice.amount.currency),
            invoices: vec![invoice.number.clone()],
            note: None,
        })
    }
}

fn cancelled(invoice: &Invoice, date: NaiveDate) -> Credit {
    Credit {
        number: format!("{VOID_PREFIX}{}", invoice.number),
        account: invoice.account.clone(),
        date,
        amount: invoice.amount,
        invoice: Some(invoice.number.clone()),
        reason: Some("void".to_owned()),
    }
}

fn dispute(invoice: &Invoice, date: NaiveDate) -> Event {
    Event {
        number: format!("{DISPUTE_PREFIX}{}", invoice.number),
        account: invoice.account.clone(),
        date,
        kind: EventKind::PastDispute,
        invoice: Some(invoice.number.clone()),
        until: None,
        amount: None,
        note: None,
    }
}
