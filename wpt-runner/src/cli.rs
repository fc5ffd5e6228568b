//! The command line.

use std::collections::HashSet;
use std::ffi::OsString;
use std::io::{self, Write as _};
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme};
use thiserror::Error;

use crate::discover::{DiscoverError, Readiness, Test, Tree};
use crate::exec::{self, ExecError};
use crate::exit::ExitCode;
use crate::journal::{Journal, JournalError, Plan, Run};
use crate::judge::{Conformance, ConformanceError, Judgement};
use crate::report::{self, ProgressLine, WriteError};
use crate::serve::{Hosts, Options, Protocol, ServeError, Server};
use crate::supervise::{self, ChildCommand, Progress, Settings, SuperviseError};

/// The subcommand by which the program starts itself to run one test.
const CHILD: &str = "child";

const EXAMPLES: &str = "\
Examples:
  skep run fixtures                      every test below a folder
  skep run --jobs 4 wpt/workers          four at a time
  skep run '/workers/a.any.worker.html'  one test, by its URL
  skep list --skipped wpt/workers        what a run would run, and what not
  skep exec main.js                      a script as a page's main script
";

/// Runs web platform tests, and says what conforms.
#[derive(Debug, Parser)]
#[command(name = "skep", version, after_help = format!("{EXAMPLES}\n{}", ExitCode::HELP))]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run tests, each in a process of its own.
    #[command(after_help = ExitCode::HELP)]
    Run(RunArgs),
    /// Print the test URLs that a run would run, one a line.
    List(ListArgs),
    /// Serve a tree of tests for any browser, and print the URLs.
    Serve(ServeArgs),
    /// Run a script or page; its console goes to the terminal.
    #[command(after_help = ExitCode::HELP)]
    Exec(ExecArgs),
    /// Run the one test that standard input tells.
    #[command(name = CHILD, hide = true)]
    Child,
}

#[derive(Debug, Args)]
struct Selection {
    /// A folder or file inside a tree, or a test URL such as /workers/a.any.worker.html?variant.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<String>,
    /// The tree's root [default: the nearest folder above PATH with resources/testharness.js].
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// Only tests whose URL contains one of these.
    #[arg(long, visible_alias = "include", value_name = "SUBSTRING")]
    filter: Vec<String>,
}

#[derive(Debug, Args)]
struct RunArgs {
    #[command(flatten)]
    selection: Selection,
    /// How many tests run at a time [default: the number of processors].
    #[arg(long, short, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Stretch every timeout by this.
    #[arg(long, value_name = "FACTOR", default_value = "1", value_parser = parse_factor)]
    timeout_multiplier: f64,
    #[command(flatten)]
    heap: HeapArgs,
    /// Write the results to this file, in the format of wptrunner.
    #[arg(long, value_name = "FILE")]
    wptreport: Option<PathBuf>,
    /// Expect what this file says: a test that is not clean is as expected if it is no worse than before.
    #[arg(long, value_name = "FILE")]
    conformance: Option<PathBuf>,
    /// Write what each test gave to this file, for --conformance.
    #[arg(long, value_name = "FILE")]
    save_conformance: Option<PathBuf>,
    /// Keep the journal of the run in this file.
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct ListArgs {
    #[command(flatten)]
    selection: Selection,
    /// Print the tests that would be skipped too, with the reason after a tab.
    #[arg(long)]
    skipped: bool,
}

#[derive(Debug, Args)]
struct ServeArgs {
    #[command(flatten)]
    selection: Selection,
    /// The port on loopback; 0 takes any free one.
    #[arg(long, value_name = "N", default_value_t = 8000)]
    port: u16,
    /// The host under test: localhost, or web-platform.test, which a browser must be told where to find.
    #[arg(long, value_name = "NAME", default_value = Hosts::LOCAL.main, value_parser = parse_hosts)]
    host: Hosts,
    /// Write the certificate of the authority that vouches for the HTTPS origins to this file, in PEM.
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct ExecArgs {
    /// A script (.js) or a page (.html). Its folder is the origin.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// End it after so many seconds, with exit code 3 [default: when nothing is in flight].
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds)]
    timeout: Option<Duration>,
    #[command(flatten)]
    heap: HeapArgs,
}

