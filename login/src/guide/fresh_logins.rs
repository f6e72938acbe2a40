//! Fresh logins and second factors: proofs of who sits at the keyboard.
//!
//! # Fresh logins
//!
//! A login is *fresh* if the user authenticated in this session. It is not fresh if it was restored from a remember cookie,
//! or if [session protection](super::session_protection) has seen another client. Critical pages ask for a fresh login:
//!
//! ```
//! # use actix_login::UserMixin;
//! # #[derive(Clone, UserMixin)]
//! # struct User { id: u64 }
//! # impl User { fn check_password(&self, _: &str) -> bool { true } }
//! use std::time::Duration;
//!
//! use actix_login::{
//!     AuthenticatedUser, LoginManager, NextUrl, confirm_login, flash, fresh_login_required,
//!     login_required, login_url,
//! };
//! use actix_web::{HttpRequest, Responder, Result, get, post, web::{Form, Redirect}};
//!
//! #[get("/account/email")]
//! #[fresh_login_required] // or: #[fresh_login_required(within = "15m")]
//! async fn email_page() -> impl Responder {
//!     "a form"
//! }
//!
//! #[post("/account/email")]
//! #[fresh_login_required]
//! async fn change_email() -> impl Responder {
//!     Redirect::to("/account").see_other()
//! }
//!
//! #[derive(serde::Deserialize)]
//! struct Password {
//!     password: String,
//!     #[serde(default)]
//!     next: NextUrl, // the page puts it into a hidden field
//! }
//!
//! /// The refresh view: the same path has a GET handler with the form.
//! #[post("/reauthenticate")]
//! #[login_required]
//! async fn reauthenticate(
//!     req: HttpRequest,
//!     user: AuthenticatedUser<User>,
//!     form: Form<Password>,
//! ) -> Result<impl Responder> {
//!     let form = form.into_inner();
//!     if user.check_password(&form.password) {
//!         confirm_login(&req).await?;
//!         return Ok(Redirect::to(form.next.unwrap_or("/")).see_other());
//!     }
//!     flash(&req, "error", "That is not the right password.");
//!     Ok(Redirect::to(login_url(&req, "/reauthenticate", form.next.get())?).see_other())
//! }
//!
//! LoginManager::<User>::builder([0; 32])
//!     .user_loader(async |id: u64| Some(User { id }))
//!     .login_view("/login")
//!     .refresh_view("/reauthenticate")
//!     .fresh_deadline(Duration::from_secs(60 * 60)) // for all pages; the shorter time counts
//!     .build()?;
//! # Ok::<(), actix_login::ConfigError>(())
//! ```
//!
//! - Guard the page with the form as well as its `POST`: after the refresh view the browser comes back with a `GET`.
//! - By default a login stays fresh as long as it lasts.
//! - A link in a mail proves less than a password: [`LoginOptions::fresh(false)`](crate::LoginOptions::fresh).
//! - Users without a password: see [`confirm_login`](crate::confirm_login#users-without-a-password).
//!
//! # Second factor
//!
//! The password was right, and the code is due: [`begin_login`](crate::begin_login) records a *pending* login instead of a
//! login. No guard and no [`CurrentUser`](crate::CurrentUser) sees it. [`PendingUser`](crate::PendingUser) is for the pages
//! that ask for the code, and its [`check_code`](crate::PendingUser::check_code) completes the login. It counts each code
//! before the app looks at it: five wrong codes of a user in ten minutes end all pending logins of the user.
//!
//! A cookie can be replayed, so a pending login needs an entry on the server. One line on the builder switches that on:
//! `.active_logins(ActiveLogins::in_memory())`.
//!
//! ```
//! use actix_login::{
//!     ActiveLogins, LoginError, LoginManager, LoginOptions, NextUrl, PendingUser, UserMixin,
//!     begin_login, flash,
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
//!     match begin_login(&req, &user, options).await {
//!         Ok(()) => Ok(Redirect::to("/code").see_other()),
//!         Err(LoginError::TooManyAttempts) => Ok(too_many(&req)),
//!         Err(error) => Err(error.into()),
//!     }
//! }
//!
//! fn too_many(req: &HttpRequest) -> Redirect {
//!     flash(req, "error", "Too many wrong codes. Please try again in ten minutes.");
//!     Redirect::to("/login").see_other()
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
//!     match user.check_code(&req, check).await {
//!         Ok(true) => {
//!             let Ok(next) = NextUrl::extract(&req).await;
//!             Ok(Redirect::to(next.unwrap_or("/")).see_other())
//!         }
//!         Ok(false) => Ok(Redirect::to("/code").see_other()),
//!         Err(LoginError::TooManyAttempts) => Ok(too_many(&req)),
//!         Err(error) => Err(error.into()),
//!     }
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
//! - Here the `next` is in the session, since it has to last over two pages; the first example of this page has it in a
//!   hidden field. [`use_session_for_next`](crate::LoginManagerBuilder::use_session_for_next) decides for all views. A
//!   browser has one session: of two tabs that are refused, the later one sets the `next`.
//! - As an argument `NextUrl` would take the `next` out of the session at a wrong code, too. So the handler extracts it
//!   after the right one.
//! - A code must be worthless after its use (OWASP ASVS 5.0, 6.5.1): the app stores the last code that it accepted, in the
//!   same statement that checks for it.
//! - A user without a second factor gets [`login_user`](crate::login_user) right away.
//! - A second factor that cannot be guessed, such as a passkey, needs no count:
//!   [`complete_login`](crate::complete_login) completes the login after it.
//! - A remember cookie asks for no second factor: the browser that has it was logged in with both. Its logins are not
//!   fresh.
//! - A double click sends the code twice. `PendingUser` refuses the second request and leaves the session as it is. Of two
//!   that overlap, the second gets to `check_code`, and what its handler writes to the session, such as a flash, may take
//!   the place of the login. So the page disables the button once the form is sent.
//! - Changing or removing the second factor is a critical page: `#[fresh_login_required]`.
//! - After too many wrong codes the user waits for a new login, and those who have the password can cause that. Logins
//!   that are complete go on; only a re-authentication with a code waits, too.
//!
//! ## Re-authentication with two factors
//!
//! For a user with a second factor the refresh view does what the login does: `begin_login` after the password,
//! `check_code` after the code. The current login goes on meanwhile. Then it is fresh, is the same entry on the
//! [list of logins](crate::active_logins), and keeps its remember cookie. A refresh view that calls
//! [`confirm_login`](crate::confirm_login) after the password alone opens the critical pages with one factor.
//!
//! The program `examples/second-factor` does all of this with TOTP, a QR code and backup codes.
