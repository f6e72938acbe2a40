//! Remember me: logins that survive a restart of the browser, and what protects them.
//!
//! ```
//! # use actix_login::UserMixin;
//! # #[derive(Clone, UserMixin)]
//! # struct User { id: u64 }
//! # struct Users;
//! # impl Users { async fn check(&self, _: &str, _: &str) -> Option<User> { None } }
//! use actix_login::{LoginError, LoginOptions, NextUrl, flash, login_url, login_user_with};
//! use actix_web::{HttpRequest, Responder, Result, post, web::{Data, Form, Redirect}};
//!
//! #[derive(serde::Deserialize)]
//! struct Credentials {
//!     email: String,
//!     password: String,
//!     // A ticked checkbox sends `remember=on`; an empty one sends nothing.
//!     remember: Option<String>,
//!     // A hidden field, which the page fills from its own `next`.
//!     #[serde(default)]
//!     next: NextUrl,
//! }
//!
//! #[post("/login")]
//! async fn login(
//!     req: HttpRequest,
//!     form: Form<Credentials>,
//!     users: Data<Users>,
//! ) -> Result<impl Responder> {
//!     let form = form.into_inner();
//!     let refusal = match users.check(&form.email, &form.password).await {
//!         Some(user) => {
//!             let options = LoginOptions::new().remember(form.remember.is_some());
//!             match login_user_with(&req, &user, options).await {
//!                 Ok(()) => return Ok(Redirect::to(form.next.unwrap_or("/")).see_other()),
//!                 Err(LoginError::Inactive) => "This account is suspended.",
//!                 Err(error) => return Err(error.into()),
//!             }
//!         }
//!         None => "That is not the right password.",
//!     };
//!     flash(&req, "error", refusal);
//!     Ok(Redirect::to(login_url(&req, "/login", form.next.get())?).see_other())
//! }
//! ```
//!
//! The browser forgets the session when it closes. The remember cookie stays, by default for 365 days. At the next visit it
//! restores the login, which is [not fresh](super::fresh_logins): critical pages ask for the password first. It asks for no
//! second factor either.
//!
//! # Settings
//!
//! ```
//! # use actix_login::UserMixin;
//! # #[derive(Clone, UserMixin)]
//! # struct User { id: u64 }
//! use std::time::Duration;
//! use actix_login::{ActiveLogins, LoginManager, RememberCookie};
//!
//! const DAY: Duration = Duration::from_secs(24 * 60 * 60);
//!
//! LoginManager::<User>::builder([0; 32])
//!     .user_loader(async |id: u64| Some(User { id }))
//!     .remember_cookie(
//!         RememberCookie::new()
//!             .duration(30 * DAY)
//!             .refresh_each_request(true) // 30 days from the last visit
//!             .remember_deadline(180 * DAY), // but no longer than this after the login
//!     )
//!     .active_logins(ActiveLogins::in_memory())
//!     .build()?;
//! # Ok::<(), actix_login::ConfigError>(())
//! ```
//!
//! The [`login_deadline`](crate::LoginManagerBuilder::login_deadline) and the
//! [`visit_deadline`](crate::LoginManagerBuilder::visit_deadline) end the login, and not the cookie: after them the cookie
//! starts a new login. If users must be out after half an hour, do not remember them.
//!
//! # What protects the cookie
//!
//! | against | what helps | needs |
//! | --- | --- | --- |
//! | a forged or changed cookie | a signature under a key of its own; the server checks the expiry | |
//! | a network that reads it | `Secure` | HTTPS |
//! | scripts of the page | `HttpOnly` | |
//! | other sites that use it | `SameSite=Lax`, and the [check of origins](super::forgery) | |
//! | a planted second cookie | two different ones count as none | |
//! | critical actions with a stolen copy | the login is not fresh | `#[fresh_login_required]` on these pages |
//! | a copy that outlives a new password | the cookie is bound to the hash | `#[user(session_auth_hash)]` |
//! | a copy that outlives a logout | the login has an entry on the server | [active logins](crate::ActiveLogins) |
//! | a copy in use beside the original | each restored login replaces the cookie; the use of a replaced one ends the login | active logins |
//!
//! Without active logins a stolen cookie works until it expires, or until the user's `session_auth_hash` changes. With
//! them, the login ends for both once the copy and the original have been used, with the event
//! [`RememberCookieReused`](crate::LoginEvent::RememberCookieReused). It is worth an alarm:
//!
//! ```
//! # use actix_login::UserMixin;
//! # #[derive(Clone, UserMixin)]
//! # struct User { id: u64 }
//! # fn mail_warning(_: &User) {}
//! use actix_login::{ActiveLogins, LoginEvent, LoginManager};
//!
//! LoginManager::<User>::builder([0; 32])
//!     .user_loader(async |id: u64| Some(User { id }))
//!     .active_logins(ActiveLogins::in_memory())
//!     .on_event(|_, event, user| {
//!         if let (LoginEvent::RememberCookieReused, Some(user)) = (event, user) {
//!             mail_warning(user);
//!         }
//!     })
//!     .build()?;
//! # Ok::<(), actix_login::ConfigError>(())
//! ```
//!
//! A replaced cookie stays valid for a [grace time](crate::ActiveLogins::cookie_grace), since browsers open many tabs at
//! once.
