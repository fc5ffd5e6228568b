//! Our interfaces against those of an upstream tree: what contradicts, what is left out.
//!
//! Upstream's `interfaces/*.idl` are what the specifications state, in full. Ours are the part that is implemented, so a member,
//! an optional argument or a union's member that is missing is an *omission*. All else that differs is a *contradiction*, unless
//! the file says that it is meant: a comment `// Not as upstream: why` at the end of the line, or on lines of its own before.

mod fit;
mod shapes;
#[cfg(test)]
mod tests;
mod world;

use crate::{Error, ast::Place};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{self, Display, Formatter},
    ops::RangeInclusive,
    path::{Path, PathBuf},
};
use world::World;

pub use fit::IGNORABLE;

/// What a comment starts with that says why something is not as upstream has it.
const DELIBERATE: &str = "// Not as upstream:";

/// Something of ours that upstream states otherwise.
#[derive(Debug, Clone)]
pub struct Contradiction {
    /// The file of ours.
    pub file: PathBuf,
    /// The line, counted from 1.
    pub line: u32,
    /// What differs, and how upstream states it.
    pub message: String,
    /// Why it is meant to differ, if the file says so.
    pub reason: Option<String>,
}

impl Display for Contradiction {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file.display(), self.line, self.message)?;
        match &self.reason {
            Some(reason) => write!(f, " (meant: {reason})"),
            None => Ok(()),
        }
    }
}

/// How our interfaces differ from upstream's.
#[derive(Debug, Default)]
pub struct Comparison {
    /// What must be mended, or explained in the file.
    pub contradictions: Vec<Contradiction>,
    /// What differs, with the reason that the file gives.
    pub deliberate: Vec<Contradiction>,
    /// By definition, what upstream has and we have not.
    pub omissions: BTreeMap<String, Vec<String>>,
}

/// Compares each definition in the `*.webidl` files below `ours` with that in the `*.idl` files below `theirs`.
///
/// # Errors
/// If a file cannot be read or parsed.
pub fn compare(ours: &Path, theirs: &Path) -> Result<Comparison, Error> {
    let (our_world, texts) = World::read(ours, "webidl")?;
    let (their_world, _) = World::read(theirs, "idl")?;
    let mut report = Report::new(&texts);
    let sides = fit::Sides {
        ours: &our_world,
        theirs: &their_world,
    };
    sides.compare(&mut report);
    Ok(report.finish())
}

/// A comment that says why what stands on `line` differs.
struct Remark {
    line: u32,
    comment: u32,
    reason: String,
}

/// What was found so far.
struct Report {
    remarks: BTreeMap<PathBuf, Vec<Remark>>,
    /// The remarks that a difference was found for, by file and line of the comment.
    used: BTreeSet<(PathBuf, u32)>,
    comparison: Comparison,
}

impl Report {
    fn new(texts: &BTreeMap<PathBuf, String>) -> Self {
        Self {
            remarks: texts.iter().map(|(file, text)| (file.clone(), remarks(text))).collect(),
            used: BTreeSet::new(),
            comparison: Comparison::default(),
        }
    }

    /// Notes a contradiction in something that occupies `lines`. Returns whether it is meant.
    fn contradiction(&mut self, place: &Place, lines: &RangeInclusive<u32>, message: String) -> bool {
        let file = place.file.as_ref().clone();
        let remark = self
            .remarks
            .get(&file)
            .and_then(|remarks| remarks.iter().find(|remark| lines.contains(&remark.line)));
        let reason = remark.map(|remark| remark.reason.clone());
        if let Some(remark) = remark {
            self.used.insert((file.clone(), remark.comment));
        }
        let meant = reason.is_some();
        let list = if meant {
            &mut self.comparison.deliberate
        } else {
            &mut self.comparison.contradictions
        };
        list.push(Contradiction {
            file,
            line: place.line,
            message,
            reason,
        });
        meant
    }

    fn omission(&mut self, of: &str, what: String) {
        self.comparison.omissions.entry(of.to_owned()).or_default().push(what);
    }

    fn finish(mut self) -> Comparison {
        for (file, remarks) in &self.remarks {
            for remark in remarks {
                if !self.used.contains(&(file.clone(), remark.comment)) {
                    self.comparison.contradictions.push(Contradiction {
                        file: file.clone(),
                        line: remark.comment,
                        message: "this is as upstream has it: the remark that it is not is out of date".to_owned(),
                        reason: None,
                    });
                }
            }
        }
        self.comparison
    }
}

/// The remarks in a file, each with the line that it is about: its own, or the next that is no comment.
fn remarks(text: &str) -> Vec<Remark> {
    let mut remarks = Vec::new();
    let mut waiting: Option<Remark> = None;
    for (line, number) in text.lines().map(str::trim).zip(1u32..) {
        let comment = line
            .find(DELIBERATE)
            .map(|at| (at, line[at + DELIBERATE.len()..].trim().to_owned()));
        match (comment, &mut waiting) {
            (Some((0, reason)), _) => {
                waiting = Some(Remark {
                    line: number,
                    comment: number,
                    reason,
                });
            }
            (Some((_, reason)), _) => remarks.push(Remark {
                line: number,
                comment: number,
                reason,
            }),
            (None, Some(remark)) => {
                if let Some(more) = line.strip_prefix("//") {
                    remark.reason = format!("{} {}", remark.reason, more.trim());
                } else if !line.is_empty()
                    && let Some(remark) = waiting.take()
                {
                    remarks.push(Remark { line: number, ..remark });
                }
            }
            (None, None) => {}
        }
    }
    remarks.extend(waiting);
    remarks
}
