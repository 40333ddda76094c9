//! TCP and TLS.

use std::{net::IpAddr, sync::Arc};

use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::ServerName;
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};
use tokio_rustls::TlsConnector;

use super::{
    outcome::{Outcome, Stage, clean},
    relay::{Relay, Tls},
    wire::Wire,
};

/// A name with more addresses than this is tried no further; the deadline holds for each of them.
const ADDRESSES_MAX: usize = 8;

/// Connects to the first address of the relay that answers.
pub(super) async fn reach(relay: &Relay) -> Result<TcpStream, Outcome> {
    let limit = relay.deadlines.connect;
    let not_sent = |reason| Outcome::NotSent { stage: Stage::Connect, reason };
    let addresses = match timeout(limit, lookup_host((relay.host.as_str(), relay.port))).await {
        Ok(Ok(addresses)) => addresses,
        Ok(Err(error)) => return Err(not_sent(format!("cannot resolve {}: {error}", relay.host))),
        Err(_) => return Err(not_sent(format!("cannot resolve {} within {limit:?}", relay.host))),
    };
    let mut reason = format!("{} has no address", relay.host);
    for address in addresses.take(ADDRESSES_MAX) {
        // The address is judged and connected to in one go: a name cannot mean another one in between.
        if relay.tls == Tls::None && !is_near(address.ip()) {
            reason = format!("{address} is a public address: without TLS only loopback and private ones are allowed");
            continue;
        }
        match timeout(limit, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => match stream.set_nodelay(true) {
                Ok(()) => return Ok(stream),
                Err(error) => reason = format!("cannot set up the connection to {address}: {error}"),
            },
            Ok(Err(error)) => reason = format!("cannot connect to {address}: {error}"),
            Err(_) => reason = format!("cannot connect to {address} within {limit:?}"),
        }
    }
    Err(not_sent(reason))
}

/// Loopback, or private in the sense of RFC 1918 and RFC 4193. Link-local and shared addresses are not.
fn is_near(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local(),
    }
}

/// Puts TLS on the plain connection of `wire`; the certificate must be valid for the relay's host.
pub(super) async fn secure(relay: &Relay, wire: &Wire) -> Result<(), Outcome> {
    let limit = relay.deadlines.tls;
    let not_sent = |reason: String| Outcome::NotSent { stage: Stage::Tls, reason: clean(&reason) };
    let connector = connector(relay).map_err(|error| not_sent(error.to_string()))?;
    let name = ServerName::try_from(relay.host.clone())
        .map_err(|_| not_sent(format!("`{}` is neither a host name nor an address", relay.host)))?;
    let stream = wire.detach().ok_or_else(|| not_sent("the relay spoke or hung up before TLS began".to_owned()))?;
    let handshake = timeout(limit, connector.connect(name, stream)).await;
    let handshake = handshake.map_err(|_| not_sent(format!("no TLS handshake within {limit:?}")))?;
    wire.attach_tls(
        handshake
            .map_err(|error| not_sent(format!("the TLS handshake failed, and nothing is sent without it: {error}")))?,
    );
    Ok(())
}

fn connector(relay: &Relay) -> Result<TlsConnector, rustls::Error> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    for certificate in &relay.extra_roots {
        roots.add(certificate.clone())?;
    }
    // The provider is named, because a process-wide default may not be there or be another one.
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_stays_near() {
        let near = |ip: &str| ip.parse().map(is_near);
        for ip in
            ["127.0.0.1", "127.9.9.9", "10.1.2.3", "172.16.0.1", "192.168.1.1", "::1", "fd00::1", "::ffff:10.0.0.1"]
        {
            assert_eq!(near(ip), Ok(true), "{ip}");
        }
        for ip in
            ["0.0.0.0", "8.8.8.8", "169.254.169.254", "100.64.0.1", "172.32.0.1", "fe80::1", "::ffff:8.8.8.8", "::"]
        {
            assert_eq!(near(ip), Ok(false), "{ip}");
        }
    }
}
