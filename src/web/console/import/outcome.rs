//! What reading a file came to, for the page.

use crate::{
    app::App,
    filework::changes,
    intake::{Row, take::Taken},
};

/// What a file would come to, or came to.
pub struct Outcome {
    pub rows: u64,
    pub merged: u64,
    pub skipped: Vec<(String, u64)>,
    pub unused: Vec<String>,
    /// Lines that cannot be taken, the first of them; and how many there are.
    pub bad: Vec<Bad>,
    pub bad_count: u64,
    /// Facts by what they are called: new, known, changed, total.
    pub facts: Vec<(&'static str, i64, i64, i64, String)>,
    pub changes: Vec<String>,
    pub warnings: Vec<String>,
    /// The first rows as they are understood.
    pub first: Vec<Seen>,
}

pub struct Bad {
    pub line: u64,
    pub column: String,
    pub value: String,
    pub reason: String,
}

/// A row as it is understood.
pub struct Seen {
    pub line: u64,
    pub what: &'static str,
    pub number: String,
    pub account: String,
    pub dates: String,
    pub amount: String,
    pub further: String,
}

impl Outcome {
    pub fn of(app: &App, taken: &Taken, first: Vec<Seen>) -> Self {
        let reading = &taken.reading;
        let bad = reading.bad.shown().iter().map(|row| Bad {
            line: row.line,
            column: row.column.clone(),
            value: row.value.clone(),
            reason: row.reason.to_string(),
        });
        let facts = taken.merged.iter().map(|merged| {
            let totals = merged.totals.values().map(|money| format!("{money} {}", money.currency));
            (merged.facts(), merged.new, merged.known, merged.changed, totals.collect::<Vec<_>>().join(", "))
        });
        Self {
            rows: reading.rows,
            merged: reading.merged,
            skipped: reading.skipped.reasons().map(|(reason, count)| (reason.to_owned(), count)).collect(),
            unused: reading.extra_columns.clone(),
            bad: bad.collect(),
            bad_count: reading.bad.count(),
            facts: facts.collect(),
            changes: taken.merged.iter().flat_map(changes).collect(),
            warnings: taken.merged.iter().flat_map(|merged| app.warnings(merged)).collect(),
            first,
        }
    }
}

impl Seen {
    pub fn of(line: u64, row: &Row) -> Self {
        let seen = |what, number: &str, account: &str| Self {
            line,
            what,
            number: number.to_owned(),
            account: account.to_owned(),
            dates: String::new(),
            amount: String::new(),
            further: String::new(),
        };
        let joined = |parts: &[Option<String>]| {
            parts.iter().flatten().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(" · ")
        };
        let money = |amount: crate::domain::money::Money| format!("{amount} {}", amount.currency);
        match row {
            Row::Account(fact) => Self {
                further: joined(&[
                    Some(fact.name.clone()),
                    Some(fact.emails.join(", ")),
                    fact.locale.clone(),
                    fact.country.clone(),
                    fact.phone.clone(),
                ]),
                ..seen("account", &fact.number, &fact.number)
            },
            Row::Invoice(fact) => Self {
                dates: format!("{}, due {}", fact.issued, fact.due),
                amount: money(fact.amount),
                further: joined(&[fact.product.clone(), fact.document.clone(), fact.note.clone()]),
                ..seen("invoice", &fact.number, &fact.account)
            },
            Row::Payment(fact) => Self {
                dates: fact.received.to_string(),
                amount: money(fact.amount),
                further: joined(&[Some(fact.invoices.join(", ")), fact.note.clone()]),
                ..seen("payment", &fact.number, &fact.account)
            },
            Row::Credit(fact) => Self {
                dates: fact.date.to_string(),
                amount: money(fact.amount),
                further: joined(&[fact.invoice.clone(), fact.reason.clone()]),
                ..seen("credit", &fact.number, &fact.account)
            },
            Row::Event(fact) => Self {
                dates: fact.date.to_string(),
                amount: fact.amount.map(money).unwrap_or_default(),
                further: joined(&[Some(fact.kind.code().to_owned()), fact.invoice.clone(), fact.note.clone()]),
                ..seen("event", &fact.number, &fact.account)
            },
        }
    }
}
