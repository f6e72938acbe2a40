//! The loaders: how the app finds a user by id, by request or by header.

use std::{fmt, future::Future, marker::PhantomData, sync::Arc};

use actix_web::HttpRequest;

use crate::{future::LocalBoxFuture, user::UserMixin};

/// The result of a loader: the user, `None` if there is no such user, or why the lookup failed.
pub(crate) type LoadResult<U> = Result<Option<Arc<U>>, String>;

/// Finds the user of an id: Flask-Login's `user_loader`.
///
/// It is an async closure or an `async fn` that takes [`U::Id`](UserMixin::Id), or a type of the app
/// that implements this trait:
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
///
/// A closure with `?` names the type of its errors. Otherwise the compiler reports that type annotations
/// are needed, since `?` may convert the error:
///
/// ```
/// # use actix_login::{LoginManager, UserMixin};
/// # #[derive(Clone, UserMixin)]
/// # struct User { id: u64 }
/// # fn find(id: u64) -> Result<Option<u64>, std::io::Error> { Ok(Some(id)) }
/// LoginManager::<User>::builder([0; 32])
///     .user_loader(async |id: u64| -> Result<_, std::io::Error> {
///         let row = find(id)?;
///         Ok(row.map(|id| User { id }))
///     })
///     .build()?;
/// # Ok::<(), actix_login::ConfigError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't load a `{U}` by its id",
    label = "not a user loader",
    note = "a user loader takes the id, owned, and returns `Option<User>` or `Result<Option<User>, E>`: `async move |id: u64| users.get(&id).cloned()`"
)]
pub trait UserLoader<U: UserMixin>: 'static {
    /// `Option<U>`, or `Result<Option<U>, E>` if the lookup can fail.
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

/// Finds the user of a request by anything it carries: Flask-Login's `request_loader`.
///
/// It is an async closure or an `async fn` that takes `&HttpRequest`, or a type that implements this
/// trait.
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
    note = "a request loader takes `&HttpRequest` and returns `Option<User>` or `Result<Option<User>, E>`: `async |req: &HttpRequest| …`"
)]
pub trait RequestLoader<U: UserMixin>: 'static {
    /// `Option<U>`, or `Result<Option<U>, E>` if the lookup can fail.
    type Answer: LoaderAnswer<U>;

    /// Finds the user of this request. It must not ask for the current user, which it is there to
    /// find, nor keep a clone of the request.
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
/// It is an async closure or an `async fn` that takes `&str`, or a type that implements this trait.
/// [`Authorization`](crate::Authorization) parses the value of an `Authorization` header.
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
    note = "a header loader takes `&str` and returns `Option<User>` or `Result<Option<User>, E>`: `async |value: &str| …`"
)]
pub trait HeaderLoader<U: UserMixin>: 'static {
    /// `Option<U>`, or `Result<Option<U>, E>` if the lookup can fail.
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

/// What a loader may return: `Option<U>`, or `Result<Option<U>, E>` with any error that prints.
///
/// `None` means that there is no such user, and the login ends. An error means that the lookup failed:
/// the request fails with an empty 500, the error goes to the log, and no user is logged out.
#[diagnostic::on_unimplemented(
    message = "a loader can't return `{Self}`",
    label = "this loader returns `{Self}`",
    note = "it must return `Option<{U}>`, or `Result<Option<{U}>, E>` if the lookup can fail: `Some(user)` or `Ok(Some(user))`, and `None` or `Ok(None)` if there is no such user"
)]
pub trait LoaderAnswer<U>: sealed::Sealed<U> {}

// Separate impls instead of one for all `Sealed` types: the compiler would then report that trait
// instead of the message above.
impl<U> LoaderAnswer<U> for Option<U> {}
impl<U, E: fmt::Display> LoaderAnswer<U> for Result<Option<U>, E> {}

mod sealed {
    pub trait Sealed<U> {
        #[doc(hidden)]
        fn into_result(self) -> Result<Option<U>, String>;
    }
}

impl<U> sealed::Sealed<U> for Option<U> {
    fn into_result(self) -> Result<Option<U>, String> {
        Ok(self)
    }
}

impl<U, E: fmt::Display> sealed::Sealed<U> for Result<Option<U>, E> {
    fn into_result(self) -> Result<Option<U>, String> {
        // `{:#}` prints the whole chain of causes if the error type has one.
        self.map_err(|error| format!("{error:#}"))
    }
}

/// A loader of any of the three kinds with its type erased; `I` is its argument.
pub(crate) trait Load<I, U>: Send + Sync {
    fn load<'a>(&'a self, input: I) -> LocalBoxFuture<'a, LoadResult<U>>
    where
        I: 'a;
}

