//! The errors: at start ([`ConfigError`]) and in a request ([`LoginError`]).

use std::fmt;

use actix_web::{HttpResponse, ResponseError, http::StatusCode};

use crate::config::{ID_MAX_BYTES, SECRET_MIN_BYTES};

/// Why [`LoginManagerBuilder::build`](crate::LoginManagerBuilder::build) rejected a configuration.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// The secret is too short to be safe.
    ShortSecret {
        /// Its length in bytes.
        bytes: usize,
    },
    /// One of the previous keys is too short to have been a secret.
    ShortPreviousKey {
        /// Its length in bytes.
        bytes: usize,
    },
    /// There is no `user_loader`, `request_loader` or `header_loader`.
    NoLoader,
    /// A login or refresh view is malformed: neither a path nor an absolute URL nor a resource name.
    View {
        /// The setting, such as `login_view`.
        setting: &'static str,
        /// Its value.
        value: String,
    },
    /// The remember cookie's settings contradict each other or the rules of cookies.
    Cookie {
        /// What is wrong and what to write instead.
        reason: String,
    },
    /// Another setting has an invalid value.
    Setting {
        /// The setting, as the builder names it.
        setting: &'static str,
        /// What is wrong and what to write instead.
        reason: String,
    },
}

impl ConfigError {
    pub(crate) fn setting(setting: &'static str, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self::Setting { setting, reason }
    }
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
                 {SECRET_MIN_BYTES}: it has never been one, so remove it"
            ),
            Self::NoLoader => f.write_str(
                "no user can be found: give the builder a `user_loader` (for logins kept in \
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

/// Prints the text of [`Display`](fmt::Display), because a `main` that returns the error prints it by
/// `Debug`.
impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for ConfigError {}

/// Why a function failed in a request.
///
/// As a response each is its status with an empty body, which tells the visitor nothing. The log says
/// what the app's author must do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoginError {
    /// The user is not active, and `force` is not set (403).
    Inactive,
    /// No user is logged in, or the user is logged in for this request alone (401).
    NotLoggedIn,
    /// The user's id has more than 512 bytes as text (500).
    IdTooLong {
        /// Its length in bytes.
        bytes: usize,
    },
    /// No `LoginManager` is wrapped around the handler (500).
    NoManager {
        /// The user type that the caller named, if any.
        wanted: Option<&'static str>,
        /// The user type of the nearest manager, if there is one.
        nearest: Option<&'static str>,
    },
    /// Two managers of the same name or user type are wrapped around the handler (500).
    ManagerClash {
        /// The user type of the inner one.
        user: &'static str,
    },
    /// A method of one manager was called in a request that another manager of its user type serves (500).
    OtherManager {
        /// The user type of both.
        user: &'static str,
    },
    /// A `LoginScope` that names no user type is wrapped around another manager than the one that it
    /// asks, so that it guards for the wrong users (500).
    GuardAroundManager {
        /// The user type that the guard asked for.
        guarded: &'static str,
        /// The user type of the manager inside of it.
        user: &'static str,
    },
    /// No `SessionMiddleware` wraps the handler (500).
    NoSession,
    /// The app has purged the session in this request, so nothing can be stored in it (500).
    SessionPurged,
    /// The app has cleared, purged or changed the session before `logout_user`, so that an active login
    /// in it could not be found and ended (500).
    SessionCleared,
    /// The request's `Cookie` header can't be read, for example since it is not UTF-8, so that an active
    /// login in the session could not be found and ended (400).
    UnreadableCookies,
    /// The response has begun, so that no cookie can be set any more (500).
    ResponseBegun,
    /// The session refused to store the login (500).
    SessionWrite,
    /// The manager has no `user_loader`, so a login could never be found again (500).
    NoUserLoader,
    /// A loader failed; the cause is in the log (500).
    LoaderFailed,
    /// The app's check of a code failed; the cause is in the log (500).
    CodeCheckFailed,
    /// A loader asked for the current user of the very request that it is loading (500).
    LoaderAskedForItself,
    /// A [`cross_site_handler`](crate::LoginManagerBuilder::cross_site_handler) asked for the user or the
    /// session (500).
    CrossSiteHandlerAsked,
    /// The store of active logins failed; the cause is in the log (500).
    StoreFailed,
    /// Active logins were asked for, but are off (500).
    NoLoginStore,
    /// The user has as many active logins as there may be, and new ones are refused (403).
    TooManyLogins,
    /// The user has no active login of that id (404).
    NoSuchLogin,
    /// There is no pending login: none began, or it has ended, expired or been completed (401).
    NoPendingLogin,
    /// The user has sent too many wrong codes (429). The response has no `Retry-After` (RFC 6585, section
    /// 4): the pending login has ended, and no wait makes its request succeed. A new login may begin after
    /// [`pending_lifetime`](crate::ActiveLogins::pending_lifetime) at the latest.
    TooManyAttempts,
    /// No resource of the app has the name of the view (500).
    UnknownView {
        /// The name of the view.
        view: String,
    },
    /// A login or refresh view is guarded, so that no user could reach it (500).
    GuardedView {
        /// The path of the view.
        view: String,
    },
    /// A page for anonymous users redirects logged-in users in a circle (500).
    CircularRedirect {
        /// The path of the page.
        page: String,
    },
}

