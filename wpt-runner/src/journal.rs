//! The journal of a run: what was planned, and each result as it came, a JSON value a line.
//!
//! It is only ever appended to, and on disk before the next test is looked at; whatever is
//! reported is read back from it.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::outcome::TestResult;

/// The version of the format.
const VERSION: u32 = 1;

/// Why a journal could not be written or read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum JournalError {
    /// The file could not be written.
    #[error("could not write the journal {}: {source}", path.display())]
    Write {
        /// The journal.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file could not be read.
    #[error("could not read the journal {}: {source}", path.display())]
    Read {
        /// The journal.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A line is not what it should be.
    #[error("the journal {} makes no sense at line {line}: {problem}", path.display())]
    Malformed {
        /// The journal.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
}

/// One line.
#[derive(Debug, Serialize, Deserialize)]
enum Record {
    Plan(Plan),
    Result(TestResult),
    End(EndOfRun),
}

/// The first line: what is to be run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    version: u32,
    /// The root of the tree.
    pub root: String,
    /// When the run started, in milliseconds since the Unix epoch.
    pub started_ms: u64,
    /// SHA-256 of the URLs, each with a line feed at its end.
    pub hash: String,
    /// The test URLs, in order.
    pub urls: Vec<String>,
}

impl Plan {
    /// The plan to run `urls` of the tree at `root`, beginning now.
    #[must_use]
    pub fn new(root: String, urls: Vec<String>) -> Self {
        let mut hasher = Sha256::new();
        for url in &urls {
            hasher.update(url);
            hasher.update("\n");
        }
        let hash = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Self {
            version: VERSION,
            root,
            started_ms: crate::outcome::now_ms(),
            hash,
            urls,
        }
    }
}

/// The last line.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct EndOfRun {
    ended_ms: u64,
}

/// A journal that is being written.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
}

impl Journal {
    /// Begins a journal at `path`, over whatever is there.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn create(path: &Path, plan: Plan) -> Result<Self, JournalError> {
        let write = |source| JournalError::Write {
            path: path.to_owned(),
            source,
        };
        let file = File::create(path).map_err(write)?;
        let mut journal = Self {
            path: path.to_owned(),
            file,
        };
        journal.append(&Record::Plan(plan))?;
        Ok(journal)
    }

    /// Adds a result; it is on disk when this returns.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn record(&mut self, result: TestResult) -> Result<(), JournalError> {
        self.append(&Record::Result(result))
    }

    /// Adds that the run has ended.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn end(mut self) -> Result<(), JournalError> {
        self.append(&Record::End(EndOfRun {
            ended_ms: crate::outcome::now_ms(),
        }))
    }

    fn append(&mut self, record: &Record) -> Result<(), JournalError> {
        let write = |source| JournalError::Write {
            path: self.path.clone(),
            source,
        };
        let mut line = serde_json::to_vec(record).map_err(io::Error::from).map_err(write)?;
        line.push(b'\n');
        self.file.write_all(&line).map_err(write)?;
        self.file.sync_data().map_err(write)
    }
}

/// What a journal says.
#[derive(Clone, Debug)]
pub struct Run {
    /// What was to be run.
    pub plan: Plan,
    /// The final results of tests in the plan, in the plan's order.
    pub results: Vec<TestResult>,
    /// When the run ended, if it came to its end.
    pub ended_ms: Option<u64>,
}

impl Run {
    /// Reads a journal. A last line that was cut off is left out. The first result of a test is
    /// final; one of a test that is not in the plan is ignored.
    ///
    /// # Errors
    /// If the file cannot be read, or a whole line makes no sense.
    pub fn read(path: &Path) -> Result<Self, JournalError> {
        let read = |source| JournalError::Read {
            path: path.to_owned(),
            source,
        };
        let text = std::fs::read_to_string(path).map_err(read)?;
        let malformed = |line, problem: String| JournalError::Malformed {
            path: path.to_owned(),
            line,
            problem,
        };
        let mut lines = text
            .split_inclusive('\n')
            .enumerate()
            .filter(|(_, line)| line.ends_with('\n'));
        let plan = match lines.next().map(|(_, line)| serde_json::from_str(line)) {
            Some(Ok(Record::Plan(plan))) if plan.version == VERSION => plan,
            Some(Ok(Record::Plan(plan))) => {
                return Err(malformed(1, format!("version {} is not {VERSION}", plan.version)));
            }
            Some(Err(error)) => return Err(malformed(1, error.to_string())),
            Some(Ok(_)) | None => return Err(malformed(1, "it should be a plan".to_owned())),
        };
        let mut by_url: HashMap<String, TestResult> = HashMap::new();
        let mut ended_ms = None;
        for (index, line) in lines {
            match serde_json::from_str(line).map_err(|error| malformed(index + 1, error.to_string()))? {
                Record::Result(result) => {
                    by_url.entry(result.url.clone()).or_insert(result);
                }
                Record::End(end) => ended_ms = Some(end.ended_ms),
                Record::Plan(_) => return Err(malformed(index + 1, "a second plan".to_owned())),
            }
        }
        let results = plan.urls.iter().filter_map(|url| by_url.remove(url)).collect();
        Ok(Self {
            plan,
            results,
            ended_ms,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Journal, Plan, Run};
    use crate::outcome::{TestResult, TestStatus};
    use std::io::Write as _;

    fn result(url: &str, status: TestStatus) -> TestResult {
        TestResult::unrun(url.to_owned(), status, String::new(), 0)
    }

    #[test]
    fn what_is_written_is_read_in_the_order_of_the_plan() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let plan = Plan::new("/r".to_owned(), vec!["/a".to_owned(), "/b".to_owned(), "/c".to_owned()]);
        let mut journal = Journal::create(&path, plan.clone()).unwrap();
        for (url, status) in [
            ("/b", TestStatus::Ok),
            ("/a", TestStatus::Crash),
            ("/b", TestStatus::Error),
            ("/unplanned", TestStatus::Ok),
        ] {
            journal.record(result(url, status)).unwrap();
        }
        // The supervisor is killed in the middle of a line.
        journal.file.write_all(b"{\"Result\":").unwrap();
        let run = Run::read(&path).unwrap();
        assert_eq!(run.plan, plan);
        assert_eq!(
            run.results,
            [result("/a", TestStatus::Crash), result("/b", TestStatus::Ok)]
        );
        assert_eq!(run.ended_ms, None);
    }

    #[test]
    fn what_is_no_journal_says_where() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        assert!(Run::read(&path).unwrap_err().to_string().starts_with("could not read"));
        let mut journal = Journal::create(&path, Plan::new(String::new(), Vec::new())).unwrap();
        journal.file.write_all(b"nonsense\n").unwrap();
        assert!(Run::read(&path).unwrap_err().to_string().contains("line 2"));
        std::fs::write(&path, "{\"End\":{\"ended_ms\":1}}\n").unwrap();
        assert!(Run::read(&path).unwrap_err().to_string().contains("should be a plan"));
    }
}
