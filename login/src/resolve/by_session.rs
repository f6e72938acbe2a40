//! The login by the session.

use std::{rc::Rc, sync::Arc};

use futures_util::future::join;

use super::{
    check_record::{CheckedRecord, RejectedRecord, check_record},
    load_user::load_user,
};
use crate::{
    active::{end::end_logins, lookup::find},
    crypto::{
        auth_tag::{auth_tag, match_auth_tag},
        keyring::KeyMatch,
    },
    error::LoginError,
    events::{LoginEndReason, LoginEvent},
    request::{
        login::{Login, LoginSource},
        visit::Visit,
    },
    session::record::LoginRecord,
    store::settings::ActiveLogins,
    user::UserMixin,
};

/// Why the session yields no user.
pub(super) enum NoUser<U> {
    NotLoggedIn,
    Ended(EndedLogin<U>),
    /// The login has ended, and the other sources are not asked: somebody has a copy of its cookies.
    Stolen,
}

/// A login in the session that has ended. The session still holds it.
pub(super) struct EndedLogin<U> {
    pub(super) id: Rc<str>,
    pub(super) reason: LoginEndReason,
    /// The user, if it was loaded.
    pub(super) user: Option<Arc<U>>,
}

impl<U> NoUser<U> {
    fn ended(id: &Rc<str>, reason: LoginEndReason) -> Self {
        Self::Ended(EndedLogin {
            id: Rc::clone(id),
            reason,
            user: None,
        })
    }
}

/// The login of the session, or why there is none.
type BySession<U> = Result<Login<U>, NoUser<U>>;

pub(super) async fn by_session<U: UserMixin>(
    visit: &Visit<'_, U>,
) -> Result<BySession<U>, LoginError> {
    #[cfg(feature = "test")]
    super::prepared_login::start_prepared(visit).await?;
    let checked = match read_record(visit) {
        Ok(checked) => checked,
        Err(no_user) => return Ok(Err(no_user)),
    };
    if let Some(active) = &visit.settings().active {
        return Box::pin(by_active_login(visit, active, checked)).await;
    }
    let user = load_user(visit.manager(), &checked.record.id).await?;
    accept_user(visit, checked, user)
}

/// Reads the record of the session, and checks it as far as is possible without its user.
fn read_record<U: UserMixin>(visit: &Visit<'_, U>) -> Result<CheckedRecord, NoUser<U>> {
    let (session, settings) = (&visit.session, visit.settings());
    let keys = &settings.session_keys;
    let record = match session.get::<LoginRecord>(&keys.login) {
        Ok(Some(record)) => record,
        Ok(None) => return Err(NoUser::NotLoggedIn),
        Err(_) => {
            // A logout that could not read the session has left an empty one.
            let text = session.get::<String>(&keys.login).ok().flatten();
            if text.as_deref() != Some("") {
                tracing::warn!(target: "actix_login", "a malformed login record was removed");
            }
            session.remove(&keys.login);
            keys.mark_ownerless(session);
            return Err(NoUser::NotLoggedIn);
        }
    };
    let login = record.login.map(|login| login.id);
    visit.context.initial_login.set(login);
    check_record(visit, record).map_err(|rejected| match rejected {
        RejectedRecord::Expired(id) => NoUser::ended(&id, LoginEndReason::Expired),
        RejectedRecord::Stolen(id) => {
            // The client may be a thief: the app's keys stay for their owner, and a login of another
            // user clears them.
            keys.remove_own(session);
            keys.mark_owner(session, &settings.keys, &id);
            visit.context.clear_cookie();
            visit.emit(LoginEvent::SessionProtected, None);
            NoUser::Stolen
        }
    })
}

/// Matches the record with its user, and commits it.
fn accept_user<U: UserMixin>(
    visit: &Visit<'_, U>,
    checked: CheckedRecord,
    user: Option<Arc<U>>,
) -> Result<BySession<U>, LoginError> {
    match match_user(visit, checked, user) {
        Ok((checked, user)) => commit_record(visit, checked, user).map(Ok),
        Err(no_user) => Ok(Err(no_user)),
    }
}

