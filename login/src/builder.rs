//! The builder of a login manager: every setting of Flask-Login's, and what this crate adds.

use std::{
    sync::{Arc, atomic::AtomicBool},
    time::{Duration, SystemTime},
};

use actix_web::{HttpRequest, Responder, http::header::HeaderName};
use url::Url;

use crate::{
    active::ActiveLogins,
    config::{
        AUTH_HEADER_NAME, LOGIN_DEADLINE, LOGIN_MESSAGE, MESSAGE_CATEGORY, NEEDS_REFRESH_MESSAGE,
    },
    error::ConfigError,
    events::{LoginEvent, Observer},
    identifier::{IdentifierSource, SessionProtection},
    keys::Keyring,
    loader::{
        AnyHeaderLoader, AnyRequestLoader, AnyUserLoader, ByHeader, ById, ByRequest, Erased,
        HeaderLoader, RequestLoader, UserLoader,
    },
    manager::{LoginManager, Registry},
    remember_cookie::RememberCookie,
    session::SessionKeys,
    settings::{
        Clock, FlashHandler, FlaskCookies, Localize, Message, RefusalHandler, Settings,
        refusal_handler, seconds_since_1970,
    },
    user::UserMixin,
    view::View,
};

/// Builds a [`LoginManager`]: its loaders, its views, its cookies.
///
/// A wrong configuration fails in [`build`](Self::build), at start, and not in a request.
#[must_use = "call `.build()?`"]
pub struct LoginManagerBuilder<U: UserMixin> {
    secret: Vec<u8>,
    previous_keys: Vec<Vec<u8>>,
    name: String,
    user_loader: Option<AnyUserLoader<U>>,
    request_loader: Option<AnyRequestLoader<U>>,
    header_loader: Option<AnyHeaderLoader<U>>,
    auth_header_name: String,
    anonymous_user: Option<Box<dyn Fn() -> U + Send + Sync>>,
    observers: Vec<Observer<U>>,
    login_view: Option<String>,
    refresh_view: Option<String>,
    login_message: Message,
    needs_refresh_message: Message,
    localize: Option<Localize>,
    flash_handler: Option<FlashHandler>,
    unauthorized_handler: Option<RefusalHandler>,
    needs_refresh_handler: Option<RefusalHandler>,
    forbidden_handler: Option<RefusalHandler>,
    use_session_for_next: bool,
    force_host: Option<String>,
    server_origin: Option<String>,
    allowed_redirect_hosts: Vec<String>,
    remember_cookie: RememberCookie,
    flask_cookies: Option<FlaskCookies>,
    flask_cookies_despite_auth_hash: bool,
    session_protection: SessionProtection,
    identifier: IdentifierSource,
    permanent_session: bool,
    keep_session: bool,
    session_for_request_logins: bool,
    login_deadline: Option<Duration>,
    visit_deadline: Option<Duration>,
    active: Option<ActiveLogins>,
    clock: Option<Clock>,
}

/// Who the users are, and how they are found.
impl<U: UserMixin> LoginManagerBuilder<U> {
    pub(crate) fn new(secret: &[u8]) -> Self {
        let message = |text: &str| Message {
            text: text.to_owned(),
            category: MESSAGE_CATEGORY.to_owned(),
        };
        Self {
            secret: secret.to_owned(),
            previous_keys: Vec::new(),
            name: U::NAME.to_owned(),
            user_loader: None,
            request_loader: None,
            header_loader: None,
            auth_header_name: AUTH_HEADER_NAME.to_owned(),
            anonymous_user: None,
            observers: Vec::new(),
            login_view: None,
            refresh_view: None,
            login_message: message(LOGIN_MESSAGE),
            needs_refresh_message: message(NEEDS_REFRESH_MESSAGE),
            localize: None,
            flash_handler: None,
            unauthorized_handler: None,
            needs_refresh_handler: None,
            forbidden_handler: None,
            use_session_for_next: false,
            force_host: None,
            server_origin: None,
            allowed_redirect_hosts: Vec::new(),
            remember_cookie: RememberCookie::new(),
            flask_cookies: None,
            flask_cookies_despite_auth_hash: false,
            session_protection: SessionProtection::default(),
            identifier: IdentifierSource::default(),
            permanent_session: false,
            keep_session: false,
            session_for_request_logins: true,
            login_deadline: Some(LOGIN_DEADLINE),
            visit_deadline: None,
            active: None,
            clock: None,
        }
    }

