//! The way in for those who throw any bytes at the server's answers.

use std::path::Path;
use std::time::Duration;

use hyper::Method;
use hyper::header::HeaderMap;

use super::site::Site;
use crate::serve::config::{Config, Hosts, PORTS, Protocol};
use crate::serve::exchange::{Answer, Ask, Piece};

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probed {
    /// The status code; 0 if others are to answer, or the bytes are a whole response.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
    /// In how many pieces and pauses it comes.
    pub pieces: usize,
    /// How much time passes meanwhile.
    pub pause: Duration,
}

/// What a GET request for this path and query gives, from the folder `root`.
#[must_use]
pub fn probe(root: &Path, path: &str, query: Option<&str>) -> Probed {
    let site = Site {
        root: root.to_owned(),
        pages: Vec::new(),
        config: Config {
            hosts: Hosts::LOCAL,
            ports: [1; PORTS.len()],
        },
    };
    let answer = site.respond(&Ask {
        method: Method::GET,
        protocol: Protocol::Http,
        port: 1,
        authority: Hosts::LOCAL.main.to_owned(),
        path: path.to_owned(),
        query: query.map(str::to_owned),
        headers: HeaderMap::new(),
        body: Default::default(),
    });
    match answer {
        Answer::Reply(reply) => Probed {
            status: reply.status.as_u16(),
            body: reply.bytes().to_vec(),
            pieces: reply.body.len(),
            pause: reply
                .body
                .iter()
                .map(|piece| match piece {
                    Piece::Pause(time) => *time,
                    Piece::Bytes(_) => Duration::ZERO,
                })
                .sum(),
        },
        Answer::Raw(body) => Probed {
            status: 0,
            body: body.to_vec(),
            pieces: 1,
            pause: Duration::ZERO,
        },
        Answer::Handler => Probed {
            status: 0,
            body: Vec::new(),
            pieces: 0,
            pause: Duration::ZERO,
        },
    }
}
