//! The tree's own server, as a process that runs our launcher.

use std::io::{self, PipeWriter, Read as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use thiserror::Error;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::UnixStream;
use tokio::net::unix::pipe::Receiver;
use tokio::time::timeout;
use uuid::Uuid;

use super::group::{Group, Reaper};
use crate::serve::config::{Config, PORTS, Protocol};
use crate::tail::Tail;

/// What the process runs.
const LAUNCHER: &str = include_str!("launcher.py");
/// The name by which a list of processes shows it.
const LAUNCHER_NAME: &str = "skep-handlers.py";
/// The oldest Python that upstream's tools run with.
const OLDEST_PYTHON: [u8; 2] = [3, 8];
/// How long the process may take to start: it reads a few hundred files.
const START_LIMIT: Duration = Duration::from_secs(60);
/// The longest line that the launcher may say.
const LINE_LIMIT: u64 = 1024 * 1024;
/// How long what an ended process left in its pipe may take to be read.
const DRAIN_LIMIT: Duration = Duration::from_secs(2);
/// How long a process may take to give a sign of life. One that takes longer is busy.
const SIGN_LIMIT: Duration = Duration::from_secs(20);
/// The field of an answer's head by which the launcher says that a handler is one for HTTP/2 frames.
const FRAMES_FIELD: &str = "x-skep-frames";

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
    /// The tree's tools are there, and fail.
    #[error("the tree's own server could not be started: {0}")]
    Refused(String),
    /// The system did not let it start, or it ended or took too long.
    #[error("the tree's own server could not be started: {0}")]
    Failed(String),
}

impl StartError {
    /// Whether another start would end the same.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Lacks { .. } | Self::Refused(_) => true,
            Self::Failed(_) => false,
        }
    }
}

/// A running server of the tree's handlers. It ends, with all that it started, when this is dropped.
#[derive(Debug)]
pub(super) struct Process {
    _group: Group,
    ports: Ports,
    /// It goes on for as long as this is open, and sends back what it is sent.
    channel: tokio::sync::Mutex<UnixStream>,
    /// Nobody but the process holds the other end.
    witness: std::os::unix::net::UnixStream,
    is_known_to_have_ended: AtomicBool,
    /// The value of the field for handlers of frames, which no other answer has.
    frames: String,
    output: Arc<Mutex<Tail>>,
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
    /// Starts the server of the tree in `root`, and waits until it listens. Its end will be waited for by `reaper`.
    pub async fn start(root: &Path, config: &Config, reaper: &Arc<Reaper>) -> Result<Self, StartError> {
        let failed = |what: &str| {
            let what = what.to_owned();
            move |error: io::Error| StartError::Failed(format!("could not {what}: {error}"))
        };
        let root = root
            .to_str()
            .ok_or_else(|| StartError::Refused(format!("{} is not UTF-8", root.display())))?;
        let folder = tempfile::Builder::new()
            .prefix("skep-handlers-")
            .tempdir()
            .map_err(failed("make a folder for it"))?;
        let frames = Uuid::new_v4().to_string();
        let order = order(root, &frames, config).to_string() + "\n";
        let (channel, theirs) = pair().map_err(failed("make its socket"))?;
        let (witness, unused) = pair().map_err(failed("make its socket"))?;
        let mut channel = UnixStream::from_std(channel).map_err(failed("set up its socket"))?;
        let (reader, writer) = io::pipe().map_err(failed("make its pipe"))?;
        let output = Arc::new(Mutex::new(Tail::default()));
        let reader = Receiver::from_owned_fd(OwnedFd::from(reader)).map_err(failed("set up its pipe"))?;
        let leader = command(folder.path(), [theirs, unused], writer)
            .map_err(failed("write what it runs"))?
            .spawn()
            .map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => StartError::Lacks {
                    what: "python3",
                    why: "there is no python3 in PATH".to_owned(),
                },
                _ => failed("start python3")(error),
            })?;
        let group = Group::new(leader, folder, Arc::clone(reaper));
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
                channel: tokio::sync::Mutex::new(channel),
                witness,
                is_known_to_have_ended: AtomicBool::new(false),
                frames,
                output,
            }),
            Some(Said::Lacks { lacks: Some(what), why }) => {
                let what = if what == "python3" { "python3" } else { "wptserve" };
                Err(StartError::Lacks { what, why })
            }
            Some(Said::Lacks { lacks: None, why }) => Err(StartError::Refused(why)),
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

    /// Whether it is seen to have ended, though nobody told it to.
    pub fn has_ended(&self) -> bool {
        let says_nothing = |error: io::Error| error.kind() == io::ErrorKind::WouldBlock;
        self.is_known_to_have_ended.load(Ordering::Relaxed) || !(&self.witness).read(&mut [0]).is_err_and(says_nothing)
    }

    /// Asks it for a sign of life. Who has seen that the connection for a request ended with the process learns it
    /// here, in whatever order the system closes what a process had: one that is ending answers nothing any more.
    pub async fn lives(&self) -> bool {
        let mut channel = self.channel.lock().await;
        // Somebody may have gone before there was an answer.
        while matches!(channel.try_read(&mut [0; 64]), Ok(1..)) {}
        let asking = async {
            channel.write_all(b"?").await?;
            channel.read_u8().await
        };
        let has_ended = matches!(timeout(SIGN_LIMIT, asking).await, Ok(Err(_)));
        if has_ended {
            self.is_known_to_have_ended.store(true, Ordering::Relaxed);
        }
        !has_ended
    }

    /// The field that is in the head of an answer if the handler is one for HTTP/2 frames.
    pub fn frames_field(&self) -> (&str, &str) {
        (FRAMES_FIELD, &self.frames)
    }

    /// The end of what it wrote.
    pub fn output(&self) -> String {
        text(&self.output)
    }
}

/// Python without anything of the user's: no variable but `PATH`, no site of his own, no bytecode written.
fn command(folder: &Path, channels: [OwnedFd; 2], output: PipeWriter) -> io::Result<Command> {
    use std::os::unix::process::CommandExt as _;

    let [channel, witness] = channels;
    let launcher = folder.join(LAUNCHER_NAME);
    std::fs::write(&launcher, LAUNCHER)?;
    let mut command = Command::new("python3");
    command
        .args(["-I", "-B", "-u"])
        .arg(launcher)
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
    Ok(command)
}

/// Our end of a new socket, which does not block, and theirs.
fn pair() -> io::Result<(std::os::unix::net::UnixStream, OwnedFd)> {
    let (ours, theirs) = std::os::unix::net::UnixStream::pair()?;
    ours.set_nonblocking(true)?;
    Ok((ours, theirs.into()))
}

/// What the launcher is told.
fn order(root: &str, frames: &str, config: &Config) -> Value {
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
        "frames": [FRAMES_FIELD, frames],
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
        let mut child = command(&folder, [theirs, unused], writer).unwrap().spawn().unwrap();
        let order = order(root.to_str().unwrap(), "none", &config());
        writeln!(channel, "{order}").unwrap();
        drop(channel);
        // The pipe is open for as long as anything lives that the process has started.
        let mut output = String::new();
        reader.read_to_string(&mut output).unwrap();
        assert_eq!(child.wait().unwrap().signal(), Some(9), "{output}");
        assert!(!folder.exists(), "{}", folder.display());
    }
}
