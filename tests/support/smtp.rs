//! A mail relay that does what a script tells it, on a free port of 127.0.0.1.
//!
//! Without a script it is a well-behaved relay. [`Script::next`] changes one occurrence of a stage, in order;
//! [`Script::always`] changes all others. Everything received is kept for the test to look at. A test that uses only a
//! part of this declares the module with `#[expect(dead_code, reason = "…")]`.

#[path = "smtp/identity.rs"]
mod identity;
#[path = "smtp/script.rs"]
mod script;
#[path = "smtp/talk.rs"]
mod talk;

use std::{
    collections::HashSet,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Instant,
};

use tokio::{net::TcpListener, task::JoinHandle};
use tokio_rustls::TlsAcceptor;

use talk::Talk;

pub use self::{
    identity::Identity,
    script::{Act, At, Script, Security},
};

/// A message whose final dot arrived.
#[derive(Debug, Clone)]
pub struct Received {
    pub from: String,
    pub to: String,
    /// As sent, dots unstuffed, last line end included.
    pub bytes: Vec<u8>,
    pub at: Instant,
    /// Counted from 1.
    pub connection: usize,
    /// Whether the relay took it: it answered 250, or kept it and hung up.
    pub accepted: bool,
}

#[derive(Default)]
struct Book {
    script: Script,
    seen: HashSet<String>,
    received: Vec<Received>,
    commands: Vec<String>,
    connections: usize,
    talking: usize,
}

/// A running relay; ends when dropped.
pub struct Server {
    pub address: SocketAddr,
    book: Arc<Mutex<Book>>,
    task: JoinHandle<()>,
}

impl Server {
    pub async fn start(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let book = Arc::new(Mutex::new(Book { script, ..Book::default() }));
        let task = tokio::spawn(accept(listener, Arc::clone(&book)));
        Self { address, book, task }
    }

    /// Every message whose final dot arrived, accepted or not.
    pub fn received(&self) -> Vec<Received> {
        self.book.lock().unwrap().received.clone()
    }

    /// The messages that were answered with 250.
    pub fn accepted(&self) -> Vec<Received> {
        self.received().into_iter().filter(|message| message.accepted).collect()
    }

    /// How many messages were answered with 250.
    pub fn count(&self) -> usize {
        self.book.lock().unwrap().received.iter().filter(|message| message.accepted).count()
    }

    /// Every command line of all connections, in the order of arrival.
    pub fn commands(&self) -> Vec<String> {
        self.book.lock().unwrap().commands.clone()
    }

    pub fn connections(&self) -> usize {
        self.book.lock().unwrap().connections
    }

    /// Conversations that have not ended.
    pub fn talking(&self) -> usize {
        self.book.lock().unwrap().talking
    }

    /// From now on it does what this script says.
    pub fn behave(&self, script: Script) {
        self.book.lock().unwrap().script = script;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, book: Arc<Mutex<Book>>) {
    // Dropped with this task, and the conversations with it.
    let mut open = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        stream.set_nodelay(true).unwrap();
        let (connection, security) = {
            let mut book = book.lock().unwrap();
            book.connections += 1;
            book.talking += 1;
            (book.connections, book.script.security.clone())
        };
        let (book, end) = (Arc::clone(&book), Arc::clone(&book));
        open.spawn(async move {
            // How a connection ends is what the client reports, not the relay.
            let _ = match security {
                Security::None => Talk::new(stream, book, connection).run(true, None).await,
                Security::Implicit(identity) => {
                    match TlsAcceptor::from(Arc::clone(&identity.config)).accept(stream).await {
                        Ok(stream) => Talk::new(stream, book, connection).run(true, None).await,
                        Err(error) => Err(error),
                    }
                }
                Security::StartTls(identity) => upgrade(stream, book, connection, identity).await,
            };
            end.lock().unwrap().talking -= 1;
        });
    }
}

async fn upgrade(
    mut stream: tokio::net::TcpStream,
    book: Arc<Mutex<Book>>,
    connection: usize,
    identity: Arc<Identity>,
) -> io::Result<()> {
    Talk::new(&mut stream, Arc::clone(&book), connection).run(true, Some("STARTTLS")).await?;
    let stream = TlsAcceptor::from(Arc::clone(&identity.config)).accept(stream).await?;
    Talk::new(stream, book, connection).run(false, None).await
}
