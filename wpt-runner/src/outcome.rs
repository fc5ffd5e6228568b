//! What a test gave: the words that every later part (journal, judge, reports) speaks.

use serde::{Deserialize, Serialize};

/// The result of a test as a whole: the harness's own status, or what became of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TestStatus {
    /// The harness completed.
    Ok,
    /// The harness reported an error, or the test could not be loaded.
    Error,
    /// The harness or the deadline gave up on the test.
    Timeout,
    /// The process ended before the test completed.
    Crash,
    /// The page's heap passed its limit, or native code asked for far more than that.
    #[serde(rename = "OUT-OF-MEMORY")]
    OutOfMemory,
    /// The test was not run; its message is the reason.
    Skip,
    /// The test says that what it needs is absent.
    PreconditionFailed,
}

impl TestStatus {
    /// The name as reports write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Error => "ERROR",
            Self::Timeout => "TIMEOUT",
            Self::Crash => "CRASH",
            Self::OutOfMemory => "OUT-OF-MEMORY",
            Self::Skip => "SKIP",
            Self::PreconditionFailed => "PRECONDITION_FAILED",
        }
    }
}

/// The result of one subtest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SubtestStatus {
    /// All its assertions held.
    Pass,
    /// An assertion failed, or it threw.
    Fail,
    /// It did not end in time.
    Timeout,
    /// It never started.
    Notrun,
    /// What it needs is absent.
    PreconditionFailed,
}

impl SubtestStatus {
    /// The name as reports write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "PASS",
            Self::Fail => "FAIL",
            Self::Timeout => "TIMEOUT",
            Self::Notrun => "NOTRUN",
            Self::PreconditionFailed => "PRECONDITION_FAILED",
        }
    }
}

/// One subtest of a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubtestResult {
    /// Its name.
    pub name: String,
    /// How it ended.
    pub status: SubtestStatus,
    /// Why, unless it passed.
    pub message: Option<String>,
    /// `file:line:column` of the failure, the file relative to the tree's root.
    pub location: Option<String>,
}

/// The final result of a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestResult {
    /// The test's URL, as the plan lists it.
    pub url: String,
    /// How it ended.
    pub status: TestStatus,
    /// Why, unless all is well.
    pub message: Option<String>,
    /// `file:line:column` of what went wrong in the harness as a whole.
    pub location: Option<String>,
    /// When it started, in milliseconds since the Unix epoch.
    pub started_ms: u64,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// What reported before the end, in order of arrival.
    pub subtests: Vec<SubtestResult>,
    /// The end of what the process wrote (page console included), for a test that is not clean.
    pub output: String,
}

impl TestResult {
    /// A result with nothing but a status and a reason, for a test that no process ran.
    #[must_use]
    pub fn unrun(url: String, status: TestStatus, message: String, started_ms: u64) -> Self {
        Self {
            url,
            status,
            message: Some(message),
            location: None,
            started_ms,
            duration_ms: 0,
            subtests: Vec::new(),
            output: String::new(),
        }
    }

    /// Whether the harness completed, with at least one subtest, and every subtest passed.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.status == TestStatus::Ok && !self.subtests.is_empty() && self.passed() == self.subtests.len()
    }

    /// How many subtests passed.
    #[must_use]
    pub fn passed(&self) -> usize {
        self.subtests
            .iter()
            .filter(|subtest| subtest.status == SubtestStatus::Pass)
            .count()
    }
}

/// Milliseconds since the Unix epoch; 0 on a clock set before it.
#[must_use]
pub fn now_ms() -> u64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
}
