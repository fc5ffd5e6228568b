//! The command `skep` as a user meets it: what it prints, what it exits with, what it leaves behind.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a helper that cannot do its part fails the test that called it"
)]

mod conformance;
mod exec;
mod handlers;
mod hostile;
mod journal;
mod list;
mod memory;
mod output;
mod processes;
mod run;
mod selection;
mod serve;
mod tool;
mod verdicts;
mod wptreport;
