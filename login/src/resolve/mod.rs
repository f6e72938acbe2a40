//! Finds out who is logged in: by the session, by the remember cookie, by the request itself.

mod by_cookie;
mod by_request;
mod by_session;
pub(crate) mod check_again;
pub(crate) mod check_record;
pub(crate) mod load_user;
pub(crate) mod once;
pub(crate) mod pending;
#[cfg(feature = "test")]
pub(crate) mod prepared_login;
mod sources;
