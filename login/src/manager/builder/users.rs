//! The builder's settings for users: who they are, and how they are found.

use std::{sync::Arc, time::SystemTime};

use actix_web::HttpRequest;

use super::LoginManagerBuilder;
use crate::{
    events::LoginEvent,
    loader::{
        ByHeader, ById, ByRequest, ErasedLoader, HeaderLoader, LoaderAnswer, RequestLoader,
        SharedHeaderLoader, SharedLoader, SharedRequestLoader, UserLoader,
    },
    user::UserMixin,
};

/// Who the users are, and how they are found.
impl<U: UserMixin> LoginManagerBuilder<U> {
    /// Finds the user of an id, which the session or a remember cookie holds.
    ///
    /// Default: none, and then no user can log in. See [`UserLoader`] for what it may be and may
    /// return, and how a closure with `?` names its error.
    pub fn user_loader(mut self, loader: impl UserLoader<U> + Send + Sync) -> Self {
        self.loaders.by_id = Some(Box::new(ErasedLoader::<_, ById>::new(loader)));
        self
    }

    /// A [`user_loader`](Self::user_loader) whose users are shared: a cache of the app hands out one user
    /// to many requests, without a clone.
    ///
    /// It is an async closure or an `async fn` that takes the id and returns `Option<Arc<U>>`, or
    /// `Result<Option<Arc<U>>, E>` if the lookup can fail. It replaces a `user_loader`, and a later
    /// `user_loader` replaces it.
    ///
    /// A cached user is as old as its entry. Until the entry is replaced, a deactivated user passes the
    /// guards, and a login whose `session_auth_hash` has changed does not end. So remove the entry
    /// wherever the app changes the user, and let entries expire: in a cache of another process it is
    /// the only end. A user removed from the cache *before* the database changes may come back from a
    /// concurrent request: change first, then remove.
    ///
    /// With the crate [moka](https://docs.rs/moka), whose cache loads each user once:
    ///
    /// ```
    /// use std::{sync::Arc, time::Duration};
    /// use actix_login::{LoginManager, UserMixin};
    /// use moka::future::Cache;
    ///
    /// # #[derive(Clone, UserMixin)]
    /// # struct User { id: u64 }
    /// # struct Database;
    /// # impl Database {
    /// #     async fn user(&self, id: u64) -> Option<User> { Some(User { id }) }
    /// # }
    /// # async fn example(database: Database) -> Result<(), actix_login::ConfigError> {
    /// let users: Cache<u64, Arc<User>> = Cache::builder()
    ///     .max_capacity(10_000)
    ///     .time_to_live(Duration::from_secs(10))
    ///     .build();
    /// let cache = users.clone();
    /// LoginManager::<User>::builder([0; 32])
    ///     .shared_user_loader(async move |id: u64| {
    ///         let loading = async { database.user(id).await.map(Arc::new) };
    ///         cache.optionally_get_with(id, loading).await
    ///     })
    ///     .build()?;
    /// // Where a user changes, after the database has changed:
    /// users.invalidate(&7).await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// A load that has begun before the change may put the old user into the cache after it: there the
    /// old user lasts until the time to live ends.
    ///
    /// With a map of one's own:
    ///
    /// ```
    /// use std::{collections::HashMap, sync::{Arc, RwLock}};
    /// use actix_login::{LoginManager, UserMixin};
    ///
    /// #[derive(Clone, UserMixin)]
    /// struct User { id: u64 }
    ///
    /// let users = Arc::new(RwLock::new(HashMap::from([(7, Arc::new(User { id: 7 }))])));
    /// LoginManager::<User>::builder([0; 32])
    ///     .shared_user_loader(async move |id: u64| {
    ///         let users = users.read().map_err(|_| "a writer panicked")?;
    ///         Ok::<_, &str>(users.get(&id).cloned())
    ///     })
    ///     .build()?;
    /// # Ok::<(), actix_login::ConfigError>(())
    /// ```
    pub fn shared_user_loader<F, A>(mut self, loader: F) -> Self
    where
        F: AsyncFn(U::Id) -> A + Send + Sync + 'static,
        A: LoaderAnswer<Arc<U>>,
    {
        self.loaders.by_id = Some(Box::new(SharedLoader(loader)));
        self
    }

    /// A [`request_loader`](Self::request_loader) whose users are shared, as with
    /// [`shared_user_loader`](Self::shared_user_loader).
    pub fn shared_request_loader<F, A>(mut self, loader: F) -> Self
    where
        F: AsyncFn(&HttpRequest) -> A + Send + Sync + 'static,
        A: LoaderAnswer<Arc<U>>,
    {
        self.loaders.by_request = Some(Box::new(SharedRequestLoader(loader)));
        self
    }

