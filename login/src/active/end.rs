//! How active logins end.

use super::{lookup::list_live, pending::list_pending, user_notes::revoke_flask_cookies};
use crate::{
    error::LoginError,
    manager::settings::Settings,
    store::{entry::LoginId, settings::ActiveLogins},
};

/// How many logins are ended at once, so that each call of a store is short.
const END_BATCH: usize = 1_000;

/// Removes these entries.
pub(crate) async fn end_all(active: &ActiveLogins, logins: &[LoginId]) -> Result<(), LoginError> {
    for batch in logins.chunks(END_BATCH) {
        active.store.end_all(batch).await?;
    }
    Ok(())
}

/// Ends these logins, which belong to these users. If Flask-Login's cookie started one of them, the
/// cookies of the users start none from now on.
pub(crate) async fn end_logins(
    active: &ActiveLogins,
    settings: &Settings,
    users: impl IntoIterator<Item = &str>,
    logins: &[LoginId],
) -> Result<(), LoginError> {
    if logins.iter().any(|login| login.is_from_flask()) {
        // First: otherwise a copy could start a login between the two.
        for user_id in users {
            revoke_flask_cookies(active, settings, user_id).await?;
        }
    }
    // A concurrent request may supersede a login.
    let logins = logins.iter().copied().flat_map(LoginId::with_relatives);
    let logins: Vec<LoginId> = logins.collect();
    end_all(active, &logins).await
}

/// Ends all pending logins of a user.
pub(crate) async fn end_all_pending(
    active: &ActiveLogins,
    settings: &Settings,
    user_id: &str,
) -> Result<(), LoginError> {
    end_all(active, &list_pending(active, settings, user_id).await?).await
}

/// Ends all logins of a user but this one, and all pending ones. If this one is superseded, the login
/// that has taken its place stays as well.
pub(crate) async fn end_all_but(
    active: &ActiveLogins,
    settings: &Settings,
    user_id: &str,
    kept: Option<LoginId>,
) -> Result<(), LoginError> {
    end_all_pending(active, settings, user_id).await?;
    // First: otherwise a copy could start a login afterwards.
    revoke_flask_cookies(active, settings, user_id).await?;
    // A concurrent request may supersede a login. Once the old entry is gone, it can't any more.
    for _ in 0..2 {
        let mut logins = list_live(active, settings, user_id).await?;
        let mut kept = kept;
        while let Some(id) = kept
            && let Some(at) = logins.iter().position(|login| login.id == id)
        {
            let superseded = logins.swap_remove(at).is_superseded();
            kept = superseded.then(|| id.successor());
        }
        let ended: Vec<LoginId> = logins.iter().map(|login| login.id).collect();
        end_all(active, &ended).await?;
    }
    Ok(())
}
