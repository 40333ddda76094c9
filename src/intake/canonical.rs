//! Files with canonical headers, and canonical cells to facts.

use std::io::Read;

use super::{
    Context,
    bad::{Reason, printable},
    cell::{Cell, Fault},
    columns::{ACCOUNTS, CREDITS, Column, EVENTS, INVOICES, PAYMENTS, columns},
    error::{FileError, ReadError},
    header::Header,
    kind::{Kind, Row},
    reading::Reading,
    records::Records,
};
use crate::domain::{
    facts::{Account, Credit, Event, Invoice, Payment},
    money::Money,
};

/// Reads a file with canonical headers.
pub(super) fn read<E>(
    input: impl Read,
    kind: Kind,
    context: &Context,
    take: &mut dyn FnMut(u64, Row) -> Result<(), E>,
) -> Result<Reading, ReadError<E>> {
    let mut records = Records::open(input, None, b',')?;
    if !records.advance()? {
        return Err(FileError::Empty.into());
    }
    if records.holds_nul() {
        return Err(FileError::NulInHeader.into());
    }
    let header = Header::canonical(records.record(), columns(kind))?;
    let mut reading = Reading::default();
    while records.advance()? {
        if records.is_blank() {
            reading.skipped.add("the row is blank");
            continue;
        }
        match row(&records, &header, kind, context) {
            Ok(fact) => {
                reading.rows += 1;
                take(records.line(), fact).map_err(ReadError::Take)?;
            }
            Err(fault) => reading.bad_row(records.line(), fault),
        }
    }
    reading.extra_columns = header.extra.iter().map(|name| printable(name)).collect();
    Ok(reading)
}

fn row(records: &Records<'_>, header: &Header, kind: Kind, context: &Context) -> Result<Row, Fault> {
    let record = records.record();
    if record.len() != header.names.len() {
        return Err(records.ragged(header.names.len()));
    }
    if let Some((place, reason)) = records.unreadable() {
        return Err(Fault::header(&header.names[place], &record[place], reason));
    }
    let cell = |index: usize| header.places[index].map_or("", |place| &record[place]);
    let row = fact(kind, context, &cell)?;
    check_amount(&row)?;
    Ok(row)
}

/// Makes a fact of canonical cells; `cell` gives the text of each column in the order of [`columns`].
///
/// Signs are left to [`check_amount`], since the lines of one invoice may be added up first.
pub(super) fn fact<'a>(kind: Kind, context: &Context, cell: &dyn Fn(usize) -> &'a str) -> Result<Row, Fault> {
    Ok(match kind {
        Kind::Accounts => Row::Account(account(cells(&ACCOUNTS, cell))?),
        Kind::Invoices => Row::Invoice(invoice(cells(&INVOICES, cell))?),
        Kind::Payments => Row::Payment(payment(cells(&PAYMENTS, cell))?),
        Kind::Credits => Row::Credit(credit(cells(&CREDITS, cell))?),
        Kind::Events => Row::Event(event(cells(&EVENTS, cell), context)?),
    })
}

fn cells<'a, const N: usize>(columns: &'static [Column; N], cell: &dyn Fn(usize) -> &'a str) -> [Cell<'a>; N] {
    std::array::from_fn(|index| Cell { column: columns[index].name, text: cell(index) })
}

