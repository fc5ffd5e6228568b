//! What a user agent may connect to.

use crate::StartError;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use rustls::{ClientConfig, RootCertStore, pki_types::CertificateDer};
use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};
use url::Url;

/// The servers that a user agent may connect to, all of them on this machine's loopback address: every name on every port.
/// Names are looked up here and nowhere else, so nothing has to be known to the system.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// Host names, in lower case, as they stand in a URL.
    pub names: Vec<String>,
    /// Ports.
    pub ports: Vec<u16>,
    /// The certificates, in DER, of those who may vouch for the names over TLS; no others are trusted.
    pub authorities: Vec<Vec<u8>>,
}

impl Reach {
    /// One server, at `localhost`, without TLS.
    #[must_use]
    pub fn local(port: u16) -> Self {
        Self {
            names: vec!["localhost".to_owned()],
            ports: vec![port],
            authorities: Vec::new(),
        }
    }

    /// Whether the host and port of the URL are among them.
    pub(super) fn includes(&self, url: &Url) -> bool {
        let has_name = url.host_str().is_some_and(|host| self.knows(host));
        let has_port = url
            .port_or_known_default()
            .is_some_and(|port| self.ports.contains(&port));
        has_name && has_port
    }

    fn knows(&self, host: &str) -> bool {
        self.names.iter().any(|name| name == host)
    }

    /// How the client is to speak TLS.
    ///
    /// # Errors
    /// If an authority's certificate is none.
    pub(super) fn tls(&self) -> Result<ClientConfig, StartError> {
        let failed = |error: rustls::Error| StartError::Network(format!("the certificates are of no use: {error}"));
        let mut roots = RootCertStore::empty();
        for authority in &self.authorities {
            roots.add(CertificateDer::from_slice(authority)).map_err(failed)?;
        }
        let mut config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(failed)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(config)
    }
}

impl Resolve for Reach {
    fn resolve(&self, name: Name) -> Resolving {
        let known = self.knows(name.as_str());
        Box::pin(async move {
            if known {
                // The port is the URL's.
                let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
                return Ok::<Addrs, _>(Box::new(std::iter::once(address)));
            }
            Err(io::Error::from(io::ErrorKind::NotFound).into())
        })
    }
}
