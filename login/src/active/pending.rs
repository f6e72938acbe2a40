//! Pending logins in the store. Each is a note about a user, which has generation 0 until it is used up.

use super::{
    user_notes::{note, note_user},
    wrong_codes::{failed, find_counter, is_locked},
};
use crate::{
    error::LoginError,
    manager::settings::Settings,
    store::{
        entry::{LoginId, StoredLogin},
        settings::ActiveLogins,
    },
};

const PENDING: &str = "pending";

/// Adds a pending login of this user.
///
/// # Errors
///
/// [`LoginError::TooManyAttempts`], and then there is no entry.
pub(crate) async fn begin_pending(
    active: &ActiveLogins,
    settings: &Settings,
    user_id: &str,
) -> Result<LoginId, LoginError> {
    let now = settings.now();
    let user = note_user(PENDING, &settings.name, user_id);
    let entry = note(
        LoginId::random()?,
        user,
        now,
        now.plus(active.pending_lifetime),
    );
    active.store.begin(&entry).await?;
    // Only now: the last wrong code is counted first, and then ends what it finds.
    let refusal = match is_locked(active, settings, user_id).await {
        Ok(false) => return Ok(entry.id),
        Ok(true) => LoginError::TooManyAttempts,
        Err(error) => error,
    };
    // No cookie holds its id. If this fails, too, the entry expires.
    let _ = active.store.end(entry.id).await;
    Err(refusal)
}

/// The pending login of this user, if it has neither expired nor been used up.
pub(crate) async fn find_pending(
    active: &ActiveLogins,
    settings: &Settings,
    id: LoginId,
    user_id: &str,
) -> Result<Option<StoredLogin>, LoginError> {
    let stored = active.store.find(id).await?;
    let user = note_user(PENDING, &settings.name, user_id);
    let now = settings.now();
    Ok(stored.filter(|stored| {
        let is_over = stored.expires_at.is_none_or(|end| end.has_passed(now));
        stored.user == user && stored.generation == 0 && !is_over
    }))
}

/// Uses up a pending login, and forgets the wrong codes of its user. Of several concurrent callers, one
/// succeeds. `is_counted`: whether the caller's own code was counted before it was checked.
///
/// # Errors
///
/// [`LoginError::NoPendingLogin`], and [`LoginError::TooManyAttempts`] if the last wrong code was counted
/// first.
pub(crate) async fn use_up_pending(
    active: &ActiveLogins,
    settings: &Settings,
    id: LoginId,
    user_id: &str,
    is_counted: bool,
) -> Result<(), LoginError> {
    if !active
        .store
        .replace_cookie(id, 0, 0, settings.now())
        .await?
    {
        return Err(LoginError::NoPendingLogin);
    }
    let counter = find_counter(active, settings, user_id).await?;
    if let Some(counter) = &counter
        && !is_counted
        && failed(active, counter, settings.now()) >= active.pending_tries
    {
        return Err(LoginError::TooManyAttempts);
    }
    let counter = counter.map(|counter| counter.id);
    let used_up: Vec<LoginId> = [id].into_iter().chain(counter).collect();
    active.store.end_all(&used_up).await
}

/// The pending logins of a user.
pub(super) async fn list_pending(
    active: &ActiveLogins,
    settings: &Settings,
    user_id: &str,
) -> Result<Vec<LoginId>, LoginError> {
    let user = note_user(PENDING, &settings.name, user_id);
    let pending = active.store.list(&user).await?;
    Ok(pending.into_iter().map(|entry| entry.id).collect())
}
