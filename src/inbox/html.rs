//! HTML as text: blocks stand on lines of their own, and what stands in a `<blockquote>` is marked as quoted.

use mail_parser::decoders::html::html_to_text;

/// Private characters that stand for the end of a block, and for both ends of a quotation, while the tags are taken off.
const BLOCK: char = '\u{f8f0}';
const OPEN: char = '\u{f8f1}';
const CLOSE: char = '\u{f8f2}';
/// Tags before which a line ends.
const BLOCKS: [&str; 18] = [
    "div", "p", "table", "tr", "ul", "ol", "li", "hr", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "dd", "center",
];
/// Letters of the longest name that is looked at.
const LONGEST: usize = 12;

/// The text of a page. It is walked through a fixed number of times.
pub(super) fn text(html: &str) -> String {
    let plain = html_to_text(&with_blocks(html));
    let (mut text, mut depth, mut blank) = (String::with_capacity(plain.len()), 0_usize, false);
    let ends = ['\n', BLOCK, OPEN, CLOSE];
    for piece in plain.split_inclusive(ends) {
        let (line, end) = (piece.trim_end_matches(ends).trim(), piece.chars().next_back());
        if !line.is_empty() {
            text.push_str(if blank && !text.is_empty() { "\n" } else { "" });
            text.push_str(if depth > 0 { "> " } else { "" });
            text.push_str(line);
            text.push('\n');
        }
        // The end of a block ends a line, and leaves none empty.
        blank = line.is_empty() && (blank || end == Some('\n'));
        match end {
            Some(OPEN) => depth += 1,
            Some(CLOSE) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    text
}

/// The same with a mark wherever a browser begins a new line.
fn with_blocks(html: &str) -> String {
    let mut out = String::with_capacity(html.len() * 2);
    let html = html.replace([BLOCK, OPEN, CLOSE], " ");
    let mut pieces = html.split('<');
    out.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let closes = piece.starts_with('/');
        let name: String = piece.chars().skip(usize::from(closes)).take(LONGEST).collect::<String>().to_lowercase();
        match name.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default() {
            "blockquote" => out.push(if closes { CLOSE } else { OPEN }),
            "td" | "th" => out.push(' '),
            name if BLOCKS.contains(&name) => out.push(BLOCK),
            _ => {}
        }
        out.push('<');
        out.push_str(piece);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn a_block_is_a_line() {
        let page = "<html><head><style>div { color: red }</style></head><body><div>We paid it.</div><div \
                    class=\"x\">On Sun, 22 Nov 2026, X wrote:</div><table><tr><td>R-1</td><td>5.00</td></tr></table>\
                    <!-- <div>not this</div> -->caf&eacute;</body></html>";
        assert_eq!(text(page), "We paid it.\nOn Sun, 22 Nov 2026, X wrote:\nR-1 5.00\ncafé\n");
    }

    #[test]
    fn a_quotation_is_marked() {
        let page = "Mine.<blockquote type=cite>Yours.<BLOCKQUOTE>Older.</BLOCKQUOTE>Yours again.</blockquote>Mine too.";
        assert_eq!(text(page), "Mine.\n> Yours.\n> Older.\n> Yours again.\nMine too.\n");
        assert_eq!(text("a\u{f8f1}b</blockquote>c"), "a b\nc\n");
    }

    #[test]
    fn an_empty_line_is_one_that_somebody_left() {
        let page = "<div>One,</div><div>two.</div><div><br></div><p>Three.</p>\n<p>Four.</p>";
        assert_eq!(text(page), "One,\ntwo.\n\nThree.\n\nFour.\n");
    }

    #[test]
    fn a_monstrous_page_is_read_quickly() {
        let began = std::time::Instant::now();
        for piece in ["<blockquote>", "</blockquote>", "<div>", "<", "<td", "<!--", "&", "ß<"] {
            let page = piece.repeat((256 << 10) / piece.len());
            assert!(text(&page).len() <= 4 * page.len(), "{piece}");
        }
        assert!(began.elapsed().as_secs() < 5);
    }
}
