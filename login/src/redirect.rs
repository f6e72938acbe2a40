//! Where a login leads to: safe redirects, and the `next` that a request carries.

use actix_session::SessionExt;
use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::header::{self, HeaderMap},
};
use serde::{Deserialize, Deserializer};
use std::{
    convert::Infallible,
    future::{Ready, ready},
};
use url::{Url, form_urlencoded};

use crate::{
    config::{NEXT_FIELD, NEXT_MAX_BYTES, SESSION_KEY_NEXT},
    manager::nearest,
};

/// Whether a redirect to `target` stays on this site: the `is_safe_url` that each Flask app has to
/// write by hand.
///
/// Safe is a path with or without a query (`/x?y`), as a browser would read it. Not safe: another
/// scheme or host (`//evil`, `/\evil`, `http:evil`), `javascript:`, control characters anywhere,
/// white space at the start, anything over 1,024 bytes, and a path that is not absolute. An
/// absolute http(s) URL is safe only if its host is one of the nearest manager's
/// [`allowed_redirect_hosts`](crate::LoginManagerBuilder::allowed_redirect_hosts); the request's own
/// `Host` is not believed.
///
/// ```
/// use actix_login::is_safe_redirect;
/// use actix_web::test::TestRequest;
///
/// let req = TestRequest::default().to_http_request();
/// assert!(is_safe_redirect(&req, "/profile?tab=2"));
/// assert!(!is_safe_redirect(&req, "//evil.example"));
/// assert!(!is_safe_redirect(&req, "https://evil.example/"));
/// ```
pub fn is_safe_redirect(req: &HttpRequest, target: &str) -> bool {
    is_path_on_this_site(target)
        || nearest(req).is_ok_and(|manager| {
            is_on_allowed_host(target, &manager.settings().allowed_redirect_hosts)
        })
}

/// Strict where browsers are lenient: they drop tabs and line ends, read `\` as `/`, and skip
/// leading white space, so none of these may stand where it could make a second slash.
pub(crate) fn is_path_on_this_site(target: &str) -> bool {
    let mut chars = target.chars();
    target.len() <= NEXT_MAX_BYTES
        && chars.next() == Some('/')
        && !matches!(chars.next(), Some('/' | '\\'))
        && !target.chars().any(char::is_control)
}

fn is_on_allowed_host(target: &str, allowed: &[String]) -> bool {
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
    // Only the scheme's own port need not be named.
    let with_port = format!("{host}:{port}");
    let is_named = |name: &String| {
        name.eq_ignore_ascii_case(&with_port)
            || (url.port().is_none() && name.eq_ignore_ascii_case(host))
    };
    url.username().is_empty() && url.password().is_none() && allowed.iter().any(is_named)
}

/// Whether the target is `http://…` or `https://…` and not the `http:…` that a browser reads as a
/// path or as an authority, as it sees fit.
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

/// The `next` of a request, where it is safe to go there: for the redirect after a login.
///
/// As an argument of a handler it is read from the query, or, with
/// [`use_session_for_next`](crate::LoginManagerBuilder::use_session_for_next), taken from the
/// session where there is one in it. As a field of a form it is read from there; a form knows of no
/// request, so only a path on this site counts then. Whatever is not [safe](is_safe_redirect) is as
/// if it was missing.
///
/// ```
/// use actix_login::NextUrl;
/// use actix_web::{Responder, post, web::{Form, Redirect}};
///
/// #[derive(serde::Deserialize)]
/// struct Credentials {
///     email: String,
///     password: String,
///     #[serde(default)]
///     next: NextUrl,
/// }
///
/// #[post("/login")]
/// async fn login(form: Form<Credentials>, next: NextUrl) -> impl Responder {
///     // … check the password, log the user in, then go where the user was going:
///     let Credentials { next: field, .. } = form.into_inner();
///     Redirect::to(field.or_else(next).or("/protected")).see_other()
/// }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NextUrl(Option<String>);

impl NextUrl {
    /// The target, or `default` where there was none or an unsafe one.
    pub fn or(self, default: impl Into<String>) -> String {
        self.0.unwrap_or_else(|| default.into())
    }

    /// This one where it has a target, else `other`.
    pub fn or_else(self, other: NextUrl) -> NextUrl {
        NextUrl(self.0.or(other.0))
    }

    /// The target, if there was a safe one. In a page, it goes into the form's hidden field.
    pub fn get(&self) -> Option<&str> {
        self.0.as_deref()
    }

    fn safe(target: &str, is_safe: impl Fn(&str) -> bool) -> Self {
        Self(is_safe(target).then(|| printable(target)))
    }
}

impl FromRequest for NextUrl {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(req)))
    }
}

