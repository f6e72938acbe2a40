//! Templates and flash messages: one layout for all pages.
//!
//! # A layout
//!
//! A helper that has only the request renders each page. It adds the current user and the flash messages, so that no handler
//! needs them as arguments. Here with minijinja:
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
//! A refused page is the `next` of the login page. [`NextUrl`](crate::NextUrl) returns it if it is safe, and the form passes
//! it on in a hidden field:
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
//!         r#"<form method="post"><input type="hidden" name="next" value="{next}"> …</form>"#
//!     ))
//! }
//! ```
//!
//! # "Why was I logged out?"
//!
//! A login that ends, but not by a logout in this browser, is the event
//! [`LoginEnded`](crate::LoginEvent::LoginEnded) with a [reason](crate::LoginEndReason). What its observer flashes is shown
//! on the next page:
//!
//! ```
//! # use actix_login::{LoginManager, UserMixin};
//! # #[derive(Clone, UserMixin)]
//! # struct User { id: u64 }
//! use actix_login::{LoginEndReason, LoginEvent, flash};
//!
//! LoginManager::<User>::builder([0; 32])
//!     .user_loader(async |id: u64| Some(User { id }))
//!     .on_event(|req, event, _| {
//!         let LoginEvent::LoginEnded { reason, .. } = event else {
//!             return;
//!         };
//!         let text = match reason {
//!             LoginEndReason::Expired => "You were logged out after a long time.",
//!             LoginEndReason::UserNotFound => "This account was deleted.",
//!             LoginEndReason::AuthHashChanged => "Your account has changed. Please log in again.",
//!             LoginEndReason::Revoked => "This login was ended. Please log in again.",
//!             // The user has just logged in again.
//!             LoginEndReason::Replaced => return,
//!             LoginEndReason::RememberCookieReused => "Your login was used elsewhere. Was it you?",
//!             _ => "You were logged out.",
//!         };
//!         flash(req, "message", text);
//!     })
//!     .build()?;
//! # Ok::<(), actix_login::ConfigError>(())
//! ```
//!
//! A session that the browser or the session store has forgotten is no event: the request is anonymous.
//! [When something goes wrong](super::troubleshooting#why-was-a-user-logged-out) has both lists.
