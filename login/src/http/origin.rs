//! The origin that sent a request, and whether it is another one than this site's: the rules of
//! `http.CrossOriginProtection` in Go 1.25.

use std::fmt;

use actix_web::{
    dev::RequestHead,
    http::{
        Method, Uri,
        header::{self, HeaderMap},
    },
};
use url::Url;

/// Scheme, host and port, in one spelling: lower case, without a default port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    scheme: String,
    host: String,
    /// `None` for the default port of the scheme.
    port: Option<u16>,
}

impl Origin {
    /// `None` for all but `scheme://host[:port]`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (scheme, authority) = text.split_once("://")?;
        let is_scheme = scheme.starts_with(|char: char| char.is_ascii_alphabetic())
            && scheme
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
        let is_odd = |char: char| {
            char.is_whitespace()
                || char.is_control()
                || matches!(char, '/' | '\\' | '?' | '#' | '@' | '*' | ',' | '%')
        };
        if !is_scheme || authority.contains(is_odd) || authority.ends_with(':') {
            return None;
        }
        let url = Url::parse(text).ok()?;
        let host = url.host_str().filter(|host| !host.is_empty())?;
        Some(Self {
            scheme: url.scheme().to_owned(),
            host: host.to_ascii_lowercase(),
            port: url.port(),
        })
    }

    /// Whether the request was sent to this host and port. A proxy may end TLS, so the scheme of the
    /// connection is not compared.
    fn is_host_of(&self, req: &RequestHead) -> bool {
        matches!(&*self.scheme, "http" | "https")
            && claimed_host(req.headers(), &req.uri)
                .and_then(|host| Self::parse(&format!("{}://{host}", self.scheme)))
                .is_some_and(|own| own == *self)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.host)?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

/// The host that the client names: `Host`, or the authority of HTTP/2. `None` if there are several.
pub(super) fn claimed_host<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> Option<&'a str> {
    let mut hosts = headers.get_all(header::HOST);
    match (hosts.next(), hosts.next()) {
        (None, _) => uri.authority().map(|authority| authority.as_str()),
        (Some(host), None) => host.to_str().ok(),
        _ => None,
    }
}

/// What `Origin` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sender {
    /// There is no such header.
    Unnamed,
    Origin(Origin),
    /// The browser conceals the origin.
    Null,
    /// The header is there several times, or is no origin.
    Malformed,
}

impl Sender {
    fn of(headers: &HeaderMap) -> Self {
        let mut origins = headers.get_all(header::ORIGIN);
        match (origins.next(), origins.next()) {
            (None, _) => Self::Unnamed,
            (Some(origin), None) if origin == "null" => Self::Null,
            (Some(origin), None) => origin
                .to_str()
                .ok()
                .and_then(Origin::parse)
                .map_or(Self::Malformed, Self::Origin),
            _ => Self::Malformed,
        }
    }
}

/// For the log, where nothing of a malformed header belongs.
impl fmt::Display for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unnamed => f.write_str("unnamed"),
            Self::Origin(origin) => origin.fmt(f),
            Self::Null => f.write_str("null"),
            Self::Malformed => f.write_str("malformed"),
        }
    }
}

/// Whether a request could do harm if another site made a browser send it: it has an unsafe method, or
/// opens a WebSocket. A page can read what a WebSocket sends, whatever its origin is.
pub(crate) fn needs_same_origin(req: &RequestHead) -> bool {
    match req.method {
        Method::GET => is_websocket(req.headers()),
        Method::HEAD | Method::OPTIONS => false,
        _ => true,
    }
}

fn is_websocket(headers: &HeaderMap) -> bool {
    headers.contains_key(header::UPGRADE)
        && headers
            .get_all(header::UPGRADE)
            .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
            .map(|protocol| {
                protocol
                    .split(|byte| *byte == b'/')
                    .next()
                    .unwrap_or_default()
            })
            .any(|name| name.trim_ascii().eq_ignore_ascii_case(b"websocket"))
}

