//! The builder of a login manager: what it holds, and the checks at the end.

mod cross_site;
mod refusals;
mod sessions;
mod users;

use std::{
    any::type_name,
    fmt,
    sync::{Arc, atomic::AtomicBool},
};

use actix_web::http::header::{HeaderName, HeaderValue};
use url::Url;

use super::{
    AnonymousUser, LoginManager, Registry,
    settings::{Clock, CrossSiteSettings, FlashSettings, RedirectSettings, Refusals, Settings},
};
use crate::{
    config::AUTH_HEADER_NAME,
    crypto::keyring::Keyring,
    error::ConfigError,
    events::Observer,
    http::{
        cache_headers::{PRIVATE, is_private},
        origin::Origin,
        token::is_token,
        url::{Location, is_path_on_this_site},
    },
    loader::Loaders,
    remember::{
        cookie::RememberCookie,
        settings::{FlaskCookies, RememberSettings},
    },
    session::{keys::SessionKeys, protection::Proxies, settings::SessionSettings},
    store::settings::ActiveLogins,
    user::UserMixin,
};

/// Builds a [`LoginManager`]: its loaders, its views, its cookies.
///
/// A wrong configuration fails in [`build`](Self::build), at start, and never in a request.
#[must_use = "call `.build()?`"]
pub struct LoginManagerBuilder<U: UserMixin> {
    secret: Vec<u8>,
    previous_keys: Vec<Vec<u8>>,
    name: String,
    loaders: Loaders<U>,
    auth_header_name: String,
    www_authenticate: Option<String>,
    cache_control: Option<String>,
    anonymous_user: Option<AnonymousUser<U>>,
    observers: Vec<Observer<U>>,
    session: SessionSettings,
    remember_cookie: RememberCookie,
    flask_cookies: Option<FlaskCookies>,
    flask_cookies_despite_auth_hash: bool,
    refusals: Refusals,
    flashes: FlashSettings,
    redirects: RedirectSettings,
    cross_site: CrossSiteSettings,
    active: Option<ActiveLogins>,
    clock: Option<Clock>,
}

/// Without the keys.
impl<U: UserMixin> fmt::Debug for LoginManagerBuilder<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginManagerBuilder")
            .field("user", &type_name::<U>())
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl<U: UserMixin> LoginManager<U> {
    /// Returns a builder with the default settings. All keys are derived from `secret`: at least 32
    /// random bytes, such as the session's own `key.master()`.
    ///
    /// Each instance of an app needs the same secret. A new secret ends all remember cookies, and
    /// makes each session look like that of another client
    /// ([`SessionProtection`](crate::SessionProtection)); sessions of users with a `session_auth_hash`
    /// end. To avoid that, list the old secret in
    /// [`previous_keys`](LoginManagerBuilder::previous_keys).
    pub fn builder(secret: impl AsRef<[u8]>) -> LoginManagerBuilder<U> {
        LoginManagerBuilder {
            secret: secret.as_ref().to_owned(),
            previous_keys: Vec::new(),
            name: U::NAME.to_owned(),
            loaders: Loaders::default(),
            auth_header_name: AUTH_HEADER_NAME.to_owned(),
            www_authenticate: None,
            cache_control: None,
            anonymous_user: None,
            observers: Vec::new(),
            session: SessionSettings::default(),
            remember_cookie: RememberCookie::new(),
            flask_cookies: None,
            flask_cookies_despite_auth_hash: false,
            refusals: Refusals::default(),
            flashes: FlashSettings::default(),
            redirects: RedirectSettings::default(),
            cross_site: CrossSiteSettings::default(),
            active: None,
            clock: None,
        }
    }
}

impl<U: UserMixin> LoginManagerBuilder<U> {
    /// Checks all settings and builds the manager.
    ///
    /// # Errors
    ///
    /// [`ConfigError`]: a short secret or previous key, no loader, a malformed view, name, header,
    /// origin or pattern, or a cookie that browsers would drop. Each says what to write instead.
    pub fn build(mut self) -> Result<LoginManager<U>, ConfigError> {
        if self.loaders.is_empty() {
            return Err(ConfigError::NoLoader);
        }
        check_name(&self.name)?;
        check_header("auth_header_name", &self.auth_header_name)?;
        self.check_session()?;
        self.check_redirects()?;
        self.refusals.check()?;
        self.cross_site.check()?;
        if let Some(flask) = &mut self.flask_cookies {
            if flask.secret.is_empty() {
                return Err(ConfigError::setting(
                    "accept_flask_cookies",
                    "the secret is empty: it must be the Flask app's `SECRET_KEY`",
                ));
            }
            flask.despite_auth_hash = self.flask_cookies_despite_auth_hash;
        } else if self.flask_cookies_despite_auth_hash {
            return Err(ConfigError::setting(
                "accept_flask_cookies_despite_auth_hash",
                "it needs `accept_flask_cookies`",
            ));
        }
        if let Some(active) = &self.active {
            active.check()?;
        }
        let settings = Settings {
            keys: Keyring::new(&self.secret, &self.previous_keys, &self.name)?,
            session_keys: SessionKeys::of_manager(&self.name),
            session: self.session,
            remember: RememberSettings {
                cookie: self.remember_cookie.check(&self.name)?,
                flask: self.flask_cookies,
            },
            refusals: self.refusals,
            flashes: self.flashes,
            cross_site: self.cross_site,
            redirects: self.redirects,
            active: self.active,
            auth_header_name: self
                .loaders
                .by_header
                .is_some()
                .then_some(self.auth_header_name),
            www_authenticate: self
                .www_authenticate
                .as_deref()
                .map(check_challenge)
                .transpose()?,
            cache_control: self
                .cache_control
                .as_deref()
                .map_or(Ok(PRIVATE), check_cache_control)?,
            clock: self.clock,
            name: self.name,
        };
        Ok(LoginManager(Arc::new(Registry {
            settings,
            loaders: self.loaders,
            anonymous_user: self.anonymous_user,
            observers: self.observers,
            session_seen: AtomicBool::new(false),
        })))
    }

