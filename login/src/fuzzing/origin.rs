//! `Origin` headers: only this site's own is this site's.

use actix_web::{
    dev::RequestHead,
    http::{
        Method,
        header::{HOST, HeaderValue, ORIGIN as NAME},
    },
};
use url::Url;

use super::target::Target;
use crate::http::origin::find_other_origin;

/// An input is an `Origin`, and on a second line the `Host`, unless it is `shop.example:8080`.
pub const ORIGIN: Target = Target {
    name: "origin",
    seeds,
    pieces: &[
        b"//",
        b"@",
        b":",
        b".",
        b"evil",
        b"http:",
        b"\\",
        b"[::1]",
        b"%6f",
        b"\t",
        b"null",
        b"#",
        b" ",
        b":0",
        b"HTTP",
        b"SHOP",
        b":08080",
        b"https://shop.example:8080",
        b"\n",
        b"\nshop.example",
    ],
    check,
};

fn seeds() -> Vec<Vec<u8>> {
    let lines = [
        "http://shop.example:8080",
        "https://shop.example:8080",
        "https://shop.example\nshop.example",
        "http://[2001:db8::1]:3000\n[2001:db8::1]:3000",
    ];
    lines.map(|lines| lines.as_bytes().to_vec()).to_vec()
}

fn check(input: &[u8]) -> bool {
    let mut lines = input.splitn(2, |byte| *byte == b'\n');
    let origin = lines.next().unwrap_or_default();
    let host = lines.next().unwrap_or(b"shop.example:8080");
    let mut req = RequestHead::default();
    req.method = Method::POST;
    for (name, value) in [(NAME, origin), (HOST, host)] {
        let Ok(value) = HeaderValue::from_bytes(value) else {
            return false;
        };
        req.headers_mut().insert(name, value);
    }
    if find_other_origin(&req, None, &[]).is_some() {
        return false;
    }

    let (origin, host) = (
        str::from_utf8(origin).unwrap(),
        str::from_utf8(host).unwrap(),
    );
    let url = Url::parse(origin).unwrap();
    assert!(matches!(url.scheme(), "http" | "https"));
    let own = Url::parse(&format!("{}://{host}", url.scheme())).unwrap();
    assert_eq!(url.origin(), own.origin());
    // Nothing stands beside scheme, host and port.
    let after = origin.split_once("://").unwrap().1;
    assert!(!after.contains(['/', '\\', '?', '#', '@']), "{origin}");
    assert_eq!((url.path(), url.query(), url.fragment()), ("/", None, None));
    true
}
