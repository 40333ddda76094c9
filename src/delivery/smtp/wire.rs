//! The stream below lettre's connection.
//!
//! lettre gets one handle, the conversation keeps another. That gives what lettre's own stream cannot: bytes counted as
//! they leave, a change to TLS in place, and a look at what the relay said without being asked.

use std::{
    fmt, io,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker, ready},
    time::Duration,
};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::client::TlsStream;

use super::{line::tidy, link::Link};

/// Longest line of a reply. RFC 5321 section 4.5.3.1.5 allows 512 octets; lettre refuses more than 1000.
const LINE_BYTES_MAX: usize = 4096;

/// A shared handle to the connection.
#[derive(Clone)]
pub(super) struct Wire(Arc<Mutex<Inner>>);

struct Inner {
    link: Link,
    /// What the relay sent and nobody has read.
    raw: Vec<u8>,
    /// The line that is being handed to lettre. It never gets more than one at a time, so its own buffer is empty
    /// whenever it has read a whole reply, and all that is left over is visible here.
    line: Vec<u8>,
    given: usize,
}

/// A write that did not finish.
#[derive(Debug)]
pub(super) struct Cut {
    /// How many bytes may have left; never less than really did.
    pub left: usize,
    pub reason: String,
}

impl Wire {
    /// A wire without a relay, on which lettre finds the greeting and the EHLO reply it insists on reading when it is
    /// built. The real ones are read afterwards, where their codes and keywords can be seen.
    pub fn rehearsing() -> Self {
        let raw = b"220 rehearsal\r\n250 rehearsal\r\n".to_vec();
        Self(Arc::new(Mutex::new(Inner { link: Link::None, raw, line: Vec::new(), given: 0 })))
    }

    pub fn attach(&self, stream: TcpStream) {
        self.lock().link = Link::Plain(stream);
    }

    pub fn attach_tls(&self, stream: TlsStream<TcpStream>) {
        self.lock().link = Link::Tls(Box::new(stream));
    }

    /// Takes the plain stream out, to put TLS upon it. `None` if something was buffered: plaintext that came with the
    /// answer to STARTTLS must not be read as if it had come through TLS (RFC 3207 section 6, CVE-2011-0411).
    pub fn detach(&self) -> Option<TcpStream> {
        if !self.quiet() {
            return None;
        }
        match std::mem::replace(&mut self.lock().link, Link::None) {
            Link::Plain(stream) => Some(stream),
            _ => None,
        }
    }

    pub fn encrypted(&self) -> bool {
        matches!(self.lock().link, Link::Tls(_))
    }

    /// Whether the relay is connected and has said nothing that was not asked for, as far as has arrived here.
    pub fn quiet(&self) -> bool {
        let mut inner = self.lock();
        let unread = inner.given < inner.line.len() || !inner.raw.is_empty();
        !unread && inner.poll_fill(&mut Context::from_waker(Waker::noop())).is_pending()
    }

    /// Writes all of `bytes` within `limit`.
    pub async fn push(&self, bytes: &[u8], limit: Duration) -> Result<(), Cut> {
        self.push_while(bytes, limit, || true).await.map(drop)
    }

    /// Writes `bytes` within `limit`, as long as `go` holds before each write, and says how many have left.
    pub async fn push_while(&self, bytes: &[u8], limit: Duration, go: impl Fn() -> bool) -> Result<usize, Cut> {
        let mut left = 0;
        let mut wire = self.clone();
        let encrypted = self.encrypted();
        let work = async {
            while left < bytes.len() && go() {
                match wire.write(&bytes[left..]).await {
                    Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                    Ok(n) => left += n,
                    Err(error) => {
                        // A failed write to TCP took nothing. TLS may have taken all and sent some of it.
                        if encrypted {
                            left = bytes.len();
                        }
                        return Err(error);
                    }
                }
            }
            wire.flush().await
        };
        match timeout(limit, work).await {
            Ok(Ok(())) => Ok(left),
            Ok(Err(error)) => Err(Cut { left, reason: format!("cannot write: {error}") }),
            Err(_) => Err(Cut { left, reason: format!("the relay did not read within {limit:?}") }),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Reads what there is; 0 at the end.
    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut chunk = [0; 1024];
        let mut buf = ReadBuf::new(&mut chunk);
        ready!(Pin::new(&mut self.link).poll_read(cx, &mut buf))?;
        self.raw.extend_from_slice(buf.filled());
        Poll::Ready(Ok(buf.filled().len()))
    }

    /// Hands over a piece of the current line, or of the next; false if there is none.
    fn give(&mut self, buf: &mut ReadBuf<'_>) -> bool {
        if self.given == self.line.len() {
            let Some(end) = self.raw.iter().position(|b| *b == b'\n') else { return false };
            self.line = tidy(&self.raw[..end]);
            self.raw.drain(..=end);
            self.given = 0;
        }
        let piece = &self.line[self.given..];
        let piece = &piece[..piece.len().min(buf.remaining())];
        buf.put_slice(piece);
        self.given += piece.len();
        true
    }
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let mut inner = self.lock();
        while !inner.give(buf) {
            if inner.raw.len() > LINE_BYTES_MAX {
                return Poll::Ready(Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "the line of the reply has no end",
                )));
            }
            if ready!(inner.poll_fill(cx))? == 0 {
                break;
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.lock().link).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.lock().link).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.lock().link).poll_shutdown(cx)
    }
}

impl AsyncTokioStream for Wire {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.lock().link.peer_addr()
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire").field("encrypted", &self.encrypted()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use tokio::{io::AsyncReadExt, net::TcpListener};

    use super::*;

    /// What `Cut::left` says is what the relay can have got, to the byte.
    #[tokio::test]
    async fn bytes_are_counted_as_they_leave() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let wire = Wire::rehearsing();
        wire.attach(TcpStream::connect(listener.local_addr().unwrap()).await.unwrap());
        let (mut peer, _) = listener.accept().await.unwrap();
        let more_than_the_buffers_hold = vec![b'x'; 32 << 20];
        let cut = wire.push(&more_than_the_buffers_hold, Duration::from_millis(300)).await.unwrap_err();
        drop(wire);
        let mut got = Vec::new();
        peer.read_to_end(&mut got).await.unwrap();
        assert_eq!(got.len(), cut.left);
        assert!(cut.left < more_than_the_buffers_hold.len());
    }

    /// What is written in pieces can be kept back before each piece.
    #[tokio::test]
    async fn nothing_more_leaves_once_it_may_not_go_on() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let wire = Wire::rehearsing();
        wire.attach(TcpStream::connect(listener.local_addr().unwrap()).await.unwrap());
        let (mut peer, _) = listener.accept().await.unwrap();
        let reader = tokio::spawn(async move {
            let mut got = Vec::new();
            peer.read_to_end(&mut got).await.map(|_| got.len())
        });
        let more_than_one_write_takes = vec![b'x'; 32 << 20];
        let asked = std::cell::Cell::new(0);
        let twice = || asked.replace(asked.get() + 1) < 2;
        let left = wire.push_while(&more_than_one_write_takes, Duration::from_secs(60), twice).await.unwrap();
        assert_eq!(wire.push_while(b"x", Duration::from_secs(60), || false).await.unwrap(), 0);
        drop(wire);
        assert_eq!(reader.await.unwrap().unwrap(), left);
        assert!(0 < left && left < more_than_one_write_takes.len(), "{left}");
    }
}
