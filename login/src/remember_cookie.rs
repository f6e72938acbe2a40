//! The remember cookie: its settings, and how it is found in a request and put into an answer.

use std::time::Duration;

use actix_web::{
    cookie::{Cookie, SameSite, time},
    http::header::{self, HeaderMap, HeaderValue},
};

use crate::{
    config::{DEFAULT_MANAGER_NAME, REMEMBER_COOKIE_DURATION, REMEMBER_COOKIE_NAME},
    error::ConfigError,
};

/// The settings of the remember cookie: Flask-Login's `REMEMBER_COOKIE_*`.
///
/// ```
/// # use actix_login::{LoginManager, UserMixin};
/// # #[derive(Clone, UserMixin)]
/// # struct User { id: u64 }
/// # async fn load_user(id: u64) -> Option<User> { Some(User { id }) }
/// use std::time::Duration;
/// use actix_login::RememberCookie;
///
/// LoginManager::<User>::builder([0; 32])
///     .user_loader(load_user)
///     .remember_cookie(
///         RememberCookie::new()
///             .duration(Duration::from_secs(30 * 24 * 60 * 60))
///             .refresh_each_request(true)
///             .remember_deadline(Duration::from_secs(180 * 24 * 60 * 60)),
///     )
///     .build()?;
/// # Ok::<(), actix_login::ConfigError>(())
/// ```
#[derive(Debug, Clone)]
#[must_use = "hand it to the manager's builder: `.remember_cookie(…)`"]
pub struct RememberCookie {
    name: Option<String>,
    pub(crate) duration: Duration,
    domain: Option<String>,
    path: String,
    secure: bool,
    http_only: bool,
    same_site: SameSite,
    pub(crate) refresh_each_request: bool,
    pub(crate) remember_deadline: Option<Duration>,
}

impl Default for RememberCookie {
    fn default() -> Self {
        Self {
            name: None,
            duration: REMEMBER_COOKIE_DURATION,
            domain: None,
            path: "/".to_owned(),
            secure: true,
            http_only: true,
            same_site: SameSite::Lax,
            refresh_each_request: false,
            remember_deadline: None,
        }
    }
}

impl RememberCookie {
    /// All defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// `REMEMBER_COOKIE_NAME`: the cookie's name.
    ///
    /// Default: `remember_token`, and `remember_token_Admin` for a manager
    /// [named](crate::LoginManagerBuilder::name) `Admin` and not `User`. A name that starts with
    /// `__Host-` or `__Secure-` makes browsers enforce what it promises; `build` checks that the
    /// other settings keep the promise. Of two managers, each needs another name: each would take
    /// the other's cookie for a forged one, and clear it.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// `REMEMBER_COOKIE_DURATION`: how long a user is remembered.
    ///
    /// Default: 365 days. The server enforces it, whatever the browser keeps. Browsers cut it to
    /// 400 days. [`LoginOptions::duration`](crate::LoginOptions::duration) beats it for one login.
    pub fn duration(mut self, duration: Duration) -> Self {
        self.duration = duration;
        self
    }

