//! A store with its type erased: its errors are logged, and become [`LoginError::StoreFailed`].

use std::fmt;

use super::{
    entry::{LoginId, StoredLogin},
    login_store::LoginStore,
};
use crate::{error::LoginError, future::LocalBoxFuture, timestamp::Timestamp};

/// The future of a store's method, with its error logged.
type StoreFuture<'a, T> = LocalBoxFuture<'a, Result<T, LoginError>>;

/// A store whose type does not matter, and which logs its errors: a [`LoggedStore`].
pub(crate) trait ErasedLoginStore: Send + Sync {
    fn begin<'a>(&'a self, login: &'a StoredLogin) -> StoreFuture<'a, ()>;
    fn find(&self, id: LoginId) -> StoreFuture<'_, Option<StoredLogin>>;
    fn touch(
        &self,
        id: LoginId,
        last_seen_at: Timestamp,
        expires_at: Option<Timestamp>,
    ) -> StoreFuture<'_, bool>;
    fn supersede<'a>(
        &'a self,
        id: LoginId,
        until: Timestamp,
        successor: &'a StoredLogin,
    ) -> StoreFuture<'a, bool>;
    fn replace_cookie(
        &self,
        id: LoginId,
        generation: u64,
        last_confirmed_generation: u64,
        issued_at: Timestamp,
    ) -> StoreFuture<'_, bool>;
    fn confirm_cookie(&self, id: LoginId, generation: u64, now: Timestamp) -> StoreFuture<'_, ()>;
    fn end(&self, id: LoginId) -> StoreFuture<'_, ()>;
    fn end_all<'a>(&'a self, ids: &'a [LoginId]) -> StoreFuture<'a, ()>;
    fn list<'a>(&'a self, user: &'a str) -> StoreFuture<'a, Vec<StoredLogin>>;
}

/// A store that logs its errors and returns [`LoginError::StoreFailed`] instead.
pub(crate) struct LoggedStore<S>(pub(crate) S);

fn logged<T, E: fmt::Display>(result: Result<T, E>) -> Result<T, LoginError> {
    result.map_err(|error| {
        tracing::error!(
            target: "actix_login",
            error = format!("{error:#}"),
            "the store of active logins failed"
        );
        LoginError::StoreFailed
    })
}

impl<S: LoginStore> ErasedLoginStore for LoggedStore<S> {
    fn begin<'a>(&'a self, login: &'a StoredLogin) -> StoreFuture<'a, ()> {
        Box::pin(async move { logged(self.0.begin(login).await) })
    }

    fn find(&self, id: LoginId) -> StoreFuture<'_, Option<StoredLogin>> {
        Box::pin(async move { logged(self.0.find(id).await) })
    }

    fn touch(
        &self,
        id: LoginId,
        last_seen_at: Timestamp,
        expires_at: Option<Timestamp>,
    ) -> StoreFuture<'_, bool> {
        Box::pin(async move { logged(self.0.touch(id, last_seen_at, expires_at).await) })
    }

    fn supersede<'a>(
        &'a self,
        id: LoginId,
        until: Timestamp,
        successor: &'a StoredLogin,
    ) -> StoreFuture<'a, bool> {
        Box::pin(async move { logged(self.0.supersede(id, until, successor).await) })
    }

    fn replace_cookie(
        &self,
        id: LoginId,
        generation: u64,
        last_confirmed_generation: u64,
        issued_at: Timestamp,
    ) -> StoreFuture<'_, bool> {
        let replacing = self
            .0
            .replace_cookie(id, generation, last_confirmed_generation, issued_at);
        Box::pin(async move { logged(replacing.await) })
    }

    fn confirm_cookie(&self, id: LoginId, generation: u64, now: Timestamp) -> StoreFuture<'_, ()> {
        Box::pin(async move { logged(self.0.confirm_cookie(id, generation, now).await) })
    }

    fn end(&self, id: LoginId) -> StoreFuture<'_, ()> {
        Box::pin(async move { logged(self.0.end(id).await) })
    }

    fn end_all<'a>(&'a self, ids: &'a [LoginId]) -> StoreFuture<'a, ()> {
        Box::pin(async move { logged(self.0.end_all(ids).await) })
    }

    fn list<'a>(&'a self, user: &'a str) -> StoreFuture<'a, Vec<StoredLogin>> {
        Box::pin(async move { logged(self.0.list(user).await) })
    }
}
