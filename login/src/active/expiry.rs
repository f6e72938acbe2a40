//! When an active login expires.

use crate::{
    manager::settings::Settings,
    remember::received::ReceivedCookie,
    request::visit::Visit,
    store::{
        entry::{LoginId, StoredLogin},
        settings::ActiveLogins,
    },
    timestamp::Timestamp,
    user::UserMixin,
};

/// When a login that is seen now expires: with its session or with its remember cookie, whichever is
/// later. `started_at` is the start of the login in the session.
pub(super) fn expiry(
    active: &ActiveLogins,
    settings: &Settings,
    started_at: Timestamp,
    now: Timestamp,
    cookie_end: Option<Timestamp>,
) -> Option<Timestamp> {
    let session = &settings.session;
    let login_end = session
        .login_deadline
        .map(|deadline| started_at.plus(deadline));
    // The next visit may not be recorded.
    let visit_end = session
        .visit_deadline
        .map(|deadline| now.plus(deadline).plus(active.touch_interval));
    let session_end = login_end.into_iter().chain(visit_end).min()?;
    Some(session_end.max(cookie_end.unwrap_or_default()))
}

/// [`expiry`], but not before the current one of the entry; `None` is later than any time.
pub(super) fn extended_expiry(
    active: &ActiveLogins,
    settings: &Settings,
    stored: &StoredLogin,
    started_at: Timestamp,
    now: Timestamp,
    cookie_end: Option<Timestamp>,
) -> Option<Timestamp> {
    let extended = expiry(active, settings, started_at, now, cookie_end)?;
    Some(stored.expires_at?.max(extended))
}

impl<U: UserMixin> Visit<'_, U> {
    /// When the remember cookie of this login expires, if the request carries it and the response
    /// refreshes it.
    pub(super) fn refreshed_cookie_end(&self, login: LoginId, now: Timestamp) -> Option<Timestamp> {
        let remember = &self.settings().remember;
        match self.context.received(self.req) {
            ReceivedCookie::Valid(received)
                if remember.cookie.settings.refresh_each_request
                    && received.token.login.is_some_and(|of| of.id == login) =>
            {
                Some(remember.refreshed_end(&received.token, now))
            }
            _ => None,
        }
    }
}
