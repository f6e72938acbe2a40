//! One load a request: the first caller loads, later ones get the result.

use actix_web::HttpRequest;

use super::{
    by_cookie::{ByCookie, by_cookie},
    by_request::by_request,
    by_session::{EndedLogin, NoUser, by_session},
};
use crate::{
    error::LoginError,
    events::{LoginEndReason, LoginEvent},
    request::{
        context::LoginContext,
        login::{LoadedLogin, Login},
        visit::Visit,
    },
    user::UserMixin,
};

impl<U: UserMixin> LoginContext<U> {
    /// The login of the request. The first caller loads it, and concurrent ones wait. If the first is
    /// dropped meanwhile, one of the others loads.
    ///
    /// # Errors
    ///
    /// [`LoginError::LoaderFailed`], [`LoginError::StoreFailed`] and errors of the app's set-up; the
    /// same for each caller of the request.
    pub(crate) async fn load(&self, req: &HttpRequest) -> LoadedLogin<U> {
        loop {
            if let Some(login) = self.progress.loaded() {
                return login;
            }
            if !self.progress.is_loading() {
                break;
            }
            self.progress.wait().await?;
        }
        let loading = self.progress.start();
        let login = loading.marked(resolve(self, req)).await;
        loading.finish(login)
    }

    /// Waits for loads in flight, so that they write before a login replaces them.
    pub(crate) async fn settle(&self) {
        // If the load in flight is dropped, another caller loads: that one writes, too.
        while self.progress.is_loading() {
            // A loader that logs in does not wait for itself.
            if self.progress.wait().await.is_err() {
                return;
            }
        }
    }
}

/// Asks the session, then the remember cookie, then the request and header loaders.
///
/// Nothing is written before the loader has returned: if it fails, the request fails, and session and
/// cookies stay as they are.
async fn resolve<U: UserMixin>(context: &LoginContext<U>, req: &HttpRequest) -> LoadedLogin<U> {
    let login = if context.manager.0.loaders.by_id.is_some() {
        let visit = Visit::open(context, req)?;
        match by_session(&visit).await? {
            Ok(login) => Some(login),
            // In a box, since it is rare: the future of most requests stays small.
            Err(no_user) => Box::pin(resolve_without_session(&visit, no_user)).await?,
        }
    } else {
        by_request(context, req).await?
    };
    let user = login.as_ref().map(|login| &*login.user);
    context.manager.emit(req, LoginEvent::UserAccessed, user);
    Ok(login)
}

/// Asks the remember cookie, then the request itself.
async fn resolve_without_session<U: UserMixin>(
    visit: &Visit<'_, U>,
    no_user: NoUser<U>,
) -> Result<Option<Login<U>>, LoginError> {
    let ended = match no_user {
        NoUser::Stolen => return Ok(None),
        NoUser::Ended(ended) => Some(ended),
        NoUser::NotLoggedIn => None,
    };
    let not_found = ended
        .as_ref()
        .filter(|ended| ended.reason == LoginEndReason::UserNotFound)
        .map(|ended| &*ended.id);
    let by_cookie = by_cookie(visit, not_found).await?;
    // Only now, since the cookie's loader or store might have failed.
    if let Some(EndedLogin { id, reason, user }) = &ended {
        visit.end_login(id, *reason, user.as_deref());
    }
    // Only now, since an observer may write to the session.
    match by_cookie {
        ByCookie::Restored(restored) => return restored.start(visit).map(Some),
        ByCookie::Refused(event, user) => visit.emit(event, user.as_deref()),
        ByCookie::None => {}
    }
    by_request(visit.context, visit.req).await
}

#[cfg(test)]
mod tests {
    use std::{
        pin::pin,
        task::{Context, Waker},
    };

    use super::*;
    use crate::{LoginManager, UserMixin};

    #[derive(Clone, UserMixin)]
    struct User {
        id: u64,
    }

    fn context() -> LoginContext<User> {
        let manager = LoginManager::<User>::builder([7; 32])
            .user_loader(async |id: u64| Some(User { id }))
            .build();
        LoginContext::new(manager.unwrap())
    }

    #[test]
    fn settle_waits_for_a_load_that_replaces_a_dropped_one() {
        let context = context();
        let mut cx = Context::from_waker(Waker::noop());
        let dropped = context.progress.start();
        let mut settling = pin!(context.settle());
        assert!(settling.as_mut().poll(&mut cx).is_pending());

        drop(dropped);
        let second = context.progress.start();
        assert!(settling.as_mut().poll(&mut cx).is_pending());

        assert!(second.finish(Ok(None)).is_ok());
        assert!(settling.as_mut().poll(&mut cx).is_ready());
    }

    #[test]
    fn a_wait_that_a_loader_takes_over_is_an_error() {
        let context = context();
        let mut cx = Context::from_waker(Waker::noop());
        let loading = context.progress.start();
        let mut waiting = pin!(context.progress.wait());
        assert!(waiting.as_mut().poll(&mut cx).is_pending());

        let mut in_load = pin!(loading.marked(waiting));
        match in_load.as_mut().poll(&mut cx) {
            std::task::Poll::Ready(result) => assert!(result.is_err()),
            std::task::Poll::Pending => panic!("the load waits for itself"),
        }
    }
}
