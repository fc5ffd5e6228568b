//! Headless Chromium, and what pages give in it.

use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::json;
use tempfile::TempDir;

use crate::verdicts::Report;
use crate::webdriver::{DriverError, Session};

/// How many browsers run at a time.
const BROWSERS: usize = 2;

/// What the harness's own timeouts are stretched by: a busy machine is no reason to fail.
const TIMEOUT_MULTIPLIER: u32 = 2;

/// How long a page may take: no harness waits longer than this for its tests.
const PATIENCE: Duration = Duration::from_secs(60 * TIMEOUT_MULTIPLIER as u64 + 15);

/// What Chromium is started with, besides what the driver adds and the server says.
const ARGUMENTS: [&str; 3] = [
    "--headless=new",
    // Containers seldom let it have one, and root never has one.
    "--no-sandbox",
    "--disable-gpu",
];

/// Where all host names lead that the server does not say anything about.
const NOWHERE: &str = ", MAP * ~NOTFOUND, EXCLUDE 127.0.0.1";

/// Gives the page's results once it has them, with the text that it shows them by.
const ASK: &str = "
    const [answer] = arguments;
    window[Symbol.for('completion of the harness')].then((results) => {
        const log = document.getElementById('log');
        answer({ ...results, shown: (log?.textContent ?? '').toWellFormed() });
    });
";

/// What a page gave, and the text that it shows of it.
#[derive(Debug)]
pub struct Visit {
    pub report: Report,
    pub shown: String,
}

/// A running `chromedriver`. It ends, with what it started, when this goes out of scope.
#[derive(Debug)]
pub struct Driver {
    process: Child,
    address: SocketAddr,
    /// What each browser is started with.
    arguments: Vec<String>,
    /// Whatever it and its browsers write.
    _scratch: TempDir,
}

impl Driver {
    /// Its browsers are started with what the server says, too.
    pub fn start(advice: &[String]) -> Self {
        let mut arguments: Vec<String> = ARGUMENTS.map(str::to_owned).into();
        arguments.extend(
            advice
                .iter()
                .map(|argument| match argument.starts_with("--host-resolver-rules=") {
                    true => argument.clone() + NOWHERE,
                    false => argument.clone(),
                }),
        );
        let scratch = tempfile::tempdir().unwrap();
        let mut command = Command::new("chromedriver");
        command
            .env("TMPDIR", scratch.path())
            .env("XDG_CONFIG_HOME", scratch.path());
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped());
        // A group, so that no browser outlives it.
        command.process_group(0);
        let mut process = command
            .spawn()
            .unwrap_or_else(|error| panic!("could not start chromedriver (apt-get install chromium-driver): {error}"));
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = lines.find_map(|line| {
            let line = line.ok()?;
            let (_, port) = line.split_once("started successfully on port ")?;
            port.trim_end_matches('.').parse::<u16>().ok()
        });
        // What else it says is nobody's business, but it must have somewhere to go.
        std::thread::spawn(move || lines.for_each(drop));
        let Some(port) = port else {
            let _killed = process.kill();
            panic!("chromedriver does not say which port it listens on");
        };
        Self {
            process,
            address: (Ipv4Addr::LOCALHOST, port).into(),
            arguments,
            _scratch: scratch,
        }
    }

    /// What each of the pages gives, in no order.
    pub fn visits(&self, urls: &[String]) -> Vec<(String, Visit)> {
        let waiting = Mutex::new(urls.iter());
        let done = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for _ in 0..BROWSERS.min(urls.len()) {
                scope.spawn(|| {
                    let mut browser = Browser {
                        driver: self,
                        session: None,
                    };
                    loop {
                        let Some(url) = waiting.lock().unwrap().next() else {
                            return;
                        };
                        let visit = browser.visit(url);
                        done.lock().unwrap().push((url.clone(), visit));
                    }
                });
            }
        });
        done.into_inner().unwrap()
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _killed = kill_process_group(Pid::from_child(&self.process), Signal::KILL);
        let _waited = self.process.wait();
    }
}

/// A browser, which is started anew after it failed.
struct Browser<'a> {
    driver: &'a Driver,
    session: Option<Session>,
}

impl Browser<'_> {
    /// What a page gives. A browser that fails gets a second chance; a page that gives something, or nothing in all
    /// that time, gets none.
    fn visit(&mut self, url: &str) -> Visit {
        self.try_visit(url)
            .or_else(|error| match error.is_timeout() {
                true => Err(error),
                false => {
                    eprintln!("{url} once more in a new browser: {error}");
                    self.try_visit(url)
                }
            })
            .unwrap_or_else(|error| Visit {
                report: Report::lost(error.to_string()),
                shown: String::new(),
            })
    }

    fn try_visit(&mut self, url: &str) -> Result<Visit, DriverError> {
        // One that fails is not put back.
        let session = match self.session.take() {
            Some(session) => session,
            None => {
                let options = json!({ "goog:chromeOptions": { "args": self.driver.arguments } });
                Session::new(self.driver.address, &options, PATIENCE)?
            }
        };
        let multiplier = TIMEOUT_MULTIPLIER.to_string();
        let listener = include_str!("listener.js").replace("TIMEOUT_MULTIPLIER", &multiplier);
        let told = session.visit(url, &listener, ASK)?;
        self.session = Some(session);
        Ok(Visit {
            report: Report::of_harness(&told),
            shown: told["shown"].as_str().unwrap_or_default().to_owned(),
        })
    }
}
