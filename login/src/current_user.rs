//! The extractors: who the user of a request is.

use std::{
    fmt,
    future::Future,
    ops::Deref,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use actix_web::{Error, FromRequest, HttpRequest, dev::Payload, error::InternalError};
use serde::{Serialize, Serializer, ser::Error as _};

use crate::{
    context::{Login, LoginSource},
    error::LoginError,
    guard::{Guard, Of, login_required_of},
    loader::LocalBoxFuture,
    manager::{LoginManager, context_of},
    user::UserMixin,
};

/// The current user, or nobody: Flask-Login's `current_user`.
///
/// It never refuses a request, and only a failing loader makes it fail (with an empty 500). For a
/// template it serializes as the user's fields, or the guest's, with `is_authenticated`,
/// `is_active` and `is_anonymous`; mark fields that no template should see `#[serde(skip)]`.
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
///     match current_user.user() {
///         Some(user) => format!("Hi {}!", user.name),
///         None => "Hi stranger!".to_owned(),
///     }
/// }
/// ```
///
/// In a template, here minijinja's:
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
    login: Login<U>,
    /// Who stands in for nobody, where the app says so.
    guest: Option<Rc<U>>,
}

impl<U: UserMixin> CurrentUser<U> {
    /// The user who is logged in, active or not.
    pub fn user(&self) -> Option<&U> {
        self.login.user.as_deref()
    }

    /// The user who is logged in, or else the guest of
    /// [`anonymous_user`](crate::LoginManagerBuilder::anonymous_user), if the app makes any.
    pub fn user_or_guest(&self) -> Option<&U> {
        self.user().or(self.guest.as_deref())
    }

    /// Whether a user is logged in whom the guards let pass.
    pub fn is_authenticated(&self) -> bool {
        self.login.is_authenticated()
    }

    /// Whether a user is logged in whose account is active.
    pub fn is_active(&self) -> bool {
        self.user().is_some_and(U::is_active)
    }

    /// Whether nobody is logged in.
    pub fn is_anonymous(&self) -> bool {
        self.user().is_none_or(U::is_anonymous)
    }

    /// Whether the login is fresh: whether the user authenticated in this session.
    pub fn is_fresh(&self) -> bool {
        self.login.is_fresh()
    }

    /// The id of the user who is logged in.
    pub fn get_id(&self) -> Option<U::Id> {
        self.user().map(U::get_id)
    }

    /// How the user was found.
    pub fn source(&self) -> Option<LoginSource> {
        self.login.source
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
    type Future = Extracting<Self>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        fn current<U: UserMixin>(
            manager: &LoginManager<U>,
            login: Result<Login<U>, LoginError>,
        ) -> Result<CurrentUser<U>, Error> {
            let login = login?;
            let guest = match (&login.user, &manager.0.anonymous_user) {
                (None, Some(guest)) => Some(Rc::new(guest())),
                _ => None,
            };
            Ok(CurrentUser { login, guest })
        }

        let context = match context_of::<U>(req) {
            Ok(context) => context,
            Err(error) => return Extracting::ready(Err(error.into())),
        };
        if let Some(login) = context.loaded() {
            return Extracting::ready(current(&context.manager, login));
        }
        let (req, manager) = (req.clone(), context.manager.clone());
        Extracting::later(async move {
            let login = manager.context(&req)?.load(&req).await;
            current(&manager, login)
        })
    }
}

/// The current user, who is logged in: derefs to `U`, and serializes as `U` does.
///
/// An anonymous request is refused as by `#[login_required]`. But actix-web polls the extractors
/// of a handler together: without the attribute, another argument may refuse first, and a body is
/// read and parsed before anyone asks who sent it. With the attribute the guard goes first.
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
/// It is not `Send`. For `web::block(move || …)` and spawned tasks take out what they need:
/// `let id = user.id;`.
///
/// Who only wants to know takes [`CurrentUser`], which causes no flash and no event.
pub struct AuthenticatedUser<U: UserMixin>(Rc<U>);

impl<U: UserMixin> AuthenticatedUser<U> {
    /// The user itself, cloned where others in this request have it too.
    pub fn into_inner(self) -> U {
        Rc::unwrap_or_clone(self.0)
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
        Self(Rc::clone(&self.0))
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
    type Future = Extracting<Self>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let context = match context_of::<U>(req) {
            Ok(context) => context,
            Err(error) => return Extracting::ready(Err(error.into())),
        };
        if let Some(Ok(login)) = context.loaded()
            && let Some(user) = login.user.filter(|user| user.is_authenticated())
        {
            return Extracting::ready(Ok(Self(user)));
        }
        let req = req.clone();
        Extracting::later(async move {
            let guard: Guard<Of<U>> = login_required_of();
            if let Err(refusal) = guard.admit(&req).await {
                return Err(InternalError::from_response("not logged in", refusal).into());
            }
            let manager = LoginManager::<U>::of(&req)?;
            let login = manager.context(&req)?.load(&req).await?;
            login
                .user
                .map(Self)
                .ok_or_else(|| LoginError::NotLoggedIn.into())
        })
    }
}

/// The future of an extractor: ready at once where the user is known already, as behind a guard.
#[doc(hidden)]
pub struct Extracting<T>(State<T>);

enum State<T> {
    Ready(Option<Result<T, Error>>),
    Later(LocalBoxFuture<'static, Result<T, Error>>),
}

impl<T> Extracting<T> {
    pub(crate) fn ready(result: Result<T, Error>) -> Self {
        Self(State::Ready(Some(result)))
    }

    pub(crate) fn later(future: impl Future<Output = Result<T, Error>> + 'static) -> Self {
        Self(State::Later(Box::pin(future)))
    }
}

// Nothing in it is pinned in place: the future is in a box of its own.
impl<T> Unpin for Extracting<T> {}

impl<T> Future for Extracting<T> {
    type Output = Result<T, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            State::Ready(result) => result.take().map_or(Poll::Pending, Poll::Ready),
            State::Later(future) => future.as_mut().poll(cx),
        }
    }
}
