//! Connections to whatever is served: only so many, and none that is silent for long.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, Sleep},
};

/// Open connections at a time.
const ROOM: usize = 256;
/// A connection ends when for so long nothing was answered on it and less than [`PIECE`] came: whoever drips a request in
/// does not stay, and who sends a large file does.
const PATIENCE: Duration = Duration::from_secs(20);
/// Octets: less than a line of 1990 brings in that time, more than any request but a file has.
const PIECE: usize = 16 * 1024;
/// Wait after a connection that could not be accepted.
const PAUSE: Duration = Duration::from_millis(100);

/// Accepts as many as there is room for.
pub struct Gate {
    listener: TcpListener,
    room: Arc<Semaphore>,
}

impl Gate {
    pub fn new(listener: TcpListener) -> Self {
        Self { listener, room: Arc::new(Semaphore::new(ROOM)) }
    }
}

impl Listener for Gate {
    type Io = Patient;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Patient, SocketAddr) {
        loop {
            let place = Arc::clone(&self.room).acquire_owned().await.ok();
            match self.listener.accept().await {
                Ok((stream, address)) => return (Patient::new(stream, place), address),
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// The address of a connection.
#[derive(Debug, Clone, Copy)]
pub struct Client(pub SocketAddr);

impl Connected<IncomingStream<'_, Gate>> for Client {
    fn connect_info(stream: IncomingStream<'_, Gate>) -> Self {
        Self(*stream.remote_addr())
    }
}

/// A connection that ends by itself.
pub struct Patient {
    stream: TcpStream,
    end: Pin<Box<Sleep>>,
    /// Octets that came since the end was put off.
    came: usize,
    _place: Option<OwnedSemaphorePermit>,
}

impl Patient {
    fn new(stream: TcpStream, place: Option<OwnedSemaphorePermit>) -> Self {
        Self { stream, end: Box::pin(tokio::time::sleep(PATIENCE)), came: 0, _place: place }
    }

    fn put_off(&mut self) {
        self.came = 0;
        self.end.as_mut().reset(Instant::now() + PATIENCE);
    }

    fn is_over(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        self.end.as_mut().poll(cx).map(|()| io::ErrorKind::TimedOut.into())
    }
}

impl AsyncRead for Patient {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if let Poll::Ready(error) = self.is_over(cx) {
            return Poll::Ready(Err(error));
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        self.came += buffer.filled().len() - before;
        if self.came >= PIECE {
            self.put_off();
        }
        read
    }
}

impl AsyncWrite for Patient {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        match &written {
            Poll::Ready(Ok(_)) => self.put_off(),
            Poll::Ready(Err(_)) => {}
            Poll::Pending => {
                if let Poll::Ready(error) = self.is_over(cx) {
                    return Poll::Ready(Err(error));
                }
            }
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// Whose address it is for counting: a host of IPv6 has a network of them.
pub fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(long) => long.to_ipv4_mapped().map_or_else(
            || {
                let [a, b, c, d, ..] = long.segments();
                IpAddr::from([a, b, c, d, 0, 0, 0, 0])
            },
            IpAddr::V4,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_of_ipv6_counts_as_one() {
        let same = ["2001:db8:1:2:3::4", "2001:db8:1:2:ffff::1"].map(|text| network(text.parse().unwrap()));
        assert_eq!(same[0], same[1]);
        assert_ne!(same[0], network("2001:db8:1:3::4".parse().unwrap()));
        assert_eq!(network("::ffff:192.0.2.7".parse().unwrap()), network("192.0.2.7".parse().unwrap()));
    }
}
