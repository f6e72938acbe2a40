//! Passwords: how to check them, how to slow down guessing, how to reset them.
//!
//! The crate never sees a password. The app checks it and calls [`login_user`](crate::login_user). The program
//! `examples/accounts` has all of this page, with a database and templates.
//!
//! # Check a password
//!
//! A good hash is slow on purpose, so it runs on a thread for blocking work. An unknown user costs the same time as a wrong
//! password, or the time tells who has an account. Here with version 0.6 of the crate `argon2`:
//!
//! ```
//! # use actix_login::UserMixin;
//! # #[derive(Clone, UserMixin)]
//! # struct User { id: u64, password_hash: String }
//! use actix_web::{Result, error::ErrorInternalServerError, web};
//! use argon2::{Argon2, PasswordHasher, PasswordVerifier, password_hash::Error};
//!
//! /// What to store of a new password.
//! async fn hash(password: String) -> Result<String> {
//!     let hash = web::block(move || Argon2::default().hash_password(password.as_bytes())).await?;
//!     Ok(hash.map_err(ErrorInternalServerError)?.to_string())
//! }
//!
//! /// Returns the user if the password is right. `decoy` is the hash of some random text, made at start.
//! async fn check(user: Option<User>, decoy: &str, password: String) -> Result<Option<User>> {
//!     let hash = user.as_ref().map_or(decoy, |user| &user.password_hash).to_owned();
//!     let result =
//!         web::block(move || Argon2::default().verify_password(password.as_bytes(), &*hash)).await?;
//!     match result {
//!         Ok(()) => Ok(user),
//!         Err(Error::PasswordInvalid) => Ok(None),
//!         Err(error) => Err(ErrorInternalServerError(error)),
//!     }
//! }
//! ```
//!
//! # Brute force
//!
//! Count the tries of an account and those of an address, *before* the password is checked, and whether or not the account
//! exists. Here with version 0.10 of the crate `governor`:
//!
//! ```
//! use std::{net::IpAddr, num::NonZeroU32};
//!
//! use actix_login::client_address;
//! use actix_web::{HttpRequest, Result, error::ErrorTooManyRequests};
//! use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
//!
//! struct Limits {
//!     by_account: DefaultKeyedRateLimiter<String>,
//!     by_address: DefaultKeyedRateLimiter<IpAddr>,
//! }
//!
//! impl Limits {
//!     fn new() -> Self {
//!         let thirty = NonZeroU32::new(30).unwrap();
//!         Self {
//!             by_account: RateLimiter::keyed(Quota::per_hour(thirty)),
//!             by_address: RateLimiter::keyed(Quota::per_minute(thirty)),
//!         }
//!     }
//!
//!     fn count_try(&self, req: &HttpRequest, account: &str) -> Result<()> {
//!         let too_many = |_| ErrorTooManyRequests("Please wait a while, and try again.");
//!         if let Some(address) = client_address(req) {
//!             self.by_address.check_key(&address).map_err(too_many)?;
//!         }
//!         self.by_account.check_key(&account.to_lowercase()).map_err(too_many)
//!     }
//! }
//! ```
//!
//! - [`client_address`](crate::client_address) ignores headers that any client can send. Behind a proxy it needs
//!   [`trusted_proxies`](crate::LoginManagerBuilder::trusted_proxies).
//! - Right passwords count, too, so that requests in parallel get no further tries: let the limits leave room for them.
//! - A home has a whole network of IPv6 addresses: count the first 64 bits of them.
//! - Make the limits once, outside of the closure of `HttpServer::new`: that runs for each worker, and each would count on
//!   its own.
//! - Remove idle entries from time to time (`retain_recent`), and bound their number: strangers choose the keys.
//! - The page that [asks for the password again](crate::confirm_login) needs the limit, too. A thief of the session may
//!   guess there.
//! - Several processes each count on their own. Count in the database or in Redis if that is too lax.
//!
//! Codes of a second factor are [counted by this crate](super::fresh_logins#second-factor).
//!
//! # Change a password
//!
//! ```
//! # use actix_login::UserMixin;
//! # #[derive(Clone, UserMixin)]
//! # struct User { id: u64, #[user(session_auth_hash)] password_hash: String }
//! # struct Users;
//! # impl Users {
//! #     async fn set_password(&self, _: u64, _: &str) -> actix_web::Result<User> { Err(actix_web::error::ErrorNotFound("")) }
//! # }
//! use actix_login::{
//!     AuthenticatedUser, end_other_logins, fresh_login_required, refresh_session_auth,
//! };
//! use actix_web::{HttpRequest, Responder, Result, post, web::{Data, Form, Redirect}};
//!
//! #[derive(serde::Deserialize)]
//! struct NewPassword {
//!     password: String,
//! }
//!
//! #[post("/account/password")]
//! #[fresh_login_required]
//! async fn change(
//!     req: HttpRequest,
//!     user: AuthenticatedUser<User>,
//!     form: Form<NewPassword>,
//!     users: Data<Users>,
//! ) -> Result<impl Responder> {
//!     // Hashes the password, as above, stores the hash, and returns the changed user.
//!     let changed = users.set_password(user.id, &form.password).await?;
//!     refresh_session_auth(&req, &changed).await?; // this login continues, all others end
//!     end_other_logins(&req).await?; // only with `.active_logins(…)`: otherwise it is a 500
//!     Ok(Redirect::to("/account").see_other())
//! }
//! ```
//!
//! A changed hash ends all other logins at their next request, and copies of this browser's cookies with them.
//!
//! # Change an e-mail address
//!
//! A new address ends no login on its own. The handler is like that of the password, and there are two ways to end the
//! others:
//!
//! - `end_other_logins`, after the address is stored. Copies of this browser's cookies end ten seconds later.
//! - Bind the logins to the address as well as to the password: write
//!   [`session_auth_hash`](crate::UserMixin::session_auth_hash) by hand, with both, as for
//!   [the button](#log-out-everywhere) below. Then `refresh_session_auth` with the changed user ends everything else at
//!   once.
//!
//! # Reset a password
//!
//! A mailed link holds a random token, and the database holds its digest. It is valid once, for half an hour. The response
//! to the request for a link is the same for every address, and the mail is sent after it (`actix_web::rt::spawn`), or the
//! time tells who has an account. Limit the mails by account and by address, as passwords are. Build the link from a setting,
//! and not from `Host`: a stranger
//! chooses that.
//!
//! Once the new hash is stored, all logins end, since they are bound to the
//! [`session_auth_hash`](crate::UserMixin::session_auth_hash). With active logins, take them off the list as well:
//!
//! ```
//! # use actix_login::UserMixin;
//! # #[derive(Clone, UserMixin)]
//! # struct User { id: u64 }
//! # struct Users;
//! # impl Users {
//! #     async fn use_up_link(&self, _token: &str, _password: &str) -> actix_web::Result<Option<User>> {
//! #         Ok(None)
//! #     }
//! # }
//! use actix_login::{CurrentUser, LoginManager, flash, logout_user};
//! use actix_web::{
//!     HttpRequest, Responder, Result, error::ErrorNotFound, post, web::{Data, Form, Redirect},
//! };
//!
//! #[derive(serde::Deserialize)]
//! struct Reset {
//!     token: String,
//!     password: String,
//! }
//!
//! #[post("/reset/finish")]
//! async fn finish(
//!     req: HttpRequest,
//!     form: Form<Reset>,
//!     users: Data<Users>,
//!     // Loads the login of this browser while it holds: it ends by the logout, and not by the new hash.
//!     _: CurrentUser<User>,
//! ) -> Result<impl Responder> {
//!     // Removes the token and stores the new hash, in one transaction.
//!     let Some(user) = users.use_up_link(&form.token, &form.password).await? else {
//!         return Err(ErrorNotFound("This link was used before, or it has expired."));
//!     };
//!     // Only with `.active_logins(…)`: otherwise it is a 500.
//!     LoginManager::<User>::of(&req)?.end_all_logins_of(&user.id).await?;
//!     logout_user(&req).await?; // before the flash, which would end with the session
//!     flash(&req, "success", "Please log in with the new password.");
//!     Ok(Redirect::to("/login").see_other())
//! }
//! ```
//!
//! To log the user in at once, call [`login_user_with`](crate::login_user_with) with
//! [`LoginOptions::fresh(false)`](crate::LoginOptions::fresh): the mailbox is weaker than the password. A user with a second
//! factor gets [`begin_login`](crate::begin_login) with these options instead, or the mailbox replaces both factors.
//!
//! # Log out everywhere
//!
//! An app can't delete cookies in other browsers, but it can invalidate them. There are two ways:
//!
//! - [Active logins](crate::ActiveLogins): each login has an entry on the server, and the login ends when its entry is
//!   removed, wherever copies of its cookies are.
//!   [`LoginManager::end_all_logins_of`](crate::LoginManager::end_all_logins_of) removes all, and
//!   [`end_other_logins`](crate::end_other_logins) all but the current one, whose copies end ten seconds later.
//! - `#[user(session_auth_hash)]` on the password hash binds sessions and remember cookies to it. A "log out everywhere"
//!   button changes a random value that is part of the hash:
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
//! The handler of the button, here with active logins. [`end_other_logins`](crate::end_other_logins) in its place keeps this
//! browser logged in; without active logins, a new `logins_salt` and [`refresh_session_auth`](crate::refresh_session_auth) do:
//!
//! ```
//! # use actix_login::UserMixin;
//! # #[derive(Clone, UserMixin)]
//! # struct User { id: u64 }
//! use actix_login::{AuthenticatedUser, LoginManager, fresh_login_required, logout_user};
//! use actix_web::{HttpRequest, Responder, Result, post, web::Redirect};
//!
//! #[post("/account/logout-everywhere")]
//! #[fresh_login_required]
//! async fn everywhere(req: HttpRequest, user: AuthenticatedUser<User>) -> Result<impl Responder> {
//!     // Or: store a new `logins_salt` of the user.
//!     LoginManager::<User>::of(&req)?.end_all_logins_of(&user.id).await?;
//!     logout_user(&req).await?;
//!     Ok(Redirect::to("/login").see_other())
//! }
//! ```
//!
//! Flask-Login's *alternative tokens* work, too: let `get_id` return a random second id, load users by that id, and change
//! it.
//!
//! # Delete an account
//!
//! The user first, so that no login can begin any more, then the logins:
//!
//! ```
//! # use actix_login::UserMixin;
//! # #[derive(Clone, UserMixin)]
//! # struct User { id: u64 }
//! # struct Users;
//! # impl Users { async fn delete(&self, _: u64) -> actix_web::Result<()> { Ok(()) } }
//! use actix_login::{AuthenticatedUser, LoginManager, flash, fresh_login_required, logout_user};
//! use actix_web::{HttpRequest, Responder, Result, post, web::{Data, Redirect}};
//!
//! #[post("/account/delete")]
//! #[fresh_login_required]
//! async fn delete(
//!     req: HttpRequest,
//!     user: AuthenticatedUser<User>,
//!     users: Data<Users>,
//! ) -> Result<impl Responder> {
//!     users.delete(user.id).await?; // with tokens and mailed links
//!     // Only with `.active_logins(…)`: otherwise it is a 500.
//!     LoginManager::<User>::of(&req)?.end_all_logins_of(&user.id).await?;
//!     logout_user(&req).await?;
//!     flash(&req, "success", "Your account is deleted.");
//!     Ok(Redirect::to("/").see_other())
//! }
//! ```
//!
//! [Never give the id to another user](crate::UserMixin::get_id).
