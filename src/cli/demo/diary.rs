//! What happens on which day, and the files that tell it.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use chrono::NaiveDate;

use crate::{
    app::Failure,
    domain::facts::{Account, Credit, Event, Invoice, Payment},
    intake::Kind,
};

/// Facts by the day on which the accounting system tells them.
#[derive(Debug, Default)]
pub struct Diary {
    pub accounts: BTreeMap<NaiveDate, Vec<Account>>,
    pub invoices: BTreeMap<NaiveDate, Vec<Invoice>>,
    pub payments: BTreeMap<NaiveDate, Vec<Payment>>,
    pub credits: BTreeMap<NaiveDate, Vec<Credit>>,
    pub events: BTreeMap<NaiveDate, Vec<Event>>,
}

/// What a day's files hold.
#[derive(Debug, Default)]
pub struct Day {
    pub accounts: Vec<Account>,
    pub invoices: Vec<Invoice>,
    pub payments: Vec<Payment>,
    pub credits: Vec<Credit>,
    pub events: Vec<Event>,
}

impl Diary {
    /// Takes out everything up to a day; payments only when the bank's file is there.
    pub fn until(&mut self, day: NaiveDate, with_payments: bool) -> Day {
        Day {
            accounts: taken(&mut self.accounts, day),
            invoices: taken(&mut self.invoices, day),
            payments: if with_payments { taken(&mut self.payments, day) } else { Vec::new() },
            credits: taken(&mut self.credits, day),
            events: taken(&mut self.events, day),
        }
    }
}

fn taken<T>(days: &mut BTreeMap<NaiveDate, Vec<T>>, until: NaiveDate) -> Vec<T> {
    let later = days.split_off(&(until + chrono::Duration::days(1)));
    std::mem::replace(days, later).into_values().flatten().collect()
}

impl Day {
    /// Writes the files of a day, in the order in which they are to be imported. Payments are
    /// written even when there are none: an empty file of the bank is news too.
    pub fn write(&self, folder: &Path, name: &str, with_payments: bool) -> Result<Vec<(Kind, PathBuf)>, Failure> {
        let mut files = Vec::new();
        let mut file = |kind: Kind, header: &[&str], rows: Vec<Vec<String>>| {
            if rows.is_empty() && !(kind == Kind::Payments && with_payments) {
                return Ok(());
            }
            let path = folder.join(format!("{name}-{}.csv", kind.name()));
            write(&path, header, &rows).map_err(|error| Failure::Failed(format!("{}: {error}", path.display())))?;
            files.push((kind, path));
            Ok::<(), Failure>(())
        };
        let accounts = self.accounts.iter().map(account).collect();
        let header = ["account", "name", "email", "locale", "zone", "country", "policy", "autopay", "contact_name"];
        file(Kind::Accounts, &header, accounts)?;
        let invoices = self.invoices.iter().map(invoice).collect();
        let header =
            ["invoice", "account", "issued", "due", "currency", "amount", "tax", "terms", "delivered", "document"];
        file(Kind::Invoices, &header, invoices)?;
        let credits = self.credits.iter().map(credit).collect();
        file(Kind::Credits, &["credit", "account", "date", "currency", "amount", "invoice", "reason"], credits)?;
        let events = self.events.iter().map(event).collect();
        file(Kind::Events, &["event", "account", "date", "kind", "invoice", "until", "note"], events)?;
        let payments = self.payments.iter().map(payment).collect();
        file(Kind::Payments, &["payment", "account", "received", "currency", "amount", "invoice", "note"], payments)?;
        Ok(files)
    }
}

fn write(path: &Path, header: &[&str], rows: &[Vec<String>]) -> Result<(), csv::Error> {
    let mut writer = csv::Writer::from_path(path)?;
    writer.write_record(header)?;
    rows.iter().try_for_each(|row| writer.write_record(row))?;
    Ok(writer.flush()?)
}

fn text<T: ToString>(value: Option<&T>) -> String {
    value.map(T::to_string).unwrap_or_default()
}

fn account(fact: &Account) -> Vec<String> {
    vec![
        fact.number.clone(),
        fact.name.clone(),
        fact.emails.join(";"),
        text(fact.locale.as_ref()),
        text(fact.zone.as_ref()),
        text(fact.country.as_ref()),
        text(fact.policy.as_ref()),
        fact.autopay.to_string(),
        text(fact.contact_name.as_ref()),
    ]
}

fn invoice(fact: &Invoice) -> Vec<String> {
    let tax = fact.tax.map(|minor| crate::domain::money::Money::new(minor, fact.amount.currency));
    let terms: Vec<String> = fact.terms.iter().map(ToString::to_string).collect();
    vec![
        fact.number.clone(),
        fact.account.clone(),
        fact.issued.to_string(),
        fact.due.to_string(),
        fact.amount.currency.to_string(),
        fact.amount.to_string(),
        text(tax.as_ref()),
        terms.join(" "),
        text(fact.delivered.as_ref()),
        text(fact.document.as_ref()),
    ]
}

fn payment(fact: &Payment) -> Vec<String> {
    vec![
        fact.number.clone(),
        fact.account.clone(),
        fact.received.to_string(),
        fact.amount.currency.to_string(),
        fact.amount.to_string(),
        fact.invoices.join(";"),
        text(fact.note.as_ref()),
    ]
}

fn credit(fact: &Credit) -> Vec<String> {
    vec![
        fact.number.clone(),
        fact.account.clone(),
        fact.date.to_string(),
        fact.amount.currency.to_string(),
        fact.amount.to_string(),
        text(fact.invoice.as_ref()),
        text(fact.reason.as_ref()),
    ]
}

fn event(fact: &Event) -> Vec<String> {
    vec![
        fact.number.clone(),
        fact.account.clone(),
        fact.date.to_string(),
        fact.kind.code().to_owned(),
        text(fact.invoice.as_ref()),
        text(fact.until.as_ref()),
        text(fact.note.as_ref()),
    ]
}
