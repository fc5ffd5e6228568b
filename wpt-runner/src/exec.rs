//! `skep exec`: a script or page run for its own sake.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use miette::Diagnostic;
use thiserror::Error;

use crate::exit::ExitCode;
use crate::serve::{Options, Ports, Protocol, ServeError, Server};
use skep_webapi::{
    ConsoleLevel, ConsoleMessage, PageOptions, PageState, Reach, Refusal, StartError, UserAgent, UserAgentOptions,
};

/// Why nothing could be executed.
#[derive(Debug, Error, Diagnostic)]
#[non_exhaustive]
pub enum ExecError {
    /// The file is not there, or cannot be read.
    #[error("could not read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is neither a script nor a page.
    #[error("cannot run {}: expected a script (.js) or a page (.html, .htm, .xhtml, .svg)", .0.display())]
    UnknownKind(PathBuf),
    /// The file's name or folder cannot be made into a URL.
    #[error("cannot make a URL for {}: its name is not UTF-8", .0.display())]
    NoUrl(PathBuf),
    /// Its folder could not be served.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The user agent or its page could not be started.
    #[error("could not open the page: {0}")]
    Start(String),
}

/// Runs `file` until nothing of it is in flight, or for `timeout`. Its console goes to the
/// terminal.
pub(crate) fn run(file: &Path, timeout: Option<Duration>, heap_limit: Option<usize>) -> Result<ExitCode, ExecError> {
    skep_webapi::on_refusal(give_up);
    let unreadable = |source| ExecError::Unreadable {
        path: file.to_owned(),
        source,
    };
    std::fs::File::open(file)
        .and_then(|mut opened| io::Read::read(&mut opened, &mut [0]))
        .map_err(unreadable)?;
    let name = file.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| ExecError::NoUrl(file.to_owned()))?;
    let folder = match file.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let (page, pages) = match file.extension().and_then(|extension| extension.to_str()) {
        Some("js") => {
            let page = format!("/{name}.html");
            (page.clone(), vec![(page, page_around(name))])
        }
        Some("html" | "htm" | "xhtml" | "xht" | "svg") => (format!("/{name}"), Vec::new()),
        _ => return Err(ExecError::UnknownKind(file.to_owned())),
    };
    let options = Options {
        ports: Ports::Plain,
        handlers: false,
        pages,
        ..Options::default()
    };
    let server = Server::start(folder, options)?;
    let origin = server.origin(Protocol::Http, false);
    let failed = |error: StartError| ExecError::Start(error.to_string());
    let mut url = url::Url::parse(&origin).map_err(|error| ExecError::Start(error.to_string()))?;
    url.set_path(&escape_percent(&page));

    let user_agent = UserAgent::new(UserAgentOptions {
        reach: Reach {
            names: server.names(),
            ports: server.ports(),
            authorities: Vec::new(),
        },
        console: Arc::new(move |message| print(&message, &origin)),
        heap_limit,
        ..UserAgentOptions::default()
    });
    let page = user_agent
        .open_page(
            url,
            PageOptions {
                host_scripts: Vec::new(),
            },
        )
        .map_err(failed)?;
    let code = match page.wait_idle(timeout) {
        PageState::Idle if page.uncaught_errors() == 0 => ExitCode::Ok,
        PageState::Idle => ExitCode::Unexpected,
        PageState::TimedOut => {
            complain(&format!("{} was still running at --timeout", file.display()));
            ExitCode::Incomplete
        }
        PageState::LoadFailed(reason) => {
            complain(&format!("could not load {}: {reason}", file.display()));
            ExitCode::Unexpected
        }
        PageState::OutOfMemory(limit) => {
            complain(&format!(
                "{} held more than {} MiB: see --heap-limit",
                file.display(),
                limit >> 20
            ));
            ExitCode::Unexpected
        }
        PageState::Crashed(reason) => {
            complain(&format!("{} crashed: {reason}", file.display()));
            ExitCode::Unexpected
        }
    };
    Ok(code)
}

/// A block that is too large by far is asked for by code that cannot do without it.
fn give_up(refusal: Refusal) {
    complain(&refusal.to_string());
    std::process::exit(ExitCode::Unexpected as i32);
}

/// A page with the script as its only content.
fn page_around(script: &str) -> String {
    let source = format!("./{}", escape_percent(script).replace('?', "%3F").replace('#', "%23"));
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    format!(
        "<!doctype html>\n<meta charset=utf-8>\n<title>{}</title>\n<script src=\"{}\"></script>\n",
        escape(script),
        escape(&source)
    )
}

fn escape_percent(path: &str) -> String {
    path.replace('%', "%25")
}

/// The console of the page is the user's own.
fn print(message: &ConsoleMessage, origin: &str) {
    // A terminal that has gone away is no reason to stop the script.
    let _written = match message.level {
        ConsoleLevel::Debug | ConsoleLevel::Log | ConsoleLevel::Info => {
            writeln!(io::stdout(), "{}", message.text)
        }
        ConsoleLevel::Warn => writeln!(io::stderr(), "{}", message.text),
        ConsoleLevel::Error => {
            let place = message.location.strip_prefix(origin).unwrap_or(&message.location);
            match place.trim_start_matches('/') {
                "" => writeln!(io::stderr(), "{}", message.text),
                place => writeln!(io::stderr(), "{}\n    at {place}", message.text),
            }
        }
    };
}

fn complain(message: &str) {
    // Likewise.
    let _written = writeln!(io::stderr(), "skep: {message}");
}

#[cfg(test)]
mod tests {
    use super::{ExecError, page_around, run};
    use std::path::Path;

    #[test]
    fn a_page_is_made_around_a_script() {
        assert!(page_around("a b.js").contains("<script src=\"./a b.js\"></script>"));
        assert!(page_around("a?\"&%.js").contains("src=\"./a%3F&quot;&amp;%25.js\""));
    }

    #[test]
    fn what_cannot_run_says_so() {
        let error = |path: &Path| run(path, None, None).unwrap_err();
        assert!(matches!(error(Path::new("nowhere.js")), ExecError::Unreadable { .. }));
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(error(folder.path()), ExecError::Unreadable { .. }));
        std::fs::write(folder.path().join("a.txt"), "").unwrap();
        assert!(matches!(error(&folder.path().join("a.txt")), ExecError::UnknownKind(_)));
    }
}
