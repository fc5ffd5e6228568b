//! Memory on its way from one thread to another.

use super::account;
use std::fmt;

/// Stands for memory that was allocated on one thread and will be freed on another, and travels along with it.
///
/// Loading it takes the bytes off the account of the thread that allocated them; dropping it, together with the memory, puts
/// them on the account of the thread that is about to free, or keep, that memory. So no heap drifts, however many messages
/// pass, and what is in flight counts for nobody.
pub struct Freight {
    bytes: isize,
    block: bool,
}

impl Freight {
    /// Takes `bytes` off this thread's account.
    #[must_use = "dropping it puts the bytes back"]
    pub fn load(bytes: usize) -> Self {
        let bytes = bytes.cast_signed();
        account::move_bytes(-bytes);
        Self { bytes, block: false }
    }

    /// The same, of the block of an `ArrayBuffer`.
    pub(crate) fn load_block(bytes: usize) -> Self {
        let bytes = bytes.cast_signed();
        account::move_block(-bytes);
        Self { bytes, block: true }
    }
}

impl Drop for Freight {
    fn drop(&mut self) {
        match self.block {
            true => account::move_block(self.bytes),
            false => account::move_bytes(self.bytes),
        }
    }
}

impl Default for Freight {
    /// Nothing.
    fn default() -> Self {
        Self { bytes: 0, block: false }
    }
}

impl fmt::Debug for Freight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Freight({} bytes)", self.bytes)
    }
}
