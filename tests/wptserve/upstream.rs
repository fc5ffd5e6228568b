//! The web platform tests' own server, as a child.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::json;

/// The running server; dropping it ends it, with all of its processes.
#[derive(Debug)]
pub struct Upstream {
    child: Child,
}

impl Upstream {
    /// Starts the server of a checkout on 127.0.0.2, with these ports: two of `http`, `http-local`,
    /// `http-public`, two of `https`, `https-local`, `https-public`, `h2`, `ws`, `wss`.
    pub fn start(root: &Path, ports: &[u16]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config.json");
        let settings = json!({
            "browser_host": "localhost",
            "server_host": "127.0.0.2",
            "alternate_hosts": { "alt": "not-localhost" },
            "check_subdomains": false,
            "ports": {
                "http": [ports[0], ports[1]],
                "http-local": [ports[2]],
                "http-public": [ports[3]],
                "https": [ports[4], ports[5]],
                "https-local": [ports[6]],
                "https-public": [ports[7]],
                "h2": [ports[8]],
                "ws": [ports[9]],
                "wss": [ports[10]],
                // Neither of the two serves it.
                "webtransport-h3": [0],
            },
        });
        std::fs::write(&config, settings.to_string()).unwrap();
        let log = File::create(folder.path().join("log")).unwrap();
        let mut child = Command::new("python3")
            .args(["-u", "wpt", "serve", "--config"])
            .arg(&config)
            .current_dir(root)
            // Not even the cache of compiled modules is to be written.
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .process_group(0)
            .spawn()
            .unwrap_or_else(|error| panic!("python3 is needed: {error}"));
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let upstream = Self { child };
        // It says so when it listens. What it says later has to go somewhere.
        let started = format!("Starting http server on http://127.0.0.2:{}", ports[0]);
        let is_started = lines
            .by_ref()
            .any(|line| line.is_ok_and(|line| line.contains(&started)));
        assert!(is_started, "upstream's server did not start");
        std::thread::spawn(move || lines.for_each(drop));
        assert!(TcpStream::connect((Ipv4Addr::new(127, 0, 0, 2), ports[0])).is_ok());
        upstream
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            let _killed = kill_process_group(group, Signal::KILL);
        }
        let _ended = self.child.wait();
    }
}