/// Returns who sent a request that [needs the same origin](needs_same_origin), if a browser sent it from
/// another origin than the request's host, `own` and `trusted`. A header that can't be read counts as
/// another origin.
///
/// `Sec-Fetch-Site` decides where it is sent, and otherwise `Origin`; browsers send one of them. For a
/// WebSocket `Origin` decides, which RFC 6455 demands of browsers. Pages of `own`'s host by another scheme
/// or port are of another origin, also where the proxy hides which one the request came by.
pub(crate) fn find_other_origin(
    req: &RequestHead,
    own: Option<&Origin>,
    trusted: &[Origin],
) -> Option<Sender> {
    let sender = Sender::of(req.headers());
    let site = is_same_site(req.headers());
    let is_same = match (&sender, site) {
        (_, Some(is_same)) if req.method != Method::GET => is_same,
        (Sender::Unnamed, site) => site.unwrap_or(true),
        (Sender::Origin(origin), _) => match own {
            // The scheme and the port of this host are known.
            Some(own) if own.host == origin.host => origin == own,
            _ => origin.is_host_of(req),
        },
        (Sender::Null | Sender::Malformed, _) => false,
    };
    let is_trusted = matches!(&sender, Sender::Origin(origin) if trusted.contains(origin));
    (!is_same && !is_trusted).then_some(sender)
}

