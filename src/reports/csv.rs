//! Reports as CSV (RFC 4180), in a form that a spreadsheet reads and does not run.

use csv::{Terminator, WriterBuilder};

use super::{Cell, Sheet};

/// A sheet with its header. Numbers stay numbers; texts are made harmless.
pub fn written(sheet: &Sheet) -> Result<String, Box<dyn std::error::Error>> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(sheet.columns.iter().map(|(name, _)| name))?;
    for row in &sheet.rows {
        writer.write_record(row.iter().map(|cell| match cell {
            Cell::Text(text) => harmless(text),
            Cell::Number(number) => number.clone(),
        }))?;
    }
    Ok(String::from_utf8(writer.into_inner()?)?)
}

/// A cell that a spreadsheet would run as a formula begins with an apostrophe instead (OWASP, CSV injection).
pub fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_made_harmless() {
        for cell in ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"] {
            assert_eq!(harmless(cell), format!("'{cell}"));
        }
        assert_eq!(harmless("INV-1"), "INV-1");
    }

    #[test]
    fn numbers_stay_numbers_and_quotes_are_doubled() {
        let row = vec![Cell::text("=a, \"b\"\nc"), Cell::number("-7.50"), Cell::maybe(None::<i64>)];
        let sheet = Sheet { columns: vec![("what", false), ("sum", true), ("days", true)], rows: vec![row] };
        assert_eq!(written(&sheet).unwrap(), "what,sum,days\r\n\"'=a, \"\"b\"\"\nc\",-7.50,\r\n");
    }
}
