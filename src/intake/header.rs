//! The header of a canonical file: exact names, any order.

use csv::StringRecord;

use super::{columns::Column, error::FileError};

/// A required column that the header lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingColumn {
    pub name: String,
    /// The header that looks most like it and is not itself a column that is wanted.
    pub nearest: Option<String>,
}

/// Where the canonical columns stand in the file, in the order of `columns`.
#[derive(Debug)]
pub(super) struct Header {
    pub places: Vec<Option<usize>>,
    pub names: Vec<String>,
    pub extra: Vec<String>,
}

impl Header {
    pub fn canonical(record: &StringRecord, columns: &[Column]) -> Result<Self, FileError> {
        let names: Vec<String> = record.iter().map(str::to_owned).collect();
        if let [name] = &names[..]
            && let Some(sign) = [";", "|", "\t"].into_iter().find(|sign| name.contains(sign))
        {
            return Err(FileError::Delimiter { sign: if sign == "\t" { "\\t" } else { sign } });
        }
        if let Some(index) = names.iter().position(|name| name.trim().is_empty()) {
            return Err(FileError::BlankHeader { position: index + 1 });
        }
        for (index, name) in names.iter().enumerate() {
            if names[..index].contains(name) {
                return Err(FileError::DuplicateHeader { name: name.clone(), mapped: false });
            }
        }
        let (wanted, extra): (Vec<_>, Vec<_>) =
            names.iter().cloned().partition(|name| columns.iter().any(|column| column.name == name));
        let missing: Vec<MissingColumn> = columns
            .iter()
            .filter(|column| column.required && !wanted.iter().any(|name| name == column.name))
            .map(|column| MissingColumn {
                name: column.name.to_owned(),
                nearest: nearest(column.name, extra.iter().map(String::as_str)).map(str::to_owned),
            })
            .collect();
        if !missing.is_empty() {
            return Err(FileError::MissingColumns(missing));
        }
        let places = columns.iter().map(|column| names.iter().position(|name| name == column.name)).collect();
        Ok(Self { places, names, extra })
    }
}

/// Least likeness at which a name is worth suggesting.
const LIKENESS_MIN: f64 = 0.7;

/// The candidate that looks most like `text`, capitals and blanks aside.
pub(super) fn nearest<'a>(text: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |text: &str| text.trim().to_lowercase();
    let wanted = plain(text);
    candidates
        .map(|candidate| (strsim::jaro_winkler(&wanted, &plain(candidate)), candidate))
        .filter(|(likeness, _)| *likeness >= LIKENESS_MIN)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}
