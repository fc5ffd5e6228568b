//! Requests and responses as they go over the wire.

use std::fmt;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// How long nothing may come. It is not what is looked at.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A request.
#[derive(Clone, Debug)]
pub struct Request {
    /// What it is to show.
    pub category: &'static str,
    pub method: &'static str,
    pub target: String,
    pub headers: Vec<(&'static str, String)>,
}

impl Request {
    /// The path, without the query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }
}

impl fmt::Display for Request {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {} {}", self.category, self.method, self.target)?;
        self.headers
            .iter()
            .try_for_each(|(name, value)| write!(out, " [{name}: {value}]"))
    }
}

/// A response.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status code and the reason.
    pub status: String,
    /// The headers, their names in lower case, in the order in which they came.
    pub headers: Vec<(String, String)>,
    /// The body, as long as the headers say.
    pub body: Vec<u8>,
}

impl Response {
    /// The values of a header.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = move |(known, _): &&(String, String)| known == name;
        self.headers.iter().filter(named).map(|(_, value)| value.as_str())
    }

    /// What is wrong with the length that it tells, if it tells one and has a body.
    pub fn wrong_length(&self, request: &Request) -> Option<String> {
        let is_bodiless = request.method == "HEAD" || self.status.starts_with("204") || self.status.starts_with("304");
        let length = self.body.len().to_string();
        let told: Vec<&str> = self.all("content-length").collect();
        let is_right = is_bodiless || told.iter().all(|told| *told == length);
        (!is_right).then(|| format!("ours tells a length of {}, and has {length} bytes", told.join(" | ")))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Sends a request over a connection of its own.
pub fn exchange(host: [u8; 4], port: u16, request: &Request) -> Response {
    let mut stream = TcpStream::connect((std::net::Ipv4Addr::from(host), port)).unwrap();
    stream.set_read_timeout(Some(TIMEOUT)).unwrap();
    let mut head = format!("{} {} HTTP/1.1\r\n", request.method, request.target);
    let host = ("Host", format!("localhost:{port}"));
    let host = Some(&host).filter(|_| request.headers.iter().all(|(name, _)| *name != "Host"));
    let end = ("Connection", "close".to_owned());
    for (name, value) in host.into_iter().chain(&request.headers).chain([&end]) {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    // Its headers are given by bytes, each of which is a character here.
    let head: Vec<u8> = head
        .chars()
        .map(|char| u8::try_from(u32::from(char)).unwrap())
        .collect();
    stream.write_all(&head).unwrap();
    let mut bytes = Vec::new();
    let mut chunk = [0; 64 << 10];
    loop {
        match stream.read(&mut chunk) {
            Ok(0) => break,
            Ok(count) => bytes.extend_from_slice(&chunk[..count]),
            // Who does not read a request to its end takes back the answer, after it has come.
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset && !bytes.is_empty() => break,
            Err(error) => panic!("{request}: {error}, after {} bytes", bytes.len()),
        }
    }
    parse(&bytes)
}

fn parse(bytes: &[u8]) -> Response {
    // What has no head is all body.
    let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
        return Response {
            status: String::new(),
            headers: Vec::new(),
            body: bytes.to_vec(),
        };
    };
    let head: String = bytes[..end].iter().map(|byte| char::from(*byte)).collect();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap_or_default();
    let status = status
        .split_once(' ')
        .map_or("", |(_, status)| status)
        .trim_end()
        .to_owned();
    let headers: Vec<(String, String)> = lines
        .map(|line| line.split_once(':').unwrap_or((line, "")))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let body = bytes[end + 4..].to_vec();
    Response { status, headers, body }
}
