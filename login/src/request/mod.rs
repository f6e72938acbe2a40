//! The state of one request: its login, its session, its remember cookie.

pub(crate) mod context;
pub(crate) mod login;
pub(crate) mod nearest;
pub(crate) mod progress;
pub(crate) mod remember;
pub(crate) mod slow_body;
pub(crate) mod visit;
pub(crate) mod watched_login;
pub(crate) mod write_session;
