//! The login in the session of a request: it is started, updated and ended here.

use std::{rc::Rc, sync::Arc};

use super::{
    login::{Login, LoginSource},
    visit::Visit,
    watched_login::LoginSnapshot,
};
use crate::{
    crypto::auth_tag::auth_tag,
    error::LoginError,
    events::{LoginEndReason, LoginEvent},
    session::{
        flashes::remove_refusals, next::take_next, pending::PendingRecord, record::LoginRecord,
    },
    store::entry::LoginId,
    timestamp::Timestamp,
    user::UserMixin,
};

impl<U: UserMixin> Visit<'_, U> {
    /// The record in the session, if there is a well-formed one.
    pub(crate) fn record(&self) -> Option<LoginRecord> {
        let key = &self.settings().session_keys.login;
        self.session.get::<LoginRecord>(key).ok().flatten()
    }

    /// The active login of the session.
    pub(crate) fn login_in_session(&self) -> Option<LoginId> {
        Some(self.record()?.login?.id)
    }

    /// The record of a login that starts now.
    pub(crate) fn new_record(&self, id: &str, user: &U, fresh: bool) -> LoginRecord {
        let settings = self.settings();
        let session = &settings.session;
        LoginRecord {
            fresh,
            started_at: settings.now(),
            confirmed_at: None,
            last_seen_at: None,
            fingerprint: session
                .is_protected()
                .then(|| session.client.fingerprint(self.req, &settings.keys)),
            auth_tag: auth_tag(&settings.keys, id, user),
            login: None,
            id: id.into(),
        }
    }

    /// The record of a login that has been loaded. If the session is not readable and the user is
    /// known by the remember cookie alone, there is none yet.
    pub(crate) fn current_record(&self, login: &Login<U>, id: &str) -> LoginRecord {
        self.record()
            .filter(|record| &*record.id == id)
            .unwrap_or_else(|| LoginRecord {
                login: login.recorded,
                ..self.new_record(id, &login.user, login.fresh)
            })
    }

    /// The current login of the request, whose id as text is `id`.
    pub(crate) fn snapshot(&self, login: &Login<U>, id: &str) -> LoginSnapshot {
        let record = self.current_record(login, id);
        let login = match self.settings().active {
            Some(_) => record.login.map(|of| of.id),
            None => None,
        };
        LoginSnapshot { record, login }
    }

    /// The login of this record.
    pub(crate) fn login_of(
        &self,
        user: Arc<U>,
        record: &LoginRecord,
        source: LoginSource,
    ) -> Login<U> {
        let settings = self.settings();
        let authenticated_at = record.authenticated_at();
        let is_fresh = |at: Timestamp| match settings.session.fresh_deadline {
            Some(deadline) => !at.plus(deadline).has_passed(settings.now()),
            None => true,
        };
        Login {
            user,
            source,
            fresh: authenticated_at.is_some_and(is_fresh),
            authenticated_at,
            recorded: record.login,
            id: Some(Rc::clone(&record.id)),
        }
    }

    /// Starts a login: clears what the session holds of another user, writes the record, and renews
    /// the session id, which defeats session fixation.
    pub(crate) fn start_login(&self, record: &LoginRecord) -> Result<(), LoginError> {
        let settings = self.settings();
        settings
            .session_keys
            .claim(&self.session, &settings.keys, &record.id);
        settings.session_keys.forget_client(&self.session);
        self.write_record(record)?;
        self.session.renew();
        Ok(())
    }

    pub(crate) fn write_record(&self, record: &LoginRecord) -> Result<(), LoginError> {
        let key = self.settings().session_keys.login.as_str();
        self.session
            .insert(key, record)
            .map_err(|_| LoginError::SessionWrite.logged())?;
        self.context.note_written(&self.session);
        if let Some(login) = record.login {
            self.context.initial_login.set(Some(login.id));
        }
        Ok(())
    }

    /// The record of the pending login in the session, if there is a well-formed one.
    pub(crate) fn pending_record(&self) -> Option<PendingRecord> {
        let key = &self.settings().session_keys.pending;
        self.session.get::<PendingRecord>(key).ok().flatten()
    }

    /// The pending login of the session, as the store knows it.
    pub(crate) fn pending_in_session(&self) -> Option<LoginId> {
        Some(self.pending_record()?.login.login?.id)
    }

    /// Writes the record of a pending login and renews the session id, which defeats session fixation.
    pub(crate) fn write_pending(&self, record: &PendingRecord) -> Result<(), LoginError> {
        let key = self.settings().session_keys.pending.as_str();
        self.session
            .insert(key, record)
            .map_err(|_| LoginError::SessionWrite.logged())?;
        self.context.note_written(&self.session);
        self.session.renew();
        Ok(())
    }

    /// Uses up what a refusal left in the session for the login that follows it. The `next` stays
    /// there for the rest of this request.
    pub(crate) fn use_up_refusal(&self) {
        remove_refusals(&self.session);
        if self.settings().redirects.use_session_for_next {
            take_next(self.req, &self.session, self.now());
        }
    }

    /// Ends the session of a login that ends; with `keep_session` the app's own keys stay for their
    /// owner.
    pub(crate) fn end_session(&self, id: &str) {
        let settings = self.settings();
        let keys = &settings.session_keys;
        if settings.session.keep_session {
            self.session.remove(&keys.login);
            keys.forget_client(&self.session);
            keys.forget_pending(&self.session);
            keys.mark_owner(&self.session, &settings.keys, id);
        } else {
            keys.clear(&self.session);
        }
        self.session.renew();
    }

    /// Ends a login that the app did not log out. A pending login stays: it has deadlines of its own.
    pub(crate) fn end_login(&self, id: &str, reason: LoginEndReason, user: Option<&U>) {
        let pending = self.pending_record();
        self.end_session(id);
        if let Some(pending) = pending {
            let key = self.settings().session_keys.pending.as_str();
            // Without it, the user begins anew.
            let _ = self.session.insert(key, pending);
        }
        let login = self.context.initial_login.get().map(LoginId::first);
        self.emit(LoginEvent::LoginEnded { reason, login }, user);
    }
}
