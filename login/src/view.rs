//! Views: where users are sent to log in, and the URL that takes them there.

use actix_web::{HttpRequest, error::UrlGenerationError, http::Method};
use url::{Url, form_urlencoded};

use crate::{
    config::{NEXT_FIELD, NEXT_MAX_BYTES},
    error::{ConfigError, LoginError},
    manager::nearest,
    redirect::{is_path_on_this_site, requested_url},
    session::stored_bytes,
};

/// A login or refresh view, as the app named it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum View {
    /// A path on this site, or an absolute URL.
    Location(String),
    /// The name of an actix-web resource.
    Resource(String),
}

impl View {
    pub(crate) fn parse(setting: &'static str, value: String) -> Result<Self, ConfigError> {
        let is_url = || {
            Url::parse(&value)
                .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && value.contains("://"))
        };
        let printable = value.bytes().all(|byte| byte.is_ascii_graphic());
        if printable && (is_path_on_this_site(&value) || is_url()) {
            return Ok(Self::Location(value));
        }
        let is_name =
            !value.is_empty() && printable && !value.contains(['/', '\\', '?', '#', ':', '%']);
        if is_name {
            return Ok(Self::Resource(value));
        }
        Err(ConfigError::View { setting, value })
    }

    /// The path or URL of this view. A named resource yields its path alone, since its host would
    /// come from headers that anyone may send; an `external_resource` has a host of its own.
    pub(crate) fn location(&self, req: &HttpRequest) -> Result<String, LoginError> {
        let name = match self {
            Self::Location(location) => return Ok(location.clone()),
            Self::Resource(name) => name,
        };
        match req.url_for_static(name) {
            Ok(url) if is_external(&url, req) => Ok(url.into()),
            Ok(url) if url.path().starts_with('/') => Ok(url.path().to_owned()),
            // The name is right, and the host or scheme that the client sent is not: any path
            // will do for a client that lies.
            Ok(_) | Err(UrlGenerationError::ParseError(_)) => Ok("/".to_owned()),
            Err(_) => Err(LoginError::UnknownView { view: name.clone() }.logged()),
        }
    }
}

/// Whether the URL of a named resource is not on the host that the request was sent to. That host
/// may be a lie, but then actix-web has built the URLs of the app's own resources on the same one.
fn is_external(url: &Url, req: &HttpRequest) -> bool {
    fn origin(url: &Url) -> (&str, Option<&str>, Option<u16>) {
        (url.scheme(), url.host_str(), url.port())
    }
    let connection = req.connection_info();
    let here = Url::parse(&format!("{}://{}", connection.scheme(), connection.host()));
    matches!(url.scheme(), "http" | "https") && !here.is_ok_and(|here| origin(&here) == origin(url))
}

/// The URL of a login view with the place to go on to: Flask-Login's `login_url`.
///
/// `login_view` is a path, an absolute URL or the name of an actix-web resource. `next_url` goes
/// into the query as [`make_next_param`] shortens it, form-encoded; the view's own query stays.
/// With [`force_host`](crate::LoginManagerBuilder::force_host) the result names that host.
///
/// # Errors
///
/// [`LoginError::UnknownView`] where no resource has that name or the view is malformed.
///
/// ```
/// use actix_login::login_url;
/// use actix_web::test::TestRequest;
///
/// let req = TestRequest::default().to_http_request();
/// let url = login_url(&req, "/login?lang=en", Some("/protected?x=1"))?;
/// assert_eq!(url, "/login?lang=en&next=%2Fprotected%3Fx%3D1");
/// # Ok::<(), actix_login::LoginError>(())
/// ```
pub fn login_url(
    req: &HttpRequest,
    login_view: &str,
    next_url: Option<&str>,
) -> Result<String, LoginError> {
    login_url_with_field(req, login_view, next_url, NEXT_FIELD)
}