/// Whether `Sec-Fetch-Site` names the page of this origin, or the user, as the sender.
fn is_same_site(headers: &HeaderMap) -> Option<bool> {
    let name = "sec-fetch-site";
    headers.contains_key(name).then(|| {
        headers
            .get_all(name)
            .all(|site| site == "same-origin" || site == "none")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    const SITE: (&str, &str) = ("Sec-Fetch-Site", "same-origin");

    /// Who sent this request from another origin, with `https://site.example` as this site's and
    /// `https://partner.example` as a trusted one.
    fn sender(method: Method, uri: &str, headers: &[(&str, &str)]) -> Option<Sender> {
        let req = headers
            .iter()
            .fold(TestRequest::with_uri(uri).method(method), |req, header| {
                req.append_header(*header)
            })
            .to_http_request();
        let own = Origin::parse("https://site.example");
        let trusted = [Origin::parse("https://partner.example").unwrap()];
        assert!(needs_same_origin(req.head()));
        find_other_origin(req.head(), own.as_ref(), &trusted)
    }

    #[track_caller]
    fn assert_post(is_same: bool, headers: &[(&str, &str)]) {
        let sender = sender(Method::POST, "/x", headers);
        assert_eq!(sender.is_none(), is_same, "{headers:?}: {sender:?}");
    }

    #[test]
    fn sec_fetch_site_decides_where_it_is_sent() {
        let evil = ("Origin", "https://evil.example");
        assert_post(true, &[SITE, evil]);
        assert_post(true, &[("Sec-Fetch-Site", "none"), evil]);
        let host = ("Host", "shop.example");
        let own = ("Origin", "https://shop.example");
        for site in [
            "same-site",
            "cross-site",
            "Same-Origin",
            "",
            "x",
            "none, none",
        ] {
            assert_post(false, &[("Sec-Fetch-Site", site), host, own]);
        }
        assert_post(false, &[SITE, ("Sec-Fetch-Site", "cross-site")]);
        assert_post(true, &[SITE, SITE]);
    }

    #[test]
    fn a_trusted_origin_is_asked_for_before_either_refusal() {
        let partner = ("Origin", "https://partner.example");
        assert_post(true, &[("Sec-Fetch-Site", "cross-site"), partner]);
        assert_post(true, &[partner]);
        assert_post(false, &[("Sec-Fetch-Site", "cross-site")]);
        assert_post(false, &[("Origin", "http://partner.example")]);
        assert_post(false, &[("Origin", "https://partner.example:8443")]);
    }

    #[test]
    fn the_origin_is_compared_with_the_host_where_it_is_all_there_is() {
        assert_post(true, &[]);
        for (origin, host, is_same) in [
            ("http://shop.example", "shop.example", true),
            ("https://shop.example", "shop.example", true),
            ("https://shop.example", "shop.example:443", true),
            ("http://shop.example", "shop.example:80", true),
            ("http://shop.example", "shop.example:443", false),
            ("http://SHOP.example", "shop.EXAMPLE", true),
            ("http://shop.example:8080", "shop.example:8080", true),
            ("http://shop.example:8081", "shop.example:8080", false),
            ("http://[::1]:8080", "[::1]:8080", true),
            ("http://[0:0::1]:8080", "[::1]:8080", true),
            ("http://[::1]:8080", "[::2]:8080", false),
            ("http://shop.example.", "shop.example", false),
            ("http://shop.example.", "shop.example.", true),
            ("http://www.shop.example", "shop.example", false),
            ("http://shop.example.evil", "shop.example", false),
            ("https://site.example", "127.0.0.1:8080", true),
            ("http://site.example", "127.0.0.1:8080", false),
            ("https://site.example", "site.example", true),
            ("http://site.example", "site.example", false),
            ("https://site.example:8443", "site.example:8443", false),
            ("null", "null", false),
            ("", "shop.example", false),
            ("shop.example", "shop.example", false),
            ("//shop.example", "shop.example", false),
            ("http://shop.example/", "shop.example", false),
            ("http://x@shop.example", "shop.example", false),
            ("http://sho%70.example", "shop.example", false),
            (
                "http://shop.example http://shop.example",
                "shop.example",
                false,
            ),
            ("ftp://shop.example", "shop.example", false),
            ("http://shop.example", "evil@shop.example", false),
            ("http://shop.example", "shop.example/x", false),
            ("http://shop.example", "", false),
        ] {
            assert_post(is_same, &[("Origin", origin), ("Host", host)]);
        }
    }

    #[test]
    fn odd_headers_are_another_origin() {
        let (origin, host) = (("Origin", "http://shop.example"), ("Host", "shop.example"));
        assert_post(true, &[origin, host]);
        assert_post(false, &[origin, origin, host]);
        assert_post(false, &[origin, host, host]);
        assert_post(false, &[origin, host, ("Host", "evil.example")]);
        assert_post(false, &[("Origin", "http://sh\u{f6}p.example"), host]);
        assert_post(false, &[("Sec-Fetch-Site", "same-origin\u{f6}"), host]);
    }

    #[test]
    fn http_2_has_the_host_in_its_uri() {
        let origin = ("Origin", "https://shop.example");
        let send = |uri| sender(Method::POST, uri, &[origin]);
        assert_eq!(send("https://shop.example/x"), None);
        assert!(send("https://other.example/x").is_some());
    }

    #[test]
    fn a_websocket_is_judged_by_its_origin() {
        let host = ("Host", "shop.example");
        let evil = ("Origin", "https://evil.example");
        let own = ("Origin", "https://shop.example");
        for upgrade in ["websocket", "WebSocket", "h2c, websocket", "websocket/13"] {
            let upgrade = ("Upgrade", upgrade);
            let send = |headers: &[_]| sender(Method::GET, "/ws", headers);
            assert!(send(&[upgrade, host, evil]).is_some());
            assert!(send(&[upgrade, host, evil, SITE]).is_some());
            assert_eq!(send(&[upgrade, host, own]), None);
            assert_eq!(send(&[upgrade, host]), None);
            assert!(send(&[upgrade, host, ("Sec-Fetch-Site", "cross-site")]).is_some());
            let partner = ("Origin", "https://partner.example");
            assert_eq!(send(&[upgrade, host, partner]), None);
        }
    }

    #[test]
    fn safe_methods_need_no_origin() {
        for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
            let req = TestRequest::default()
                .method(method)
                .insert_header(("Upgrade", "h2c"))
                .to_http_request();
            assert!(!needs_same_origin(req.head()));
        }
        for method in [Method::POST, Method::TRACE, Method::CONNECT, Method::DELETE] {
            let req = TestRequest::default().method(method).to_http_request();
            assert!(needs_same_origin(req.head()));
        }
    }

    #[test]
    fn an_origin_is_a_scheme_a_host_and_a_port() {
        for (text, expected) in [
            ("https://shop.example", "https://shop.example"),
            ("HTTPS://Shop.Example:443", "https://shop.example"),
            ("http://localhost:3000", "http://localhost:3000"),
            (
                "https://b\u{fc}cher.example",
                "https://xn--bcher-kva.example",
            ),
            ("chrome-extension://abc", "chrome-extension://abc"),
        ] {
            assert_eq!(Origin::parse(text).unwrap().to_string(), expected);
        }
        for text in [
            "",
            "null",
            "*",
            "https://",
            "https://*.example",
            "https://a.example/",
            "https://a.example:",
            "https://a.example?x",
            "https://a b",
            "a.example",
            "//a.example",
            "https:a.example",
            "file://",
            "1https://a.example",
        ] {
            assert_eq!(Origin::parse(text), None, "{text}");
        }
    }
}
