//! The extractors: the user of a request as a handler's argument.

mod pending_user;

use std::{fmt, ops::Deref, rc::Rc, sync::Arc};

use actix_web::{Error, FromRequest, HttpRequest, dev::Payload};
use serde::{Serialize, Serializer, ser::Error as _};

pub use self::pending_user::PendingUser;
use crate::{
    error::LoginError,
    future::ExtractFuture,
    guard::refused_argument::{ReturnTo, refuse_argument},
    manager::LoginManager,
    request::login::{LoadedLogin, Login, LoginSource},
    store::entry::LoginId,
    timestamp::Timestamp,
    user::UserMixin,
};

/// The current user, if the request has one: Flask-Login's `current_user`.
///
/// It never refuses a request. It fails with an empty 500 if a loader fails. Code that has only the
/// request calls [`current_user`]. For a template it
/// serializes as the fields of the user or the guest, with `is_authenticated`, `is_active` and
/// `is_anonymous`. Mark fields that no template should see with `#[serde(skip)]`.
///
/// ```
/// # use actix_login::UserMixin;
/// # #[derive(Clone, UserMixin)]
/// # struct User { id: u64, name: String }
/// use actix_login::CurrentUser;
/// use actix_web::{Responder, get};
///
/// #[get("/")]
/// async fn index(current_user: CurrentUser<User>) -> impl Responder {
///     match current_user.user().filter(|_| current_user.is_authenticated()) {
///         Some(user) => format!("Hi {}!", user.name),
///         None => "Hi stranger!".to_owned(),
///     }
/// }
/// ```
///
/// In a template, here of minijinja:
///
/// ```
/// # use actix_login::UserMixin;
/// use actix_login::CurrentUser;
/// use actix_web::{Responder, Result, error::ErrorInternalServerError, get, web::{Data, Html}};
/// use minijinja::{Environment, context, value::Serde};
///
/// #[derive(Clone, UserMixin, serde::Serialize)]
/// struct User {
///     id: u64,
///     name: String,
///     #[serde(skip)]
///     password_hash: String,
/// }
///
/// #[get("/")]
/// async fn index(
///     current_user: CurrentUser<User>,
///     templates: Data<Environment<'static>>,
/// ) -> Result<impl Responder> {
///     let template = "{% if current_user.is_authenticated %}Hi {{ current_user.name }}!{% endif %}";
///     let page = templates
///         .render_named_str("index.html", template, context! { current_user => Serde(current_user) })
///         .map_err(ErrorInternalServerError)?;
///     Ok(Html::new(page))
/// }
/// ```
pub struct CurrentUser<U: UserMixin> {
    login: Option<Login<U>>,
    /// The app's guest, for an anonymous request.
    guest: Option<Rc<U>>,
}

impl<U: UserMixin> CurrentUser<U> {
    fn new(manager: &LoginManager<U>, login: Option<Login<U>>) -> Self {
        let guest = match (&login, &manager.0.anonymous_user) {
            (None, Some(guest)) => Some(Rc::new(guest())),
            _ => None,
        };
        Self { login, guest }
    }

    /// The user who is logged in, active or not.
    ///
    /// A suspended user is one, too: ask [`is_authenticated`](Self::is_authenticated) before the page
    /// shows what is the user's alone.
    pub fn user(&self) -> Option<&U> {
        self.login.as_ref().map(|login| &*login.user)
    }

    /// The user who is logged in, or else the guest of
    /// [`anonymous_user`](crate::LoginManagerBuilder::anonymous_user), if the app has one.
    pub fn user_or_guest(&self) -> Option<&U> {
        self.user().or(self.guest.as_deref())
    }

    /// Whether a user is logged in whom the guards admit.
    pub fn is_authenticated(&self) -> bool {
        self.user().is_some_and(U::is_authenticated)
    }

    /// Whether a user with an active account is logged in.
    pub fn is_active(&self) -> bool {
        self.user().is_some_and(U::is_active)
    }

    /// Whether the request is anonymous.
    pub fn is_anonymous(&self) -> bool {
        self.user().is_none_or(U::is_anonymous)
    }

    /// Whether the login is fresh: whether the user authenticated in this session, and within the
    /// [`fresh_deadline`](crate::LoginManagerBuilder::fresh_deadline), if there is one. The `within` of a
    /// guard does not count here: compare [`authenticated_at`](Self::authenticated_at) with it. Whether the
    /// guards admit the user does not count either: ask [`is_authenticated`](Self::is_authenticated).
    pub fn is_fresh(&self) -> bool {
        self.login.as_ref().is_some_and(|login| login.fresh)
    }

