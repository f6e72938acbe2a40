//! The builder's settings for refused requests: views, messages, handlers and redirects.

use std::sync::Arc;

use actix_web::{HttpRequest, Responder};

use super::{super::settings::refusal_handler, LoginManagerBuilder};
use crate::user::UserMixin;

/// What a refused request gets.
impl<U: UserMixin> LoginManagerBuilder<U> {
    /// The page where users log in: a path, an absolute URL, or the name of an actix-web resource,
    /// which may be an `external_resource`. It must not be guarded, nor be in a guarded
    /// [`LoginScope`](crate::LoginScope), or no user could reach it.
    ///
    /// Default: none, and a refused request gets an empty 401.
    pub fn login_view(mut self, view: impl Into<String>) -> Self {
        self.refusals.set_login_view(view.into());
        self
    }

    /// The page where users authenticate again, for requests that need a fresh login. It takes the
    /// same values as [`login_view`](Self::login_view). It must not be for
    /// [anonymous users](crate::anonymous_required) alone, since logged-in users are redirected away
    /// from there.
    ///
    /// Default: none, and a request without a fresh login gets an empty 401.
    pub fn refresh_view(mut self, view: impl Into<String>) -> Self {
        self.refusals.set_refresh_view(view.into());
        self
    }

    /// The [login view](Self::login_view) by the request, for a path with a segment of its own. The
    /// function returns a path, an absolute URL or the name of a resource. For anything else the
    /// response is an empty 500 with a line in the log. Check what you take from the request: it comes
    /// from a stranger.
    ///
    /// ```
    /// # use actix_login::{LoginManager, UserMixin};
    /// # #[derive(Clone, UserMixin)]
    /// # struct User { id: u64 }
    /// LoginManager::<User>::builder([0; 32])
    ///     .user_loader(async |id: u64| Some(User { id }))
    ///     .login_view_with(|req| {
    ///         let language = if req.path().starts_with("/de/") { "de" } else { "en" };
    ///         format!("/{language}/login")
    ///     })
    ///     .build()?;
    /// # Ok::<(), actix_login::ConfigError>(())
    /// ```
    pub fn login_view_with(
        mut self,
        view: impl Fn(&HttpRequest) -> String + Send + Sync + 'static,
    ) -> Self {
        self.refusals.set_login_view_with(Arc::new(view));
        self
    }

    /// The [refresh view](Self::refresh_view) by the request, as in
    /// [`login_view_with`](Self::login_view_with).
    pub fn refresh_view_with(
        mut self,
        view: impl Fn(&HttpRequest) -> String + Send + Sync + 'static,
    ) -> Self {
        self.refusals.set_refresh_view_with(Arc::new(view));
        self
    }

    /// The message that is flashed when a request is redirected to the login view; empty for none. A
    /// flash is kept in the session, so a store on the server gets a session for each refused visitor.
    ///
    /// Only a [navigation](Self::use_session_for_next) flashes it. If no page has shown it, a login
    /// removes it from the session; a [`flash_handler`](Self::flash_handler) keeps its own messages.
    ///
    /// Default: `Please log in to access this page.`
    pub fn login_message(mut self, message: impl Into<String>) -> Self {
        self.flashes.login_message.text = message.into();
        self
    }

    /// The category of the login message.
    ///
    /// Default: `message`.
    pub fn login_message_category(mut self, category: impl Into<String>) -> Self {
        self.flashes.login_message.category = category.into();
        self
    }

    /// The message that is flashed when a request is redirected to the refresh view; empty for none.
    /// As with the [login message](Self::login_message), only a navigation flashes it, and a login or
    /// [`confirm_login`](crate::confirm_login) removes it.
    ///
    /// Default: `Please reauthenticate to access this page.`
    pub fn needs_refresh_message(mut self, message: impl Into<String>) -> Self {
        self.flashes.needs_refresh_message.text = message.into();
        self
    }

    /// The category of the needs-refresh message.
    ///
    /// Default: `message`.
    pub fn needs_refresh_message_category(mut self, category: impl Into<String>) -> Self {
        self.flashes.needs_refresh_message.category = category.into();
        self
    }

    /// Translates both messages before they are flashed: Flask-Login's `localize_callback`. The
    /// request is there for its `Accept-Language`.
    ///
    /// Default: none.
    ///
    /// ```
    /// # use actix_login::{LoginManager, UserMixin};
    /// # #[derive(Clone, UserMixin)]
    /// # struct User { id: u64 }
    /// use actix_web::http::header::ACCEPT_LANGUAGE;
    ///
    /// LoginManager::<User>::builder([0; 32])
    ///     .user_loader(async |id: u64| Some(User { id }))
    ///     .login_view("/login")
    ///     .localize(|req, message| {
    ///         let language = req.headers().get(ACCEPT_LANGUAGE);
    ///         match language.is_some_and(|value| value.as_bytes().starts_with(b"de")) {
    ///             true => "Bitte anmelden.".to_owned(),
    ///             false => message.to_owned(),
    ///         }
    ///     })
    ///     .build()?;
    /// # Ok::<(), actix_login::ConfigError>(())
    /// ```
    pub fn localize(
        mut self,
        localize: impl Fn(&HttpRequest, &str) -> String + Send + Sync + 'static,
    ) -> Self {
        self.flashes.localize = Some(Box::new(localize));
        self
    }

