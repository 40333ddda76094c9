//! From a map as written to a map that can be trusted: every name known, every value meaningful.

use std::ops::Range;

use encoding_rs::Encoding;
use toml::Spanned;

use super::{
    Condition, Dates, Duplicates, Map, MapError, Numbers, Otherwise, Section, Source, Template,
    raw::{RawCondition, RawMap, RawSection},
};
use crate::domain::money::Currency;
use crate::intake::{
    columns::{Column, Shape, columns},
    header::nearest,
    kind::Kind,
};

/// A complaint with its place in the text.
type Wrong = (Option<Range<usize>>, String);

pub(super) fn map(name: &str, text: &str) -> Result<Map, MapError> {
    let raw = toml::from_str(text).map_err(|error| (error.span(), with_nearest_key(error.message())));
    raw.and_then(|raw| build(name, raw)).map_err(|(span, message)| MapError {
        map: name.to_owned(),
        line: span.map(|span| text.bytes().take(span.start).filter(|byte| *byte == b'\n').count() + 1),
        message,
    })
}

/// Adds the likeliest key to serde's ``unknown field `x`, expected one of `a`, `b` ``.
fn with_nearest_key(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let unknown = quoted.next().filter(|_| message.starts_with("unknown"));
    match unknown.and_then(|key| nearest(key, quoted)) {
        Some(near) => format!("{message}; did you mean `{near}`?"),
        None => message.to_owned(),
    }
}

fn build(name: &str, raw: RawMap) -> Result<Map, Wrong> {
    let numbers = numbers(&raw)?;
    let dates = match raw.dates {
        Some(formats) => at(formats, |formats| Dates::new(formats.into_vec()))?,
        None => Dates::default(),
    };
    let mut sections = Vec::new();
    let written = [raw.accounts, raw.invoices, raw.payments, raw.credits, raw.events];
    for (kind, section) in Kind::ALL.into_iter().zip(written) {
        if let Some(written) = section {
            sections.push(self::section(kind, written)?);
        }
    }
    let empty = sections.is_empty() && raw.refuse.is_none();
    let map = Map {
        name: name.to_owned(),
        refuse: raw.refuse,
        encoding: raw.encoding.map(|label| at(label, |label| encoding(&label))).transpose()?,
        delimiter: raw.delimiter.map_or(Ok(b','), |delimiter| at(delimiter, self::delimiter))?,
        dates,
        numbers,
        header_contains: raw.header_contains.map(|names| names.into_vec()).unwrap_or_default(),
        skip: conditions(raw.skip)?,
        stop: conditions(raw.stop)?,
        carry: raw.carry,
        flexible: raw.flexible,
        only_open: raw.only_open,
        sections,
    };
    if empty {
        return Err((None, "the map needs a section, like [invoices], or `refuse` with a reason".to_owned()));
    }
    Ok(map)
}

/// Applies a check to a value and points at the value when it fails.
fn at<T, U>(value: Spanned<T>, check: impl FnOnce(T) -> Result<U, String>) -> Result<U, Wrong> {
    let span = value.span();
    check(value.into_inner()).map_err(|message| (Some(span), message))
}

fn encoding(label: &str) -> Result<&'static Encoding, String> {
    let known = Encoding::for_label_no_replacement(label.as_bytes());
    known.ok_or_else(|| format!("`{label}` is not a known encoding (like windows-1252, latin1, utf-16le)"))
}

fn delimiter(sign: char) -> Result<u8, String> {
    let usable = sign.is_ascii() && !sign.is_ascii_alphanumeric() && !['"', '\n', '\r', '\0'].contains(&sign);
    u8::try_from(sign).ok().filter(|_| usable).ok_or_else(|| format!("`{sign}` cannot separate cells"))
}

fn numbers(raw: &RawMap) -> Result<Numbers, Wrong> {
    let decimal = raw.decimal.as_ref().map_or('.', |sign| *sign.get_ref());
    let span = raw.decimal.as_ref().map(Spanned::span);
    let single = |text: String| {
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some(sign), None) if !sign.is_alphanumeric() && sign != '-' && sign != decimal => Ok(sign),
            _ => {
                Err((span.clone(), format!("`{text}` cannot be a thousands sign beside the decimal sign `{decimal}`")))
            }
        }
    };
    let thousands = raw.thousands.clone().map(|signs| signs.into_vec()).unwrap_or_default();
    if decimal != '.' && decimal != ',' {
        return Err((span, format!("`{decimal}` is not a decimal sign (expected `.` or `,`)")));
    }
    Ok(Numbers {
        decimal,
        thousands: thousands.into_iter().map(single).collect::<Result<_, _>>()?,
        symbols: raw.symbols.clone().map(|symbols| symbols.into_vec()).unwrap_or_default(),
        parentheses: raw.parentheses,
        debit_credit: raw.debit_credit,
    })
}