impl fmt::Display for LoginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inactive => f.write_str("the user is not active"),
            Self::NotLoggedIn => f.write_str("no user is logged in"),
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
            Self::OtherManager { user } => write!(
                f,
                "a method was called of a `LoginManager<{user}>` that does not serve this request; \
                 another one does: call the free function, or the method of `LoginManager::of(&req)`"
            ),
            Self::GuardAroundManager { guarded, user } => write!(
                f,
                "a guarded LoginScope is wrapped around the login manager of `{user}`, so it asked for \
                 a `{guarded}`: wrap the LoginScope first, inside of that manager, or name the users \
                 by `user_type`"
            ),
            Self::NoSession => f.write_str(
                "no session: add `.wrap(SessionMiddleware::new(…))` of actix-session to the `App` \
                 or scope of this handler. If it is there, the app has another version of actix-session \
                 than this crate (`cargo tree -d` shows both): use the one that it re-exports, \
                 `actix_login::actix_session`",
            ),
            Self::SessionPurged => f.write_str(
                "the session was purged earlier in this request and stores nothing any more: use \
                 `Session::clear` and `Session::renew` instead of `purge`. With \
                 `session_for_request_logins(false)` this crate purges it if a request's own token \
                 logs in",
            ),
            Self::SessionCleared => f.write_str(
                "the session was cleared, purged or changed earlier in this request, so that its login \
                 could not be ended: call `logout_user` first, which clears the session itself",
            ),
            Self::UnreadableCookies => f.write_str(
                "the request's `Cookie` header can't be read, so that the active login of its session \
                 could not be ended",
            ),
            Self::ResponseBegun => f.write_str(
                "the response has begun, so that it can set no cookie any more: log users in and out \
                 in the handler, before it returns, and neither in the body of its response nor in a \
                 middleware outside of the login manager",
            ),
            Self::SessionWrite => f.write_str("the session did not store the login record"),
            Self::NoUserLoader => f.write_str(
                "there is no `user_loader`, so a login could not be found at the next request: give \
                 the builder one",
            ),
            Self::LoaderFailed => f.write_str("a loader failed"),
            Self::CodeCheckFailed => f.write_str("the check of a code failed"),
            Self::LoaderAskedForItself => f.write_str(
                "a loader asked for the current user of its own request: a loader must find the user \
                 without it",
            ),
            Self::CrossSiteHandlerAsked => f.write_str(
                "a `cross_site_handler` asked for the user, a login or a manager of its request: it runs \
                 before the request has them, so let it make its response without",
            ),
            Self::StoreFailed => f.write_str("the store of active logins failed"),
            Self::NoLoginStore => f.write_str(
                "active logins are off: switch them on with `.active_logins(ActiveLogins::in_memory())` \
                 on the builder",
            ),
            Self::TooManyLogins => f.write_str("the user has too many active logins"),
            Self::NoSuchLogin => f.write_str("the user has no such active login"),
            Self::NoPendingLogin => f.write_str("there is no pending login"),
            Self::TooManyAttempts => f.write_str("the user has sent too many wrong codes"),
            Self::UnknownView { view } => write!(
                f,
                "no resource without path parameters is named `{view}` in this app: name one with \
                 `web::resource(…).name(\"{view}\")` or `#[get(…, name = \"{view}\")]`, or set the \
                 view to a path that starts with `/`"
            ),
            Self::GuardedView { view } => write!(
                f,
                "users are redirected to `{view}` to log in, but it is guarded: move it out of the \
                 guarded scope, remove the guard, or name it in the scope's `except`. A slash at the \
                 end makes no difference here, since `NormalizePath` changes it"
            ),
            Self::CircularRedirect { page } => write!(
                f,
                "`{page}` is for anonymous users, and logged-in users are redirected from there to \
                 the same page for ever: name another page in `#[anonymous_required(\"/…\")]`, and \
                 let the refresh view be open to logged-in users"
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
            Self::UnreadableCookies => StatusCode::BAD_REQUEST,
            Self::NotLoggedIn | Self::NoPendingLogin => StatusCode::UNAUTHORIZED,
            Self::TooManyAttempts => StatusCode::TOO_MANY_REQUESTS,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// An empty body: the error is for the app's author, not for the visitor.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

impl LoginError {
    /// Logs a mistake in the app's set-up, once, where it is found.
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
    fn a_main_that_returns_a_config_error_prints_its_message() {
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
