//! Whether a run is as it should be.
//!
//! A test is as expected when it is clean, or no worse than the conformance data says.

mod conformance;

pub use conformance::{Conformance, ConformanceError};

use std::collections::HashSet;

use crate::exit::ExitCode;
use crate::journal::Run;
use crate::outcome::{TestResult, TestStatus};

/// The judgement of a run.
#[derive(Clone, Debug)]
pub struct Judgement<'a> {
    /// The tests that ran and are not as expected.
    pub unexpected: Vec<&'a TestResult>,
    /// The planned tests that have no final result.
    pub missing: Vec<&'a str>,
    /// Tests that are known and selected, but no longer found.
    pub gone: Vec<&'a str>,
    /// How many tests ran.
    pub ran: usize,
}

impl<'a> Judgement<'a> {
    /// Judges a run by what is known of its tests; `covers` tells which known URLs the run's selection is meant to find. Of its plan, what has no result is missing; skipped tests are neither good
    /// nor bad.
    #[must_use]
    pub fn of(run: &'a Run, known: &'a Conformance, covers: impl Fn(&str) -> bool) -> Self {
        let finished: HashSet<&str> = run.results.iter().map(|result| result.url.as_str()).collect();
        let ran = || run.results.iter().filter(|result| result.status != TestStatus::Skip);
        Self {
            unexpected: run.results.iter().filter(|result| !known.allows(result)).collect(),
            missing: run
                .plan
                .urls
                .iter()
                .map(String::as_str)
                .filter(|url| !finished.contains(url))
                .collect(),
            gone: known.gone(&run.plan.urls, covers),
            ran: ran().count(),
        }
    }

    /// The exit code of the run. What is missing weighs most: nobody knows what it would have given.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self { missing, .. } if !missing.is_empty() => ExitCode::Incomplete,
            Self { ran: 0, .. } => ExitCode::NothingToRun,
            Self { unexpected, gone, .. } if !unexpected.is_empty() || !gone.is_empty() => ExitCode::Unexpected,
            _ => ExitCode::Ok,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Conformance, Judgement};
    use crate::exit::ExitCode;
    use crate::journal::{Plan, Run};
    use crate::outcome::{SubtestResult, SubtestStatus, TestResult, TestStatus};

    fn result(url: &str, status: TestStatus, subtests: &[SubtestStatus]) -> TestResult {
        let mut result = TestResult::unrun(url.to_owned(), status, String::new(), 0);
        result.subtests = subtests
            .iter()
            .map(|status| SubtestResult {
                name: String::new(),
                status: *status,
                message: None,
                location: None,
            })
            .collect();
        result
    }

    fn exit_code(results: Vec<TestResult>) -> ExitCode {
        let plan = Plan::new(String::new(), vec!["/a".to_owned(), "/b".to_owned()]);
        let run = Run {
            plan,
            results,
            ended_ms: None,
        };
        Judgement::of(&run, &Conformance::default(), |_| true).exit_code()
    }

    #[test]
    fn the_worst_decides() {
        let clean = |url| result(url, TestStatus::Ok, &[SubtestStatus::Pass]);
        let skip = |url| result(url, TestStatus::Skip, &[]);
        let failed = |url| result(url, TestStatus::Ok, &[SubtestStatus::Pass, SubtestStatus::Notrun]);
        let empty = |url| result(url, TestStatus::Ok, &[]);
        assert_eq!(exit_code(vec![clean("/a"), clean("/b")]), ExitCode::Ok);
        assert_eq!(exit_code(vec![clean("/a"), skip("/b")]), ExitCode::Ok);
        assert_eq!(exit_code(vec![clean("/a"), failed("/b")]), ExitCode::Unexpected);
        assert_eq!(exit_code(vec![clean("/a"), empty("/b")]), ExitCode::Unexpected);
        assert_eq!(exit_code(vec![skip("/a"), skip("/b")]), ExitCode::NothingToRun);
        assert_eq!(exit_code(vec![failed("/a")]), ExitCode::Incomplete);
        assert_eq!(exit_code(vec![]), ExitCode::Incomplete);
    }
}
