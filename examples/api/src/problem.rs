//! The errors of the API: JSON, as everything else that it sends.

use std::fmt;

use actix_web::{
    HttpRequest, HttpResponse, ResponseError, error::JsonPayloadError, error::PathError,
    http::StatusCode,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::failure::Failure;

#[derive(Debug, Clone, Copy)]
pub enum Problem {
    Unauthorized,
    NotFound,
    Invalid,
    TooMany,
    Failed,
}

#[derive(Serialize, ToSchema)]
pub struct ProblemBody {
    error: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unauthorized => "a valid token is needed",
            Self::NotFound => "there is no such thing",
            Self::Invalid => "the request is malformed",
            Self::TooMany => "there are too many notes",
            Self::Failed => "something went wrong",
        })
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Invalid => StatusCode::BAD_REQUEST,
            Self::TooMany => StatusCode::CONFLICT,
            Self::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::build(self.status_code()).json(ProblemBody {
            error: self.to_string(),
        })
    }
}

/// It has logged itself.
impl From<Failure> for Problem {
    fn from(_: Failure) -> Self {
        Self::Failed
    }
}

pub fn of_body(_: JsonPayloadError, _: &HttpRequest) -> actix_web::Error {
    Problem::Invalid.into()
}

/// A path such as `/notes/x` names nothing.
pub fn of_path(_: PathError, _: &HttpRequest) -> actix_web::Error {
    Problem::NotFound.into()
}
