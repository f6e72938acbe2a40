//! The login manager: the registry of loaders, handlers and settings that serves one user type.

use std::{
    any::{TypeId, type_name},
    fmt,
    rc::Rc,
    sync::{Arc, atomic::AtomicBool},
    task::Context,
};

use actix_web::{HttpRequest, HttpResponse};

use crate::{
    active::{self, ActiveLogin, ErasedActiveLogins},
    builder::LoginManagerBuilder,
    context::{LoginContext, LoginState},
    error::LoginError,
    events::{LoginEvent, Observer, emit},
    loader::{AnyHeaderLoader, AnyRequestLoader, AnyUserLoader, LocalBoxFuture},
    login,
    maybe_future::MaybeFuture,
    refusal,
    settings::Settings,
    user::UserMixin,
};

/// Lets an app log its users in and out: Flask-Login's `LoginManager`.
///
/// Built once by its [builder](Self::builder), cloned into each worker, and wrapped around an `App`
/// or a scope together with actix-session's `SessionMiddleware`, in either order:
///
/// ```
/// use actix_login::{LoginManager, UserMixin};
/// use actix_session::{SessionMiddleware, storage::CookieSessionStore};
/// use actix_web::{App, cookie::Key};
///
/// #[derive(Clone, UserMixin)]
/// struct User { id: String }
///
/// let key = Key::generate();
/// let login_manager = LoginManager::<User>::builder(key.master())
///     .user_loader(async |id: String| (id == "leafstorm").then_some(User { id }))
///     .login_view("/login")
///     .build()?;
///
/// let app = move || {
///     App::new()
///         .wrap(login_manager.clone())
///         .wrap(SessionMiddleware::new(CookieSessionStore::default(), key.clone()))
/// };
/// # let _ = app();
/// # Ok::<(), actix_login::ConfigError>(())
/// ```
///
/// It can't be wrapped into a middleware that keeps a clone of the `HttpRequest` while it calls its
/// service: actix-web panics.
///
/// The functions of the crate (`logout_user`, `login_fresh`, …) and the guards mean the manager
/// nearest to the handler. Where an app has two kinds of user, the methods of the same names mean
/// the manager of one kind: `LoginManager::<Admin>::of(&req)?.logout_user(&req).await?`.
pub struct LoginManager<U: UserMixin>(pub(crate) Arc<Registry<U>>);

pub(crate) struct Registry<U: UserMixin> {
    pub(crate) settings: Settings,
    pub(crate) user_loader: Option<AnyUserLoader<U>>,
    pub(crate) request_loader: Option<AnyRequestLoader<U>>,
    pub(crate) header_loader: Option<AnyHeaderLoader<U>>,
    pub(crate) anonymous_user: Option<Box<dyn Fn() -> U + Send + Sync>>,
    pub(crate) observers: Vec<Observer<U>>,
    /// Whether a session middleware has been seen; see [`crate::session::session`].
    pub(crate) session_seen: AtomicBool,
}

impl<U: UserMixin> Clone for LoginManager<U> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<U: UserMixin> fmt::Debug for LoginManager<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginManager")
            .field("user", &type_name::<U>())
            .field("name", &self.0.settings.name)
            .finish_non_exhaustive()
    }
}

impl<U: UserMixin> LoginManager<U> {
    /// Starts a manager. All keys are derived from `secret`: at least 32 random bytes, such as
    /// the session's own `key.master()`.
    ///
    /// Each instance of an app needs the same secret. With a new one all remember cookies end, and
    /// sessions are as on another computer ([`SessionProtection`](crate::SessionProtection)); those
    /// of users with a `session_auth_hash` end. Not so where the old one is among the
    /// [`previous_keys`](LoginManagerBuilder::previous_keys).
    pub fn builder(secret: impl AsRef<[u8]>) -> LoginManagerBuilder<U> {
        LoginManagerBuilder::new(secret.as_ref())
    }

    /// The manager of this user type that serves a request.
    ///
    /// # Errors
    ///
    /// [`LoginError::NoManager`] where none is wrapped around the handler;
    /// [`LoginError::ManagerClash`] where two of them get into each other's way.
    pub fn of(req: &HttpRequest) -> Result<&Self, LoginError> {
        Ok(&context_of(req)?.manager)
    }

