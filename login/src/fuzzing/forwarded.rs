//! `Forwarded` headers: a client never changes what the proxies behind it have written.

use std::net::IpAddr;

use actix_web::http::header::{FORWARDED as NAME, HeaderMap, HeaderValue};

use super::{setting::headers, target::Target};
use crate::http::forwarded::forwarded_for;

/// An input is the `Forwarded` headers of a request, one a line.
pub const FORWARDED: Target = Target {
    name: "forwarded",
    seeds,
    pieces: &[
        b",",
        b", ",
        b";",
        b"=",
        b"\"",
        b"\\",
        b"for=",
        b"For=192.0.2.60",
        b"for=\"[2001:db8::1]\"",
        b"for=unknown",
        b"for=_name",
        b"by=x;",
        b"proto=https;",
        b":80",
        b":_port",
        b"[",
        b"]",
        b" ",
        b"\t",
        b"\xff",
        b"\n",
    ],
    check,
};

fn seeds() -> Vec<Vec<u8>> {
    let values = [
        "for=192.0.2.60;proto=http;by=203.0.113.43",
        "for=192.0.2.43, for=198.51.100.17",
        "for=\"[2001:db8:cafe::17]:4711\"\nfor=192.0.2.43:80, for=unknown",
        "for=\"_a\\\"b\";host=shop.example,,for=\"192.0.2.1:_p\"",
    ];
    values.map(|value| value.as_bytes().to_vec()).to_vec()
}

fn check(input: &[u8]) -> bool {
    let Some(sent) = headers(NAME, input) else {
        return false;
    };
    let address = |headers: &HeaderMap, count| forwarded_for(headers, count, NAME.as_str());

    // The line of a proxy, and what it forwards.
    let proxy = IpAddr::from([192, 0, 2, 1]);
    let mut appended = sent.clone();
    appended.append(NAME, HeaderValue::from_static("for=192.0.2.1"));
    assert_eq!(address(&appended, 1), Some(proxy));
    for count in 1..4 {
        assert_eq!(address(&appended, count + 1), address(&sent, count));
    }

    // A proxy that appends to the client's line instead.
    let same_line = headers(NAME, &[input, b", for=192.0.2.1"].concat()).unwrap();
    let found = address(&same_line, 1);
    assert!(found.is_none_or(|found| found == proxy), "{found:?}");

    // What stands before the elements that count, whether a line or an element.
    let mut is_read = false;
    for count in 1..4 {
        let Some(found) = address(&sent, count) else {
            continue;
        };
        is_read = true;
        for forged in ["for=192.0.2.66\n", "for=192.0.2.66, ", "no element;\"\n"] {
            let forged = headers(NAME, &[forged.as_bytes(), input].concat()).unwrap();
            assert_eq!(address(&forged, count), Some(found));
        }
    }
    is_read
}
