//! The tree's own server, as a process that runs our launcher.

use std::io::{self, PipeWriter, Read as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;
use thiserror::Error;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::UnixStream;
use tokio::net::unix::pipe::Receiver;
use tokio::time::timeout;

use crate::serve::config::{Config, PORTS, Protocol};
use crate::tail::Tail;

/// What the process runs.
const LAUNCHER: &str = include_str!("launcher.py");
/// The oldest Python that upstream's tools run with.
const OLDEST_PYTHON: [u8; 2] = [3, 8];
/// How long the process may take to start: it reads a few hundred files.
const START_LIMIT: Duration = Duration::from_secs(60);
/// The longest line that the launcher may say.
const LINE_LIMIT: u64 = 1024 * 1024;
/// How long what an ended process left in its pipe may take to be read.
const DRAIN_LIMIT: Duration = Duration::from_secs(2);

/// Why a tree's own handlers cannot be run.
#[derive(Clone, Debug, Error)]
pub(in crate::serve) enum StartError {
    /// Something that does not come with Skep is not there, or will not do.
    #[error("the tree's handlers need {what}: {why}")]
    Lacks {
        /// What.
        what: &'static str,
        /// How it shows.
        why: String,
    },
    /// The server could not be started though all that it needs is there.
    #[error("the tree's own server could not be started: {0}")]
    Failed(String),
}

/// A running server of the tree's handlers. It ends, with all that it started, when this is dropped.
#[derive(Debug)]
pub(super) struct Process {
    /// It is killed before its folder is removed.
    _group: Group,
    ports: Ports,
    /// It goes on for as long as the first is open. Nobody but itself holds the other ends.
    channels: [std::os::unix::net::UnixStream; 2],
    output: Arc<Mutex<Tail>>,
    /// Its home and its place for temporary files; nobody else may look into it.
    _folder: TempDir,
}

/// Where it listens, on loopback.
#[derive(Clone, Copy, Debug, Deserialize)]
struct Ports {
    http: u16,
    https: u16,
    h2: u16,
    ws: u16,
    wss: u16,
}

/// What the launcher says.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Said {
    Ports { ports: Ports },
    Lacks { lacks: Option<String>, why: String },
}

impl Process {
    /// Starts the server of the tree in `root`, and waits until it listens.
    pub async fn start(root: &Path, config: &Config) -> Result<Self, StartError> {
        let failed = |what: &str| {
            let what = what.to_owned();
            move |error: io::Error| StartError::Failed(format!("could not {what}: {error}"))
        };
        let root = root
            .to_str()
            .ok_or_else(|| StartError::Failed(format!("{} is not UTF-8", root.display())))?;
        let folder = tempfile::Builder::new()
            .prefix("skep-handlers-")
            .tempdir()
            .map_err(failed("make a folder for it"))?;
        let order = order(root, folder.path().to_str().unwrap_or_default(), config).to_string() + "\n";
        let (channel, theirs) = pair().map_err(failed("make its socket"))?;
        let (witness, unused) = pair().map_err(failed("make its socket"))?;
        let mut channel = UnixStream::from_std(channel).map_err(failed("set up its socket"))?;
        let (reader, writer) = io::pipe().map_err(failed("make its pipe"))?;
        let output = Arc::new(Mutex::new(Tail::default()));
        let reader = Receiver::from_owned_fd(OwnedFd::from(reader)).map_err(failed("set up its pipe"))?;
        let group = command(folder.path(), [theirs, unused], writer)
            .spawn()
            .map(Group)
            .map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => StartError::Lacks {
                    what: "python3",
                    why: "there is no python3 in PATH".to_owned(),
                },
                _ => failed("start python3")(error),
            })?;
        let keeper = tokio::spawn(keep(reader, Arc::clone(&output)));
        let talk = async {
            channel.write_all(order.as_bytes()).await?;
            let mut line = Vec::new();
            let mut reader = BufReader::new(&mut channel).take(LINE_LIMIT);
            reader.read_until(b'\n', &mut line).await?;
            io::Result::Ok(line)
        };
        let said = match timeout(START_LIMIT, talk).await {
            Ok(Ok(line)) => serde_json::from_slice(&line).ok(),
            Ok(Err(_)) => None,
            Err(_) => return Err(StartError::Failed(format!("it took longer than {START_LIMIT:?}"))),
        };
        match said {
            Some(Said::Ports { ports }) => Ok(Self {
                _group: group,
                ports,
                channels: [channel.into_std().map_err(failed("set up its socket"))?, witness],
                output,
                _folder: folder,
            }),
            Some(Said::Lacks { lacks: Some(what), why }) => {
                let what = if what == "python3" { "python3" } else { "wptserve" };
                Err(StartError::Lacks { what, why })
            }
            Some(Said::Lacks { lacks: None, why }) => Err(StartError::Failed(why)),
            None => {
                drop(group);
                // Its pipe is closed now, and what it wrote there says why.
                let _read = timeout(DRAIN_LIMIT, keeper).await;
                Err(StartError::Failed(format!("it ended at once\n{}", text(&output))))
            }
        }
    }

    /// Where it speaks this protocol; each without TLS and without HTTP/2.
    pub fn address(&self, protocol: Protocol) -> SocketAddr {
        let port = match protocol {
            Protocol::Http => self.ports.http,
            Protocol::Https => self.ports.https,
            Protocol::Http2 => self.ports.h2,
            Protocol::Ws => self.ports.ws,
            Protocol::Wss => self.ports.wss,
        };
        SocketAddr::from((Ipv4Addr::LOCALHOST, port))
    }

    /// Whether it has ended, though nobody told it to.
    pub fn has_ended(&self) -> bool {
        // What a process had is closed by its number, downwards or upwards: the launcher's ends have the lowest and the
        // highest. So who sees that the connection for a request ended with the process sees that here too.
        let says_nothing = |error: io::Error| error.kind() == io::ErrorKind::WouldBlock;
        let is_open = |mut channel: &std::os::unix::net::UnixStream| channel.read(&mut [0]).is_err_and(says_nothing);
        !self.channels.iter().all(is_open)
    }

    /// The end of what it wrote.
    pub fn output(&self) -> String {
        text(&self.output)
    }
}

