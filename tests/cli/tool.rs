//! Trees of tests in temporary folders, and the program run on them.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// How long the program may take before a test gives up on it. No verdict hangs on this.
const PATIENCE: Duration = Duration::from_secs(240);

/// The harness, and nothing else, as the head of a page.
pub const HEAD: &str = "<!doctype html>\n<script src=/resources/testharness.js></script>\n\
                        <script src=/resources/testharnessreport.js></script>\n";

/// A page that runs `script` under the harness. The script's first line is line 5.
pub fn page(script: &str) -> String {
    format!("{HEAD}<script>\n{script}\n</script>\n")
}

/// A test with one passing subtest, wherever it runs.
pub const CLEAN: &str = "test(() => assert_equals(1 + 1, 2), 'sum');\n";

/// A folder with files of a test's own. Gone when it goes out of scope.
#[derive(Debug)]
pub struct Folder {
    folder: tempfile::TempDir,
}

impl Folder {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// With our own harness, which makes it a tree of tests.
    pub fn tree() -> Self {
        let harness = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/resources/testharness.js");
        Self::new().with("resources/testharness.js", fs::read_to_string(harness).unwrap())
    }

    pub fn with(self, path: &str, text: impl AsRef<str>) -> Self {
        self.write(path, text);
        self
    }

    pub fn with_page(self, path: &str, script: &str) -> Self {
        self.with(path, page(script))
    }

    pub fn write(&self, path: &str, text: impl AsRef<str>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text.as_ref()).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    /// The program, to be run in this folder.
    pub fn command(&self, arguments: &[impl AsRef<OsStr>]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_skep"));
        command.args(arguments).current_dir(self.root()).stdin(Stdio::null());
        command
    }

    /// Runs the program in this folder.
    pub fn skep(&self, arguments: &[impl AsRef<OsStr>]) -> Told {
        Told::by(&mut self.command(arguments))
    }

    /// `skep run`, with what it wrote as its report.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        self.run_by(|command| command, arguments)
    }

    /// The same after `change` to the command.
    pub fn run_by(&self, change: impl FnOnce(&mut Command) -> &mut Command, arguments: &[&str]) -> Ran {
        let report = self.path("report.json");
        let report = report.to_str().unwrap();
        let mut command = self.command(&[&["run", "--wptreport", report], arguments].concat());
        let told = Told::by(change(&mut command));
        let text = fs::read(report).unwrap_or_else(|error| panic!("no report ({error}) from {told}"));
        let report: Value = serde_json::from_slice(&text).unwrap();
        let results = report["results"].as_array().unwrap();
        let by_url = results
            .iter()
            .map(|result| (result["test"].as_str().unwrap().to_owned(), result.clone()));
        Ran {
            told,
            results: by_url.collect(),
        }
    }
}

/// What the program said, and how it ended.
#[derive(Debug)]
pub struct Told {
    /// The exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Told {
    pub fn by(command: &mut Command) -> Self {
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let id = Pid::from_child(&child);
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || sender.send(child.wait_with_output()));
        let Ok(output) = receiver.recv_timeout(PATIENCE) else {
            kill_process(id, Signal::KILL).unwrap();
            panic!("{command:?} did not end");
        };
        Self::from(output.unwrap())
    }

    /// Fails unless the program ended with `code`.
    #[track_caller]
    pub fn exits(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    /// Fails unless `text` stands in the standard output.
    #[track_caller]
    pub fn says(&self, text: &str) -> &Self {
        assert!(self.stdout.contains(text), "no {text:?} in the output of {self}");
        self
    }

    /// Fails unless `text` stands in the standard error.
    #[track_caller]
    pub fn complains(&self, text: &str) -> &Self {
        assert!(self.stderr.contains(text), "no {text:?} in the errors of {self}");
        self
    }

    /// The part of the output about the test at `url`: from its verdict to its last line.
    #[track_caller]
    pub fn about(&self, url: &str) -> &str {
        let end = format!(" {url}\n");
        let mut blocks = self.stdout.split("\n\n");
        let block = blocks.find(|block| {
            block
                .split_inclusive('\n')
                .next()
                .is_some_and(|line| line.ends_with(&end))
        });
        block.unwrap_or_else(|| panic!("nothing about {url} in {self}"))
    }
}

impl From<Output> for Told {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, stdout, stderr } = self;
        write!(f, "exit {code:?}\n--- stdout\n{stdout}--- stderr\n{stderr}---")
    }
}

/// What a run told, and its report by test URL.
#[derive(Debug)]
pub struct Ran {
    pub told: Told,
    pub results: BTreeMap<String, Value>,
}

impl Ran {
    /// Fails unless the run ended with `code`.
    #[track_caller]
    pub fn exits(&self, code: i32) -> &Self {
        self.told.exits(code);
        self
    }

    /// The verdicts by URL: the test's, then each subtest's with its name.
    pub fn verdicts(&self) -> Vec<String> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let verdict = |(url, result): (&String, &Value)| {
            let subtests = result["subtests"].as_array().unwrap().iter();
            let subtests = subtests.map(|subtest| format!(" {}:{}", text(&subtest["status"]), text(&subtest["name"])));
            format!("{url} {}{}", text(&result["status"]), subtests.collect::<String>())
        };
        self.results.iter().map(verdict).collect()
    }

    /// Fails unless the run gave exactly these verdicts.
    #[track_caller]
    pub fn gives(&self, verdicts: &[&str]) -> &Self {
        assert_eq!(self.verdicts(), verdicts, "{}", self.told);
        self
    }
}
