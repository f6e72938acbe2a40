//! Login and user-session management for actix-web, after Flask-Login.
//!
//! It logs users in and out, keeps them in actix-session's session, protects handlers, remembers users
//! across browser restarts, tells fresh logins from remembered ones, and protects sessions against
//! stolen cookies. It imposes no database and no way of authenticating.
//!
//! # An app
//!
//! ```
//! use actix_login::{
//!     AuthenticatedUser, CurrentUser, LoginManager, UserMixin, login_required, login_user,
//!     logout_user,
//! };
//! use actix_session::{SessionMiddleware, storage::CookieSessionStore};
//! use actix_web::{App, HttpRequest, Responder, Result, cookie::Key, get, post};
//!
//! #[derive(Clone, UserMixin)]
//! struct User { id: u64 }
//!
//! #[get("/")]
//! async fn index(user: CurrentUser<User>) -> impl Responder {
//!     format!("Logged in: {}", user.is_authenticated())
//! }
//!
//! #[get("/protected")]
//! #[login_required]
//! async fn protected(user: AuthenticatedUser<User>) -> impl Responder {
//!     format!("Logged in as: {}", user.id)
//! }
//!
//! #[post("/login")]
//! async fn login(req: HttpRequest) -> Result<impl Responder> {
//!     // … once the password is right:
//!     login_user(&req, &User { id: 7 }).await?;
//!     Ok("Logged in")
//! }
//!
//! #[post("/logout")]
//! async fn logout(req: HttpRequest) -> Result<impl Responder> {
//!     logout_user(&req).await?;
//!     Ok("Logged out")
//! }
//!
//! let key = Key::generate();
//! let login_manager = LoginManager::<User>::builder(key.master())
//!     .user_loader(async |id: u64| Some(User { id }))
//!     .login_view("/login")
//!     .build()?;
//!
//! let app = move || {
//!     App::new()
//!         .service(index)
//!         .service(protected)
//!         .service(login)
//!         .service(logout)
//!         .wrap(SessionMiddleware::new(CookieSessionStore::default(), key.clone()))
//!         .wrap(login_manager.clone())
//! };
//! # let _ = app();
//! # Ok::<(), actix_login::ConfigError>(())
//! ```
//!
//! If `Cargo.toml` gives this crate another name, write `extern crate login as actix_login;` at the root
//! of your crate: the attributes and the derive use the name `actix_login`.
//!
//! Local development over plain HTTP needs `cookie_secure(false)` on the session and
//! [`RememberCookie::secure(false)`](RememberCookie::secure), since browsers drop `Secure` cookies
//! there.
//!
//! **The [guide] continues from here**, topic by topic.
//!
//! Errors are in the log, as `tracing` events of the target `actix_login`, which loggers of the `log` crate
//! get, too. Without a logger, such as `tracing-subscriber` or `env_logger`, an app sees empty 500s and no
//! reason. The guide has [each line of the log](guide::troubleshooting), its cause and its cure.
//!
//! # The concepts
//!
//! - [`UserMixin`]: what the crate needs to know about a user. `#[derive(UserMixin)]` implements it.
//! - [`LoginManager`]: loaders, handlers and settings; a middleware. Its [builder](LoginManagerBuilder)
//!   has a method for each setting.
//! - Guards: [`#[login_required]`](macro@login_required),
//!   [`#[fresh_login_required]`](macro@fresh_login_required) and
//!   [`#[anonymous_required]`](macro@anonymous_required) on a handler, [`LoginScope`] around a scope or
//!   the whole app. A `check = User::is_admin` admits some users alone.
//! - [`CurrentUser`] and [`AuthenticatedUser`]: the user as a handler's argument.
//! - [`login_user`], [`logout_user`], [`confirm_login`] and the other functions of a request.
//! - [`begin_login`] and [`PendingUser`]: a login that waits for a
//!   [second factor](guide::fresh_logins#second-factor).
//! - [`RememberCookie`] and [`SessionProtection`]: how long a login lasts, and for which client.
//! - [`NextUrl`], [`flash`](flash()) and [`FlashedMessages`]: what a login page needs.
//! - [`LoginEvent`]: what happened.
//! - [`LoginWatch`]: ends a WebSocket or an event stream with its login.
//! - [`ActiveLogins`]: a list, on the server, of where users are logged in. Off by default.
//!
//! Each name of Flask-Login has its counterpart in the module `flask_login` of this documentation.
//!
//! A page that does not ask for the user costs nothing: no session is read, and no loader is called. A
//! page that asks loads the user once, however many callers ask.
//!
//! # How a request travels
//!
//! 1. `middleware` refuses what another origin sent, and adds the manager to the request's data. It reads
//!    no cookie and no session. A slow body is watched by `request` from here on.
//! 2. `guard` runs before the handler's arguments are extracted, and asks for the login. An extractor
//!    (`extract`) or a function of `api` may be the first to ask instead.
//! 3. `request` creates the login context in the request's extensions. Later callers share it.
//! 4. `resolve` loads the login once. It checks the record of the `session`, calls the user loader
//!    (`loader`), and matches the `session_auth_hash` (`crypto`).
//! 5. Without a login in the session it verifies the `remember` cookie, and then asks the request and
//!    header loaders.
//! 6. With active logins, `active` looks the login up in the `store`, and replaces its cookie.
//! 7. If `guard` refuses, it makes the response: a handler of the app, or a redirect made by `pages`.
//! 8. Otherwise the handler runs. It may log users in and out with the functions of `api`.
//! 9. `middleware` sets or clears the remember cookie, and marks the response private (`http`).
//!
//! # Features
//!
//! - `postgres`, `sqlite`: active logins in the app's own database, `SqlLoginStore`. With them, the
//!   minimum Rust version is that of sqlx 0.9: 1.94.
//! - `redis`: active logins in Redis, `RedisLoginStore`.
//! - `test`: the test client, `actix_login::test`.

