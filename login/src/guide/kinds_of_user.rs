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
//! - A logout of one type clears the app's own data in the session, and leaves the other type logged in.
//! - Two structs that are both called `User` need different [names](crate::LoginManagerBuilder::name).
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
