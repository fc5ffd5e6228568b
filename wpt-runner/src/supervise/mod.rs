//! Running a plan: each test in a process of its own, several at a time.

mod location;
mod process;
pub(crate) mod protocol;
mod verdict;

pub use process::ChildCommand;

use std::io;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::time::Duration;

use thiserror::Error;
use tokio::task::JoinSet;

use crate::discover::{Readiness, Test};
use crate::outcome::{TestResult, TestStatus, now_ms};
use crate::serve::Server;
use protocol::{Job, VERSION};

/// What a process may take beyond the time its test has, to start and to end, unless told
/// otherwise.
pub const GRACE: Duration = Duration::from_secs(5);

/// How a plan is run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How many tests run at a time.
    pub jobs: NonZeroUsize,
    /// By how much every timeout is stretched; positive and finite.
    pub timeout_multiplier: f64,
    /// How many bytes each page and each worker may hold.
    pub heap_limit: Option<usize>,
    /// What a process may take beyond the time its test has, to start and to end.
    pub grace: Duration,
    /// How to start a child.
    pub command: ChildCommand,
    /// The secret by which a child knows what the server says that it lacks.
    pub seal: String,
}

/// Why a plan could not be run to its end.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SuperviseError {
    /// The supervisor's event loop could not be made.
    #[error("could not start supervising: {0}")]
    Runtime(io::Error),
}

/// What happens while a plan runs.
#[derive(Debug)]
pub enum Progress {
    /// A test's process is being started.
    Started(String),
    /// A test has its final result.
    Finished(TestResult),
}

/// Runs the tests of `plan`, in order, against the `server` of their tree. Skipped and broken
/// tests get their result without a process.
///
/// `on_progress` is told of each step; when it breaks, the tests in flight are killed and the
/// rest is left out.
///
/// # Errors
/// If the system gives no event loop.
pub fn run(
    plan: &[Test],
    server: &Server,
    settings: &Settings,
    mut on_progress: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<(), SuperviseError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(SuperviseError::Runtime)?;
    runtime.block_on(async {
        let mut waiting = plan.iter();
        let mut running = JoinSet::new();
        loop {
            while running.len() < settings.jobs.get() {
                let Some(test) = waiting.next() else { break };
                let progress = match without_process(test) {
                    Some(result) => Progress::Finished(result),
                    None => {
                        running.spawn(attempt(test, server, settings));
                        Progress::Started(test.url.clone())
                    }
                };
                if on_progress(progress).is_break() {
                    return;
                }
            }
            match running.join_next().await {
                Some(Ok(result)) => {
                    if on_progress(Progress::Finished(result)).is_break() {
                        return;
                    }
                }
                // A test without a result is seen as missing from the plan in the end.
                Some(Err(_)) => {}
                None => return,
            }
        }
    });
    Ok(())
}

fn without_process(test: &Test) -> Option<TestResult> {
    let (status, message) = match &test.readiness {
        Readiness::Runnable => return None,
        Readiness::Skipped(reason) => (TestStatus::Skip, reason.to_string()),
        Readiness::Broken(problem) => (TestStatus::Error, problem.clone()),
    };
    Some(TestResult::unrun(test.url.clone(), status, message, now_ms()))
}

/// One run of one test.
fn attempt(test: &Test, server: &Server, settings: &Settings) -> impl Future<Output = TestResult> + use<> {
    let job = Job {
        version: VERSION,
        url: server.url_of(test),
        names: server.names(),
        ports: server.ports(),
        authority: server.authority_der().map(<[u8]>::to_vec),
        timeout_multiplier: settings.timeout_multiplier,
        heap_limit: settings.heap_limit,
        seal: settings.seal.clone(),
    };
    let url = test.url.clone();
    let command = settings.command.clone();
    let time = f64::from(test.timeout.seconds()) * settings.timeout_multiplier;
    // A time that is too long to count is no deadline.
    let deadline = Duration::try_from_secs_f64(time).map_or(Duration::MAX, |time| time.saturating_add(settings.grace));
    async move { process::run(&command, &url, &job, deadline).await }
}

