//! Errors that no visitor can help: a line in the log, and a response that says nothing.

use std::{error::Error, fmt};

use actix_web::ResponseError;

#[derive(Debug)]
pub struct Failure;

impl<E: Error> From<E> for Failure {
    fn from(error: E) -> Self {
        tracing::error!("{error}");
        Self
    }
}

/// What the visitor reads, with the status 500.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Something went wrong. Please try again later.")
    }
}

impl ResponseError for Failure {}
