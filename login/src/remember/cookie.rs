//! The remember cookie: its settings, and how it is found in a request and set in a response.

use std::time::Duration;

use actix_web::{
    cookie::{Cookie, SameSite, time},
    http::header::{self, HeaderMap, HeaderValue},
};

use crate::{
    config::{DEFAULT_MANAGER_NAME, REMEMBER_COOKIE_DURATION, REMEMBER_COOKIE_NAME},
    error::ConfigError,
    http::token::is_token,
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
    scope: Scope,
    former_scopes: Vec<Scope>,
    secure: bool,
    http_only: bool,
    same_site: SameSite,
    pub(crate) refresh_each_request: bool,
    pub(crate) remember_deadline: Option<Duration>,
}

/// Where browsers send a cookie. They keep cookies of one name apart by it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Scope {
    domain: Option<String>,
    path: String,
}

impl Default for RememberCookie {
    fn default() -> Self {
        Self {
            name: None,
            duration: REMEMBER_COOKIE_DURATION,
            scope: Scope {
                domain: None,
                path: "/".to_owned(),
            },
            former_scopes: Vec::new(),
            secure: true,
            http_only: true,
            same_site: SameSite::Lax,
            refresh_each_request: false,
            remember_deadline: None,
        }
    }
}

impl RememberCookie {
    /// The default settings.
    pub fn new() -> Self {
        Self::default()
    }

    /// `REMEMBER_COOKIE_NAME`: the cookie's name.
    ///
    /// Default: `remember_token`, and `remember_token_Admin` for a manager
    /// [named](crate::LoginManagerBuilder::name) `Admin`. Browsers enforce the rules of a name that
    /// starts with `__Host-` or `__Secure-`, and `build` checks that the other settings follow them.
    /// `__Host-` keeps other hosts of the domain from planting a cookie, since this crate compares the
    /// name byte by byte. It does not protect actix-session's cookie that way: actix-web decodes `%48`
    /// in a name, so that `__%48ost-id`, for which browsers have no rules, counts as `__Host-id`.
    ///
    /// Two managers need different names: each would reject the other's cookie as forged, and clear
    /// it.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// `REMEMBER_COOKIE_DURATION`: how long a user is remembered.
    ///
    /// Default: 365 days. The server enforces it; browsers cut it to 400 days.
    /// [`LoginOptions::duration`](crate::LoginOptions::duration) overrides it for one login.
    pub fn duration(mut self, duration: Duration) -> Self {
        self.duration = duration;
        self
    }

