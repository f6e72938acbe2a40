//! The login by the remember cookie: it is restored, not fresh, and starts a session.

use std::{rc::Rc, sync::Arc};

use futures_util::future::join;

use super::load_user::load_user;
use crate::{
    active::{cookie_rotation::Rotation, flask::FlaskLogin, lookup::find},
    error::LoginError,
    events::{CookieRejectReason, LoginEvent},
    remember::verify::{ReceivedCookie, VerifiedToken},
    request::{
        login::{Login, LoginSource},
        visit::Visit,
    },
    session::{
        access::is_readable,
        record::{LoginRecord, RecordedLogin},
    },
    store::{
        entry::{StoredLogin, TokenLogin},
        settings::ActiveLogins,
    },
    user::UserMixin,
};

/// What the remember cookie of a request leads to.
pub(super) enum ByCookie<U> {
    /// There is no cookie, or it has no effect.
    None,
    Restored(RestoredLogin<U>),
    /// The response clears the cookie. The caller emits the event, once the session is as it stays.
    Refused(LoginEvent, Option<Arc<U>>),
}

/// A login that a valid remember cookie restores.
pub(super) struct RestoredLogin<U> {
    user: Arc<U>,
    id: Rc<str>,
    login: Option<RecordedLogin>,
    /// Whether the session gets the login, and not this request alone.
    in_session: bool,
}

impl<U: UserMixin> RestoredLogin<U> {
    /// Starts the login in the session.
    pub(super) fn start(self, visit: &Visit<'_, U>) -> Result<Login<U>, LoginError> {
        let record = LoginRecord {
            login: self.login,
            ..visit.new_record(&self.id, &self.user, false)
        };
        // If the session is not readable, the cookie alone keeps the login.
        if self.in_session && is_readable(visit.req) {
            visit.start_login(&record)?;
        }
        visit.emit(LoginEvent::UserLoadedFromCookie, Some(&self.user));
        Ok(visit.login_of(self.user, &record, LoginSource::RememberCookie))
    }
}

/// Finds what the remember cookie leads to. The session stays as it is. `not_found` is an id
/// whose user was just not found.
pub(super) async fn by_cookie<U: UserMixin>(
    visit: &Visit<'_, U>,
    not_found: Option<&str>,
) -> Result<ByCookie<U>, LoginError> {
    let settings = visit.settings();
    let received = match visit.context.received(visit.req) {
        ReceivedCookie::None => return Ok(ByCookie::None),
        ReceivedCookie::Invalid(reason) => return Ok(reject(visit, *reason, None)),
        ReceivedCookie::Valid(received) => received,
    };
    let id = &received.token.id;
    if not_found == Some(id.as_str()) {
        return Ok(reject(visit, CookieRejectReason::UserNotFound, None));
    }
    let finding = find_entry(visit, received);
    let (entry, user) = join(finding, load_user(visit.manager(), id)).await;
    // Without the store nothing is known, and of a login that has ended the user does not matter.
    let entry = entry?;
    if matches!(entry, Entry::Missing) {
        return Ok(reject(visit, CookieRejectReason::Revoked, None));
    }
    let Some(user) = user? else {
        return Ok(reject(visit, CookieRejectReason::UserNotFound, None));
    };
    if !received.is_valid_for(&*user, &settings.remember, &settings.keys) {
        let reason = CookieRejectReason::AuthHashChanged;
        return Ok(reject(visit, reason, Some(user)));
    }
    let of_user;
    let received = if received.is_flask() {
        of_user = received.of_user(&*user);
        &of_user
    } else {
        received
    };
    let mut restored = RestoredLogin {
        id: received.token.id.as_str().into(),
        user,
        login: None,
        in_session: true,
    };
    let (active, login, stored) = match entry {
        Entry::Found(active, login, stored) => (active, login, stored),
        Entry::OfFlaskCookie(active) => {
            let end = received.token.expires_at;
            match visit.login_of_flask_cookie(active, &restored.id, end).await {
                Ok(FlaskLogin::Started(login, stored)) => (active, login, stored),
                Ok(FlaskLogin::Revoked) => {
                    let reason = CookieRejectReason::Revoked;
                    return Ok(reject(visit, reason, Some(restored.user)));
                }
                // Too many logins are no reason to refuse a page that is open to all.
                Err(LoginError::TooManyLogins) => return Ok(ByCookie::None),
                Err(error) => return Err(error),
            }
        }
        Entry::NotNeeded | Entry::Missing => {
            visit.context.renew_cookie(received, &restored.user, None);
            return Ok(ByCookie::Restored(restored));
        }
    };
    let rotation = visit
        .rotate_cookie(active, &stored, login, &received.token)
        .await?;
    match rotation {
        Rotation::Replaced(generation) => {
            let login = TokenLogin {
                generation,
                ..login
            };
            visit
                .context
                .renew_cookie(received, &restored.user, Some(login));
            restored.login = Some(login.recorded());
        }
        Rotation::InGrace => {
            visit.context.keep_cookie();
            // Of the cookie that the browser has shown: the session must not outlast it.
            restored.login = Some(login.recorded());
            // Another browser may share the fingerprint: it gets a login of its own after the grace.
            restored.in_session = !received.is_flask();
        }
        Rotation::Reused => {
            visit.context.clear_cookie();
            let event = LoginEvent::RememberCookieReused;
            return Ok(ByCookie::Refused(event, Some(restored.user)));
        }
    }
    Ok(ByCookie::Restored(restored))
}

/// The entry of a cookie's login in the store.
enum Entry<'a> {
    Found(&'a ActiveLogins, TokenLogin, StoredLogin),
    /// It depends on the id of the user, and not on the text of the cookie.
    OfFlaskCookie(&'a ActiveLogins),
    /// Active logins are off.
    NotNeeded,
    Missing,
}

async fn find_entry<'a, U: UserMixin>(
    visit: &Visit<'a, U>,
    received: &VerifiedToken,
) -> Result<Entry<'a>, LoginError> {
    let settings = visit.settings();
    let Some(active) = &settings.active else {
        return Ok(Entry::NotNeeded);
    };
    let token = &received.token;
    if received.is_flask() {
        return Ok(Entry::OfFlaskCookie(active));
    }
    let Some(login) = token.login else {
        return Ok(Entry::Missing);
    };
    let stored = find(active, settings, login.id, &token.id).await?;
    Ok(stored.map_or(Entry::Missing, |stored| Entry::Found(active, login, stored)))
}

/// Rejects the cookie: the response clears it.
fn reject<U: UserMixin>(
    visit: &Visit<'_, U>,
    reason: CookieRejectReason,
    user: Option<Arc<U>>,
) -> ByCookie<U> {
    visit.context.clear_cookie();
    ByCookie::Refused(LoginEvent::RememberCookieRejected { reason }, user)
}
