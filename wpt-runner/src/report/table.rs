//! The report on the terminal: failures, skips, the table by folder, and the sum of it all.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use super::text::{Palette, escape, shell_quote};
use crate::exit::ExitCode;
use crate::journal::Run;
use crate::judge::Judgement;
use crate::outcome::{SubtestStatus, TestResult, TestStatus};

/// How many lines of a failed test's output are shown.
const OUTPUT_LINES: usize = 10;
/// How many failed subtests of a test are shown.
const SUBTESTS_SHOWN: usize = 50;

/// How the report is written.
#[derive(Clone, Debug)]
pub struct Style {
    /// With colours.
    pub is_coloured: bool,
    /// The command that starts a run, to which a root and a test URL can be added.
    pub command: Vec<String>,
}

/// Writes the report of a run.
#[must_use]
pub fn table(run: &Run, judgement: &Judgement<'_>, style: &Style) -> String {
    let mut out = String::new();
    let palette = Palette::new(style.is_coloured);
    // Writing to a string cannot fail.
    let _written = write(&mut out, run, judgement, style, palette);
    out
}

fn write(out: &mut String, run: &Run, judgement: &Judgement<'_>, style: &Style, palette: Palette) -> fmt::Result {
    for result in &judgement.unexpected {
        failure(out, result, style, palette)?;
    }
    for url in &judgement.missing {
        writeln!(out, "{} {}", palette.bad("MISSING"), escape(url, false))?;
        writeln!(out, "  planned, but it has no final result")?;
        rerun(out, url, style, palette)?;
    }
    for url in &judgement.gone {
        writeln!(out, "{} {}", palette.bad("GONE"), escape(url, false))?;
        writeln!(
            out,
            "  known from the conformance data and selected, but no such test was found\n"
        )?;
    }
    folders(out, run, palette)?;
    skips(out, run)?;
    sum(out, run, judgement, palette)
}

fn failure(out: &mut String, result: &TestResult, style: &Style, palette: Palette) -> fmt::Result {
    let verdict = match result.status {
        TestStatus::Ok => "FAIL",
        status => status.name(),
    };
    writeln!(
        out,
        "{} {}",
        palette.bad(verdict),
        palette.strong(&escape(&result.url, false))
    )?;
    if let Some(message) = &result.message {
        details(out, "  ", message, result.location.as_deref())?;
    }
    let failed = || {
        result
            .subtests
            .iter()
            .filter(|subtest| subtest.status != SubtestStatus::Pass)
    };
    for subtest in failed().take(SUBTESTS_SHOWN) {
        writeln!(
            out,
            "  {} {}",
            palette.bad(subtest.status.name()),
            escape(&subtest.name, false)
        )?;
        let message = subtest.message.as_deref().unwrap_or_default();
        details(out, "    ", message, subtest.location.as_deref())?;
    }
    if let Some(more @ 1..) = failed().count().checked_sub(SUBTESTS_SHOWN) {
        writeln!(out, "  … and {more} more")?;
    }
    let lines: Vec<&str> = result.output.lines().collect();
    for line in lines.iter().skip(lines.len().saturating_sub(OUTPUT_LINES)) {
        writeln!(out, "  {}", palette.faint(&format!("| {}", escape(line, false))))?;
    }
    rerun(out, &result.url, style, palette)
}

fn details(out: &mut String, indent: &str, message: &str, location: Option<&str>) -> fmt::Result {
    for line in message.lines() {
        writeln!(out, "{indent}{}", escape(line, false))?;
    }
    match location {
        Some(location) => writeln!(out, "{indent}at {}", escape(location, false)),
        None => Ok(()),
    }
}

fn rerun(out: &mut String, url: &str, style: &Style, palette: Palette) -> fmt::Result {
    let words = style.command.iter().map(String::as_str).chain([url]);
    let command: Vec<String> = words.map(|word| escape(&shell_quote(word), false)).collect();
    writeln!(out, "  {} {}\n", palette.faint("again:"), command.join(" "))
}

#[derive(Debug, Default)]
struct Row {
    tests: usize,
    clean: usize,
    failed: usize,
    timeout: usize,
    crash: usize,
    skip: usize,
    passed: usize,
    subtests: usize,
}

impl Row {
    fn add(&mut self, result: &TestResult) {
        self.tests += 1;
        self.passed += result.passed();
        self.subtests += result.subtests.len();
        let column = match result.status {
            _ if result.is_clean() => &mut self.clean,
            TestStatus::Ok | TestStatus::Error | TestStatus::PreconditionFailed => &mut self.failed,
            TestStatus::Timeout => &mut self.timeout,
            TestStatus::Crash | TestStatus::OutOfMemory => &mut self.crash,
            TestStatus::Skip => &mut self.skip,
        };
        *column += 1;
    }

    fn cells(&self) -> [String; 7] {
        let counts = [self.tests, self.clean, self.failed, self.timeout, self.crash, self.skip];
        let [tests, clean, failed, timeout, crash, skip] = counts.map(|count| count.to_string());
        [
            tests,
            clean,
            failed,
            timeout,
            crash,
            skip,
            format!("{}/{}", self.passed, self.subtests),
        ]
    }
}

