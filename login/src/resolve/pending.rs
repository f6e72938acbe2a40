//! The pending login of the session: which user waits for the second factor.

use std::sync::Arc;

use super::{
    check_record::{RejectedRecord, check_record},
    load_user::load_user,
};
use crate::{
    active::{lookup::required, pending::find_pending, wrong_codes::is_locked},
    crypto::{auth_tag::match_auth_tag, keyring::KeyMatch},
    error::LoginError,
    events::LoginEvent,
    request::visit::Visit,
    session::pending::PendingRecord,
    store::entry::StoredLogin,
    user::UserMixin,
};

/// A pending login that holds.
pub(crate) struct PendingLogin<U> {
    pub(crate) user: Arc<U>,
    pub(crate) record: PendingRecord,
    pub(crate) entry: StoredLogin,
}

impl<U: UserMixin> Visit<'_, U> {
    /// The pending login of the session. The store is asked each time. One that does not hold is removed,
    /// unless it may have become a login just now.
    ///
    /// # Errors
    ///
    /// [`LoginError::NoPendingLogin`], [`LoginError::TooManyAttempts`], [`LoginError::NoLoginStore`], and
    /// errors of the store and the loader.
    pub(crate) async fn pending_login(&self) -> Result<PendingLogin<U>, LoginError> {
        let settings = self.settings();
        let active = required(settings)?;
        let record = self.pending_record();
        let Some((record, id)) = record.and_then(|record| {
            let login = record.login.login?;
            Some((record, login.id))
        }) else {
            return Err(self.without_pending());
        };
        let is_of_client = match check_record(self, record.login.clone()) {
            Ok(checked) => !checked.mismatch,
            Err(RejectedRecord::Stolen(_)) => false,
            Err(RejectedRecord::Expired(_)) => {
                active.store.end(id).await?;
                return Err(self.without_pending());
            }
        };
        if !is_of_client {
            // In both modes of session protection: it is no login yet, and the user can begin another.
            active.store.end(id).await?;
            self.emit(LoginEvent::SessionProtected, None);
            return Err(self.without_pending());
        }
        let user_id = &*record.login.id;
        if is_locked(active, settings, user_id).await? {
            return Err(LoginError::TooManyAttempts);
        }
        let Some(entry) = find_pending(active, settings, id, user_id).await? else {
            let end = record.login.started_at.plus(active.pending_lifetime);
            if end.has_passed(self.now()) {
                return Err(self.without_pending());
            }
            // A request that overlaps may have completed it: a second click on the form. Its response
            // holds the login, which a change of this session would take from the browser.
            return Err(LoginError::NoPendingLogin);
        };
        let user = load_user(self.manager(), user_id).await?;
        let user = user.filter(|user| {
            let tag = record.login.auth_tag.as_ref();
            let has_hash = match_auth_tag(self.keys(), user_id, &**user, tag) != KeyMatch::None;
            has_hash && (record.force || user.is_active())
        });
        let Some(user) = user else {
            active.store.end(id).await?;
            return Err(self.without_pending());
        };
        Ok(PendingLogin {
            user,
            record,
            entry,
        })
    }

    fn without_pending(&self) -> LoginError {
        self.settings().session_keys.forget_pending(&self.session);
        LoginError::NoPendingLogin
    }
}
