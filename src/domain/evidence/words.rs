//! The sentences of observations, for staff: all languages side by side.

use chrono::NaiveDate;
use serde::Deserialize;

use super::kind::Kind;
use crate::domain::{cohort::Cohort, excerpt::on_one_line, money::Money};

/// Letters of a customer's words that are quoted.
const QUOTED: usize = 160;

/// A language of staff. Customers' letters are in the wording catalogues.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    #[default]
    En,
    De,
}

/// What was observed.
pub(super) enum Said<'a> {
    Own { words: &'a str },
    Event { kind: Kind, invoice: Option<&'a str>, date: NaiveDate, note: Option<&'a str> },
    Disputes { disputed: usize, of: usize, last: Option<NaiveDate> },
    Late { days: i64, usual: i64, of: usize, disputed: usize },
    Silent { days: i64 },
    LaterThanEver { worst: i64, of: usize },
    Amount { percent: i64 },
    Skipped { number: &'a str, issued: NaiveDate, alone: bool, any_size: bool },
    Together { cohort: &'a Cohort },
    ShortByTax { open: Money },
    ShortByCredit { open: Money, asked: NaiveDate },
    Unmatched { money: Money, exact: bool },
    Promise { until: NaiveDate, part: bool },
    Plan { since: NaiveDate },
    RoundParts { number: usize },
    Rising { first: i64, last: i64, of: usize },
    Others { number: usize },
}

impl Said<'_> {
    pub fn to(&self, language: Language) -> String {
        match language {
            Language::En => self.english(),
            Language::De => self.german(),
        }
    }

    fn english(&self) -> String {
        match *self {
            Self::Own { words } => format!("The customer says: “{}”", on_one_line(words, QUOTED)),
            Self::Event { kind, invoice, date, note } => {
                let about =
                    invoice.map_or_else(|| "on this account".to_owned(), |number| format!("about invoice {number}"));
                format!("{} {about} was recorded on {date}{}", what_english(kind), quoted(note))
            }
            Self::Disputes { disputed: 0, of, .. } => format!("None of {of} other invoices was disputed"),
            Self::Disputes { disputed, of, last } => {
                let last = last.map(|last| format!(", most recently on {last}")).unwrap_or_default();
                format!("The account has disputed {disputed} of {of} other invoices{last}")
            }
            Self::Late { days, usual, of, disputed } => {
                let usual = side_of_due(usual, "before", "after", "the due date");
                let taken = match disputed {
                    0 => String::new(),
                    _ => format!(", {disputed} disputed ones among them taken earlier"),
                };
                format!("It is {days} days overdue; {of} invoices were paid {usual} on average{taken}")
            }
            Self::Silent { days } => {
                format!("It is {days} days overdue, and too little is known of how this account pays")
            }
            Self::LaterThanEver { worst: ..=0, of } => {
                format!("All {of} undisputed invoices before were paid by the due date, and this one was not")
            }
            Self::LaterThanEver { worst, of } => {
                format!(
                    "None of {of} undisputed invoices was ever this late; the latest came {worst} days after the due date"
                )
            }
            Self::Amount { percent: percent @ 0.. } => {
                format!("The amount is {percent}% above what is usual on this account")
            }
            Self::Amount { percent } => format!("The amount is {}% below what is usual on this account", -percent),
            Self::Skipped { number, issued, alone, any_size } => {
                let alone = if alone { "; nothing else is overdue" } else { "" };
                let size = if any_size { "; smaller and larger ones were paid" } else { "" };
                format!(
                    "The newer invoice {number} of {issued} has been paid, and nothing was paid on this one{alone}{size}"
                )
            }
            Self::Together { cohort } => {
                let Cohort { product, accounts, late, before, before_late, .. } = cohort;
                format!(
                    "{late} of {accounts} accounts with invoices for “{product}” due in {} have not paid{}",
                    cohort.month.format("%Y-%m"),
                    earlier(*before, || format!("; before, {before_late} of {before} invoices for it were as late"))
                )
            }
            Self::ShortByTax { open } => format!("What is open, {open}, is exactly the tax"),
            Self::ShortByCredit { open, asked } => {
                format!("What is open, {open}, is exactly what was asked to be credited on {asked}")
            }
            Self::Unmatched { money, exact: true } => {
                format!("Money that is not matched, {money}, is exactly what is open")
            }
            Self::Unmatched { money, .. } => format!("Money that is not matched, {money}, would cover it"),
            Self::Promise { until, part } => {
                format!("A promise to pay by {until} was {}", if part { "kept in part" } else { "not kept" })
            }
            Self::Plan { since } => format!("An instalment that was agreed has been missing since {since}"),
            Self::RoundParts { number } => {
                format!("{number} round part payments came in, on the oldest invoices first")
            }
            Self::Rising { first, last, of } => {
                format!(
                    "The last {of} invoices were paid later and later, from {first} to {last} days after the due date"
                )
            }
            Self::Others { number } => format!("{number} other invoices are overdue, and no newer one was paid"),
        }
    }

    fn german(&self) -> String {
        match *self {
            Self::Own { words } => format!("Der Kunde sagt: „{}“", on_one_line(words, QUOTED)),
            Self::Event { kind, invoice, date, note } => {
                let about =
                    invoice.map_or_else(|| "zu diesem Konto".to_owned(), |number| format!("zu Rechnung {number}"));
                format!("{} {about} ist am {date} vermerkt{}", what_german(kind), quoted(note))
            }
            Self::Disputes { disputed: 0, of, .. } => format!("Keine von {of} anderen Rechnungen wurde bestritten"),
            Self::Disputes { disputed, of, last } => {
                let last = last.map(|last| format!(", zuletzt am {last}")).unwrap_or_default();
                format!("Das Konto hat {disputed} von {of} anderen Rechnungen bestritten{last}")
            }
            Self::Late { days, usual, of, disputed } => {
                let usual = side_of_due_german(usual);
                let taken = match disputed {
                    0 => String::new(),
                    _ => format!(", {disputed} bestrittene davon früher gerechnet"),
                };
                format!("Sie ist {days} Tage überfällig; {of} Rechnungen wurden im Mittel {usual} bezahlt{taken}")
            }
            Self::Silent { days } => {
                format!("Sie ist {days} Tage überfällig, und wie dieses Konto zahlt, ist kaum bekannt")
            }
            Self::LaterThanEver { worst: ..=0, of } => {
                format!("Alle {of} unbestrittenen Rechnungen davor wurden bis zur Fälligkeit bezahlt, diese nicht")
            }
            Self::LaterThanEver { worst, of } => {
                format!(
                    "Keine von {of} unbestrittenen Rechnungen war je so spät; die späteste kam {worst} Tage nach Fälligkeit"
                )
            }
            Self::Amount { percent: percent @ 0.. } => {
                format!("Der Betrag liegt {percent} % über dem Üblichen dieses Kontos")
            }
            Self::Amount { percent } => format!("Der Betrag liegt {} % unter dem Üblichen dieses Kontos", -percent),
            Self::Skipped { number, issued, alone, any_size } => {
                let alone = if alone { "; sonst ist nichts überfällig" } else { "" };
                let size = if any_size { "; kleinere und größere wurden bezahlt" } else { "" };
                format!("Die neuere Rechnung {number} vom {issued} ist bezahlt, auf diese kam nichts{alone}{size}")
            }
            Self::Together { cohort } => {
                let Cohort { product, accounts, late, before, before_late, .. } = cohort;
                format!(
                    "{late} von {accounts} Konten mit Rechnungen für „{product}“, fällig im Monat {}, haben nicht bezahlt{}",
                    cohort.month.format("%Y-%m"),
                    earlier(*before, || format!("; davor waren {before_late} von {before} Rechnungen dafür so spät"))
                )
            }
            Self::ShortByTax { open } => format!("Offen ist genau die Steuer, {open}"),
            Self::ShortByCredit { open, asked } => {
                format!("Offen ist genau die am {asked} verlangte Gutschrift, {open}")
            }
            Self::Unmatched { money, exact: true } => {
                format!("Nicht zugeordnetes Geld, {money}, ist genau der offene Betrag")
            }
            Self::Unmatched { money, .. } => format!("Nicht zugeordnetes Geld, {money}, würde sie decken"),
            Self::Promise { until, part } => {
                format!("Eine Zusage bis {until} wurde {} gehalten", if part { "zum Teil" } else { "nicht" })
            }
            Self::Plan { since } => format!("Eine vereinbarte Rate fehlt seit {since}"),
            Self::RoundParts { number } => {
                format!("{number} runde Teilzahlungen kamen, auf die ältesten Rechnungen zuerst")
            }
            Self::Rising { first, last, of } => {
                format!(
                    "Die letzten {of} Rechnungen wurden immer später bezahlt, von {first} bis {last} Tage nach Fälligkeit"
                )
            }
            Self::Others { number } => {
                format!("{number} andere Rechnungen sind überfällig, und keine neuere wurde bezahlt")
            }
        }
    }
}

fn what_english(kind: Kind) -> &'static str {
    match kind {
        Kind::Complaint => "A complaint",
        Kind::Ticket => "A service ticket",
        Kind::DeliveryProblem => "A delivery problem",
        Kind::ReturnedGoods => "A return of goods",
        Kind::PriceChange => "A price change",
        Kind::ContactChange => "A change of contact",
        Kind::InstalmentRequest => "A request for instalments",
        Kind::DebitRefused => "A debit that the customer refused",
        Kind::NoFunds => "A debit that came back for want of funds",
        Kind::WrongAccount => "A debit that came back from a wrong or closed account",
        _ => "Something",
    }
}

