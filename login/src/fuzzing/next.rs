//! `next`: what is accepted stays on the site or on an allowed host, as the `url` crate reads it.

use std::sync::LazyLock;

use actix_web::{
    http::{
        Uri,
        header::{HOST, HeaderValue, REFERER},
    },
    test::TestRequest,
};
use url::Url;

use super::target::Target;
use crate::{
    NextUrl,
    config::NEXT_MAX_BYTES,
    http::url::{
        encode_for_header, is_on_allowed_host, is_path_on_this_site, make_next_param,
        referring_path, requested_path, url_of_view,
    },
};

/// An input is a `next`, and also the target of a request and its `Referer`.
pub const NEXT: Target = Target {
    name: "next",
    seeds,
    pieces: &[
        b"/",
        b"//",
        b"\\",
        b":",
        b"@",
        b"?",
        b"#",
        b".",
        b"..",
        b"%2f",
        b"%5c",
        b"evil.example",
        b"http:",
        b"https://",
        b"javascript:",
        b"accounts.example",
        b"dev.example:8080",
        b":80",
        b" ",
        b"\t",
        b"\xc2\x85",
        b"\xe2\x80\xa8",
        b"\xef\xbb\xbf",
        b"\xe3\x80\x82",
        b"\xc2\xad",
        b"\xff",
    ],
    check,
};

fn seeds() -> Vec<Vec<u8>> {
    let targets = [
        "/cart?x=1&y=//z#top",
        "/a/../b/./c",
        "/",
        "https://accounts.example/x?y",
        "http://dev.example:8080/",
        "https://shop.example/cart?x",
        "//evil.example/x",
    ];
    targets.map(|target| target.as_bytes().to_vec()).to_vec()
}

static PAGE: LazyLock<Url> = LazyLock::new(|| Url::parse("https://shop.example/a/b?c#d").unwrap());
static ALLOWED: LazyLock<[String; 2]> =
    LazyLock::new(|| ["accounts.example".to_owned(), "dev.example:8080".to_owned()]);

fn check(input: &[u8]) -> bool {
    let Ok(target) = str::from_utf8(input) else {
        return false;
    };
    let is_path = is_path_on_this_site(target);
    let is_allowed = is_on_allowed_host(target, &*ALLOWED);
    assert!(!(is_path && is_allowed));
    let encoded = encode_for_header(target);
    assert!(HeaderValue::from_str(&encoded).is_ok());
    // A browser reads the header. A template may contain the text as it is.
    for target in [target, &encoded] {
        if is_path {
            assert_stays(target);
        }
        if is_allowed {
            assert_allowed(target);
        }
    }
    if is_path || is_allowed {
        assert!(target.len() <= NEXT_MAX_BYTES);
    }
    let field: NextUrl = serde_json::from_value(target.into()).unwrap();
    assert_eq!(field.get(), is_path.then_some(&*encoded));

    check_login_url(target);
    check_request(target);
    is_path || is_allowed
}

#[track_caller]
fn assert_stays(target: &str) {
    let url = PAGE.join(target).unwrap();
    assert_eq!(url.origin(), PAGE.origin(), "{url}");
}

fn assert_allowed(target: &str) {
    let url = PAGE.join(target).unwrap();
    assert_eq!(Url::parse(target).unwrap(), url);
    assert!(url.username().is_empty() && url.password().is_none());
    let (host, port) = (url.host_str().unwrap(), url.port());
    assert!(
        matches!(
            (url.scheme(), host, port),
            ("http" | "https", "accounts.example", None) | (_, "dev.example", Some(8080))
        ),
        "{url}"
    );
}

/// Whatever is the `next` of a login view, the view and its query are what they were.
fn check_login_url(target: &str) {
    let url = PAGE
        .join(&url_of_view("/login?a=b", Some(target), "next", None))
        .unwrap();
    assert_eq!((url.origin(), url.path()), (PAGE.origin(), "/login"));
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let next = make_next_param("/login", target);
    assert_eq!(pairs, [pair("a", "b"), pair("next", &next)]);
}

/// Whatever a client requests, and from which page, what becomes a `next` is a path on this site.
fn check_request(target: &str) {
    let accepted = |path: Option<String>| {
        if let Some(path) = path {
            assert!(is_path_on_this_site(&path), "{path}");
            assert_stays(&path);
        }
    };
    if target.parse::<Uri>().is_ok() {
        let req = TestRequest::with_uri(target).to_http_request();
        for base in ["", "/app"] {
            let path = requested_path(&req, base);
            assert!(path.iter().all(|path| path.starts_with(base)));
            accepted(path);
        }
    }
    if let Ok(referer) = HeaderValue::from_str(target) {
        let req = TestRequest::default()
            .insert_header((HOST, "shop.example"))
            .insert_header((REFERER, referer))
            .to_http_request();
        accepted(referring_path(&req, None));
    }
}