impl NextUrl {
    /// Takes it from the session where that is where it is kept, else reads the query.
    pub(crate) fn of(req: &HttpRequest) -> Self {
        let is_safe = |target: &str| is_safe_redirect(req, target);
        // The session's comes first: whoever wrote the query could be anyone.
        if let Ok(manager) = nearest(req)
            && manager.settings().use_session_for_next
        {
            manager.note_asked(req);
            let session = req.get_session();
            // Only then: to remove even what is not there is to write to the session.
            if session.contains_key(SESSION_KEY_NEXT)
                && let Some(Ok(target)) = session.remove_as::<String>(SESSION_KEY_NEXT)
            {
                return Self::safe(&target, is_safe);
            }
        }
        let target = form_urlencoded::parse(req.query_string().as_bytes())
            .find_map(|(field, target)| (field == NEXT_FIELD).then_some(target));
        target.map_or(Self(None), |target| Self::safe(&target, is_safe))
    }
}

impl<'de> Deserialize<'de> for NextUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let target = Option::<String>::deserialize(deserializer)?;
        Ok(target.map_or(Self(None), |target| {
            Self::safe(&target, is_path_on_this_site)
        }))
    }
}

/// The target with all that a `Location` header can't hold percent-encoded.
pub(crate) fn printable(target: &str) -> String {
    let mut printable = String::with_capacity(target.len());
    for byte in target.bytes() {
        if byte.is_ascii_graphic() {
            printable.push(char::from(byte));
        } else {
            printable.push_str(&format!("%{byte:02X}"));
        }
    }
    printable
}

/// The path and query of the request exactly as they were sent, but with one slash at the start;
/// `None` if they are too long to be passed on.
pub(crate) fn requested_path(req: &HttpRequest) -> Option<String> {
    let target = req
        .uri()
        .path_and_query()
        .map_or("/", |target| target.as_str());
    let path = format!("/{}", target.trim_start_matches(['/', '\\']));
    is_path_on_this_site(&path).then_some(path)
}

/// The URL of the request, as far as it can be believed: from `Host` and the connection, never
/// from `Forwarded` or `X-Forwarded-Host`, which anyone may send.
pub(crate) fn requested_url(req: &HttpRequest, origin: Option<&str>) -> Option<String> {
    let path = requested_path(req)?;
    if let Some(origin) = origin {
        return Some(format!("{origin}{path}"));
    }
    let scheme = if req.app_config().secure() {
        "https"
    } else {
        "http"
    };
    let host = host(req.headers()).or_else(|| req.uri().authority().map(|host| host.as_str()))?;
    let url = format!("{scheme}://{host}{path}");
    // Userinfo, spaces or a slash in `Host` are an attempt at something.
    let parsed = Url::parse(&url).ok()?;
    let plain = parsed.username().is_empty() && parsed.path().starts_with('/');
    (plain && !host.is_empty() && !host.contains(['/', '\\', '@', '?', '#', ' '])).then_some(url)
}

fn host(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::HOST)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn a_path_on_this_site_is_safe_and_nothing_else() {
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
    fn an_allowed_host_is_named_exactly() {
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
    fn the_requested_path_is_as_it_was_sent_with_one_slash_at_the_start() {
        let path = |uri| requested_path(&TestRequest::with_uri(uri).to_http_request());
        assert_eq!(path("/a%2Fb?x=%20+y").unwrap(), "/a%2Fb?x=%20+y");
        assert_eq!(path("//evil.example/x").unwrap(), "/evil.example/x");
        assert_eq!(path("http://host.example/x?y").unwrap(), "/x?y");
        assert_eq!(path(&format!("/{}", "x".repeat(2000))), None);
    }

    #[test]
    fn the_requested_url_believes_host_and_connection_alone() {
        let url = |host, header| {
            let req = TestRequest::with_uri("/x?y")
                .insert_header(("Host", host))
                .insert_header(header)
                .to_http_request();
            requested_url(&req, None)
        };
        let forwarded = ("Forwarded", "host=evil.example;proto=https");
        assert_eq!(url("a.example", forwarded).unwrap(), "http://a.example/x?y");
        let forwarded = ("X-Forwarded-Host", "evil.example");
        assert_eq!(
            url("a.example:81", forwarded).unwrap(),
            "http://a.example:81/x?y"
        );
        for host in ["a/b", "a@b", "a b", "a\\b", "a?b", ""] {
            assert_eq!(url(host, forwarded), None, "{host:?}");
        }
    }

    #[test]
    fn what_a_header_cannot_hold_is_percent_encoded() {
        assert_eq!(printable("/ü x?y=%20"), "/%C3%BC%20x?y=%20");
    }
}
