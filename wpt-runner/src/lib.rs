//! Finds, serves, runs and judges web platform tests, each in a process of its own.

mod child;
pub mod cli;
pub mod discover;
mod exec;
mod exit;
pub mod journal;
pub mod judge;
pub mod outcome;
pub mod report;
pub mod serve;
pub mod supervise;
mod tail;
mod url_path;

pub use exit::ExitCode;
