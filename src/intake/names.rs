//! Names of a map found in the header of a file.

use super::{
    error::FileError,
    header::{MissingColumn, nearest},
    map::Condition,
};

/// A condition with the places of its columns and its words for the report.
pub(super) struct Test<'m> {
    pub condition: &'m Condition,
    pub places: Vec<usize>,
    pub reason: String,
}

/// Finds the names of a map in a header and collects those that are not there.
pub(super) struct Names<'h> {
    headers: &'h [String],
    missing: Vec<MissingColumn>,
}

impl<'h> Names<'h> {
    pub fn new(headers: &'h [String]) -> Self {
        Self { headers, missing: Vec::new() }
    }

    /// Refuses the file when names of the map are not in its header.
    pub fn finish(self) -> Result<(), FileError> {
        if self.missing.is_empty() { Ok(()) } else { Err(FileError::MissingColumns(self.missing)) }
    }

    /// The place of a header, or of `#N`; a missing one is noted and gets place 0, which is never used.
    fn place(&mut self, name: &str) -> Result<usize, FileError> {
        let mut found = self.headers.iter().enumerate().filter(|(_, header)| *header == name).map(|(index, _)| index);
        match (found.next(), found.next()) {
            (Some(index), None) => return Ok(index),
            (Some(_), Some(_)) => return Err(FileError::DuplicateHeader { name: name.to_owned(), mapped: true }),
            (None, _) => {}
        }
        let number: Option<usize> = name.strip_prefix('#').and_then(|number| number.parse().ok());
        if let Some(number) = number.filter(|number| (1..=self.headers.len()).contains(number)) {
            return Ok(number - 1);
        }
        if !self.missing.iter().any(|column| column.name == name) {
            let nearest = nearest(name, self.headers.iter().map(String::as_str)).map(str::to_owned);
            self.missing.push(MissingColumn { name: name.to_owned(), nearest });
        }
        Ok(0)
    }

    pub fn places(&mut self, names: &[String]) -> Result<Vec<usize>, FileError> {
        names.iter().map(|name| self.place(name)).collect()
    }

    pub fn optional(&mut self, name: Option<&String>) -> Result<Option<usize>, FileError> {
        name.map(|name| self.place(name)).transpose()
    }

    pub fn tests<'m>(&mut self, conditions: &'m [Condition], before: &str) -> Result<Vec<Test<'m>>, FileError> {
        let test = |condition: &'m Condition| {
            let places = self.places(&condition.columns)?;
            Ok(Test { condition, places, reason: format!("{before}{condition}") })
        };
        conditions.iter().map(test).collect()
    }
}
