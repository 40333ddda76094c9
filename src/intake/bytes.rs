//! Bytes to UTF-8 text with `\n` at the end of each line.

use std::io::{self, Cursor, ErrorKind, Read};

use encoding_rs::{Encoding, UTF_8};
use encoding_rs_io::DecodeReaderBytesBuilder;

/// Text of a file: byte-order mark removed, decoded, all line ends made `\n`, the last line ended.
///
/// With one kind of line end the CSV reader's count of lines can be trusted for Windows and old Mac files too.
pub(super) struct Text<'a> {
    inner: Box<dyn Read + 'a>,
    /// The encoding that was decoded; `None` for UTF-8, which is checked row by row to name the line.
    pub decoded: Option<&'static Encoding>,
    after_return: bool,
    line_open: bool,
    since_row: usize,
}

/// Most that may be read ahead for one row. Without it, a quotation mark left open would pull the file into memory.
const ROW_MAX: usize = 1 << 20;

/// Marks the error that [`Text`] raises for a row beyond [`ROW_MAX`].
#[derive(Debug, thiserror::Error)]
#[error("row too long")]
pub(super) struct RowTooLong;

impl<'a> Text<'a> {
    /// Opens the input; a byte-order mark outranks the named encoding.
    pub fn open(mut input: impl Read + 'a, named: Option<&'static Encoding>) -> io::Result<Self> {
        let mut start = [0; 3];
        let length = fill(&mut input, &mut start)?;
        let mark = Encoding::for_bom(&start[..length]);
        let encoding = mark.map_or(named, |(encoding, _)| Some(encoding)).filter(|encoding| *encoding != UTF_8);
        let used = mark.map_or(0, |(_, bytes)| bytes);
        let whole = Cursor::new(start).take(length as u64);
        let mut whole = whole.chain(input);
        io::copy(&mut whole.by_ref().take(used as u64), &mut io::sink())?;
        let inner: Box<dyn Read + 'a> = match encoding {
            None => Box::new(whole),
            Some(encoding) => {
                Box::new(DecodeReaderBytesBuilder::new().encoding(Some(encoding)).bom_sniffing(false).build(whole))
            }
        };
        Ok(Self { inner, decoded: encoding, after_return: false, line_open: false, since_row: 0 })
    }

    /// Tells that a row was completed, for the limit on one row.
    pub fn row_done(&mut self) {
        self.since_row = 0;
    }

    /// Makes `\r\n` and a lone `\r` into `\n`, in place; returns what is left.
    fn unify(&mut self, bytes: &mut [u8]) -> usize {
        if !self.after_return && !bytes.contains(&b'\r') {
            return bytes.len();
        }
        let mut kept = 0;
        for index in 0..bytes.len() {
            let byte = bytes[index];
            let drop = byte == b'\n' && self.after_return;
            self.after_return = byte == b'\r';
            if !drop {
                bytes[kept] = if byte == b'\r' { b'\n' } else { byte };
                kept += 1;
            }
        }
        kept
    }
}

fn fill(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match input.read(&mut buffer[length..]) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

impl Read for Text<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.since_row > ROW_MAX {
            return Err(io::Error::other(RowTooLong));
        }
        loop {
            let read = match self.inner.read(out) {
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if read == 0 {
                // The last line may lack its end; with it, every row ends alike.
                return match (std::mem::take(&mut self.line_open), out.first_mut()) {
                    (true, Some(first)) => {
                        *first = b'\n';
                        Ok(1)
                    }
                    _ => Ok(0),
                };
            }
            let kept = self.unify(&mut out[..read]);
            if kept > 0 {
                self.line_open = out[kept - 1] != b'\n';
                self.since_row += kept;
                return Ok(kept);
            }
        }
    }
}
