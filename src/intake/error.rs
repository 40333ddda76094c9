//! Why a file as a whole cannot be read.

use super::{bad::printable, header::MissingColumn, kind::Kind};

/// The file cannot be read, or the caller could not take a row.
#[derive(Debug, thiserror::Error)]
pub enum ReadError<E> {
    #[error(transparent)]
    File(#[from] FileError),
    /// What `take` returned.
    #[error("{0}")]
    Take(E),
}

/// What is wrong with the file, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("the file cannot be read")]
    Io(#[source] std::io::Error),
    #[error("the file is empty (a first line with the names of the columns is needed)")]
    Empty,
    #[error(
        "line {line} is not UTF-8; if the file comes from Windows, name `encoding = \"windows-1252\"` in a map \
         and use `--map`"
    )]
    NotUtf8 { line: u64 },
    #[error("line {line} starts a row longer than 1 MiB; a quotation mark was probably left open")]
    RowTooLong { line: u64 },
    #[error("the header holds NUL bytes; if the file is UTF-16, name `encoding = \"utf-16le\"` in a map")]
    NulInHeader,
    #[error("the header is one cell; if `{sign}` separates the cells, name `delimiter = \"{sign}\"` in a map")]
    Delimiter { sign: &'static str },
    #[error("column {position} has no name in the header")]
    BlankHeader { position: usize },
    #[error("the header names `{}` twice{}", printable(.name), if *.mapped { "; in the map, name it by its place, like \"#3\"" } else { "" })]
    DuplicateHeader { name: String, mapped: bool },
    #[error("{}", missing(.0))]
    MissingColumns(Vec<MissingColumn>),
    #[error("no line of the first {searched} holds all of the headers {}{}", quoted(.expected), near(.nearest.as_deref()))]
    NoHeader { expected: Vec<String>, nearest: Option<String>, searched: usize },
    #[error("map `{map}` cannot read this file: {reason}")]
    Refused { map: String, reason: String },
    #[error("map `{map}` has no section [{kind}]; it has {}", sections(.has))]
    NoSection { map: String, kind: Kind, has: Vec<Kind> },
}

fn missing(columns: &[MissingColumn]) -> String {
    let parts: Vec<String> = columns
        .iter()
        .map(|column| format!("column `{}` is missing{}", column.name, near(column.nearest.as_deref())))
        .collect();
    parts.join("; ")
}

fn near(header: Option<&str>) -> String {
    header.map(|name| format!(" (the nearest header is `{}`)", printable(name))).unwrap_or_default()
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn sections(kinds: &[Kind]) -> String {
    kinds.iter().map(|kind| format!("[{kind}]")).collect::<Vec<_>>().join(", ")
}
