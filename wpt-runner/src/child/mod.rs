//! The process that runs one test.

mod outbox;
mod page;

use std::io;
use std::sync::Arc;

/// Runs the job that the supervisor sends. The process ends with it.
///
/// # Errors
/// If there is no supervisor at the other end of standard input.
pub(crate) fn run() -> Result<(), io::Error> {
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    let (job, outbox) = outbox::open()?;
    let outbox = Arc::new(outbox);
    let end = page::run(&job, &outbox);
    outbox.finish(end)
}