    /// [`logout_user`](crate::logout_user) for the users of this manager.
    ///
    /// # Errors
    ///
    /// As that function.
    pub async fn logout_user(&self, req: &HttpRequest) -> Result<(), LoginError> {
        let context = self.context(req)?;
        login::logout(context, req).await
    }

    /// [`confirm_login`](crate::confirm_login) for the users of this manager.
    ///
    /// # Errors
    ///
    /// As that function.
    pub async fn confirm_login(&self, req: &HttpRequest) -> Result<(), LoginError> {
        let context = self.context(req)?;
        login::confirm(context, req).await
    }

    /// [`login_fresh`](crate::login_fresh) for the users of this manager.
    ///
    /// # Errors
    ///
    /// As that function.
    pub async fn login_fresh(&self, req: &HttpRequest) -> Result<bool, LoginError> {
        Ok(self.context(req)?.load(req).await?.is_fresh())
    }

    /// [`login_remembered`](crate::login_remembered) for the users of this manager.
    ///
    /// # Errors
    ///
    /// As that function.
    pub async fn login_remembered(&self, req: &HttpRequest) -> Result<bool, LoginError> {
        let context = self.context(req)?;
        let login = context.load(req).await?;
        Ok(context.is_remembered(req, &login))
    }

    /// [`unauthorized`](crate::unauthorized) as this manager answers.
    pub async fn unauthorized(&self, req: &HttpRequest) -> HttpResponse {
        refusal::refuse_unauthorized(self, req).await
    }

    /// [`needs_refresh`](crate::needs_refresh) as this manager answers.
    pub async fn needs_refresh(&self, req: &HttpRequest) -> HttpResponse {
        refusal::refuse_needs_refresh(self, req).await
    }

    /// Where a user is logged in, the oldest login first: for administrators and background jobs.
    /// One of them is ended by [`end_login_of`](Self::end_login_of).
    ///
    /// # Errors
    ///
    /// [`LoginError::NoLoginStore`] where active logins are off; [`LoginError::StoreFailed`].
    pub async fn active_logins_of(&self, user_id: &U::Id) -> Result<Vec<ActiveLogin>, LoginError> {
        active::list_of(&self.0.settings, &user_id.to_string()).await
    }

    /// Ends all logins of a user: each is out at its next request.
    ///
    /// # Errors
    ///
    /// As [`active_logins_of`](Self::active_logins_of).
    pub async fn end_all_logins_of(&self, user_id: &U::Id) -> Result<(), LoginError> {
        active::end_all_of(&self.0.settings, &user_id.to_string(), &[]).await
    }

    /// The login context of this request.
    pub(crate) fn context<'a>(
        &self,
        req: &'a HttpRequest,
    ) -> Result<&'a LoginContext<U>, LoginError> {
        let context = context_of(req)?;
        // A manager that does not wrap the handler could set no cookie in the answer.
        if !Arc::ptr_eq(&context.manager.0, &self.0) {
            return Err(LoginError::ManagerClash {
                user: type_name::<U>(),
            }
            .logged());
        }
        context.asked.set(true);
        Ok(context)
    }

    /// The context, if anyone has asked for it in this request.
    pub(crate) fn context_so_far<'a>(&self, req: &'a HttpRequest) -> Option<&'a LoginContext<U>> {
        let TypedManager(context) = req.app_data()?;
        let context = context.as_ref().ok()?;
        (context.asked.get() && Arc::ptr_eq(&context.manager.0, &self.0)).then_some(context)
    }

    pub(crate) fn emit(&self, event: LoginEvent, req: &HttpRequest, user: Option<&U>) {
        emit(&self.0.observers, event, req, user);
    }
}

/// The manager of one user type, as the middleware puts it into the request, and its login context
/// there.
pub(crate) struct TypedManager<U: UserMixin>(pub(crate) Result<LoginContext<U>, LoginError>);

/// The login context of this user type; to look at it is not yet to ask who is logged in.
pub(crate) fn context_of<U: UserMixin>(req: &HttpRequest) -> Result<&LoginContext<U>, LoginError> {
    match req.app_data::<TypedManager<U>>() {
        Some(TypedManager(context)) => context.as_ref().map_err(|error| error.clone().logged()),
        None => Err(LoginError::NoManager {
            wanted: Some(type_name::<U>()),
            nearest: nearest(req).ok().map(|manager| manager.user_type()),
        }
        .logged()),
    }
}

