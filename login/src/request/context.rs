//! The login context: what a request knows of its login, shared by all callers in that request.

use std::{
    cell::{Cell, OnceCell, RefCell},
    marker::PhantomData,
};

use actix_session::Session;

use super::{login::Login, progress::Progress, watched_login::WatchedLogin};
use crate::{
    error::LoginError,
    manager::LoginManager,
    remember::{change::RememberChange, verify::ReceivedCookie},
    store::entry::LoginId,
    user::UserMixin,
};

/// The login of one request, for one manager.
///
/// It is in the request's extensions from the first ask on. It must not hold the request, which would
/// be a cycle.
pub(crate) struct LoginContext<U: UserMixin> {
    pub(crate) manager: LoginManager<U>,
    pub(crate) progress: Progress<U>,
    /// The remember cookie of the request, verified at most once. In a box, since most requests have
    /// none.
    pub(crate) received: OnceCell<Box<ReceivedCookie>>,
    /// What the response does to the remember cookie.
    pub(crate) remember: RefCell<RememberChange>,
    /// The active login that the session held when it was last read or written: the app may clear or
    /// purge the session before a logout.
    pub(crate) initial_login: Cell<Option<LoginId>>,
    /// Whether the app had changed the session before this crate saw it for the first time, so that a
    /// login may be missing from it.
    pub(crate) changed_before: OnceCell<bool>,
    /// Whether the response depends on the session, whatever the loaders read: it shows flashes, or
    /// `next`.
    pub(crate) read_session: Cell<bool>,
    /// Set once the middleware has finished the response: nothing can be set in it any more.
    pub(crate) response_begun: Cell<bool>,
    /// Whether a handler's argument failed because the load failed. The handler may not know.
    pub(crate) failed_argument: Cell<bool>,
    /// Why the pending login failed to load for a handler's argument.
    pub(crate) failed_pending: OnceCell<LoginError>,
    /// Whether an untyped guard of a scope admitted the request's user.
    pub(crate) guarded_untyped: Cell<bool>,
    /// What is checked again while the body of the request arrives, if it has one.
    pub(crate) watched: Option<Box<WatchedLogin<U>>>,
    /// Set once a login record was written.
    pub(crate) written: RefCell<Option<LostLoginWarning<U>>>,
}

impl<U: UserMixin> LoginContext<U> {
    pub(crate) fn new(manager: LoginManager<U>) -> Self {
        Self {
            manager,
            progress: Progress::new(),
            received: OnceCell::new(),
            remember: RefCell::default(),
            initial_login: Cell::new(None),
            changed_before: OnceCell::new(),
            read_session: Cell::new(false),
            response_begun: Cell::new(false),
            failed_argument: Cell::new(false),
            failed_pending: OnceCell::new(),
            guarded_untyped: Cell::new(false),
            watched: None,
            written: RefCell::new(None),
        }
    }

    /// Sets the login of the request, after a login, a logout or a confirmation.
    pub(crate) fn set_login(&self, login: Option<Login<U>>) {
        if let Some(watched) = &self.watched {
            watched.forget();
        }
        self.progress.set(login);
    }

    /// Fails once nothing can be set in the response any more.
    ///
    /// # Errors
    ///
    /// [`LoginError::ResponseBegun`].
    pub(crate) fn check_response(&self) -> Result<(), LoginError> {
        if self.response_begun.get() {
            return Err(LoginError::ResponseBegun.logged());
        }
        Ok(())
    }

    /// The error of a load that failed for a handler's argument, unless a login has replaced it.
    pub(crate) fn failed_argument(&self) -> Option<LoginError> {
        if let Some(error) = self.failed_pending.get() {
            return Some(error.clone());
        }
        if !self.failed_argument.get() {
            return None;
        }
        self.progress.loaded()?.err()
    }

    /// Notes that a login record was written to this session.
    pub(crate) fn note_written(&self, session: &Session) {
        self.written.replace(Some(LostLoginWarning {
            session: session.clone(),
            manager: self.manager.clone(),
            responded: false,
        }));
    }

    /// Notes that there is a response.
    pub(crate) fn note_response(&self) {
        self.response_begun.set(true);
        if let Some(warning) = self.written.borrow_mut().as_mut() {
            warning.responded = true;
        }
    }
}

/// A mark in the request's extensions: the body of the response is a stream, whose code may ask for a
/// login that does not exist yet.
pub(crate) struct StreamBegun<U>(pub(crate) PhantomData<fn() -> U>);

/// Logs an error if a login record was written and no session middleware stored it. It is dropped
/// with the request's extensions, after all responses of the request.
pub(crate) struct LostLoginWarning<U: UserMixin> {
    session: Session,
    manager: LoginManager<U>,
    /// Whether the handler side of the request responded.
    responded: bool,
}

impl<U: UserMixin> Drop for LostLoginWarning<U> {
    fn drop(&mut self) {
        let keys = &self.manager.settings().session_keys;
        let is_left = |key| self.session.contains_key(key);
        if self.responded && (is_left(&keys.login) || is_left(&keys.pending)) {
            tracing::error!(
                target: "actix_login",
                "a login was not stored: {}; or, if it is there, a middleware inside of it failed \
                 after the handler had responded",
                LoginError::NoSession
            );
        }
    }
}
