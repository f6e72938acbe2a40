//! The login manager: what an app sets up once for one user type.

pub(crate) mod builder;
pub(crate) mod settings;
pub(crate) mod view;

use std::{
    any::type_name,
    fmt,
    sync::{Arc, atomic::AtomicBool},
};

use actix_web::HttpRequest;

use self::settings::Settings;
use crate::{
    events::{LoginEvent, Observer, emit, notify},
    loader::Loaders,
    user::UserMixin,
};

/// Lets an app log its users in and out: Flask-Login's `LoginManager`.
///
/// Its [builder](Self::builder) builds it once. Clone it into each worker, and wrap it around an `App`
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
/// service: actix-web panics. A function of `from_fn` keeps one if it has an `HttpRequest` argument, or
/// an extractor that holds the request. It takes the `ServiceRequest` and the `Next` alone, and reads the
/// request by `ServiceRequest::request`.
///
/// The functions of the crate (`logout_user`, `login_fresh`, …) and the guards use the manager nearest
/// to the handler. If an app has two kinds of user, the methods of the same names use the manager of
/// one kind: `LoginManager::<Admin>::of(&req)?.logout_user(&req).await?`.
pub struct LoginManager<U: UserMixin>(pub(crate) Arc<Registry<U>>);

/// The loaders, observers and settings of a manager.
pub(crate) struct Registry<U: UserMixin> {
    pub(crate) settings: Settings,
    pub(crate) loaders: Loaders<U>,
    pub(crate) anonymous_user: Option<AnonymousUser<U>>,
    pub(crate) observers: Vec<Observer<U>>,
    /// Whether a session middleware has been seen; see [`crate::session::access::find_session`].
    pub(crate) session_seen: AtomicBool,
}

/// Makes the guest that stands in for the user of an anonymous request.
pub(crate) type AnonymousUser<U> = Box<dyn Fn() -> U + Send + Sync>;

impl<U: UserMixin> LoginManager<U> {
    /// The settings.
    pub(crate) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Whether this is a clone of the same manager.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Logs an event, and calls the observers.
    pub(crate) fn emit(&self, req: &HttpRequest, event: LoginEvent, user: Option<&U>) {
        emit(&self.0.observers, req, event, user);
    }

    /// Calls the observers, without a line in the log.
    pub(crate) fn notify(&self, req: &HttpRequest, event: LoginEvent, user: Option<&U>) {
        notify(&self.0.observers, req, event, user);
    }
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
            .field("name", &self.settings().name)
            .finish_non_exhaustive()
    }
}