    /// Receives each flash, with its category and message, instead of the session: for another library
    /// of flash messages.
    ///
    /// Default: none. With actix-web-flash-messages:
    ///
    /// ```text
    /// .flash_handler(|_req, _category, message| FlashMessage::info(message).send())
    /// ```
    pub fn flash_handler(
        mut self,
        handler: impl Fn(&HttpRequest, &str, &str) + Send + Sync + 'static,
    ) -> Self {
        self.flashes.handler = Some(Box::new(handler));
        self
    }

    /// Makes the response to requests that need a login.
    ///
    /// Default: none, and the [login view](Self::login_view) is used. A handler that makes only some of
    /// the responses leaves the others to [`unauthorized`](crate::unauthorized), which uses the view
    /// there.
    ///
    /// ```
    /// # use actix_login::{LoginManager, UserMixin};
    /// # #[derive(Clone, UserMixin)]
    /// # struct User { id: u64 }
    /// use actix_web::{HttpRequest, HttpResponse};
    ///
    /// LoginManager::<User>::builder([0; 32])
    ///     .user_loader(async |id: u64| Some(User { id }))
    ///     .unauthorized_handler(async |req: &HttpRequest| {
    ///         HttpResponse::Unauthorized().body(format!("log in to see {}", req.path()))
    ///     })
    ///     .build()?;
    /// # Ok::<(), actix_login::ConfigError>(())
    /// ```
    pub fn unauthorized_handler<F, R>(mut self, handler: F) -> Self
    where
        F: AsyncFn(&HttpRequest) -> R + Send + Sync + 'static,
        R: Responder + 'static,
    {
        self.refusals.unauthorized.handler = Some(refusal_handler(handler));
        self
    }

    /// Makes the response to requests that need a fresh login.
    ///
    /// Default: none, and the [refresh view](Self::refresh_view) is used. The handler may call
    /// [`needs_refresh`](crate::needs_refresh), which uses the view there.
    ///
    /// ```
    /// # use actix_login::{LoginManager, UserMixin};
    /// # #[derive(Clone, UserMixin)]
    /// # struct User { id: u64 }
    /// use actix_web::{HttpRequest, HttpResponse};
    ///
    /// LoginManager::<User>::builder([0; 32])
    ///     .user_loader(async |id: u64| Some(User { id }))
    ///     .needs_refresh_handler(async |_: &HttpRequest| {
    ///         HttpResponse::Unauthorized().body("enter your password again")
    ///     })
    ///     .build()?;
    /// # Ok::<(), actix_login::ConfigError>(())
    /// ```
    pub fn needs_refresh_handler<F, R>(mut self, handler: F) -> Self
    where
        F: AsyncFn(&HttpRequest) -> R + Send + Sync + 'static,
        R: Responder + 'static,
    {
        self.refusals.needs_refresh.handler = Some(refusal_handler(handler));
        self
    }

    /// Makes the response to logged-in users who do not pass a `check`.
    ///
    /// Default: none, and they get an empty 403.
    ///
    /// ```
    /// # use actix_login::{LoginManager, UserMixin};
    /// # #[derive(Clone, UserMixin)]
    /// # struct User { id: u64 }
    /// use actix_web::{HttpRequest, HttpResponse};
    ///
    /// LoginManager::<User>::builder([0; 32])
    ///     .user_loader(async |id: u64| Some(User { id }))
    ///     .forbidden_handler(async |_: &HttpRequest| {
    ///         HttpResponse::Forbidden().body("ask an administrator for this right")
    ///     })
    ///     .build()?;
    /// # Ok::<(), actix_login::ConfigError>(())
    /// ```
    pub fn forbidden_handler<F, R>(mut self, handler: F) -> Self
    where
        F: AsyncFn(&HttpRequest) -> R + Send + Sync + 'static,
        R: Responder + 'static,
    {
        self.refusals.forbidden_handler = Some(refusal_handler(handler));
        self
    }

    /// `USE_SESSION_FOR_NEXT`: whether the refused page is kept in the session under `next`, instead of
    /// the query of the login view.
    ///
    /// Only a navigation sets it: a browser that opens a page, and no script, image or frame in a page.
    /// Browsers tell by `Sec-Fetch-Mode` and `Sec-Fetch-Dest`; without these headers, a request counts
    /// that accepts HTML and has neither `X-Requested-With` nor `HX-Request`. A login uses it up; within
    /// that request [`NextUrl`](crate::NextUrl) still has it. It expires after
    /// [`NEXT_LIFETIME`](crate::config::NEXT_LIFETIME). A browser has one session: of two tabs that are
    /// refused, the later one sets it.
    ///
    /// Default: `false`.
    ///
    /// ```
    /// # use actix_login::{LoginManager, UserMixin};
    /// # #[derive(Clone, UserMixin)]
    /// # struct User { id: u64 }
    /// LoginManager::<User>::builder([0; 32])
    ///     .user_loader(async |id: u64| Some(User { id }))
    ///     .login_view("/login")
    ///     .use_session_for_next(true)
    ///     .build()?;
    /// # Ok::<(), actix_login::ConfigError>(())
    /// ```
    pub fn use_session_for_next(mut self, use_session: bool) -> Self {
        self.redirects.use_session_for_next = use_session;
        self
    }

