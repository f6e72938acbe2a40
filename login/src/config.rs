//! The session keys, and defaults and limits that several parts share.

use std::time::Duration;

/// The name of the remember cookie: Flask-Login's `REMEMBER_COOKIE_NAME`.
///
/// A manager with a [name](crate::LoginManagerBuilder::name) other than `User` appends it
/// (`remember_token_Admin`), so that two kinds of user can be remembered side by side.
pub const REMEMBER_COOKIE_NAME: &str = "remember_token";

/// How long a remember cookie lives: Flask-Login's `REMEMBER_COOKIE_DURATION`, 365 days.
pub const REMEMBER_COOKIE_DURATION: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// How long a login lasts at most: 31 days, as long as Flask accepts a session cookie.
pub const LOGIN_DEADLINE: Duration = Duration::from_secs(31 * 24 * 60 * 60);

/// How often a [`LoginWatch`](crate::LoginWatch) checks its login: every second.
pub const WATCH_INTERVAL: Duration = Duration::from_secs(1);

/// The message that is flashed when a request is redirected to the login view.
pub const LOGIN_MESSAGE: &str = "Please log in to access this page.";

/// The message that is flashed when a request is redirected to the refresh view.
pub const NEEDS_REFRESH_MESSAGE: &str = "Please reauthenticate to access this page.";

/// The category of the login message and of the needs-refresh message.
pub const MESSAGE_CATEGORY: &str = "message";

/// The header whose value a header loader gets: Flask-Login's `AUTH_HEADER_NAME`.
pub const AUTH_HEADER_NAME: &str = "Authorization";

/// How long a session keeps the `next` of a refused request that no login has used, with
/// [`use_session_for_next`](crate::LoginManagerBuilder::use_session_for_next): an hour.
pub const NEXT_LIFETIME: Duration = Duration::from_secs(60 * 60);

/// How long a pending login waits for its second factor: ten minutes.
pub const PENDING_LIFETIME: Duration = Duration::from_secs(10 * 60);

/// How many wrong codes a user may send within [`PENDING_LIFETIME`].
pub const PENDING_TRIES: u64 = 5;

/// The minimum length of a manager's secret, in bytes.
pub const SECRET_MIN_BYTES: usize = 32;

/// The maximum length of a user id as text, in bytes.
pub const ID_MAX_BYTES: usize = 512;

/// The session keys of this crate. A manager with a name other than `User` appends `:` and its name
/// to the first four.
///
/// Their values are internal: an app must not write to these keys. `next` and `_next_at` are used only
/// with [`use_session_for_next`](crate::LoginManagerBuilder::use_session_for_next), and
/// [`NextUrl`](crate::NextUrl) reads them.
pub const SESSION_KEYS: [&str; 7] = [
    SESSION_KEY_LOGIN,
    SESSION_KEY_OWNER,
    SESSION_KEY_CLIENT,
    SESSION_KEY_PENDING,
    SESSION_KEY_FLASHES,
    SESSION_KEY_NEXT,
    SESSION_KEY_NEXT_AT,
];

/// The login record.
pub(crate) const SESSION_KEY_LOGIN: &str = "_login";
/// A digest of the owner of the session's other keys, after a login ended and the keys were kept.
pub(crate) const SESSION_KEY_OWNER: &str = "_login_owner";
/// The fingerprint of the other client that session protection last logged.
pub(crate) const SESSION_KEY_CLIENT: &str = "_login_client";
/// The record of a pending login.
pub(crate) const SESSION_KEY_PENDING: &str = "_login_pending";
/// The flashes that no page has shown yet.
pub(crate) const SESSION_KEY_FLASHES: &str = "_flashes";
/// The URL to redirect to after the login.
pub(crate) const SESSION_KEY_NEXT: &str = "next";
/// When that URL was stored.
pub(crate) const SESSION_KEY_NEXT_AT: &str = "_next_at";

/// The manager name that is not appended to session keys and the cookie name.
pub(crate) const DEFAULT_MANAGER_NAME: &str = "User";

/// The name of the query and form field with the URL to redirect to after the login.
pub(crate) const NEXT_FIELD: &str = "next";

/// The maximum length of a `next`, in bytes. Longer ones are dropped: an encrypted session cookie
/// must stay below the 4,096 bytes that browsers keep.
pub(crate) const NEXT_MAX_BYTES: usize = 1024;

/// How many flashes a session keeps. The oldest are dropped first.
pub(crate) const FLASHES_MAX: usize = 8;
/// How many bytes of category and message all flashes may have. The oldest are dropped first.
pub(crate) const FLASHES_MAX_BYTES: usize = 1024;

/// The maximum length of a remember token, in bytes. A token with the longest id is shorter.
pub(crate) const TOKEN_MAX_BYTES: usize = 1024;
/// The maximum length of a Flask-Login cookie, in bytes, with its quoting.
pub(crate) const FLASK_COOKIE_MAX_BYTES: usize = 4096;

/// How often a visit is recorded within one visit deadline, at most.
pub(crate) const VISITS_PER_DEADLINE: u32 = 20;
