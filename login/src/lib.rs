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
//! # The concepts
//!
//! - [`UserMixin`]: what the crate needs to know about a user. `#[derive(UserMixin)]` implements it.
//! - [`LoginManager`]: loaders, handlers and settings; a middleware. Its [builder](LoginManagerBuilder)
//!   has a method for each setting.
//! - Guards: [`#[login_required]`](macro@login_required),
//!   [`#[fresh_login_required]`](macro@fresh_login_required) and
//!   [`#[anonymous_required]`](macro@anonymous_required) on a handler, [`LoginScope`] around a scope.
//! - [`CurrentUser`] and [`AuthenticatedUser`]: the user as a handler's argument.
//! - [`login_user`], [`logout_user`], [`confirm_login`] and the other functions of a request.
//! - [`begin_login`] and [`PendingUser`]: a login that waits for a second factor.
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
//!    no cookie and no session.
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
//! # Fresh logins
//!
//! A login is *fresh* if the user authenticated in this session. It is not fresh if it was restored
//! from a remember cookie, or if session protection detected another client. For critical pages,
//! `#[fresh_login_required]` redirects to the [refresh view](LoginManagerBuilder::refresh_view). That
//! page asks for the password again, and [`confirm_login`] makes the login fresh. By default, a login
//! stays fresh as long as it lasts. [`fresh_deadline`](LoginManagerBuilder::fresh_deadline) or
//! `#[fresh_login_required(within = "15m")]` sets a limit.
//!
//! # Second factor
//!
//! The password was right, and the code is due: [`begin_login`] records a *pending* login instead of a
//! login. No guard and no [`CurrentUser`] sees it. [`PendingUser`] is for the pages that ask for the
//! code, and its [`check_code`](PendingUser::check_code) completes the login. It counts each code before
//! the app looks at it: five wrong codes of a user in ten minutes end all pending logins of the user.
//!
//! A cookie can be replayed, so a pending login needs an entry on the server. One line on the builder
//! switches that on: `.active_logins(ActiveLogins::in_memory())`.
//!
//! ```
//! use actix_login::{
//!     ActiveLogins, LoginManager, LoginOptions, NextUrl, PendingUser, UserMixin, begin_login,
//! };
//! use actix_web::{
//!     FromRequest, HttpRequest, Responder, Result, get, post,
//!     web::{Form, Html, Redirect},
//! };
//!
//! #[derive(Clone, UserMixin)]
//! struct User { id: u64, totp_secret: String }
//! # impl User {
//! #     fn with_password(_: &str) -> Option<User> { None }
//! #     async fn accepts_code(&self, _: &str) -> bool { false }
//! # }
//!
//! #[derive(serde::Deserialize)]
//! struct Password { password: String, remember: Option<String> }
//!
//! #[derive(serde::Deserialize)]
//! struct Code { code: String }
//!
//! #[post("/login")]
//! async fn login(req: HttpRequest, form: Form<Password>) -> Result<impl Responder> {
//!     let Some(user) = User::with_password(&form.password) else {
//!         return Ok(Redirect::to("/login").see_other());
//!     };
//!     let options = LoginOptions::new().remember(form.remember.is_some());
//!     begin_login(&req, &user, options).await?;
//!     Ok(Redirect::to("/code").see_other())
//! }
//!
//! #[get("/code")]
//! async fn ask(_: PendingUser<User>) -> impl Responder {
//!     Html::new("<form method=post><input name=code autocomplete=one-time-code></form>")
//! }
//!
//! #[post("/code")]
//! async fn check(
//!     req: HttpRequest,
//!     user: PendingUser<User>,
//!     form: Form<Code>,
//! ) -> Result<impl Responder> {
//!     let check = async |user: &User| user.accepts_code(&form.code).await;
//!     if !user.check_code(&req, check).await? {
//!         return Ok(Redirect::to("/code").see_other());
//!     }
//!     let Ok(next) = NextUrl::extract(&req).await;
//!     Ok(Redirect::to(next.or("/")).see_other())
//! }
//!
//! LoginManager::<User>::builder([0; 32])
//!     .user_loader(async |id: u64| Some(User { id, totp_secret: String::new() }))
//!     .login_view("/login")
//!     .use_session_for_next(true)
//!     .active_logins(ActiveLogins::in_memory())
//!     .build()?;
//! # Ok::<(), actix_login::ConfigError>(())
//! ```
//!
//! As an argument `NextUrl` would take the `next` out of the session at a wrong code, too, so the handler
//! extracts it after the right one.
//!
//! A code must be worthless after its use (OWASP ASVS 5.0, 6.5.1): the app remembers the last code that
//! it accepted. A second factor that cannot be guessed, such as a passkey, needs no count:
//! [`complete_login`] completes the login after it.
//!
//! # Log out everywhere
//!
//! An app can't delete cookies in other browsers, but it can invalidate them.
//!
//! `#[user(session_auth_hash)]` on the password hash binds sessions and remember cookies to it. When
//! the hash changes, they all end at their next request; [`refresh_session_auth`] keeps the login in
//! which it was changed. A "log out everywhere" button changes a random value that is part of the hash:
//!
//! ```
//! use std::borrow::Cow;
//! use actix_login::UserMixin;
//!
//! #[derive(Clone)]
//! struct User { id: u64, password_hash: String, logins_salt: u64 }
//!
//! impl UserMixin for User {
//!     type Id = u64;
//!     const NAME: &'static str = "User";
//!
//!     fn get_id(&self) -> u64 {
//!         self.id
//!     }
//!
//!     fn session_auth_hash(&self) -> Option<Cow<'_, [u8]>> {
//!         let mut hash = self.password_hash.clone().into_bytes();
//!         hash.extend(self.logins_salt.to_be_bytes());
//!         Some(hash.into())
//!     }
//! }
//! ```
//!
//! Flask-Login's *alternative tokens* work, too: let `get_id` return a random second id, load users by
//! that id, and change it.
//!
//! [Active logins](ActiveLogins) need no change of the user. Each login has an entry on the server.
//! Removing the entry ends the login, wherever copies of its cookies are ([`end_other_logins`],
//! [`LoginManager::end_all_logins_of`]).
//!
//! # Overlapping requests
//!
//! actix-session writes whole sessions. If two requests of one browser overlap, the last response wins.
//! If its request read the session before the other one logged out, and then writes to it, the login is
//! restored. This is true for cookie sessions and for sessions on a server. So this crate writes to the
//! session only when something changes: at a login, a logout, a confirmation, a restored login, the
//! first mismatch, a due visit, and the end of a login. A remember cookie that is refreshed at each request
//! can be restored the same way. [Active logins](ActiveLogins) close the gap: a login that ended there stays
//! ended.
//!
//! The refusal of a background request (a script's `fetch`) writes nothing of its own, so it cannot take
//! away a login that another tab made in the meantime. One gap is left: a response that removes an expired
//! login or cookie also removes a newer one, if it arrives after it. The user logs in again.
//!
//! # Cross-site request forgery
//!
//! Another site can make a browser send a request with the user's session or remember cookie, and it can
//! log a visitor in as somebody else. The manager refuses a request that a browser sent for a page of
//! another origin, before a guard or handler runs, if its method is not `GET`, `HEAD` or `OPTIONS`. The
//! response is an empty 403 or that of [`cross_site_handler`](LoginManagerBuilder::cross_site_handler).
//! Forms need no token. The rules are those of Go's `http.CrossOriginProtection`:
//!
//! 1. If `Sec-Fetch-Site` is sent, `same-origin` and `none` pass. All current browsers send it over HTTPS
//!    and to `localhost`.
//! 2. Otherwise `Origin` must name the request's own host, or
//!    [`server_origin`](LoginManagerBuilder::server_origin). Set that behind a proxy that changes `Host`.
//! 3. A request with neither header comes from no browser, such as a script with a token. It passes.
//!
//! A handshake of a WebSocket is a `GET`, and browsers let every origin send it. So it is refused, too;
//! there `Origin` decides. [`trusted_origins`](LoginManagerBuilder::trusted_origins) and
//! [`allow_cross_site`](LoginManagerBuilder::allow_cross_site) lift the protection for other sites and for
//! paths. A page with `Referrer-Policy: no-referrer` sends `Origin: null`, which is refused where
//! `Sec-Fetch-Site` is not sent: use `same-origin` instead.
//!
//! It is about origins: subdomains, other ports and other schemes are others, and are refused although
//! `SameSite` cookies are sent from there. An app on one origin whose browser code calls an API on another
//! one needs `trusted_origins` on the API's manager, besides CORS. A CORS preflight passes.
//!
//! What it does not stop, and when a token is still needed:
//!
//! - A `GET` that changes something: let none do so. Links and images send them from everywhere.
//! - Browsers from before 2020 that send neither header with a form. `SameSite=Lax` cookies, the default
//!   here, stop those of them that know it. An app that must serve the others needs CSRF tokens, and so
//!   does one that switches this protection off.
//! - A page that a network attacker serves under the site's own name over plain HTTP, in a browser that
//!   sends no `Sec-Fetch-Site`: a proxy may end TLS, so `Origin` is compared with `Host` without its
//!   scheme. `Strict-Transport-Security` closes that gap.
//! - Scripts on the site's own pages. No token stops them, either.
//!
//! A user found by a header ([`LoginSource::Request`]) can't be forged that way, except with Basic
//! credentials, which browsers send automatically.
//!
//! # An API beside the website
//!
//! An API that accepts tokens alone, and neither sets nor accepts a cookie, has its own manager around
//! its scope: with its own user type, a header or request loader, and no user loader.
//!
//! ```
//! use actix_login::{Authorization, LoginManager, LoginScope, UserMixin};
//! use actix_web::{HttpRequest, HttpResponse, web};
//!
//! #[derive(Clone, UserMixin)]
//! struct ApiClient { id: u64 }
//!
//! let api_manager = LoginManager::<ApiClient>::builder([0; 32])
//!     .header_loader(async |value: &str| match Authorization::parse(value)? {
//!         // A real app looks up a digest of the token.
//!         Authorization::Bearer("secret") => Some(ApiClient { id: 7 }),
//!         _ => None,
//!     })
//!     .unauthorized_handler(async |_: &HttpRequest| {
//!         HttpResponse::Unauthorized().json("a bearer token is needed")
//!     })
//!     .build()?;
//!
//! let api = web::scope("/api")
//!     .wrap(LoginScope::new().login_required())
//!     .wrap(api_manager);
//! # let _: actix_web::Scope<_> = api;
//! # Ok::<(), actix_login::ConfigError>(())
//! ```
//!
//! With a request or header loader in the website's own manager, tokens give access to its pages, and
//! its sessions to the API. That suits scripts with all permissions of their user; [`login_source`] tells
//! the two apart.
//!
//! If pages of another origin call the API from a browser, name that origin in
//! [`trusted_origins`](LoginManagerBuilder::trusted_origins) of its manager.
//!
//! # Uploads
//!
//! Attributes, scopes and the check of origins refuse a request by its head. They read nothing of its body,
//! and keep none of it while a loader works. [`AuthenticatedUser`] as an argument is extracted at the same
//! time as the other arguments: beside it, `web::Bytes` may read up to its limit before the refusal.
//!
//! The client gets the refusal while it still sends. Over HTTP/1.1, actix-web discards the rest of the body.
//! If it has a `Content-Length`, the connection closes after [`client_disconnect_timeout`], one second by
//! default. Some clients then report a failed write, and not the response. Over HTTP/2 the stream ends.
//!
//! [`client_disconnect_timeout`]: actix_web::HttpServer::client_disconnect_timeout
//!
//! # The log
//!
//! Errors are reported as `tracing` events of the target `actix_login`, which loggers of the `log` crate
//! get, too. Without a logger an app sees empty 500s and no reason: install `env_logger` or
//! `tracing-subscriber`.
//!
//! # Authorization
//!
//! Beyond "logged in or not", a guard can check the user: `#[login_required(check = User::is_admin)]` or
//! [`LoginScope::check`].
//!
//! To require a login everywhere, wrap a [`LoginScope`] around the `App`, and name the public paths in
//! [`LoginScope::except`].
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
#[cfg(test)]
mod fuzz;
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
        pending::{begin_login, complete_login, pending_failed},
        questions::{client_address, login_fresh, login_remembered, login_source},
        reauthenticate::{confirm_login, refresh_session_auth},
        watch::{LoginWatch, WatchedStream},
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
