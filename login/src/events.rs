//! The events: Flask-Login's signals.

use std::fmt;

use actix_web::HttpRequest;

/// An event in the life of a login. The names are those of Flask-Login's signals.
///
/// Observers get it with the request and, if known, the user
/// ([`on_event`](crate::LoginManagerBuilder::on_event)). The user is unknown for anonymous requests,
/// and in the events that come before the user is loaded:
/// [`RememberCookieRejected`](Self::RememberCookieRejected),
/// [`SessionProtected`](Self::SessionProtected) in strong mode, and [`LoginEnded`](Self::LoginEnded).
///
/// Each is also a `tracing` event of the target `actix_login`, with [`name`](Self::name) in the field
/// `event`. It never contains ids or tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LoginEvent {
    /// `login_user` logged a user in.
    UserLoggedIn,
    /// `logout_user` logged a user out.
    UserLoggedOut,
    /// A login was restored from a remember cookie.
    UserLoadedFromCookie,
    /// The request loader or the header loader found a user.
    UserLoadedFromRequest,
    /// `confirm_login` marked a login as fresh.
    UserLoginConfirmed,
    /// A request was refused because it needs a login.
    UserUnauthorized,
    /// A request was refused because it needs a fresh login.
    UserNeedsRefresh,
    /// Session protection took effect: the login is no longer fresh, or was removed.
    SessionProtected,
    /// A request asked for its user. It occurs once per request.
    UserAccessed,
    /// A remember cookie was rejected: it is forged or expired, its user does not exist, or the user's
    /// `session_auth_hash` has changed. Flask-Login has no signal for it.
    RememberCookieRejected,
    /// A login in the session ended without a logout: a deadline passed, its user does not exist, the
    /// user's `session_auth_hash` changed, its active login ended, or its remember cookie was reused.
    /// Flask-Login has no signal for it.
    LoginEnded,
    /// A request carried a remember cookie that was replaced long ago, so somebody has a copy. Its
    /// active login was ended. Flask-Login has no signal for it.
    RememberCookieReused,
}

impl LoginEvent {
    /// The name of Flask-Login's signal, such as `user_logged_in`.
    pub fn name(self) -> &'static str {
        match self {
            Self::UserLoggedIn => "user_logged_in",
            Self::UserLoggedOut => "user_logged_out",
            Self::UserLoadedFromCookie => "user_loaded_from_cookie",
            Self::UserLoadedFromRequest => "user_loaded_from_request",
            Self::UserLoginConfirmed => "user_login_confirmed",
            Self::UserUnauthorized => "user_unauthorized",
            Self::UserNeedsRefresh => "user_needs_refresh",
            Self::SessionProtected => "session_protected",
            Self::UserAccessed => "user_accessed",
            Self::RememberCookieRejected => "remember_cookie_rejected",
            Self::LoginEnded => "login_ended",
            Self::RememberCookieReused => "remember_cookie_reused",
        }
    }
}

impl fmt::Display for LoginEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An observer of events, as the app registers it.
pub(crate) type Observer<U> = Box<dyn Fn(&HttpRequest, LoginEvent, Option<&U>) + Send + Sync>;

/// Logs the event, and calls the observers in the order of their registration.
pub(crate) fn emit<U>(
    observers: &[Observer<U>],
    req: &HttpRequest,
    event: LoginEvent,
    user: Option<&U>,
) {
    match event {
        LoginEvent::UserAccessed => {
            tracing::trace!(target: "actix_login", event = event.name());
        }
        LoginEvent::SessionProtected
        | LoginEvent::RememberCookieRejected
        | LoginEvent::RememberCookieReused => {
            tracing::warn!(target: "actix_login", event = event.name());
        }
        _ => tracing::info!(target: "actix_login", event = event.name()),
    }
    for observer in observers {
        observer(req, event, user);
    }
}