/// The loaders of a manager.
pub(crate) struct Loaders<U: UserMixin> {
    pub(crate) by_id: Option<AnyUserLoader<U>>,
    pub(crate) by_request: Option<AnyRequestLoader<U>>,
    pub(crate) by_header: Option<AnyHeaderLoader<U>>,
}

type AnyUserLoader<U> = Box<dyn Load<<U as UserMixin>::Id, U>>;
type AnyRequestLoader<U> = Box<dyn for<'a> Load<&'a HttpRequest, U>>;
type AnyHeaderLoader<U> = Box<dyn for<'a> Load<&'a str, U>>;

impl<U: UserMixin> Default for Loaders<U> {
    fn default() -> Self {
        Self {
            by_id: None,
            by_request: None,
            by_header: None,
        }
    }
}

impl<U: UserMixin> Loaders<U> {
    pub(crate) fn is_empty(&self) -> bool {
        self.by_id.is_none() && self.by_request.is_none() && self.by_header.is_none()
    }
}

/// The answer of a loader that makes a user for each request.
fn shared<U>(answer: impl LoaderAnswer<U>) -> LoadResult<U> {
    Ok(sealed::Sealed::into_result(answer)?.map(Arc::new))
}

/// A loader with its type erased. `Kind` keeps the three kinds apart.
pub(crate) struct ErasedLoader<L, Kind>(L, PhantomData<fn() -> Kind>);

impl<L, Kind> ErasedLoader<L, Kind> {
    pub(crate) fn new(loader: L) -> Self {
        Self(loader, PhantomData)
    }
}

pub(crate) struct ById;
pub(crate) struct ByRequest;
pub(crate) struct ByHeader;

impl<U: UserMixin, L: UserLoader<U> + Send + Sync> Load<U::Id, U> for ErasedLoader<L, ById> {
    fn load<'a>(&'a self, id: U::Id) -> LocalBoxFuture<'a, LoadResult<U>>
    where
        U::Id: 'a,
    {
        Box::pin(async move { shared(self.0.load(id).await) })
    }
}

impl<'r, U, L> Load<&'r HttpRequest, U> for ErasedLoader<L, ByRequest>
where
    U: UserMixin,
    L: RequestLoader<U> + Send + Sync,
{
    fn load<'a>(&'a self, req: &'r HttpRequest) -> LocalBoxFuture<'a, LoadResult<U>>
    where
        &'r HttpRequest: 'a,
    {
        Box::pin(async move { shared(self.0.load(req).await) })
    }
}

impl<'r, U: UserMixin, L: HeaderLoader<U> + Send + Sync> Load<&'r str, U>
    for ErasedLoader<L, ByHeader>
{
    fn load<'a>(&'a self, value: &'r str) -> LocalBoxFuture<'a, LoadResult<U>>
    where
        &'r str: 'a,
    {
        Box::pin(async move { shared(self.0.load(value).await) })
    }
}

/// A loader of shared users with its type erased.
pub(crate) struct SharedLoader<F>(pub(crate) F);

impl<U, F, A> Load<U::Id, U> for SharedLoader<F>
where
    U: UserMixin,
    F: AsyncFn(U::Id) -> A + Send + Sync,
    A: LoaderAnswer<Arc<U>>,
{
    fn load<'a>(&'a self, id: U::Id) -> LocalBoxFuture<'a, LoadResult<U>>
    where
        U::Id: 'a,
    {
        Box::pin(async move { sealed::Sealed::into_result((self.0)(id).await) })
    }
}

/// A request loader of shared users with its type erased.
pub(crate) struct SharedRequestLoader<F>(pub(crate) F);

impl<'r, U, F, A> Load<&'r HttpRequest, U> for SharedRequestLoader<F>
where
    U: UserMixin,
    F: AsyncFn(&HttpRequest) -> A + Send + Sync,
    A: LoaderAnswer<Arc<U>>,
{
    fn load<'a>(&'a self, req: &'r HttpRequest) -> LocalBoxFuture<'a, LoadResult<U>>
    where
        &'r HttpRequest: 'a,
    {
        Box::pin(async move { sealed::Sealed::into_result((self.0)(req).await) })
    }
}

/// A header loader of shared users with its type erased.
pub(crate) struct SharedHeaderLoader<F>(pub(crate) F);

impl<'r, U, F, A> Load<&'r str, U> for SharedHeaderLoader<F>
where
    U: UserMixin,
    F: AsyncFn(&str) -> A + Send + Sync,
    A: LoaderAnswer<Arc<U>>,
{
    fn load<'a>(&'a self, value: &'r str) -> LocalBoxFuture<'a, LoadResult<U>>
    where
        &'r str: 'a,
    {
        Box::pin(async move { sealed::Sealed::into_result((self.0)(value).await) })
    }
}
