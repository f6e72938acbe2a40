//! The builder's settings for logins: how long they last, and how they are protected.

use std::time::{Duration, SystemTime};

use actix_web::HttpRequest;

use super::LoginManagerBuilder;
use crate::{
    remember::{cookie::RememberCookie, settings::FlaskCookies},
    session::protection::{Proxies, SessionProtection},
    store::settings::ActiveLogins,
    user::UserMixin,
};

/// How long logins last, and how they are protected.
impl<U: UserMixin> LoginManagerBuilder<U> {
    /// The settings of the remember cookie.
    ///
    /// Default: [`RememberCookie::new`].
    pub fn remember_cookie(mut self, cookie: RememberCookie) -> Self {
        self.remember_cookie = cookie;
        self
    }

    /// `SESSION_PROTECTION`: what happens when a session is used by another client.
    ///
    /// Default: [`SessionProtection::Basic`].
    ///
    /// ```
    /// # use actix_login::{LoginManager, UserMixin};
    /// # #[derive(Clone, UserMixin)]
    /// # struct User { id: u64 }
    /// use actix_login::SessionProtection;
    ///
    /// LoginManager::<User>::builder([0; 32])
    ///     .user_loader(async |id: u64| Some(User { id }))
    ///     .session_protection(SessionProtection::Strong)
    ///     .build()?;
    /// # Ok::<(), actix_login::ConfigError>(())
    /// ```
    pub fn session_protection(mut self, protection: SessionProtection) -> Self {
        self.session.protection = protection;
        self
    }

    /// Finds the client's address behind the app's own proxies: in the `count`-th entry from the right
    /// of `header`, such as `X-Forwarded-For`. If it has fewer entries, the peer's address is used.
    ///
    /// `Forwarded` is read as RFC 7239 has it: the `for` parameter of the `count`-th element from the
    /// right. The peer's address is used if it names no IP address (`unknown`, `_hidden`), or if the
    /// value is malformed, such as an IPv6 address without brackets and quotes.
    ///
    /// Default: the peer's address. `count` is the number of proxies that append to the header. If it is
    /// too high, clients can forge their address; if it is too low, all clients share a proxy's
    /// address. A client that bypasses the proxies can forge any address.
    ///
    /// ```
    /// # use actix_login::{LoginManager, UserMixin};
    /// # #[derive(Clone, UserMixin)]
    /// # struct User { id: u64 }
    /// LoginManager::<User>::builder([0; 32])
    ///     .user_loader(async |id: u64| Some(User { id }))
    ///     // nginx with `proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;`
    ///     .trusted_proxies(1, "X-Forwarded-For")
    ///     .build()?;
    /// # Ok::<(), actix_login::ConfigError>(())
    /// ```
    pub fn trusted_proxies(mut self, count: usize, header: impl Into<String>) -> Self {
        let header = header.into();
        self.session.client.proxies = Some(Proxies { count, header });
        self
    }

    /// Identifies the client of a request, instead of address and `User-Agent`.
    ///
    /// Default: none. Only a keyed digest of the result is stored. [`client_address`](crate::client_address)
    /// stays that of the peer, or of [`trusted_proxies`](Self::trusted_proxies).
    ///
    /// ```
    /// # use actix_login::{LoginManager, UserMixin};
    /// # #[derive(Clone, UserMixin)]
    /// # struct User { id: u64 }
    /// use actix_web::{HttpRequest, http::header::USER_AGENT};
    ///
    /// // The address of a phone changes often, so only the browser counts.
    /// LoginManager::<User>::builder([0; 32])
    ///     .user_loader(async |id: u64| Some(User { id }))
    ///     .session_identifier(|req: &HttpRequest| {
    ///         format!("{:?}", req.headers().get(USER_AGENT))
    ///     })
    ///     .build()?;
    /// # Ok::<(), actix_login::ConfigError>(())
    /// ```
    pub fn session_identifier(
        mut self,
        identifier: impl Fn(&HttpRequest) -> String + Send + Sync + 'static,
    ) -> Self {
        self.session.client.identifier = Some(Box::new(identifier));
        self
    }

    /// Whether sessions outlive the browser, by `SessionLifecycle::PersistentSession`: Flask's
    /// `session.permanent`, which actix-session does not tell.
    ///
    /// Default: `false`. With `true`, [`SessionProtection::Strong`] acts as `Basic`.
    pub fn permanent_session(mut self, permanent: bool) -> Self {
        self.session.is_permanent = permanent;
        self
    }