/// Matches the record with the user's current `session_auth_hash`.
fn match_user<U: UserMixin>(
    visit: &Visit<'_, U>,
    mut checked: CheckedRecord,
    user: Option<Arc<U>>,
) -> Result<(CheckedRecord, Arc<U>), NoUser<U>> {
    if checked.mismatch {
        report_mismatch(visit, user.as_deref());
    }
    let keys = visit.keys();
    let record = &mut checked.record;
    let Some(user) = user else {
        return Err(NoUser::ended(&record.id, LoginEndReason::UserNotFound));
    };
    match match_auth_tag(keys, &record.id, &*user, record.auth_tag.as_ref()) {
        KeyMatch::Current => {}
        KeyMatch::Previous => {
            record.auth_tag = auth_tag(keys, &record.id, &*user);
            checked.changed = true;
        }
        KeyMatch::None => {
            return Err(NoUser::Ended(EndedLogin {
                id: Rc::clone(&record.id),
                reason: LoginEndReason::AuthHashChanged,
                user: Some(user),
            }));
        }
    }
    Ok((checked, user))
}

/// Reports that another client sent the record: also if the login ends in this request, since its
/// user was deleted.
fn report_mismatch<U: UserMixin>(visit: &Visit<'_, U>, user: Option<&U>) {
    let (settings, req) = (visit.settings(), visit.req);
    let client = settings.session.client.fingerprint(req, &settings.keys);
    let event = LoginEvent::SessionProtected;
    // The event is of each request, as in Flask-Login, and the line in the log of each client.
    if settings.session_keys.note_client(&visit.session, client) {
        visit.emit(event, user);
    } else {
        visit.manager().notify(req, event, user);
    }
}

/// Writes the record to the session if it changed.
fn commit_record<U: UserMixin>(
    visit: &Visit<'_, U>,
    checked: CheckedRecord,
    user: Arc<U>,
) -> Result<Login<U>, LoginError> {
    let CheckedRecord {
        record, changed, ..
    } = checked;
    if changed {
        visit.write_record(&record)?;
    }
    Ok(visit.login_of(user, &record, LoginSource::Session))
}

/// [`by_session`] with active logins: the record needs an entry in the store.
async fn by_active_login<U: UserMixin>(
    visit: &Visit<'_, U>,
    active: &ActiveLogins,
    checked: CheckedRecord,
) -> Result<BySession<U>, LoginError> {
    let id = Rc::clone(&checked.record.id);
    let Some(login) = checked.record.login else {
        return Ok(Err(NoUser::ended(&id, LoginEndReason::Revoked)));
    };
    let finding = find(active, visit.settings(), login.id, &id);
    let (entry, user) = join(finding, load_user(visit.manager(), &id)).await;
    // Without the store nothing is known, and of a login that has ended the user does not matter.
    let Some(entry) = entry? else {
        return Ok(Err(NoUser::ended(&id, LoginEndReason::Revoked)));
    };
    let user = user?;
    if user.is_none() {
        // The user was deleted or has another id now: no request can use the entry again.
        active.store.end(entry.id).await?;
    }
    let (mut checked, user) = match match_user(visit, checked, user) {
        Ok(matched) => matched,
        Err(no_user) => return Ok(Err(no_user)),
    };
    let cookie = visit.cookie_generation(&entry, &user, &id);
    let session = checked.record.login.map(|login| login.generation);
    if visit.is_reused(active, &entry, cookie, session) {
        end_logins(active, visit.settings(), [&*id], &[entry.id]).await?;
        visit.end_login(&id, LoginEndReason::RememberCookieReused, Some(&user));
        visit.context.clear_cookie();
        visit.emit(LoginEvent::RememberCookieReused, Some(&user));
        return Ok(Err(NoUser::Stolen));
    }
    checked.changed |= visit
        .record_visit(active, &entry, &mut checked.record)
        .await?;
    visit
        .replace_lost_cookie(active, &entry, &user, session)
        .await?;
    commit_record(visit, checked, user).map(Ok)
}