    /// Whether the `next` of a refused `POST`, `PUT`, `DELETE` or other unsafe method is the URL of that
    /// request, as in Flask-Login. A browser that is redirected there after the login sends a `GET`,
    /// which often gets a 404 or 405.
    ///
    /// Default: `false`, and the `next` is the page that sent the request: the one in `Referer`, if it is
    /// on this site, or else none. Requests with `GET` and `HEAD` always leave their own URL.
    ///
    /// ```
    /// # use actix_login::{LoginManager, UserMixin};
    /// # #[derive(Clone, UserMixin)]
    /// # struct User { id: u64 }
    /// LoginManager::<User>::builder([0; 32])
    ///     .user_loader(async |id: u64| Some(User { id }))
    ///     .login_view("/login")
    ///     .next_for_unsafe_methods(true)
    ///     .build()?;
    /// # Ok::<(), actix_login::ConfigError>(())
    /// ```
    pub fn next_for_unsafe_methods(mut self, own_url: bool) -> Self {
        self.redirects.next_for_unsafe_methods = own_url;
        self
    }

    /// Whether only a [navigation](Self::use_session_for_next) is redirected to a view, and any other
    /// refused request gets an empty 401 with the URL of the view in `Location`. Otherwise a script
    /// follows the redirect and gets the HTML of the login page.
    ///
    /// The `next` in that URL is the page that sent the request, by its `Referer`. With `fetch`, on a
    /// page of this origin (elsewhere a script can't read `Location`):
    ///
    /// ```js
    /// if (response.status === 401 && response.headers.has("Location")) {
    ///     location.href = response.headers.get("Location");
    /// }
    /// ```
    ///
    /// Default: `false`, as in Flask-Login.
    ///
    /// ```
    /// # use actix_login::{LoginManager, UserMixin};
    /// # #[derive(Clone, UserMixin)]
    /// # struct User { id: u64 }
    /// LoginManager::<User>::builder([0; 32])
    ///     .user_loader(async |id: u64| Some(User { id }))
    ///     .login_view("/login")
    ///     .redirect_navigations_only(true)
    ///     .build()?;
    /// # Ok::<(), actix_login::ConfigError>(())
    /// ```
    pub fn redirect_navigations_only(mut self, navigations_only: bool) -> Self {
        self.redirects.redirect_navigations_only = navigations_only;
        self
    }

    /// `FORCE_HOST_FOR_REDIRECTS`: the host of redirects to the views, whatever `Host` the request
    /// has.
    ///
    /// Default: none, and the redirects have no host.
    ///
    /// ```
    /// # use actix_login::{LoginManager, UserMixin};
    /// # #[derive(Clone, UserMixin)]
    /// # struct User { id: u64 }
    /// LoginManager::<User>::builder([0; 32])
    ///     .user_loader(async |id: u64| Some(User { id }))
    ///     .login_view("/login")
    ///     .force_host("shop.example")
    ///     .build()?;
    /// # Ok::<(), actix_login::ConfigError>(())
    /// ```
    pub fn force_host(mut self, host: impl Into<String>) -> Self {
        self.redirects.force_host = Some(host.into());
        self
    }

    /// Scheme and host of this site, such as `https://shop.example`, for the `next` that a login view
    /// on another host gets, and to tell this site's own pages by their `Referer` and `Origin`.
    ///
    /// If a proxy strips the start of the path, add it: with `https://example.com/shop`, a request for
    /// `/cart` gets the `next` `/shop/cart`, and the view `/login` is redirected to as `/shop/login`.
    /// So is a view that is a named resource, the view of `#[anonymous_required]`, and the one that
    /// [`login_url`](crate::login_url) gets. The app adds it to its own redirects.
    ///
    /// Default: the request's `Host`. `Referer` and `Origin` are then compared by host and port alone. A
    /// `next` for a view on another host gets the connection's scheme: `http` behind a proxy that ends
    /// TLS, so set the origin there. `Forwarded` and `X-Forwarded-Host` are ignored.
    pub fn server_origin(mut self, origin: impl Into<String>) -> Self {
        self.redirects.server_origin = Some(origin.into());
        self
    }

    /// Other hosts that a `next` may lead to, such as `accounts.example` or `localhost:8080`.
    ///
    /// Default: none. Further calls add to them.
    pub fn allowed_redirect_hosts<H: Into<String>>(
        mut self,
        hosts: impl IntoIterator<Item = H>,
    ) -> Self {
        let hosts = hosts.into_iter().map(Into::into);
        self.redirects.allowed_hosts.extend(hosts);
        self
    }
}
