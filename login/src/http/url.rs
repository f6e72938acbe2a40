//! URLs: which ones stay on this site, the URL of the current request, and the URL of a view.

use actix_web::{HttpRequest, http::header};
use url::{Url, form_urlencoded};

use super::origin::claimed_host;
use crate::config::NEXT_MAX_BYTES;

/// Whether `target` is a path on this site. Stricter than browsers: they drop tabs and line ends, read
/// `\` as `/`, and skip leading white space, so none of these may form a second slash.
pub(crate) fn is_path_on_this_site(target: &str) -> bool {
    let mut chars = target.chars();
    target.len() <= NEXT_MAX_BYTES
        && chars.next() == Some('/')
        && !matches!(chars.next(), Some('/' | '\\'))
        && !target.chars().any(char::is_control)
}

/// Whether `target` is an absolute http(s) URL on one of the `allowed` hosts.
pub(crate) fn is_on_allowed_host(target: &str, allowed: &[String]) -> bool {
    if allowed.is_empty()
        || target.len() > NEXT_MAX_BYTES
        || target.contains(|c: char| c.is_control() || c.is_whitespace() || c == '\\')
        || !has_authority(target)
    {
        return false;
    }
    let Ok(url) = Url::parse(target) else {
        return false;
    };
    let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
        return false;
    };
    // Only the default port of the scheme may be left out.
    let with_port = format!("{host}:{port}");
    let is_named = |name: &String| {
        name.eq_ignore_ascii_case(&with_port)
            || (url.port().is_none() && name.eq_ignore_ascii_case(host))
    };
    url.username().is_empty() && url.password().is_none() && allowed.iter().any(is_named)
}

/// Whether the target starts with `http://` or `https://` and a host. Browsers read `http:…` without
/// the slashes as a path or as an authority, depending on the page.
fn has_authority(target: &str) -> bool {
    ["http://", "https://"].iter().any(|scheme| {
        target
            .get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
            && !target
                .get(scheme.len()..)
                .is_some_and(|rest| rest.starts_with('/'))
    })
}