fn folders(out: &mut String, run: &Run, palette: Palette) -> fmt::Result {
    const HEAD: [&str; 7] = ["tests", "clean", "failed", "timeout", "crash", "skip", "subtests"];
    let mut rows: BTreeMap<&str, Row> = BTreeMap::new();
    let mut total = Row::default();
    for result in &run.results {
        rows.entry(folder(&result.url)).or_default().add(result);
        total.add(result);
    }
    let mut lines: Vec<(String, [String; 7])> = vec![("folder".to_owned(), HEAD.map(str::to_owned))];
    lines.extend(rows.iter().map(|(folder, row)| (escape(folder, false), row.cells())));
    if rows.len() > 1 {
        lines.push(("all".to_owned(), total.cells()));
    }
    let wide = |text: &String| text.chars().count();
    let name_width = lines.iter().map(|(name, _)| wide(name)).max().unwrap_or_default();
    let widths: Vec<usize> = (0..HEAD.len())
        .map(|column| {
            lines
                .iter()
                .map(|(_, cells)| wide(&cells[column]))
                .max()
                .unwrap_or_default()
        })
        .collect();
    for (index, (name, cells)) in lines.iter().enumerate() {
        let mut line = format!("{name:name_width$}");
        for (cell, width) in cells.iter().zip(&widths) {
            write!(line, "  {cell:>width$}")?;
        }
        match index {
            0 => writeln!(out, "{}", palette.strong(&line))?,
            _ => writeln!(out, "{line}")?,
        }
    }
    Ok(())
}

fn folder(url: &str) -> &str {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    path.rsplit_once('/')
        .map_or("/", |(folder, _)| if folder.is_empty() { "/" } else { folder })
}

fn skips(out: &mut String, run: &Run) -> fmt::Result {
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for result in run.results.iter().filter(|result| result.status == TestStatus::Skip) {
        *reasons
            .entry(result.message.as_deref().unwrap_or_default())
            .or_default() += 1;
    }
    if !reasons.is_empty() {
        writeln!(out, "\nskipped:")?;
    }
    for (reason, count) in reasons {
        writeln!(out, "{count:>6}  {}", escape(reason, false))?;
    }
    Ok(())
}

fn sum(out: &mut String, run: &Run, judgement: &Judgement<'_>, palette: Palette) -> fmt::Result {
    let clean = run.results.iter().filter(|result| result.is_clean()).count();
    let skipped = run.results.len() - judgement.ran;
    let duration = match run.ended_ms {
        Some(ended) => format!(" in {:.1} s", ended.saturating_sub(run.plan.started_ms) as f64 / 1000.0),
        None => String::new(),
    };
    // With conformance data, a test can be as expected without being clean.
    let unexpected = judgement
        .unexpected
        .iter()
        .filter(|result| result.status != TestStatus::Skip);
    let expected = match judgement.ran - unexpected.count() {
        expected if expected == clean => String::new(),
        expected => format!("{expected} as expected, "),
    };
    let text = format!(
        "{clean} of {} tests clean, {expected}{skipped} skipped{duration}",
        judgement.ran
    );
    let text = match judgement.missing.len() {
        0 => text,
        missing => format!("INCOMPLETE: {text}; {missing} planned tests have no final result"),
    };
    let is_good = judgement.exit_code() == ExitCode::Ok;
    let painted = if is_good {
        palette.good(&text)
    } else {
        palette.bad(&text)
    };
    writeln!(out, "\n{painted}")
}

#[cfg(test)]
mod tests {
    use super::{Style, table};
    use crate::journal::{Plan, Run};
    use crate::judge::{Conformance, Judgement};
    use crate::outcome::{SubtestResult, SubtestStatus, TestResult, TestStatus};

    fn report(results: Vec<TestResult>, urls: &[&str]) -> String {
        let plan = Plan::new("/r".to_owned(), urls.iter().map(|url| (*url).to_owned()).collect());
        let ended_ms = Some(plan.started_ms + 1500);
        let run = Run {
            plan,
            results,
            ended_ms,
        };
        let command = ["skep", "run", "--root", "my tree"].map(str::to_owned).to_vec();
        table(
            &run,
            &Judgement::of(&run, &Conformance::default(), |_| true),
            &Style {
                is_coloured: false,
                command,
            },
        )
    }

    fn subtest(name: &str, status: SubtestStatus, message: Option<&str>) -> SubtestResult {
        SubtestResult {
            name: name.to_owned(),
            status,
            message: message.map(str::to_owned),
            location: message.map(|_| "a/x.any.js:1:2".to_owned()),
        }
    }

    #[test]
    fn a_report_says_what_failed_and_how_to_see_it_again() {
        let mut clean = TestResult::unrun("/a/y.html".to_owned(), TestStatus::Ok, String::new(), 0);
        clean.subtests = vec![subtest("good", SubtestStatus::Pass, None)];
        let mut failed = TestResult::unrun("/b/x.any.html?v".to_owned(), TestStatus::Ok, String::new(), 0);
        failed.message = None;
        failed.output = "Log: \u{1b}[31m\n".to_owned();
        failed.subtests = vec![
            subtest("good", SubtestStatus::Pass, None),
            subtest("bad\n", SubtestStatus::Fail, Some("one\ntwo")),
        ];
        let skipped = TestResult::unrun("/b/z.html".to_owned(), TestStatus::Skip, "no".to_owned(), 0);
        let expected = "\
FAIL /b/x.any.html?v
  FAIL bad\\n
    one
    two
    at a/x.any.js:1:2
  | Log: \\u{1b}[31m
  again: skep run --root 'my tree' '/b/x.any.html?v'

MISSING /c.html
  planned, but it has no final result
  again: skep run --root 'my tree' /c.html

folder  tests  clean  failed  timeout  crash  skip  subtests
/a          1      1       0        0      0     0       1/1
/b          2      0       1        0      0     1       1/2
all         3      1       1        0      0     1       2/3

skipped:
     1  no

INCOMPLETE: 1 of 2 tests clean, 1 skipped in 1.5 s; 1 planned tests have no final result
";
        let urls = ["/a/y.html", "/b/x.any.html?v", "/b/z.html", "/c.html"];
        assert_eq!(report(vec![clean, failed, skipped], &urls), expected);
    }
}