    /// When the user authenticated in this session: at the login, or at the last
    /// [`confirm_login`](crate::confirm_login).
    ///
    /// `None` for an anonymous request, and for a login without credentials in this session: one by a
    /// remember cookie, by a request loader, or with
    /// [`LoginOptions::fresh(false)`](crate::LoginOptions::fresh). Also if session protection has
    /// detected another client. The time stays after the
    /// [`fresh_deadline`](crate::LoginManagerBuilder::fresh_deadline) has passed.
    pub fn authenticated_at(&self) -> Option<Timestamp> {
        self.login.as_ref()?.authenticated_at
    }

    /// The id of the current login, for what an app ties to it: a line of an audit log, or a WebSocket.
    ///
    /// It stays the same until the login ends, whatever happens to session and cookies: a restart of a
    /// remembered browser, [`confirm_login`](crate::confirm_login), or
    /// [`end_other_logins`](crate::end_other_logins). [`ActiveLogin::id`](crate::ActiveLogin::id) and
    /// the event [`LoginEnded`](crate::LoginEvent::LoginEnded) have the same id.
    ///
    /// `None` without [active logins](crate::ActiveLogins), for an anonymous request, and for a user
    /// found by a request loader.
    ///
    /// ```
    /// # use actix_login::UserMixin;
    /// # #[derive(Clone, UserMixin)]
    /// # struct User { id: u64 }
    /// use actix_login::{CurrentUser, login_required};
    /// use actix_web::{HttpResponse, Responder, post};
    ///
    /// #[post("/orders")]
    /// #[login_required]
    /// async fn order(user: CurrentUser<User>) -> impl Responder {
    ///     if let (Some(user), Some(login)) = (user.user(), user.login_id()) {
    ///         println!("user {} ordered with the login {login}", user.id);
    ///     }
    ///     HttpResponse::Created().finish()
    /// }
    /// ```
    pub fn login_id(&self) -> Option<LoginId> {
        let recorded = self.login.as_ref()?.recorded?;
        Some(recorded.id.first())
    }

    /// The id of the user who is logged in.
    pub fn get_id(&self) -> Option<U::Id> {
        self.user().map(U::get_id)
    }

    /// How the user was found.
    pub fn source(&self) -> Option<LoginSource> {
        self.login.as_ref().map(|login| login.source)
    }
}

impl<U: UserMixin> Clone for CurrentUser<U> {
    fn clone(&self) -> Self {
        Self {
            login: self.login.clone(),
            guest: self.guest.clone(),
        }
    }
}

impl<U: UserMixin + fmt::Debug> fmt::Debug for CurrentUser<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CurrentUser").field(&self.user()).finish()
    }
}

impl<U: UserMixin + Serialize> Serialize for CurrentUser<U> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = match self.user_or_guest() {
            Some(user) => serde_json::to_value(user).map_err(S::Error::custom)?,
            None => serde_json::Value::Object(serde_json::Map::new()),
        };
        let serde_json::Value::Object(mut fields) = fields else {
            return Err(S::Error::custom("a user must serialize as a struct or map"));
        };
        for (name, value) in [
            ("is_authenticated", self.is_authenticated()),
            ("is_active", self.is_active()),
            ("is_anonymous", self.is_anonymous()),
        ] {
            fields.insert(name.to_owned(), value.into());
        }
        fields.serialize(serializer)
    }
}

impl<U: UserMixin> FromRequest for CurrentUser<U> {
    type Error = Error;
    type Future = ExtractFuture<Self>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let manager = match LoginManager::<U>::of(req) {
            Ok(manager) => manager,
            Err(error) => return ExtractFuture::ready(Err(error.into())),
        };
        if let Some(Ok(login)) = loaded(manager, req) {
            return ExtractFuture::ready(Ok(Self::new(manager, login)));
        }
        let (req, manager) = (req.clone(), manager.clone());
        ExtractFuture::pending(async move {
            let login = load_for_argument(&manager, &req).await?;
            Ok(Self::new(&manager, login))
        })
    }
}

