//! Session protection: what a stolen session cookie is worth, also behind proxies.
//!
//! ```
//! # use actix_login::UserMixin;
//! # #[derive(Clone, UserMixin)]
//! # struct User { id: u64 }
//! use actix_login::{LoginManager, SessionProtection};
//!
//! LoginManager::<User>::builder([0; 32])
//!     .user_loader(async |id: u64| Some(User { id }))
//!     .session_protection(SessionProtection::Strong)
//!     // One proxy in front of the app, which appends to this header:
//!     .trusted_proxies(1, "X-Forwarded-For")
//!     .build()?;
//! # Ok::<(), actix_login::ConfigError>(())
//! ```
//!
//! A login holds a fingerprint of the client that logged in: its address and its `User-Agent`. If another client sends the
//! session, that is a mismatch:
//!
//! | setting | after a mismatch | suits |
//! | --- | --- | --- |
//! | [`Basic`](crate::SessionProtection::Basic), the default | the login continues, and is [not fresh](super::fresh_logins) any more | users whose address changes |
//! | [`Strong`](crate::SessionProtection::Strong) | the login leaves the session, and the remember cookie is cleared | an office network |
//! | [`Off`](crate::SessionProtection::Off) | nothing | apps that tell clients apart in another way |
//!
//! With `Basic` and `Strong`, each mismatch is the event [`SessionProtected`](crate::LoginEvent::SessionProtected).
//! A thief who sends the same `User-Agent` from the same address passes. [Active logins](crate::ActiveLogins) let users
//! end a stolen login.
//!
//! # Behind a proxy
//!
//! The address of the connection is that of the proxy, so all clients look alike.
//! [`trusted_proxies`](crate::LoginManagerBuilder::trusted_proxies) reads the address from a header that the app's own
//! proxies write:
//!
//! | in front of the app | setting |
//! | --- | --- |
//! | nothing | none |
//! | nginx with `proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for` | `trusted_proxies(1, "X-Forwarded-For")` |
//! | a load balancer, and nginx as above behind it | `trusted_proxies(2, "X-Forwarded-For")` |
//! | a proxy that sets `Forwarded: for=…` (RFC 7239) | `trusted_proxies(1, "Forwarded")` |
//! | a proxy that *sets* one address, such as `X-Real-IP` | `trusted_proxies(1, "X-Real-IP")` |
//!
//! nginx sends the name of its upstream as `Host`, unless told otherwise. Then WebSockets and forms of old browsers look as if
//! they came from another origin. A site under a path, which nginx strips, in full:
//!
//! ```nginx
//! location /shop/ {                      # server_origin("https://example.com/shop")
//!     proxy_pass http://127.0.0.1:8080/;
//!     proxy_http_version 1.1;
//!     proxy_set_header Host $http_host;
//!     proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
//!     proxy_set_header Upgrade $http_upgrade;
//!     proxy_set_header Connection $connection_upgrade;
//! }
//! ```
//!
//! Outside of `server` belongs `map $http_upgrade $connection_upgrade { default upgrade; '' close; }`. For event streams and
//! WebSockets add `proxy_buffering off; proxy_read_timeout 1h;`. `X-Forwarded-Proto` is not read. At the root of the host
//! the same lines stand in
//!
//! ```nginx
//! location / {
//!     proxy_pass http://127.0.0.1:8080;
//!     # … the other lines
//! }
//! ```
//!
//! A path that the proxy strips costs attention in the whole app:
//!
//! - This crate's redirects, `next` and [`login_url`](crate::login_url) have the path. The app's own do not:
//!   `Redirect::to("/account")`, the default of `next.unwrap_or("/")` and `action="/logout"` need `/shop` in front.
//! - Cookies are sent to the whole host, unless the app sets the path as the browser sees it: `cookie_path("/shop")` of
//!   actix-session, and [`RememberCookie::path`](crate::RememberCookie::path)`("/shop")`.
//! - The paths of `except` and `allow_cross_site` are without `/shop`.
//!
//! With `proxy_pass http://127.0.0.1:8080;` (no slash at the end) nginx strips nothing: the app has all its routes in
//! `web::scope("/shop")`, its views are `/shop/login`, and `server_origin` has no path.
//!
//! Count the proxies that append to the header. With a higher count clients can forge their address. With a lower one they
//! share the address of a proxy. Clients must not be able to reach the app past the proxies.
//!
//! [`client_address`](crate::client_address) returns the address that session protection uses, for
//! [limits](super::passwords#brute-force) and for logs.
//!
//! A proxy may also hide the origin of the site:
//! [`server_origin`](crate::LoginManagerBuilder::server_origin) tells the app its own scheme and host. It is needed if the
//! login view is on another host, and if the proxy [changes `Host`](super::forgery).
//!
//! # Addresses that change
//!
//! A phone moves from Wi-Fi to the mobile network. A browser with both IPv4 and IPv6 may take either for its next
//! connection. Both are mismatches: with `Strong` these users are logged out, and with `Basic` they enter the password again
//! before critical pages. (An IPv4 address that a dual-stack socket shows as `::ffff:192.0.2.7` is the same address.)
//!
//! If that happens too often, identify the client by the browser alone:
//!
//! ```
//! # use actix_login::UserMixin;
//! # #[derive(Clone, UserMixin)]
//! # struct User { id: u64 }
//! use actix_login::LoginManager;
//! use actix_web::{HttpRequest, http::header::USER_AGENT};
//!
//! LoginManager::<User>::builder([0; 32])
//!     .user_loader(async |id: u64| Some(User { id }))
//!     .session_identifier(|req: &HttpRequest| format!("{:?}", req.headers().get(USER_AGENT)))
//!     .build()?;
//! # Ok::<(), actix_login::ConfigError>(())
//! ```
//!
//! [`session_identifier`](crate::LoginManagerBuilder::session_identifier) changes what a session is compared with. The
//! address that `client_address` returns still comes from `trusted_proxies`.
//!
//! # Sessions that outlive the browser
//!
//! With actix-session's `PersistentSession`, set
//! [`permanent_session(true)`](crate::LoginManagerBuilder::permanent_session). `Strong` then acts as `Basic`, as in
//! Flask-Login.
