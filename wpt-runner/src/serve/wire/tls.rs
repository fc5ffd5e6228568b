//! TLS: an authority made when the server starts, and what the ports show of it.
//!
//! The keys are in this process's memory only, and go with it.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, NameConstraints, PublicKeyData as _, SanType,
};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::serve::config::Hosts;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How long the certificates are good for. Browsers refuse those of more than 398 days.
const VALIDITY: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Why there is no TLS.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A key or certificate could not be made.
    #[error("could not make a certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    /// A certificate was made that cannot be used.
    #[error("could not use the certificate that was made: {0}")]
    Config(#[from] rustls::Error),
}

/// An authority, and the certificate that it gave the server.
pub(in crate::serve) struct Authority {
    certificate: rcgen::Certificate,
    /// What HTTP/1.1 and WebSocket ports speak.
    pub http1: Arc<ServerConfig>,
    /// What HTTP/2 ports speak.
    pub http2: Arc<ServerConfig>,
    key_hash: String,
}

impl fmt::Debug for Authority {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Authority")
            .field("key_hash", &self.key_hash)
            .finish_non_exhaustive()
    }
}

impl Authority {
    /// Makes an authority that vouches for nothing but these hosts on this machine.
    ///
    /// # Errors
    /// If the system gives no randomness.
    pub fn new(hosts: &Hosts) -> Result<Self, TlsError> {
        let now = SystemTime::now();
        let (from, until) = (now - DAY, now + VALIDITY);
        let names = || ["localhost"].into_iter().chain([hosts.main, hosts.other]);

        let mut params = CertificateParams::default();
        params.not_before = from.into();
        params.not_after = until.into();
        params.distinguished_name.push(DnType::CommonName, "Skep test server");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        // Whoever trusts it trusts it for tests only.
        let loopback = GeneralSubtree::IpAddress(CidrSubnet::from_v4_prefix([127, 0, 0, 0], 8));
        params.name_constraints = Some(NameConstraints {
            permitted_subtrees: names()
                .map(|name| GeneralSubtree::DnsName(name.to_owned()))
                .chain([loopback])
                .collect(),
            excluded_subtrees: Vec::new(),
        });
        let key = KeyPair::generate()?;
        let certificate = params.self_signed(&key)?;
        let issuer = Issuer::new(params, key);

        let key = KeyPair::generate()?;
        let mut names: Vec<String> = hosts.all().collect();
        if !names.iter().any(|name| name == "localhost") {
            names.push("localhost".to_owned());
        }
        let mut params = CertificateParams::new(names)?;
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        params.subject_alt_names.push(SanType::IpAddress(address));
        params.not_before = from.into();
        params.not_after = until.into();
        params.distinguished_name.push(DnType::CommonName, hosts.main);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let leaf = params.signed_by(&key, &issuer)?;

        let config = |protocol: &[u8]| -> Result<Arc<ServerConfig>, TlsError> {
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let mut config = ServerConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()?
                .with_no_client_auth()
                .with_single_cert(
                    vec![leaf.der().clone()],
                    PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
                )?;
            config.alpn_protocols = vec![protocol.to_vec()];
            Ok(Arc::new(config))
        };
        Ok(Self {
            http1: config(b"http/1.1")?,
            http2: config(b"h2")?,
            key_hash: BASE64.encode(Sha256::digest(key.subject_public_key_info())),
            certificate,
        })
    }

    /// The authority's certificate.
    pub fn der(&self) -> &CertificateDer<'static> {
        self.certificate.der()
    }

    /// The authority's certificate, as text.
    pub fn pem(&self) -> String {
        self.certificate.pem()
    }

    /// The SHA-256 of the public key that the server shows, in base64.
    pub fn key_hash(&self) -> &str {
        &self.key_hash
    }
}
