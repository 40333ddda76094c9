//! Reading through a map: source rows chosen, made canonical, then judged by the same rules as canonical files.

use std::io::Read;

use super::{
    Context,
    bad::Reason,
    bound::Bound,
    canonical::{check_amount, fact},
    cell::Fault,
    derived::Draft,
    duplicates::{Combiner, Met},
    error::{FileError, ReadError},
    header::nearest,
    kind::{Kind, Row},
    map::{Duplicates, Map, Section},
    reading::Reading,
    records::Records,
};

/// How many lines may stand before the header.
const PREAMBLE_MAX: usize = 100;

/// Reads a file through a map.
pub(super) fn read<E>(
    input: impl Read,
    kind: Kind,
    map: &Map,
    context: &Context,
    take: &mut dyn FnMut(u64, Row) -> Result<(), E>,
) -> Result<Reading, ReadError<E>> {
    let section = section(map, kind)?;
    let mut records = Records::open(input, map.encoding, map.delimiter)?;
    find_header(&mut records, map)?;
    let mut table = Table { bound: Bound::new(map, section, records.record())?, carried: None, stopped: false };
    let mut combiner = Combiner::new(section.duplicates);
    let mut reading = Reading::default();
    while records.advance()? {
        let line = records.line();
        let met = match table.row(&records, context) {
            Ok(Choice::Skip(reason)) => {
                reading.skipped.add(reason);
                continue;
            }
            Ok(Choice::Draft(draft)) => combiner.meet(line, draft),
            Err(fault) => Err(fault),
        };
        match met {
            Ok(Met::Take(draft)) => give(&mut reading, line, draft, context, take)?,
            Ok(Met::Hold) => {}
            Ok(Met::Merged) => reading.merged += 1,
            Err(fault) => reading.bad_row(line, fault),
        }
    }
    for (line, draft) in combiner.finish() {
        match check_amount(&draft.row) {
            Ok(()) => give(&mut reading, line, draft, context, take)?,
            Err(fault) => reading.bad_row(line, fault),
        }
    }
    Ok(reading)
}

fn give<E>(
    reading: &mut Reading,
    line: u64,
    draft: Draft,
    context: &Context,
    take: &mut dyn FnMut(u64, Row) -> Result<(), E>,
) -> Result<(), ReadError<E>> {
    reading.rows += 1;
    for row in draft.expand(context.today) {
        take(line, row).map_err(ReadError::Take)?;
    }
    Ok(())
}

fn section(map: &Map, kind: Kind) -> Result<&Section, FileError> {
    if let Some(reason) = &map.refuse {
        return Err(FileError::Refused { map: map.name.clone(), reason: reason.clone() });
    }
    let missing = || FileError::NoSection { map: map.name.clone(), kind, has: map.kinds() };
    map.section(kind).ok_or_else(missing)
}

/// Goes to the header: the first row, or the first that holds the headers that the map names.
fn find_header(records: &mut Records<'_>, map: &Map) -> Result<(), FileError> {
    let mut best = None;
    for searched in 0..PREAMBLE_MAX {
        if !records.advance()? {
            if searched == 0 {
                return Err(FileError::Empty);
            }
            break;
        }
        if records.holds_nul() {
            return Err(FileError::NulInHeader);
        }
        let holds = |name: &String| records.record().iter().any(|cell| cell.trim() == name);
        if map.header_contains.iter().all(holds) {
            return Ok(());
        }
        let wanted = map.header_contains.iter().find(|name| !holds(name));
        best = best.or(wanted.and_then(|name| nearest(name, records.record().iter())).map(str::to_owned));
    }
    Err(FileError::NoHeader { expected: map.header_contains.clone(), nearest: best, searched: PREAMBLE_MAX })
}

/// A row of the table: left out for a reason, or a fact in the making.
enum Choice<'a> {
    Skip(&'a str),
    Draft(Draft),
}

/// The table below the header, with what earlier rows say about later ones.
struct Table<'m> {
    bound: Bound<'m>,
    carried: Option<String>,
    stopped: bool,
}

impl Table<'_> {
    fn row(&mut self, records: &Records<'_>, context: &Context) -> Result<Choice<'_>, Fault> {
        let record = records.record();
        if records.is_blank() {
            return Ok(Choice::Skip("the row is blank"));
        }
        if self.stopped {
            return Ok(Choice::Skip("below the end of the table"));
        }
        if let Some((place, reason)) = records.unreadable() {
            return Err(Fault::header(&self.bound.label(place), &record[place], reason));
        }
        let width = self.bound.headers.len();
        if !self.bound.map.flexible && record.len() != width {
            return Err(records.ragged(width));
        }
        if let Some(reason) = self.heading(records) {
            return Ok(Choice::Skip(reason));
        }
        let carried = self.carried.as_deref();
        if self.bound.stops(record, carried) {
            self.stopped = true;
            return Ok(Choice::Skip("below the end of the table"));
        }
        if let Some(reason) = self.bound.skips(record, carried) {
            // Cloning here would cost an allocation for each row left out; the reason is found again instead.
            return Ok(Choice::Skip(self.bound.reason(reason)));
        }
        if record.iter().skip(width).any(|cell| !cell.trim().is_empty()) {
            return Err(records.ragged(width));
        }
        if self.bound.carry.is_some() && carried.is_none() {
            return Err(Fault::row(Reason::NoHeading));
        }
        self.bound.fill(record, carried)?;
        let draft = draft(&self.bound, records, carried, context)?;
        Ok(Choice::Draft(draft))
    }

    /// Handles rows that stand above or below a group: a name alone opens it, a name with figures closes it.
    ///
    /// Told by shape and not by the word "Total", since a customer may be called so.
    fn heading(&mut self, records: &Records<'_>) -> Option<&'static str> {
        let place = self.bound.carry?;
        let text = records.record().get(place).unwrap_or_default().trim();
        if text.is_empty() {
            return None;
        }
        let alone = records.record().iter().enumerate().all(|(index, cell)| index == place || cell.trim().is_empty());
        self.carried = alone.then(|| text.to_owned());
        Some(if alone { "a heading" } else { "the total of a heading" })
    }
}

fn draft(bound: &Bound<'_>, records: &Records<'_>, carried: Option<&str>, context: &Context) -> Result<Draft, Fault> {
    let record = records.record();
    let relabel = |fault| bound.relabel(fault, record, carried);
    let row = fact(bound.section.kind, context, &|index| bound.cells[index].as_str()).map_err(relabel)?;
    // Lines that are added up may be negative one by one (a discount line); the sum is checked at the end.
    if bound.section.duplicates != Duplicates::Sum {
        check_amount(&row).map_err(relabel)?;
    }
    let currency = match &row {
        Row::Invoice(invoice) => Some(invoice.amount.currency),
        _ => None,
    };
    Ok(Draft {
        settled: bound.settled(record)?,
        open: currency.map(|currency| bound.open(record, currency)).transpose()?.flatten(),
        disputed: bound.disputed(record),
        row,
    })
}
