//! Certificates, good and bad.

use std::sync::Arc;

use rustls::{ServerConfig, pki_types::CertificateDer};

/// A certificate for a name, signed by its own authority.
pub struct Identity {
    pub root: CertificateDer<'static>,
    pub config: Arc<ServerConfig>,
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
