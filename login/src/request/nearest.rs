//! Which manager serves a request, and the login context of that manager.

use std::{
    any::{TypeId, type_name},
    rc::Rc,
};

use actix_web::{HttpMessage, HttpRequest};

use super::{
    context::{LoginContext, StreamBegun},
    login::LoginState,
    slow_body::SlowBody,
};
use crate::{
    error::LoginError,
    events::LoginEvent,
    future::LocalBoxFuture,
    manager::{LoginManager, settings::Settings},
    store::entry::{ActiveLogin, LoginId},
    user::UserMixin,
};

/// The manager of one user type, as the middleware adds it to the request's data.
pub(crate) struct SharedManager<U: UserMixin>(pub(crate) Result<LoginManager<U>, LoginError>);

impl<U: UserMixin> LoginManager<U> {
    /// Returns the manager of this user type that serves a request.
    ///
    /// ```
    /// # use actix_login::UserMixin;
    /// # #[derive(Clone, UserMixin)]
    /// # struct User { id: u64 }
    /// use actix_login::{AuthenticatedUser, LoginManager, login_required};
    /// use actix_web::{HttpRequest, Responder, Result, post};
    ///
    /// /// Ends every login of the user, also the current one.
    /// #[post("/logout-everywhere")]
    /// #[login_required]
    /// async fn logout_everywhere(
    ///     req: HttpRequest,
    ///     user: AuthenticatedUser<User>,
    /// ) -> Result<impl Responder> {
    ///     let manager = LoginManager::<User>::of(&req)?;
    ///     manager.end_all_logins_of(&user.id).await?;
    ///     manager.logout_user(&req).await?;
    ///     Ok("logged out everywhere")
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// [`LoginError::NoManager`] if none is wrapped around the handler;
    /// [`LoginError::ManagerClash`] if two managers conflict.
    pub fn of(req: &HttpRequest) -> Result<&Self, LoginError> {
        match req.app_data::<SharedManager<U>>() {
            Some(SharedManager(manager)) => {
                manager.as_ref().map_err(|error| error.clone().logged())
            }
            None => Err(LoginError::NoManager {
                wanted: Some(type_name::<U>()),
                nearest: nearest(req).ok().map(|manager| manager.user_type()),
            }
            .logged()),
        }
    }

    /// The login context of a request; the first call creates it.
    ///
    /// # Errors
    ///
    /// As [`of`](Self::of), and [`LoginError::OtherManager`] if this manager is not the one that
    /// serves the request: it could set no cookie in the response.
    pub(crate) fn context(&self, req: &HttpRequest) -> Result<Rc<LoginContext<U>>, LoginError> {
        if let Some(context) = self.existing_context(req) {
            return Ok(context);
        }
        let other_manager = || {
            LoginError::OtherManager {
                user: type_name::<U>(),
            }
            .logged()
        };
        if !Self::of(req)?.is(self) {
            return Err(other_manager());
        }
        let slow_body = SlowBody::of(req);
        let mut context = LoginContext::new(self.clone());
        context.watched = slow_body.is_some().then(Box::default);
        let context = Rc::new(context);
        if let Some(body) = slow_body {
            let login: Rc<LoginContext<U>> = Rc::clone(&context);
            body.add(login);
        }
        let response_begun = req.extensions().contains::<StreamBegun<U>>();
        context.response_begun.set(response_begun);
        let replaced = req.extensions_mut().insert(Rc::clone(&context));
        match replaced {
            None => Ok(context),
            // The context of another manager stays.
            Some(other) => {
                req.extensions_mut().insert(other);
                Err(other_manager())
            }
        }
    }

    /// The login context of a request, if it has been created.
    pub(crate) fn existing_context(&self, req: &HttpRequest) -> Option<Rc<LoginContext<U>>> {
        let extensions = req.extensions();
        let context = extensions.get::<Rc<LoginContext<U>>>()?;
        context.manager.is(self).then(|| Rc::clone(context))
    }
}

/// The innermost manager, as the middleware adds it to the request's data.
pub(crate) struct NearestManager {
    pub(crate) manager: Result<Rc<dyn AnyManager>, LoginError>,
    /// The user type and name of this manager and of all around it.
    pub(crate) nested: Vec<(TypeId, String)>,
}

/// A manager of any user type: what the untyped functions and guards need.
pub(crate) trait AnyManager {
    fn settings(&self) -> &Settings;
    fn user_type(&self) -> &'static str;
    /// The login, if it is known already.
    fn loaded(&self, req: &HttpRequest) -> Option<Result<LoginState, LoginError>>;
    fn load<'a>(&'a self, req: &'a HttpRequest) -> ManagerFuture<'a, LoginState>;
    /// Creates the context, so that the response varies by cookie.
    fn note_asked(&self, req: &HttpRequest);
    /// Notes what the session holds, before this crate changes it: only the app's own change may hide an
    /// active login from a logout.
    fn note_session(&self, req: &HttpRequest);
    /// Notes that a guard that names no users has asked this manager.
    fn note_untyped_guard(&self, req: &HttpRequest);
    /// Whether a guard that names no users has asked this manager.
    fn has_untyped_guard(&self, req: &HttpRequest) -> bool;
    /// Emits an event with the current user, if the user is known already.
    fn emit_for_current_user(&self, req: &HttpRequest, event: LoginEvent);
    fn logout_user<'a>(&'a self, req: &'a HttpRequest) -> ManagerFuture<'a, ()>;
    fn confirm_login<'a>(&'a self, req: &'a HttpRequest) -> ManagerFuture<'a, ()>;
    fn complete_login<'a>(&'a self, req: &'a HttpRequest) -> ManagerFuture<'a, ()>;
    fn pending_failed<'a>(&'a self, req: &'a HttpRequest) -> ManagerFuture<'a, ()>;
    fn login_remembered<'a>(&'a self, req: &'a HttpRequest) -> ManagerFuture<'a, bool>;
    fn active_logins<'a>(&'a self, req: &'a HttpRequest) -> ManagerFuture<'a, Vec<ActiveLogin>>;
    fn end_login<'a>(&'a self, req: &'a HttpRequest, id: LoginId) -> ManagerFuture<'a, ()>;
    fn end_other_logins<'a>(&'a self, req: &'a HttpRequest) -> ManagerFuture<'a, ()>;
}

/// The future of a method of [`AnyManager`].
pub(crate) type ManagerFuture<'a, T> = LocalBoxFuture<'a, Result<T, LoginError>>;

/// The manager nearest to the handler. If there is none, the caller logs the error where it matters.
pub(crate) fn nearest(req: &HttpRequest) -> Result<&dyn AnyManager, LoginError> {
    match req.app_data::<NearestManager>() {
        Some(NearestManager { manager, .. }) => match manager {
            Ok(manager) => Ok(&**manager),
            Err(error) => Err(error.clone()),
        },
        None => Err(LoginError::NoManager {
            wanted: None,
            nearest: None,
        }),
    }
}

/// [`nearest`], for callers that need a manager: the error is logged.
pub(crate) fn nearest_required(req: &HttpRequest) -> Result<&dyn AnyManager, LoginError> {
    nearest(req).map_err(LoginError::logged)
}
