//! The command `skep`.

use std::process::ExitCode;

fn main() -> ExitCode {
    wpt_runner::cli::main().into()
}
