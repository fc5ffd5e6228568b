//! From what a child told, and how its process ended, to the test's final result.

use std::process::ExitStatus;

use super::location;
use super::protocol::{End, Event, Subtest};
use crate::outcome::{SubtestResult, TestResult, TestStatus};

/// What a child told before it ended.
#[derive(Debug, Default)]
pub(super) struct Account {
    subtests: Vec<Subtest>,
    /// What the server lacked for a request of the test.
    lacks: Option<String>,
    end: Option<End>,
}

/// How a child's process ended.
#[derive(Debug)]
pub(super) enum ProcessEnd {
    /// By itself.
    Exited(ExitStatus),
    /// Killed at its deadline, after so many seconds.
    Killed(f64),
    /// It could not be run or listened to. The text says why.
    Broken(String),
}

/// When the test ran.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub started_ms: u64,
    pub duration_ms: u64,
}

impl Account {
    /// Notes an event; the first end is final.
    pub fn note(&mut self, event: Event) {
        match event {
            _ if self.end.is_some() => {}
            Event::Subtest(subtest) => self.subtests.push(subtest),
            Event::Lacks(what) => self.lacks = self.lacks.take().or(Some(what)),
            Event::End(end) => self.end = Some(end),
        }
    }

    /// The final result. `ports` are the server's, to turn its URLs into paths.
    pub fn conclude(mut self, url: &str, ended: &ProcessEnd, ports: &[u16], span: Span, output: String) -> TestResult {
        let end = self.end.unwrap_or_else(|| unfinished(ended));
        let (mut status, mut message) = judge(&end, self.subtests.len());
        // What a test says that did not get what it asked for is worth nothing, a pass least of all. That it broke down is.
        if let Some(lacks) = self.lacks
            && !matches!(status, TestStatus::Crash | TestStatus::OutOfMemory)
        {
            (status, message) = (TestStatus::Skip, Some(format!("the server needs {lacks} for it")));
            self.subtests.clear();
        }
        let mut result = TestResult {
            url: url.to_owned(),
            status,
            message,
            location: end.stack.and_then(|stack| location::of_stack(&stack, ports)),
            started_ms: span.started_ms,
            duration_ms: span.duration_ms,
            subtests: self
                .subtests
                .into_iter()
                .map(|subtest| SubtestResult {
                    name: subtest.name,
                    status: subtest.status,
                    message: subtest.message,
                    location: subtest.stack.and_then(|stack| location::of_stack(&stack, ports)),
                })
                .collect(),
            output,
        };
        if result.is_clean() {
            result.output.clear();
        }
        result
    }
}

/// A completion is only worth something with the subtests that it speaks of.
fn judge(end: &End, reported: usize) -> (TestStatus, Option<String>) {
    match (end.status, end.counted) {
        (_, Some(counted)) if counted != reported => (
            TestStatus::Error,
            Some(format!(
                "the harness counted {counted} subtests, but {reported} were reported"
            )),
        ),
        (TestStatus::Ok, _) if reported == 0 => (
            TestStatus::Error,
            Some("the harness completed without a single subtest".to_owned()),
        ),
        (status, _) => (status, end.message.clone()),
    }
}

fn unfinished(ended: &ProcessEnd) -> End {
    let (status, message) = match ended {
        ProcessEnd::Exited(status) => (
            TestStatus::Crash,
            format!("the test's process ended by {}", describe(*status)),
        ),
        ProcessEnd::Killed(seconds) => (
            TestStatus::Timeout,
            format!("no final result after {seconds} s: the test's process was killed"),
        ),
        ProcessEnd::Broken(problem) => (TestStatus::Error, problem.clone()),
    };
    End {
        status,
        message: Some(message),
        stack: None,
        counted: None,
    }
}

fn describe(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt as _;
    match (status.signal(), status.code()) {
        (Some(signal), _) => match signal_name(signal) {
            Some(name) => format!("{name} (signal {signal})"),
            None => format!("signal {signal}"),
        },
        (None, Some(code)) => format!("exit status {code}, without a final result"),
        (None, None) => "an unknown cause".to_owned(),
    }
}

