//! What a handler calls: to log users in and out, and to ask about the current login.

pub(crate) mod active_logins;
mod any_manager;
mod current;
pub(crate) mod log_in;
pub(crate) mod log_out;
pub(crate) mod login_watch;
pub(crate) mod pending;
pub(crate) mod questions;
pub(crate) mod reauthenticate;
