//! TCP and TLS to a server that the settings name.

pub mod http;

use std::{net::IpAddr, path::Path, sync::Arc, time::Duration};

use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::{CertificateDer, ServerName, pem::PemObject};
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

/// A name with more addresses than this is tried no further; the deadline holds for each of them.
const ADDRESSES_MAX: usize = 8;

/// Where a connection may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    Anywhere,
    /// Loopback and private addresses: what is said there in plain text stays in the house.
    Near,
}

/// Connects to the first address of a host that answers.
pub async fn connect(host: &str, port: u16, reach: Reach, limit: Duration) -> Result<TcpStream, String> {
    let addresses = match timeout(limit, lookup_host((host, port))).await {
        Ok(Ok(addresses)) => addresses,
        Ok(Err(error)) => return Err(format!("cannot resolve {host}: {error}")),
        Err(_) => return Err(format!("cannot resolve {host} within {limit:?}")),
    };
    let mut reason = format!("{host} has no address");
    for address in addresses.take(ADDRESSES_MAX) {
        // The address is judged and connected to in one go: a name cannot mean another one in between.
        if reach == Reach::Near && !is_near(address.ip()) {
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
    Err(reason)
}

/// Loopback, or private in the sense of RFC 1918 and RFC 4193. Link-local and shared addresses are not.
fn is_near(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local(),
    }
}

/// TLS to a host, for whose name the certificate must be valid.
pub struct Encryption {
    connector: TlsConnector,
    name: ServerName<'static>,
}

impl Encryption {
    pub fn to(host: &str, extra_roots: &[CertificateDer<'static>]) -> Result<Self, String> {
        let connector = connector(extra_roots).map_err(|error| error.to_string())?;
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| format!("`{host}` is neither a host name nor an address"))?;
        Ok(Self { connector, name })
    }

    pub async fn upon(self, stream: TcpStream, limit: Duration) -> Result<TlsStream<TcpStream>, String> {
        let handshake = timeout(limit, self.connector.connect(self.name, stream)).await;
        let handshake = handshake.map_err(|_| format!("no TLS handshake within {limit:?}"))?;
        handshake.map_err(|error| format!("the TLS handshake failed, and nothing is sent without it: {error}"))
    }
}

fn connector(extra_roots: &[CertificateDer<'static>]) -> Result<TlsConnector, rustls::Error> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    for certificate in extra_roots {
        roots.add(certificate.clone())?;
    }
    // The provider is named, because a process-wide default may not be there or be another one.
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// The certificates of a PEM file.
pub fn roots(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let bad = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let pem = std::fs::read(file).map_err(|error| bad(&error))?;
    let roots: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    roots.map_err(|error| bad(&error))
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
