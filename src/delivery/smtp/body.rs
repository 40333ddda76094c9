//! A message as it travels after DATA.

/// A message with clean line ends and stuffed dots, and its terminator.
#[derive(Debug)]
pub(super) struct Body {
    /// Everything that is written after the 354, terminator included.
    pub bytes: Vec<u8>,
    /// Where the terminator `CRLF.CRLF` begins in `bytes`.
    pub terminator: usize,
    /// Size before dots were stuffed and without the terminator's dot (RFC 1870 section 3).
    pub size: usize,
    pub ascii: bool,
}

impl Body {
    /// Prepares a message.
    ///
    /// A bare CR or LF becomes CRLF: some servers take `LF.LF` for the end of a message, and what follows for commands
    /// (SMTP smuggling; RFC 5321 section 2.3.8 forbids bare ones). Leading dots are doubled (section 4.5.2). The line end
    /// of the last line is the one of the terminator, so that no empty line is added.
    pub fn of(message: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(message.len() + message.len() / 32 + 16);
        let mut stuffed = 0;
        let mut rest = message;
        while !rest.is_empty() {
            if !bytes.is_empty() || rest.len() < message.len() {
                bytes.extend_from_slice(b"\r\n");
            }
            if rest[0] == b'.' {
                bytes.push(b'.');
                stuffed += 1;
            }
            let end = rest.iter().position(|b| matches!(b, b'\r' | b'\n')).unwrap_or(rest.len());
            bytes.extend_from_slice(&rest[..end]);
            let line_end = if rest[end..].starts_with(b"\r\n") { 2 } else { 1 };
            rest = rest.get(end + line_end..).unwrap_or_default();
        }
        let terminator = bytes.len();
        bytes.extend_from_slice(b"\r\n.\r\n");
        Self { bytes, terminator, size: terminator + 2 - stuffed, ascii: message.is_ascii() }
    }

    /// Whether doubt has begun once `left` bytes may have left: with the first byte of the terminator.
    pub fn in_doubt(&self, left: usize) -> bool {
        left > self.terminator
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_are_cleaned_and_dots_stuffed() {
        let cases: [(&[u8], &str); 12] = [
            (b"a\r\nb\r\n", "a\r\nb"),
            (b"a\r\nb", "a\r\nb"),
            (b"", ""),
            (b"\r\n", ""),
            (b"\r\n\r\n", "\r\n"),
            (b"\r\na", "\r\na"),
            (b".", ".."),
            (b".\r\n..\r\n...\r\n", "..\r\n...\r\n...."),
            (b"a\n.\nMAIL FROM:<x>\n", "a\r\n..\r\nMAIL FROM:<x>"),
            (b"a\r.\rb", "a\r\n..\r\nb"),
            (b"a\r\n.\rb\n.\r\nc", "a\r\n..\r\nb\r\n..\r\nc"),
            (b"a\r\r\nb", "a\r\n\r\nb"),
        ];
        for (message, expected) in cases {
            let body = Body::of(message);
            assert_eq!(String::from_utf8_lossy(&body.bytes), format!("{expected}\r\n.\r\n"), "{message:?}");
        }
    }

    #[test]
    fn size_counts_octets_before_stuffing() {
        assert_eq!(Body::of(b"a\r\n.b\r\n").size, 7);
        assert_eq!(Body::of(b"a\n.b").size, 7);
    }

    #[test]
    fn doubt_begins_with_the_first_byte_of_the_terminator() {
        let body = Body::of(b"a\r\nb\r\n");
        assert!(!body.in_doubt(4));
        assert!(body.in_doubt(5));
        assert!(body.in_doubt(body.bytes.len()));
    }
}
