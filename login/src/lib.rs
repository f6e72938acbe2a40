//! Login and user-session management for actix-web, after Flask-Login.
//!
//! It logs users in and out, keeps them in actix-session's session, protects handlers, remembers
//! users across browser restarts, tells fresh logins from remembered ones, and guards sessions
//! against cookie thieves. How users are stored and what proves who they are is the app's
//! business.
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
//! Where `Cargo.toml` gives this crate another name, write `extern crate login as actix_login;` at the
//! root of yours: the attributes and the derive name it by its own.
//!
//! Local development over plain HTTP needs `cookie_secure(false)` on the session and
//! [`RememberCookie::secure(false)`](RememberCookie::secure): browsers drop `Secure` cookies
//! there.
//!
//! # The concepts
//!
//! - [`UserMixin`]: what the crate must know of a user. `#[derive(UserMixin)]` writes it.
//! - [`LoginManager`]: loaders, handlers and settings; a middleware. Its
//!   [builder](LoginManagerBuilder) has them all.
//! - Guards: [`#[login_required]`](macro@login_required),
//!   [`#[fresh_login_required]`](macro@fresh_login_required) and
//!   [`#[anonymous_required]`](macro@anonymous_required) on a handler, [`LoginScope`] around a
//!   scope.
//! - [`CurrentUser`] and [`AuthenticatedUser`]: the user as a handler's argument.
//! - [`login_user`], [`logout_user`], [`confirm_login`] and the other functions of a request.
//! - [`RememberCookie`], [`SessionProtection`]: how long a login lasts, and whose it is.
//! - [`NextUrl`], [`flash`], [`FlashedMessages`]: what a login page needs.
//! - [`LoginEvent`]: what happened.
//! - [`ActiveLogins`]: a list, on the server, of who is logged in where. Off by default.
//!
//! Who comes from Flask-Login finds each of its names in the module
//! `flask_login` of this documentation.
//!
//! A page that asks for no user costs nothing: no session is read, no loader is called. One that
//! asks loads the user once, however many ask.
//!
//! # Fresh logins
//!
//! A login is *fresh* when the user authenticated in this very session, and not when it was
//! restored from a remember cookie or session protection had doubts. For what matters,
//! `#[fresh_login_required]` sends others to the
//! [refresh view](LoginManagerBuilder::refresh_view), where the password is asked for again and
//! [`confirm_login`] makes the login fresh.
//!
//! # Log out everywhere
//!
//! A session in a cookie and a remember cookie are the browser's: an app can't delete them. It can
//! make them worthless.
//!
//! `#[user(session_auth_hash)]` on the password hash binds each of them to it. One changed value
//! ends them all at their next request; [`refresh_session_auth`] keeps the one in which it was
//! changed. A "log out everywhere" button changes a random value that is part of the hash:
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
//! Flask-Login's *alternative tokens* work, too: let `get_id` return a random second id, load users
//! by that, and change it.
//!
//! With [active logins](ActiveLogins) switched on there is a third, and it needs no change of the
//! user: each login has an entry on the server, and an entry that is ended ends the login wherever
//! copies of its cookies are ([`end_other_logins`], [`LoginManager::end_all_logins_of`]).
//!
//! # Overlapping requests
//!
//! actix-session writes whole sessions. Of two requests of one browser that overlap, the one
//! that is answered last wins: if that one read the session before the other logged out and then
//! writes to it, the login is back, with the cookie store as with a store on a server. So
//! this crate writes to the session only where something changed: at login, logout, confirmation,
//! restoration, the first mismatch, a due visit. A remember cookie comes back the same way, where it
//! is refreshed at each request. [Active logins](ActiveLogins) close the gap for good: a login that
//! was ended there does not come back.
//!
//! # Cross-site request forgery
//!
//! A user found by the session or a remember cookie ([`LoginSource::Session`],
//! [`LoginSource::RememberCookie`]) may be in a request that another site has made the browser
//! send: `SameSite=Lax` cookies keep such POSTs out in current browsers, but not GETs, so change
//! nothing in a GET, and use a CSRF token where `SameSite=None` is needed. A user found by a
//! header ([`LoginSource::Request`]) can't be forged that way, but for Basic credentials, which
//! browsers send by themselves.
//!
//! # An API beside the website
//!
//! An API that takes tokens alone, and neither sets nor believes a cookie, has a manager of its
//! own: with a user type of its own, a header or request loader and no user loader, around its
//! scope.
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
//!         // A real app looks a digest of the token up.
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
//! A request or header loader of the website's own manager lets tokens open its pages, and its
//! sessions open the API: right for a script that may do what its user may, and then
//! [`login_source`] tells the two apart.
//!
//! # The log
//!
//! What goes wrong is said in `tracing` events of the target `actix_login`, which loggers of the
//! `log` crate get too. An app that installs none sees empty 500s and no reason: install
//! `env_logger` or `tracing-subscriber`.
//!
//! # Authorization
//!
//! Beyond "logged in or not" there is one thing: a check of the user, as
//! `#[login_required(check = User::is_admin)]` or [`LoginScope::check`].
//!
//! # Features
//!
//! - `redis`: active logins in Redis, `RedisLoginStore`.
//! - `test`: the test client, `actix_login::test`.

#![cfg_attr(docsrs, feature(doc_cfg))]

// The derive and the attributes name this crate by its own name, also in its own tests.
extern crate self as actix_login;

