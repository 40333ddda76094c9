//! A mail relay that does what a script tells it, on a free port of 127.0.0.1.
//!
//! Without a script it is a well-behaved relay. [`Script::next`] changes one occurrence of a stage, in order;
//! [`Script::always`] changes all others. Everything received is kept for the test to look at. A test that uses only a
//! part of this declares the module with `#[expect(dead_code, reason = "…")]`.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use rustls::{ServerConfig, pki_types::CertificateDer};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
    task::JoinHandle,
    time::sleep,
};
use tokio_rustls::TlsAcceptor;

/// Where in the conversation the script applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum At {
    Greeting,
    Ehlo,
    StartTls,
    Auth,
    Mail,
    Recipient,
    Data,
    /// Amid the message, once its first bytes have come.
    Body,
    Dot,
    Reset,
}

/// What the relay does there; a stage has a list of these. A list without `Normal` and without `Say` answers nothing.
#[derive(Debug, Clone)]
pub enum Act {
    /// The answer that a well-behaved relay gives.
    Normal,
    /// This line.
    Say(&'static str),
    /// These bytes as they are.
    Raw(&'static [u8]),
    /// This line, one byte at a time with this pause.
    Trickle(&'static str, Duration),
    Wait(Duration),
    /// Says nothing more and reads nothing more, but keeps the connection.
    Silence,
    /// Hangs up.
    Close,
}

/// Transport security of the relay.
#[derive(Clone, Default)]
pub enum Security {
    #[default]
    None,
    Implicit(Arc<Identity>),
    StartTls(Arc<Identity>),
}

/// A certificate for a name, signed by its own authority.
pub struct Identity {
    pub root: CertificateDer<'static>,
    config: Arc<ServerConfig>,
}

impl Identity {
    pub fn valid() -> Arc<Self> {
        Self::issue(&["localhost", "127.0.0.1"], false)
    }

    pub fn wrong_name() -> Arc<Self> {
        Self::issue(&["elsewhere.example"], false)
    }

    pub fn expired() -> Arc<Self> {
        Self::issue(&["localhost", "127.0.0.1"], true)
    }

    fn issue(names: &[&str], expired: bool) -> Arc<Self> {
        let mut authority = rcgen::CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        authority.distinguished_name.push(rcgen::DnType::CommonName, format!("authority for {}", names[0]));
        let authority = rcgen::CertifiedIssuer::self_signed(authority, rcgen::KeyPair::generate().unwrap()).unwrap();
        let names: Vec<String> = names.iter().map(|name| name.to_string()).collect();
        let mut params = rcgen::CertificateParams::new(names).unwrap();
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(if expired { 2021 } else { 2100 }, 1, 1);
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &authority).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let key = rustls::pki_types::PrivatePkcs8KeyDer::from(key.serialize_der());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key.into())
            .unwrap();
        Arc::new(Self { root: authority.der().clone(), config: Arc::new(config) })
    }
}

/// What the relay offers and how it misbehaves.
#[derive(Clone, Default)]
pub struct Script {
    security: Security,
    /// Lines of the EHLO reply besides STARTTLS and the name.
    extensions: Vec<&'static str>,
    /// Answers the first attempt for each recipient with 450.
    greylist: bool,
    next: HashMap<At, VecDeque<Vec<Act>>>,
    always: HashMap<At, Vec<Act>>,
}

impl Script {
    /// A relay with this EHLO reply.
    pub fn with(extensions: &[&'static str]) -> Self {
        Self { extensions: extensions.to_vec(), ..Self::default() }
    }

    pub fn secured(mut self, security: Security) -> Self {
        self.security = security;
        self
    }

    pub fn greylisting(mut self) -> Self {
        self.greylist = true;
        self
    }

    /// What happens the next time (after those already scripted) that `at` is reached, on whatever connection.
    pub fn next(mut self, at: At, acts: &[Act]) -> Self {
        self.next.entry(at).or_default().push_back(acts.to_vec());
        self
    }

    /// What happens at `at` whenever nothing else is scripted.
    pub fn always(mut self, at: At, acts: &[Act]) -> Self {
        self.always.insert(at, acts.to_vec());
        self
    }

    fn acts(&mut self, at: At) -> Vec<Act> {
        let next = self.next.get_mut(&at).and_then(VecDeque::pop_front);
        next.or_else(|| self.always.get(&at).cloned()).unwrap_or_else(|| vec![Act::Normal])
    }
}

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
    /// Whether the relay answered 250.
    pub accepted: bool,
}

#[derive(Default)]
struct Book {
    script: Script,
    seen: HashSet<String>,
    received: Vec<Received>,
    commands: Vec<String>,
    connections: usize,
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

    /// Every command line of all connections, in the order of arrival.
    pub fn commands(&self) -> Vec<String> {
        self.book.lock().unwrap().commands.clone()
    }

