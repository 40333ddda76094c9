//! Bounds of what a server may send, before it comes to the parser.
//!
//! The parser buffers up to 512 MiB, at once if a literal announces them; it reads an unfinished line again with every
//! piece that arrives; and it descends as deep as brackets are nested.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::LONGEST;

/// Octets of all that answers a command.
const ANSWER: usize = 2 * LONGEST;
/// Octets of a line. A search tells at most [`WINDOW`](super::fetch) numbers of ten digits in one.
const LINE: usize = 256 << 10;
/// Opening brackets of a response outside of mails. What is asked for has about four.
const BRACKETS: usize = 50;

/// A stream that fails when the server sends more than an answer can need.
#[derive(Debug)]
pub(super) struct Guard<S> {
    inner: S,
    watch: Watch,
}

/// What has come since the last command.
#[derive(Debug, Default)]
struct Watch {
    octets: usize,
    line: usize,
    brackets: usize,
    /// Octets of a literal that are still to come.
    literal: usize,
    /// Whether the response may have literals: it began with `* ` and a digit, as mails do.
    mails: bool,
    /// The line goes on after a literal.
    goes_on: bool,
    tail: Tail,
}

/// What the line ends in, so far: `{12345}` at the end of a line announces a literal.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Tail {
    #[default]
    Other,
    Number(usize),
    Closed(usize),
}

impl<S> Guard<S> {
    pub fn new(inner: S) -> Self {
        Self { inner, watch: Watch::default() }
    }

    pub fn into_inner(self) -> S {
        self.inner
    }

    /// A new command: what came before is not counted any more.
    pub fn forget(&mut self) {
        self.watch.octets = 0;
    }
}

impl Watch {
    fn see(&mut self, bytes: &[u8]) -> Result<(), &'static str> {
        self.octets += bytes.len();
        if self.octets > ANSWER {
            return Err("its answer has no end");
        }
        let mut rest = bytes;
        while !rest.is_empty() {
            let inside = self.literal.min(rest.len());
            self.literal -= inside;
            rest = &rest[inside..];
            if let Some((byte, after)) = rest.split_first() {
                self.step(*byte)?;
                rest = after;
            }
        }
        Ok(())
    }

    fn step(&mut self, byte: u8) -> Result<(), &'static str> {
        if byte == b'\n' {
            return self.end();
        }
        if !self.goes_on && self.line < 3 {
            self.mails = match self.line {
                0 => byte == b'*',
                1 => self.mails && byte == b' ',
                _ => self.mails && byte.is_ascii_digit(),
            };
        }
        self.line += 1;
        self.brackets += usize::from(byte == b'(');
        if self.line > LINE || self.brackets > BRACKETS {
            return Err("its answer is out of all proportion");
        }
        self.tail = match (self.tail, byte) {
            (_, b'{') => Tail::Number(0),
            (Tail::Number(n), b'0'..=b'9') => Tail::Number(n.saturating_mul(10).saturating_add((byte - b'0').into())),
            (Tail::Number(n), b'}') => Tail::Closed(n),
            (Tail::Closed(n), b'\r') => Tail::Closed(n),
            _ => Tail::Other,
        };
        Ok(())
    }

    fn end(&mut self) -> Result<(), &'static str> {
        self.goes_on = matches!(self.tail, Tail::Closed(_));
        if let Tail::Closed(octets) = self.tail {
            if octets > LONGEST || !self.mails {
                return Err("it announces more than was asked for");
            }
            self.literal = octets;
        } else {
            (self.line, self.brackets) = (0, 0);
        }
        self.tail = Tail::Other;
        Ok(())
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Guard<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.inner).poll_read(cx, buf))?;
        let seen = self.watch.see(&buf.filled()[before..]);
        Poll::Ready(seen.map_err(|reason| {
            buf.set_filled(before);
            io::Error::new(io::ErrorKind::InvalidData, reason)
        }))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Guard<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn see(bytes: &[u8]) -> Result<(), &'static str> {
        let mut watch = Watch::default();
        // However it is cut into pieces.
        bytes.chunks(7).try_for_each(|piece| watch.see(piece))
    }

    #[test]
    fn what_a_server_may_send() {
        let mail = |octets: usize| {
            [
                &b"* 1 FETCH (UID 7 BODY[]<0> {"[..],
                octets.to_string().as_bytes(),
                b"}\r\n",
                &vec![b'('; octets],
                b")\r\n",
            ]
            .concat()
        };
        assert_eq!(see(&mail(LONGEST)), Ok(()));
        assert_eq!(
            see(b"* 1 FETCH (UID 7 BODY[]<0> {9}\r\n{99999}\r\n BODY[1] {3}\r\n{9} UID 7)\r\nA1 OK {x}\r\n"),
            Ok(())
        );
        let more = Err("it announces more than was asked for");
        assert_eq!(see(&mail(LONGEST + 1)[..50]), more);
        assert_eq!(see(b"* 1 FETCH (BODY[] {99999999999999999999999999}\r\n"), more);
        assert_eq!(see(b"* 1 FETCH (BODY[] {2}\r\nxx BODY[1] {400000000}\r\n"), more);
        assert_eq!(see(b"* OK hello {5}\r\n"), more);
        assert_eq!(see(b"* LIST () {5}\r\n"), more);
        assert_eq!(see(&b"* 2 FETCH (FLAGS (\\Seen))\r\n".repeat(BRACKETS)), Ok(()));
        let proportion = Err("its answer is out of all proportion");
        assert_eq!(see(&vec![b'x'; LINE + 1]), proportion);
        assert_eq!(see(&[b'('; BRACKETS + 1]), proportion);
        assert_eq!(see(&b"* OK\r\n".repeat(ANSWER / 6 + 1)), Err("its answer has no end"));
    }
}
