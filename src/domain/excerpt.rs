//! A text as it may be shown: its beginning, and nothing in it that steers.

/// At most so many letters of a text; an ellipsis says that there was more.
pub fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

/// The same on one line.
pub fn on_one_line(text: &str, most: usize) -> String {
    shortened(&text.split_whitespace().collect::<Vec<&str>>().join(" "), most)
}

/// Text of customers must not steer a terminal.
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::{on_one_line, shortened};

    #[test]
    fn letters_are_counted_and_blanks_joined() {
        assert_eq!([shortened("äöü ß", 4), shortened("äöü ß", 5)], ["äöü…", "äöü ß"]);
        assert_eq!(on_one_line("one\n  two\tthree", 7), "one two…");
    }
}
