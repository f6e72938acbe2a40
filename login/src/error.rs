//! What can go wrong: at start ([`ConfigError`]) and in a request ([`LoginError`]).

use std::fmt;

use actix_web::{HttpResponse, ResponseError, http::StatusCode};

use crate::config::{ID_MAX_BYTES, SECRET_MIN_BYTES};

/// Why [`LoginManagerBuilder::build`](crate::LoginManagerBuilder::build) refused a configuration.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// The secret is too short to be safe.
    ShortSecret {
        /// How many bytes it has.
        bytes: usize,
    },
    /// One of the previous keys is shorter than any secret may be.
    ShortPreviousKey {
        /// How many bytes it has.
        bytes: usize,
    },
    /// Neither `user_loader` nor `request_loader` nor `header_loader` was given.
    NoLoader,
    /// A login or refresh view is no path, no absolute URL and no resource name.
    View {
        /// The setting, such as `login_view`.
        setting: &'static str,
        /// What it was set to.
        value: String,
    },
    /// A remember cookie's settings contradict each other or the cookie rules.
    Cookie {
        /// What is wrong and what to write instead.
        reason: String,
    },
    /// Another setting has a value that can't work.
    Setting {
        /// The setting, as the builder names it.
        setting: &'static str,
        /// What is wrong and what to write instead.
        reason: String,
    },
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ShortSecret { bytes } => write!(
                f,
                "the secret has {bytes} bytes, but at least {SECRET_MIN_BYTES} are needed: make one \
                 with `openssl rand -hex 32` and keep it out of the source"
            ),
            Self::ShortPreviousKey { bytes } => write!(
                f,
                "one of the `previous_keys` has {bytes} bytes, but a secret has at least \
                 {SECRET_MIN_BYTES}: it has never been one, so leave it out"
            ),
            Self::NoLoader => f.write_str(
                "no user can ever be found: give the builder a `user_loader` (for logins kept in \
                 the session) or a `request_loader` or `header_loader` (for API keys)",
            ),
            Self::View { setting, value } => write!(
                f,
                "`{setting}` is {value:?}, but must be a path (\"/login\"), an absolute http(s) URL \
                 or the name of an actix-web resource (\"login_page\")"
            ),
            Self::Cookie { reason } => write!(f, "remember cookie: {reason}"),
            Self::Setting { setting, reason } => write!(f, "`{setting}`: {reason}"),
        }
    }
}

/// The text of [`Display`](fmt::Display): a `main` that returns the error prints it by `Debug`, and
/// that is where most authors meet it.
impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for ConfigError {}

/// Why a call in a request failed.
///
/// As an answer each is an empty body with its status: the visitor learns nothing. The log has
/// a line that says what the app's author must do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoginError {
    /// The user is not active and `force` was not given (403).
    Inactive,
    /// Nobody is logged in, or only for this one request (401).
    NotLoggedIn,
    /// The user's id is longer than 512 bytes as text (500).
    IdTooLong {
        /// How many bytes it has.
        bytes: usize,
    },
    /// No `LoginManager` wraps the handler (500).
    NoManager {
        /// The user type that was asked for, if one was.
        wanted: Option<&'static str>,
        /// The user type that the nearest manager serves, if there is one.
        nearest: Option<&'static str>,
    },
    /// Two different managers of the same name or user type serve one request (500).
    ManagerClash {
        /// The user type of the inner one.
        user: &'static str,
    },
    /// No `SessionMiddleware` wraps the handler (500).
    NoSession,
    /// The app has purged the session in this request, so nothing can be stored in it (500).
    SessionPurged,
    /// The session refused to store the login (500).
    SessionWrite,
    /// The manager has no `user_loader`, so a login could never be found again (500).
    NoUserLoader,
    /// A loader failed; the cause is in the log (500).
    LoaderFailed,
    /// A loader asked for the current user of the very request that it is loading (500).
    LoaderAskedForItself,
    /// The store of active logins failed; the cause is in the log (500).
    StoreFailed,
    /// Active logins were asked for, but are off (500).
    NoLoginStore,
    /// The user has as many active logins as there may be, and new ones are refused (403).
    TooManyLogins,
    /// The user has no active login of that id (404).
    NoSuchLogin,
    /// A view is named that is no resource of the app (500).
    UnknownView {
        /// The name.
        view: String,
    },
    /// A login or refresh view is guarded itself, so that nobody would ever get there (500).
    GuardedView {
        /// Its path.
        view: String,
    },
}

