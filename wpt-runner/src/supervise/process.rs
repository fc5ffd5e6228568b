//! One child process, from its start to its certain end.

use std::ffi::OsString;
use std::io;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::UnixStream;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use super::protocol::{Event, Job};
use super::verdict::{Account, ProcessEnd, Span};
use crate::outcome::{TestResult, now_ms};
use crate::tail::Tail;

/// The longest line that a child may say.
const LINE_LIMIT: u64 = 16 * 1024 * 1024;
/// How long what a killed process left in its pipes may take to be read.
const DRAIN_LIMIT: Duration = Duration::from_secs(2);

/// How to start a child: the program and its arguments.
#[derive(Clone, Debug)]
pub struct ChildCommand {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
}

/// Runs a job in a process of its own, and kills it whole at the deadline.
pub(super) async fn run(command: &ChildCommand, url: &str, job: &Job, deadline: Duration) -> TestResult {
    let started_ms = now_ms();
    let started = Instant::now();
    let mut account = Account::default();
    let mut output = Output::default();
    let ended = match start(command) {
        Ok((child, socket)) => attend(child, socket, job, deadline, &mut account, &mut output).await,
        Err(error) => ProcessEnd::Broken(format!("could not start the test's process: {error}")),
    };
    let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let span = Span {
        started_ms,
        duration_ms,
    };
    account.conclude(url, &ended, &job.ports, span, output.into_text())
}

/// Starts the child in a process group of its own, with one end of a private socket as its
/// standard input: no other process, and no JavaScript, has a name for it.
fn start(command: &ChildCommand) -> io::Result<(Child, UnixStream)> {
    let (ours, theirs) = std::os::unix::net::UnixStream::pair()?;
    ours.set_nonblocking(true)?;
    let ours = UnixStream::from_std(ours)?;
    // The command owns the child's end, and closes it here when it goes out of scope.
    let child = Command::new(&command.program)
        .args(&command.arguments)
        .stdin(Stdio::from(OwnedFd::from(theirs)))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()?;
    Ok((child, ours))
}

/// Talks with the child until it has ended, by itself or by force.
async fn attend(
    mut child: Child,
    socket: UnixStream,
    job: &Job,
    deadline: Duration,
    account: &mut Account,
    output: &mut Output,
) -> ProcessEnd {
    let group = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let mut problem = None;
    let mut is_late = false;
    let mut status = None;
    {
        let work = async {
            let talk = async { problem = talk(socket, job, account).await.err() };
            tokio::join!(talk, fill(&mut output.stdout, stdout), fill(&mut output.stderr, stderr));
            child.wait().await
        };
        tokio::pin!(work);
        tokio::select! {
            ended = &mut work => status = Some(ended),
            () = sleep(deadline) => is_late = true,
        }
        if is_late {
            kill(group);
            // What it said before is still in the pipes.
            status = timeout(DRAIN_LIMIT, &mut work).await.ok();
        }
    }
    let Some(status) = status else {
        // The pipes of a group that is dead are closed. (Asking for the group itself would also
        // find those of its dead that nobody has reaped.)
        return ProcessEnd::Broken("something of the test's process outlived its kill".to_owned());
    };
    match (problem, status) {
        _ if is_late => ProcessEnd::Killed(deadline.as_secs_f64()),
        (_, Err(error)) => ProcessEnd::Broken(format!("could not wait for the test's process: {error}")),
        // A socket that breaks because the process dies is no news of its own.
        (Some(problem), Ok(status)) if status.success() => ProcessEnd::Broken(problem),
        (_, Ok(status)) => ProcessEnd::Exited(status),
    }
}

fn kill(group: Option<Pid>) {
    if let Some(group) = group {
        // It may have ended just now; it is not reaped yet, so the number is still its own.
        let _sent = kill_process_group(group, Signal::KILL);
    }
}

/// Hands over the job, then notes what the child tells until its end.
async fn talk(mut socket: UnixStream, job: &Job, account: &mut Account) -> Result<(), String> {
    let failed = |what: &str, error: &dyn std::fmt::Display| format!("could not {what} the test's process: {error}");
    let mut line = serde_json::to_vec(job).map_err(|error| failed("describe the job to", &error))?;
    line.push(b'\n');
    socket
        .write_all(&line)
        .await
        .map_err(|error| failed("talk to", &error))?;
    let mut reader = BufReader::new(socket);
    loop {
        line.clear();
        let read = (&mut reader).take(LINE_LIMIT).read_until(b'\n', &mut line).await;
        if read.map_err(|error| failed("listen to", &error))? == 0 {
            return Ok(());
        }
        if line.last() != Some(&b'\n') {
            // Either too long, or cut off by the end of the process, which says more.
            return Err("the test's process sent a line that has no end".to_owned());
        }
        let event: Event = serde_json::from_slice(&line).map_err(|error| failed("understand", &error))?;
        let is_end = matches!(event, Event::End(_));
        account.note(event);
        if is_end {
            // The socket closes here, by which the child knows that it may go.
            return Ok(());
        }
    }
}

/// What a child wrote, as far as it is kept.
#[derive(Debug, Default)]
struct Output {
    stdout: Tail,
    stderr: Tail,
}

impl Output {
    fn into_text(mut self) -> String {
        self.stdout.text() + &self.stderr.text()
    }
}

async fn fill(tail: &mut Tail, stream: Option<impl AsyncRead + Unpin>) {
    if let Some(stream) = stream {
        tail.fill(stream).await;
    }
}
