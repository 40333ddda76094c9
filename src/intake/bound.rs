//! A section of a map tied to the header of one file: names have become places.

use std::borrow::Cow;

use chrono::NaiveDate;
use csv::StringRecord;

use super::{
    bad::Reason,
    cell::{Cell, Fault},
    columns::{Column, Shape, columns},
    error::FileError,
    map::{Map, Otherwise, Pad, Section, Sign},
    names::{Names, Test},
};
use crate::domain::money::{Currency, Money};

/// The section of a map for one file, and the canonical cells of its current row.
pub(super) struct Bound<'m> {
    pub map: &'m Map,
    pub section: &'m Section,
    pub headers: Vec<String>,
    pub carry: Option<usize>,
    /// Canonical cells of the row that was filled last.
    pub cells: Vec<String>,
    /// Where each of them came from.
    origins: Vec<Option<usize>>,
    sources: Vec<Vec<usize>>,
    stop: Vec<Test<'m>>,
    skip: Vec<Test<'m>>,
    only: Vec<Test<'m>>,
    settled: Option<usize>,
    open: Option<usize>,
    disputed: Option<Test<'m>>,
    void: Option<Test<'m>>,
}

impl<'m> Bound<'m> {
    pub fn new(map: &'m Map, section: &'m Section, header: &StringRecord) -> Result<Self, FileError> {
        let headers: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
        let mut names = Names::new(&headers);
        let sources: Vec<Vec<usize>> =
            section.sources.iter().map(|source| names.places(&source.columns)).collect::<Result<_, _>>()?;
        let stop = names.tests(&map.stop, "")?;
        let mut skip = names.tests(&map.skip, "")?;
        skip.extend(names.tests(&section.skip, "")?);
        let only = names.tests(&section.only, &format!("[{}] takes only rows where ", section.kind))?;
        let disputed = names.tests(section.disputed.as_slice(), "")?.pop();
        let void = names.tests(section.void.as_slice(), "")?.pop();
        let [carry, settled, open] = [&map.carry, &section.settled, &section.open].map(Option::as_ref);
        let (carry, settled, open) = (names.optional(carry)?, names.optional(settled)?, names.optional(open)?);
        names.finish()?;
        let count = sources.len();
        let (cells, origins) = (vec![String::new(); count], vec![None; count]);
        Ok(Self {
            map,
            section,
            headers,
            carry,
            cells,
            origins,
            sources,
            stop,
            skip,
            only,
            settled,
            open,
            disputed,
            void,
        })
    }

    /// The name of a column in a report; its place when the header is blank.
    pub fn label(&self, place: usize) -> String {
        self.headers.get(place).filter(|name| !name.is_empty()).cloned().unwrap_or_else(|| format!("#{}", place + 1))
    }

    fn text<'r>(&self, record: &'r StringRecord, carried: Option<&'r str>, place: usize) -> &'r str {
        let own = record.get(place).unwrap_or_default().trim();
        if self.carry == Some(place) { carried.unwrap_or(own) } else { own }
    }

    /// Whether a condition holds for all of its columns; `None` when one of them is not the amount it should be.
    fn holds(&self, test: &Test<'_>, record: &StringRecord, carried: Option<&str>) -> Option<bool> {
        let mut holds = true;
        for place in &test.places {
            holds &= test.condition.holds(self.text(record, carried, *place), &self.map.numbers)?;
        }
        Some(holds)
    }

    pub fn stops(&self, record: &StringRecord, carried: Option<&str>) -> bool {
        self.stop.iter().any(|test| self.holds(test, record, carried) == Some(true))
    }

    /// Why the map leaves the row out, if it does.
    ///
    /// An amount that cannot be read lets the row through, so that it is reported as bad and not left out.
    pub fn skips(&self, record: &StringRecord, carried: Option<&str>) -> Option<&str> {
        let skip = self.skip.iter().find(|test| self.holds(test, record, carried) == Some(true));
        let only = || self.only.iter().find(|test| self.holds(test, record, carried) == Some(false));
        skip.or_else(only).map(|test| test.reason.as_str())
    }

