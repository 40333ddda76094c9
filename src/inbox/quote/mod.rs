//! Cuts what a person wrote from what is quoted, added by the mail program or by the letterhead.
//!
//! Line by line: marked lines (`>`), the line above a quote ("On … X wrote:"), the head of a quoted
//! mail ("From: … Sent: …"), "Original Message", signatures, "Sent from my …" and notes on
//! confidentiality are cut. What stands between or below marked lines was written and stays: many
//! people answer there. Each line looks a few lines ahead at most, so that the time is linear.
//!
//! In doubt the reading is the careful one: what may be *our* letter is never taken for the
//! customer's words. So a mail of nothing but quotes says nothing, and an unmarked quote ends what
//! was written even if something should stand below it. Only a mail that does nothing but pass on
//! another says what it passes on.

mod header;
// Lists read better side by side than one word a line.
#[rustfmt::skip]
mod phrases;
mod signature;
#[cfg(test)]
pub mod tests;

/// A text in two: each of its lines that is not blank is in exactly one of them, in the same order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trimmed {
    /// The person's own words; no blank lines around them.
    pub written: String,
    /// All the rest: quotes with their headings, signatures, letterheads.
    pub quoted: String,
}

/// What the lines from here on are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Written,
    /// Up to the next quote, below which somebody may have answered.
    Signature,
    /// To the end: an unmarked quote gives no sign of where it ends.
    Rest,
}

/// Cuts a mail's text.
pub fn trim(text: &str) -> Trimmed {
    let lines: Vec<&str> = text.lines().collect();
    let mut cut = Cut { kept: vec![false; lines.len()], lines, part: Part::Written, anything: false };
    let mut at = 0;
    while at < cut.lines.len() {
        at += cut.step(at);
    }
    let of = |kept: bool| {
        let mine = cut.lines.iter().zip(&cut.kept).filter(|(_, is)| **is == kept).map(|(line, _)| *line);
        let mut text = String::new();
        for line in mine.skip_while(|line| blank(line)) {
            text.push_str(line);
            text.push('\n');
        }
        text.truncate(text.trim_end().len());
        text
    };
    Trimmed { written: of(true), quoted: of(false) }
}

struct Cut<'a> {
    lines: Vec<&'a str>,
    kept: Vec<bool>,
    part: Part,
    /// Whether anything has been written so far.
    anything: bool,
}

impl Cut<'_> {
    /// Decides about the line and returns how many lines are done with.
    fn step(&mut self, at: usize) -> usize {
        let line = self.lines[at];
        if self.part == Part::Rest {
            return 1;
        }
        if blank(line) {
            self.kept[at] = self.part == Part::Written;
            return 1;
        }
        if marked(line) || self.is_remnant(at) {
            self.part = Part::Written;
            return 1;
        }
        if header::forwarded(line) && !self.anything {
            return 1 + header::head(&self.lines, at + 1).unwrap_or(0);
        }
        if header::original(line) || header::forwarded(line) || header::head(&self.lines, at).is_some() {
            return self.end(at, 1);
        }
        if let Some(length) = header::above_quote(&self.lines, at) {
            return self.end(at, length);
        }
        if self.anything && (signature::starts(line) || signature::confidential(line)) {
            self.part = Part::Signature;
        }
        self.kept[at] = self.part == Part::Written && !signature::device(line);
        self.anything |= self.kept[at];
        1
    }

    /// A quote begins here. With marks it ends where they end, without them nobody knows.
    fn end(&mut self, at: usize, length: usize) -> usize {
        let rules = (0..at).rev().take_while(|line| self.kept[*line]);
        let rules: Vec<usize> = rules.take_while(|line| blank(self.lines[*line]) || rule(self.lines[*line])).collect();
        for line in rules {
            self.kept[line] = false;
        }
        let below = self.lines[at + length..].iter().take(LOOK_AHEAD).find(|line| !blank(line));
        self.part = if below.is_some_and(|line| marked(line)) { Part::Written } else { Part::Rest };
        length
    }

    /// The end of a long quoted line that a mail program broke off and did not mark.
    fn is_remnant(&self, at: usize) -> bool {
        let line = self.lines[at];
        let long = |line: &str| marked(line) && line.len() >= WRAPPED;
        line.len() <= REMNANT
            && at.checked_sub(1).is_some_and(|before| long(self.lines[before]))
            && self.lines.get(at + 1).is_some_and(|next| marked(next))
    }
}

/// Blank lines that may stand between the heading of a quote and the quote.
const LOOK_AHEAD: usize = 5;
/// Mail programs wrap between 65 and 78 columns.
const WRAPPED: usize = 65;
/// An answer as short as this, without a blank line around it, is rarer than a wrapped word or two.
const REMNANT: usize = 12;
/// Longer lines are no heading of anything.
const LONGEST: usize = 400;

fn blank(line: &str) -> bool {
    line.trim().is_empty()
}

/// Whether a line is marked as quoted.
fn marked(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with('>') || line.starts_with("&gt;")
}

/// Whether a line is only drawn: dashes, underscores, stars.
fn rule(line: &str) -> bool {
    let line = line.trim();
    line.len() >= 5 && line.chars().all(|c| matches!(c, '-' | '_' | '=' | '*' | '—' | '─'))
}