    fn check_session(&self) -> Result<(), ConfigError> {
        if let Some(Proxies { count, header }) = &self.session.client.proxies {
            check_header("trusted_proxies", header)?;
            if *count == 0 {
                return Err(ConfigError::setting(
                    "trusted_proxies",
                    "0 proxies write no header: leave it out",
                ));
            }
        }
        for (name, deadline) in [
            ("login_deadline", self.session.login_deadline),
            ("visit_deadline", self.session.visit_deadline),
            ("fresh_deadline", self.session.fresh_deadline),
        ] {
            if deadline.is_some_and(|deadline| deadline.as_secs() == 0) {
                return Err(ConfigError::setting(name, "it must be at least a second"));
            }
        }
        Ok(())
    }

    fn check_redirects(&mut self) -> Result<(), ConfigError> {
        if let Some(host) = &self.redirects.force_host {
            check_host("force_host", host)?;
        }
        for host in &self.redirects.allowed_hosts {
            check_host("allowed_redirect_hosts", host)?;
        }
        if let Some(origin) = &mut self.redirects.server_origin {
            (*origin, self.redirects.base_path) = check_origin(origin)?;
            self.cross_site.own = Origin::parse(origin);
        }
        Ok(())
    }
}

fn check_name(name: &str) -> Result<(), ConfigError> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if name.is_empty() || !name.bytes().all(is_plain) {
        let reason = format!("{name:?} must be ASCII letters, digits, `_` and `-`");
        return Err(ConfigError::setting("name", reason));
    }
    Ok(())
}

fn check_header(name: &'static str, header: &str) -> Result<(), ConfigError> {
    match HeaderName::try_from(header) {
        Ok(_) => Ok(()),
        Err(_) => Err(ConfigError::setting(
            name,
            format!("{header:?} is not a header name"),
        )),
    }
}

/// A challenge, or several: each begins with the name of a scheme.
fn check_challenge(challenge: &str) -> Result<HeaderValue, ConfigError> {
    let rejected =
        |reason: &str| ConfigError::setting("www_authenticate", format!("{challenge:?} {reason}"));
    let (scheme, parameters) = challenge.split_once(' ').unwrap_or((challenge, ""));
    let is_printable = challenge
        .bytes()
        .all(|byte| byte == b' ' || byte.is_ascii_graphic());
    if !is_token(scheme) || !is_printable {
        return Err(rejected(
            "must begin with a scheme, as in \"Bearer\" or \"Basic realm=\\\"api\\\"\"",
        ));
    }
    let lowercase = parameters.to_ascii_lowercase();
    if scheme.eq_ignore_ascii_case("Basic") && !lowercase.contains("realm=") {
        return Err(rejected(
            "lacks the realm that RFC 7617 requires: write \"Basic realm=\\\"api\\\"\"",
        ));
    }
    HeaderValue::from_str(challenge).map_err(|_| rejected("is not a header value"))
}

/// A `Cache-Control` that keeps the response from shared caches.
fn check_cache_control(value: &str) -> Result<HeaderValue, ConfigError> {
    match HeaderValue::from_str(value) {
        Ok(header) if is_private(&header) => Ok(header),
        _ => {
            let reason = format!(
                "{value:?} must contain `private` or `no-store`, and neither `public` nor `s-maxage`"
            );
            Err(ConfigError::setting("cache_control", reason))
        }
    }
}

/// A host with or without a port, and nothing else.
fn check_host(name: &'static str, host: &str) -> Result<(), ConfigError> {
    let is_host = Url::parse(&format!("http://{host}/"))
        .is_ok_and(|url| url.path() == "/" && url.username().is_empty() && url.query().is_none());
    // It goes into a header, or is compared with the host of a parsed URL.
    let is_printable = host.bytes().all(|byte| byte.is_ascii_graphic());
    if is_host && is_printable && !host.contains(['/', '\\', '@', '?', '#']) {
        return Ok(());
    }
    let reason = format!("{host:?} must be a host such as \"example.com\" or \"localhost:8080\"");
    Err(ConfigError::setting(name, reason))
}

/// Returns scheme and host, and the path without the slash at the end.
fn check_origin(origin: &str) -> Result<(String, String), ConfigError> {
    let location = Location::parse(origin);
    let path = location.path.trim_end_matches('/');
    let is_origin = Url::parse(origin).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.path().trim_end_matches('/') == path
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
    });
    let is_plain = path.is_empty() || is_path_on_this_site(path);
    if let Some(scheme) = location.scheme
        && let Some(host) = location.host
        && is_origin
        && is_plain
    {
        return Ok((format!("{scheme}://{host}"), path.to_owned()));
    }
    let reason = format!(
        "{origin:?} must be a scheme and host such as \"https://example.com\", with the path that a \
         proxy strips, if there is one"
    );
    Err(ConfigError::setting("server_origin", reason))
}