    /// Whether the app's own session keys stay when a login ends, as in Flask-Login.
    ///
    /// Default: `false`: when a login ends, its session ends. With `true` they stay for the same user;
    /// a login of another user clears them first.
    pub fn keep_session(mut self, keep: bool) -> Self {
        self.session.keep_session = keep;
        self
    }

    /// Whether the response to a user of the request or header loader may set a new session cookie, if
    /// the handler writes to the session.
    ///
    /// Default: `true`. With `false`, what the handler writes is dropped unless the request already has
    /// a session: Flask-Login's "disabling the session cookie for APIs".
    pub fn session_for_request_logins(mut self, session: bool) -> Self {
        self.session.session_for_request_logins = session;
        self
    }

    /// How long after the login the user must log in again, even if active all the time.
    ///
    /// Default: 31 days. The server enforces it for every session store. After it, a remember cookie
    /// starts a new login, which is not fresh. See [`no_login_deadline`](Self::no_login_deadline).
    ///
    /// A session store may forget the session earlier. actix-session keeps a session in a store on a
    /// server for its `state_ttl` (`session_ttl` if it is persistent), one day by default, counted from
    /// the last change of the session: after that, even a user who is active all the time is logged
    /// out. This crate can't see that setting, so make it at least as long as the deadline: the guide has
    /// [the code](crate::guide::storage#how-long-sessions-last). With
    /// [active logins](Self::active_logins), logins also stay on the list until they expire here.
    pub fn login_deadline(mut self, deadline: Duration) -> Self {
        self.session.login_deadline = Some(deadline);
        self
    }

    /// Lets a login last as long as its session.
    ///
    /// Default: the [login deadline](Self::login_deadline) of 31 days.
    pub fn no_login_deadline(mut self) -> Self {
        self.session.login_deadline = None;
        self
    }

    /// How long after the last visit the user must log in again.
    ///
    /// Default: none. A visit is a request that asks for the user. It is recorded at most once per
    /// twentieth of the deadline. After it, a remember cookie starts a new login, which is not fresh:
    /// if users must be out after half an hour, do not remember them. Requests that a page makes on its
    /// own are visits, too, unless [`counts_as_visit`](Self::counts_as_visit) says otherwise.
    pub fn visit_deadline(mut self, deadline: Duration) -> Self {
        self.session.visit_deadline = Some(deadline);
        self
    }

    /// How long a login stays fresh: after it, the user must authenticate again before critical pages,
    /// and stays logged in (ASVS 5.0, 7.5.1 and 7.5.3). In whole seconds, from the login or from the
    /// last [`confirm_login`](crate::confirm_login).
    ///
    /// Default: none, as in Flask-Login: a login stays fresh as long as it lasts. A guard can ask for
    /// less: `#[fresh_login_required(within = "15m")]`, or
    /// [`LoginScope::fresh_login_required_within`](crate::LoginScope::fresh_login_required_within). The
    /// shorter time counts.
    ///
    /// ```
    /// # use actix_login::{LoginManager, UserMixin};
    /// # #[derive(Clone, UserMixin)]
    /// # struct User { id: u64 }
    /// use std::time::Duration;
    ///
    /// LoginManager::<User>::builder([0; 32])
    ///     .user_loader(async |id: u64| Some(User { id }))
    ///     .fresh_deadline(Duration::from_secs(60 * 60))
    ///     .refresh_view("/reauthenticate")
    ///     .build()?;
    /// # Ok::<(), actix_login::ConfigError>(())
    /// ```
    pub fn fresh_deadline(mut self, deadline: Duration) -> Self {
        self.session.fresh_deadline = Some(deadline);
        self
    }

    /// Which requests count as visits: a page that polls in an open tab does not keep its user logged
    /// in if its requests do not count.
    ///
    /// Default: all requests. A request for which the function returns `false` must still meet the
    /// [`visit_deadline`](Self::visit_deadline), and does not extend it. It does not change the
    /// `last_seen_at` of an [active login](Self::active_logins) either, and does not
    /// [refresh](RememberCookie::refresh_each_request) the remember cookie.
    ///
    /// ```
    /// # use actix_login::{LoginManager, UserMixin};
    /// # #[derive(Clone, UserMixin)]
    /// # struct User { id: u64 }
    /// use std::time::Duration;
    ///
    /// LoginManager::<User>::builder([0; 32])
    ///     .user_loader(async |id: u64| Some(User { id }))
    ///     .visit_deadline(Duration::from_secs(30 * 60))
    ///     .counts_as_visit(|req| req.path() != "/notifications/poll")
    ///     .build()?;
    /// # Ok::<(), actix_login::ConfigError>(())
    /// ```
    pub fn counts_as_visit(
        mut self,
        counts: impl Fn(&HttpRequest) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.session.counts_as_visit = Some(Box::new(counts));
        self
    }

