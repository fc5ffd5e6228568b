//! How much work one response may make.

use std::cell::Cell;

/// The most fields that are filled in for one response, in its body and its headers.
const MAX_FIELDS: usize = 100_000;

/// The most bytes that its pipes and fields work on, each time that they do.
const MAX_WORK: usize = 1 << 30;

/// There is nothing left of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spent;

/// What is left of the work that one response may make: a short request can ask for much.
#[derive(Debug)]
pub(super) struct Budget {
    fields: Cell<usize>,
    bytes: Cell<usize>,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            fields: Cell::new(MAX_FIELDS),
            bytes: Cell::new(MAX_WORK),
        }
    }
}

impl Budget {
    /// Takes one field from it.
    ///
    /// # Errors
    /// If there is none left.
    pub fn field(&self) -> Result<(), Spent> {
        take(&self.fields, 1)
    }

    /// Takes the work on so many bytes from it.
    ///
    /// # Errors
    /// If there is not so much left.
    pub fn bytes(&self, count: usize) -> Result<(), Spent> {
        take(&self.bytes, count)
    }
}

fn take(left: &Cell<usize>, count: usize) -> Result<(), Spent> {
    left.set(left.get().checked_sub(count).ok_or(Spent)?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Budget, MAX_FIELDS, MAX_WORK, Spent};

    #[test]
    fn nothing_is_taken_that_is_not_there() {
        let budget = Budget::default();
        assert_eq!(budget.bytes(MAX_WORK + 1), Err(Spent));
        assert_eq!((budget.bytes(MAX_WORK), budget.bytes(0)), (Ok(()), Ok(())));
        assert_eq!(budget.bytes(1), Err(Spent));
        assert!((0..MAX_FIELDS).all(|_| budget.field().is_ok()));
        assert_eq!(budget.field(), Err(Spent));
    }
}