    /// How to find the user of an id that the session or a remember cookie holds.
    ///
    /// Default: none, and then nobody can log in. See [`UserLoader`] for what it may be and may
    /// answer.
    pub fn user_loader(mut self, loader: impl UserLoader<U> + Send + Sync) -> Self {
        self.user_loader = Some(Box::new(Erased::<_, ById>::new(loader)));
        self
    }

    /// How to find the user of a request that carries neither: by an API key, say.
    ///
    /// Default: none. Such a user is logged in for that request alone and never fresh; session and
    /// cookies stay untouched. See [`RequestLoader`].
    pub fn request_loader(mut self, loader: impl RequestLoader<U> + Send + Sync) -> Self {
        self.request_loader = Some(Box::new(Erased::<_, ByRequest>::new(loader)));
        self
    }

    /// How to find the user of a header's value, after the request loader.
    ///
    /// Default: none. A token that it accepts opens every page of this manager; for an API apart see
    /// [An API beside the website](crate#an-api-beside-the-website). See [`HeaderLoader`].
    pub fn header_loader(mut self, loader: impl HeaderLoader<U> + Send + Sync) -> Self {
        self.header_loader = Some(Box::new(Erased::<_, ByHeader>::new(loader)));
        self
    }

    /// `AUTH_HEADER_NAME`: which header the [`header_loader`](Self::header_loader) gets.
    ///
    /// Default: `Authorization`.
    pub fn auth_header_name(mut self, name: impl Into<String>) -> Self {
        self.auth_header_name = name.into();
        self
    }

    /// Makes the guest that stands in for nobody in [`CurrentUser`](crate::CurrentUser):
    /// Flask-Login's `anonymous_user`.
    ///
    /// Default: none. A guest has whatever the app gives it, a permissions field, say; but the
    /// request counts as anonymous whatever the guest's own methods answer, and no guard ever
    /// accepts it.
    pub fn anonymous_user(mut self, guest: impl Fn() -> U + Send + Sync + 'static) -> Self {
        self.anonymous_user = Some(Box::new(guest));
        self
    }

    /// What this kind of user is called.
    ///
    /// Default: [`UserMixin::NAME`], the struct's name from the derive. Session keys, cookie and
    /// derived keys are bound to it. Two managers of one app need different names, also where both
    /// user structs are called `User` in modules of their own: side by side, in scopes of their own,
    /// two of the same name and secret would take each other's logins for theirs. Nested, they are
    /// found out, and answer an empty 500.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Secrets that were in use before, the latest first: a rotation of keys logs nobody out.
    ///
    /// Default: none. What is signed with one of them is accepted. Sessions are rewritten under the
    /// newest at their next use, but remember cookies only when they log somebody in or are
    /// refreshed, which may be on their last day: keep a key listed for as long as the cookie's
    /// [duration](RememberCookie::duration). Never list one that has leaked: whoever has it can log
    /// in as anyone.
    ///
    /// These are this crate's keys. actix-session's own key can't be rotated that way; give the two
    /// different secrets to change this one alone.
    pub fn previous_keys<K: AsRef<[u8]>>(mut self, keys: impl IntoIterator<Item = K>) -> Self {
        self.previous_keys = keys
            .into_iter()
            .map(|key| key.as_ref().to_owned())
            .collect();
        self
    }

    /// Calls `observer` at each event, with the request and the user, if there is one:
    /// Flask-Login's signals.
    ///
    /// Several are called in the order in which they were registered. They must not block.
    ///
    /// ```
    /// # use actix_login::{LoginManager, UserMixin};
    /// # #[derive(Clone, UserMixin)]
    /// # struct User { id: u64 }
    /// use actix_login::{LoginEvent, client_address};
    ///
    /// LoginManager::<User>::builder([0; 32])
    ///     .user_loader(async |id: u64| Some(User { id }))
    ///     .on_event(|req, event, user| {
    ///         if event == LoginEvent::UserLoggedIn {
    ///             println!("{:?} from {:?}", user.map(|user| user.id), client_address(req));
    ///         }
    ///     })
    ///     .build()?;
    /// # Ok::<(), actix_login::ConfigError>(())
    /// ```
    pub fn on_event(
        mut self,
        observer: impl Fn(&HttpRequest, LoginEvent, Option<&U>) + Send + Sync + 'static,
    ) -> Self {
        self.observers.push(Box::new(observer));
        self
    }
}