/// The innermost manager, as the middleware puts it into the request.
pub(crate) struct NearestManager {
    pub(crate) manager: Result<Rc<dyn ErasedManager>, LoginError>,
    /// User type and name of this one and of all around it.
    pub(crate) nested: Vec<(TypeId, String)>,
}

/// A manager whose user type does not matter: what the untyped functions and guards need.
pub(crate) trait ErasedManager: ErasedActiveLogins {
    fn settings(&self) -> &Settings;
    fn user_type(&self) -> &'static str;
    /// Who is logged in, if that has been found out in this request.
    fn loaded(&self, req: &HttpRequest) -> Option<Result<LoginState, LoginError>>;
    /// Who is logged in; see [`LoginContext::begin_load`].
    fn begin_load<'a>(
        &'a self,
        req: &'a HttpRequest,
        cx: &mut Context<'_>,
    ) -> MaybeFuture<'a, Result<LoginState, LoginError>>;
    /// Notes that the answer depends on who asked, for its `Vary` header.
    fn note_asked(&self, req: &HttpRequest);
    fn emit_for_current_user(&self, event: LoginEvent, req: &HttpRequest);
    fn logout<'a>(&'a self, req: &'a HttpRequest) -> LocalBoxFuture<'a, Result<(), LoginError>>;
    fn confirm<'a>(&'a self, req: &'a HttpRequest) -> LocalBoxFuture<'a, Result<(), LoginError>>;
    fn remembered<'a>(
        &'a self,
        req: &'a HttpRequest,
    ) -> LocalBoxFuture<'a, Result<bool, LoginError>>;
}

impl dyn ErasedManager + '_ {
    /// Who is logged in.
    pub(crate) async fn load(&self, req: &HttpRequest) -> Result<LoginState, LoginError> {
        MaybeFuture::ask(|cx| self.begin_load(req, cx)).await
    }
}

impl<U: UserMixin> ErasedManager for LoginManager<U> {
    fn settings(&self) -> &Settings {
        &self.0.settings
    }

    fn user_type(&self) -> &'static str {
        type_name::<U>()
    }

    fn loaded(&self, req: &HttpRequest) -> Option<Result<LoginState, LoginError>> {
        self.context_so_far(req)?.state()
    }

    fn begin_load<'a>(
        &'a self,
        req: &'a HttpRequest,
        cx: &mut Context<'_>,
    ) -> MaybeFuture<'a, Result<LoginState, LoginError>> {
        match self.context(req) {
            Ok(context) => context.begin_load(req, cx),
            Err(error) => MaybeFuture::Ready(Err(error)),
        }
    }

    fn note_asked(&self, req: &HttpRequest) {
        // An error is one of the set-up, and has been logged.
        let _ = self.context(req);
    }

    fn emit_for_current_user(&self, event: LoginEvent, req: &HttpRequest) {
        let login = self
            .context_so_far(req)
            .and_then(|context| context.loaded())
            .and_then(Result::ok);
        let user = login.as_ref().and_then(|login| login.user.as_deref());
        self.emit(event, req, user);
    }

    fn logout<'a>(&'a self, req: &'a HttpRequest) -> LocalBoxFuture<'a, Result<(), LoginError>> {
        Box::pin(self.logout_user(req))
    }

    fn confirm<'a>(&'a self, req: &'a HttpRequest) -> LocalBoxFuture<'a, Result<(), LoginError>> {
        Box::pin(self.confirm_login(req))
    }

    fn remembered<'a>(
        &'a self,
        req: &'a HttpRequest,
    ) -> LocalBoxFuture<'a, Result<bool, LoginError>> {
        Box::pin(self.login_remembered(req))
    }
}

/// The manager nearest to the handler; without one, an error that the caller has to log where it
/// matters.
pub(crate) fn nearest(req: &HttpRequest) -> Result<&dyn ErasedManager, LoginError> {
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

/// [`nearest`], for callers that can't go on without one.
pub(crate) fn nearest_required(req: &HttpRequest) -> Result<&dyn ErasedManager, LoginError> {
    nearest(req).map_err(LoginError::logged)
}
