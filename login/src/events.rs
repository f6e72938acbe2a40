//! The events: Flask-Login's signals.

use std::fmt;

use actix_web::HttpRequest;

use crate::store::entry::LoginId;

/// An event in the life of a login. It has the name of Flask-Login's signal, if there is one.
///
/// Observers get it with the request and, if known, the user
/// ([`on_event`](crate::LoginManagerBuilder::on_event)). The user is unknown for anonymous requests,
/// and if the event comes before the user is loaded: [`SessionProtected`](Self::SessionProtected) in
/// strong mode, and [`LoginEnded`](Self::LoginEnded) and
/// [`RememberCookieRejected`](Self::RememberCookieRejected) for most reasons.
///
/// Each is also a `tracing` event of the target `actix_login`, with [`name`](Self::name) in the field
/// `event`, and the name of its reason in the field `reason`. The log never contains ids or tokens.
/// Events that an attacker can cause are of the level `warn`: `SessionProtected`,
/// `RememberCookieReused`, `CrossSiteRefused`, `TooManyAttempts`, and `RememberCookieRejected` for a
/// cookie that is forged or in conflict with another. `UserAccessed` is of the level `trace`, and all
/// others are of the level `info`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LoginEvent {
    /// `login_user` logged a user in.
    UserLoggedIn,
    /// `logout_user` succeeded. The user is unknown if none was logged in, or if the load failed.
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
    /// Session protection took effect: the login is no longer fresh, or was removed. It occurs at each
    /// request of the other client, as in Flask-Login. The log has it once per session and client.
    SessionProtected,
    /// A request of another origin was refused
    /// ([`cross_site_handler`](crate::LoginManagerBuilder::cross_site_handler)). The user is unknown, since
    /// it comes before everything else. Flask-Login has no signal for it.
    CrossSiteRefused,
    /// A request asked for its user. It occurs once per request.
    UserAccessed,
    /// A remember cookie was rejected, and the response clears it. The user is known if
    /// `session_auth_hash` is the reason. Flask-Login has no signal for it.
    RememberCookieRejected {
        /// Why it was rejected.
        reason: CookieRejectReason,
    },
    /// A login in the session ended without a logout in this browser. The user is known if
    /// `session_auth_hash` or a reused remember cookie is the reason. Flask-Login has no signal for it.
    ///
    /// It occurs once, at the first request that asks for the user, logs out, or logs a user in. A login
    /// of the same user continues the one before, unless that has ended.
    ///
    /// Observers are called after the session is cleared, so that a message that they
    /// [`flash`](crate::flash()) stays.
    LoginEnded {
        /// Why it ended.
        reason: LoginEndReason,
        /// Which login it was, with [active logins](crate::ActiveLogins):
        /// [`CurrentUser::login_id`](crate::CurrentUser::login_id). `None` without.
        login: Option<LoginId>,
    },
    /// A request carried a remember cookie that was replaced long ago, or a session that came with such
    /// a cookie, so somebody has a copy. Its active login was ended. Flask-Login has no signal for it.
    RememberCookieReused,
    /// `begin_login` began a pending login, which waits for a second factor. Flask-Login has no signal
    /// for it.
    LoginBegun,
    /// A wrong code was counted. Flask-Login has no signal for it.
    PendingLoginFailed,
    /// The last wrong code that a user may send was counted: all pending logins of the user ended.
    /// Somebody knows the password and guesses codes. Flask-Login has no signal for it.
    TooManyAttempts,
}

/// Why a login in a session ended, in [`LoginEvent::LoginEnded`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LoginEndReason {
    /// The [`login_deadline`](crate::LoginManagerBuilder::login_deadline) or the
    /// [`visit_deadline`](crate::LoginManagerBuilder::visit_deadline) has passed.
    Expired,
    /// The user loader found no user.
    UserNotFound,
    /// The user's `session_auth_hash` has changed, for example with the password.
    AuthHashChanged,
    /// The [active login](crate::ActiveLogins) has no entry any more: it ended on the server, by a
    /// logout with a copy of the session, by [`end_login`](crate::end_login) or a similar function, or
    /// because the user had too many logins. Also a login from before active logins were switched on.
    Revoked,
    /// The request also carried a copy of a remember cookie
    /// ([`RememberCookieReused`](LoginEvent::RememberCookieReused)).
    RememberCookieReused,
    /// [`login_user`](crate::login_user) began another login in the session: of another user, or in place
    /// of one that had ended on the server. It does not load the user of the login before.
    Replaced,
}

