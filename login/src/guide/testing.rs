//! Testing: a client that starts logged in, and the clock.
//!
//! ```toml
//! [dev-dependencies]
//! actix-login = { version = "0.1", features = ["test"] }
//! ```
//!
//! ```
//! # #[cfg(feature = "test")]
//! # mod example {
//! use actix_login::{AuthenticatedUser, LoginManager, UserMixin, login_required, test::client};
//! use actix_session::{SessionMiddleware, storage::CookieSessionStore};
//! use actix_web::{App, Responder, cookie::Key, get, test::init_service, web::ServiceConfig};
//!
//! #[derive(Clone, UserMixin)]
//! struct User { id: u64 }
//!
//! #[get("/profile")]
//! #[login_required]
//! async fn profile(user: AuthenticatedUser<User>) -> impl Responder {
//!     format!("user {}", user.id)
//! }
//!
//! fn routes(config: &mut ServiceConfig) {
//!     config.service(profile);
//! }
//!
//! // A test of yours has `#[actix_web::test]` here.
//! # pub
//! async fn users_see_their_profile() {
//!     let key = Key::generate();
//!     let login_manager = LoginManager::<User>::builder(key.master())
//!         .user_loader(async |id: u64| (id == 1).then_some(User { id }))
//!         .login_view("/login")
//!         .build()
//!         .unwrap();
//!     let app = init_service(
//!         App::new()
//!             .configure(routes)
//!             .wrap(login_manager)
//!             .wrap(SessionMiddleware::new(CookieSessionStore::default(), key)),
//!     )
//!     .await;
//!
//!     let mut browser = client(&app).user(&User { id: 1 });
//!     assert_eq!(browser.get("/profile").await.text(), "user 1");
//!
//!     // The test that each app needs: all protected pages, without a login.
//!     let mut stranger = client(&app);
//!     for page in ["/profile"] {
//!         let response = stranger.get(page).await;
//!         assert_eq!(response.location(), Some("/login?next=%2Fprofile"), "{page}");
//!     }
//! }
//! # }
//! # #[cfg(feature = "test")]
//! # actix_web::rt::System::new().block_on(example::users_see_their_profile());
//! ```
//!
//! - [`LoginClient`](crate::test::LoginClient) keeps cookies, so it can also log in by the app's own form.
//! - [`fresh_login(false)`](crate::test::LoginClient::fresh_login) starts with a login that is not fresh.
//! - The user loader must find the user: insert it into the test's database first. Otherwise the request is anonymous.
//! - The client waits for the whole body, so an endless event stream needs a server, and not the client.
//! - `forget_cookie("id")` is a restart of the browser: the session is gone, and the remember cookie stays, if the client has
//!   logged in by the app's own form and asked for one. A client made by `user` has none, and is anonymous then.
//! - The client sends neither `Origin` nor `Sec-Fetch-Site`, so nothing is refused as [forged](super::forgery). To test a
//!   form of another site, add the headers to a client like the one above:
//!
//! ```
//! # #[cfg(feature = "test")]
//! # mod example {
//! # use actix_login::test::LoginClient;
//! # use actix_http::Request;
//! # use actix_web::{Error, body::MessageBody, dev::{Service, ServiceResponse}};
//! use actix_web::test::TestRequest;
//!
//! # async fn other_sites<S, B>(mut browser: LoginClient<'_, S>)
//! # where
//! #     S: Service<Request, Response = ServiceResponse<B>, Error = Error>,
//! #     B: MessageBody + 'static,
//! # {
//! let forged = TestRequest::post()
//!     .uri("/account/delete")
//!     .insert_header(("Sec-Fetch-Site", "cross-site"));
//! assert_eq!(browser.send(forged).await.status(), 403);
//! # }
//! # }
//! ```
//!
//! # Time
//!
//! The [`clock`](crate::LoginManagerBuilder::clock) of the manager decides about deadlines and expiry. A test turns it on by
//! a month:
//!
//! ```
//! # use actix_login::UserMixin;
//! # #[derive(Clone, UserMixin)]
//! # struct User { id: u64 }
//! use actix_login::LoginManager;
//! use std::{
//!     sync::{Arc, Mutex},
//!     time::{Duration, SystemTime},
//! };
//!
//! let now = Arc::new(Mutex::new(SystemTime::now()));
//! let clock = Arc::clone(&now);
//! let login_manager = LoginManager::<User>::builder([0; 32])
//!     .user_loader(async |id: u64| Some(User { id }))
//!     .clock(move || *clock.lock().unwrap())
//!     .build()?;
//!
//! // … log in, and then:
//! *now.lock().unwrap() += Duration::from_secs(31 * 24 * 60 * 60);
//! // The login has expired.
//! # let _ = login_manager;
//! # Ok::<(), actix_login::ConfigError>(())
//! ```
//!
//! # A database that fails
//!
//! Let the user loader return an error, and expect a 500 on protected pages, not a login page: an error logs no user out.