    /// Accepts the remember cookies that Flask-Login has set with `secret` (the Flask app's
    /// `SECRET_KEY`) until that day, and replaces each by one of this crate's at once. It is for a site
    /// that moves over from Flask.
    ///
    /// Default: none. Such a cookie holds the user's id alone and never expires, so choose a near day.
    /// Without [active logins](Self::active_logins) **a copy of it outlives a logout**: it logs in until
    /// that day.
    ///
    /// With active logins, the cookie starts one login per browser. All browsers of a user have the same
    /// cookie, so the end of one of these logins ends the cookie as well: by `logout_user`, `end_login`,
    /// `max_logins`, or the use of a copy. `end_other_logins` and `end_all_logins_of` always end it. The
    /// user's other browsers keep their logins; one that was not restored yet asks for the password. A
    /// login that only expires does not end the cookie. Do not move the day to a later one: cookies that
    /// have ended would be accepted again once the first day has passed.
    ///
    /// Flask-Login's cookie names no kind of user. Accept it on one manager of an app alone, or customer 5
    /// is administrator 5.
    ///
    /// The secret is used for nothing else, and must not be empty. Users with a `session_auth_hash` are
    /// refused unless [allowed](Self::accept_flask_cookies_despite_auth_hash).
    ///
    /// ```
    /// # use actix_login::{LoginManager, UserMixin};
    /// # #[derive(Clone, UserMixin)]
    /// # struct User { id: u64 }
    /// use std::time::{Duration, SystemTime};
    ///
    /// let month = Duration::from_secs(30 * 24 * 3600);
    /// LoginManager::<User>::builder([0; 32])
    ///     .user_loader(async |id: u64| Some(User { id }))
    ///     .accept_flask_cookies("the SECRET_KEY of the Flask app", SystemTime::now() + month)
    ///     .build()?;
    /// # Ok::<(), actix_login::ConfigError>(())
    /// ```
    pub fn accept_flask_cookies(mut self, secret: impl AsRef<[u8]>, until: SystemTime) -> Self {
        self.flask_cookies = Some(FlaskCookies {
            secret: secret.as_ref().to_owned(),
            until: until.into(),
            despite_auth_hash: false,
        });
        self
    }

    /// Whether Flask-Login's cookies are also accepted for users with a `session_auth_hash`.
    ///
    /// Default: `false`. Such a cookie does not depend on the password, so a stolen one would survive
    /// a password change. Without [`accept_flask_cookies`](Self::accept_flask_cookies) it is a
    /// [`ConfigError`](crate::ConfigError).
    pub fn accept_flask_cookies_despite_auth_hash(mut self, accept: bool) -> Self {
        self.flask_cookies_despite_auth_hash = accept;
        self
    }

    /// Keeps a list of logins on the server: [`ActiveLogins`].
    ///
    /// Default: none, and logins are stateless. With active logins, a logout also invalidates all copies
    /// of the session and the remember cookie. Users can see where they are logged in
    /// ([`active_logins`](crate::active_logins)), and the use of a copied remember cookie is detected.
    /// Each request that asks for the user queries the store once. Earlier logins have no entry, so
    /// switching it on logs every user out once. The store in memory is empty after a restart, which
    /// logs every user out, remembered or not.
    ///
    /// ```
    /// # use actix_login::{LoginManager, UserMixin};
    /// # #[derive(Clone, UserMixin)]
    /// # struct User { id: u64 }
    /// use actix_login::ActiveLogins;
    ///
    /// LoginManager::<User>::builder([0; 32])
    ///     .user_loader(async |id: u64| Some(User { id }))
    ///     .active_logins(ActiveLogins::in_memory())
    ///     .build()?;
    /// # Ok::<(), actix_login::ConfigError>(())
    /// ```
    pub fn active_logins(mut self, active: ActiveLogins) -> Self {
        self.active = Some(active);
        self
    }
}