fn signal_name(signal: i32) -> Option<&'static str> {
    use rustix::process::Signal;
    let names = [
        (Signal::ABORT, "SIGABRT"),
        (Signal::BUS, "SIGBUS"),
        (Signal::FPE, "SIGFPE"),
        (Signal::ILL, "SIGILL"),
        (Signal::KILL, "SIGKILL"),
        (Signal::SEGV, "SIGSEGV"),
        (Signal::TERM, "SIGTERM"),
        (Signal::TRAP, "SIGTRAP"),
        (Signal::XCPU, "SIGXCPU"),
        (Signal::XFSZ, "SIGXFSZ"),
    ];
    names
        .into_iter()
        .find(|(known, _)| known.as_raw() == signal)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::{Account, ProcessEnd, Span};
    use crate::outcome::{SubtestStatus, TestResult, TestStatus};
    use crate::supervise::protocol::{End, Event, Subtest};
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::ExitStatus;

    fn subtest(name: &str, status: SubtestStatus) -> Event {
        let stack = Some("at http://localhost:1/a.js:1:2".to_owned());
        Event::Subtest(Subtest {
            name: name.to_owned(),
            status,
            message: None,
            stack,
        })
    }

    fn end(status: TestStatus, counted: usize) -> Event {
        Event::End(End {
            status,
            message: None,
            stack: None,
            counted: Some(counted),
        })
    }

    fn conclude(events: Vec<Event>, ended: &ProcessEnd) -> TestResult {
        let mut account = Account::default();
        events.into_iter().for_each(|event| account.note(event));
        let span = Span {
            started_ms: 1,
            duration_ms: 2,
        };
        account.conclude("/a", ended, &[1], span, "output".to_owned())
    }

    fn exited(raw: i32) -> ProcessEnd {
        ProcessEnd::Exited(ExitStatus::from_raw(raw))
    }

    #[test]
    fn the_first_end_is_final() {
        let result = conclude(
            vec![
                subtest("a", SubtestStatus::Pass),
                end(TestStatus::Ok, 1),
                subtest("b", SubtestStatus::Fail),
                end(TestStatus::Error, 0),
            ],
            &exited(11),
        );
        assert!(result.is_clean() && result.output.is_empty(), "{result:?}");
        assert_eq!(result.subtests[0].location.as_deref(), Some("a.js:1:2"));
    }

    #[test]
    fn a_completion_must_add_up() {
        let result = conclude(vec![end(TestStatus::Ok, 0)], &exited(0));
        assert_eq!(result.status, TestStatus::Error);
        let result = conclude(
            vec![subtest("a", SubtestStatus::Pass), end(TestStatus::Ok, 2)],
            &exited(0),
        );
        assert_eq!(result.status, TestStatus::Error);
        assert!(result.message.unwrap().contains("counted 2"));
        assert_eq!(result.output, "output");
    }

    #[test]
    fn what_was_told_survives_the_process() {
        for (ended, status, text) in [
            (exited(11), TestStatus::Crash, "SIGSEGV (signal 11)"),
            (exited(101 << 8), TestStatus::Crash, "exit status 101"),
            (exited(0), TestStatus::Crash, "exit status 0, without"),
            (ProcessEnd::Killed(15.0), TestStatus::Timeout, "after 15 s"),
            (ProcessEnd::Broken("no".to_owned()), TestStatus::Error, "no"),
        ] {
            let result = conclude(vec![subtest("a", SubtestStatus::Pass)], &ended);
            assert_eq!((result.status, result.subtests.len()), (status, 1));
            assert!(result.message.as_ref().unwrap().contains(text), "{result:?}");
            assert!(!result.is_clean());
        }
    }

    #[test]
    fn what_the_server_lacks_is_neither_a_pass_nor_a_failure() {
        let told = || {
            vec![
                Event::Lacks("python3".to_owned()),
                Event::Lacks("more".to_owned()),
                subtest("a", SubtestStatus::Pass),
            ]
        };
        let completed = [told(), vec![end(TestStatus::Ok, 1)]].concat();
        for result in [
            conclude(completed, &exited(0)),
            conclude(told(), &ProcessEnd::Killed(1.0)),
        ] {
            assert_eq!((result.status, result.subtests.len()), (TestStatus::Skip, 0));
            assert_eq!(result.message.as_deref(), Some("the server needs python3 for it"));
        }
        assert_eq!(conclude(told(), &exited(11)).status, TestStatus::Crash);
    }
}
