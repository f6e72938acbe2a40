//! The events: Flask-Login's signals.

use std::fmt;

use actix_web::HttpRequest;

/// Something that happened to a login: one of Flask-Login's signals, by the same names.
///
/// Observers get it with the request and the user, where there is one
/// ([`on_event`](crate::LoginManagerBuilder::on_event)). There is none where it was not loaded:
/// with [`RememberCookieRejected`](Self::RememberCookieRejected), with
/// [`SessionProtected`](Self::SessionProtected) in strong mode, with
/// [`LoginEnded`](Self::LoginEnded), and of course for anonymous requests. Each is also a `tracing` event of the
/// target `actix_login`, whose field `event` is [`name`](Self::name); ids and tokens are in none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LoginEvent {
    /// A user was logged in by `login_user`.
    UserLoggedIn,
    /// A user was logged out by `logout_user`.
    UserLoggedOut,
    /// A login was restored from a remember cookie.
    UserLoadedFromCookie,
    /// A user was found by the request loader or the header loader.
    UserLoadedFromRequest,
    /// A login was made fresh by `confirm_login`.
    UserLoginConfirmed,
    /// A request was refused for want of a login.
    UserUnauthorized,
    /// A request was refused for want of a fresh login.
    UserNeedsRefresh,
    /// Session protection took effect: the session was marked stale or its login removed.
    SessionProtected,
    /// A request asked who its user is; once for each such request.
    UserAccessed,
    /// A remember cookie was refused: forged, expired, of a user that is gone or has another
    /// `session_auth_hash` now. Flask-Login has no signal for it.
    RememberCookieRejected,
    /// A login in the session ended by itself: past a deadline, its user gone, the user's
    /// `session_auth_hash` changed, its entry ended, or its remember cookie reused. Flask-Login has
    /// no signal for it.
    LoginEnded,
    /// A remember cookie came back that was replaced long ago, as one does of which somebody has a
    /// copy. Its active login was ended. Flask-Login has no signal for it.
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

/// Someone who wants to know.
pub(crate) type Observer<U> = Box<dyn Fn(&HttpRequest, LoginEvent, Option<&U>) + Send + Sync>;

/// Tells the log, then the observers in the order in which they were registered.
pub(crate) fn emit<U>(
    observers: &[Observer<U>],
    event: LoginEvent,
    req: &HttpRequest,
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