#[cfg(test)]
mod tests {
    use super::{ChildCommand, Progress, Settings, run};
    use crate::discover::{Readiness, Scope, SkipReason, Test, Timeout};
    use crate::outcome::{TestResult, TestStatus};
    use crate::serve::{Options, Server};
    use std::num::NonZeroUsize;
    use std::ops::ControlFlow;
    use std::time::Duration;

    fn test(url: &str, readiness: Readiness) -> Test {
        Test {
            url: url.to_owned(),
            source: String::new(),
            scope: Scope::Window,
            timeout: Timeout::Normal,
            readiness,
        }
    }

    /// Runs a shell script as the child.
    fn run_script(script: &str, timeout_multiplier: f64, plan: &[Test]) -> Vec<TestResult> {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(folder.path(), Options::default()).unwrap();
        let settings = Settings {
            jobs: NonZeroUsize::new(2).unwrap(),
            timeout_multiplier,
            heap_limit: None,
            grace: Duration::from_secs(2),
            seal: String::new(),
            command: ChildCommand {
                program: "/bin/sh".into(),
                arguments: vec!["-c".into(), script.into()],
            },
        };
        let mut results = Vec::new();
        run(plan, &server, &settings, |progress| {
            if let Progress::Finished(result) = progress {
                results.push(result);
            }
            ControlFlow::Continue(())
        })
        .unwrap();
        results
    }

    fn run_one(script: &str, timeout_multiplier: f64) -> TestResult {
        run_script(script, timeout_multiplier, &[test("/a", Readiness::Runnable)]).remove(0)
    }

    const PASS: &str = r#"echo '{"Subtest":{"name":"s","status":"PASS","message":null,"stack":null}}' >&0;"#;
    const END: &str = r#"echo '{"End":{"status":"OK","message":null,"stack":null,"counted":1}}' >&0;"#;

    #[test]
    fn a_child_reads_its_job_and_reports() {
        let result = run_one(&format!("read job; case $job in *'/a\"'*) {PASS} {END} esac"), 1.0);
        assert!(result.is_clean(), "{result:?}");
    }

    #[test]
    fn a_crash_keeps_what_was_told() {
        let result = run_one(
            &format!("read job; echo noise; echo more >&2; {PASS} kill -SEGV $$"),
            1.0,
        );
        assert_eq!(result.status, TestStatus::Crash, "{result:?}");
        assert_eq!(result.subtests.len(), 1);
        assert_eq!(result.output, "noise\nmore\n");
    }

    #[test]
    fn nonsense_is_an_error() {
        let result = run_one("read job; echo nonsense >&0", 1.0);
        assert_eq!(result.status, TestStatus::Error, "{result:?}");
        let result = run_one("read job; printf '{' >&0; kill -SEGV $$", 1.0);
        assert_eq!(result.status, TestStatus::Crash, "{result:?}");
    }

    #[test]
    fn a_late_child_is_killed_whole() {
        // The grace is all the time there is. The grandchild holds the pipes, and dies too.
        let result = run_one(&format!("read job; {PASS} sleep 1000 & wait"), 1e-9);
        assert_eq!(result.status, TestStatus::Timeout, "{result:?}");
        assert_eq!(result.subtests.len(), 1);
    }

    #[test]
    fn what_needs_no_process_gets_none() {
        let plan = [
            test("/a", Readiness::Skipped(SkipReason::ShadowRealm)),
            test("/b", Readiness::Broken("unreadable".to_owned())),
        ];
        let results = run_script("exit 9", 1.0, &plan);
        assert_eq!(results[0].status, TestStatus::Skip);
        assert_eq!(results[1].status, TestStatus::Error);
        assert_eq!(results[1].message.as_deref(), Some("unreadable"));
    }
}