    /// `REMEMBER_COOKIE_DOMAIN`: the domain that gets the cookie, with all its subdomains.
    ///
    /// Default: none, which is the exact host alone. Each subdomain can then read the cookie, so
    /// each must be trusted.
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.domain = Some(domain.into());
        self
    }

    /// `REMEMBER_COOKIE_PATH`: limits the cookie to a path.
    ///
    /// Default: `/`. A page outside of the path sees no cookie, and so remembers nobody.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// `REMEMBER_COOKIE_SECURE`: whether browsers send the cookie over HTTPS only.
    ///
    /// Default: `true` (Flask-Login: `False`). Turn it off for local development over plain HTTP,
    /// as for actix-session's cookie; elsewhere anyone on the way could read it.
    pub fn secure(mut self, secure: bool) -> Self {
        self.secure = secure;
        self
    }

    /// `REMEMBER_COOKIE_HTTPONLY`: whether the cookie is kept from scripts.
    ///
    /// Default: `true`. Turned off, any script on any page can take it.
    pub fn http_only(mut self, http_only: bool) -> Self {
        self.http_only = http_only;
        self
    }

    /// `REMEMBER_COOKIE_SAMESITE`: whether requests from other sites carry the cookie.
    ///
    /// Default: `Lax` (Flask-Login: none). `None` needs [`secure`](Self::secure) and a defence
    /// against cross-site request forgery.
    pub fn same_site(mut self, same_site: SameSite) -> Self {
        self.same_site = same_site;
        self
    }

    /// `REMEMBER_COOKIE_REFRESH_EACH_REQUEST`: whether each request puts the end off by the
    /// cookie's duration.
    ///
    /// Default: `false`. It works on every page (with [active
    /// logins](crate::LoginManagerBuilder::active_logins): on every page that asks for the user),
    /// and never turns a plain login into a remembered one. Set a
    /// [`remember_deadline`](Self::remember_deadline) with it, or a cookie in use lives for ever.
    ///
    /// The answer is kept from caches that others share. One whose handler lets them keep it
    /// (`public`, `max-age`, …) refreshes nothing. A request that was under way before a logout and is
    /// answered after it brings the cookie back; with active logins on, it opens nothing any more.
    pub fn refresh_each_request(mut self, refresh: bool) -> Self {
        self.refresh_each_request = refresh;
        self
    }

    /// How long after the login a remembered user must log in again, however often the cookie
    /// was refreshed.
    ///
    /// Default: none.
    pub fn remember_deadline(mut self, deadline: Duration) -> Self {
        self.remember_deadline = Some(deadline);
        self
    }

    /// Checks the settings, and binds the default name to the manager's.
    pub(crate) fn build(mut self, manager: &str) -> Result<CookieJar, ConfigError> {
        let name = self.name.take().unwrap_or_else(|| {
            if manager == DEFAULT_MANAGER_NAME {
                REMEMBER_COOKIE_NAME.to_owned()
            } else {
                format!("{REMEMBER_COOKIE_NAME}_{manager}")
            }
        });
        let refuse = |reason: &str| {
            Err(ConfigError::Cookie {
                reason: reason.to_owned(),
            })
        };
        if name.is_empty() || !name.bytes().all(is_token_byte) {
            return refuse("its name may hold letters, digits and !#$%&'*+-.^_`|~ only (RFC 6265)");
        }
        let is_host_only = self.domain.is_none() && self.path == "/";
        let lower = name.to_ascii_lowercase();
        if lower.starts_with("__host-") && !(self.secure && is_host_only) {
            return refuse("a `__Host-` name needs `secure(true)`, the path `/` and no domain");
        }
        if lower.starts_with("__secure-") && !self.secure {
            return refuse("a `__Secure-` name needs `secure(true)`");
        }
        if self.same_site == SameSite::None && !self.secure {
            return refuse("browsers drop a `SameSite=None` cookie that is not `secure(true)`");
        }
        if !self.path.starts_with('/') || !is_attribute(&self.path) {
            return refuse("its path must start with `/` and hold no `;` and no control character");
        }
        let is_domain = |domain: &String| {
            !domain.is_empty()
                && domain
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
        };
        if !self.domain.as_ref().is_none_or(is_domain) {
            return refuse("its domain must be a host name such as `example.com`");
        }
        if self.duration.as_secs() == 0
            || self
                .remember_deadline
                .is_some_and(|deadline| deadline.as_secs() == 0)
        {
            return refuse("its duration and deadline must be at least a second");
        }
        Ok(CookieJar {
            name,
            settings: self,
        })
    }
}

/// RFC 6265, section 4.1.1: a cookie's name is a token of RFC 2616.
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn is_attribute(value: &str) -> bool {
    value
        .bytes()
        .all(|byte| byte != b';' && (b' '..0x7f).contains(&byte))
}

/// The checked settings.
pub(crate) struct CookieJar {
    pub(crate) name: String,
    pub(crate) settings: RememberCookie,
}

/// What a request holds under the remember cookie's name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found<'a> {
    Nothing,
    One(&'a [u8]),
    /// Two different ones: someone has planted one, and nobody knows which.
    Conflict,
}

impl CookieJar {
    /// Reads the header as bytes: one that is not UTF-8 makes actix-web's own parser give up on
    /// all cookies of the request.
    pub(crate) fn find<'a>(&self, headers: &'a HeaderMap) -> Found<'a> {
        let mut found = Found::Nothing;
        for header in headers.get_all(header::COOKIE) {
            for pair in header.as_bytes().split(|byte| *byte == b';') {
                let Some(value) = pair
                    .trim_ascii()
                    .strip_prefix(self.name.as_bytes())
                    .and_then(|rest| rest.trim_ascii_start().strip_prefix(b"="))
                    .map(<[u8]>::trim_ascii)
                else {
                    continue;
                };
                found = match found {
                    Found::Nothing => Found::One(value),
                    Found::One(other) if other == value => Found::One(value),
                    _ => return Found::Conflict,
                };
            }
        }
        found
    }

    /// The `Set-Cookie` value for a token that ends in `life` seconds.
    pub(crate) fn set(&self, token: &str, life: u64) -> Option<HeaderValue> {
        let mut cookie = self.cookie(token);
        let life = i64::try_from(life).unwrap_or(i64::MAX);
        cookie.set_max_age(time::Duration::seconds(life));
        header_value(&cookie)
    }

    /// The `Set-Cookie` value that makes the browser forget the cookie.
    pub(crate) fn clear(&self) -> Option<HeaderValue> {
        let mut cookie = self.cookie("");
        cookie.make_removal();
        header_value(&cookie)
    }

    fn cookie<'a>(&'a self, value: &'a str) -> Cookie<'a> {
        let settings = &self.settings;
        let mut cookie = Cookie::new(&self.name, value);
        cookie.set_path(&settings.path);
        cookie.set_secure(settings.secure);
        cookie.set_http_only(settings.http_only);
        cookie.set_same_site(settings.same_site);
        if let Some(domain) = &settings.domain {
            cookie.set_domain(domain);
        }
        cookie
    }
}