impl fmt::Display for LoginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inactive => f.write_str("the user is not active"),
            Self::NotLoggedIn => f.write_str("nobody is logged in"),
            Self::IdTooLong { bytes } => write!(
                f,
                "the user's id has {bytes} bytes, but at most {ID_MAX_BYTES} can be kept in a \
                 cookie: let `get_id` return a shorter one"
            ),
            Self::NoManager {
                wanted: Some(wanted),
                nearest: Some(nearest),
            } => write!(
                f,
                "the user type `{wanted}` was asked for, but the login manager here serves \
                 `{nearest}`: name that type, or `.wrap()` a `LoginManager<{wanted}>` around this \
                 handler"
            ),
            Self::NoManager { wanted, .. } => write!(
                f,
                "no login manager: add `.wrap(login_manager)` with a `LoginManager<{}>` to the \
                 `App` or scope of this handler",
                wanted.unwrap_or("User")
            ),
            Self::ManagerClash { user } => write!(
                f,
                "a second login manager of the name or user type of `{user}` wraps this handler: \
                 give each its own user type and `.name(…)`"
            ),
            Self::NoSession => f.write_str(
                "no session: add `.wrap(SessionMiddleware::new(…))` of actix-session to the `App` \
                 or scope of this handler",
            ),
            Self::SessionPurged => f.write_str(
                "the session was purged earlier in this request and stores nothing any more: use \
                 `Session::clear` and `Session::renew` instead of `purge`. With \
                 `session_for_request_logins(false)` this crate purges it where a request's own \
                 token logs in",
            ),
            Self::SessionWrite => f.write_str("the session did not take the login record"),
            Self::NoUserLoader => f.write_str(
                "there is no `user_loader`, so a login could never be found again: give the \
                 builder one",
            ),
            Self::LoaderFailed => f.write_str("a loader failed"),
            Self::LoaderAskedForItself => f.write_str(
                "a loader asked for the current user of the request that it is loading: a loader \
                 must find the user without that",
            ),
            Self::StoreFailed => f.write_str("the store of active logins failed"),
            Self::NoLoginStore => f.write_str(
                "active logins are off: switch them on with `.active_logins(ActiveLogins::in_memory())` \
                 on the builder",
            ),
            Self::TooManyLogins => f.write_str("the user has too many active logins"),
            Self::NoSuchLogin => f.write_str("the user has no such active login"),
            Self::UnknownView { view } => write!(
                f,
                "no resource without path parameters is named `{view}` in this app: name one with \
                 `web::resource(…).name(\"{view}\")` or `#[get(…, name = \"{view}\")]`, or set the \
                 view to a path that starts with `/`"
            ),
            Self::GuardedView { view } => write!(
                f,
                "`{view}` is where users are sent to log in, and is guarded itself: take it out of \
                 the scope that is, or take the guard off"
            ),
        }
    }
}

impl std::error::Error for LoginError {}

impl ResponseError for LoginError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Inactive | Self::TooManyLogins => StatusCode::FORBIDDEN,
            Self::NoSuchLogin => StatusCode::NOT_FOUND,
            Self::NotLoggedIn => StatusCode::UNAUTHORIZED,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// An empty body: what went wrong is the author's business, not the visitor's.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

impl LoginError {
    /// Writes the log line for the app's author, once, where the mistake was found.
    pub(crate) fn logged(self) -> Self {
        if self.status_code().is_server_error() {
            tracing::error!(target: "actix_login", "{self}");
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_main_that_returns_a_config_error_prints_its_text() {
        let error: Box<dyn std::error::Error> = ConfigError::ShortSecret { bytes: 5 }.into();
        assert_eq!(
            format!("Error: {error:?}"),
            "Error: the secret has 5 bytes, but at least 32 are needed: make one with `openssl \
             rand -hex 32` and keep it out of the source"
        );
        let error = ConfigError::ShortPreviousKey { bytes: 5 };
        assert!(format!("{error:?}").starts_with("one of the `previous_keys` has 5 bytes"));
    }
}
