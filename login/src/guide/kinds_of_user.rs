//! Several kinds of user: customers and administrators in one app, and users with different permissions.
//!
//! # One user type, with permissions
//!
//! If all users are in one table, a check is enough:
//!
//! ```
//! use actix_login::{LoginScope, UserMixin, login_required};
//! use actix_web::{Responder, post, web};
//!
//! #[derive(Clone, UserMixin)]
//! struct User {
//!     id: u64,
//!     is_admin: bool,
//!     is_editor: bool,
//! }
//!
//! #[post("/news")]
//! #[login_required(check = |user: &User| user.is_editor)]
//! async fn publish() -> impl Responder {
//!     "published"
//! }
//!
//! let admin = web::scope("/admin").wrap(LoginScope::new().check(|user: &User| user.is_admin));
//! # let _: actix_web::Scope<_> = admin;
//! ```
//!
//! A user who does not pass gets an empty 403, or the response of the
//! [`forbidden_handler`](crate::LoginManagerBuilder::forbidden_handler). A permission for one object is the business of the
//! handler, which calls [`forbidden`](crate::forbidden).
//!
//! # Two user types
//!
//! Two tables are two types, and each has a manager. Session key, cookie name and keys are bound to the name of the type, so
//! that customer 5 is never administrator 5. A browser can be logged in as both:
//!
//! ```
//! use actix_login::{
//!     AuthenticatedUser, CurrentUser, LoginManager, LoginScope, UserMixin, login_required,
//! };
//! use actix_session::{SessionMiddleware, storage::CookieSessionStore};
//! use actix_web::{App, HttpRequest, Responder, Result, cookie::Key, get, post, web};
//!
//! #[derive(Clone, UserMixin)]
//! struct Customer { id: u64 }
//!
//! #[derive(Clone, UserMixin)]
//! struct Admin { id: u64 }
//!
//! #[get("/cart")]
//! #[login_required(Customer)]
//! async fn cart(customer: AuthenticatedUser<Customer>) -> impl Responder {
//!     format!("the cart of customer {}", customer.id)
//! }
//!
//! #[get("/orders")]
//! async fn orders(admin: AuthenticatedUser<Admin>, customer: CurrentUser<Customer>) -> impl Responder {
//!     format!("admin {}, customer {:?}", admin.id, customer.get_id())
//! }
//!
//! #[post("/logout")]
//! async fn log_out_admin(req: HttpRequest) -> Result<impl Responder> {
//!     LoginManager::<Admin>::of(&req)?.logout_user(&req).await?;
//!     Ok("The administrator is logged out.")
//! }
//!
//! let key = Key::generate();
//! let customers = LoginManager::<Customer>::builder(key.master())
//!     .user_loader(async |id: u64| Some(Customer { id }))
//!     .login_view("/login")
//!     .build()?;
//! let admins = LoginManager::<Admin>::builder(key.master())
//!     .user_loader(async |id: u64| Some(Admin { id }))
//!     .login_view("/admin/login")
//!     .build()?;
//!
//! let app = App::new()
//!     .service(cart)
//!     .service(
//!         // The login view `/admin/login` is exempt from the guard.
//!         web::scope("/admin")
//!             .service(orders)
//!             .service(log_out_admin)
//!             .wrap(LoginScope::new().user_type::<Admin>().login_required()),
//!     )
//!     .wrap(customers)
//!     .wrap(admins)
//!     .wrap(SessionMiddleware::new(CookieSessionStore::default(), key));
//! # let _ = app;
//! # Ok::<(), actix_login::ConfigError>(())
//! ```
//!
//! - [`login_user`](crate::login_user) finds the manager by the type of the user. Functions without a user, such as
//!   [`logout_user`](crate::logout_user), ask the manager nearest to the handler. The methods of the same names ask the
//!   manager that they are called on.
//! - A guard without a type is about the users of the nearest manager. With two managers, name the type.
//! - The managers share no settings. A request passes all managers around its handler, and each refuses other origins: set
//!   `server_origin`, `trusted_origins`, `allow_cross_site`, `trusted_proxies` and `cache_control` on each, and whatever of
//!   `active_logins`, `on_event` and `cross_site_handler` both shall have.
//! - A guard around the whole app is about one type, and must leave out the other's area:
//!   `.user_type::<Customer>().login_required().except(["/admin", "/admin/{tail}*"])`.
//! - [`unauthorized`](crate::unauthorized) and [`needs_refresh`](crate::needs_refresh) lead to the views of the nearest
//!   manager: above that is `customers`, in `/admin` too. For the other one, call its methods of these names. `NextUrl`,
//!   `is_safe_redirect`, `login_url`, `flash` and `client_address` take the settings of the nearest manager.
//! - A logout of one type clears the app's own data in the session, and leaves the other type logged in.
//! - Two structs that are both called `User` need different [names](crate::LoginManagerBuilder::name).
//!
//! # Suspend a user
//!
//! Once `#[user(active)]` is false, guards and [`LoginWatch`](crate::LoginWatch) refuse the user at once. Once it is true
//! again, the logins that were not ended work again. This ends the active ones for good:
//!
//! ```
//! # use actix_login::UserMixin;
//! # #[derive(Clone, UserMixin)]
//! # struct User { id: u64, #[user(active)] active: bool, is_admin: bool }
//! # struct Users;
//! # impl Users { async fn suspend(&self, _: u64) -> actix_web::Result<()> { Ok(()) } }
//! use actix_login::{LoginManager, login_required};
//! use actix_web::{HttpRequest, HttpResponse, Result, post, web::{Data, Path}};
//!
//! #[post("/users/{id}/suspend")]
//! #[login_required(check = |user: &User| user.is_admin)]
//! async fn suspend(req: HttpRequest, id: Path<u64>, users: Data<Users>) -> Result<HttpResponse> {
//!     users.suspend(*id).await?;
//!     LoginManager::<User>::of(&req)?.end_all_logins_of(&id).await?; // only with active logins
//!     Ok(HttpResponse::NoContent().finish())
//! }
//! ```
//!
//! A suspended user gets what a stranger gets: the login view with its usual message, or the 401. The next
//! [`login_user`](crate::login_user) is the error `Inactive`: [the login handler](super::remember_me) says so, or the user
//! sees an empty 403. Tokens of an API are revoked apart.
//!
//! Without active logins, let the [`session_auth_hash`](crate::UserMixin::session_auth_hash) contain the number of
//! suspensions. If the user loader has a cache, remove the user from it.
//!
//! # Views by scope
//!
//! A scope may have [its own login page](crate::LoginScope::login_view) for the same users:
//!
//! ```
//! use actix_login::LoginScope;
//! use actix_web::web;
//!
//! let shop = web::scope("/shop").wrap(LoginScope::new().login_view("/shop/login"));
//! # let _: actix_web::Scope<_> = shop;
//! ```
//!
//! # Guests
//!
//! [`anonymous_user`](crate::LoginManagerBuilder::anonymous_user) makes a guest, so that a template finds a name or
//! permissions for a stranger as well. No guard admits a guest.
//!
//! The program `examples/permissions` has administrators, roles, documents with an owner and readers, and a guard around
//! the whole app.
