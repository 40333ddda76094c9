//! A map as a person picks it: a column of the file for each of ours, written as the text of a map file.

use std::fmt::Write as _;

use toml::Value;

use super::{
    columns::{Shape, columns},
    guess::{DATES, Guess},
    kind::Kind,
};

/// A field of ours that a column may fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    pub name: &'static str,
    pub required: bool,
}

impl Field {
    /// What it is, where the name alone does not say it.
    pub fn hint(self) -> &'static str {
        match self.name {
            "open" => ": what is still owed",
            "settled" => ": the day it was paid",
            "document" => ": the name of its PDF",
            "terms" => ": like 2/10",
            "delivered" => ": the day",
            "locale" => ": like en-GB",
            "zone" => ": like Europe/London",
            "country" => ": like GB",
            _ => "",
        }
    }
}

/// What an invoice's row may say beside the invoice.
const BESIDE: [&str; 2] = ["open", "settled"];

/// The fields of a kind, in the order in which they are asked for.
pub fn fields(kind: Kind) -> Vec<Field> {
    let own = columns(kind).iter().map(|column| Field { name: column.name, required: column.required });
    let beside = BESIDE.iter().filter(|_| kind == Kind::Invoices).map(|name| Field { name, required: false });
    own.chain(beside).collect()
}

/// Other names of our fields in files of others, in small letters without blanks.
const ALIASES: [(&str, &[&str]); 12] = [
    (
        "invoice",
        &[
            "invoicenumber",
            "invoiceno",
            "invoice#",
            "number",
            "num",
            "rechnung",
            "rechnungsnr",
            "rechnungsnummer",
            "belegnummer",
        ],
    ),
    (
        "account",
        &["customer", "customernumber", "customerid", "accountnumber", "debtor", "kunde", "kundennummer", "debitor"],
    ),
    ("name", &["customername", "company", "companyname", "firma", "kundenname"]),
    ("email", &["emailaddress", "e-mail", "mail"]),
    ("issued", &["invoicedate", "date", "issuedate", "datum", "rechnungsdatum", "belegdatum"]),
    ("due", &["duedate", "fällig", "fälligkeit", "fälligam"]),
    ("amount", &["total", "gross", "betrag", "invoicetotal", "invoiceamount"]),
    ("currency", &["currencycode", "währung", "ccy"]),
    ("open", &["balance", "amountdue", "openamount", "outstanding", "offen", "restbetrag"]),
    ("received", &["date", "paymentdate", "paid", "eingang", "buchungsdatum", "valuta"]),
    ("payment", &["paymentnumber", "reference", "transaction", "transactionid", "zahlung"]),
    ("settled", &["paidon", "paiddate", "settledon", "bezahltam"]),
];

/// The place of the column that a field is most likely filled by.
pub fn likely(field: &str, headings: &[String]) -> Option<usize> {
    let plain = |text: &str| text.to_lowercase().replace([' ', '_', '-'], "");
    let aliases = ALIASES.iter().find(|(name, _)| *name == field).map_or(&[][..], |(_, others)| *others);
    let names = [plain(field)].into_iter().chain(aliases.iter().map(|name| (*name).to_owned()));
    names.into_iter().find_map(|name| headings.iter().position(|heading| plain(heading) == name))
}

/// What a person picked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picks {
    pub kind: Kind,
    /// A field of ours with the place of a column, counted from 0.
    pub columns: Vec<(String, usize)>,
    /// For rows without one.
    pub currency: Option<String>,
    /// One of [`DATES`].
    pub dates: String,
    pub decimal: char,
}