    /// `REMEMBER_COOKIE_DOMAIN`: the domain that gets the cookie, with all its subdomains.
    ///
    /// Default: none, so that only the exact host gets it. With a domain each subdomain can read the
    /// cookie, so all of them must be trusted.
    ///
    /// With a domain, each response that sets or clears the cookie first clears one of the same path
    /// without a domain: browsers that got it before the domain was set would keep both. If the domain
    /// changes or is removed, list the earlier one in [`former_scopes`](Self::former_scopes).
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.scope.domain = Some(domain.into());
        self
    }

    /// `REMEMBER_COOKIE_PATH`: limits the cookie to a path.
    ///
    /// Default: `/`. It should be the path of the session cookie, or a wider one. Pages outside of a
    /// narrower path get no cookie: they restore no login, and do not see that the cookie is another
    /// user's or a copy. The session is still valid there, and a logout still clears the cookie.
    ///
    /// If the path changes, list the earlier one in [`former_scopes`](Self::former_scopes).
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.scope.path = path.into();
        self
    }

    /// The domains (`None` for a cookie without one) and paths that the cookie had before they were
    /// changed.
    ///
    /// Default: none. A browser keeps a cookie of another domain or path beside the current one, and
    /// sends both: a logout would not end the earlier one, and two different ones are both rejected.
    /// Each response that sets or clears the cookie clears those of all former scopes first. Keep a
    /// scope listed for the cookie's [`duration`](Self::duration) after the change.
    ///
    /// `build` refuses a domain or path that the settings of the same names would refuse, and any
    /// scope if the cookie's name starts with `__Host-`, since that name allows one scope only.
    ///
    /// ```
    /// use actix_login::RememberCookie;
    ///
    /// // It was on `www.shop.example` first, and then limited to the path `/members`.
    /// RememberCookie::new()
    ///     .domain("shop.example")
    ///     .former_scopes([(Some("www.shop.example"), "/"), (None, "/members")]);
    /// ```
    ///
    /// Further calls add to them.
    pub fn former_scopes<'a>(
        mut self,
        scopes: impl IntoIterator<Item = (Option<&'a str>, &'a str)>,
    ) -> Self {
        let scopes = scopes.into_iter().map(|(domain, path)| Scope {
            domain: domain.map(str::to_owned),
            path: path.to_owned(),
        });
        self.former_scopes.extend(scopes);
        self
    }

    /// `REMEMBER_COOKIE_SECURE`: whether browsers send the cookie over HTTPS only.
    ///
    /// Default: `true` (Flask-Login: `False`). Turn it off for local development over plain HTTP, as
    /// for actix-session's cookie. In production anyone on the network path could read it.
    pub fn secure(mut self, secure: bool) -> Self {
        self.secure = secure;
        self
    }

    /// `REMEMBER_COOKIE_HTTPONLY`: whether the cookie is hidden from scripts.
    ///
    /// Default: `true`. If turned off, any script on any page can read it.
    pub fn http_only(mut self, http_only: bool) -> Self {
        self.http_only = http_only;
        self
    }

    /// `REMEMBER_COOKIE_SAMESITE`: whether requests from other sites carry the cookie.
    ///
    /// Default: `Lax` (Flask-Login: none). `None` requires [`secure`](Self::secure). The manager refuses
    /// [unsafe requests of other origins](crate::guide::forgery) in either case.
    pub fn same_site(mut self, same_site: SameSite) -> Self {
        self.same_site = same_site;
        self
    }

    /// `REMEMBER_COOKIE_REFRESH_EACH_REQUEST`: whether each request extends the cookie by its
    /// duration.
    ///
    /// Default: `false`. It works on every page, and with [active
    /// logins](crate::LoginManagerBuilder::active_logins) on every page that asks for the user. It
    /// never turns a plain login into a remembered one. Set a
    /// [`remember_deadline`](Self::remember_deadline) too, or a cookie in use never expires.
    ///
    /// The cookie of another user than the current one is left alone. There is one exception: a
    /// manager that is wrapped *around* the session middleware cannot see the session on a page that
    /// asks for no user. There it refreshes each valid cookie.
    ///
    /// The response is kept from shared caches. If its handler lets shared caches store it (`public`,
    /// `max-age`, …), it refreshes nothing. The response to a request that was in flight during a
    /// logout can set the cookie again; with active logins, that cookie gives no access.
    pub fn refresh_each_request(mut self, refresh: bool) -> Self {
        self.refresh_each_request = refresh;
        self
    }

    /// How long after the login a remembered user must log in again, even if the cookie was
    /// refreshed.
    ///
    /// Default: none.
    pub fn remember_deadline(mut self, deadline: Duration) -> Self {
        self.remember_deadline = Some(deadline);
        self
    }

    /// Checks the settings, and binds the default name to the manager's.
    pub(crate) fn check(mut self, manager: &str) -> Result<CheckedCookie, ConfigError> {
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
        if !is_token(&name) {
            return refuse(
                "its name may contain only letters, digits and !#$%&'*+-.^_`|~ (RFC 6265)",
            );
        }
        let is_host_only = self.scope.domain.is_none() && self.scope.path == "/";
        let lower = name.to_ascii_lowercase();
        if lower.starts_with("__host-") && !(self.secure && is_host_only) {
            return refuse("a `__Host-` name needs `secure(true)`, the path `/` and no domain");
        }
        if lower.starts_with("__host-") && !self.former_scopes.is_empty() {
            return refuse("a `__Host-` name never had other scopes: remove `former_scopes`");
        }
        if lower.starts_with("__secure-") && !self.secure {
            return refuse("a `__Secure-` name needs `secure(true)`");
        }
        if self.same_site == SameSite::None && !self.secure {
            return refuse("browsers drop a `SameSite=None` cookie that is not `secure(true)`");
        }
        for scope in self.former_scopes.iter().chain([&self.scope]) {
            if !scope.path.starts_with('/') || !is_attribute(&scope.path) {
                return refuse(
                    "its path must start with `/` and contain no `;` and no control character",
                );
            }
            if !scope.domain.as_deref().is_none_or(is_domain) {
                return refuse("its domain must be a host name such as `example.com`");
            }
        }
        if self.duration.as_secs() == 0
            || self
                .remember_deadline
                .is_some_and(|deadline| deadline.as_secs() == 0)
        {
            return refuse("its duration and deadline must be at least a second");
        }
        // What is cleared before each change. The current scope comes after it.
        let mut cleared = std::mem::take(&mut self.former_scopes);
        if self.scope.domain.is_some() {
            cleared.push(Scope {
                domain: None,
                path: self.scope.path.clone(),
            });
        }
        cleared.retain(|scope| *scope != self.scope);
        self.former_scopes = cleared;
        Ok(CheckedCookie {
            name,
            settings: self,
        })
    }
}

