//! Texts put together from the canonical cells of the row: `ar+{account}@example.test`.

/// A text with canonical columns in braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    /// Index of a canonical column of the section's kind.
    Column(usize),
}

impl Template {
    /// Reads a template; `column` finds a canonical column that a template may use.
    pub fn new(text: &str, column: impl Fn(&str) -> Result<usize, String>) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').ok_or_else(|| format!("`{text}` lacks a closing brace"))?;
            parts.push(Part::Text(before.to_owned()));
            parts.push(Part::Column(column(name)?));
            rest = after;
        }
        parts.push(Part::Text(rest.to_owned()));
        Ok(Self(parts))
    }

    /// The text for a row; empty when a cell that it needs is empty, so that nothing half-made passes.
    pub fn fill(&self, cells: &[String]) -> String {
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Part::Text(fixed) => text.push_str(fixed),
                Part::Column(index) if cells[*index].is_empty() => return String::new(),
                Part::Column(index) => text.push_str(&cells[*index]),
            }
        }
        text
    }
}
