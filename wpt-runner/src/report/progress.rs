//! The line that moves while tests run.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::outcome::{TestResult, TestStatus};

/// How often a plain line is written where there is no terminal.
const PLAIN_INTERVAL: Duration = Duration::from_secs(10);

/// Shows how far a run is, on standard error: a bar on a terminal, else a line now and then.
#[derive(Debug)]
pub struct ProgressLine {
    bar: Option<ProgressBar>,
    total: usize,
    done: usize,
    not_clean: usize,
    last_line: Instant,
}

impl ProgressLine {
    /// Begins with a plan of `total` tests.
    #[must_use]
    pub fn new(total: usize) -> Self {
        let bar = io::stderr().is_terminal().then(|| {
            let length = u64::try_from(total).unwrap_or(u64::MAX);
            let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
            // The template is a constant; should it be wrong, the usual bar does.
            if let Ok(style) = ProgressStyle::with_template("{pos}/{len} {bar:30} {elapsed}<{eta} {wide_msg}") {
                bar.set_style(style);
            }
            bar
        });
        Self {
            bar,
            total,
            done: 0,
            not_clean: 0,
            last_line: Instant::now(),
        }
    }

    /// A test was started.
    pub fn started(&mut self, url: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(format!("{}{}", self.not_clean_text(), super::text::escape(url, false)));
        }
    }

    /// A test has its final result.
    pub fn finished(&mut self, result: &TestResult) {
        self.done += 1;
        if result.status != TestStatus::Skip && !result.is_clean() {
            self.not_clean += 1;
        }
        match &self.bar {
            Some(bar) => bar.inc(1),
            None if self.last_line.elapsed() >= PLAIN_INTERVAL => {
                self.last_line = Instant::now();
                let text = format!("{}/{} {}", self.done, self.total, self.not_clean_text());
                // Nobody needs to read it.
                let _written = writeln!(io::stderr(), "{}", text.trim_end());
            }
            None => {}
        }
    }

    /// Takes the line away.
    pub fn clear(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }

    fn not_clean_text(&self) -> String {
        match self.not_clean {
            0 => String::new(),
            count => format!("{count} not clean  "),
        }
    }
}
