//! How an active login is superseded, so that copies of its cookies end.

use std::time::Duration;

use crate::{
    error::LoginError,
    request::visit::Visit,
    store::{
        entry::{StoredLogin, TokenLogin},
        settings::ActiveLogins,
    },
    user::UserMixin,
};

/// How long a superseded login stays valid: in-flight requests still use it.
const SUPERSEDED_GRACE: Duration = Duration::from_secs(10);

impl<U: UserMixin> Visit<'_, U> {
    /// Supersedes a login by one with a new id. The old one, and with it copies of its cookies, ends
    /// once in-flight requests are done. Returns `None` if it has ended, or a concurrent request
    /// superseded it first.
    pub(crate) async fn supersede(
        &self,
        active: &ActiveLogins,
        stored: &StoredLogin,
        remembered: bool,
    ) -> Result<Option<TokenLogin>, LoginError> {
        let now = self.now();
        let successor = StoredLogin {
            id: stored.id.successor(),
            remembered,
            generation: 0,
            last_confirmed_generation: 0,
            issued_at: now,
            cookie_confirmed_at: None,
            ..stored.clone()
        };
        let until = now.plus(SUPERSEDED_GRACE);
        let superseding = active.store.supersede(stored.id, until, &successor);
        Ok(superseding.await?.then_some(successor.current_cookie()))
    }
}
