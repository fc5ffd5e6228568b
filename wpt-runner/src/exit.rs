//! The exit codes of `skep`.

/// How a command ended, as the shell sees it.
///
/// The numbers are a promise to scripts and build systems: they do not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitCode {
    /// Everything planned ran, and all of it was as expected.
    Ok = 0,
    /// Everything planned ran, and something was not as expected.
    Unexpected = 1,
    /// Wrong usage, or a set-up that cannot work: nothing was run.
    Usage = 2,
    /// A planned test has no final result, or a script ran out of time.
    Incomplete = 3,
    /// The selection holds no test that could be run.
    NothingToRun = 4,
}

impl ExitCode {
    /// The text that `--help` shows for all of them.
    pub const HELP: &str = "\
Exit codes:
  0  all as expected
  1  unexpected results (for exec: an uncaught error)
  2  wrong usage or set-up
  3  incomplete: a planned test has no final result (for exec: --timeout passed)
  4  nothing to run";
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::ExitCode;

    #[test]
    fn the_numbers_are_a_promise() {
        let all = [
            ExitCode::Ok,
            ExitCode::Unexpected,
            ExitCode::Usage,
            ExitCode::Incomplete,
            ExitCode::NothingToRun,
        ];
        for (number, code) in all.into_iter().enumerate() {
            assert_eq!(code as usize, number);
            assert!(ExitCode::HELP.contains(&format!("\n  {number}  ")));
        }
    }
}
