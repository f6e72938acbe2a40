//! When an active login expires.

use std::time::Duration;

use crate::{
    manager::settings::Settings,
    remember::verify::ReceivedCookie,
    request::visit::Visit,
    store::{entry::LoginId, settings::ActiveLogins},
    timestamp::Timestamp,
    user::UserMixin,
};

/// No entry outlasts this time without a visit, even if its cookie has no deadline.
const LONGEST: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// When a login that is seen now expires: with its session or with its remember cookie, whichever is
/// later. `started_at` is the start of the login in the session. A store never brings the end of an entry
/// forward.
pub(super) fn expiry(
    active: &ActiveLogins,
    settings: &Settings,
    started_at: Timestamp,
    now: Timestamp,
    cookie_end: Option<Timestamp>,
) -> Timestamp {
    let session = &settings.session;
    let login_end = session
        .login_deadline
        .map(|deadline| started_at.plus(deadline));
    // The next visit may not be recorded.
    let unseen_end = |deadline| now.plus(deadline).plus(active.touch_interval);
    let visit_end = session.visit_deadline.map(unseen_end);
    let idle_end = unseen_end(active.idle_timeout);
    let deadlines = login_end.into_iter().chain(visit_end);
    let session_end = deadlines.fold(idle_end, Timestamp::min);
    session_end
        .max(cookie_end.unwrap_or_default())
        .min(now.plus(LONGEST))
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