/// Returns the current user of a request: [`CurrentUser`] for a helper that has only the request, such
/// as a layout or a [`forbidden_handler`](crate::LoginManagerBuilder::forbidden_handler).
///
/// ```
/// # use actix_login::UserMixin;
/// # #[derive(Clone, UserMixin)]
/// # struct User { id: u64, name: String }
/// use actix_login::{LoginError, current_user};
/// use actix_web::HttpRequest;
///
/// /// The head of each page.
/// async fn header(req: &HttpRequest) -> Result<String, LoginError> {
///     let current_user = current_user::<User>(req).await?;
///     Ok(match current_user.user().filter(|_| current_user.is_authenticated()) {
///         Some(user) => format!("Hi {}!", user.name),
///         None => "<a href=/login>Log in</a>".to_owned(),
///     })
/// }
/// ```
///
/// # Errors
///
/// [`LoginError::LoaderFailed`], [`LoginError::StoreFailed`], and mistakes in the app's set-up (500).
/// The caller may treat the error itself: the response stays the caller's.
pub async fn current_user<U: UserMixin>(req: &HttpRequest) -> Result<CurrentUser<U>, LoginError> {
    let manager = LoginManager::<U>::of(req)?;
    let login = manager.context(req)?.load(req).await?;
    Ok(CurrentUser::new(manager, login))
}

/// The current user of a request that needs a login. It derefs to `U`, and serializes as `U` does.
///
/// An anonymous request is refused as by `#[login_required]`. But actix-web polls the extractors of a
/// handler together: without the attribute, another argument may fail first, and the body is read and
/// parsed before the login is checked. With the attribute the guard runs first.
///
/// ```
/// # use actix_login::UserMixin;
/// # #[derive(Clone, UserMixin)]
/// # struct User { id: u64, name: String }
/// use actix_login::{AuthenticatedUser, login_required};
/// use actix_web::{Responder, get};
///
/// #[get("/profile")]
/// #[login_required]
/// async fn profile(user: AuthenticatedUser<User>) -> impl Responder {
///     format!("Logged in as: {}", user.name)
/// }
/// ```
///
/// It is not `Send`. For `web::block(move || …)` and spawned tasks copy what they need:
/// `let id = user.id;`.
///
/// To ask without refusing the request, use [`CurrentUser`]. As an `Option`, a `Result` or an `Either`
/// of actix-web, an anonymous request leaves no flash, no `next` and no event: those come when the
/// error becomes the response. But an
/// [`unauthorized_handler`](crate::LoginManagerBuilder::unauthorized_handler) runs all the same, and its
/// response is dropped.
///
/// If a loader fails, the response is an empty 500, even if the handler's argument is an `Option`, and
/// drops the error. To treat that error, call [`current_user`].
pub struct AuthenticatedUser<U: UserMixin>(Arc<U>);

impl<U: UserMixin> AuthenticatedUser<U> {
    /// Returns the user, cloned if other code shares it: in this request, or the app's cache.
    pub fn into_inner(self) -> U {
        Arc::unwrap_or_clone(self.0)
    }
}

impl<U: UserMixin> Deref for AuthenticatedUser<U> {
    type Target = U;

    fn deref(&self) -> &U {
        &self.0
    }
}

impl<U: UserMixin> Clone for AuthenticatedUser<U> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<U: UserMixin + fmt::Debug> fmt::Debug for AuthenticatedUser<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AuthenticatedUser").field(&self.0).finish()
    }
}

impl<U: UserMixin + Serialize> Serialize for AuthenticatedUser<U> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<U: UserMixin> FromRequest for AuthenticatedUser<U> {
    type Error = Error;
    type Future = ExtractFuture<Self>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let manager = match LoginManager::<U>::of(req) {
            Ok(manager) => manager,
            Err(error) => return ExtractFuture::ready(Err(error.into())),
        };
        if let Some(Ok(Some(login))) = loaded(manager, req)
            && login.user.is_authenticated()
        {
            return ExtractFuture::ready(Ok(Self(login.user)));
        }
        let (req, manager) = (req.clone(), manager.clone());
        ExtractFuture::pending(async move {
            match load_for_argument(&manager, &req).await? {
                Some(login) if login.user.is_authenticated() => Ok(Self(login.user)),
                _ => Err(refuse_argument(Rc::new(manager), ReturnTo::Page, true, &req).await),
            }
        })
    }
}

/// Loads the login for a handler's argument. If that fails, the response must be a 500, even if the
/// argument is an `Option`, which drops the error.
async fn load_for_argument<U: UserMixin>(
    manager: &LoginManager<U>,
    req: &HttpRequest,
) -> LoadedLogin<U> {
    let context = manager.context(req)?;
    let login = context.load(req).await;
    if login.is_err() {
        context.failed_argument.set(true);
    }
    login
}

/// The login, if it is known already, as behind a guard.
fn loaded<U: UserMixin>(manager: &LoginManager<U>, req: &HttpRequest) -> Option<LoadedLogin<U>> {
    manager.existing_context(req)?.progress.loaded()
}
