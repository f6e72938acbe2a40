//! Forgery: requests that another site makes a visitor's browser send.
//!
//! Another site can make a browser send a request with the user's session or remember cookie, and it can log a visitor in as
//! somebody else. The manager refuses a request that a browser sent for a page of another origin, if its method is not
//! `GET`, `HEAD` or `OPTIONS`. It does so before a guard or handler runs. Forms need no token, and there is nothing to
//! switch on. These are the settings for exceptions:
//!
//! ```
//! # use actix_login::UserMixin;
//! # #[derive(Clone, UserMixin)]
//! # struct User { id: u64 }
//! use actix_login::LoginManager;
//! use actix_web::{HttpRequest, HttpResponse};
//!
//! LoginManager::<User>::builder([0; 32])
//!     .user_loader(async |id: u64| Some(User { id }))
//!     // Pages of this origin may do what its visitors may do here.
//!     .trusted_origins(["https://www.shop.example"])
//!     // These paths check a signature or a token of their own.
//!     .allow_cross_site(["/webhooks/{tail}*"])
//!     // Behind a proxy that changes `Host`:
//!     .server_origin("https://shop.example")
//!     // Instead of an empty 403:
//!     .cross_site_handler(async |_: &HttpRequest| {
//!         HttpResponse::Forbidden().body("Open the page on this site and try again.")
//!     })
//!     .build()?;
//! # Ok::<(), actix_login::ConfigError>(())
//! ```
//!
//! # The rules
//!
//! They are those of Go's `http.CrossOriginProtection`:
//!
//! 1. If `Sec-Fetch-Site` is sent, `same-origin` and `none` pass. All current browsers send it over HTTPS and to
//!    `localhost`.
//! 2. Otherwise `Origin` must be [`server_origin`](crate::LoginManagerBuilder::server_origin), or name the request's own
//!    `Host`. The host of `server_origin` passes with its scheme and port alone.
//! 3. A request with neither header comes from no browser, such as a script with a token. It passes.
//!
//! A handshake of a WebSocket is a `GET`, and browsers let every origin send it. So it is refused, too; there `Origin`
//! decides.
//!
//! Subdomains, other ports and other schemes are other origins, and are refused although `SameSite` cookies are sent from
//! there. A page with `Referrer-Policy: no-referrer` sends `Origin: null`, which is refused where `Sec-Fetch-Site` is not
//! sent: use `same-origin` instead.
//!
//! # What the app does
//!
//! - **No `GET` changes anything.** Links and images send them from everywhere. Log out by `POST`:
//!
//! ```
//! use actix_login::{flash, logout_user};
//! use actix_web::{HttpRequest, Responder, Result, post, web::Redirect};
//!
//! #[post("/logout")] // <form method="post" action="/logout"><button>Log out</button></form>
//! async fn logout(req: HttpRequest) -> Result<impl Responder> {
//!     logout_user(&req).await?;
//!     flash(&req, "message", "You are logged out.");
//!     Ok(Redirect::to("/").see_other())
//! }
//! ```
//!
//! - **[`server_origin`](crate::LoginManagerBuilder::server_origin), and `Strict-Transport-Security`.** A proxy may end TLS,
//!   so without `server_origin` the scheme of `Origin` is not compared. A network attacker who serves a page under the
//!   site's name over plain HTTP would pass: for a WebSocket, and in a browser that sends no `Sec-Fetch-Site`.
//! - **Tokens for old browsers, if they must be served.** Browsers from before 2020 send neither header with a form.
//!   `SameSite=Lax` cookies, the default here, stop those of them that know it. The others need CSRF tokens, and so does an
//!   app that opens its paths by `allow_cross_site`.
//! - **Scripts on the site's own pages** are not stopped, by tokens neither. A `Content-Security-Policy` helps.
//!
//! A user found by a header ([`LoginSource::Request`](crate::LoginSource::Request)) can't be forged that way, except with
//! Basic credentials, which browsers send automatically.