/// [`login_url`] with another name for the query field: Flask-Login's `next_field`.
///
/// [`NextUrl`](crate::NextUrl) reads only `next`; this is for login pages of someone else's.
///
/// # Errors
///
/// As [`login_url`].
///
/// ```
/// # use actix_web::test::TestRequest;
/// # let req = TestRequest::default().to_http_request();
/// use actix_login::login_url_with_field;
///
/// let view = "https://accounts.example/login";
/// let url = login_url_with_field(&req, view, Some("https://shop.example/cart"), "return_to")?;
/// assert_eq!(url, format!("{view}?return_to=https%3A%2F%2Fshop.example%2Fcart"));
/// # Ok::<(), actix_login::LoginError>(())
/// ```
pub fn login_url_with_field(
    req: &HttpRequest,
    login_view: &str,
    next_url: Option<&str>,
    next_field: &str,
) -> Result<String, LoginError> {
    let unknown = || LoginError::UnknownView {
        view: login_view.to_owned(),
    };
    let view = View::parse("login_view", login_view.to_owned())
        .map_err(|_| unknown().logged())?
        .location(req)?;
    let force_host = nearest(req)
        .ok()
        .and_then(|manager| manager.settings().force_host.as_deref());
    Ok(url_of_view(&view, next_url, next_field, force_host))
}

/// `next` is absolute or relative, as it is to be passed on.
fn url_of_view(
    view: &str,
    next_url: Option<&str>,
    next_field: &str,
    force_host: Option<&str>,
) -> String {
    let (view, fragment) = match view.split_once('#') {
        Some((view, fragment)) => (view, Some(fragment)),
        None => (view, None),
    };
    let (base, query) = view.split_once('?').unwrap_or((view, ""));
    let mut url = match force_host {
        Some(host) => match Location::parse(base) {
            Location {
                scheme: Some(scheme),
                path,
                ..
            } => format!("{scheme}://{host}{path}"),
            Location { path, .. } => format!("//{host}{path}"),
        },
        None => base.to_owned(),
    };
    let mut separator = '?';
    // The view's own pairs stay as they were written, but a `next` of its own gives way.
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let is_next = form_urlencoded::parse(pair.as_bytes()).any(|(key, _)| key == next_field);
        if !(is_next && next_url.is_some()) {
            url.push(separator);
            url.push_str(pair);
            separator = '&';
        }
    }
    if let Some(next_url) = next_url {
        let next = make_next_param(base, next_url);
        url.push(separator);
        url.extend(form_urlencoded::byte_serialize(next_field.as_bytes()));
        url.push('=');
        url.extend(form_urlencoded::byte_serialize(next.as_bytes()));
    }
    if let Some(fragment) = fragment {
        url.push('#');
        url.push_str(fragment);
    }
    url
}

/// `current_url` as short as the login view can use it: Flask-Login's `make_next_param`.
///
/// Path and query alone, where the login view names no other scheme and no other host; else the
/// whole URL.
///
/// ```
/// use actix_login::make_next_param;
///
/// let here = "http://shop.example/cart?x=1";
/// assert_eq!(make_next_param("/login", here), "/cart?x=1");
/// assert_eq!(make_next_param("http://shop.example/login", here), "/cart?x=1");
/// assert_eq!(make_next_param("https://shop.example/login", here), here);
/// assert_eq!(make_next_param("http://accounts.example/login", here), here);
/// assert_eq!(make_next_param("//accounts.example/login", here), here);
/// ```
pub fn make_next_param(login_url: &str, current_url: &str) -> String {
    let login = Location::parse(login_url);
    let current = Location::parse(current_url);
    let is_same = |named: Option<&str>, other: Option<&str>| {
        named.is_none_or(|named| other.is_some_and(|other| named.eq_ignore_ascii_case(other)))
    };
    if !is_same(login.scheme, current.scheme) || !is_same(login.host, current.host) {
        return current_url.to_owned();
    }
    let (path, _fragment) = current.path.split_once('#').unwrap_or((current.path, ""));
    if current.host.is_none() || path.starts_with('/') {
        path.to_owned()
    } else {
        format!("/{path}")
    }
}

/// A path or URL in its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Location<'a> {
    scheme: Option<&'a str>,
    /// With its port.
    host: Option<&'a str>,
    /// And all behind it.
    path: &'a str,
}

