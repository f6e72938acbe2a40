//! The loaders: how the app finds a user by id, by request or by header.

use std::{fmt, future::Future, marker::PhantomData, pin::Pin};

use actix_web::HttpRequest;

use crate::user::UserMixin;

/// A future that stays on its thread, boxed.
pub(crate) type LocalBoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// What a loader found: the user, nobody, or why it could not look.
pub(crate) type Found<U> = Result<Option<U>, String>;

/// Finds the user of an id: Flask-Login's `user_loader`.
///
/// An async closure or an `async fn` from [`U::Id`](UserMixin::Id) is one. So is a type of the
/// app's that implements this trait:
///
/// ```
/// use actix_login::{LoginManager, UserMixin, loader::UserLoader};
///
/// #[derive(Clone, UserMixin)]
/// struct User { id: u64 }
///
/// struct Database;
///
/// impl UserLoader<User> for Database {
///     type Answer = Result<Option<User>, std::io::Error>;
///
///     async fn load(&self, id: u64) -> Self::Answer {
///         Ok((id == 7).then_some(User { id }))
///     }
/// }
///
/// # let secret = [0; 32];
/// LoginManager::<User>::builder(secret).user_loader(Database).build()?;
/// # Ok::<(), actix_login::ConfigError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't load a `{U}` by its id",
    label = "not a user loader",
    note = "a user loader takes the id, owned, and answers `Option<User>` or `Result<Option<User>, E>`: `async move |id: u64| users.get(&id)`"
)]
pub trait UserLoader<U: UserMixin>: 'static {
    /// `Option<U>`, or `Result<Option<U>, E>` where the lookup can fail.
    type Answer: LoaderAnswer<U>;

    /// Finds the user of this id.
    fn load(&self, id: U::Id) -> impl Future<Output = Self::Answer>;
}

impl<U, F, A> UserLoader<U> for F
where
    U: UserMixin,
    F: AsyncFn(U::Id) -> A + 'static,
    A: LoaderAnswer<U>,
{
    type Answer = A;

    async fn load(&self, id: U::Id) -> A {
        self(id).await
    }
}

/// Finds the user of a request by whatever it carries: Flask-Login's `request_loader`.
///
/// An async closure or an `async fn` from `&HttpRequest` is one.
///
/// ```
/// # use actix_login::UserMixin;
/// # #[derive(Clone, UserMixin)]
/// # struct User { id: u64 }
/// use actix_login::LoginManager;
/// use actix_web::HttpRequest;
///
/// LoginManager::<User>::builder([0; 32])
///     .request_loader(async |req: &HttpRequest| {
///         (req.query_string() == "api_key=secret").then_some(User { id: 7 })
///     })
///     .build()?;
/// # Ok::<(), actix_login::ConfigError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't load a `{U}` from a request",
    label = "not a request loader",
    note = "a request loader takes `&HttpRequest` and answers `Option<User>` or `Result<Option<User>, E>`: `async |req: &HttpRequest| …`"
)]
pub trait RequestLoader<U: UserMixin>: 'static {
    /// `Option<U>`, or `Result<Option<U>, E>` where the lookup can fail.
    type Answer: LoaderAnswer<U>;

    /// Finds the user of this request. It must not ask for the current user, which is what it is
    /// asked for, nor keep a clone of the request.
    fn load(&self, req: &HttpRequest) -> impl Future<Output = Self::Answer>;
}

impl<U, F, A> RequestLoader<U> for F
where
    U: UserMixin,
    F: AsyncFn(&HttpRequest) -> A + 'static,
    A: LoaderAnswer<U>,
{
    type Answer = A;

    async fn load(&self, req: &HttpRequest) -> A {
        self(req).await
    }
}

/// Finds the user of a header's value: Flask-Login's `header_loader`.
///
/// An async closure or an `async fn` from `&str` is one.
/// [`Authorization`](crate::Authorization) takes such a value apart.
///
/// ```
/// # use actix_login::UserMixin;
/// # #[derive(Clone, UserMixin)]
/// # struct User { id: u64 }
/// use actix_login::{Authorization, LoginManager};
///
/// LoginManager::<User>::builder([0; 32])
///     .header_loader(async |value: &str| match Authorization::parse(value)? {
///         Authorization::Bearer(token) if token == "secret" => Some(User { id: 7 }),
///         _ => None,
///     })
///     .build()?;
/// # Ok::<(), actix_login::ConfigError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't load a `{U}` from a header",
    label = "not a header loader",
    note = "a header loader takes `&str` and answers `Option<User>` or `Result<Option<User>, E>`: `async |value: &str| …`"
)]
pub trait HeaderLoader<U: UserMixin>: 'static {
    /// `Option<U>`, or `Result<Option<U>, E>` where the lookup can fail.
    type Answer: LoaderAnswer<U>;

    /// Finds the user of this header's value.
    fn load(&self, value: &str) -> impl Future<Output = Self::Answer>;
}