#![cfg_attr(docsrs, feature(doc_cfg))]

// The derive and the attributes refer to this crate by its own name, also in its own tests.
extern crate self as actix_login;

mod active;
mod api;
pub mod config;
mod crypto;
mod error;
mod events;
mod extract;
mod future;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzzing;
mod guard;
pub mod guide;
mod http;
pub mod loader;
mod manager;
mod middleware;
mod pages;
mod private;
mod remember;
mod request;
mod resolve;
mod session;
pub mod store;
#[cfg(feature = "test")]
pub mod test;
mod timestamp;
mod user;

pub use self::{
    api::{
        active_logins::{active_logins, end_login, end_other_logins},
        log_in::{LoginOptions, login_user, login_user_with},
        log_out::logout_user,
        login_watch::{LoginWatch, WatchedStream},
        pending::{CodeAnswer, begin_login, complete_login, pending_failed},
        questions::{client_address, login_fresh, login_remembered, login_source},
        reauthenticate::{confirm_login, refresh_session_auth},
    },
    config::SESSION_KEYS,
    error::{ConfigError, LoginError},
    events::{CookieRejectReason, LoginEndReason, LoginEvent},
    extract::{AuthenticatedUser, CurrentUser, PendingUser, current_user},
    guard::{
        check::Check,
        refusal::{forbidden, needs_refresh, unauthorized},
        scope::LoginScope,
    },
    http::{authorization::Authorization, url::make_next_param},
    manager::{LoginManager, builder::LoginManagerBuilder},
    pages::{
        flash::{Flash, FlashedMessages, flash},
        login_url::{login_url, login_url_with_field},
        next::{NextUrl, is_safe_redirect},
    },
    remember::cookie::RememberCookie,
    request::login::LoginSource,
    session::protection::SessionProtection,
    store::{
        entry::{ActiveLogin, InvalidLoginId, LoginId},
        settings::ActiveLogins,
    },
    timestamp::Timestamp,
    user::UserMixin,
};

/// The version of actix-session that this crate is built on. The session middleware of another version
/// is no session for it.
#[doc(no_inline)]
pub use actix_session;

/// Flask-Login's own remember cookie.
pub mod flask {
    pub use crate::remember::flask::{decode_cookie, encode_cookie};
}

pub use actix_login_macros::{UserMixin, anonymous_required, fresh_login_required, login_required};

/// What the attributes and the derive expand to.
#[doc(hidden)]
pub mod __private {
    pub use crate::private::*;
}

/// The `redis` crate that this crate is built on, for
/// [`RedisLoginStore::from_connection`](store::RedisLoginStore::from_connection).
#[cfg(feature = "redis")]
pub use redis;

/// The `sqlx` crate that this crate is built on, for the pools that
/// [`SqlLoginStore`](store::SqlLoginStore) accepts.
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub use sqlx;

/// The README's example, compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[doc = include_str!("../FLASK-LOGIN.md")]
#[cfg(any(doc, doctest))]
pub mod flask_login {}