impl LoginEndReason {
    /// The name in the log, such as `expired`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::UserNotFound => "user_not_found",
            Self::AuthHashChanged => "auth_hash_changed",
            Self::Revoked => "revoked",
            Self::RememberCookieReused => "remember_cookie_reused",
            Self::Replaced => "replaced",
        }
    }
}

impl fmt::Display for LoginEndReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why a remember cookie was rejected, in [`LoginEvent::RememberCookieRejected`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CookieRejectReason {
    /// No key of the manager signed it: it is forged, cut, or from before a change of the secret.
    Forged,
    /// The request carries two different cookies of the name. Another host of the domain may have set
    /// one of them.
    Conflict,
    /// Its time has passed. For Flask-Login's cookies, that is the day of
    /// [`accept_flask_cookies`](crate::LoginManagerBuilder::accept_flask_cookies).
    Expired,
    /// The user loader found no user.
    UserNotFound,
    /// The user's `session_auth_hash` has changed, for example with the password. Also a cookie from
    /// before the user had one, and Flask-Login's, which holds none.
    AuthHashChanged,
    /// Its [active login](crate::ActiveLogins) has no entry any more: the user logged out, or the login
    /// ended on the server. Also a cookie from before active logins were switched on.
    Revoked,
}

impl CookieRejectReason {
    /// The name in the log, such as `forged`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Forged => "forged",
            Self::Conflict => "conflict",
            Self::Expired => "expired",
            Self::UserNotFound => "user_not_found",
            Self::AuthHashChanged => "auth_hash_changed",
            Self::Revoked => "revoked",
        }
    }

    /// Whether only a mistake or an attacker makes a cookie like this.
    fn is_suspicious(self) -> bool {
        matches!(self, Self::Forged | Self::Conflict)
    }
}

impl fmt::Display for CookieRejectReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl LoginEvent {
    /// The name in the log, such as `user_logged_in`: that of Flask-Login's signal, where there is one.
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
            Self::CrossSiteRefused => "cross_site_refused",
            Self::UserAccessed => "user_accessed",
            Self::RememberCookieRejected { .. } => "remember_cookie_rejected",
            Self::LoginEnded { .. } => "login_ended",
            Self::RememberCookieReused => "remember_cookie_reused",
            Self::LoginBegun => "login_begun",
            Self::PendingLoginFailed => "pending_login_failed",
            Self::TooManyAttempts => "too_many_attempts",
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
    log(event);
    notify(observers, req, event, user);
}

fn log(event: LoginEvent) {
    let name = event.name();
    match event {
        LoginEvent::UserAccessed => tracing::trace!(target: "actix_login", event = name),
        LoginEvent::SessionProtected
        | LoginEvent::RememberCookieReused
        | LoginEvent::TooManyAttempts => {
            tracing::warn!(target: "actix_login", event = name);
        }
        LoginEvent::RememberCookieRejected { reason } if reason.is_suspicious() => {
            tracing::warn!(target: "actix_login", event = name, reason = reason.name());
        }
        LoginEvent::RememberCookieRejected { reason } => {
            tracing::info!(target: "actix_login", event = name, reason = reason.name());
        }
        LoginEvent::LoginEnded { reason, .. } => {
            tracing::info!(target: "actix_login", event = name, reason = reason.name());
        }
        _ => tracing::info!(target: "actix_login", event = name),
    }
}

/// Calls the observers, without a line in the log.
pub(crate) fn notify<U>(
    observers: &[Observer<U>],
    req: &HttpRequest,
    event: LoginEvent,
    user: Option<&U>,
) {
    for observer in observers {
        observer(req, event, user);
    }
}
