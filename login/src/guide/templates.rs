//! Templates and flash messages: one layout for all pages.
//!
//! # A layout
//!
//! A helper that has only the request renders each page. It adds the current user and the flash messages, so that no handler
//! needs them as arguments. Here with version 3 of minijinja and its feature `serde`:
//!
//! ```
//! use actix_login::{FlashedMessages, UserMixin, current_user};
//! use actix_web::{
//!     FromRequest, HttpRequest, Responder, Result, error::ErrorInternalServerError, get,
//!     web::{Data, Html},
//! };
//! use minijinja::{Environment, Value, context, value::Serde};
//!
//! #[derive(Clone, UserMixin, serde::Serialize)]
//! struct User {
//!     id: u64,
//!     name: String,
//!     #[serde(skip)] // no template needs it
//!     password_hash: String,
//! }
//!
//! async fn render(req: &HttpRequest, template: &str, values: Value) -> Result<Html> {
//!     let current_user = current_user::<User>(req).await?;
//!     let flashes = FlashedMessages::extract(req).await?;
//!     let values = context! {
//!         current_user => Serde(current_user),
//!         flashes => Serde(flashes),
//!         ..values
//!     };
//!     let page = req
//!         .app_data::<Data<Environment<'static>>>()
//!         .ok_or_else(|| ErrorInternalServerError("no templates"))?
//!         .get_template(template)
//!         .and_then(|template| template.render(values))
//!         .map_err(ErrorInternalServerError)?;
//!     Ok(Html::new(page))
//! }
//!
//! #[get("/")]
//! async fn index(req: HttpRequest) -> Result<impl Responder> {
//!     render(&req, "index.html", context! { title => "Home" }).await
//! }
//! ```
//!
//! `layout.html`:
//!
//! ```html
//! {% if current_user.is_authenticated %}
//!   {{ current_user.name }}
//!   <form method="post" action="/logout"><button>Log out</button></form>
//! {% else %}
//!   <a href="/login">Log in</a>
//! {% endif %}
//! {% for flash in flashes %}
//!   <p class="{{ flash.category }}" role="status">{{ flash.message }}</p>
//! {% endfor %}
//! {% block content %}{% endblock %}
//! ```
//!
//! [`CurrentUser`](crate::CurrentUser) serializes as the fields of the user, with `is_authenticated`, `is_active` and
//! `is_anonymous`. minijinja escapes values in templates whose names end with `.html`.
//!
//! # Flash messages
//!
//! [`flash`](crate::flash()) keeps a message in the session until a page shows it, usually the page after a redirect:
//!
//! ```
//! use actix_login::flash;
//! use actix_web::{HttpRequest, Responder, post, web::Redirect};
//!
//! #[post("/profile")]
//! async fn save(req: HttpRequest) -> impl Responder {
//!     flash(&req, "success", "Your profile is saved.");
//!     Redirect::to("/profile").see_other()
//! }
//! ```
//!
//! - The session ends with its login, and so do its messages. Flash *after* `logout_user`.
//! - [`FlashedMessages`](crate::FlashedMessages) takes the messages out of the session: each is shown once.
//! - Refusals flash [a message](crate::LoginManagerBuilder::login_message), which
//!   [`localize`](crate::LoginManagerBuilder::localize) translates. An empty text flashes none.
//! - With another library, a [`flash_handler`](crate::LoginManagerBuilder::flash_handler) gets all of them.
//!
//! # The page after the login
//!
//! A refused page is the `next` in the query of the login page. [`NextUrl`](crate::NextUrl) returns it if it is safe.
//!
//! A form without `action` posts to the URL of its page, and so keeps the query: the handler of the `POST` takes a `NextUrl`
//! as an argument. A form with an `action` loses the query. It passes the `next` on in a hidden field, and the struct of the
//! form has a field of the type `NextUrl`, as [here](super::remember_me):
//!
//! ```
//! use actix_login::NextUrl;
//! use actix_web::{Responder, get, web::Html};
//!
//! #[get("/login")]
//! async fn login_page(next: NextUrl) -> impl Responder {
//!     // A template escapes it. It is a path of this site, but may hold quotes.
//!     let next = next.get().unwrap_or_default().replace('&', "&amp;").replace('"', "&quot;");
//!     Html::new(format!(
//!         r#"<form method="post" action="/login">
//!             <input type="hidden" name="next" value="{next}"> …
//!         </form>"#
//!     ))
//! }
//! ```
//!
//! # "Why was I logged out?"
//!
//! A session whose login has ended, but not by a logout in this browser, is the event
//! [`LoginEnded`](crate::LoginEvent::LoginEnded) with a [reason](crate::LoginEndReason). A browser that has the remember
//! cookie alone causes [`RememberCookieRejected`](crate::LoginEvent::RememberCookieRejected) or
//! [`RememberCookieReused`](crate::LoginEvent::RememberCookieReused). What an observer flashes is shown on the next page,
//! and the same text once:
//!
//! ```
//! # use actix_login::UserMixin;
//! # #[derive(Clone, UserMixin)]
//! # struct User { id: u64 }
//! use actix_login::{CookieRejectReason, LoginEndReason, LoginEvent, LoginManager, flash};
//!
//! const EXPIRED: &str = "You were logged out after a long time.";
//! const DELETED: &str = "There is no such account any more.";
//! const CHANGED: &str = "Your account has changed. Please log in again.";
//! const ENDED: &str = "This login was ended. Please log in again.";
//! const COPIED: &str = "Your login was used elsewhere. Was it you?";
//!
//! LoginManager::<User>::builder([0; 32])
//!     .user_loader(async |id: u64| Some(User { id }))
//!     .on_event(|req, event, _| {
//!         let text = match event {
//!             LoginEvent::LoginEnded { reason, .. } => match reason {
//!                 LoginEndReason::Expired => EXPIRED,
//!                 LoginEndReason::UserNotFound => DELETED,
//!                 LoginEndReason::AuthHashChanged => CHANGED,
//!                 LoginEndReason::Revoked => ENDED,
//!                 LoginEndReason::RememberCookieReused => COPIED,
//!                 // `Replaced`: the user has just logged in again.
//!                 _ => return,
//!             },
//!             LoginEvent::RememberCookieRejected { reason } => match reason {
//!                 CookieRejectReason::Expired => EXPIRED,
//!                 CookieRejectReason::UserNotFound => DELETED,
//!                 CookieRejectReason::AuthHashChanged => CHANGED,
//!                 CookieRejectReason::Revoked => ENDED,
//!                 _ => return,
//!             },
//!             LoginEvent::RememberCookieReused => COPIED,
//!             _ => return,
//!         };
//!         flash(req, "message", text);
//!     })
//!     .build()?;
//! # Ok::<(), actix_login::ConfigError>(())
//! ```
//!
//! With active logins, a deleted account is `Revoked` too, since its logins were ended before the user was looked for. Of
//! a copied remember cookie, the one who comes second gets the message, and that may be the thief. A user who is
//! suspended, and a session that the browser or the session store has forgotten, are no event: the request is anonymous.
//! [When something goes wrong](super::troubleshooting#why-was-a-user-logged-out) has both lists.
