//! Getting started: the user type, the database, the key, and what development needs.
//!
//! ```toml
//! [dependencies]
//! actix-login = "0.1"
//! actix-session = { version = "0.11", features = ["cookie-session"] }
//! actix-web = "4"
//! ```
//!
//! The [first page](crate#an-app) has a whole app. The program `examples/accounts` is one to copy from: users in
//! SQLite, sign-up, login, password reset, and a page that lists the user's logins.
//!
//! # Users in a database
//!
//! A login keeps the id of its user. The [user loader](crate::LoginManagerBuilder::user_loader) finds the user of an
//! id again, once per request that asks for the user. It needs no feature of this crate, and any database will do. Here with
//! sqlx and SQLite:
//!
//! ```no_run
//! # #[cfg(feature = "sqlite")]
//! # mod example {
//! use actix_login::{ConfigError, LoginManager, UserMixin};
//! use sqlx::SqlitePool;
//!
//! #[derive(Clone, UserMixin)]
//! struct User {
//!     id: i64,
//!     name: String,
//!     // When it changes, all logins of the user end.
//!     #[user(session_auth_hash)]
//!     password_hash: String,
//! }
//!
//! fn login_manager(pool: SqlitePool, secret: &[u8]) -> Result<LoginManager<User>, ConfigError> {
//!     LoginManager::<User>::builder(secret)
//!         .user_loader(async move |id: i64| -> Result<_, sqlx::Error> {
//!             let row: Option<(String, String)> =
//!                 sqlx::query_as("SELECT name, password_hash FROM users WHERE id = ?")
//!                     .bind(id)
//!                     .fetch_optional(&pool)
//!                     .await?;
//!             Ok(row.map(|(name, password_hash)| User { id, name, password_hash }))
//!         })
//!         .login_view("/login")
//!         .build()
//! }
//! # }
//! ```
//!
//! A closure with `?` names the type of its error, as above. If the loader returns an error, the request fails with an
//! empty 500 and the error is in the log. No user is logged out by that. `None` means that the user does not exist any
//! more: the login ends.
//!
//! # The key
//!
//! One secret key signs and encrypts the session cookie, and another one signs what this crate stores.
//! [`Key::master`](actix_web::cookie::Key::master) may serve for both. Make it once, and keep it out of the source text:
//!
//! ```sh
//! head -c 64 /dev/urandom > app.key && chmod 600 app.key
//! ```
//!
//! ```no_run
//! # use actix_login::UserMixin;
//! # #[derive(Clone, UserMixin)]
//! # struct User { id: u64 }
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use actix_login::LoginManager;
//! use actix_web::cookie::Key;
//!
//! let key = Key::try_from(&*std::fs::read("app.key")?)?;
//! let login_manager = LoginManager::<User>::builder(key.master())
//!     .user_loader(async |id: u64| Some(User { id }))
//!     .build()?;
//! # let _ = login_manager;
//! # Ok(())
//! # }
//! ```
//!
//! With `Key::generate()`, each start of the program logs all users out.
//!
//! # On your own machine
//!
//! Browsers drop `Secure` cookies over plain HTTP, and both cookies are `Secure` by default. Switch that off in
//! development, and nowhere else:
//!
//! ```
//! # use actix_login::UserMixin;
//! # #[derive(Clone, UserMixin)]
//! # struct User { id: u64 }
//! use actix_login::{LoginManager, RememberCookie};
//! use actix_session::{SessionMiddleware, storage::CookieSessionStore};
//! use actix_web::cookie::Key;
//!
//! let https = !cfg!(debug_assertions);
//! let session = SessionMiddleware::builder(CookieSessionStore::default(), Key::generate())
//!     .cookie_secure(https)
//!     .build();
//! let login_manager = LoginManager::<User>::builder([0; 32])
//!     .user_loader(async |id: u64| Some(User { id }))
//!     .remember_cookie(RememberCookie::new().secure(https))
//!     .build()?;
//! # let _ = (session, login_manager);
//! # Ok::<(), actix_login::ConfigError>(())
//! ```
//!
//! Install a logger, such as `tracing-subscriber` or `env_logger`: error responses are empty, and
//! [the log says what is wrong](super::troubleshooting).
//!
//! # Log in through a provider
//!
//! The crate does not care how a user authenticates. With an OpenID provider there are two handlers: one that sends the
//! browser to the provider, and one to which it returns. The session keeps `state`, `nonce`, the PKCE verifier and the
//! page to return to:
//!
//! ```no_run
//! # use actix_login::UserMixin;
//! # #[derive(Clone, UserMixin)]
//! # struct User { id: u64 }
//! # struct Claims { subject: String }
//! # /// The provider's client, such as that of the crate `openidconnect`.
//! # struct Provider;
//! # impl Provider {
//! #     fn begin(&self) -> (String, Secrets) {
//! #         let [state, nonce, pkce_verifier] = [const { String::new() }; 3];
//! #         (String::new(), Secrets { state, nonce, pkce_verifier })
//! #     }
//! #     async fn exchange(&self, _code: &str, _secrets: &Secrets) -> actix_web::Result<Claims> { Err(actix_web::error::ErrorNotFound("")) }
//! # }
//! # struct Users;
//! # impl Users { async fn of_subject(&self, _: &str) -> actix_web::Result<User> { Err(actix_web::error::ErrorNotFound("")) } }
//! use actix_login::{NextUrl, login_user};
//! use actix_session::Session;
//! use actix_web::{
//!     HttpRequest, Responder, Result, error::ErrorBadRequest, get,
//!     web::{Data, Query, Redirect},
//! };
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize)]
//! struct Secrets {
//!     state: String,
//!     nonce: String,
//!     pkce_verifier: String,
//! }
//!
//! #[get("/login")]
//! async fn begin(session: Session, provider: Data<Provider>, next: NextUrl) -> Result<impl Responder> {
//!     // With the crate `openidconnect`: `authorize_url(…)` and `set_pkce_challenge(…)`.
//!     let (url, secrets) = provider.begin();
//!     session.insert("oauth", (secrets, next))?;
//!     Ok(Redirect::to(url).see_other())
//! }
//!
//! #[derive(Deserialize)]
//! struct Callback {
//!     code: String,
//!     state: String,
//! }
//!
//! #[get("/login/callback")]
//! async fn callback(
//!     req: HttpRequest,
//!     session: Session,
//!     query: Query<Callback>,
//!     provider: Data<Provider>,
//!     users: Data<Users>,
//! ) -> Result<impl Responder> {
//!     let Some((secrets, next)) = session.get::<(Secrets, NextUrl)>("oauth")? else {
//!         return Err(ErrorBadRequest("no login has begun here"));
//!     };
//!     if query.state != secrets.state {
//!         return Err(ErrorBadRequest("this is the reply to another login"));
//!     }
//!     // Each attempt is used once. A reply to another one, which any site can send, leaves it.
//!     session.remove("oauth");
//!     // Exchanges the code, and checks the ID token and its nonce.
//!     let claims = provider.exchange(&query.code, &secrets).await?;
//!     let user = users.of_subject(&claims.subject).await?;
//!     login_user(&req, &user).await?;
//!     Ok(Redirect::to(next.unwrap_or("/")).see_other())
//! }
//! ```
//!
//! - Find the user by the provider and its `sub`. Link an existing account by its e-mail address only if the provider
//!   has verified that address.
//! - A user who cancels comes back with `error` instead of `code`: a real app has `code: Option<String>`, and flashes.
//! - The callback is a `GET` from another site, so `SameSite=Lax` cookies are sent with it and the
//!   [check of origins](super::forgery) lets it pass. With `response_mode=form_post` it would be a `POST`, without the
//!   session.
//! - [`confirm_login`](crate::confirm_login#users-without-a-password) says how these users authenticate again.
//!
//! The program `examples/oauth` does all of this, with the crate `openidconnect`.
