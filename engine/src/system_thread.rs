//! A thread as another thread sees it: how much it has run, and its scheduling priority.

use std::io;

/// A thread, by the name that the system knows it by. It must not have ended when it is asked for anything: the system may use the
/// name again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SystemThread {
    #[cfg(target_os = "linux")]
    id: rustix::process::Pid,
}

/// What a thread does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Usage {
    /// It runs, or would if there was a processor for it.
    is_runnable: bool,
    /// How long it has run, in hundredths of a second.
    ticks: u64,
}

impl Usage {
    /// Whether a thread that was seen like this before has wanted to run since, and never could.
    pub fn has_starved(self, before: Self) -> bool {
        self.is_runnable && self.ticks < before.ticks + 2
    }
}

impl SystemThread {
    pub fn current() -> Self {
        Self {
            #[cfg(target_os = "linux")]
            id: rustix::thread::gettid(),
        }
    }

    /// Gives the thread only the time that nobody else wants.
    ///
    /// # Errors
    /// If the system does not let us.
    pub fn lower_priority(self) -> io::Result<()> {
        // Linux takes a thread here, which POSIX does not promise; elsewhere the thread stays as it is.
        #[cfg(target_os = "linux")]
        rustix::process::setpriority_process(Some(self.id), 19)?;
        Ok(())
    }

    /// What the thread does, where the system tells that.
    #[cfg(target_os = "linux")]
    pub fn usage(self) -> Option<Usage> {
        let path = format!("/proc/self/task/{}/stat", self.id.as_raw_nonzero());
        parse_stat(&std::fs::read_to_string(path).ok()?)
    }

    /// What the thread does, where the system tells that.
    #[cfg(not(target_os = "linux"))]
    pub fn usage(self) -> Option<Usage> {
        None
    }
}

/// <https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html>
#[cfg(any(target_os = "linux", test))]
fn parse_stat(text: &str) -> Option<Usage> {
    // The name, which comes first, may hold anything.
    let (_, fields) = text.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace();
    let is_runnable = fields.next()? == "R";
    // The fields 14 and 15: the time in the program, and in the system for it.
    let mut times = fields.skip(10).map(str::parse::<u64>);
    let ticks = times.next()?.ok()?.checked_add(times.next()?.ok()?)?;
    Some(Usage { is_runnable, ticks })
}

#[cfg(test)]
mod tests {
    use super::{SystemThread, Usage, parse_stat};

    #[test]
    fn a_thread_is_seen_as_it_is() {
        let line = "7 (a (b) R 1) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17";
        let usage = Usage {
            is_runnable: false,
            ticks: 23,
        };
        assert_eq!(parse_stat(line), Some(usage));
        for nonsense in [
            "",
            "7 (a",
            "7 (a) R",
            "7 (a) R 1 2 3 4 5 6 7 8 9 10 11",
            "7 (a) R 1 2 3 4 5 6 7 8 9 10 x 12",
        ] {
            assert_eq!(parse_stat(nonsense), None, "{nonsense}");
        }
        if cfg!(target_os = "linux") {
            assert!(SystemThread::current().usage().is_some_and(|usage| usage.is_runnable));
        }
    }

    #[test]
    fn only_a_thread_that_wants_to_run_and_cannot_starves() {
        let at = |is_runnable, ticks| Usage { is_runnable, ticks };
        assert!(at(true, 11).has_starved(at(true, 10)));
        assert!(!at(true, 12).has_starved(at(true, 10)));
        assert!(!at(false, 10).has_starved(at(true, 10)));
    }
}
