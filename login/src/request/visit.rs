//! A request to a manager whose logins are kept in a session, with all that its functions need.

use actix_session::{Session, SessionExt};
use actix_web::HttpRequest;

use super::{context::LoginContext, login::Login};
use crate::{
    crypto::keyring::Keyring,
    error::LoginError,
    events::LoginEvent,
    manager::{LoginManager, settings::Settings},
    session::access::{find_session, is_changed, is_purged, require_middleware},
    timestamp::Timestamp,
    user::UserMixin,
};

/// One request, its login context and its session.
pub(crate) struct Visit<'a, U: UserMixin> {
    pub(crate) context: &'a LoginContext<U>,
    pub(crate) req: &'a HttpRequest,
    pub(crate) session: Session,
}

impl<'a, U: UserMixin> Visit<'a, U> {
    /// # Errors
    ///
    /// [`LoginError::NoSession`] if no session middleware stores the session.
    pub(crate) fn open(
        context: &'a LoginContext<U>,
        req: &'a HttpRequest,
    ) -> Result<Self, LoginError> {
        let session = find_session(req, &context.manager.0.session_seen)?;
        Ok(Self::over(session, context, req))
    }

    fn over(session: Session, context: &'a LoginContext<U>, req: &'a HttpRequest) -> Self {
        context.changed_before.get_or_init(|| is_changed(&session));
        Self {
            session,
            context,
            req,
        }
    }

    /// [`open`](Self::open), for callers that write to the session.
    ///
    /// # Errors
    ///
    /// [`LoginError::NoUserLoader`], [`LoginError::NoSession`], and [`LoginError::SessionPurged`] or
    /// [`LoginError::ResponseBegun`] if the session stores nothing.
    pub(crate) fn open_writable(
        context: &'a LoginContext<U>,
        req: &'a HttpRequest,
    ) -> Result<Self, LoginError> {
        if context.manager.0.loaders.by_id.is_none() {
            return Err(LoginError::NoUserLoader.logged());
        }
        context.check_response()?;
        require_middleware(req)?;
        let visit = Self::over(req.get_session(), context, req);
        if is_purged(&visit.session) {
            return Err(LoginError::SessionPurged.logged());
        }
        Ok(visit)
    }

    pub(crate) fn manager(&self) -> &'a LoginManager<U> {
        &self.context.manager
    }

    pub(crate) fn settings(&self) -> &'a Settings {
        self.context.manager.settings()
    }

    pub(crate) fn keys(&self) -> &'a Keyring {
        &self.settings().keys
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.settings().now()
    }

    /// Sets the login of the request.
    pub(crate) fn set_login(&self, login: Option<Login<U>>) {
        self.context.set_login(login);
    }

    /// Logs an event, and calls the observers.
    pub(crate) fn emit(&self, event: LoginEvent, user: Option<&U>) {
        self.manager().emit(self.req, event, user);
    }
}
