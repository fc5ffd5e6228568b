//! A body that comes in pieces, with pauses between them.

use std::ops::Range;
use std::time::Duration;

use super::PipeError;
use crate::serve::answer::numbers::{float, integer};

/// How long the pauses of one response may be together.
const MAX_PAUSE: Duration = Duration::from_secs(60);

/// The most pieces and pauses of one response.
const MAX_STEPS: usize = 10_000;

/// A step of sending a body.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    /// Send this part of it.
    Send(Range<usize>),
    /// Let time pass.
    Pause(Duration),
}

/// An instruction, as it is written.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Instruction {
    /// `12`: send so many bytes.
    Bytes(usize),
    /// `d0.5`: wait for so many seconds.
    Delay(Duration),
    /// `r2`: do so many of the instructions before again, until all is sent. Counts only at the end.
    Repeat(usize),
}

/// How a body of `length` bytes is sent by these instructions, which are separated by colons, when
/// so much time passes `before`.
///
/// Where they would let more time pass than is allowed, or make more pieces, the rest follows at once.
///
/// # Errors
/// If an instruction is none, or two of a kind follow each other.
pub(super) fn plan(instructions: &str, length: usize, before: Duration) -> Result<Vec<Step>, PipeError> {
    let instructions = parse(instructions)?;
    let mut plan = Plan {
        length,
        steps: Vec::new(),
        sent: 0,
        left: MAX_PAUSE.saturating_sub(before),
    };
    plan.follow(&instructions);
    if let Some((Instruction::Repeat(count), before)) = instructions.split_last() {
        let first = before.len().saturating_sub(*count);
        let again = before.get(first..).unwrap_or_default();
        // A round that neither sends nor waits would never end.
        while plan.sent < length && plan.follow(again) {}
    }
    if plan.sent < length {
        plan.steps.push(Step::Send(plan.sent..length));
    }
    Ok(plan.steps)
}

struct Plan {
    length: usize,
    steps: Vec<Step>,
    sent: usize,
    left: Duration,
}

impl Plan {
    /// Says whether there was anything to do, and room for it.
    fn follow(&mut self, instructions: &[Instruction]) -> bool {
        let mut is_done = false;
        for instruction in instructions {
            if self.steps.len() >= MAX_STEPS || self.left.is_zero() {
                return false;
            }
            match *instruction {
                Instruction::Bytes(count) => {
                    let end = self.sent.saturating_add(count).min(self.length);
                    if end > self.sent {
                        self.steps.push(Step::Send(self.sent..end));
                        self.sent = end;
                        is_done = true;
                    }
                }
                Instruction::Delay(delay) => {
                    let delay = delay.min(self.left);
                    if !delay.is_zero() {
                        self.steps.push(Step::Pause(delay));
                        self.left -= delay;
                        is_done = true;
                    }
                }
                Instruction::Repeat(_) => {}
            }
        }
        is_done
    }
}

fn parse(text: &str) -> Result<Vec<Instruction>, PipeError> {
    let bad = || PipeError::Argument(text.to_owned());
    let mut instructions: Vec<Instruction> = Vec::new();
    for item in text.split(':') {
        let instruction = if let Some(delay) = item.strip_prefix('d') {
            let seconds = float(delay).filter(|seconds| *seconds >= 0.0).ok_or_else(bad)?;
            Instruction::Delay(Duration::from_secs_f64(seconds.min(MAX_PAUSE.as_secs_f64())))
        } else if let Some(count) = item.strip_prefix('r') {
            let count = integer(count).filter(|count| count % 2 == 0).ok_or_else(bad)?;
            Instruction::Repeat(usize::try_from(count).map_err(|_| bad())?)
        } else {
            let count = integer(item).ok_or_else(bad)?;
            Instruction::Bytes(usize::try_from(count).map_err(|_| bad())?)
        };
        let kind = std::mem::discriminant(&instruction);
        if instructions
            .last()
            .is_some_and(|last| std::mem::discriminant(last) == kind)
        {
            return Err(bad());
        }
        instructions.push(instruction);
    }
    Ok(instructions)
}

#[cfg(test)]
mod tests {
    use super::{MAX_PAUSE, MAX_STEPS, Step, plan};
    use std::time::Duration;

    /// `+2` for two bytes sent, `~500` for a pause of so many milliseconds.
    fn shown(instructions: &str, length: usize) -> String {
        let mut sent = 0;
        let show = |step| match step {
            Step::Send(range) => {
                assert!(range.start == sent && range.end > sent, "in order, and not nothing");
                sent = range.end;
                format!("+{}", range.len())
            }
            Step::Pause(time) => format!("~{}", time.as_millis()),
        };
        let steps: Vec<_> = plan(instructions, length, Duration::ZERO)
            .unwrap()
            .into_iter()
            .map(show)
            .collect();
        assert_eq!(sent, length, "everything is sent");
        steps.join(" ")
    }

    #[test]
    fn pieces_and_pauses() {
        for (instructions, length, expected) in [
            ("d1", 3, "~1000 +3"),
            ("d1", 0, "~1000"),
            ("1:d.5:1", 3, "+1 ~500 +1 +1"),
            ("5:d1", 3, "+3 ~1000"),
            ("3:d.2:4:d.3:r2", 12, "+3 ~200 +4 ~300 +4 ~300 +1 ~300"),
            ("1:d1:r9998", 2, "+1 ~1000 +1 ~1000"),
            // A repetition that is not the last one does not count.
            ("1:r2:d1", 3, "+1 ~1000 +2"),
            ("d0:1:r2", 2, "+1 +1"),
        ] {
            assert_eq!(shown(instructions, length), expected, "{instructions}");
        }
    }

    #[test]
    fn mistakes() {
        for instructions in [
            "", "1:", "x", "d", "dnan", "d-1", "-1", "r1", "r-2", "rx", "1:2", "d1:d1", "r2:r2", "1.5",
        ] {
            assert!(plan(instructions, 1, Duration::ZERO).is_err(), "{instructions}");
        }
    }

    #[test]
    fn time_and_pieces_are_bounded() {
        let total = |steps: &[Step]| -> Duration {
            let pauses = steps.iter().filter_map(|step| match step {
                Step::Pause(time) => Some(*time),
                Step::Send(_) => None,
            });
            pauses.sum()
        };
        for instructions in [
            "d100",
            "dinf",
            "1:d7:r2",
            "d7:r2",
            "d1e300:1:d1e300:r2",
            "r2",
            "d0:r2",
            "0:d0:r2",
        ] {
            let steps = plan(instructions, 1 << 20, Duration::ZERO).unwrap();
            assert!(total(&steps) <= MAX_PAUSE, "{instructions}");
            assert!(matches!(steps.last(), Some(Step::Send(_))), "{instructions}");
        }
        let after = |before| total(&plan("1:d7:r2", 1 << 20, before).unwrap());
        assert_eq!(after(Duration::ZERO), MAX_PAUSE);
        assert_eq!(after(MAX_PAUSE / 2), MAX_PAUSE / 2);
        assert_eq!(after(MAX_PAUSE * 2), Duration::ZERO);
        assert_eq!(
            plan("1:d1e-9:r2", 1 << 20, Duration::ZERO).unwrap().len(),
            MAX_STEPS + 1
        );
    }
}
