//! `Cookie` headers: the remember cookie is found wherever it stands, and nothing else is taken for it.

use actix_web::{
    cookie::Cookie,
    http::header::{COOKIE, HeaderMap, HeaderValue},
};

use super::{
    setting::{FLASK_SECRET, IDS, NOW, headers, settings},
    target::Target,
    token::tokens,
};
use crate::remember::{cookie::CookieValue, flask::encode_cookie, verify::ReceivedCookie};

/// An input is the `Cookie` headers of a request, one a line.
pub const COOKIE_HEADER: Target = Target {
    name: "cookie_header",
    seeds,
    pieces: &[
        b";",
        b"; ",
        b"=",
        b"remember_token",
        b"remember_token=",
        b"remember_token =",
        b"remember_token=1; ",
        b"Remember_Token=",
        b"%72emember_token=",
        b"\"",
        b"\\",
        b"\\377",
        b"|",
        b"\xff",
        b" ",
        b"\t",
        b".",
        b"\n",
    ],
    check,
};

fn seeds() -> Vec<Vec<u8>> {
    let own = &tokens()[0];
    let flask = encode_cookie(IDS[1], FLASK_SECRET);
    let quoted = flask.replace("佐藤", r"\344\275\220\350\227\244");
    let quoted = quoted.replace(';', r"\073");
    let headers = [
        format!("id=abc; remember_token={own}; other=1"),
        format!("remember_token={own}; remember_token={own}"),
        format!("a=b\nremember_token={own}"),
        format!("a=b; remember_token={}", encode_cookie("1", FLASK_SECRET)),
        format!("remember_token=\"{quoted}\""),
    ];
    headers.map(String::into_bytes).to_vec()
}

fn check(input: &[u8]) -> bool {
    let Some(headers) = headers(COOKIE, input) else {
        return false;
    };
    let settings = settings();
    let cookie = &settings.remember.cookie;
    let found = cookie.find(&headers);
    // The other parser cuts quotes off.
    if input.is_ascii() && !input.contains(&b'"') {
        assert_eq!(found, find_by_other_parser(&headers));
    }

    // Where the pairs stand, and what stands beside them, changes nothing.
    let pairs = input.split(|byte| matches!(byte, b'\n' | b';'));
    let split = with(&HeaderMap::new(), pairs.chain([&b"remember_token2=a"[..]]));
    assert_eq!(cookie.find(&split), found);

    let planted = with(&headers, [&b"remember_token=planted"[..]]);
    match found {
        CookieValue::Missing => assert_eq!(cookie.find(&planted), CookieValue::One(b"planted")),
        CookieValue::One(b"planted") => {}
        _ => assert_eq!(cookie.find(&planted), CookieValue::Conflict),
    }

    let received = ReceivedCookie::verify(&headers, &settings.remember, &settings.keys, NOW);
    match received {
        ReceivedCookie::Valid(received) => {
            assert!(matches!(found, CookieValue::One(_)));
            assert!(IDS.contains(&&*received.token.id), "{:?}", received.token);
            true
        }
        ReceivedCookie::None => {
            assert_eq!(found, CookieValue::Missing);
            false
        }
        ReceivedCookie::Invalid(_) => false,
    }
}

fn with<'a>(headers: &HeaderMap, lines: impl IntoIterator<Item = &'a [u8]>) -> HeaderMap {
    let mut headers = headers.clone();
    for line in lines {
        headers.append(COOKIE, HeaderValue::from_bytes(line).unwrap());
    }
    headers
}

/// What the parser of the `cookie` crate finds.
fn find_by_other_parser(headers: &HeaderMap) -> CookieValue<'_> {
    let lines = headers.get_all(COOKIE).map(|line| line.to_str().unwrap());
    let pairs = lines.flat_map(|line| line.split(';'));
    let cookies = pairs.filter_map(|pair| Cookie::parse(pair).ok());
    let mut values: Vec<&str> = cookies
        .filter(|cookie| cookie.name() == "remember_token")
        .filter_map(|cookie| cookie.value_raw())
        .collect();
    values.dedup();
    match values[..] {
        [] => CookieValue::Missing,
        [value] => CookieValue::One(value.as_bytes()),
        _ => CookieValue::Conflict,
    }
}