/// What a refused request gets.
impl<U: UserMixin> LoginManagerBuilder<U> {
    /// Where to log in: a path, an absolute URL, or the name of an actix-web resource, which may be
    /// an `external_resource`. It must not be guarded itself, nor be in a guarded
    /// [`LoginScope`](crate::LoginScope): nobody would get there.
    ///
    /// Default: none, and a refused request gets an empty 401.
    pub fn login_view(mut self, view: impl Into<String>) -> Self {
        self.login_view = Some(view.into());
        self
    }

    /// Where to authenticate again, for requests that need a fresh login; as
    /// [`login_view`](Self::login_view). It must not be for
    /// [anonymous users](crate::anonymous_required) alone, who are sent away where somebody is
    /// logged in.
    ///
    /// Default: none, and such a request gets an empty 401.
    pub fn refresh_view(mut self, view: impl Into<String>) -> Self {
        self.refresh_view = Some(view.into());
        self
    }

    /// What is flashed when a request is sent to the login view. Empty: nothing. A flash is kept in
    /// the session, so a store on the server gets a session of each visitor who is refused.
    ///
    /// Default: `Please log in to access this page.`
    pub fn login_message(mut self, message: impl Into<String>) -> Self {
        self.login_message.text = message.into();
        self
    }

    /// The category of the login message.
    ///
    /// Default: `message`.
    pub fn login_message_category(mut self, category: impl Into<String>) -> Self {
        self.login_message.category = category.into();
        self
    }

    /// What is flashed when a request is sent to the refresh view. Empty: nothing.
    ///
    /// Default: `Please reauthenticate to access this page.`
    pub fn needs_refresh_message(mut self, message: impl Into<String>) -> Self {
        self.needs_refresh_message.text = message.into();
        self
    }

    /// The category of the needs-refresh message.
    ///
    /// Default: `message`.
    pub fn needs_refresh_message_category(mut self, category: impl Into<String>) -> Self {
        self.needs_refresh_message.category = category.into();
        self
    }

    /// Translates both messages before they are flashed: Flask-Login's `localize_callback`.
    ///
    /// Default: none. It gets the request too, to look at `Accept-Language`.
    pub fn localize(
        mut self,
        localize: impl Fn(&HttpRequest, &str) -> String + Send + Sync + 'static,
    ) -> Self {
        self.localize = Some(Box::new(localize));
        self
    }