fn account(cells: [Cell<'_>; 10]) -> Result<Account, Fault> {
    let [number, name, email, locale, zone, country, policy, autopay, contact_name, phone] = cells;
    Ok(Account {
        number: number.identifier()?,
        name: name.required()?.line()?,
        emails: email.given().map(Cell::emails).transpose()?.unwrap_or_default(),
        locale: locale.given().map(Cell::locale).transpose()?,
        zone: zone.given().map(Cell::zone).transpose()?,
        country: country.given().map(Cell::country).transpose()?,
        policy: policy.given().map(Cell::identifier).transpose()?,
        autopay: autopay.given().map(Cell::flag).transpose()?.unwrap_or(false),
        contact_name: contact_name.given().map(Cell::line).transpose()?,
        phone: phone.given().map(Cell::line).transpose()?,
    })
}

fn invoice(cells: [Cell<'_>; 12]) -> Result<Invoice, Fault> {
    let [number, account, issued, due, currency, amount, tax, terms, delivered, document, product, note] = cells;
    let unit = currency.currency()?;
    let fact = Invoice {
        number: number.invoice()?,
        account: account.identifier()?,
        issued: issued.date()?,
        due: due.date()?,
        amount: amount.money(unit)?,
        tax: tax.given().map(|cell| cell.money(unit)).transpose()?.map(|tax| tax.minor),
        terms: terms.given().map(Cell::terms).transpose()?.unwrap_or_default(),
        delivered: delivered.given().map(Cell::date).transpose()?,
        document: document.given().map(Cell::document).transpose()?,
        product: product.given().map(Cell::line).transpose()?,
        note: note.given().map(Cell::note).transpose()?,
    };
    if fact.due < fact.issued { Err(due.fault(Reason::DueBeforeIssued)) } else { Ok(fact) }
}

fn payment(cells: [Cell<'_>; 7]) -> Result<Payment, Fault> {
    let [number, account, received, currency, amount, invoice, note] = cells;
    Ok(Payment {
        number: number.identifier()?,
        account: account.identifier()?,
        received: received.date()?,
        amount: amount.money(currency.currency()?)?,
        invoices: invoice.given().map(Cell::invoices).transpose()?.unwrap_or_default(),
        note: note.given().map(Cell::note).transpose()?,
    })
}

fn credit(cells: [Cell<'_>; 7]) -> Result<Credit, Fault> {
    let [number, account, date, currency, amount, invoice, reason] = cells;
    Ok(Credit {
        number: number.identifier()?,
        account: account.identifier()?,
        date: date.date()?,
        amount: amount.money(currency.currency()?)?,
        invoice: invoice.given().map(Cell::invoice).transpose()?,
        reason: reason.given().map(Cell::note).transpose()?,
    })
}

fn event(cells: [Cell<'_>; 9], context: &Context) -> Result<Event, Fault> {
    let [number, account, date, kind, invoice, until, amount, note, currency] = cells;
    let unit = currency.given().map(Cell::currency).transpose()?.or(context.currency);
    let money = |cell: Cell<'_>| cell.money(unit.ok_or_else(|| cell.fault(Reason::NoCurrency))?);
    Ok(Event {
        number: number.identifier()?,
        account: account.identifier()?,
        date: date.date()?,
        kind: kind.event_kind()?,
        invoice: invoice.given().map(Cell::invoice).transpose()?,
        until: until.given().map(Cell::date).transpose()?,
        amount: amount.given().map(money).transpose()?,
        note: note.given().map(Cell::note).transpose()?,
    })
}

/// Checks the sign of the amount, and the tax against it.
pub(super) fn check_amount(row: &Row) -> Result<(), Fault> {
    let (amount, may_be_negative) = match row {
        Row::Account(_) => return Ok(()),
        Row::Invoice(fact) => (fact.amount, false),
        Row::Payment(fact) => (fact.amount, true),
        Row::Credit(fact) => (fact.amount, false),
        Row::Event(fact) => match fact.amount {
            Some(amount) => (amount, false),
            None => return Ok(()),
        },
    };
    let fault = |column: &'static str, value: String, reason| Err(Fault { column: column.into(), value, reason });
    match row {
        _ if may_be_negative && amount.minor == 0 => fault("amount", amount.to_string(), Reason::Zero),
        _ if !may_be_negative && amount.minor <= 0 => fault("amount", amount.to_string(), Reason::NotPositive),
        Row::Invoice(fact) => match fact.tax {
            Some(tax) if tax < 0 || tax >= amount.minor => {
                let tax = Money::new(tax, amount.currency);
                fault("tax", tax.to_string(), Reason::TaxRange)
            }
            _ => Ok(()),
        },
        _ => Ok(()),
    }
}
