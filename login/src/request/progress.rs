//! Loads the login of a request once: one caller loads, and the others wait for the result.

use std::{
    cell::{Cell, RefCell},
    future::poll_fn,
    pin::pin,
    task::Poll,
};

use tokio::sync::Notify;

use super::login::{LoadedLogin, Login, LoginState};
use crate::{
    error::LoginError,
    future::{MarkedWhilePolled, marked_while_polled},
    user::UserMixin,
};

/// How far the login of a request is known.
pub(crate) struct Progress<U> {
    state: RefCell<State<U>>,
    /// Wakes the callers that wait.
    finished: Notify,
    /// Set while the load is polled: a caller that finds it set is a loader of this load.
    in_load: Cell<bool>,
}

enum State<U> {
    Idle,
    Loading,
    Done(LoadedLogin<U>),
}

impl<U: UserMixin> Progress<U> {
    pub(crate) fn new() -> Self {
        Self {
            state: RefCell::new(State::Idle),
            finished: Notify::new(),
            in_load: Cell::new(false),
        }
    }

    /// The login, if it is known already.
    pub(crate) fn loaded(&self) -> Option<LoadedLogin<U>> {
        match &*self.state.borrow() {
            State::Done(login) => Some(login.clone()),
            _ => None,
        }
    }

    /// What the guards need to know of [`loaded`](Self::loaded).
    pub(crate) fn loaded_state(&self) -> Option<Result<LoginState, LoginError>> {
        match &*self.state.borrow() {
            State::Done(Ok(login)) => Some(Ok(LoginState::of(login.as_ref()))),
            State::Done(Err(error)) => Some(Err(error.clone())),
            _ => None,
        }
    }

    /// Replaces what is known, after a login, a logout or a confirmation.
    pub(crate) fn set(&self, login: Option<Login<U>>) {
        self.finish(State::Done(Ok(login)));
    }

    /// Replaces what is known by an error.
    pub(crate) fn fail(&self, error: LoginError) {
        self.finish(State::Done(Err(error)));
    }

    pub(crate) fn is_loading(&self) -> bool {
        matches!(&*self.state.borrow(), State::Loading)
    }

    /// Starts the load. It must not be in flight.
    pub(crate) fn start(&self) -> Loading<'_, U> {
        self.state.replace(State::Loading);
        Loading(self)
    }

    /// Waits until the load in flight ends: with a login, an error, or because its caller was dropped.
    /// Another load may be in flight then.
    ///
    /// # Errors
    ///
    /// [`LoginError::LoaderAskedForItself`] if the caller is a loader of that load.
    pub(crate) async fn wait(&self) -> Result<(), LoginError> {
        let mut finished = pin!(self.finished.notified());
        // The mark is looked at in each poll: a loader may await a future that has started to wait
        // elsewhere.
        poll_fn(|cx| {
            if self.in_load.get() {
                return Poll::Ready(Err(LoginError::LoaderAskedForItself.logged()));
            }
            if !self.is_loading() {
                return Poll::Ready(Ok(()));
            }
            finished.as_mut().poll(cx).map(Ok)
        })
        .await
    }

    fn finish(&self, state: State<U>) {
        // The previous login is dropped after the borrow: it runs the app's code.
        let before = self.state.replace(state);
        if matches!(before, State::Loading) {
            self.finished.notify_waiters();
        }
    }
}

/// A load in flight. If its caller is dropped half-way, by a closed connection, a timeout or a panic,
/// another one may load.
pub(crate) struct Loading<'a, U: UserMixin>(&'a Progress<U>);

impl<'a, U: UserMixin> Loading<'a, U> {
    /// Marks `resolving` as the load, so that a loader does not wait for itself.
    pub(crate) fn marked<F: Future>(&self, resolving: F) -> MarkedWhilePolled<'a, F> {
        marked_while_polled(&self.0.in_load, resolving)
    }

    /// Ends the load, and returns the login. A login or logout by the loader itself takes precedence.
    pub(crate) fn finish(self, login: LoadedLogin<U>) -> LoadedLogin<U> {
        self.0.loaded().unwrap_or_else(|| {
            self.0.finish(State::Done(login.clone()));
            login
        })
    }
}

impl<U: UserMixin> Drop for Loading<'_, U> {
    fn drop(&mut self) {
        if self.0.is_loading() {
            self.0.finish(State::Idle);
        }
    }
}