fn conditions(raw: Vec<Spanned<RawCondition>>) -> Result<Vec<Condition>, Wrong> {
    raw.into_iter().map(|condition| at(condition, Condition::new)).collect()
}

fn section(kind: Kind, written: Spanned<RawSection>) -> Result<Section, Wrong> {
    let span = written.span();
    let mut raw = written.into_inner();
    let wrong = |message: String| Err((Some(span.clone()), message));
    let beside = [raw.settled.is_some(), raw.open.is_some(), raw.disputed.is_some(), raw.void.is_some()];
    if beside.contains(&true) && kind != Kind::Invoices {
        return wrong("`settled`, `open`, `disputed` and `void` belong to [invoices]".to_owned());
    }
    let summed = matches!(kind, Kind::Invoices | Kind::Payments | Kind::Credits);
    if raw.duplicates == Duplicates::Sum && !summed {
        return wrong(format!("[{kind}] has nothing to add up: `duplicates` cannot be \"sum\""));
    }
    let sources = sources(kind, &mut raw)?;
    for (column, source) in columns(kind).iter().zip(&sources) {
        if column.required && source.columns.is_empty() && source.otherwise.is_none() {
            let name = column.name;
            return wrong(format!("[{kind}] does not say where `{name}` comes from (columns, constants or templates)"));
        }
    }
    Ok(Section {
        kind,
        sources,
        only: conditions(raw.only)?,
        skip: conditions(raw.skip)?,
        sign: raw.sign,
        duplicates: raw.duplicates,
        settled: raw.settled,
        open: raw.open,
        disputed: raw.disputed.map(|condition| at(condition, Condition::new)).transpose()?,
        void: raw.void.map(|condition| at(condition, Condition::new)).transpose()?,
    })
}

fn sources(kind: Kind, raw: &mut RawSection) -> Result<Vec<Source>, Wrong> {
    let known = columns(kind);
    let mut sources: Vec<Source> = known.iter().map(|_| Source::default()).collect();
    for (name, from) in std::mem::take(&mut raw.columns) {
        sources[place(known, kind, &name)?].columns = from.into_vec();
    }
    for (name, text) in std::mem::take(&mut raw.constants) {
        let index = place(known, kind, &name)?;
        if known[index].shape == Shape::Currency {
            text.parse::<Currency>().map_err(|error| (Some(name.span()), error.to_string()))?;
        }
        sources[index].otherwise = Some(Otherwise::Constant(text));
    }
    for (name, pad) in std::mem::take(&mut raw.pad) {
        if pad.width > 64 || pad.with.is_control() {
            return Err((Some(name.span()), "`width` is at most 64, `with` a visible sign".to_owned()));
        }
        sources[place(known, kind, &name)?].pad = Some(pad);
    }
    for (name, text) in std::mem::take(&mut raw.templates) {
        let index = place(known, kind, &name)?;
        if sources[index].otherwise.is_some() {
            return Err((Some(name.span()), format!("`{}` has a constant and a template", name.get_ref())));
        }
        // Templates use columns and constants only, so that the order of templates does not matter.
        let usable = |wanted: &str| match known.iter().position(|column| column.name == wanted) {
            Some(found) if found != index && !is_template(&sources[found]) => Ok(found),
            _ => Err(format!("`{{{wanted}}}` is no canonical column of [{kind}] with a column or constant")),
        };
        let template = Template::new(&text, usable).map_err(|message| (Some(name.span()), message))?;
        sources[index].otherwise = Some(Otherwise::Template(template));
    }
    Ok(sources)
}

fn is_template(source: &Source) -> bool {
    let empty = source.columns.is_empty() && source.otherwise.is_none();
    empty || matches!(source.otherwise, Some(Otherwise::Template(_)))
}

fn place(known: &[Column], kind: Kind, name: &Spanned<String>) -> Result<usize, Wrong> {
    let text = name.get_ref();
    known.iter().position(|column| column.name == text).ok_or_else(|| {
        let near = nearest(text, known.iter().map(|column| column.name));
        let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        (Some(name.span()), format!("`{text}` is not a canonical column of [{kind}]{hint}"))
    })
}
