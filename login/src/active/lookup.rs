//! How active logins are found in their store.

use crate::{
    error::LoginError,
    manager::settings::Settings,
    store::{
        entry::{LoginId, StoredLogin},
        settings::ActiveLogins,
    },
};

/// The settings of active logins, or an error if they are off.
pub(crate) fn required(settings: &Settings) -> Result<&ActiveLogins, LoginError> {
    let active = settings.active.as_ref();
    active.ok_or_else(|| LoginError::NoLoginStore.logged())
}

/// The entry of this user's login, if it has not ended.
pub(crate) async fn find(
    active: &ActiveLogins,
    settings: &Settings,
    login: LoginId,
    user_id: &str,
) -> Result<Option<StoredLogin>, LoginError> {
    let stored = active.store.find(login).await?;
    let now = settings.now();
    Ok(stored.filter(|stored| stored.is_live_for(&settings.name, user_id, now)))
}

/// All logins of a user that have not ended, the oldest first.
pub(crate) async fn list_live(
    active: &ActiveLogins,
    settings: &Settings,
    user_id: &str,
) -> Result<Vec<StoredLogin>, LoginError> {
    let user = StoredLogin::user_key(&settings.name, user_id);
    let mut logins = active.store.list(&user).await?;
    let now = settings.now();
    logins.retain(|login| login.is_live_for(&settings.name, user_id, now));
    logins.sort_by_key(|login| (login.started_at, login.id));
    Ok(logins)
}

/// The logins of [`list_live`] that are not superseded: those that users see, and that count.
pub(crate) async fn list_current(
    active: &ActiveLogins,
    settings: &Settings,
    user_id: &str,
) -> Result<Vec<StoredLogin>, LoginError> {
    let mut logins = list_live(active, settings, user_id).await?;
    logins.retain(|login| !login.is_superseded());
    Ok(logins)
}