    /// Gets each flash, with its category and message, instead of the session: to hand them to
    /// another library.
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
        self.flash_handler = Some(Box::new(handler));
        self
    }

    /// Answers requests that need a login, whatever it likes.
    ///
    /// Default: none; the [login view](Self::login_view) does.
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
    ///         HttpResponse::Unauthorized().body(format!("{} is not for you", req.path()))
    ///     })
    ///     .build()?;
    /// # Ok::<(), actix_login::ConfigError>(())
    /// ```
    pub fn unauthorized_handler<F, R>(mut self, handler: F) -> Self
    where
        F: AsyncFn(&HttpRequest) -> R + Send + Sync + 'static,
        R: Responder + 'static,
    {
        self.unauthorized_handler = Some(refusal_handler(handler));
        self
    }

    /// Answers requests that need a fresh login, whatever it likes.
    ///
    /// Default: none; the [refresh view](Self::refresh_view) does.
    pub fn needs_refresh_handler<F, R>(mut self, handler: F) -> Self
    where
        F: AsyncFn(&HttpRequest) -> R + Send + Sync + 'static,
        R: Responder + 'static,
    {
        self.needs_refresh_handler = Some(refusal_handler(handler));
        self
    }

    /// Answers users who are logged in but do not pass a `check`, whatever it likes.
    ///
    /// Default: none; they get an empty 403.
    pub fn forbidden_handler<F, R>(mut self, handler: F) -> Self
    where
        F: AsyncFn(&HttpRequest) -> R + Send + Sync + 'static,
        R: Responder + 'static,
    {
        self.forbidden_handler = Some(refusal_handler(handler));
        self
    }

    /// `USE_SESSION_FOR_NEXT`: whether the refused page is kept in the session under `next`, and
    /// not in the query of the login view.
    ///
    /// Default: `false`.
    pub fn use_session_for_next(mut self, use_session: bool) -> Self {
        self.use_session_for_next = use_session;
        self
    }

    /// `FORCE_HOST_FOR_REDIRECTS`: the host that redirects to the views name, whatever `Host` the
    /// request claimed.
    ///
    /// Default: none, and the redirects name no host.
    pub fn force_host(mut self, host: impl Into<String>) -> Self {
        self.force_host = Some(host.into());
        self
    }

    /// Scheme and host of this site, such as `https://shop.example`, for the `next` that is handed
    /// to a login view on another host.
    ///
    /// Default: the request's `Host`, and the scheme of the connection. Behind a proxy that ends
    /// TLS the connection is plain HTTP, so set it there. `Forwarded` and `X-Forwarded-Host` are
    /// never believed.
    pub fn server_origin(mut self, origin: impl Into<String>) -> Self {
        self.server_origin = Some(origin.into());
        self
    }

    /// Other hosts that a `next` may lead to, such as `accounts.example` or `localhost:8080`.
    ///
    /// Default: none.
    pub fn allowed_redirect_hosts<H: Into<String>>(
        mut self,
        hosts: impl IntoIterator<Item = H>,
    ) -> Self {
        self.allowed_redirect_hosts = hosts.into_iter().map(Into::into).collect();
        self
    }
}

/// How a login lasts, and how it is guarded.
impl<U: UserMixin> LoginManagerBuilder<U> {
    /// The settings of the remember cookie.
    ///
    /// Default: [`RememberCookie::new`].
    pub fn remember_cookie(mut self, cookie: RememberCookie) -> Self {
        self.remember_cookie = cookie;
        self
    }

    /// `SESSION_PROTECTION`: what happens when a session turns up on another computer.
    ///
    /// Default: [`SessionProtection::Basic`].
    pub fn session_protection(mut self, protection: SessionProtection) -> Self {
        self.session_protection = protection;
        self
    }

    /// Finds the client's address behind the app's own proxies: in the `count`-th entry from the
    /// right of `header`, such as `X-Forwarded-For`; where it has fewer, the peer's address counts.
    ///
    /// Default: the peer's address. `count` is the number of proxies that append to the header. One
    /// too many, and clients can pretend to be anyone; one too few, and all seem to be a proxy. Whoever
    /// can reach the app past the proxies can pretend anything.
    pub fn trusted_proxies(mut self, count: usize, header: impl Into<String>) -> Self {
        self.identifier = IdentifierSource::Proxies {
            count,
            header: header.into(),
        };
        self
    }