    /// A [`header_loader`](Self::header_loader) whose users are shared, as with
    /// [`shared_user_loader`](Self::shared_user_loader).
    pub fn shared_header_loader<F, A>(mut self, loader: F) -> Self
    where
        F: AsyncFn(&str) -> A + Send + Sync + 'static,
        A: LoaderAnswer<Arc<U>>,
    {
        self.loaders.by_header = Some(Box::new(SharedHeaderLoader(loader)));
        self
    }

    /// Finds the user of a request that has neither a login nor a remember cookie, for example by an
    /// API key.
    ///
    /// Default: none. That user is logged in for this request alone, and is never fresh; session and
    /// cookies stay untouched. See [`RequestLoader`].
    pub fn request_loader(mut self, loader: impl RequestLoader<U> + Send + Sync) -> Self {
        self.loaders.by_request = Some(Box::new(ErasedLoader::<_, ByRequest>::new(loader)));
        self
    }

    /// Finds the user of a header's value, after the request loader.
    ///
    /// Default: none. A token that it accepts gives access to every page of this manager. For a
    /// separate API see [An API beside the website](crate::guide::apis#an-api-beside-the-website). See
    /// [`HeaderLoader`].
    pub fn header_loader(mut self, loader: impl HeaderLoader<U> + Send + Sync) -> Self {
        self.loaders.by_header = Some(Box::new(ErasedLoader::<_, ByHeader>::new(loader)));
        self
    }

    /// `AUTH_HEADER_NAME`: the header whose value the [`header_loader`](Self::header_loader) gets.
    ///
    /// Default: `Authorization`.
    pub fn auth_header_name(mut self, name: impl Into<String>) -> Self {
        self.auth_header_name = name.into();
        self
    }

    /// The `WWW-Authenticate` header of each 401 that passes the manager and has none, from the guards,
    /// from the app's handlers and from the pages: the challenge that RFC 9110, 11.6.1, requires. It
    /// tells clients of a [`header_loader`](Self::header_loader) which scheme to use.
    ///
    /// Default: none, and a 401 has only the headers that the app sets. `Bearer` suits tokens. `Basic`
    /// needs a realm, and makes browsers ask for a password in a dialog of their own. Several
    /// challenges are separated by commas. [`build`](Self::build) rejects a value that does not begin
    /// with a scheme, and `Basic` without a realm.
    ///
    /// ```
    /// # use actix_login::{LoginManager, UserMixin};
    /// # #[derive(Clone, UserMixin)]
    /// # struct User { id: u64 }
    /// LoginManager::<User>::builder([0; 32])
    ///     .header_loader(async |token: &str| (token == "Bearer secret").then_some(User { id: 7 }))
    ///     .www_authenticate("Bearer realm=\"api\"")
    ///     .build()?;
    /// # Ok::<(), actix_login::ConfigError>(())
    /// ```
    pub fn www_authenticate(mut self, challenge: impl Into<String>) -> Self {
        self.www_authenticate = Some(challenge.into());
        self
    }

    /// The `Cache-Control` of each response that depends on the user, unless the handler, or a middleware
    /// inside of the manager, sets one.
    ///
    /// Default: `private`, which keeps the page from shared caches. The browser may still store it: after
    /// a logout, the Back button shows the page from the browser's cache or its back/forward cache. With
    /// `no-store` (RFC 9111, section 5.2.2.5) no cache stores the page, and most browsers load it anew.
    /// Some keep even these pages in their back/forward cache for a while.
    /// [`build`](Self::build) rejects a value without `private` or `no-store`, and one for shared caches.
    ///
    /// A `DefaultHeaders` of actix-web around the manager does not replace this header: it adds only
    /// what is missing. Set a site-wide `no-store` here as well.
    ///
    /// ```
    /// # use actix_login::{LoginManager, UserMixin};
    /// # #[derive(Clone, UserMixin)]
    /// # struct User { id: u64 }
    /// LoginManager::<User>::builder([0; 32])
    ///     .user_loader(async |id: u64| Some(User { id }))
    ///     .cache_control("no-store")
    ///     .build()?;
    /// # Ok::<(), actix_login::ConfigError>(())
    /// ```
    pub fn cache_control(mut self, cache_control: impl Into<String>) -> Self {
        self.cache_control = Some(cache_control.into());
        self
    }

