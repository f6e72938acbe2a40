//! APIs and scripts: tokens, JSON refusals, and pages on another origin.
//!
//! # JSON for scripts, redirects for pages
//!
//! A refused page redirects to the login view. A script would follow that redirect and get the HTML of the login page. Give
//! the scope of the API its own refusal, and have only navigations redirected elsewhere:
//!
//! ```
//! # use actix_login::UserMixin;
//! # #[derive(Clone, UserMixin)]
//! # struct User { id: u64 }
//! use actix_login::{LoginManager, LoginScope};
//! use actix_web::{HttpRequest, HttpResponse, web};
//!
//! LoginManager::<User>::builder([0; 32])
//!     .user_loader(async |id: u64| Some(User { id }))
//!     .login_view("/login")
//!     // A `fetch` that is refused gets an empty 401 with the login view in `Location`.
//!     .redirect_navigations_only(true)
//!     .build()?;
//!
//! let api = web::scope("/api").wrap(
//!     LoginScope::new()
//!         .login_required()
//!         .except(["/login"]) // the path of the service below, after that of the scope
//!         .unauthorized_handler(async |_: &HttpRequest| {
//!             HttpResponse::Unauthorized().json("log in first")
//!         })
//!         .needs_refresh_handler(async |_: &HttpRequest| {
//!             HttpResponse::Unauthorized().json("enter the password again")
//!         })
//!         .forbidden_handler(async |_: &HttpRequest| {
//!             HttpResponse::Forbidden().json("not allowed")
//!         }),
//! );
//! # let _: actix_web::Scope<_> = api;
//! # Ok::<(), actix_login::ConfigError>(())
//! ```
//!
//! The refusal of [another origin](super::forgery) is the manager's `cross_site_handler`. A `LoginError` that a handler
//! returns by `?` has an empty body: map it, or use actix-web's `ErrorHandlers`.
//!
//! [`redirect_navigations_only`](crate::LoginManagerBuilder::redirect_navigations_only) has the three lines of JavaScript
//! that send the visitor to the login page.
//!
//! A login by JSON is any handler that calls [`login_user`](crate::login_user). This one is a service of the scope above,
//! which leaves it out of the guard:
//!
//! ```
//! # use actix_login::UserMixin;
//! # #[derive(Clone, UserMixin)]
//! # struct User { id: u64 }
//! # struct Users;
//! # impl Users { async fn check(&self, _: &str, _: &str) -> Option<User> { None } }
//! use actix_login::login_user;
//! use actix_web::{HttpRequest, HttpResponse, Result, post, web::{Data, Json}};
//!
//! #[derive(serde::Deserialize)]
//! struct Credentials { email: String, password: String }
//!
//! #[post("/login")]
//! async fn login(
//!     req: HttpRequest,
//!     credentials: Json<Credentials>,
//!     users: Data<Users>,
//! ) -> Result<HttpResponse> {
//!     let Some(user) = users.check(&credentials.email, &credentials.password).await else {
//!         return Ok(HttpResponse::Unauthorized().json("That is not the right password."));
//!     };
//!     login_user(&req, &user).await?;
//!     Ok(HttpResponse::NoContent().finish())
//! }
//! ```
//!
//! # An API beside the website
//!
//! An API that accepts tokens alone, and neither sets nor accepts a cookie, has its own manager around its scope: with its
//! own user type, a header or request loader, and no user loader. It needs no session middleware. The website's session
//! and manager are around the website's scope, and not around the `App`: otherwise a handler of the API that asks for a
//! `CurrentUser<User>` or writes to the `Session` accepts and sets cookies. Here with version 0.10 of `sha2`:
//!
//! ```
//! use std::collections::HashMap;
//!
//! use actix_login::{Authorization, LoginManager, LoginScope, UserMixin};
//! use actix_session::{SessionMiddleware, storage::CookieSessionStore};
//! use actix_web::{App, HttpRequest, HttpResponse, cookie::Key, web};
//! use sha2::{Digest, Sha256};
//!
//! #[derive(Clone, UserMixin)]
//! struct User { id: u64 }
//!
//! #[derive(Clone, UserMixin)]
//! struct ApiClient { id: u64 }
//!
//! // A table of the database. A random token needs no salt and no slow hash.
//! let digests: HashMap<Vec<u8>, ApiClient> = HashMap::new();
//!
//! let api_manager = LoginManager::<ApiClient>::builder([0; 32])
//!     .header_loader(async move |value: &str| match Authorization::parse(value)? {
//!         Authorization::Bearer(token) => digests.get(&Sha256::digest(token).to_vec()).cloned(),
//!         _ => None,
//!     })
//!     .www_authenticate("Bearer")
//!     .unauthorized_handler(async |_: &HttpRequest| {
//!         HttpResponse::Unauthorized().json("a bearer token is needed")
//!     })
//!     .build()?;
//!
//! let key = Key::generate();
//! let login_manager = LoginManager::<User>::builder(key.master())
//!     .user_loader(async |id: u64| Some(User { id }))
//!     .build()?;
//!
//! let app = App::new()
//!     .service(
//!         web::scope("/v1")
//!             .wrap(LoginScope::new().login_required())
//!             .wrap(api_manager),
//!     )
//!     // Last: this scope takes all other paths.
//!     .service(
//!         web::scope("")
//!             .wrap(login_manager)
//!             .wrap(SessionMiddleware::new(CookieSessionStore::default(), key)),
//!     );
//! # let _ = app;
//! # Ok::<(), actix_login::ConfigError>(())
//! ```
//!
//! A token knows nothing of its owner's logins: a new password, a suspension or "log out everywhere" leave it as it is. Let
//! the loader return `None` if the owner is suspended, and delete the tokens where all logins end.
//!
//! With a request or header loader in the website's own manager, tokens give access to its pages, and its sessions to the
//! API. That suits scripts with all permissions of their user; [`login_source`](crate::login_source) tells the two apart.
//! Such a user is never fresh. The handler may still write to the session, and so set a cookie:
//! [`session_for_request_logins(false)`](crate::LoginManagerBuilder::session_for_request_logins) drops that.
//!
//! The program `examples/api` has bearer tokens that users create and revoke on a page.
//!
//! # htmx
//!
//! A request of htmx is no navigation: with
//! [`redirect_navigations_only`](crate::LoginManagerBuilder::redirect_navigations_only) its refusal is a 401. htmx goes to
//! the page that `HX-Redirect` names:
//!
//! ```
//! use actix_login::{flash, unauthorized};
//! use actix_web::{HttpRequest, HttpResponse, http::header::{HeaderName, LOCATION}};
//!
//! /// For `unauthorized_handler`, together with `redirect_navigations_only(true)`. A `needs_refresh_handler`
//! /// is the same with `needs_refresh`.
//! async fn refusal(req: &HttpRequest) -> HttpResponse {
//!     let mut response = unauthorized(req).await;
//!     let login_page = response.headers().get(LOCATION).cloned();
//!     if let Some(login_page) = login_page && req.headers().contains_key("HX-Request") {
//!         // A refused script leaves no message, because its user may see no other page.
//!         flash(req, "message", "Please log in to access this page.");
//!         let name = HeaderName::from_static("hx-redirect");
//!         response.headers_mut().insert(name, login_page);
//!     }
//!     response
//! }
//! ```
//!
//! # Pages of another origin
//!
//! A single-page app on `https://app.example` that calls an API on `https://api.example` needs three things:
//!
//! - `trusted_origins(["https://app.example"])` on each manager around the API, or its requests are
//!   [refused](super::forgery);
//! - CORS, as of the crate `actix-cors`, with that origin and with credentials, wrapped last, so that it is outermost and
//!   replies to preflights;
//! - cookies that browsers send there. Two hosts of one site (`app.shop.example` and `api.shop.example`) need nothing. Two
//!   sites need `SameSite=None` on the session cookie and on the
//!   [remember cookie](crate::RememberCookie::same_site), and many browsers block such cookies.
//!
//! Cookies ignore ports: in development the page may be on `127.0.0.1:8081` and the API on `127.0.0.1:8080`, but not the one
//! on `localhost` and the other on `127.0.0.1`.
//!
//! The script knows its login page itself: it can't read the `Location` of a 401, unless CORS exposes that header.
//!
//! The program `examples/spa` has a page of another origin with a WebSocket, and beside it one with htmx.