/// A process that leads a group of its own. The whole group is killed when this is dropped.
#[derive(Debug)]
struct Group(Child);

impl Group {
    fn leader(&self) -> Option<Pid> {
        i32::try_from(self.0.id()).ok().and_then(Pid::from_raw)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(leader) = self.leader() {
            // It may have ended by itself. Nobody has waited for it, so the number is still its own.
            let _sent = kill_process_group(leader, Signal::KILL);
        }
        let _ended = self.0.wait();
    }
}

/// Python without anything of the user's: no variable but `PATH`, no site of his own, no bytecode written.
fn command(folder: &Path, channels: [OwnedFd; 2], output: PipeWriter) -> Command {
    use std::os::unix::process::CommandExt as _;

    let [channel, witness] = channels;
    let mut command = Command::new("python3");
    command
        .args(["-I", "-B", "-u", "-c", LAUNCHER])
        .env_clear()
        .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
        .env("HOME", folder)
        .env("TMPDIR", folder)
        .env("LANG", "C.UTF-8")
        // For what handlers start.
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONUNBUFFERED", "1")
        .stdin(Stdio::from(channel))
        .stdout(Stdio::from(witness))
        .stderr(Stdio::from(output))
        .process_group(0);
    command
}

/// Our end of a new socket, which does not block, and theirs.
fn pair() -> io::Result<(std::os::unix::net::UnixStream, OwnedFd)> {
    let (ours, theirs) = std::os::unix::net::UnixStream::pair()?;
    ours.set_nonblocking(true)?;
    Ok((ours, theirs.into()))
}

/// What the launcher is told.
fn order(root: &str, folder: &str, config: &Config) -> Value {
    let mut ports = serde_json::Map::new();
    for ((name, _), port) in PORTS.iter().zip(config.ports) {
        let list = ports.entry(*name).or_insert_with(|| json!([]));
        if let Value::Array(list) = list {
            // Upstream's mark of a port that nothing listens on.
            list.push(if port == 0 { Value::Null } else { json!(port) });
        }
    }
    ports.insert("webtransport-h3".to_owned(), json!([null]));
    json!({
        "root": root,
        "python": OLDEST_PYTHON,
        "folder": folder,
        "config": {
            "browser_host": config.hosts.main,
            "alternate_hosts": {"alt": config.hosts.other},
            "server_host": "127.0.0.1",
            "doc_root": root,
            "ws_doc_root": format!("{root}/websockets/handlers"),
            "ports": ports,
            "check_subdomains": false,
        },
        "http": {"http": "http", "https": "https", "h2": "http2"},
        "websocket": ["ws", "wss"],
    })
}

/// Keeps the end of what the process writes, for as long as anything of it lives.
async fn keep(mut stream: Receiver, output: Arc<Mutex<Tail>>) {
    let mut buffer = vec![0; 8 * 1024];
    while let Ok(length @ 1..) = stream.read(&mut buffer).await {
        let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
        output.push(buffer.get(..length).unwrap_or_default());
    }
}

/// What is kept of a process's output.
fn text(output: &Mutex<Tail>) -> String {
    output.lock().unwrap_or_else(PoisonError::into_inner).text()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Tree, config};
    use super::{command, order, pair};
    use std::io::{Read as _, Write as _};
    use std::os::unix::process::ExitStatusExt as _;

    #[test]
    fn nothing_is_left_if_nobody_waits_for_the_start() {
        let tree = Tree::new();
        let root = tree.folder.path().canonicalize().unwrap();
        let folder = tempfile::tempdir().unwrap().keep();
        let (mut channel, theirs) = pair().unwrap();
        let (_witness, unused) = pair().unwrap();
        let (mut reader, writer) = std::io::pipe().unwrap();
        let mut child = command(&folder, [theirs, unused], writer).spawn().unwrap();
        let order = order(root.to_str().unwrap(), folder.to_str().unwrap(), &config());
        writeln!(channel, "{order}").unwrap();
        drop(channel);
        // The pipe is open for as long as anything lives that the process has started.
        let mut output = String::new();
        reader.read_to_string(&mut output).unwrap();
        assert_eq!(child.wait().unwrap().signal(), Some(9), "{output}");
        assert_eq!(tree.starts(), 1);
        assert!(!folder.exists(), "{}", folder.display());
    }
}
