//! The login by the remember cookie: it is restored, not fresh, and starts a session.

use std::{rc::Rc, sync::Arc};

use super::load_user::load_user;
use crate::{
    active::{lookup::find, rotation::Rotation},
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
}

impl<U: UserMixin> RestoredLogin<U> {
    /// Starts the login in the session.
    pub(super) fn start(self, visit: &Visit<'_, U>) -> Result<Login<U>, LoginError> {
        let record = LoginRecord {
            login: self.login,
            ..visit.new_record(&self.id, &self.user, false)
        };
        // If the session is not readable, the cookie alone keeps the login.
        if is_readable(visit.req) {
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
    let entry = match &settings.active {
        Some(active) => match find_entry(visit, active, received).await? {
            Entry::Found(login, stored) => Some((active, login, stored)),
            Entry::NotNeeded => None,
            Entry::Missing => return Ok(reject(visit, CookieRejectReason::Revoked, None)),
        },
        None => None,
    };
    let user = load_user(visit.manager(), id).await?;
    let Some(user) = user else {
        return Ok(reject(visit, CookieRejectReason::UserNotFound, None));
    };
    if !received.is_valid_for(&*user, &settings.remember, &settings.keys) {
        let reason = CookieRejectReason::AuthHashChanged;
        return Ok(reject(visit, reason, Some(user)));
    }
    let login = match entry {
        Some((active, login, stored)) => {
            let rotation = visit
                .rotate_cookie(active, &stored, login, &received.token)
                .await?;
            match rotation {
                Rotation::Replaced(generation) => {
                    let login = TokenLogin {
                        generation,
                        ..login
                    };
                    visit.context.renew_cookie(received, &user, Some(login));
                    Some(login.recorded())
                }
                Rotation::InGrace => {
                    visit.context.keep_cookie();
                    // Of the cookie that the browser has shown: the session must not outlast it.
                    Some(login.recorded())
                }
                Rotation::Reused => {
                    visit.context.clear_cookie();
                    let event = LoginEvent::RememberCookieReused;
                    return Ok(ByCookie::Refused(event, Some(user)));
                }
            }
        }
        None => {
            let end = Some(received.token.expires_at);
            let login = match visit.start_or_continue(None, &user, id, end).await {
                // Too many logins are no reason to refuse a page that is open to all.
                Err(LoginError::TooManyLogins) => return Ok(ByCookie::None),
                login => login?,
            };
            let cookie = login.map(|login| login.cookie);
            visit.context.renew_cookie(received, &user, cookie);
            login.map(|login| login.recorded)
        }
    };
    Ok(ByCookie::Restored(RestoredLogin {
        user,
        id: id.as_str().into(),
        login,
    }))
}

/// The entry of a token's login in the store.
enum Entry {
    Found(TokenLogin, StoredLogin),
    /// Flask-Login's cookie has none; the cookie that replaces it will.
    NotNeeded,
    Missing,
}

async fn find_entry<U: UserMixin>(
    visit: &Visit<'_, U>,
    active: &ActiveLogins,
    received: &VerifiedToken,
) -> Result<Entry, LoginError> {
    let token = &received.token;
    let Some(login) = token.login else {
        return Ok(if received.is_flask() {
            Entry::NotNeeded
        } else {
            Entry::Missing
        });
    };
    let stored = find(active, visit.settings(), login.id, &token.id).await?;
    Ok(stored.map_or(Entry::Missing, |stored| Entry::Found(login, stored)))
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