fn what_german(kind: Kind) -> &'static str {
    match kind {
        Kind::Complaint => "Eine Beschwerde",
        Kind::Ticket => "Eine Serviceanfrage",
        Kind::DeliveryProblem => "Ein Lieferproblem",
        Kind::ReturnedGoods => "Eine Rücksendung",
        Kind::PriceChange => "Eine Preisänderung",
        Kind::ContactChange => "Ein Wechsel des Kontakts",
        Kind::InstalmentRequest => "Eine Bitte um Raten",
        Kind::DebitRefused => "Eine vom Kunden verweigerte Lastschrift",
        Kind::NoFunds => "Eine mangels Deckung zurückgegebene Lastschrift",
        Kind::WrongAccount => "Eine Rücklastschrift von falschem oder erloschenem Konto",
        _ => "Etwas",
    }
}

fn earlier(before: u32, said: impl Fn() -> String) -> String {
    if before > 0 { said() } else { String::new() }
}

fn quoted(note: Option<&str>) -> String {
    note.map(|note| format!(": “{note}”")).unwrap_or_default()
}

fn side_of_due(days: i64, before: &str, after: &str, due: &str) -> String {
    match days {
        0 => format!("on {due}"),
        ..0 => format!("{} days {before} {due}", -days),
        _ => format!("{days} days {after} {due}"),
    }
}

fn side_of_due_german(days: i64) -> String {
    match days {
        0 => "bei Fälligkeit".to_owned(),
        ..0 => format!("{} Tage vor Fälligkeit", -days),
        _ => format!("{days} Tage nach Fälligkeit"),
    }
}
