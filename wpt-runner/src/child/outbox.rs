//! The child's side of the private socket.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::sync::{Mutex, PoisonError};

use crate::supervise::protocol::{End, Event, Job, VERSION};

/// Where results go. Whoever sends the end, ends the process.
#[derive(Debug)]
pub(super) struct Outbox {
    socket: Mutex<UnixStream>,
}

/// Takes the socket that is this process's standard input, and reads the job from it.
pub(super) fn open() -> io::Result<(Job, Outbox)> {
    let socket = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    let mut reader = BufReader::new(socket.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let job: Job = serde_json::from_str(&line)?;
    if job.version != VERSION {
        let message = format!("the job is of version {}, not {VERSION}", job.version);
        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
    }
    // The supervisor says no more; the end of its side is the end of the supervisor.
    std::thread::Builder::new()
        .name("orphan watch".to_owned())
        .spawn(move || {
            let mut rest = [0; 64];
            while matches!(reader.read(&mut rest), Ok(1..)) {}
            std::process::exit(1);
        })?;
    Ok((
        job,
        Outbox {
            socket: Mutex::new(socket),
        },
    ))
}

impl Outbox {
    /// Sends an event.
    pub fn send(&self, event: &Event) {
        let mut socket = self.socket.lock().unwrap_or_else(PoisonError::into_inner);
        // Should the supervisor be gone, so is this process, soon.
        let _sent = write(&mut socket, event);
    }

    /// Sends the end, and ends the process: whatever still runs in it has had its time.
    pub fn finish(&self, end: End) -> ! {
        let mut socket = self.socket.lock().unwrap_or_else(PoisonError::into_inner);
        let is_sent = write(&mut socket, &Event::End(end)).is_ok();
        // The lock is held to the end, so that nothing is sent after it.
        std::process::exit(i32::from(!is_sent));
    }
}

fn write(socket: &mut UnixStream, event: &Event) -> io::Result<()> {
    let mut line = serde_json::to_vec(event)?;
    line.push(b'\n');
    socket.write_all(&line)
}
