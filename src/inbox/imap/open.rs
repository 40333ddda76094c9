//! From nothing to a server that let us in.

use std::time::Duration;

use async_imap::{
    Authenticator, Client,
    error::Error,
    imap_proto::{Capability, Response, Status},
};
use secrecy::ExposeSecret;
use tokio::net::TcpStream;

use super::{
    error::{ImapError, shown},
    guard::Guard,
    server::Server,
    talk::{Talk, Wire, within, words},
};
use crate::{
    reach::{Encryption, Reach, connect},
    settings::TlsMode,
};

/// Connects, encrypts and logs in, as the settings say. There is no way to fall back to less.
pub(super) async fn open(server: &Server) -> Result<Talk, ImapError> {
    let client = match server.tls {
        TlsMode::Starttls => upgraded(server).await?,
        TlsMode::Required => greeted(tls(server, tcp(server, Reach::Anywhere).await?).await?, server.patience).await?,
        TlsMode::None => {
            let stream: Box<dyn Wire> = Box::new(tcp(server, Reach::Near).await?);
            greeted(stream, server.patience).await?
        }
    };
    login(server, client).await
}

async fn tcp(server: &Server, reach: Reach) -> Result<TcpStream, ImapError> {
    connect(&server.host, server.port, reach, server.patience).await.map_err(ImapError::Unreachable)
}

async fn tls(server: &Server, stream: TcpStream) -> Result<Box<dyn Wire>, ImapError> {
    let unreachable = |reason: String| ImapError::Unreachable(shown(&reason));
    let encryption = Encryption::to(&server.host, &server.extra_roots).map_err(unreachable)?;
    Ok(Box::new(encryption.upon(stream, server.patience).await.map_err(unreachable)?))
}

/// Reads the greeting.
async fn greeted<S: Wire>(stream: S, limit: Duration) -> Result<Client<Guard<S>>, ImapError> {
    let mut client = Client::new(Guard::new(stream));
    let greeting = within("greeting", limit, async { Ok(client.read_response().await) }).await;
    let reason = match greeting {
        Ok(Ok(Some(greeting))) => match greeting.parsed() {
            Response::Data { status: Status::Ok, .. } => return Ok(client),
            Response::Data { outcome, .. } => format!("the server does not greet: {}", words(outcome)),
            _ => "the server does not greet as a mail server does".to_owned(),
        },
        Ok(Ok(None)) => "the server hung up instead of a greeting".to_owned(),
        Ok(Err(error)) => format!("there is no greeting of a mail server: {error}"),
        Err(error) => error.to_string(),
    };
    Err(ImapError::Unreachable(shown(&reason)))
}

/// Asks for TLS. What the server sent in plain text is forgotten with the first client (CVE-2011-0411).
async fn upgraded(server: &Server) -> Result<Client<Guard<Box<dyn Wire>>>, ImapError> {
    let mut client = greeted(tcp(server, Reach::Anywhere).await?, server.patience).await?;
    let asked =
        within("STARTTLS", server.patience, async { Ok(client.run_command_and_check_ok("STARTTLS", None).await) });
    if let Err(error) = asked.await? {
        let reason = format!("the server does not begin TLS, and nothing is sent in plain text: {error}");
        return Err(ImapError::Unreachable(shown(&reason)));
    }
    let stream = tls(server, client.into_inner().into_inner()).await?;
    // There is no second greeting.
    Ok(Client::new(Guard::new(stream)))
}

async fn login(server: &Server, client: Client<Guard<Box<dyn Wire>>>) -> Result<Talk, ImapError> {
    let (user, password) = (&server.user, server.password.expose_secret());
    let answer = within("login", server.patience, async {
        // LOGIN knows no letters but ASCII.
        Ok(match user.is_ascii() && password.is_ascii() {
            true => client.login(user, password).await.map_err(|(error, _)| error),
            false => client.authenticate("PLAIN", Plain { user, password }).await.map_err(|(error, _)| error),
        })
    });
    match answer.await? {
        Ok(session) => Ok(Talk { session, patience: server.patience, exists: 0, news: false, busy: false }),
        Err(Error::No(answer) | Error::Bad(answer)) => {
            Err(ImapError::Login { user: user.clone(), answer: shown(&answer) })
        }
        Err(error) => Err(super::talk::cut("login", error)),
    }
}

/// AUTHENTICATE PLAIN (RFC 4616).
struct Plain<'a> {
    user: &'a str,
    password: &'a str,
}

impl Authenticator for Plain<'_> {
    type Response = String;

    fn process(&mut self, _challenge: &[u8]) -> String {
        format!("\0{}\0{}", self.user, self.password)
    }
}

/// Whether the server tells of new mail by itself.
pub(super) async fn idles(talk: &mut Talk) -> Result<bool, ImapError> {
    let mut idles = false;
    talk.ask("CAPABILITY", "CAPABILITY", |response| {
        if let Response::Capabilities(offers) = response {
            idles |=
                offers.iter().any(|offer| matches!(offer, Capability::Atom(name) if name.eq_ignore_ascii_case("IDLE")));
        }
    })
    .await?;
    Ok(idles)
}