impl Picks {
    /// The text of a map, or what is missing.
    pub fn written(&self, guess: &Guess) -> Result<String, String> {
        let mut text = String::from("# Picked column by column in the console.\n");
        let line = |text: &mut String, key: &str, value: &str| {
            let _ = writeln!(text, "{key} = {}", Value::from(value));
        };
        if let Some(encoding) = guess.encoding {
            line(&mut text, "encoding", encoding);
        }
        line(&mut text, "delimiter", &guess.delimiter.to_string());
        let dated = columns(self.kind).iter().any(|column| column.shape == Shape::Date);
        if dated && !DATES.contains(&self.dates.as_str()) {
            return Err("choose how dates are written".to_owned());
        }
        if dated {
            line(&mut text, "dates", &self.dates);
        }
        line(&mut text, "decimal", &self.decimal.to_string());
        let thousands = if self.decimal == ',' { [".", " ", "'"] } else { [",", " ", "'"] };
        let _ = writeln!(text, "thousands = {}\n\n[{}]\n", Value::from(thousands.to_vec()), self.kind);
        let known: Vec<Field> = fields(self.kind);
        for (name, place) in self.columns.iter().filter(|(name, _)| BESIDE.contains(&name.as_str())) {
            line(&mut text, name, &source(*place, guess)?);
        }
        let has_currency = known.iter().any(|field| field.name == "currency");
        if let Some(currency) = self.currency.as_ref().filter(|_| has_currency) {
            let _ = writeln!(text, "constants = {{ currency = {} }}", Value::from(currency.as_str()));
        }
        let _ = writeln!(text, "\n[{}.columns]", self.kind);
        for (name, place) in self.columns.iter().filter(|(name, _)| !BESIDE.contains(&name.as_str())) {
            if !known.iter().any(|field| field.name == name) {
                return Err(format!("`{name}` is no field of {}", self.kind));
            }
            line(&mut text, name, &source(*place, guess)?);
        }
        let filled = |field: &Field| {
            self.columns.iter().any(|(name, _)| name == field.name)
                || field.name == "currency" && self.currency.is_some()
        };
        let missing: Vec<&str> = known.iter().filter(|f| f.required && !filled(f)).map(|f| f.name).collect();
        match missing.is_empty() {
            true => Ok(text),
            false => Err(format!("pick a column for: {}", missing.join(", "))),
        }
    }
}

/// A column by its heading; by its place where the heading is blank, cut, or there twice.
fn source(place: usize, guess: &Guess) -> Result<String, String> {
    let heading = guess.headings.get(place).ok_or_else(|| "there is no such column".to_owned())?;
    let plain = !heading.is_empty() && !heading.starts_with('#') && !heading.ends_with('…');
    let once = guess.headings.iter().filter(|other| *other == heading).count() == 1;
    Ok(if plain && once { heading.clone() } else { format!("#{}", place + 1) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::{Map, guess::guess};

    #[test]
    fn what_is_picked_is_a_map() {
        let guess = guess(b"Nr \"1\";Kunde;Datum;;Betrag\nA;B;31.03.2026;30.04.2026;1,50\n", true).unwrap();
        let columns = [("invoice", 0), ("account", 1), ("issued", 2), ("due", 3), ("amount", 4), ("open", 4)];
        let mut picks = Picks {
            kind: Kind::Invoices,
            columns: columns.map(|(name, place)| (name.to_owned(), place)).to_vec(),
            currency: None,
            dates: guess.dates[0].to_owned(),
            decimal: guess.decimal,
        };
        assert_eq!(picks.written(&guess), Err("pick a column for: currency".to_owned()));
        picks.currency = Some("EUR".to_owned());
        let text = picks.written(&guess).unwrap();
        let map = Map::parse("mine", &text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(map.kinds(), [Kind::Invoices]);
        assert!(map.tells_payments(Kind::Invoices) && text.contains("due = \"#4\""), "{text}");
        picks.columns.push(("evil\"]\nx".to_owned(), 0));
        assert!(picks.written(&guess).is_err());
        picks.columns.pop();
        picks.dates = "%d".to_owned();
        assert!(picks.written(&guess).is_err());
    }

    #[test]
    fn likely_columns_are_offered() {
        let headings: Vec<String> =
            ["Invoice No", "Customer", "Due Date", "Total", "Balance"].map(str::to_owned).to_vec();
        let found = ["invoice", "account", "due", "amount", "open", "tax"].map(|field| likely(field, &headings));
        assert_eq!(found, [Some(0), Some(1), Some(2), Some(3), Some(4), None]);
    }
}