mod active;
mod authorization;
mod builder;
mod caching;
pub mod config;
mod context;
mod current_user;
mod encoding;
mod error;
mod events;
mod flash;
mod flask_cookie;
#[cfg(test)]
mod fuzz;
mod guard;
mod identifier;
mod keys;
mod known_clients;
pub mod loader;
mod login;
mod manager;
mod maybe_future;
mod middleware;
mod record;
mod redirect;
mod refusal;
mod remember;
mod remember_cookie;
mod resolve;
mod scope;
mod session;
mod settings;
#[cfg(feature = "test")]
pub mod test;
mod token;
mod user;
mod view;

pub use self::{
    active::{
        ActiveLogin, ActiveLogins, InvalidLoginId, LoginId, active_logins, end_login,
        end_other_logins,
    },
    authorization::Authorization,
    builder::LoginManagerBuilder,
    config::SESSION_KEYS,
    context::LoginSource,
    current_user::{AuthenticatedUser, CurrentUser},
    error::{ConfigError, LoginError},
    events::LoginEvent,
    flash::{Flash, FlashedMessages, flash},
    guard::Check,
    identifier::{SessionProtection, client_address},
    login::{
        LoginOptions, confirm_login, login_fresh, login_remembered, login_source, login_user,
        login_user_with, logout_user, refresh_session_auth,
    },
    manager::LoginManager,
    redirect::{NextUrl, is_safe_redirect},
    refusal::{needs_refresh, unauthorized},
    remember_cookie::RememberCookie,
    scope::LoginScope,
    user::UserMixin,
    view::{login_url, login_url_with_field, make_next_param},
};

/// Flask-Login's own remember cookie.
pub mod flask {
    pub use crate::flask_cookie::{decode_cookie, encode_cookie};
}

/// Where active logins are kept: the trait, its types, and the stores of this crate.
pub mod store {
    #[cfg(feature = "redis")]
    pub use crate::active::RedisLoginStore;
    pub use crate::active::{LoginStore, MemoryLoginStore, StoreFull, StoredLogin};
}

/// ```
/// use actix_login::UserMixin;
///
/// #[derive(Clone, UserMixin)]
/// #[user(name = "Admin", eq)]
/// struct Administrator {
///     #[user(id)]
///     email: String,
///     #[user(active)]
///     enabled: bool,
///     #[user(session_auth_hash)]
///     password_hash: Option<String>,
/// }
///
/// assert_eq!(Administrator::NAME, "Admin");
/// ```
///
/// With `eq`, users go into a hash set where their `Hash` is by id as well:
///
/// ```
/// # use std::{collections::HashSet, hash::{Hash, Hasher}};
/// # use actix_login::UserMixin;
/// #[derive(Clone, UserMixin)]
/// #[user(eq)]
/// struct User { id: u64, name: String }
///
/// impl Hash for User {
///     fn hash<H: Hasher>(&self, state: &mut H) {
///         self.id.hash(state);
///     }
/// }
///
/// let online = HashSet::from([User { id: 7, name: "Ada".into() }]);
/// assert!(online.contains(&User { id: 7, name: "Ada Lovelace".into() }));
/// ```
pub use actix_login_macros::UserMixin;

/// Lets a handler run only for a user who is logged in.
///
/// ```
/// # use actix_login::UserMixin;
/// # #[derive(Clone, UserMixin)]
/// # struct User { id: u64, admin: bool }
/// # impl User { fn is_admin(&self) -> bool { self.admin } }
/// use actix_login::{AuthenticatedUser, login_required};
/// use actix_web::{Responder, get, post, web::Json};
///
/// #[get("/settings")]
/// #[login_required]
/// async fn settings(user: AuthenticatedUser<User>) -> impl Responder {
///     format!("the settings of {}", user.id)
/// }
///
/// // A stranger's body is neither read nor parsed; who is no administrator gets a 403.
/// #[post("/news")]
/// #[login_required(check = User::is_admin)]
/// async fn publish(news: Json<String>) -> impl Responder {
///     format!("published: {}", news.as_str())
/// }
/// ```
pub use actix_login_macros::login_required;

/// Lets a handler run only for a user whose login is fresh.
///
/// ```
/// use actix_login::fresh_login_required;
/// use actix_web::{Responder, post};
///
/// #[post("/password")]
/// #[fresh_login_required]
/// async fn change_password() -> impl Responder {
///     "changed"
/// }
/// ```
pub use actix_login_macros::fresh_login_required;

/// Lets a handler run only for a visitor who is not logged in; others go on to the safe `next`, or to the view named, or to `/`.
///
/// ```
/// use actix_login::anonymous_required;
/// use actix_web::{Responder, get};
///
/// #[get("/signup")]
/// #[anonymous_required("/dashboard")]
/// async fn signup() -> impl Responder {
///     "Sign up!"
/// }
/// ```
pub use actix_login_macros::anonymous_required;

/// What the attributes and the derive expand to. Not for use by hand.
#[doc(hidden)]
pub mod __private {
    pub use std::borrow::Cow;

    pub use actix_web::{FromRequest, HttpResponse};

    pub use crate::{
        guard::{
            Guard, Nearest, Of, Unopened, anonymous_required, anonymous_required_of,
            fresh_login_required, fresh_login_required_of, guarded, login_required,
            login_required_of, unreached,
        },
        user::AuthHashSource,
    };

    /// The bytes of a `#[user(session_auth_hash)]` field.
    pub fn auth_hash<T: AuthHashSource + ?Sized>(value: &T) -> Option<Cow<'_, [u8]>> {
        value.auth_hash()
    }
}

/// The README's example, compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[doc = include_str!("../FLASK-LOGIN.md")]
#[cfg(any(doc, doctest))]
pub mod flask_login {}
