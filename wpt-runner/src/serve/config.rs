//! Where a tree is served: host names, ports, and what they speak.
//!
//! <https://web-platform-tests.org/writing-tests/server-features.html#tests-involving-multiple-origins>

/// What a client speaks to a port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// HTTP/1.1.
    Http,
    /// HTTP/1.1 over TLS.
    Https,
    /// HTTP/2 over TLS, and nothing else.
    Http2,
    /// WebSocket.
    Ws,
    /// WebSocket over TLS.
    Wss,
}

impl Protocol {
    /// The scheme of its URLs.
    #[must_use]
    pub fn scheme(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https | Self::Http2 => "https",
            Self::Ws => "ws",
            Self::Wss => "wss",
        }
    }

    /// The port that its URLs need not tell.
    #[must_use]
    pub fn default_port(self) -> u16 {
        match self {
            Self::Http | Self::Ws => 80,
            Self::Https | Self::Http2 | Self::Wss => 443,
        }
    }
}

/// The names of a server's ports in a test's `{{ports[name][index]}}`, with what each speaks.
pub(super) const PORTS: [(&str, Protocol); 11] = [
    ("http", Protocol::Http),
    ("http", Protocol::Http),
    ("http-local", Protocol::Http),
    ("http-public", Protocol::Http),
    ("https", Protocol::Https),
    ("https", Protocol::Https),
    ("https-local", Protocol::Https),
    ("https-public", Protocol::Https),
    ("h2", Protocol::Http2),
    ("ws", Protocol::Ws),
    ("wss", Protocol::Wss),
];

/// Where a tree is served.
#[derive(Clone, Debug)]
pub(super) struct Config {
    /// The names it is served under.
    pub hosts: Hosts,
    /// The number of each of [`PORTS`], in that order; 0 for one that nothing listens on.
    pub ports: [u16; PORTS.len()],
}

impl Config {
    /// The port of that name, and its place among those of the name.
    pub fn port(&self, name: &str, index: usize) -> Option<u16> {
        let mut named = PORTS.iter().zip(self.ports).filter(|((known, _), _)| *known == name);
        named.nth(index).map(|(_, port)| port)
    }
}

/// The labels that may stand before a host, one or two of them.
const LABELS: [&str; 5] = ["www", "www1", "www2", "xn--n8j6ds53lwwkrqhv28a", "xn--lve-6lad"];

/// The host names of a server: two sites, with their subdomains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hosts {
    /// The host in the server's own URLs.
    pub main: &'static str,
    /// A host of another site.
    pub other: &'static str,
}

impl Hosts {
    /// The names that upstream's tests are written for. They are no secure context without TLS.
    pub const TESTS: Self = Self {
        main: "web-platform.test",
        other: "not-web-platform.test",
    };

    /// Names that browsers find on this machine without being told.
    pub const LOCAL: Self = Self {
        main: "localhost",
        other: "not-localhost",
    };

    /// The name that a test means by `hosts[host][label]`; `nonexistent` is a label like any
    /// other, but nothing answers there.
    pub(super) fn name(&self, host: &str, label: &str) -> String {
        let host = match host {
            "" => self.main,
            _ => self.other,
        };
        // As the tests write them.
        let label = label
            .replace("天気の良い日", "xn--n8j6ds53lwwkrqhv28a")
            .replace("élève", "xn--lve-6lad");
        match label.as_str() {
            "" => host.to_owned(),
            label => format!("{label}.{host}"),
        }
    }

    /// Whether the server answers to this name: it is one of its own, or one of this machine's.
    pub(super) fn answer_to(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        let is_local = matches!(name.as_str(), "localhost" | "127.0.0.1" | "[::1]");
        is_local || self.all().any(|own| own == name)
    }

    /// Every name that the server answers to.
    pub(super) fn all(&self) -> impl Iterator<Item = String> + use<'_> {
        [self.main, self.other].into_iter().flat_map(|host| {
            let one = LABELS.into_iter().map(move |label| format!("{label}.{host}"));
            let two = LABELS
                .into_iter()
                .flat_map(move |first| LABELS.into_iter().map(move |second| format!("{first}.{second}.{host}")));
            std::iter::once(host.to_owned()).chain(one).chain(two)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Config, Hosts, PORTS};

    #[test]
    fn names_are_ascii_and_nonexistent_is_none_of_them() {
        let hosts = Hosts::TESTS;
        let all: Vec<String> = hosts.all().collect();
        assert_eq!(all.len(), 62);
        for (host, label) in [
            ("", ""),
            ("alt", "www"),
            ("", "天気の良い日"),
            ("alt", "élève"),
            ("", "www.天気の良い日"),
        ] {
            let name = hosts.name(host, label);
            assert!(name.is_ascii() && all.contains(&name), "{host} {label}");
        }
        assert!(!all.contains(&hosts.name("", "nonexistent")));
        for (name, is_own) in [
            ("WWW.web-platform.test", true),
            ("not-web-platform.test", true),
            ("127.0.0.1", true),
            ("[::1]", true),
            ("attacker.example", false),
            ("", false),
        ] {
            assert_eq!(hosts.answer_to(name), is_own, "{name}");
        }
    }

    #[test]
    fn ports_are_found_by_name_and_place() {
        let mut ports = [0; PORTS.len()];
        ports.iter_mut().zip(1..).for_each(|(port, number)| *port = number);
        let config = Config {
            hosts: Hosts::LOCAL,
            ports,
        };
        assert_eq!(config.port("http", 1), Some(2));
        assert_eq!(config.port("https", 0), Some(5));
        assert_eq!(config.port("wss", 0), Some(11));
        assert_eq!(config.port("wss", 1), None);
    }
}
