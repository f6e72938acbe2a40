//! The builder's settings for requests that another origin sends.

use actix_web::{HttpRequest, Responder};

use super::{super::settings::refusal_handler, LoginManagerBuilder};
use crate::user::UserMixin;

/// Requests that another origin sends.
///
/// The manager refuses a request that a browser sent for a page of another origin, unless its method is
/// `GET`, `HEAD` or `OPTIONS`; and a handshake of a WebSocket. It does so before any guard or handler
/// runs, whether or not a user is logged in: the guide has
/// [what that stops](crate::guide::forgery).
impl<U: UserMixin> LoginManagerBuilder<U> {
    /// Other origins whose pages may send requests of all methods to this site, and open its
    /// WebSockets: a scheme, a host and a port if it has one, such as `https://partner.example` or
    /// `http://localhost:3000`. Subdomains are origins of their own.
    ///
    /// Default: none. Further calls add to them. Each can do here what its visitors may do.
    ///
    /// ```
    /// # use actix_login::{LoginManager, UserMixin};
    /// # #[derive(Clone, UserMixin)]
    /// # struct User { id: u64 }
    /// LoginManager::<User>::builder([0; 32])
    ///     .user_loader(async |id: u64| Some(User { id }))
    ///     .trusted_origins(["https://www.shop.example", "https://checkout.shop.example"])
    ///     .build()?;
    /// # Ok::<(), actix_login::ConfigError>(())
    /// ```
    pub fn trusted_origins<O: Into<String>>(
        mut self,
        origins: impl IntoIterator<Item = O>,
    ) -> Self {
        for origin in origins {
            self.cross_site.trust(&origin.into());
        }
        self
    }

    /// Paths to which any origin may send requests, in actix-web's syntax, such as
    /// `/webhooks/{tail}*`: for forms on other sites, and for handlers that check a signature or a CSRF
    /// token of their own.
    ///
    /// A pattern is matched against the path that the router matches. If the manager is wrapped around a
    /// scope, that is the path after the scope's own. What stands behind the path does not matter, so
    /// take care that no pattern matches too much.
    ///
    /// Default: none. Further calls add to them. `["/{tail}*"]` switches the protection off, as in
    /// Flask-Login, which has none; then the forms of the app need CSRF tokens.
    ///
    /// ```
    /// # use actix_login::{LoginManager, UserMixin};
    /// # #[derive(Clone, UserMixin)]
    /// # struct User { id: u64 }
    /// LoginManager::<User>::builder([0; 32])
    ///     .user_loader(async |id: u64| Some(User { id }))
    ///     .allow_cross_site(["/webhooks/{tail}*", "/payment-done"])
    ///     .build()?;
    /// # Ok::<(), actix_login::ConfigError>(())
    /// ```
    pub fn allow_cross_site<P: Into<String>>(
        mut self,
        patterns: impl IntoIterator<Item = P>,
    ) -> Self {
        self.cross_site.allow(patterns);
        self
    }

    /// Makes the response to requests that another origin sent.
    ///
    /// Default: none, and they get an empty 403. The handler must not ask for the user, the session or a
    /// flash: it runs before the request has them. The functions of this crate fail there with
    /// [`CrossSiteHandlerAsked`](crate::LoginError::CrossSiteHandlerAsked).
    ///
    /// ```
    /// # use actix_login::{LoginManager, UserMixin};
    /// # #[derive(Clone, UserMixin)]
    /// # struct User { id: u64 }
    /// use actix_web::{HttpRequest, HttpResponse};
    ///
    /// LoginManager::<User>::builder([0; 32])
    ///     .user_loader(async |id: u64| Some(User { id }))
    ///     .cross_site_handler(async |_: &HttpRequest| {
    ///         HttpResponse::Forbidden().body("Open the page on this site and try again.")
    ///     })
    ///     .build()?;
    /// # Ok::<(), actix_login::ConfigError>(())
    /// ```
    pub fn cross_site_handler<F, R>(mut self, handler: F) -> Self
    where
        F: AsyncFn(&HttpRequest) -> R + Send + Sync + 'static,
        R: Responder + 'static,
    {
        self.cross_site.handler = Some(refusal_handler(handler));
        self
    }
}