fn is_domain(domain: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    !domain.is_empty() && domain.bytes().all(is_allowed)
}

fn is_attribute(value: &str) -> bool {
    value
        .bytes()
        .all(|byte| byte != b';' && (b' '..0x7f).contains(&byte))
}

/// A remember cookie whose settings have been checked.
pub(crate) struct CheckedCookie {
    pub(crate) name: String,
    pub(crate) settings: RememberCookie,
}

/// The value of the remember cookie in a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum CookieValue<'a> {
    Missing,
    One(&'a [u8]),
    /// Two different values: an attacker may have planted one of them.
    Conflict,
}

impl CheckedCookie {
    /// Finds the cookie in the request headers. It reads them as bytes, since actix-web's parser
    /// rejects all cookies of a request if one byte is not UTF-8.
    pub(crate) fn find<'a>(&self, headers: &'a HeaderMap) -> CookieValue<'a> {
        let mut found = CookieValue::Missing;
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
                    CookieValue::Missing => CookieValue::One(value),
                    CookieValue::One(other) if other == value => CookieValue::One(value),
                    _ => return CookieValue::Conflict,
                };
            }
        }
        found
    }

    /// The `Set-Cookie` values for a token that expires after `max_age`. They clear the other scopes
    /// first, so that a client which does not tell them apart keeps the token.
    pub(crate) fn set(&self, token: &str, max_age: Duration) -> Vec<HeaderValue> {
        let mut cookie = self.cookie(token, &self.settings.scope);
        let seconds = i64::try_from(max_age.as_secs()).unwrap_or(i64::MAX);
        cookie.set_max_age(time::Duration::seconds(seconds));
        self.after_clearing(&cookie)
    }

    /// The `Set-Cookie` values that remove the cookie from the browser.
    pub(crate) fn clear(&self) -> Vec<HeaderValue> {
        self.after_clearing(&self.removal(&self.settings.scope))
    }

    fn after_clearing(&self, last: &Cookie<'_>) -> Vec<HeaderValue> {
        let former = self.settings.former_scopes.iter();
        former
            .map(|scope| header_value(&self.removal(scope)))
            .chain([header_value(last)])
            .flatten()
            .collect()
    }

    fn removal<'a>(&'a self, scope: &'a Scope) -> Cookie<'a> {
        let mut cookie = self.cookie("", scope);
        cookie.make_removal();
        cookie
    }

    fn cookie<'a>(&'a self, value: &'a str, scope: &'a Scope) -> Cookie<'a> {
        let settings = &self.settings;
        let mut cookie = Cookie::new(&self.name, value);
        cookie.set_path(&scope.path);
        cookie.set_secure(settings.secure);
        cookie.set_http_only(settings.http_only);
        cookie.set_same_site(settings.same_site);
        if let Some(domain) = &scope.domain {
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
        let cookie = RememberCookie::new().check("User").unwrap();
        match cookie.find(&headers) {
            CookieValue::One(value) => Some(value.to_vec()),
            CookieValue::Missing => None,
            CookieValue::Conflict => Some(b"conflict".to_vec()),
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
    fn two_different_values_are_a_conflict() {
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
            new().former_scopes([(Some(""), "/")]),
            new().former_scopes([(None, "x")]),
            new().name("__Host-x").former_scopes([(None, "/x")]),
            new().duration(Duration::ZERO),
            new().remember_deadline(Duration::ZERO),
        ] {
            assert!(refused.clone().check("User").is_err(), "{refused:?}");
        }
        for accepted in [
            new().name("__Host-x"),
            new().name("__Secure-x").domain(".a.example").path("/x"),
            new().same_site(SameSite::None),
        ] {
            assert!(accepted.clone().check("User").is_ok(), "{accepted:?}");
        }
    }

    #[test]
    fn each_kind_of_user_has_its_own_cookie() {
        let name = |manager| RememberCookie::new().check(manager).unwrap().name;
        assert_eq!(name("User"), "remember_token");
        assert_eq!(name("Admin"), "remember_token_Admin");
    }

    #[test]
    fn the_cookie_is_cleared_with_the_same_domain_and_path() {
        let cookie = RememberCookie::new()
            .domain("a.example")
            .path("/x")
            .check("User")
            .unwrap();
        let set = cookie.set("token", Duration::from_secs(60)).pop().unwrap();
        let clear = cookie.clear().pop().unwrap();
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
