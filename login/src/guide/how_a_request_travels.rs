//! The order of middlewares, what a request costs, and what a guard protects.
//!
//! ```
//! # use actix_login::UserMixin;
//! # #[derive(Clone, UserMixin)]
//! # struct User { id: u64 }
//! use actix_login::{LoginManager, LoginScope};
//! use actix_session::{SessionMiddleware, storage::CookieSessionStore};
//! use actix_web::{App, cookie::Key, middleware::{Logger, NormalizePath}, web};
//!
//! let key = Key::generate();
//! let login_manager = LoginManager::<User>::builder(key.master())
//!     .user_loader(async |id: u64| Some(User { id }))
//!     .login_view("/login")
//!     .build()?;
//!
//! let app = App::new()
//!     .route("/account", web::get().to(async || "for users alone"))
//!     // The last wrap is the outermost, and sees the request first.
//!     .wrap(LoginScope::new().login_required().except(["/static/{tail}*"]))
//!     .wrap(SessionMiddleware::new(CookieSessionStore::default(), key)) // these two
//!     .wrap(login_manager)                                              // in either order
//!     .wrap(NormalizePath::trim())
//!     .wrap(Logger::default());
//! # let _ = app;
//! # Ok::<(), actix_login::ConfigError>(())
//! ```
//!
//! The [nine steps](crate#how-a-request-travels) name the module of each part. What matters to an app:
//!
//! 1. The manager refuses [what another origin sent](super::forgery), before everything else.
//! 2. A guard runs before any argument of the handler is extracted.
//! 3. The first caller that asks for the user loads it. All later callers of the request share it.
//! 4. The handler runs, and may log users in and out. After it has returned, that is an error: a streamed body can set no
//!    cookie. A body that asks for the user for the first time is too late: the session is gone, and the response does not
//!    vary by a loader's cookie.
//! 5. On the way out, the manager sets or clears the remember cookie. It keeps each page that depends on the user from
//!    shared caches, by `Vary: Cookie` and [`Cache-Control: private`](crate::LoginManagerBuilder::cache_control).
//!
//! A page that does not ask for the user costs nothing: no session is read, and no loader is called. A page that asks
//! costs one call of the user loader. With [active logins](crate::ActiveLogins) the store is asked too, at the same time.
//!
//! # A middleware that asks for the user
//!
//! It belongs inside of the manager and the session. It takes the `ServiceRequest`, and no `HttpRequest`: actix-web
//! panics if a clone of the request is alive while the next service runs. An argument of the type
//! `Result<AuthenticatedUser<_>, _>` holds one, too, if the request is anonymous.
//!
//! ```
//! # use actix_login::UserMixin;
//! # #[derive(Clone, UserMixin)]
//! # struct User { id: u64 }
//! use actix_login::current_user;
//! use actix_web::{
//!     App, Error, body::MessageBody,
//!     dev::{ServiceRequest, ServiceResponse},
//!     middleware::{Next, from_fn},
//! };
//!
//! async fn log_user(
//!     req: ServiceRequest,
//!     next: Next<impl MessageBody>,
//! ) -> Result<ServiceResponse<impl MessageBody>, Error> {
//!     let user = current_user::<User>(req.request()).await?;
//!     println!("{} by user {:?}", req.path(), user.get_id());
//!     next.call(req).await
//! }
//!
//! let app = App::new().wrap(from_fn(log_user)); // then the session and the manager
//! # let _ = app;
//! ```
//!
//! # Uploads
//!
//! A guard refuses a request by its head. It reads nothing of the body, and keeps none of it while a loader works:
//!
//! ```
//! use actix_login::login_required;
//! use actix_web::{HttpResponse, Responder, put, web::Bytes};
//!
//! #[put("/photo")]
//! #[login_required] // Without it, strangers could make the server read the body.
//! async fn upload(photo: Bytes) -> impl Responder {
//!     println!("{} bytes of a user", photo.len());
//!     HttpResponse::NoContent()
//! }
//! ```
//!
//! [`AuthenticatedUser`](crate::AuthenticatedUser) alone is no such guard. It is extracted at the same time as the other
//! arguments: beside it, `Bytes` may read up to its limit before the refusal.
//!
//! The client gets the refusal while it still sends. Over HTTP/1.1, actix-web discards the rest of the body. If it has a
//! `Content-Length`, the connection closes after [`client_disconnect_timeout`], one second by default. Some clients then
//! report a failed write, and not the response. Over HTTP/2 the stream ends.
//!
//! [`client_disconnect_timeout`]: actix_web::HttpServer::client_disconnect_timeout
//!
//! # Slow bodies
//!
//! A guard decides when the head of a request arrives, and the sender may take any time for the body. A request with a stolen
//! cookie could begin before a logout and act after it. So the login is checked again for a body that takes longer than a
//! second, at most once a second, before the handler gets what has arrived. If it has ended, the handler gets an error in
//! place of the rest, and the response is that of a request that needs a login.
//!
//! | checked again | not |
//! | --- | --- |
//! | what a [`LoginWatch`](crate::LoginWatch) checks: a logout is seen with [active logins](super::storage) alone | whether the login is still fresh |
//! | the user of the header loader | the user of the request loader; a login that the handler itself has started or confirmed |
//! | the checks of a [`LoginScope`](crate::LoginScope); those of all attributes before the handler runs | a `GET`, or another method that must change nothing |
//!
//! An argument such as [`AuthenticatedUser`](crate::AuthenticatedUser) is the user at the time of the head, and
//! [`current_user`](crate::current_user) the one of the last check.
//!
//! # Private files
//!
//! A [`LoginScope`](crate::LoginScope) guards what is routed through it, and no folder. `Files` that serves a parent
//! folder to strangers also serves `/x/../members/a.txt`. So keep private files in a folder that nothing else serves:
//!
//! ```
//! use actix_files::Files;
//! use actix_login::LoginScope;
//! use actix_web::{App, web};
//!
//! let app = App::new()
//!     .service(
//!         web::scope("/members")
//!             .service(Files::new("", "files/members"))
//!             .wrap(LoginScope::new().login_required()),
//!     )
//!     .service(Files::new("/", "files/public"));
//! # let _ = app;
//! ```
//!
//! A file of one user is the business of a handler:
//!
//! ```
//! # use actix_login::UserMixin;
//! # #[derive(Clone, UserMixin)]
//! # struct User { id: u64 }
//! # impl User { fn owns(&self, _: u32) -> bool { true } }
//! use actix_files::NamedFile;
//! use actix_login::{AuthenticatedUser, forbidden, login_required};
//! use actix_web::{HttpRequest, HttpResponse, Result, get, web::Path};
//!
//! #[get("/invoices/{number}.pdf")]
//! #[login_required]
//! async fn invoice(
//!     req: HttpRequest,
//!     user: AuthenticatedUser<User>,
//!     number: Path<u32>, // a number can't be `../../etc/passwd`
//! ) -> Result<HttpResponse> {
//!     if !user.owns(*number) {
//!         return Ok(forbidden(&req).await);
//!     }
//!     let file = NamedFile::open(format!("files/invoices/{number}.pdf"))?;
//!     Ok(file.into_response(&req))
//! }
//! ```
//!
//! # Overlapping requests
//!
//! actix-session writes whole sessions. If two requests of one browser overlap, the last response wins. If its request
//! read the session before the other one logged out, and then writes to it, the login is restored. This is true for
//! cookie sessions and for sessions on a server.
//!
//! So this crate writes to the session only when something changes: at a login, a logout, a confirmation, a restored
//! login, the first mismatch, a due visit, and the end of a login. A remember cookie that is
//! [refreshed at each request](crate::RememberCookie::refresh_each_request) can be restored the same way.
//! [Active logins](crate::ActiveLogins) close the gap: a login that ended there stays ended.
//!
//! The refusal of a background request (a script's `fetch`) writes nothing of its own, so it cannot take away a login that
//! another tab made in the meantime. One gap is left: a response that removes an expired login or cookie also removes a
//! newer one, if it arrives after it. The user logs in again.
