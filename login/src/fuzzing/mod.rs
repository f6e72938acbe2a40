//! What must hold whatever a stranger sends: the checks of the fuzzer, and of the property runs.
//!
//! cargo-fuzz builds with `--cfg fuzzing`. That makes this module public, for the programs in `fuzz/`.
//! The tests run the same checks on a bounded number of inputs.

// A check that fails panics, as a test does.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

mod cookie_header;
mod flask_cookie;
mod forwarded;
mod next;
mod origin;
mod record;
#[cfg(test)]
mod runs;
mod setting;
mod target;
mod token;

pub use self::{
    cookie_header::COOKIE_HEADER, flask_cookie::FLASK_COOKIE, forwarded::FORWARDED, next::NEXT,
    origin::ORIGIN, record::RECORD, target::Target, token::TOKEN,
};
