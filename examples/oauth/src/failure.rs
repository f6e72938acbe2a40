//! Errors that no visitor can help: a line in the log, and a response that says nothing.

use std::{error::Error, fmt};

use actix_web::ResponseError;

#[derive(Debug)]
pub struct Failure;

impl<E: Error> From<E> for Failure {
    fn from(error: E) -> Self {
        let mut text = error.to_string();
        let mut cause = error.source();
        // The outermost error of a request to the provider says only that it failed.
        while let Some(error) = cause {
            text.push_str(&format!(": {error}"));
            cause = error.source();
        }
        tracing::error!("{text}");
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
