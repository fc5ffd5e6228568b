//! The host names of the server, all of them on loopback.
//!
//! <https://web-platform-tests.org/writing-tests/server-features.html#tests-involving-multiple-origins>

/// The host name in the server's URLs.
pub const HOST: &str = "localhost";

/// A host of another site.
const OTHER_HOST: &str = "not-localhost";

/// The labels that may stand before a host; none at all is one of them.
const LABELS: [&str; 6] = ["", "www", "www1", "www2", "xn--n8j6ds53lwwkrqhv28a", "xn--lve-6lad"];

/// The name that a test means by `hosts[host][label]`; `nonexistent` is a label like any other,
/// but nothing answers there.
pub(super) fn host_name(host: &str, label: &str) -> String {
    let host = match host {
        "" => HOST,
        _ => OTHER_HOST,
    };
    // As the tests write them.
    let label = match label {
        "天気の良い日" => "xn--n8j6ds53lwwkrqhv28a",
        "élève" => "xn--lve-6lad",
        label => label,
    };
    match label {
        "" => host.to_owned(),
        label => format!("{label}.{host}"),
    }
}

/// Every name that the server answers to.
pub(super) fn all_host_names() -> impl Iterator<Item = String> {
    let hosts = ["", "alt"];
    hosts
        .into_iter()
        .flat_map(|host| LABELS.into_iter().map(move |label| host_name(host, label)))
}

#[cfg(test)]
mod tests {
    use super::{all_host_names, host_name};

    #[test]
    fn names_are_ascii_and_nonexistent_is_none_of_them() {
        let all: Vec<String> = all_host_names().collect();
        assert_eq!(all.len(), 12);
        for (host, label) in [("", ""), ("alt", "www"), ("", "天気の良い日"), ("alt", "élève")] {
            assert!(all.contains(&host_name(host, label)), "{host} {label}");
        }
        assert!(!all.contains(&host_name("", "nonexistent")));
    }
}