fn header_value(cookie: &Cookie<'_>) -> Option<HeaderValue> {
    HeaderValue::try_from(cookie.to_string()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(values: &[&[u8]]) -> Option<Vec<u8>> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::COOKIE, HeaderValue::from_bytes(value).unwrap());
        }
        let jar = RememberCookie::new().build("User").unwrap();
        match jar.find(&headers) {
            Found::One(value) => Some(value.to_vec()),
            Found::Nothing => None,
            Found::Conflict => Some(b"conflict".to_vec()),
        }
    }

    #[test]
    fn the_cookie_is_found_among_others_and_in_several_headers() {
        assert_eq!(find(&[b"a=b; remember_token=x; c=d"]).unwrap(), b"x");
        assert_eq!(find(&[b"a=b", b"remember_token=x"]).unwrap(), b"x");
        assert_eq!(
            find(&[b"remember_token=x; remember_token=x"]).unwrap(),
            b"x"
        );
        assert_eq!(find(&[b"a=\xff; remember_token=\xe9"]).unwrap(), b"\xe9");
        assert_eq!(
            find(&[b"xremember_token=x; remember_token2=y; remember_token"]),
            None
        );
        assert_eq!(find(&[]), None);
    }

    #[test]
    fn two_different_ones_are_a_conflict() {
        assert_eq!(
            find(&[b"remember_token=x; remember_token=y"]).unwrap(),
            b"conflict"
        );
        assert_eq!(
            find(&[b"remember_token=x", b"remember_token="]).unwrap(),
            b"conflict"
        );
    }

    #[test]
    fn settings_that_browsers_refuse_are_refused_at_build() {
        let new = RememberCookie::new;
        for refused in [
            new().name(""),
            new().name("a b"),
            new().name("a=b"),
            new().name("ü"),
            new().name("__Host-x").path("/x"),
            new().name("__Host-x").domain("a.example"),
            new().name("__host-x").secure(false),
            new().name("__Secure-x").secure(false),
            new().same_site(SameSite::None).secure(false),
            new().path("x"),
            new().path("/;"),
            new().path("/\n"),
            new().domain(""),
            new().domain("a.example; Path=/"),
            new().duration(Duration::ZERO),
            new().remember_deadline(Duration::ZERO),
        ] {
            assert!(refused.clone().build("User").is_err(), "{refused:?}");
        }
        for accepted in [
            new().name("__Host-x"),
            new().name("__Secure-x").domain(".a.example").path("/x"),
            new().same_site(SameSite::None),
        ] {
            assert!(accepted.clone().build("User").is_ok(), "{accepted:?}");
        }
    }

    #[test]
    fn a_second_kind_of_user_has_a_cookie_of_its_own() {
        let name = |manager| RememberCookie::new().build(manager).unwrap().name;
        assert_eq!(name("User"), "remember_token");
        assert_eq!(name("Admin"), "remember_token_Admin");
    }

    #[test]
    fn it_is_cleared_with_the_same_domain_and_path() {
        let jar = RememberCookie::new()
            .domain("a.example")
            .path("/x")
            .build("User")
            .unwrap();
        let set = jar.set("token", 60).unwrap();
        let clear = jar.clear().unwrap();
        let text = |value: &HeaderValue| value.to_str().unwrap().to_owned();
        for part in ["Max-Age=60", "HttpOnly", "Secure", "SameSite=Lax"] {
            assert!(text(&set).contains(part), "{set:?}");
        }
        for value in [set, clear.clone()] {
            assert!(text(&value).contains("Path=/x") && text(&value).contains("Domain=a.example"));
        }
        assert!(text(&clear).contains("Max-Age=0"), "{clear:?}");
    }
}
