//! The process that runs one test.

mod outbox;
mod page;

use std::io;
use std::sync::{Arc, OnceLock};

use crate::outcome::TestStatus;
use outbox::Outbox;
use skep_webapi::Refusal;

/// The way out for last words: whoever asks for too much memory has no other.
static LAST_WORDS: OnceLock<Arc<Outbox>> = OnceLock::new();

/// Runs the job that the supervisor sends. The process ends with it.
///
/// # Errors
/// If there is no supervisor at the other end of standard input.
pub(crate) fn run() -> Result<(), io::Error> {
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    let (job, outbox) = outbox::open()?;
    let outbox = Arc::new(outbox);
    // Set once: this process runs one job.
    let _ = LAST_WORDS.set(Arc::clone(&outbox));
    skep_webapi::on_refusal(out_of_memory);
    let end = page::run(&job, &outbox);
    outbox.finish(end)
}

/// A block is refused that the code which asks for it cannot do without: this is the end of the test.
fn out_of_memory(refusal: Refusal) {
    if let Some(outbox) = LAST_WORDS.get() {
        outbox.finish(page::end(TestStatus::OutOfMemory, refusal.to_string()));
    }
}
