//! Which of the account's invoices a text names.

use std::collections::{HashMap, HashSet};

use super::READ_BYTES;

/// Pieces that a number may be written in ("INV 2026 0042").
const PIECES: usize = 6;
/// Shorter numbers, and years, count only after a word for invoice: they could be anything.
const SHORT: usize = 4;
/// Words before the number of an invoice, without their points.
const BEFORE: &[&str] = &[
    "#",
    "no",
    "nr",
    "nº",
    "n°",
    "n",
    "num",
    "number",
    "nummer",
    "numéro",
    "numero",
    "número",
    "invoice",
    "invoices",
    "inv",
    "bill",
    "rechnung",
    "rechnungen",
    "rechnungsnummer",
    "re",
    "rg",
    "beleg",
    "facture",
    "factures",
    "factura",
    "facturas",
    "fattura",
    "fatture",
    "factuur",
    "facturen",
    "factuurnummer",
    "fact",
    "fatt",
    "and",
    "und",
    "et",
    "y",
    "e",
    "en",
];
/// Beside a number they make it an amount.
const CODES: &[&str] = &["eur", "euro", "euros", "usd", "gbp", "chf", "dollars", "pounds", "franken"];
/// What may stand between the pieces of one number.
const JOINTS: [char; 7] = [' ', '-', '/', '.', '_', '–', '\u{a0}'];

/// The known numbers that stand in a text, in the order in which they are known.
///
/// Blanks, dashes, points and slashes between the pieces of a number do not count, nor do zeros before a piece, nor
/// letters before the first figure if no two known numbers differ by them alone. A part of a number is never taken
/// for it: `4711` is not in `4711-2`, `14711`, `4711.50` or `4711 €`.
pub fn mentions<'k>(text: &str, known: &[&'k str]) -> Vec<&'k str> {
    let names = Names::new(known);
    let text = &text[..text.floor_char_boundary(READ_BYTES)];
    let pieces = pieces(text);
    let mut found = HashSet::new();
    let mut at = 0;
    while at < pieces.len() {
        // The longest reading is the right one: `2026 0042` names no `42`.
        let longest = (1..=PIECES.min(pieces.len() - at)).rev().find_map(|count| {
            let read = Read {
                text,
                pieces: &pieces[at..at + count],
                before: at.checked_sub(1).map(|before| pieces[before]),
                after: pieces.get(at + count).copied(),
            };
            names.named(&read).map(|index| (index, count))
        });
        if let Some((index, _)) = longest {
            found.insert(index);
        }
        at += longest.map_or(1, |(_, count)| count);
    }
    known.iter().enumerate().filter(|(index, _)| found.contains(index)).map(|(_, known)| *known).collect()
}

/// A run of letters or of figures: where it stands in the text.
type Piece = (usize, usize);

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut kind = None;
    for (at, c) in text.char_indices() {
        let now = if c.is_ascii_digit() { Some(true) } else { c.is_alphanumeric().then_some(false) };
        match pieces.last_mut() {
            Some(piece) if now.is_some() && now == kind && piece.1 == at => piece.1 = at + c.len_utf8(),
            _ if now.is_some() => pieces.push((at, at + c.len_utf8())),
            _ => {}
        }
        kind = now;
    }
    pieces
}

/// Ways to write the known numbers, each with the index of its number; `None` when it could be two of them.
struct Names(HashMap<String, Option<usize>>);

impl Names {
    fn new(known: &[&str]) -> Self {
        let mut names = Self(HashMap::new());
        for (index, number) in known.iter().enumerate() {
            let all = pieces(number);
            let first = all.iter().position(|piece| is_number(number, *piece)).unwrap_or(0);
            let mut ways = [key(number, &all, false), key(number, &all, true)].to_vec();
            // With a prefix of its own (`INV-`), the rest alone names it too.
            ways.extend([key(number, &all[first..], false), key(number, &all[first..], true)]);
            ways.sort();
            ways.dedup();
            for way in ways {
                names.0.entry(way).and_modify(|other| *other = None).or_insert(Some(index));
            }
        }
        // What is written out in full is never in doubt.
        for (index, number) in known.iter().enumerate() {
            names.0.insert(key(number, &pieces(number), false), Some(index));
        }
        names
    }

    fn named(&self, read: &Read<'_>) -> Option<usize> {
        if !read.is_joined() {
            return None;
        }
        let by = |zeros| self.0.get(&key(read.text, read.pieces, zeros)).copied().flatten();
        by(false).or_else(|| by(true)).filter(|_| read.is_whole())
    }
}