/// Percent-encodes what a `Location` header can't hold.
pub(crate) fn encode_for_header(target: &str) -> String {
    let mut encoded = String::with_capacity(target.len());
    for byte in target.bytes() {
        if byte.is_ascii_graphic() {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// The path and query of the request exactly as they were sent, with a single slash at the start, after
/// the `base` that a proxy has stripped. `None` if they are too long for a `next`.
pub(crate) fn requested_path(req: &HttpRequest, base: &str) -> Option<String> {
    let target = req.uri().path_and_query();
    let path = path_on_this_site(target.map_or("/", |target| target.as_str()))?;
    let path = below_base(base, path);
    is_path_on_this_site(&path).then_some(path)
}

/// A path or URL as browsers know it: a path gets the `base` that a proxy strips.
pub(crate) fn below_base(base: &str, location: String) -> String {
    if Location::parse(&location).host.is_some() {
        return location;
    }
    format!("{base}{location}")
}

/// The path and query of the page that sent the request, if `Referer` names a page of this site: of
/// `origin`, or else of the request's `Host`.
pub(crate) fn referring_path(req: &HttpRequest, origin: Option<&str>) -> Option<String> {
    let referer = req.headers().get(header::REFERER)?.to_str().ok()?;
    let referrer = Location::parse(referer);
    let is_here = match referrer.host {
        Some(_) => is_on_origin(referer, req, origin),
        None => referer.starts_with('/'),
    };
    let path = referrer.path.split('#').next().unwrap_or_default();
    is_here.then(|| path_on_this_site(path)).flatten()
}

fn path_on_this_site(target: &str) -> Option<String> {
    let path = format!("/{}", target.trim_start_matches(['/', '\\']));
    is_path_on_this_site(&path).then_some(path)
}

/// Whether an absolute URL is on `origin`, or else on the host that the request claims. The claim is
/// good for choosing a page of this site, and proves nothing.
fn is_on_origin(url: &str, req: &HttpRequest, origin: Option<&str>) -> bool {
    let Ok(url) = Url::parse(url) else {
        return false;
    };
    let own = match origin {
        Some(origin) => Some(origin.to_owned()),
        // A proxy may end TLS, so the scheme of the connection is not compared.
        None => {
            claimed_host(req.headers(), req.uri()).map(|host| format!("{}://{host}", url.scheme()))
        }
    };
    own.and_then(|own| Url::parse(&own).ok())
        .is_some_and(|own| own.origin() == url.origin())
}

/// Whether a browser that is redirected to `target` opens the page of this request, as far as its path
/// and query tell. With `any_slashes`, the slash at the end and double slashes are ignored, since
/// `NormalizePath` changes them. The URL may also be on the host that the request claims. A proxy strips the
/// `base`.
pub(crate) fn leads_here(
    target: &str,
    req: &HttpRequest,
    origin: Option<&str>,
    base: &str,
    any_slashes: bool,
) -> bool {
    let location = Location::parse(target);
    let is_here = location.host.is_none()
        || is_on_origin(target, req, None)
        || (origin.is_some() && is_on_origin(target, req, origin));
    let target = location.path.split('#').next().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    is_here
        && req.query_string().starts_with(query)
        && is_same_path(path, &format!("{base}{}", req.path()), any_slashes)
}

fn is_same_path(one: &str, other: &str, any_slashes: bool) -> bool {
    let needs_resolving = |path: &str| path.contains("//") || path.contains(['.', '%', '\\']);
    if needs_resolving(one) || needs_resolving(other) {
        return resolved(one, any_slashes) == resolved(other, any_slashes);
    }
    // Most paths can be compared as they are.
    let trim = |path| {
        if any_slashes {
            str::trim_end_matches(path, '/')
        } else {
            path
        }
    };
    trim(one) == trim(other)
}

/// A path as browsers resolve it: without dot segments; with `any_slashes` also without double slashes
/// and a slash at the end.
fn resolved(path: &str, any_slashes: bool) -> String {
    let url = Url::parse("http://localhost")
        .and_then(|site| site.join(&format!("/{}", path.trim_start_matches('/'))));
    let path = url.as_ref().map_or(path, Url::path);
    if !any_slashes {
        return path.to_owned();
    }
    let segments: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    segments.join("/")
}

/// Scheme and host of this site: `origin`, or else `Host` and the connection. `Forwarded` and
/// `X-Forwarded-Host` are ignored, since any client can send them.
pub(crate) fn site_origin(req: &HttpRequest, origin: Option<&str>) -> Option<String> {
    if let Some(origin) = origin {
        return Some(origin.to_owned());
    }
    let scheme = if req.app_config().secure() {
        "https"
    } else {
        "http"
    };
    let host = claimed_host(req.headers(), req.uri())?;
    let origin = format!("{scheme}://{host}");
    // Userinfo, a space or a slash in `Host` is an attack.
    let parsed = Url::parse(&origin).ok()?;
    let plain = parsed.username().is_empty() && parsed.path() == "/";
    (plain && !host.is_empty() && !host.contains(['/', '\\', '@', '?', '#', ' '])).then_some(origin)
}

/// Shortens `current_url` for the query of a login view: Flask-Login's `make_next_param`.
///
/// The result is path and query alone if the login view is on the same scheme and host, and the
/// whole URL otherwise.
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

/// The URL of a view, with `next_url` in its query and `force_host` as its host.
pub(crate) fn url_of_view(
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
    // The view's own pairs stay as they are, but a new `next` replaces its own.
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

/// The parts of a path or URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Location<'a> {
    pub(crate) scheme: Option<&'a str>,
    /// With its port.
    pub(crate) host: Option<&'a str>,
    /// Path, query and fragment.
    pub(crate) path: &'a str,
}

impl<'a> Location<'a> {
    pub(crate) fn parse(url: &'a str) -> Self {
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

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn only_a_path_on_this_site_is_safe() {
        for safe in [
            "/", "/x", "/x?y=//z", "/a/../b", "/ü", "/x#y", "/:80", "/@x",
        ] {
            assert!(is_path_on_this_site(safe), "{safe}");
        }
        for unsafe_target in [
            "",
            "x",
            "?x",
            "#x",
            "//evil",
            "/\\evil",
            "\\evil",
            "\\\\evil",
            "http:evil",
            "http://evil",
            "javascript:alert(1)",
            " /x",
            "\t/x",
            "/\t/evil",
            "/\n/evil",
            "/x\r\nSet-Cookie: a=b",
            "/x\0",
            "/x\u{7f}",
            "/x\u{85}",
            "\u{feff}/x",
        ] {
            assert!(!is_path_on_this_site(unsafe_target), "{unsafe_target:?}");
        }
        assert!(!is_path_on_this_site(&format!("/{}", "x".repeat(2000))));
    }

    #[test]
    fn an_allowed_host_must_match_exactly() {
        let allowed = ["accounts.example".to_owned(), "dev.example:8080".to_owned()];
        let is_safe = |target: &str| is_on_allowed_host(target, &allowed);
        assert!(is_safe("https://accounts.example/x?y"));
        assert!(is_safe("HTTP://Accounts.Example"));
        assert!(is_safe("http://dev.example:8080/"));
        for unsafe_target in [
            "https://accounts.example:444/",
            "http://dev.example/",
            "https://accounts.example.evil/",
            "https://accounts.example@evil/",
            "https://evil@accounts.example/",
            "https:accounts.example",
            "https:///accounts.example",
            "https:\\\\accounts.example",
            "ftp://accounts.example/",
            "//accounts.example/",
            "https://accounts.example/\n",
            " https://accounts.example/",
            "https://evil\\@accounts.example/",
        ] {
            assert!(!is_safe(unsafe_target), "{unsafe_target:?}");
        }
    }

    #[test]
    fn the_requested_path_keeps_its_bytes_after_one_slash() {
        let path = |uri| requested_path(&TestRequest::with_uri(uri).to_http_request(), "");
        assert_eq!(path("/a%2Fb?x=%20+y").unwrap(), "/a%2Fb?x=%20+y");
        assert_eq!(path("//evil.example/x").unwrap(), "/evil.example/x");
        assert_eq!(path("http://host.example/x?y").unwrap(), "/x?y");
        assert_eq!(path(&format!("/{}", "x".repeat(2000))), None);
    }

    #[test]
    fn the_origin_of_the_site_ignores_forwarding_headers() {
        let url = |host, header| {
            let req = TestRequest::with_uri("/x?y")
                .insert_header(("Host", host))
                .insert_header(header)
                .to_http_request();
            site_origin(&req, None)
        };
        let forwarded = ("Forwarded", "host=evil.example;proto=https");
        assert_eq!(url("a.example", forwarded).unwrap(), "http://a.example");
        let forwarded = ("X-Forwarded-Host", "evil.example");
        assert_eq!(
            url("a.example:81", forwarded).unwrap(),
            "http://a.example:81"
        );
        for host in ["a/b", "a@b", "a b", "a\\b", "a?b", ""] {
            assert_eq!(url(host, forwarded), None, "{host:?}");
        }
    }

    #[test]
    fn a_target_leads_here_whatever_its_slashes() {
        let req = TestRequest::with_uri("/a/login?lang=en&next=/x")
            .insert_header(("Host", "shop.example"))
            .to_http_request();
        for (target, expected) in [
            ("/a/login", true),
            ("/a/login/", true),
            ("/a//login?lang=en#form", true),
            ("/b/../a/./login", true),
            ("http://shop.example/a/login/", true),
            ("https://SHOP.example/a/login", true),
            ("https://site.example/a/login", true),
            ("https://other.example/a/login", false),
            ("https://shop.example:8443/a/login", false),
            ("/a/login?lang=de", false),
            ("/a", false),
            ("/a/login/b", false),
            ("/A/login", false),
        ] {
            let origin = Some("https://site.example");
            let is_exact = expected && !target.contains("login/") && !target.contains("a//");
            assert_eq!(
                leads_here(target, &req, origin, "", false),
                is_exact,
                "{target}"
            );
            assert_eq!(
                leads_here(target, &req, origin, "", true),
                expected,
                "{target}"
            );
        }
    }

    #[test]
    fn what_a_header_can_not_hold_is_percent_encoded() {
        assert_eq!(encode_for_header("/ü x?y=%20"), "/%C3%BC%20x?y=%20");
    }

    #[test]
    fn the_url_keeps_the_views_query_and_fragment() {
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
    fn next_is_shortened_for_a_view_on_the_same_host() {
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
    fn the_field_name_is_encoded_like_its_value() {
        assert_eq!(
            url_of_view("/login", Some("/x"), "a b&c=d#\r\n", None),
            "/login?a+b%26c%3Dd%23%0D%0A=%2Fx"
        );
    }
}
