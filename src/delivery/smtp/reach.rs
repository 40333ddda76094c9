//! TCP and TLS to the relay.

use tokio::net::TcpStream;

use super::{
    outcome::{Outcome, Stage, clean},
    relay::{Relay, Tls},
    wire::Wire,
};
use crate::reach::{Encryption, Reach, connect};

/// Connects to the first address of the relay that answers.
pub(super) async fn reach(relay: &Relay) -> Result<TcpStream, Outcome> {
    let reach = if relay.tls == Tls::None { Reach::Near } else { Reach::Anywhere };
    let stream = connect(&relay.host, relay.port, reach, relay.deadlines.connect).await;
    stream.map_err(|reason| Outcome::NotSent { stage: Stage::Connect, reason })
}

/// Puts TLS on the plain connection of `wire`; the certificate must be valid for the relay's host.
pub(super) async fn secure(relay: &Relay, wire: &Wire) -> Result<(), Outcome> {
    let not_sent = |reason: String| Outcome::NotSent { stage: Stage::Tls, reason: clean(&reason) };
    let encryption = Encryption::to(&relay.host, &relay.extra_roots).map_err(not_sent)?;
    let stream = wire.detach().ok_or_else(|| not_sent("the relay spoke or hung up before TLS began".to_owned()))?;
    wire.attach_tls(encryption.upon(stream, relay.deadlines.tls).await.map_err(not_sent)?);
    Ok(())
}