impl<U, F, A> HeaderLoader<U> for F
where
    U: UserMixin,
    F: AsyncFn(&str) -> A + 'static,
    A: LoaderAnswer<U>,
{
    type Answer = A;

    async fn load(&self, value: &str) -> A {
        self(value).await
    }
}

/// What a loader may answer: `Option<U>`, or `Result<Option<U>, E>` of any error that prints.
///
/// `None` says that there is no such user: the login is over. An error says that nobody knows: the
/// request fails with an empty 500, the error goes to the log, and nobody is logged out.
#[diagnostic::on_unimplemented(
    message = "a loader can't answer `{Self}`",
    label = "this loader answers `{Self}`",
    note = "it must answer `Option<{U}>`, or `Result<Option<{U}>, E>` where the lookup can fail: `Some(user)` or `Ok(Some(user))`, and `None` or `Ok(None)` where there is no such user"
)]
pub trait LoaderAnswer<U>: sealed::Sealed<U> {}

// One by one, and not for all that is `Sealed`: the compiler would then miss that trait, and say so
// in place of the message above.
impl<U> LoaderAnswer<U> for Option<U> {}
impl<U, E: fmt::Display> LoaderAnswer<U> for Result<Option<U>, E> {}

mod sealed {
    use super::Found;

    pub trait Sealed<U> {
        #[doc(hidden)]
        fn into_found(self) -> Found<U>;
    }
}

impl<U> sealed::Sealed<U> for Option<U> {
    fn into_found(self) -> Found<U> {
        Ok(self)
    }
}

impl<U, E: fmt::Display> sealed::Sealed<U> for Result<Option<U>, E> {
    fn into_found(self) -> Found<U> {
        // `{:#}` prints the whole chain of causes where the error type knows one.
        self.map_err(|error| format!("{error:#}"))
    }
}

/// A loader of any of the three kinds with its type erased; `I` is what it gets.
pub(crate) trait Load<I, U>: Send + Sync {
    fn load<'a>(&'a self, input: I) -> LocalBoxFuture<'a, Found<U>>
    where
        I: 'a;
}

/// The three kinds as a manager keeps them.
pub(crate) type AnyUserLoader<U> = Box<dyn Load<<U as UserMixin>::Id, U>>;
/// See [`AnyUserLoader`].
pub(crate) type AnyRequestLoader<U> = Box<dyn for<'a> Load<&'a HttpRequest, U>>;
/// See [`AnyUserLoader`].
pub(crate) type AnyHeaderLoader<U> = Box<dyn for<'a> Load<&'a str, U>>;

/// A loader of one kind, for erasing its type. `Kind` keeps the kinds apart.
pub(crate) struct Erased<L, Kind>(L, PhantomData<fn() -> Kind>);

impl<L, Kind> Erased<L, Kind> {
    pub(crate) fn new(loader: L) -> Self {
        Self(loader, PhantomData)
    }
}

pub(crate) struct ById;
pub(crate) struct ByRequest;
pub(crate) struct ByHeader;

impl<U: UserMixin, L: UserLoader<U> + Send + Sync> Load<U::Id, U> for Erased<L, ById> {
    fn load<'a>(&'a self, id: U::Id) -> LocalBoxFuture<'a, Found<U>>
    where
        U::Id: 'a,
    {
        Box::pin(async move { sealed::Sealed::into_found(self.0.load(id).await) })
    }
}

impl<'r, U, L> Load<&'r HttpRequest, U> for Erased<L, ByRequest>
where
    U: UserMixin,
    L: RequestLoader<U> + Send + Sync,
{
    fn load<'a>(&'a self, req: &'r HttpRequest) -> LocalBoxFuture<'a, Found<U>>
    where
        &'r HttpRequest: 'a,
    {
        Box::pin(async move { sealed::Sealed::into_found(self.0.load(req).await) })
    }
}

impl<'r, U: UserMixin, L: HeaderLoader<U> + Send + Sync> Load<&'r str, U> for Erased<L, ByHeader> {
    fn load<'a>(&'a self, value: &'r str) -> LocalBoxFuture<'a, Found<U>>
    where
        &'r str: 'a,
    {
        Box::pin(async move { sealed::Sealed::into_found(self.0.load(value).await) })
    }
}
