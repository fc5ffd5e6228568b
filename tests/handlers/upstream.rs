//! The checkout's own server.

use std::fs;
use std::net::TcpStream;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tempfile::TempDir;

/// It runs until it is dropped.
pub struct Upstream {
    child: Child,
    _folder: TempDir,
}

impl Upstream {
    /// Starts it on these ports, in the order in which our server names its own.
    pub fn start(root: &Path, ports: &[u16]) -> Self {
        let &[
            http,
            http2,
            local,
            public,
            https,
            https2,
            tls_local,
            tls_public,
            h2,
            ws,
            wss,
        ] = ports
        else {
            panic!("other ports than it used to have: {ports:?}");
        };
        let config = serde_json::json!({
            "browser_host": "localhost",
            "alternate_hosts": {"alt": "not-localhost"},
            "server_host": "127.0.0.1",
            "check_subdomains": false,
            "ports": {
                "http": [http, http2],
                "http-local": [local],
                "http-public": [public],
                "https": [https, https2],
                "https-local": [tls_local],
                "https-public": [tls_public],
                "h2": [h2],
                "ws": [ws],
                "wss": [wss],
                "webtransport-h3": [null],
            },
        });
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.json");
        fs::write(&file, config.to_string()).unwrap();
        let child = Command::new("python3")
            .args(["wpt", "serve", "--config"])
            .arg(&file)
            .current_dir(root)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap_or_else(|error| panic!("python3 cannot be run: {error}"));
        let mut upstream = Self { child, _folder: folder };
        upstream.wait_for(ports);
        upstream
    }

    /// Waits until it listens on all of its ports.
    fn wait_for(&mut self, ports: &[u16]) {
        let listens = |port: &u16| TcpStream::connect(("127.0.0.1", *port)).is_ok();
        for _ in 0..1200 {
            if ports.iter().all(listens) {
                return;
            }
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!("the checkout's server ended: {status}");
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("the checkout's server does not listen");
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        kill_process_group(Pid::from_child(&self.child), Signal::KILL).unwrap();
        self.child.wait().unwrap();
    }
}
