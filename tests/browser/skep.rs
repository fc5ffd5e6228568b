//! The program under test: its server, and its own verdicts.

use std::io::{BufRead as _, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Sender};
use std::time::Duration;

use serde_json::Value;

use crate::verdicts::{Account, Report};

/// How long the server may take until it has listed its tests. No verdict hangs on this.
const PATIENCE: Duration = Duration::from_secs(60);

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_skep"));
    command.args(arguments).arg(folder).stdin(Stdio::null());
    command
}

/// What `skep run` gives for every test in the folder.
pub fn verdicts(folder: &Path) -> Account {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("report.json");
    let output = command(folder, &["run", "--wptreport", path.to_str().unwrap()])
        .output()
        .unwrap();
    // That not every test is clean is for the comparison to say.
    let text = std::fs::read(path).unwrap_or_else(|error| panic!("skep run wrote no report ({error}): {output:?}"));
    let report: Value = serde_json::from_slice(&text).unwrap();
    let results = report["results"].as_array().unwrap().iter();
    results
        .map(|result| (result["test"].as_str().unwrap().to_owned(), Report::of_entry(result)))
        .collect()
}

/// A running `skep serve`. It ends when this goes out of scope.
#[derive(Debug)]
pub struct Server {
    process: Child,
    /// Where each test in the folder is.
    pub urls: Vec<String>,
    /// What it says that Chromium is to be started with.
    pub advice: Vec<String>,
}

impl Server {
    /// Serves the tests in the folder where `skep run` does.
    pub fn start(folder: &Path) -> Self {
        let listed = command(folder, &["list", "--skipped"]).output().unwrap();
        let listed = String::from_utf8(listed.stdout).unwrap();
        let last = listed.lines().last().expect("the folder has tests");
        let last = last.split('\t').next().unwrap_or_default();

        let mut serve = command(folder, &["serve", "--port", "0", "--host", "web-platform.test"]);
        serve.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut server = Self {
            process: serve.spawn().unwrap(),
            urls: Vec::new(),
            advice: Vec::new(),
        };
        let (sender, receiver) = mpsc::channel();
        tell(server.process.stdout.take().unwrap(), sender.clone());
        tell(server.process.stderr.take().unwrap(), sender);
        // It does not end by itself, so the last test is what says that all have been listed.
        while server.advice.is_empty() || server.urls.last().is_none_or(|url| path_of(url) != last) {
            let Ok(line) = receiver.recv_timeout(PATIENCE) else {
                panic!(
                    "skep serve listed {} tests, not {last}; {:?}",
                    server.urls.len(),
                    server.advice
                );
            };
            if let Some((_, arguments)) = line
                .split_once(" of its own: ")
                .filter(|_| line.starts_with("Chromium"))
            {
                server.advice = arguments.split(" --").map(argument).collect();
            } else if line.starts_with("http://") || line.starts_with("https://") {
                server.urls.push(line);
            }
        }
        server
    }
}

/// Sends each line.
fn tell(lines: impl Read + Send + 'static, to: Sender<String>) {
    let lines = BufReader::new(lines).lines();
    std::thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| to.send(line)));
}

/// An argument as a shell would give it to the program; its hyphens may have been split off.
fn argument(text: &str) -> String {
    format!("--{}", text.trim_start_matches('-').replace('"', ""))
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _killed = self.process.kill();
        let _waited = self.process.wait();
    }
}

/// A test's URL without its origin.
pub fn path_of(url: &str) -> &str {
    let authority = url.find("://").map_or(0, |at| at + "://".len());
    url[authority..].find('/').map_or("", |at| &url[authority + at..])
}
