//! The report in the format of the web platform tests' own runner.
//!
//! <https://github.com/web-platform-tests/wpt/blob/master/tools/wptrunner/wptrunner/formatters/wptreport.py>

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;
use thiserror::Error;

use crate::journal::Run;
use crate::outcome::{SubtestStatus, TestStatus};

/// Why the report could not be written.
#[derive(Debug, Error)]
#[error("could not write the report {}: {source}", path.display())]
pub struct WriteError {
    /// The file.
    path: PathBuf,
    /// Why.
    source: io::Error,
}

#[derive(Serialize)]
struct Report<'a> {
    run_info: RunInfo,
    time_start: u64,
    time_end: u64,
    results: Vec<Test<'a>>,
}

#[derive(Serialize)]
struct RunInfo {
    product: &'static str,
    browser_version: &'static str,
    os: &'static str,
    processor: &'static str,
    debug: bool,
}

#[derive(Serialize)]
struct Test<'a> {
    test: &'a str,
    subsuite: &'static str,
    status: TestStatus,
    message: Option<&'a str>,
    duration: u64,
    subtests: Vec<Subtest<'a>>,
}

#[derive(Serialize)]
struct Subtest<'a> {
    name: &'a str,
    status: SubtestStatus,
    message: Option<&'a str>,
}

/// Writes the report of `run` to `path`, which then holds either what it held or the whole
/// report.
///
/// # Errors
/// If the file or its folder cannot be written.
pub fn write_wptreport(run: &Run, path: &Path) -> Result<(), WriteError> {
    let write = || {
        let folder = match path.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        serde_json::to_writer(io::BufWriter::new(file.as_file_mut()), &report(run))?;
        file.write_all(b"\n")?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(|source| WriteError {
        path: path.to_owned(),
        source,
    })
}

fn report(run: &Run) -> Report<'_> {
    let results = run.results.iter().map(|result| Test {
        test: &result.url,
        subsuite: "",
        status: match result.status {
            // The format has no word for it; the message has.
            TestStatus::OutOfMemory => TestStatus::Crash,
            status => status,
        },
        message: result.message.as_deref(),
        duration: result.duration_ms,
        subtests: result
            .subtests
            .iter()
            .map(|subtest| Subtest {
                name: &subtest.name,
                status: subtest.status,
                message: subtest.message.as_deref(),
            })
            .collect(),
    });
    let last = run
        .results
        .iter()
        .map(|result| result.started_ms + result.duration_ms)
        .max();
    Report {
        run_info: RunInfo {
            product: "skep",
            browser_version: env!("CARGO_PKG_VERSION"),
            os: std::env::consts::OS,
            processor: std::env::consts::ARCH,
            debug: cfg!(debug_assertions),
        },
        time_start: run.plan.started_ms,
        time_end: run.ended_ms.or(last).unwrap_or(run.plan.started_ms),
        results: results.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::write_wptreport;
    use crate::journal::{Plan, Run};
    use crate::outcome::{SubtestResult, SubtestStatus, TestResult, TestStatus};

    #[test]
    fn the_format_is_upstream_s() {
        let mut result = TestResult::unrun("/a.html".to_owned(), TestStatus::Timeout, "late".to_owned(), 5);
        result.duration_ms = 7;
        result.subtests = vec![SubtestResult {
            name: "n".to_owned(),
            status: SubtestStatus::PreconditionFailed,
            message: None,
            location: Some("a:1:2".to_owned()),
        }];
        let plan = Plan::new(String::new(), vec!["/a.html".to_owned()]);
        let run = Run {
            plan,
            results: vec![result],
            ended_ms: None,
        };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        write_wptreport(&run, &path).unwrap();
        let report: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        assert_eq!(report["run_info"]["product"], "skep");
        assert_eq!(report["time_end"], 12);
        let expected = serde_json::json!([{
            "test": "/a.html", "subsuite": "", "status": "TIMEOUT", "message": "late", "duration": 7,
            "subtests": [{"name": "n", "status": "PRECONDITION_FAILED", "message": null}],
        }]);
        assert_eq!(report["results"], expected);
        let nowhere = folder.path().join("nowhere/report.json");
        assert!(
            write_wptreport(&run, &nowhere)
                .unwrap_err()
                .to_string()
                .contains("nowhere")
        );
    }
}