#[derive(Debug, Args)]
struct HeapArgs {
    /// End a page or worker that holds more than this in its heap and in messages that nobody has read; 0 is no limit.
    #[arg(long, value_name = "MIB", default_value_t = 1024)]
    heap_limit: usize,
}

impl HeapArgs {
    /// In bytes.
    fn limit(&self) -> Option<usize> {
        let mebibytes = Some(self.heap_limit).filter(|&mebibytes| mebibytes > 0)?;
        Some(mebibytes.saturating_mul(1 << 20))
    }
}

/// Why a command could not do what it was asked for.
#[derive(Debug, Error, Diagnostic)]
enum CliError {
    #[error(transparent)]
    Discover(#[from] DiscoverError),
    #[error(transparent)]
    Serve(#[from] ServeError),
    #[error(transparent)]
    Supervise(#[from] SuperviseError),
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Conformance(#[from] ConformanceError),
    #[error(transparent)]
    Report(#[from] WriteError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Exec(#[from] ExecError),
    #[error("could not find the {what}: {source}")]
    Surroundings { what: &'static str, source: io::Error },
    #[error("could not write to the terminal: {0}")]
    Output(io::Error),
    #[error("could not write the authority's certificate to {}: {source}", path.display())]
    Authority { path: PathBuf, source: io::Error },
    #[error("could not run a test as a child: {0}")]
    Child(io::Error),
}

/// The whole command: reads the arguments, does what they say, and tells how it went.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let code = if error.use_stderr() {
                ExitCode::Usage
            } else {
                ExitCode::Ok
            };
            // A terminal that is not there cannot be told.
            let _printed = error.print();
            return code;
        }
    };
    let done = match cli.command {
        Command::Run(arguments) => run(&arguments),
        Command::List(arguments) => list(&arguments),
        Command::Serve(arguments) => serve(&arguments),
        Command::Exec(arguments) => {
            exec::run(&arguments.file, arguments.timeout, arguments.heap.limit()).map_err(CliError::from)
        }
        Command::Child => crate::child::run().map(|()| ExitCode::Ok).map_err(CliError::Child),
    };
    match done {
        Ok(code) => code,
        // Whoever reads the output has had enough of it.
        Err(CliError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::Ok,
        Err(error) => {
            complain(&error);
            ExitCode::Usage
        }
    }
}

fn run(arguments: &RunArgs) -> Result<ExitCode, CliError> {
    let (tree, plan) = arguments.selection.tests()?;
    if plan.is_empty() {
        return Ok(arguments.selection.nothing_to_run());
    }
    let folders = arguments.selection.folders(&tree)?;
    let known = match &arguments.conformance {
        Some(path) => Conformance::read(path)?,
        None => Conformance::default(),
    };
    // Read before anything runs: a file that is none of ours is not to be found out by whoever waited for the results.
    let before = match arguments.save_conformance.as_deref().filter(|path| path.exists()) {
        Some(path) => Conformance::read(path)?,
        None => Conformance::default(),
    };
    let kept;
    let path = match &arguments.journal {
        Some(path) => path.as_path(),
        None => {
            kept = tempfile::NamedTempFile::new().map_err(|source| CliError::Surroundings {
                what: "folder for temporary files",
                source,
            })?;
            kept.path()
        }
    };
    let seal = uuid::Uuid::new_v4().to_string();
    let server = Server::start(
        tree.root(),
        Options {
            hosts: Hosts::TESTS,
            seal: Some(seal.clone()),
            ..Options::default()
        },
    )?;
    let command = ChildCommand {
        program: this_program()?,
        arguments: vec![OsString::from(CHILD)],
    };
    let settings = Settings {
        jobs: arguments
            .jobs
            .or_else(|| std::thread::available_parallelism().ok())
            .unwrap_or(NonZeroUsize::MIN),
        timeout_multiplier: arguments.timeout_multiplier,
        heap_limit: arguments.heap.limit(),
        grace: supervise::GRACE,
        command,
        seal,
    };
    let urls = plan.iter().map(|test| test.url.clone()).collect();
    let mut journal = Journal::create(path, Plan::new(tree.root().display().to_string(), urls))?;
    let mut line = ProgressLine::new(plan.len());
    let mut lost = None;
    supervise::run(&plan, &server, &settings, |progress| {
        match progress {
            Progress::Started(url) => line.started(&url),
            Progress::Finished(result) => {
                line.finished(&result);
                if let Err(error) = journal.record(result) {
                    lost = Some(error);
                    return ControlFlow::Break(());
                }
            }
        }
        ControlFlow::Continue(())
    })?;
    line.clear();
    if let Some(error) = lost {
        return Err(error.into());
    }
    journal.end()?;

    let run = Run::read(path)?;
    let judgement = Judgement::of(&run, &known, |url| arguments.selection.covers(&folders, url));
    let style = report::Style {
        is_coloured: wants_colour(&io::stdout()),
        command: rerun_command(&tree),
    };
    print(&report::table(&run, &judgement, &style))?;
    if let Some(path) = &arguments.wptreport {
        report::write_wptreport(&run, path)?;
    }
    if let Some(path) = &arguments.save_conformance {
        let runnable: HashSet<&str> = plan
            .iter()
            .filter(|test| test.is_run())
            .map(|test| &*test.url)
            .collect();
        Conformance::of(&run)
            .keeping(&before, &run, |url| runnable.contains(url))
            .write(path)?;
    }
    Ok(judgement.exit_code())
}

fn list(arguments: &ListArgs) -> Result<ExitCode, CliError> {
    let (_, tests) = arguments.selection.tests()?;
    let mut lines = String::new();
    for test in &tests {
        match &test.readiness {
            Readiness::Skipped(reason) if arguments.skipped => lines += &format!("{}\t{reason}\n", shown(test)),
            Readiness::Skipped(_) => {}
            Readiness::Runnable | Readiness::Broken(_) => lines += &format!("{}\n", shown(test)),
        }
    }
    print(&lines)?;
    Ok(match tests.iter().any(Test::is_run) {
        true => ExitCode::Ok,
        false => arguments.selection.nothing_to_run(),
    })
}

fn serve(arguments: &ServeArgs) -> Result<ExitCode, CliError> {
    let (tree, tests) = arguments.selection.tests()?;
    let options = Options {
        hosts: arguments.host,
        port: arguments.port,
        ..Options::default()
    };
    let server = Server::start(tree.root(), options)?;
    if let (Some(path), Some(certificate)) = (&arguments.ca, server.authority_pem()) {
        std::fs::write(path, certificate).map_err(|source| CliError::Authority {
            path: path.clone(),
            source,
        })?;
    }
    // Standard output is for the URLs. A terminal that is not there needs no advice.
    let _written = write!(io::stderr(), "{}", advice(&server, arguments.host));
    let origin = server.origin(Protocol::Http, false);
    let mut lines = format!("serving {} at {origin}/ (end with Ctrl-C)\n", tree.root().display());
    lines.extend(
        tests
            .iter()
            .map(|test| format!("{}\n", report::escape(&server.url_of(test), false))),
    );
    print(&lines)?;
    server.wait();
    Ok(ExitCode::Ok)
}

/// How a browser finds the server's names, and trusts it.
fn advice(server: &Server, Hosts { main, other }: Hosts) -> String {
    let key_hash = server.key_hash().unwrap_or_default();
    format!(
        "for HTTPS, trust the authority that --ca FILE writes; it is made anew at each start\n\
         Chromium, with a --user-data-dir of its own: --ignore-certificate-errors-spki-list={key_hash} \
         --host-resolver-rules=\"MAP nonexistent.{main} ~NOTFOUND, MAP nonexistent.{other} ~NOTFOUND, \
         MAP *{main} 127.0.0.1\"\n"
    )
}

impl Selection {
    /// The tree, and the tests that are selected in it.
    fn tests(&self) -> Result<(Tree, Vec<Test>), CliError> {
        let here = std::env::current_dir().map_err(|source| CliError::Surroundings {
            what: "current folder",
            source,
        })?;
        let tree = match &self.root {
            Some(root) => Tree::at(root)?,
            None => match self.paths.first() {
                Some(path) => Tree::around(path, &here)?,
                None => Tree::at(&here)?,
            },
        };
        let mut tests = tree.select(&self.paths, &here)?;
        if !self.filter.is_empty() {
            tests.retain(|test| self.filter.iter().any(|part| test.url.contains(part)));
        }
        Ok((tree, tests))
    }

    /// The selected folders, as the start of the URLs in them.
    fn folders(&self, tree: &Tree) -> Result<Vec<String>, CliError> {
        let here = std::env::current_dir().map_err(|source| CliError::Surroundings {
            what: "current folder",
            source,
        })?;
        Ok(tree.folders(&self.paths, &here)?)
    }

    /// Whether a test of this URL, if there is one, is among the selected ones.
    fn covers(&self, folders: &[String], url: &str) -> bool {
        let filtered = self.filter.is_empty() || self.filter.iter().any(|part| url.contains(part));
        filtered && folders.iter().any(|folder| url.starts_with(folder))
    }

    fn nothing_to_run(&self) -> ExitCode {
        let filters = match self.filter.is_empty() {
            true => String::new(),
            false => format!(" with {} in the URL", self.filter.join(" or ")),
        };
        let message = format!("skep: nothing to run: no test in {}{filters}", self.paths.join(", "));
        // The exit code says the same.
        let _written = writeln!(io::stderr(), "{message}");
        ExitCode::NothingToRun
    }
}

/// A test's URL for a terminal: names of files are as free as any text.
fn shown(test: &Test) -> String {
    report::escape(&test.url, false)
}

fn print(text: &str) -> Result<(), CliError> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(CliError::Output)
}

fn this_program() -> Result<PathBuf, CliError> {
    std::env::current_exe().map_err(|source| CliError::Surroundings {
        what: "program itself",
        source,
    })
}

fn complain(error: &CliError) {
    let theme = match wants_colour(&io::stderr()) {
        true => GraphicalTheme::unicode(),
        false => GraphicalTheme::unicode_nocolor(),
    };
    // The messages name their causes themselves, and paths are not to be broken over lines.
    let handler = GraphicalReportHandler::new_themed(theme)
        .without_cause_chain()
        .with_wrap_lines(false);
    let mut text = String::new();
    if handler.render_report(&mut text, error).is_err() {
        text = error.to_string();
    }
    // There is nobody else to tell.
    let _written = writeln!(io::stderr(), "{}", text.trim_end());
}

/// The words to which a test URL is added to run it alone.
fn rerun_command(tree: &Tree) -> Vec<String> {
    let program = std::env::args().next().unwrap_or_else(|| "skep".to_owned());
    let here = std::env::current_dir().unwrap_or_default();
    let root = match tree.root().strip_prefix(&here) {
        Ok(inside) if inside == Path::new("") => Path::new("."),
        Ok(inside) => inside,
        Err(_) => tree.root(),
    };
    vec![
        program,
        "run".to_owned(),
        "--root".to_owned(),
        root.display().to_string(),
    ]
}

/// <https://no-color.org>
fn wants_colour(stream: &impl io::IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

fn parse_factor(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(factor) if factor.is_finite() && factor > 0.0 => Ok(factor),
        _ => Err("expected a number greater than 0, such as 1.5".to_owned()),
    }
}

fn parse_hosts(text: &str) -> Result<Hosts, String> {
    let known = [Hosts::LOCAL, Hosts::TESTS];
    let found = known.into_iter().find(|hosts| hosts.main == text);
    found.ok_or_else(|| format!("expected {}", known.map(|hosts| hosts.main).join(" or ")))
}

fn parse_seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok();
    let duration = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    duration.ok_or_else(|| "expected a number of seconds, such as 2.5".to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Cli, parse_factor, parse_seconds};
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn numbers_must_make_sense() {
        assert_eq!(parse_factor("0.5"), Ok(0.5));
        for bad in ["0", "-1", "NaN", "inf", "x"] {
            assert!(parse_factor(bad).is_err(), "{bad}");
        }
        assert_eq!(parse_seconds("0.25").unwrap().as_millis(), 250);
        for bad in ["-1", "NaN", "inf", "1e30", "x"] {
            assert!(parse_seconds(bad).is_err(), "{bad}");
        }
    }
}
