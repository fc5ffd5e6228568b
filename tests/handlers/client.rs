//! A client that shows all that it is sent.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme, StreamOwned};

use crate::requests::{Request, Socket};

/// How long a server may say nothing.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where to ask, and how.
#[derive(Clone, Copy, Debug)]
pub struct Client {
    pub scheme: &'static str,
    pub port: u16,
}

/// A connection, with TLS or without.
trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

impl Client {
    /// The whole answer to a request.
    pub fn ask(&self, request: &Request) -> Vec<u8> {
        let mut stream = self.connect();
        let mut bytes = format!(
            "{} {} HTTP/1.1\r\nhost: {}:{}\r\n",
            request.method,
            request.target,
            request.host(),
            self.port
        );
        for (name, value) in request.headers {
            bytes += &format!("{name}: {value}\r\n");
        }
        if !request.body.is_empty() {
            bytes += &format!("content-length: {}\r\n", request.body.len());
        }
        // Else upstream's server leaves the connection open, and there is no end to wait for.
        bytes += "connection: close\r\n\r\n";
        bytes += request.body;
        stream.write_all(bytes.as_bytes()).unwrap();
        read_all(&mut *stream)
    }

    /// All that comes over a WebSocket connection.
    pub fn talk(&self, socket: &Socket) -> Vec<u8> {
        let mut stream = self.connect();
        let mut bytes = format!(
            "GET {} HTTP/1.1\r\nhost: localhost:{}\r\nupgrade: websocket\r\nconnection: Upgrade, close\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
            socket.target, self.port
        )
        .into_bytes();
        for (name, value) in socket.headers {
            bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        for (opcode, payload) in socket.frames {
            let length = u8::try_from(payload.len()).unwrap();
            assert!(length < 126);
            // Masked by zeros.
            bytes.extend_from_slice(&[0x80 | opcode, 0x80 | length, 0, 0, 0, 0]);
            bytes.extend_from_slice(payload);
        }
        stream.write_all(&bytes).unwrap();
        read_all(&mut *stream)
    }

    fn connect(&self) -> Box<dyn Stream> {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        if !matches!(self.scheme, "https" | "wss") {
            return Box::new(stream);
        }
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Anybody(ring::default_provider())))
            .with_no_client_auth();
        let name = ServerName::try_from("localhost").unwrap();
        let connection = ClientConnection::new(Arc::new(config), name).unwrap();
        Box::new(StreamOwned::new(connection, stream))
    }
}

/// Reads to the end. A server that just hangs up has ended too.
fn read_all(stream: &mut dyn Stream) -> Vec<u8> {
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return answer,
            Ok(length) => answer.extend_from_slice(&buffer[..length]),
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset
                ) =>
            {
                return answer;
            }
            Err(error) => panic!("{error} after {}", answer.escape_ascii()),
        }
    }
}

/// Trusts whoever answers: each of the servers has an authority of its own, and both are ours.
#[derive(Debug)]
struct Anybody(CryptoProvider);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
