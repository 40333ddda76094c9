//! Reading through a map: source rows chosen, made canonical, then judged by the same rules as canonical files.

use std::io::Read;

use super::{
    Context,
    bad::Reason,
    bound::Bound,
    canonical::{check_amount, fact},
    cell::Fault,
    derived::Draft,
    duplicates::Combiner,
    error::{FileError, ReadError},
    header::nearest,
    kind::{Kind, Row},
    map::{Duplicates, Map, Section},
    reading::{Reading, Skipped},
    records::Records,
};

/// How many lines may stand before the header.
const PREAMBLE_MAX: usize = 100;

/// Why rows after a `stop` are left out.
const BELOW: &str = "below the end of the table";

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
        let met = match table.row(&records, context, &mut reading.skipped) {
            Ok(Some(draft)) => combiner.meet(line, draft),
            other => other,
        };
        match met {
            Ok(Some(draft)) => give(&mut reading, line, draft, context, take)?,
            Ok(None) => {}
            Err(fault) => reading.bad_row(line, fault),
        }
    }
    reading.merged = combiner.merged;
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

/// The table below the header, with what earlier rows say about later ones.
struct Table<'m> {
    bound: Bound<'m>,
    carried: Option<String>,
    stopped: bool,
}

impl Table<'_> {
    /// A fact in the making, or `None` when the row is left out and counted.
    fn row(&mut self, records: &Records<'_>, context: &Context, skipped: &mut Skipped) -> Result<Option<Draft>, Fault> {
        let record = records.record();
        if records.is_blank() {
            skipped.add("the row is blank");
            return Ok(None);
        }
        if self.stopped {
            skipped.add(BELOW);
            return Ok(None);
        }
        if let Some((place, reason)) = records.unreadable() {
            return Err(Fault::header(&self.bound.label(place), &record[place], reason));
        }
        let width = self.bound.headers.len();
        if !self.bound.map.flexible && record.len() != width {
            return Err(records.ragged(width));
        }
        if self.left_out(records, skipped) {
            return Ok(None);
        }
        if record.iter().skip(width).any(|cell| !cell.trim().is_empty()) {
            return Err(records.ragged(width));
        }
        let carried = self.carried.as_deref();
        if self.bound.carry.is_some() && carried.is_none() {
            return Err(Fault::row(Reason::NoHeading));
        }
        self.bound.fill(record, carried)?;
        draft(&self.bound, records, carried, context).map(Some)
    }

    /// Whether the row is a heading, the end of the table, or one that the map leaves out.
    fn left_out(&mut self, records: &Records<'_>, skipped: &mut Skipped) -> bool {
        let heading = self.heading(records);
        let carried = self.carried.as_deref();
        self.stopped = heading.is_none() && self.bound.stops(records.record(), carried);
        let stop = self.stopped.then_some(BELOW);
        let reason = heading.or(stop).or_else(|| self.bound.skips(records.record(), carried));
        reason.map(|reason| skipped.add(reason)).is_some()
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
    // What else the row of a void invoice says of payments is of no account.
    let void = bound.void(record);
    Ok(Draft {
        settled: if void { None } else { bound.settled(record)? },
        open: currency.filter(|_| !void).map(|currency| bound.open(record, currency)).transpose()?.flatten(),
        disputed: bound.disputed(record),
        void,
        row,
    })
}
