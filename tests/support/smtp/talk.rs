//! The relay's side of one conversation.

use std::{
    io,
    sync::{Arc, Mutex},
    time::Instant,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::sleep,
};

use super::{Act, At, Book, Received};

/// One conversation.
pub struct Talk<S> {
    stream: S,
    buffer: Vec<u8>,
    book: Arc<Mutex<Book>>,
    connection: usize,
    from: Option<String>,
    to: Option<String>,
    /// Index of the message that awaits its answer.
    message: Option<usize>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Talk<S> {
    pub fn new(stream: S, book: Arc<Mutex<Book>>, connection: usize) -> Self {
        Self { stream, buffer: Vec::new(), book, connection, from: None, to: None, message: None }
    }

    /// Speaks until QUIT, or until STARTTLS was accepted.
    pub async fn run(&mut self, greet: bool, starttls: Option<&'static str>) -> io::Result<()> {
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
            let unknown = book.script.unknown.is_some_and(|beginning| to.starts_with(beginning));
            match (&self.from, book.script.greylist && book.seen.insert(to.clone())) {
                (None, _) => "503 5.5.1 MAIL first",
                _ if unknown => "550 5.1.1 no such mailbox",
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
        if self.book.lock().unwrap().script.headers_only {
            let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
            bytes.truncate(end.unwrap_or(bytes.len()));
            bytes.shrink_to_fit();
        }
        let message = Received {
            from: self.from.take().unwrap_or_default(),
            to: self.to.take().unwrap_or_default(),
            bytes,
            at: Instant::now(),
            connection: self.connection,
            accepted: false,
        };
        {
            let received = &mut self.book.lock().unwrap().received;
            received.push(message);
            self.message = Some(received.len() - 1);
        }
        self.act(At::Dot, "250 2.0.0 queued as 42").await.map(drop)
    }

    /// A message is kept before the answer says so: the answer may not arrive.
    fn take(&self) {
        if let Some(index) = self.message {
            self.book.lock().unwrap().received[index].accepted = true;
        }
    }

    /// Does what the script says; returns what was said first.
    async fn act(&mut self, at: At, normal: &str) -> io::Result<String> {
        let acts = self.book.lock().unwrap().script.acts(at);
        let mut said = String::new();
        for act in acts {
            let text = match act {
                Act::Normal => normal,
                Act::Say(text) | Act::Trickle(text, _) => text,
                Act::Raw(_) | Act::Wait(_) | Act::Silence | Act::Close | Act::Take => "",
            };
            if said.is_empty() {
                said = text.to_owned();
            }
            if at == At::Dot && text.starts_with("250") {
                self.take();
            }
            match act {
                Act::Take => self.take(),
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