/// Some pieces of a text that may be a number.
struct Read<'a> {
    text: &'a str,
    pieces: &'a [Piece],
    before: Option<Piece>,
    after: Option<Piece>,
}

impl Read<'_> {
    /// Whether nothing but joints stands between the pieces, one or two at a time.
    fn is_joined(&self) -> bool {
        self.pieces.windows(2).all(|pair| {
            let between = &self.text[pair[0].1..pair[1].0];
            between.len() <= 3 && between.chars().all(|c| JOINTS.contains(&c))
        })
    }

    /// Whether it is a number by itself and not a part of one, an amount, a year or a word.
    fn is_whole(&self) -> bool {
        let (Some(first), Some(last)) = (self.pieces.first(), self.pieces.last()) else { return false };
        let (before, after) = (&self.text[..first.0], &self.text[last.1..]);
        let figures = self.pieces.iter().filter(|piece| is_number(self.text, **piece)).count() > 0;
        let money = |c: Option<char>| c.is_some_and(|c| matches!(c, '€' | '$' | '£' | '¥' | '%'));
        let near = |text: &str| text.trim_start_matches([' ', '\u{a0}']).chars().next();
        let code = |piece: Piece| CODES.contains(&self.text[piece.0..piece.1].to_lowercase().as_str());
        let blank = |from: usize, to: usize| self.text[from..to].chars().all(char::is_whitespace);
        let coded = self.before.is_some_and(|piece| code(piece) && blank(piece.1, first.0))
            || self.after.is_some_and(|piece| code(piece) && blank(last.1, piece.0));
        let priced = money(before.trim_end_matches([' ', '\u{a0}']).chars().next_back()) || money(near(after)) || coded;
        let told = before.trim_end().ends_with('#')
            || self.before.is_some_and(|piece| {
                let only = self.text[piece.1..first.0].chars().all(|c| c.is_whitespace() || ".:#,-".contains(c));
                only && BEFORE.contains(&self.text[piece.0..piece.1].to_lowercase().as_str())
            });
        figures && !priced && !self.goes_on_before(before) && !self.goes_on_after(after) && (told || !self.is_common())
    }

    /// Whether it could as well be a count, a day or a year.
    fn is_common(&self) -> bool {
        let only = match self.pieces {
            [only] => &self.text[only.0..only.1],
            _ => return false,
        };
        let year = only.len() == 4 && (only.starts_with("19") || only.starts_with("20"));
        only.trim_start_matches('0').len() < SHORT || year
    }

    fn goes_on_before(&self, before: &str) -> bool {
        let mut back = before.chars().rev();
        match back.next() {
            Some(c) if c.is_alphanumeric() => true,
            // `#4711`, `(4711`, `-4711` stand alone; `2026-4711` does not, unless the two are of one length: a list.
            Some('-' | '/' | '.' | ',' | '_' | '\'') => {
                let run = length_of_number(back.clone());
                back.next().is_some_and(char::is_alphanumeric) && (run.is_none() || run != self.length())
            }
            _ => false,
        }
    }

    fn goes_on_after(&self, after: &str) -> bool {
        let mut on = after.chars();
        match on.next() {
            Some(c) if c.is_alphanumeric() => true,
            Some('-' | '/' | '.' | ',' | '_' | '\'') => {
                let run = length_of_number(on.clone());
                on.next().is_some_and(char::is_alphanumeric) && (run.is_none() || run != self.length())
            }
            _ => false,
        }
    }

    /// Figures in it if it is nothing but figures.
    fn length(&self) -> Option<usize> {
        match self.pieces {
            [only] if is_number(self.text, *only) => Some(only.1 - only.0),
            _ => None,
        }
    }
}

/// Figures at the start, if nothing else is joined to them.
fn length_of_number(chars: impl Iterator<Item = char>) -> Option<usize> {
    let run: Vec<char> = chars.take_while(|c| c.is_alphanumeric()).take(40).collect();
    (!run.is_empty() && run.iter().all(char::is_ascii_digit)).then_some(run.len())
}

fn is_number(text: &str, piece: Piece) -> bool {
    text[piece.0..].starts_with(|c: char| c.is_ascii_digit())
}

/// One way to write pieces: all together, or each number without its zeros and with a joint between them.
fn key(text: &str, pieces: &[Piece], short: bool) -> String {
    let mut key = String::new();
    for piece in pieces {
        let word = &text[piece.0..piece.1];
        if short && is_number(text, *piece) {
            key.push('-');
            key.push_str(word.trim_start_matches('0'));
        } else {
            key.push_str(&word.to_lowercase());
        }
    }
    key
}
