//! What can go wrong with a request, and the response that says so.

use hyper::StatusCode;
use thiserror::Error;

use super::fields::FieldError;
use super::headers::HeadersError;
use super::pipe::PipeError;
use crate::serve::exchange::Reply;

/// Why a request gets an error for an answer.
#[derive(Debug, Error)]
pub(super) enum Fault {
    /// Nothing answers such a path, or none with this method.
    #[error("")]
    NoRoute,
    /// There is no such file.
    #[error("404")]
    NotFound,
    /// The source has no test for this scope.
    #[error("the test does not ask for this scope")]
    Scope,
    /// The path is none.
    #[error("the path contains what no name does")]
    Path,
    /// The range's unit is not known.
    #[error("416")]
    RangeUnit,
    /// A range that is none, or lies outside of the file.
    #[error("cannot serve the range {0:?} of the file")]
    Range(String),
    /// Something that this server, or this protocol, does not do.
    #[error("cannot serve {0}")]
    Unable(&'static str),
    /// The `.headers` of the file are wrong.
    #[error("could not take the headers of the file: {0}")]
    Headers(#[from] HeadersError),
    /// A pipe failed.
    #[error("could not apply a pipe to the response: {0}")]
    Pipe(#[from] PipeError),
    /// A field could not be filled in.
    #[error("could not fill in a field of the response: {0}")]
    Field(#[from] FieldError),
}

impl Fault {
    fn status(&self) -> StatusCode {
        match self {
            Self::NoRoute | Self::NotFound | Self::Scope => StatusCode::NOT_FOUND,
            Self::Path => StatusCode::BAD_REQUEST,
            Self::RangeUnit | Self::Range(_) => StatusCode::RANGE_NOT_SATISFIABLE,
            Self::Unable(_) | Self::Headers(_) | Self::Pipe(_) | Self::Field(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The response that says it.
    pub fn reply(&self) -> Reply {
        Reply::failure(self.status(), self)
    }
}
