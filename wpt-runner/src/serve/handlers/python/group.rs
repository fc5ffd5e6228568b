//! Processes that end together, and the place where their end is waited for.

use std::process::Child;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use rustix::process::{Pid, Signal, kill_process_group};
use tempfile::TempDir;

/// A process that leads a group of its own, and its folder. The whole group is killed when this is dropped.
#[derive(Debug)]
pub(super) struct Group {
    /// Until this is dropped.
    leader: Option<(Child, TempDir)>,
    reaper: Arc<Reaper>,
}

impl Group {
    /// Of this process, which leads it.
    pub fn new(leader: Child, folder: TempDir, reaper: Arc<Reaper>) -> Self {
        Self {
            leader: Some((leader, folder)),
            reaper,
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let Some((leader, folder)) = self.leader.take() else {
            return;
        };
        if let Some(pid) = i32::try_from(leader.id()).ok().and_then(Pid::from_raw) {
            // It may have ended by itself. Nobody has waited for it, so the number is still its own.
            let _sent = kill_process_group(pid, Signal::KILL);
        }
        self.reaper.reap(leader, folder);
    }
}

/// Waits for processes that have been killed, on threads of its own: a process that the system is busy with may take a
/// while, and holds up no request. When the last who may kill one has dropped this, it waits for them all.
#[derive(Debug, Default)]
pub(super) struct Reaper(Mutex<Vec<JoinHandle<()>>>);

impl Reaper {
    /// Waits for the process, and removes its folder.
    fn reap(&self, mut child: Child, folder: TempDir) {
        let reaping = thread::Builder::new().name("reaper".to_owned()).spawn(move || {
            let _ended = child.wait();
            drop(folder);
        });
        let mut threads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        threads.retain(|thread| !thread.is_finished());
        // Without a thread the folder is gone all the same, and the process is the system's affair.
        threads.extend(reaping);
    }
}

impl Drop for Reaper {
    fn drop(&mut self) {
        let threads = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        for thread in threads.drain(..) {
            let _ended = thread.join();
        }
    }
}