    /// Makes the canonical cells of a row.
    pub fn fill(&mut self, record: &StringRecord, carried: Option<&str>) -> Result<(), Fault> {
        for (index, column) in columns(self.section.kind).iter().enumerate() {
            let found = self.sources[index].iter().find(|place| !self.text(record, carried, **place).is_empty());
            let source = &self.section.sources[index];
            // A blank cell is named in a report by the column that should have filled it.
            let blank = self.sources[index].first().filter(|_| source.otherwise.is_none());
            self.origins[index] = found.or(blank).copied();
            let text = match (found, &source.otherwise) {
                (Some(place), _) => {
                    let text = self.text(record, carried, *place);
                    let plain = self.plain(column, text);
                    plain.map_err(|reason| Fault::header(&self.label(*place), text, reason))?
                }
                (None, Some(Otherwise::Constant(text))) => Cow::Borrowed(text.as_str()),
                (None, _) => Cow::Borrowed(""),
            };
            self.cells[index] = match source.pad {
                Some(pad) => padded(&text, pad),
                None => text.into_owned(),
            };
        }
        for (index, source) in self.section.sources.iter().enumerate() {
            if let (Some(Otherwise::Template(template)), true) = (&source.otherwise, self.cells[index].is_empty()) {
                self.cells[index] = template.fill(&self.cells);
            }
        }
        Ok(())
    }

    /// A source text in canonical form.
    fn plain<'t>(&self, column: &Column, text: &'t str) -> Result<Cow<'t, str>, Reason> {
        match column.shape {
            Shape::Text => Ok(Cow::Borrowed(text)),
            Shape::Currency => Ok(Cow::Owned(text.to_ascii_uppercase())),
            Shape::Date => self.date(text).map(|date| Cow::Owned(date.to_string())),
            Shape::Amount if column.name == "amount" => {
                self.amount(text).map(|plain| Cow::Owned(signed(plain, self.section.sign)))
            }
            Shape::Amount => self.amount(text).map(Cow::Owned),
        }
    }

    fn date(&self, text: &str) -> Result<NaiveDate, Reason> {
        self.map.dates.read(text).ok_or_else(|| Reason::Date(self.map.dates.expected()))
    }

    fn amount(&self, text: &str) -> Result<String, Reason> {
        let style = &self.map.numbers;
        let signs: String = style.thousands.iter().map(|sign| format!("`{sign}`")).collect();
        let grouped = if signs.is_empty() { "no thousands sign".to_owned() } else { format!("{signs} for thousands") };
        style.plain(text).ok_or_else(|| Reason::Amount(format!("`{}` before the decimals, {grouped}", style.decimal)))
    }

    /// The date in the `settled` column; blank means not settled.
    pub fn settled(&self, record: &StringRecord) -> Result<Option<NaiveDate>, Fault> {
        let Some(place) = self.settled else { return Ok(None) };
        let text = self.text(record, None, place);
        let fault = |reason| Fault::header(&self.label(place), text, reason);
        if text.is_empty() { Ok(None) } else { self.date(text).map(Some).map_err(fault) }
    }

    /// The balance in the `open` column, which must be there: a blank is neither all nor nothing.
    pub fn open(&self, record: &StringRecord, currency: Currency) -> Result<Option<Money>, Fault> {
        let Some(place) = self.open else { return Ok(None) };
        let text = self.text(record, None, place);
        let fault = |reason| Fault::header(&self.label(place), text, reason);
        if text.is_empty() {
            return Err(fault(Reason::Missing));
        }
        let plain = self.amount(text).map_err(fault)?;
        let open = Cell { column: "amount", text: &plain }.money(currency).map_err(|found| fault(found.reason))?;
        Ok(Some(open))
    }

    pub fn disputed(&self, record: &StringRecord) -> bool {
        self.disputed.as_ref().is_some_and(|test| self.holds(test, record, None) == Some(true))
    }

    pub fn void(&self, record: &StringRecord) -> bool {
        self.void.as_ref().is_some_and(|test| self.holds(test, record, None) == Some(true))
    }

    /// Names the cell of the file instead of the canonical one, where there is one.
    pub fn relabel(&self, fault: Fault, record: &StringRecord, carried: Option<&str>) -> Fault {
        let place = match &fault.column {
            Cow::Borrowed(name) => columns(self.section.kind).iter().position(|column| column.name == *name),
            Cow::Owned(_) => None,
        };
        match place.and_then(|index| self.origins[index]) {
            Some(place) => Fault::header(&self.label(place), self.text(record, carried, place), fault.reason),
            None => fault,
        }
    }
}

/// Pads each identifier of a list; a blank cell stays blank.
fn padded(text: &str, pad: Pad) -> String {
    let piece = |text: &str| {
        let length = text.chars().count();
        let missing = if length == 0 { 0 } else { pad.width.saturating_sub(length) };
        let mut padded: String = std::iter::repeat_n(pad.with, missing).collect();
        padded.push_str(text);
        padded
    };
    text.split(';').map(|text| piece(text.trim())).collect::<Vec<_>>().join(";")
}

fn signed(plain: String, sign: Sign) -> String {
    match (sign, plain.strip_prefix('-')) {
        (Sign::AsIs, _) | (Sign::Absolute, None) => plain,
        (Sign::Absolute | Sign::Negate, Some(positive)) => positive.to_owned(),
        (Sign::Negate, None) => format!("-{plain}"),
    }
}