    pub fn connections(&self) -> usize {
        self.book.lock().unwrap().connections
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
            (book.connections, book.script.security.clone())
        };
        let book = Arc::clone(&book);
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

/// One conversation.
struct Talk<S> {
    stream: S,
    buffer: Vec<u8>,
    book: Arc<Mutex<Book>>,
    connection: usize,
    from: Option<String>,
    to: Option<String>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Talk<S> {
    fn new(stream: S, book: Arc<Mutex<Book>>, connection: usize) -> Self {
        Self { stream, buffer: Vec::new(), book, connection, from: None, to: None }
    }

    /// Speaks until QUIT, or until STARTTLS was accepted.
    async fn run(&mut self, greet: bool, starttls: Option<&'static str>) -> io::Result<()> {
        if greet {
            self.act(At::Greeting, "220 relay.example ESMTP").await?;
        }
        loop {
            let line = self.line().await?;
            self.book.lock().unwrap().commands.push(line.clone());
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            match verb.as_str() {
                "EHLO" => self.ehlo(starttls).await?,
                "STARTTLS" => {
                    if self.act(At::StartTls, "220 2.0.0 go ahead").await?.starts_with("220") {
                        return Ok(());
                    }
                }
                "AUTH" => self.auth(&line).await?,
                "MAIL" => {
                    let said = self.act(At::Mail, "250 2.1.0 ok").await?;
                    self.from = said.starts_with("250").then(|| path(&line));
                    self.to = None;
                }
                "RCPT" => self.recipient(&line).await?,
                "DATA" => self.data().await?,
                "RSET" => {
                    (self.from, self.to) = (None, None);
                    self.act(At::Reset, "250 2.0.0 ok").await?;
                }
                "QUIT" => return self.say("221 2.0.0 bye").await,
                _ => self.say("500 5.5.2 what?").await?,
            }
        }
    }

    async fn ehlo(&mut self, starttls: Option<&'static str>) -> io::Result<()> {
        let extensions = self.book.lock().unwrap().script.extensions.clone();
        let mut reply = "250-relay.example\r\n".to_owned();
        for extension in extensions.into_iter().chain(starttls) {
            reply += &format!("250-{extension}\r\n");
        }
        self.act(At::Ehlo, &(reply + "250 HELP")).await.map(drop)
    }

    async fn auth(&mut self, line: &str) -> io::Result<()> {
        if line.eq_ignore_ascii_case("AUTH LOGIN") {
            for prompt in ["334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6"] {
                self.say(prompt).await?;
                let line = self.line().await?;
                self.book.lock().unwrap().commands.push(line);
            }
        }
        self.act(At::Auth, "235 2.7.0 welcome").await.map(drop)
    }

    async fn recipient(&mut self, line: &str) -> io::Result<()> {
        let to = path(line);
        let normal = {
            let mut book = self.book.lock().unwrap();
            match (&self.from, book.script.greylist && book.seen.insert(to.clone())) {
                (None, _) => "503 5.5.1 MAIL first",
                (Some(_), true) => "450 4.2.0 greylisted, try again later",
                (Some(_), false) => "250 2.1.5 ok",
            }
        };
        let said = self.act(At::Recipient, normal).await?;
        self.to = (said.starts_with("250") || said.starts_with("251")).then_some(to);
        Ok(())
    }

    async fn data(&mut self) -> io::Result<()> {
        let normal = if self.to.is_some() { "354 go" } else { "503 5.5.1 RCPT first" };
        if !self.act(At::Data, normal).await?.starts_with("354") {
            return Ok(());
        }
        let mut bytes = Vec::new();
        loop {
            let line = self.raw_line().await?;
            if bytes.is_empty() {
                self.act(At::Body, "").await?;
            }
            if line == b".\r\n" && (bytes.is_empty() || bytes.ends_with(b"\r\n")) {
                break;
            }
            // Only a dot that begins a CRLF line was stuffed.
            let stuffed = line.starts_with(b".") && (bytes.is_empty() || bytes.ends_with(b"\r\n"));
            bytes.extend_from_slice(&line[usize::from(stuffed)..]);
        }
        let message = Received {
            from: self.from.take().unwrap_or_default(),
            to: self.to.take().unwrap_or_default(),
            bytes,
            at: Instant::now(),
            connection: self.connection,
            accepted: false,
        };
        let index = {
            let received = &mut self.book.lock().unwrap().received;
            received.push(message);
            received.len() - 1
        };
        let said = self.act(At::Dot, "250 2.0.0 queued as 42").await?;
        self.book.lock().unwrap().received[index].accepted = said.starts_with("250");
        Ok(())
    }

    /// Does what the script says; returns what was said first.
    async fn act(&mut self, at: At, normal: &str) -> io::Result<String> {
        let acts = self.book.lock().unwrap().script.acts(at);
        let mut said = String::new();
        for act in acts {
            let text = match act {
                Act::Normal => normal,
                Act::Say(text) | Act::Trickle(text, _) => text,
                Act::Raw(_) | Act::Wait(_) | Act::Silence | Act::Close => "",
            };
            if said.is_empty() {
                said = text.to_owned();
            }
            match act {
                Act::Normal if normal.is_empty() => {}
                Act::Normal | Act::Say(_) => self.say(text).await?,
                Act::Raw(bytes) => self.write(bytes).await?,
                Act::Trickle(text, pause) => {
                    for byte in text.bytes().chain(*b"\r\n") {
                        self.write(&[byte]).await?;
                        sleep(pause).await;
                    }
                }
                Act::Wait(time) => sleep(time).await,
                Act::Silence => std::future::pending().await,
                Act::Close => return Err(io::ErrorKind::ConnectionAborted.into()),
            }
        }
        Ok(said)
    }

    async fn say(&mut self, line: &str) -> io::Result<()> {
        self.write(format!("{line}\r\n").as_bytes()).await
    }

    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await?;
        self.stream.flush().await
    }

    async fn line(&mut self) -> io::Result<String> {
        let line = self.raw_line().await?;
        Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
    }

    async fn raw_line(&mut self) -> io::Result<Vec<u8>> {
        loop {
            if let Some(end) = self.buffer.iter().position(|b| *b == b'\n') {
                return Ok(self.buffer.drain(..=end).collect());
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }
}

/// What stands between angle brackets.
fn path(line: &str) -> String {
    let start = line.find('<').map_or(0, |at| at + 1);
    let end = line.rfind('>').unwrap_or(line.len());
    line.get(start..end).unwrap_or_default().to_owned()
}