    /// Says whose computer a request comes from, in place of address and `User-Agent`.
    ///
    /// Default: none. Only a keyed digest of the answer is kept.
    ///
    /// ```
    /// # use actix_login::{LoginManager, UserMixin};
    /// # #[derive(Clone, UserMixin)]
    /// # struct User { id: u64 }
    /// use actix_web::{HttpRequest, http::header::USER_AGENT};
    ///
    /// // Phones change their address all day: only the browser counts.
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
        self.identifier = IdentifierSource::Custom(Box::new(identifier));
        self
    }

    /// Whether sessions outlive the browser, by `SessionLifecycle::PersistentSession`:
    /// Flask's `session.permanent`, which actix-session does not tell.
    ///
    /// Default: `false`. With `true`, [`SessionProtection::Strong`] acts as `Basic`.
    pub fn permanent_session(mut self, permanent: bool) -> Self {
        self.permanent_session = permanent;
        self
    }

    /// Whether the app's own session keys stay when a login ends, as in Flask-Login.
    ///
    /// Default: `false`: when a login ends, its session ends. With `true` they stay for the same
    /// user; a login of anyone else clears them first.
    pub fn keep_session(mut self, keep: bool) -> Self {
        self.keep_session = keep;
        self
    }

    /// Whether an answer to a user of the request or header loader may set a new session cookie,
    /// if the handler writes to the session.
    ///
    /// Default: `true`. With `false`, what the handler writes is dropped, unless the request has
    /// a session already: Flask-Login's "disabling the session cookie for APIs".
    pub fn session_for_request_logins(mut self, session: bool) -> Self {
        self.session_for_request_logins = session;
        self
    }

    /// How long after the login the user must log in again, however busy.
    ///
    /// Default: 31 days. The server enforces it for every session store. A remember cookie starts
    /// a new login then, which is not fresh.
    pub fn login_deadline(mut self, deadline: impl Into<Option<Duration>>) -> Self {
        self.login_deadline = deadline.into();
        self
    }

    /// How long after the last visit the user must log in again.
    ///
    /// Default: none. A visit is a request that asks for the user; it is written down at most
    /// once per twentieth of the deadline. A remember cookie starts a new login then, which is not
    /// fresh: who must be out after half an hour must not be remembered.
    pub fn visit_deadline(mut self, deadline: impl Into<Option<Duration>>) -> Self {
        self.visit_deadline = deadline.into();
        self
    }

    /// Accepts the remember cookies that Flask-Login has set with `secret` (the Flask app's
    /// `SECRET_KEY`) until that day, and replaces each at once by one of this crate's: for a site
    /// that moves over.
    ///
    /// Default: none. Such a cookie says nothing but the user's id and was good for ever, so choose
    /// a near day. The secret is used for nothing else, and must not be empty. Users with a
    /// `session_auth_hash` are refused unless [allowed](Self::accept_flask_cookies_despite_auth_hash).
    pub fn accept_flask_cookies(mut self, secret: impl AsRef<[u8]>, until: SystemTime) -> Self {
        self.flask_cookies = Some(FlaskCookies {
            secret: secret.as_ref().to_owned(),
            until: seconds_since_1970(until),
            despite_auth_hash: false,
        });
        self
    }

    /// Whether Flask-Login's cookies are accepted for users with a `session_auth_hash`, too.
    ///
    /// Default: `false`, since such a cookie knows of no password change: one that a thief has
    /// would survive it.
    pub fn accept_flask_cookies_despite_auth_hash(mut self, accept: bool) -> Self {
        self.flask_cookies_despite_auth_hash = accept;
        self
    }

    /// Keeps a list, on the server, of who is logged in where: [`ActiveLogins`].
    ///
    /// Default: none, and all is stateless. Switched on, a logout makes also all copies of session
    /// and remember cookie worthless; users can be shown where they are logged in
    /// ([`active_logins`](crate::active_logins)); and a copied remember cookie is found out when
    /// it is used. Each request that asks for the user asks the store once. Logins from before
    /// have no entry, so switching it on logs everyone out once. The store in memory forgets all at
    /// a restart, and so everyone is out then, remembered or not.
    pub fn active_logins(mut self, active: ActiveLogins) -> Self {
        self.active = Some(active);
        self
    }

    /// The clock that deadlines and ends are measured by; for tests.
    ///
    /// Default: the system's.
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Some(Box::new(clock));
        self
    }

    /// Checks everything and makes the manager.
    ///
    /// # Errors
    ///
    /// [`ConfigError`]: a short secret or previous key, no loader, a malformed view, a cookie that
    /// browsers would drop, a name or header that can't be one. Each says what to write instead.
    pub fn build(self) -> Result<LoginManager<U>, ConfigError> {
        if self.user_loader.is_none()
            && self.request_loader.is_none()
            && self.header_loader.is_none()
        {
            return Err(ConfigError::NoLoader);
        }
        check_name(&self.name)?;
        check_header("auth_header_name", &self.auth_header_name)?;
        if let IdentifierSource::Proxies { count, header } = &self.identifier {
            check_header("trusted_proxies", header)?;
            if *count == 0 {
                return Err(setting(
                    "trusted_proxies",
                    "0 proxies write no header: leave it out",
                ));
            }
        }
        if let Some(host) = &self.force_host {
            check_host("force_host", host)?;
        }
        for host in &self.allowed_redirect_hosts {
            check_host("allowed_redirect_hosts", host)?;
        }
        for (name, deadline) in [
            ("login_deadline", self.login_deadline),
            ("visit_deadline", self.visit_deadline),
        ] {
            if deadline.is_some_and(|deadline| deadline.as_secs() == 0) {
                return Err(setting(name, "it must be at least a second"));
            }
        }
        if let Some(flask) = &self.flask_cookies
            && flask.secret.is_empty()
        {
            return Err(setting(
                "accept_flask_cookies",
                "the secret is empty: it must be the Flask app's `SECRET_KEY`",
            ));
        }
        if let Some(active) = &self.active {
            active.check()?;
        }
        let view =
            |name, view: Option<String>| view.map(|view| View::parse(name, view)).transpose();
        let flask_cookies = self.flask_cookies.map(|flask| FlaskCookies {
            despite_auth_hash: self.flask_cookies_despite_auth_hash,
            ..flask
        });
        let settings = Settings {
            keys: Keyring::new(&self.secret, &self.previous_keys, &self.name)?,
            session_keys: SessionKeys::of_manager(&self.name),
            login_view: view("login_view", self.login_view)?,
            refresh_view: view("refresh_view", self.refresh_view)?,
            login_message: self.login_message,
            needs_refresh_message: self.needs_refresh_message,
            localize: self.localize,
            flash_handler: self.flash_handler,
            unauthorized_handler: self.unauthorized_handler,
            needs_refresh_handler: self.needs_refresh_handler,
            forbidden_handler: self.forbidden_handler,
            use_session_for_next: self.use_session_for_next,
            force_host: self.force_host,
            server_origin: self
                .server_origin
                .as_deref()
                .map(check_origin)
                .transpose()?,
            allowed_redirect_hosts: self.allowed_redirect_hosts,
            auth_header_name: self
                .header_loader
                .is_some()
                .then_some(self.auth_header_name),
            remember: self.remember_cookie.build(&self.name)?,
            flask_cookies,
            protection: self.session_protection,
            identifier: self.identifier,
            permanent_session: self.permanent_session,
            keep_session: self.keep_session,
            session_for_request_logins: self.session_for_request_logins,
            login_deadline: self.login_deadline,
            visit_deadline: self.visit_deadline,
            active: self.active,
            clock: self.clock,
            name: self.name,
        };
        Ok(LoginManager(Arc::new(Registry {
            settings,
            user_loader: self.user_loader,
            request_loader: self.request_loader,
            header_loader: self.header_loader,
            anonymous_user: self.anonymous_user,
            observers: self.observers,
            session_seen: AtomicBool::new(false),
        })))
    }
}

