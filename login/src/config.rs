//! Every default, limit and session key in one place.

use std::time::Duration;

/// The name of the remember cookie: Flask-Login's `REMEMBER_COOKIE_NAME`.
///
/// A manager whose [name](crate::LoginManagerBuilder::name) is not `User` appends it
/// (`remember_token_Admin`), so that two kinds of user can be remembered side by side.
pub const REMEMBER_COOKIE_NAME: &str = "remember_token";

/// How long a remember cookie lives: Flask-Login's `REMEMBER_COOKIE_DURATION`, 365 days.
pub const REMEMBER_COOKIE_DURATION: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// How long a login lasts at most, however busy: 31 days, as long as Flask accepts a session cookie.
pub const LOGIN_DEADLINE: Duration = Duration::from_secs(31 * 24 * 60 * 60);

/// What is flashed when someone is sent to the login view.
pub const LOGIN_MESSAGE: &str = "Please log in to access this page.";

/// What is flashed when someone is sent to the refresh view.
pub const NEEDS_REFRESH_MESSAGE: &str = "Please reauthenticate to access this page.";

/// The category of both messages.
pub const MESSAGE_CATEGORY: &str = "message";

/// The header that a header loader gets: Flask-Login's `AUTH_HEADER_NAME`.
pub const AUTH_HEADER_NAME: &str = "Authorization";

/// The shortest secret that a manager takes, in bytes.
pub const SECRET_MIN_BYTES: usize = 32;

/// The longest user id that can be logged in, in bytes of its text.
pub const ID_MAX_BYTES: usize = 512;

/// The session keys of this crate. A manager whose name is not `User` appends `:` and its name
/// to the first two.
///
/// Their values are the crate's own; an app must not write under these keys. `next` is there only
/// with [`use_session_for_next`](crate::LoginManagerBuilder::use_session_for_next), and
/// [`NextUrl`](crate::NextUrl) reads it.
pub const SESSION_KEYS: [&str; 4] = [
    SESSION_KEY_LOGIN,
    SESSION_KEY_OWNER,
    SESSION_KEY_FLASHES,
    SESSION_KEY_NEXT,
];

/// The login record: who is logged in, since when, fresh or not.
pub(crate) const SESSION_KEY_LOGIN: &str = "_login";
/// A digest of whose the session's other keys are, after a login ended and they were kept.
pub(crate) const SESSION_KEY_OWNER: &str = "_login_owner";
/// The flashes not shown yet.
pub(crate) const SESSION_KEY_FLASHES: &str = "_flashes";
/// Where to go after the login.
pub(crate) const SESSION_KEY_NEXT: &str = "next";

/// The manager name that leaves session keys and cookie name as they are.
pub(crate) const DEFAULT_MANAGER_NAME: &str = "User";

/// The name of the query, form and session field that says where to go after the login.
pub(crate) const NEXT_FIELD: &str = "next";

/// The longest `next` that is passed on or believed, in bytes. Longer ones are dropped: an
/// encrypted session cookie must stay below the 4,096 bytes that browsers keep.
pub(crate) const NEXT_MAX_BYTES: usize = 1024;

/// How many flashes a session keeps, and how many bytes of category and message in all. The
/// oldest go first.
pub(crate) const FLASHES_MAX: usize = 8;
/// See [`FLASHES_MAX`].
pub(crate) const FLASHES_MAX_BYTES: usize = 1024;

/// The longest remember token that is looked at, in bytes. One with the longest id has fewer.
pub(crate) const TOKEN_MAX_BYTES: usize = 1024;
/// The longest cookie of Flask-Login's that is looked at, in bytes, quoting included.
pub(crate) const FLASK_COOKIE_MAX_BYTES: usize = 4096;

/// A visit is written down when this share of the visit deadline has passed since the last one.
pub(crate) const VISITS_PER_DEADLINE: u64 = 20;
