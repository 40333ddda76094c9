//! Tables for people.

use std::io::{ErrorKind, IsTerminal, Write};

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, TableComponent, Width, presets};

use crate::domain::excerpt::on_one_line;
pub use crate::domain::excerpt::printable;

/// Letters of an excerpt.
const EXCERPT: usize = 80;

/// Prints to standard output. A reader that has gone away ends the program quietly; anything else
/// that keeps the text from its place, like a full disk, is a failure.
pub fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        if error.kind() == ErrorKind::BrokenPipe {
            std::process::exit(0);
        }
        aside(&format!("duly: standard output: {error}"));
        std::process::exit(1);
    }
}

/// Says something beside the data, on standard error. If that is full too, the exit code must do.
pub fn aside(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// A table with a header. Columns named in `right` are aligned to the right. In a terminal it is as wide as that.
pub fn table(header: &[&str], right: &[usize], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let rows: Vec<Vec<String>> = rows.into_iter().map(|row| row.iter().map(|cell| printable(cell)).collect()).collect();
    let width = if std::io::stdout().is_terminal() { Table::new().width() } else { None };
    laid_out(header, right, &rows, width)
}

/// Cells are broken between words to fit into `width`, never within a word like a date; where that does not do, a row
/// becomes a block with a line for each cell.
fn laid_out(header: &[&str], right: &[usize], rows: &[Vec<String>], width: Option<u16>) -> String {
    let longest = |column: usize, measure: fn(&str) -> usize| {
        let cells = rows.iter().filter_map(|row| row.get(column).map(String::as_str));
        cells.chain([header[column]]).map(measure).max().unwrap_or(0)
    };
    let words: Vec<usize> = (0..header.len()).map(|column| longest(column, longest_word)).collect();
    if width.is_some_and(|width| words.iter().map(|word| word + 2).sum::<usize>() > width.into()) {
        return stacked(header, rows);
    }
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(header.iter().copied());
    for line in [TableComponent::HeaderLines, TableComponent::MiddleHeaderIntersections] {
        table.set_style(line, '─');
    }
    if let Some(width) = width {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
        for (column, word) in table.column_iter_mut().zip(&words) {
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed((*word + 2) as u16)));
        }
    }
    table.add_rows(rows);
    for index in right {
        if let Some(column) = table.column_mut(*index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n") + "\n"
}

fn longest_word(cell: &str) -> usize {
    cell.split_whitespace().map(|word| word.chars().count()).max().unwrap_or(0)
}

fn stacked(header: &[&str], rows: &[Vec<String>]) -> String {
    let name = header.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    let block = |row: &Vec<String>| {
        let cells = header.iter().zip(row).filter(|(_, cell)| !cell.is_empty());
        cells.map(|(title, cell)| format!(" {title:<name$}  {cell}\n")).collect::<String>()
    };
    rows.iter().map(block).collect::<Vec<String>>().join("\n")
}

/// The beginning of a text of any length, on one line.
pub fn excerpt(text: &str) -> String {
    printable(&on_one_line(text, EXCERPT))
}

/// `1 notice`, `2 notices`.
pub fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::laid_out;

    #[test]
    fn words_are_never_broken() {
        let row = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
        let rows =
            [row(["12", "service protest about two pallets", "an answer by 2026-11-23 11:00"]), row(["3", "", "x"])];
        let header = ["case", "kind", "due"];
        for (width, name) in [(None, "any_width"), (Some(40), "forty_columns"), (Some(20), "twenty_columns")] {
            let text = laid_out(&header, &[0], &rows, width);
            assert!(
                width.is_none_or(|width| width < 30 || text.lines().all(|line| line.chars().count() <= width.into())),
                "{text}"
            );
            insta::assert_snapshot!(name, text);
        }
    }
}
