//! Finds, serves, runs and judges web platform tests, each in a process of its own.

pub mod discover;
mod exit;
pub mod outcome;
pub mod serve;

pub use exit::ExitCode;
