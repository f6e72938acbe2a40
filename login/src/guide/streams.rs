//! WebSockets and streams: responses that outlive the check of their login.
//!
//! A guard checks the login before the response begins. [`LoginWatch`](crate::LoginWatch) checks it again while the
//! response lasts, and ends the response with the login:
//!
//! ```
//! # use actix_login::UserMixin;
//! # #[derive(Clone, UserMixin)]
//! # struct User { id: u64 }
//! use std::pin::pin;
//!
//! use actix_login::{LoginWatch, login_required};
//! use actix_web::{HttpRequest, HttpResponse, Result, get, rt, web::Payload};
//! use actix_ws::{CloseCode, Message};
//!
//! #[get("/chat")]
//! #[login_required]
//! async fn chat(req: HttpRequest, body: Payload) -> Result<HttpResponse> {
//!     let watch = LoginWatch::<User>::of(&req).await?;
//!     let (response, mut session, mut messages) = actix_ws::handle(&req, body)?;
//!     rt::spawn(async move {
//!         let mut ended = pin!(watch.ended());
//!         let reason = loop {
//!             tokio::select! {
//!                 // A page can tell this from a lost connection, after which it connects again.
//!                 () = &mut ended => break Some(CloseCode::Policy.into()),
//!                 message = messages.recv() => match message {
//!                     Some(Ok(Message::Ping(bytes))) => {
//!                         if session.pong(&bytes).await.is_err() {
//!                             break None;
//!                         }
//!                     }
//!                     Some(Ok(Message::Text(text))) => println!("{text}"),
//!                     Some(Ok(_)) => {}
//!                     _ => break None,
//!                 },
//!             }
//!         };
//!         let _ = session.close(reason).await;
//!     });
//!     Ok(response)
//! }
//! ```
//!
//! For server-sent events, [`while_valid`](crate::LoginWatch::while_valid) wraps the stream: see
//! [`LoginWatch`](crate::LoginWatch). A browser's `EventSource` connects again when the stream ends, and that request meets
//! the guard. If it is refused, `EventSource` gives up. A WebSocket whose handshake is refused closes with the code 1006.
//!
//! The end of a watch is no proof of a logout: the store may have failed, or [`end_other_logins`](crate::end_other_logins) has
//! replaced the cookies. So the page asks a guarded URL by `fetch`, and connects again if that is a 200.
//!
//! - **Without [active logins](crate::ActiveLogins) a watch can't see a logout in another tab.** It sees deadlines, a deleted
//!   or disabled user, and a changed `session_auth_hash`.
//! - Each open response asks the user loader and the store once per
//!   [interval](crate::LoginWatch::interval), which is a second by default. Choose a longer one for thousands of sockets.
//! - The handshake of a WebSocket from another origin is [refused](super::forgery). A page of another origin needs
//!   `trusted_origins`.
//! - The watch is for logins in the session. A token needs a check of the app's own.
//! - A page that polls keeps its user logged in, unless
//!   [`counts_as_visit`](crate::LoginManagerBuilder::counts_as_visit) excludes its requests. An open WebSocket or stream is
//!   no visit.
//! - Log users in and out in handlers of their own: once the response has begun, it can set no cookie.
