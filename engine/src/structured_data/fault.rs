//! What can go wrong while a record is read.

use boa_engine::{Context, JsError};

use super::PlatformObjects;
use super::format::Malformed;
use super::serialize::out_of_memory;

/// Why there is no value.
pub(super) enum Fault {
    /// The record is none.
    Malformed(Malformed),
    /// Something threw.
    Thrown(JsError),
}

impl From<Malformed> for Fault {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed)
    }
}

impl<E: Into<JsError>> From<E> for Fault {
    fn from(error: E) -> Self {
        Self::Thrown(error.into())
    }
}

impl Fault {
    /// What the engine throws at a record that no serialization has written is not the script's to see; that it is being
    /// terminated is.
    pub fn of(error: JsError, malformed: Malformed) -> Self {
        match error.as_native() {
            Some(_) => malformed.into(),
            None => Self::Thrown(error),
        }
    }

    /// What the caller gets.
    pub fn into_error(self, platform: &dyn PlatformObjects, cx: &mut Context) -> JsError {
        match self {
            Self::Thrown(error) => error,
            // It is only malformed to this heap.
            Self::Malformed(Malformed::TooLarge) => out_of_memory(platform, cx),
            Self::Malformed(malformed) => {
                let message = format!("The structured data is malformed: {malformed}.");
                platform.data_clone_error(&message, cx)
            }
        }
    }
}
