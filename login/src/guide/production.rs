//! Going to production: a set-up, and a checklist.
//!
//! ```toml
//! actix-login = { version = "0.1", features = ["postgres"] }
//! # The version of `actix_login::sqlx`.
//! sqlx = { version = "0.9", default-features = false, features = ["macros", "postgres", "runtime-tokio", "tls-rustls"] }
//! ```
//!
//! ```no_run
//! # #[cfg(feature = "postgres")]
//! # mod example {
//! # use actix_login::UserMixin;
//! # #[derive(Clone, UserMixin)]
//! # struct User { id: i64, #[user(session_auth_hash)] password_hash: String }
//! # async fn find(_: &sqlx::PgPool, _: i64) -> Result<Option<User>, sqlx::Error> { Ok(None) }
//! use std::time::Duration;
//!
//! use actix_login::{ActiveLogins, LoginManager, RememberCookie, store::SqlLoginStore};
//! use actix_session::{SessionMiddleware, storage::CookieSessionStore};
//! use actix_web::{App, HttpServer, cookie::Key, middleware::DefaultHeaders};
//! use sqlx::PgPool;
//!
//! const DAY: Duration = Duration::from_secs(24 * 60 * 60);
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let key = Key::try_from(&*std::fs::read("/etc/shop/app.key")?)?;
//! let pool = PgPool::connect("postgres://localhost/shop").await?;
//! let logins = SqlLoginStore::postgres(pool.clone());
//! logins.create_table().await?; // and `drop_ended` once an hour
//!
//! let login_manager = LoginManager::<User>::builder(key.master())
//!     .user_loader(async move |id: i64| find(&pool, id).await)
//!     .login_view("/login")
//!     .refresh_view("/reauthenticate")
//!     .fresh_deadline(Duration::from_secs(15 * 60))
//!     .active_logins(ActiveLogins::in_store(logins))
//!     .remember_cookie(RememberCookie::new().duration(90 * DAY))
//!     .trusted_proxies(1, "X-Forwarded-For")
//!     .server_origin("https://shop.example")
//!     .cache_control("no-store")
//!     .build()?;
//!
//! HttpServer::new(move || {
//!     App::new()
//!         .wrap(SessionMiddleware::new(CookieSessionStore::default(), key.clone()))
//!         .wrap(login_manager.clone())
//!         .wrap(
//!             DefaultHeaders::new()
//!                 .add((
//!                     "Content-Security-Policy",
//!                     "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
//!                 ))
//!                 .add(("X-Content-Type-Options", "nosniff"))
//!                 .add(("Referrer-Policy", "same-origin"))
//!                 .add(("Strict-Transport-Security", "max-age=31536000")),
//!         )
//! })
//! .bind(("127.0.0.1", 8080))?
//! .run()
//! .await?;
//! # Ok(())
//! # }
//! # }
//! ```
//!
//! Browsers may apply `form-action 'self'` to the redirects after a form, too: begin a login through a provider with a
//! link.
//!
//! # Checklist
//!
//! Secrets
//!
//! - The [key](super::getting_started#the-key) is in a file or the environment and not in the source text: at least 32
//!   random bytes, and 64 for the key of the session; the same across restarts and in all processes.
//! - To replace a key without a logout, list the old one in
//!   [`previous_keys`](crate::LoginManagerBuilder::previous_keys). A key that has leaked is replaced and *not* listed.
//!   actix-session's own key can't be rotated without a logout.
//!
//! Slow requests
//!
//! - A proxy in front limits the time for a body. actix-web limits only that for the head.
//! - [Slow bodies](super::how_a_request_travels#slow-bodies): what is checked again while one arrives, and what is not.
//!
//! Transport
//!
//! - HTTPS everywhere; no `cookie_secure(false)`, no [`RememberCookie::secure(false)`](crate::RememberCookie::secure).
//! - Security headers, as above.
//! - [`trusted_proxies`](super::session_protection#behind-a-proxy) with the exact number of proxies, and no way past them;
//!   a configuration of nginx is there.
//! - [`server_origin`](crate::LoginManagerBuilder::server_origin), for WebSockets and for browsers that
//!   [send `Origin` alone](super::forgery); also behind a proxy that ends TLS, if a login view is on another host.
//!
//! Logins
//!
//! - `#[user(session_auth_hash)]` on the password hash.
//! - [Active logins](super::storage), if a logout must make copies of cookies worthless, in a store that all processes
//!   share. `in_memory` is for one process, and forgets all logins at a restart.
//! - Deadlines that fit the app: `login_deadline`, `visit_deadline`, [`RememberCookie::duration`](crate::RememberCookie::duration),
//!   and `remember_deadline` together with `refresh_each_request`. The
//!   [session store keeps sessions as long](super::storage#how-long-sessions-last).
//! - `#[fresh_login_required]` on pages that change a password, an e-mail address or a second factor, and on those that end
//!   other logins.
//! - The tokens of an API are deleted where all logins end, because [they outlive a login](super::apis#an-api-beside-the-website).
//! - [Limits on tries](super::passwords#brute-force) of passwords, by account and by address.
//!   [`client_address`](crate::client_address) is the address that session protection compares.
//! - Logout by `POST`, and [no `GET` that changes anything](super::forgery).
//! - No [`accept_flask_cookies`](crate::LoginManagerBuilder::accept_flask_cookies) after the day of the move: a cookie of
//!   Flask-Login never expires on its own.
//!
//! Pages
//!
//! - A [guard around the whole app](crate::LoginScope::except) with a list of public paths, or a
//!   [test](super::testing) that requests each protected page without a login.
//! - [Private files](super::how_a_request_travels#private-files) in a folder that nothing else serves.
//! - `cache_control("no-store")` if pages of users are sensitive, or must not come back by the Back button after a logout;
//!   also if `DefaultHeaders` sets it for the whole site.
//!
//! Operation
//!
//! - A logger, and an alarm for [warnings](super::troubleshooting#warnings) of the target `actix_login`, and for the events
//!   `RememberCookieReused`, `SessionProtected` and `TooManyAttempts`. A metric counts by
//!   [`LoginEvent::name`](crate::LoginEvent::name). An observer is not async: it copies the id and the address, and spawns a
//!   task. There is no event for a wrong password, which the crate never sees, nor for a failed `check`,
//!   which the `forbidden_handler` can count. A login that was ended elsewhere emits one when its browser comes back. `UserAccessed` comes
//!   with each request that asks for the user.
//! - [Time-outs](super::storage#outages-and-time-outs) of the session store and of the database pool.
//! - The SQL stores: `drop_ended` once an hour.
//! - A restart of the whole fleet: no user is logged out, except with active logins in memory.
//!
//! # What a scanner reports
//!
//! The scanner `wapiti` 3.0.4 has visited the examples `accounts` and `quickstart` by HTTPS, logged out and logged in. It reports
//! no hole, and three lines that others report, too:
//!
//! - *Lack of anti CSRF token*: the forms need none, because the manager
//!   [refuses what other origins send](super::forgery). A scanner is no browser and sends no `Origin`.
//! - *X-Frame-Options is not set*: `frame-ancestors` takes its place, and browsers that know it ignore the old header.
//! - *X-XSS-Protection is not set*: the filter that it switched on is gone from the browsers. The `Content-Security-Policy`
//!   keeps injected scripts from running.
//!
//! `SECURITY.md` in the repository says what the crate promises and what it does not. `docs/asvs.md` goes through OWASP's
//! ASVS 5.0 line by line.
