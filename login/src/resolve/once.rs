//! One load a request: the first caller loads, later ones get the result.

use actix_web::HttpRequest;

use super::sources::resolve;
use crate::{
    request::{context::LoginContext, login::LoadedLogin, visit::Visit, watched_login::FoundBy},
    user::UserMixin,
};

impl<U: UserMixin> LoginContext<U> {
    /// The login of the request. The first caller loads it, and concurrent ones wait. If the first is
    /// dropped meanwhile, one of the others loads.
    ///
    /// # Errors
    ///
    /// [`LoaderFailed`](crate::LoginError), [`StoreFailed`](crate::LoginError) and errors of the app's
    /// set-up; the same for each caller of the request.
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
        let login = loading.finish(login)?;
        if let (Some(watched), Some(login)) = (&self.watched, &login)
            && let Some(id) = &login.id
            && login.user.is_authenticated()
        {
            let visit = Visit::open(self, req)?;
            let snapshot = visit.snapshot(login, id);
            watched.set_found_by(FoundBy::Login(snapshot));
        }
        Ok(login)
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
