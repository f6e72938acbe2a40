//! Notes about a user in the store of active logins: entries that are no logins.
//!
//! Their user key starts with a colon. The name of a manager cannot, so no list of logins shows a note,
//! and no session or remember cookie can name one.

use crate::{
    error::LoginError,
    manager::settings::Settings,
    store::{
        entry::{LoginId, StoredLogin},
        settings::ActiveLogins,
    },
    timestamp::Timestamp,
};

/// The purpose of the note that ends Flask-Login's cookies of a user.
const FLASK: &str = "flask";

/// The user key of the notes of this purpose about a user.
pub(crate) fn note_user(purpose: &str, manager: &str, user_id: &str) -> String {
    format!(":{purpose}:{manager}:{user_id}")
}

/// The entry of a note.
pub(super) fn note(id: LoginId, user: String, now: Timestamp, end: Timestamp) -> StoredLogin {
    StoredLogin {
        id,
        user,
        started_at: now,
        last_seen_at: now,
        expires_at: Some(end),
        user_agent: String::new(),
        address: String::new(),
        remembered: false,
        generation: 0,
        last_confirmed_generation: 0,
        issued_at: now,
        cookie_confirmed_at: None,
    }
}

/// Notes that Flask-Login's cookies of this user start no login any more.
pub(crate) async fn revoke_flask_cookies(
    active: &ActiveLogins,
    settings: &Settings,
    user_id: &str,
) -> Result<(), LoginError> {
    let now = settings.now();
    let flask = settings.remember.flask.as_ref();
    let Some(flask) = flask.filter(|flask| !flask.until.has_passed(now)) else {
        return Ok(());
    };
    let id = LoginId::derived(&settings.keys, FLASK, user_id);
    let user = note_user(FLASK, &settings.name, user_id);
    active.store.begin(&note(id, user, now, flask.until)).await
}

/// Whether [`revoke_flask_cookies`] was called for this user.
///
/// The note is found by the user and not by its id, so that it stays valid when keys rotate.
pub(super) async fn flask_cookies_are_revoked(
    active: &ActiveLogins,
    settings: &Settings,
    user_id: &str,
) -> Result<bool, LoginError> {
    let user = note_user(FLASK, &settings.name, user_id);
    let notes = active.store.list(&user).await?;
    Ok(notes.iter().any(|note| note.user == user))
}