    /// Makes the guest that stands in for the user of an anonymous request in
    /// [`CurrentUser`](crate::CurrentUser): Flask-Login's `anonymous_user`.
    ///
    /// Default: none. A guest has what the app gives it, such as a permissions field. The request
    /// still counts as anonymous, whatever the guest's own methods return, and no guard accepts it.
    ///
    /// ```
    /// # use actix_login::{LoginManager, UserMixin};
    /// #[derive(Clone, UserMixin)]
    /// struct User { id: u64, may_comment: bool }
    ///
    /// LoginManager::<User>::builder([0; 32])
    ///     .user_loader(async |id: u64| Some(User { id, may_comment: true }))
    ///     .anonymous_user(|| User { id: 0, may_comment: false })
    ///     .build()?;
    /// # Ok::<(), actix_login::ConfigError>(())
    /// ```
    pub fn anonymous_user(mut self, guest: impl Fn() -> U + Send + Sync + 'static) -> Self {
        self.anonymous_user = Some(Box::new(guest));
        self
    }

    /// The name of this kind of user.
    ///
    /// Default: [`UserMixin::NAME`], which the derive sets to the struct's name. Session keys, cookie
    /// and derived keys are bound to it. Two managers of one app need different names, even if both
    /// user structs are called `User` in separate modules. In sibling scopes, two managers of the same
    /// name and secret would accept each other's logins. Nested, they fail with an empty 500.
    ///
    /// ```
    /// # use actix_login::{LoginManager, UserMixin};
    /// # #[derive(Clone, UserMixin)]
    /// # struct User { id: u64 }
    /// LoginManager::<User>::builder([0; 32])
    ///     .user_loader(async |id: u64| Some(User { id }))
    ///     .name("staff")
    ///     .build()?;
    /// # Ok::<(), actix_login::ConfigError>(())
    /// ```
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Earlier secrets, the latest first, so that a rotation of keys logs no user out.
    ///
    /// Default: none. Further calls add to them.
    ///
    /// What one of them signed is accepted. Sessions are rewritten under the current
    /// key at their next use. Remember cookies are rewritten only when they restore a login or are
    /// refreshed, which may be on their last day: keep a key listed for the cookie's
    /// [duration](crate::RememberCookie::duration). Never list a leaked key: its holder can log in as
    /// any user.
    ///
    /// These are the keys of this crate. actix-session's own key can't be rotated that way; use two
    /// different secrets to change this one alone.
    ///
    /// ```
    /// # use actix_login::{LoginManager, UserMixin};
    /// # #[derive(Clone, UserMixin)]
    /// # struct User { id: u64 }
    /// # let (this_year, last_year) = ([1; 32], [0; 32]);
    /// LoginManager::<User>::builder(this_year)
    ///     .user_loader(async |id: u64| Some(User { id }))
    ///     .previous_keys([last_year])
    ///     .build()?;
    /// # Ok::<(), actix_login::ConfigError>(())
    /// ```
    pub fn previous_keys<K: AsRef<[u8]>>(mut self, keys: impl IntoIterator<Item = K>) -> Self {
        let keys = keys.into_iter().map(|key| key.as_ref().to_owned());
        self.previous_keys.extend(keys);
        self
    }

    /// Calls `observer` at each event, with the request and, if known, the user: Flask-Login's
    /// signals.
    ///
    /// Observers are called in the order of their registration. They must not block.
    ///
    /// ```
    /// # use actix_login::{LoginManager, UserMixin};
    /// # #[derive(Clone, UserMixin)]
    /// # struct User { id: u64 }
    /// use actix_login::{LoginEvent, client_address};
    ///
    /// LoginManager::<User>::builder([0; 32])
    ///     .user_loader(async |id: u64| Some(User { id }))
    ///     .on_event(|req, event, user| {
    ///         if event == LoginEvent::UserLoggedIn {
    ///             println!("{:?} from {:?}", user.map(|user| user.id), client_address(req));
    ///         }
    ///     })
    ///     .build()?;
    /// # Ok::<(), actix_login::ConfigError>(())
    /// ```
    pub fn on_event(
        mut self,
        observer: impl Fn(&HttpRequest, LoginEvent, Option<&U>) + Send + Sync + 'static,
    ) -> Self {
        self.observers.push(Box::new(observer));
        self
    }

    /// The clock for deadlines and expiry, for tests.
    ///
    /// Default: the system's.
    ///
    /// ```
    /// # use actix_login::{LoginManager, UserMixin};
    /// # #[derive(Clone, UserMixin)]
    /// # struct User { id: u64 }
    /// use std::time::{Duration, SystemTime};
    ///
    /// // Every login has expired in two years.
    /// LoginManager::<User>::builder([0; 32])
    ///     .user_loader(async |id: u64| Some(User { id }))
    ///     .clock(|| SystemTime::now() + Duration::from_secs(2 * 365 * 24 * 3600))
    ///     .build()?;
    /// # Ok::<(), actix_login::ConfigError>(())
    /// ```
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Some(Box::new(clock));
        self
    }
}