impl<'a> Location<'a> {
    fn parse(url: &'a str) -> Self {
        let (scheme, rest) = match url.split_once("://") {
            Some((scheme, rest)) if !scheme.contains(['/', '?', '#']) => (Some(scheme), Some(rest)),
            _ => (None, url.strip_prefix("//")),
        };
        let Some(rest) = rest else {
            return Self {
                scheme: None,
                host: None,
                path: url,
            };
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (host, path) = rest.split_at(end);
        Self {
            scheme,
            host: Some(host),
            path,
        }
    }
}

/// Whether a browser that is sent to this view would only ask for the same again.
fn leads_here(view: &View, req: &HttpRequest) -> bool {
    let is_here = match view {
        View::Location(location) => {
            let location = location.split('#').next().unwrap_or_default();
            let (path, query) = location.split_once('?').unwrap_or((location, ""));
            path == req.path() && req.query_string().starts_with(query)
        }
        View::Resource(name) => req.match_name() == Some(name),
    };
    is_here && matches!(*req.method(), Method::GET | Method::HEAD)
}

/// Where a refused request is sent: the view's URL, and what is to be stored in the session as
/// `next` if that is where it goes.
pub(crate) fn redirect_to_view(
    view: &View,
    req: &HttpRequest,
    settings: &crate::settings::Settings,
) -> Result<(String, Option<String>), LoginError> {
    let location = view.location(req)?;
    if leads_here(view, req) {
        return Err(LoginError::GuardedView { view: location }.logged());
    }
    let current = if Location::parse(&location).host.is_none() {
        crate::redirect::requested_path(req)
    } else {
        requested_url(req, settings.server_origin.as_deref())
    };
    let force_host = settings.force_host.as_deref();
    if settings.use_session_for_next {
        let next = current
            .map(|current| make_next_param(&location, &current))
            .filter(|next| stored_bytes(next) <= NEXT_MAX_BYTES);
        return Ok((url_of_view(&location, None, NEXT_FIELD, force_host), next));
    }
    let url = url_of_view(&location, current.as_deref(), NEXT_FIELD, force_host);
    Ok((url, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_is_a_path_a_url_or_a_resource_name() {
        let parse = |value: &str| View::parse("login_view", value.to_owned());
        for location in [
            "/login",
            "/login?x=y",
            "https://a.example/login",
            "http://a.example",
        ] {
            assert_eq!(
                parse(location).unwrap(),
                View::Location(location.to_owned())
            );
        }
        for name in ["login_page", "users.login", "login-page"] {
            assert_eq!(parse(name).unwrap(), View::Resource(name.to_owned()));
        }
        for wrong in [
            "",
            "//a.example",
            "login page",
            "login/page",
            "ftp://a",
            "/a\nb",
            "a:b",
            "javascript:x",
        ] {
            assert!(parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn the_url_keeps_query_and_fragment_of_the_view() {
        let url = |view, next, host| url_of_view(view, next, "next", host);
        assert_eq!(url("/login", None, None), "/login");
        assert_eq!(
            url("/login#top", Some("/a b"), None),
            "/login?next=%2Fa+b#top"
        );
        assert_eq!(
            url("/login?next=/x&a=%20", Some("/y"), None),
            "/login?a=%20&next=%2Fy"
        );
        assert_eq!(url("/login?next=/x", None, None), "/login?next=/x");
        assert_eq!(
            url("/login", Some("/y"), Some("good.com")),
            "//good.com/login?next=%2Fy"
        );
        assert_eq!(
            url("https://a.example/login?b", Some("/y"), Some("good.com")),
            "https://good.com/login?b&next=%2Fy"
        );
    }

    #[test]
    fn next_is_as_short_as_the_view_can_use_it() {
        let here = "http://shop.example/cart?x#y";
        let short = "/cart?x";
        for (view, current, expected) in [
            ("/login", here, short),
            ("//shop.example/login", here, short),
            ("//SHOP.example/login", here, short),
            ("//accounts.example/login", here, here),
            ("http://shop.example", here, short),
            ("https://shop.example/login", here, here),
            ("http://shop.example:8080/login", here, here),
            ("/login", "/cart?x#y", short),
            ("http://shop.example/login", "/cart?x#y", "/cart?x#y"),
            ("/login", "http://shop.example", "/"),
            ("/login", "http://shop.example?x", "/?x"),
            ("/login", "//shop.example/cart?x", short),
            (
                "http://shop.example",
                "//shop.example/cart",
                "//shop.example/cart",
            ),
            ("/login", "/x?y=http://a.example", "/x?y=http://a.example"),
            ("/login?y=//a.example", here, short),
        ] {
            assert_eq!(make_next_param(view, current), expected, "{view} {current}");
        }
    }

    #[test]
    fn the_name_of_the_field_is_encoded_as_its_value() {
        assert_eq!(
            url_of_view("/login", Some("/x"), "a b&c=d#\r\n", None),
            "/login?a+b%26c%3Dd%23%0D%0A=%2Fx"
        );
    }
}
