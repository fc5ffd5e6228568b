//! Reports: what a journal says, for people and for programs.

mod progress;
mod table;
mod text;
mod wptreport;

pub use progress::ProgressLine;
pub use table::{Style, table};
pub use text::escape;
pub use wptreport::{WriteError, write_wptreport};
