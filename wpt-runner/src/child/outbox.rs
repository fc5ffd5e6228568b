//! The child's side of the private socket.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::sync::{Mutex, PoisonError};

use crate::supervise::protocol::{End, Event, Job, VERSION};

/// Where results go.
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
    // The supervisor says no more: it closes its side when it has what it wants, or dies.
    std::thread::Builder::new()
        .name("supervisor watch".to_owned())
        .spawn(move || {
            let mut rest = [0; 64];
            while matches!(reader.read(&mut rest), Ok(1..)) {}
            std::process::exit(0);
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
        let line = line_of(event);
        let mut socket = self.socket.lock().unwrap_or_else(PoisonError::into_inner);
        // Should the supervisor be gone, so is this process, soon.
        let _sent = socket.write_all(&line);
    }

    /// Sends the end, and keeps this thread from doing anything more.
    ///
    /// The supervisor answers the end by closing its side, which ends the process from the
    /// watching thread. Ending it from here, possibly in the middle of a script, would run the
    /// destructors of this thread's heap under the script's feet.
    pub fn finish(&self, end: End) -> ! {
        let line = line_of(&Event::End(end));
        let mut socket = self.socket.lock().unwrap_or_else(PoisonError::into_inner);
        let _sent = socket.write_all(&line);
        // The lock is held for good, so that nothing is sent after the end.
        loop {
            std::thread::park();
        }
    }
}

/// An event as it is sent. Made before the socket is locked: where memory is short, this is where the last words come from.
fn line_of(event: &Event) -> Vec<u8> {
    // Numbers and strings can always be written.
    let mut line = serde_json::to_vec(event).unwrap_or_default();
    line.push(b'\n');
    line
}
