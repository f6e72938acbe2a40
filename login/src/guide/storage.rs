//! Where sessions and logins are kept: in cookies, in memory, in a database, in Redis.
//!
//! There are two things to keep. *Sessions* are actix-session's, in one of its stores. *Active logins* are a list of this
//! crate, on the server, and off by default.
//!
//! | the app runs | sessions | active logins | a logout ends copies of the cookies | a restart logs users out |
//! | --- | --- | --- | --- | --- |
//! | anywhere | `CookieSessionStore` | none | no | no |
//! | in one process | `CookieSessionStore` | [`ActiveLogins::in_memory`](crate::ActiveLogins::in_memory) | yes | yes |
//! | on one machine | `CookieSessionStore` | `SqlLoginStore::sqlite` | yes | no |
//! | on several machines, with PostgreSQL | `CookieSessionStore` | `SqlLoginStore::postgres` | yes | no |
//! | on several machines, with Redis | `CookieSessionStore` or `RedisSessionStore` | `RedisLoginStore` | yes | no |
//!
//! - Any session store goes with any store of active logins.
//! - A cookie holds at most 4,096 bytes. An app that keeps more than a few values in the session needs a store on the server.
//! - A session store on the server without active logins still can't end the copy of a remember cookie.
//! - A [second factor](super::fresh_logins#second-factor) and the list of a user's logins need active logins.
//! - Switching active logins on logs every user out once, since earlier logins have no entry.
//! - The SQL stores need a call of [`drop_ended`](crate::store::LoginStore::drop_ended) from time to time. Their
//!   documentation, and that of [`LoginStore`](crate::store::LoginStore), has examples.
//!
//! # Active logins in development
//!
//! [`ActiveLogins::in_memory`](crate::ActiveLogins::in_memory) forgets all logins at each restart, and so at each change of
//! the program. With a file they stay. The [key](super::getting_started#the-key) must stay the same, too:
//!
//! ```no_run
//! # #[cfg(feature = "sqlite")]
//! # mod example {
//! # use actix_login::UserMixin;
//! # #[derive(Clone, UserMixin)]
//! # struct User { id: u64 }
//! use actix_login::{ActiveLogins, LoginManager, store::SqlLoginStore};
//! use sqlx::SqlitePool;
//!
//! # async fn example(key: actix_web::cookie::Key) -> Result<(), Box<dyn std::error::Error>> {
//! let pool = SqlitePool::connect("sqlite:logins.db?mode=rwc").await?;
//! let logins = SqlLoginStore::sqlite(pool);
//! logins.create_table().await?;
//!
//! let login_manager = LoginManager::<User>::builder(key.master())
//!     .user_loader(async |id: u64| Some(User { id }))
//!     .active_logins(ActiveLogins::in_store(logins))
//!     .build()?;
//! # let _ = login_manager;
//! # Ok(())
//! # }
//! # }
//! ```
//!
//! # How long sessions last
//!
//! Three clocks run. The first that ends logs the user out, unless a [remember cookie](super::remember_me) starts a new
//! login:
//!
//! | | default | counted from |
//! | --- | --- | --- |
//! | [`login_deadline`](crate::LoginManagerBuilder::login_deadline) | 31 days | the login |
//! | [`visit_deadline`](crate::LoginManagerBuilder::visit_deadline) | none | the last visit |
//! | `state_ttl` of actix-session's `BrowserSession`, `session_ttl` of its `PersistentSession`, in a store on the server | **one day** | the last change of the session |
//!
//! A login changes the session seldom, so with a store on the server users are logged out after a day, even if they are
//! active all the time. Make the `state_ttl` as long as the `login_deadline`.
//! [`idle_timeout`](crate::ActiveLogins::idle_timeout) tells the list of active logins the same time:
//!
//! ```
//! # use actix_login::UserMixin;
//! # #[derive(Clone, UserMixin)]
//! # struct User { id: u64 }
//! use std::time::Duration;
//!
//! use actix_login::{ActiveLogins, LoginManager};
//! use actix_session::{
//!     SessionMiddleware,
//!     config::{BrowserSession, TtlExtensionPolicy},
//!     storage::CookieSessionStore,
//! };
//! use actix_web::cookie::{self, Key};
//!
//! const DAYS: u64 = 31;
//! let deadline = Duration::from_secs(DAYS * 24 * 60 * 60);
//!
//! // `CookieSessionStore` stands for a store on a server, such as `RedisSessionStore`.
//! let lifecycle = BrowserSession::default()
//!     .state_ttl(cookie::time::Duration::days(DAYS as i64))
//!     // With `OnEveryRequest`, a store drops only sessions that are not used for so long.
//!     .state_ttl_extension_policy(TtlExtensionPolicy::OnStateChanges);
//! let session = SessionMiddleware::builder(CookieSessionStore::default(), Key::generate())
//!     .session_lifecycle(lifecycle)
//!     .build();
//! let login_manager = LoginManager::<User>::builder([0; 32])
//!     .user_loader(async |id: u64| Some(User { id }))
//!     .login_deadline(deadline)
//!     .active_logins(ActiveLogins::in_memory().idle_timeout(deadline))
//!     .build()?;
//! # let _ = (session, login_manager);
//! # Ok::<(), actix_login::ConfigError>(())
//! ```
//!
//! # Outages and time-outs
//!
//! While a store of active logins does not reply, requests that ask for the user fail with an empty 500 after its `timeout`,
//! two seconds by default. No user is logged in or out, and pages that do not ask for the user are served.
//!
//! A store that replies but cannot be written to, such as a PostgreSQL that is read-only or a Redis out of memory, fails
//! only requests that write: most logins and logouts, and the visit of a user once in a
//! [`touch_interval`](crate::ActiveLogins::touch_interval), one minute by default. After that minute all users get the 500.
//! While Redis is full, a logout is a 500 although the login has ended, and a login that failed stays on the user's list until
//! it expires.
//!
//! actix-session's `RedisSessionStore` has no such bound: while Redis hangs, a request may wait for many minutes. Wrap it in
//! a store that has one:
//!
//! ```
//! use std::{future::Future, time::Duration};
//!
//! use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
//! use actix_web::{cookie::time, rt::time::timeout};
//!
//! // The type is private in actix-session.
//! type State = std::collections::HashMap<String, String>;
//!
//! async fn bounded<T>(reply: impl Future<Output = T>) -> Result<T, anyhow::Error> {
//!     Ok(timeout(Duration::from_secs(2), reply).await?)
//! }
//!
//! #[derive(Clone)]
//! pub struct BoundedStore<S>(pub S);
//!
//! impl<S: SessionStore> SessionStore for BoundedStore<S> {
//!     async fn load(&self, key: &SessionKey) -> Result<Option<State>, LoadError> {
//!         bounded(self.0.load(key)).await.map_err(LoadError::Other)?
//!     }
//!     async fn save(&self, state: State, ttl: &time::Duration) -> Result<SessionKey, SaveError> {
//!         bounded(self.0.save(state, ttl)).await.map_err(SaveError::Other)?
//!     }
//!     async fn update(
//!         &self,
//!         key: SessionKey,
//!         state: State,
//!         ttl: &time::Duration,
//!     ) -> Result<SessionKey, UpdateError> {
//!         bounded(self.0.update(key, state, ttl)).await.map_err(UpdateError::Other)?
//!     }
//!     async fn update_ttl(&self, key: &SessionKey, ttl: &time::Duration) -> Result<(), anyhow::Error> {
//!         bounded(self.0.update_ttl(key, ttl)).await?
//!     }
//!     async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
//!         bounded(self.0.delete(key)).await?
//!     }
//! }
//! ```
//!
//! `RedisSessionStore::new` holds one connection. If Redis is away for some seconds, that waits for a minute or two before
//! it tries again, and until then each request with a session fails. Make the store with `builder_pooled` and a pool of
//! `deadpool-redis` instead: then users are in again within two seconds:
//!
//! ```text
//! // actix-session = { version = "0.11", features = ["redis-pool", "redis-session"] }, deadpool-redis = "0.22"
//! use deadpool_redis::{Config, Runtime};
//!
//! let pool = Config::from_url(url).create_pool(Some(Runtime::Tokio1))?;
//! let sessions = BoundedStore(RedisSessionStore::builder_pooled(pool).build().await?);
//! // In the closure of `HttpServer::new`, with the lifecycle of "How long sessions last":
//! SessionMiddleware::builder(sessions.clone(), key.clone()).session_lifecycle(lifecycle.clone()).build()
//! ```
//!
//! The example `two-machines` does so, and logs the failures of the session store, which actix-session does not.
//!
//! Redis must not evict entries while memory is short (`maxmemory-policy noeviction`): an evicted login is a logout. Both
//! kinds of entry expire on their own.