fn setting(setting: &'static str, reason: impl Into<String>) -> ConfigError {
    ConfigError::Setting {
        setting,
        reason: reason.into(),
    }
}

fn check_name(name: &str) -> Result<(), ConfigError> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if name.is_empty() || !name.bytes().all(is_plain) {
        let reason = format!("{name:?} must be ASCII letters, digits, `_` and `-`");
        return Err(setting("name", reason));
    }
    Ok(())
}

fn check_header(name: &'static str, header: &str) -> Result<(), ConfigError> {
    match HeaderName::try_from(header) {
        Ok(_) => Ok(()),
        Err(_) => Err(setting(name, format!("{header:?} is no header name"))),
    }
}

/// A host with or without a port, and nothing else.
fn check_host(name: &'static str, host: &str) -> Result<(), ConfigError> {
    let is_host = Url::parse(&format!("http://{host}/"))
        .is_ok_and(|url| url.path() == "/" && url.username().is_empty() && url.query().is_none());
    // It goes into a header, or is compared with what a parser made of a URL.
    let is_printable = host.bytes().all(|byte| byte.is_ascii_graphic());
    if is_host && is_printable && !host.contains(['/', '\\', '@', '?', '#']) {
        return Ok(());
    }
    let reason = format!("{host:?} must be a host such as \"example.com\" or \"localhost:8080\"");
    Err(setting(name, reason))
}

/// Scheme and host alone, without the slash at the end.
fn check_origin(origin: &str) -> Result<String, ConfigError> {
    let is_origin = Url::parse(origin).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
    });
    if is_origin && origin.contains("://") {
        return Ok(origin.trim_end_matches('/').to_owned());
    }
    let reason = format!("{origin:?} must be a scheme and host such as \"https://example.com\"");
    Err(setting("server_origin", reason))
}
