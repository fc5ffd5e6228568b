//! What each test of a tree gave at a time, as data that is committed, so that a later loss is seen.
//!
//! One test a line: `"/workers/a.any.worker.html":{"status":"OK","pass":3,"total":4}`.

use std::collections::{BTreeMap, HashSet};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::journal::Run;
use crate::outcome::{TestResult, TestStatus};

/// Why the data could not be read or written.
#[derive(Debug, Error)]
pub enum ConformanceError {
    /// The file could not be read.
    #[error("could not read the conformance data {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file holds something else.
    #[error("{} holds no conformance data: {source}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// Where it is not as it should be.
        source: serde_json::Error,
    },
    /// The file could not be written.
    #[error("could not write the conformance data {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// What the tests of a run gave.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conformance {
    tests: BTreeMap<String, Entry>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    status: TestStatus,
    pass: usize,
    total: usize,
}

impl Entry {
    fn of(result: &TestResult) -> Self {
        Self {
            status: result.status,
            pass: result.passed(),
            total: result.subtests.len(),
        }
    }

    fn is_clean(self) -> bool {
        self.status == TestStatus::Ok && self.total > 0 && self.pass == self.total
    }

    /// Whether nothing that held in `before` is lost.
    fn is_no_worse_than(self, before: Self) -> bool {
        let ended = self.status == TestStatus::Ok || before.status != TestStatus::Ok;
        let clean = self.is_clean() || !before.is_clean();
        ended && clean && self.pass >= before.pass
    }
}

impl Conformance {
    /// What the tests of `run` gave; skipped ones gave nothing.
    #[must_use]
    pub fn of(run: &Run) -> Self {
        let ran = run.results.iter().filter(|result| result.status != TestStatus::Skip);
        Self {
            tests: ran.map(|result| (result.url.clone(), Entry::of(result))).collect(),
        }
    }

    /// The same with what the data had `before` for tests that could not be run this time, for want of something that the
    /// server needs: else nobody would notice that they are not run any more. `is_runnable` tells them from what is skipped everywhere.
    #[must_use]
    pub fn keeping(mut self, before: &Self, run: &Run, is_runnable: impl Fn(&str) -> bool) -> Self {
        let skipped = run.results.iter().filter(|result| result.status == TestStatus::Skip);
        for result in skipped.filter(|result| is_runnable(&result.url)) {
            if let Some(entry) = before.tests.get(&result.url) {
                self.tests.insert(result.url.clone(), *entry);
            }
        }
        self
    }

    /// Reads the data.
    ///
    /// # Errors
    /// If the file cannot be read, or holds something else.
    pub fn read(path: &Path) -> Result<Self, ConformanceError> {
        let text = std::fs::read_to_string(path).map_err(|source| ConformanceError::Read {
            path: path.to_owned(),
            source,
        })?;
        serde_json::from_str(&text).map_err(|source| ConformanceError::Format {
            path: path.to_owned(),
            source,
        })
    }

    /// Writes the data, a test a line, in the order of the URLs.
    ///
    /// # Errors
    /// If the file cannot be written; it then holds what it held.
    pub fn write(&self, path: &Path) -> Result<(), ConformanceError> {
        let lines: Result<Vec<String>, io::Error> = self
            .tests
            .iter()
            .map(|(url, entry)| {
                Ok(format!(
                    "{}:{}",
                    serde_json::to_string(url)?,
                    serde_json::to_string(entry)?
                ))
            })
            .collect();
        let folder = path.parent().filter(|folder| *folder != Path::new(""));
        lines
            .and_then(|lines| {
                let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
                write!(file, "{{\"tests\":{{\n{}\n}}}}\n", lines.join(",\n"))?;
                file.persist(path).map_err(|error| error.error)?;
                Ok(())
            })
            .map_err(|source| ConformanceError::Write {
                path: path.to_owned(),
                source,
            })
    }

    /// The tests that the data knows and `covers` tells to be selected, but that the plan lacks: nobody would notice that they
    /// are not run any more.
    pub fn gone<'a>(&'a self, plan: &[String], covers: impl Fn(&str) -> bool) -> Vec<&'a str> {
        let planned: HashSet<&str> = plan.iter().map(String::as_str).collect();
        let known = self.tests.keys().map(String::as_str);
        known.filter(|url| covers(url) && !planned.contains(url)).collect()
    }

    /// Whether `result` is as good as the data says, or clean.
    #[must_use]
    pub fn allows(&self, result: &TestResult) -> bool {
        // What never ran before may be skipped; what did may not.
        if result.status == TestStatus::Skip {
            return !self.tests.contains_key(&result.url);
        }
        let now = Entry::of(result);
        now.is_clean()
            || self
                .tests
                .get(&result.url)
                .is_some_and(|before| now.is_no_worse_than(*before))
    }
}

#[cfg(test)]
mod tests {
    use super::{Conformance, Entry};
    use crate::outcome::TestStatus;

    #[test]
    fn a_loss_is_a_loss_whatever_else_is_won() {
        let entry = |status, pass, total| Entry { status, pass, total };
        let (ok, error) = (TestStatus::Ok, TestStatus::Error);
        for (now, before, allowed) in [
            (entry(ok, 3, 3), entry(ok, 3, 3), true),
            (entry(ok, 3, 4), entry(ok, 3, 3), false),
            (entry(ok, 2, 4), entry(ok, 3, 4), false),
            (entry(ok, 3, 4), entry(ok, 2, 4), true),
            (entry(error, 3, 4), entry(ok, 2, 4), false),
            (entry(error, 0, 0), entry(error, 0, 0), true),
            (entry(ok, 0, 1), entry(error, 0, 0), true),
        ] {
            assert_eq!(now.is_no_worse_than(before), allowed, "{now:?} after {before:?}");
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data.json");
        let mut data = Conformance::default();
        for (url, pass) in [("/b?x=\"1\"", 1), ("/a", 2)] {
            let entry = Entry {
                status: TestStatus::Ok,
                pass,
                total: 2,
            };
            data.tests.insert(url.to_owned(), entry);
        }
        data.write(&path).unwrap();
        assert_eq!(Conformance::read(&path).unwrap(), data);
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().nth(1), Some(r#""/a":{"status":"OK","pass":2,"total":2},"#));
        std::fs::write(&path, "{}").unwrap();
        assert!(Conformance::read(&path).is_err());
    }
}
