//! Flask-Login's cookies: only what was signed is believed, and Werkzeug's quotes are read back.

use super::{
    setting::{FLASK_SECRET, IDS, pick},
    target::Target,
};
use crate::{
    config::FLASK_COOKIE_MAX_BYTES,
    remember::flask::{decode_cookie, encode_cookie, unquote},
};

/// An input is the value of a cookie, and also a text to sign and to quote.
pub const FLASK_COOKIE: Target = Target {
    name: "flask_cookie",
    seeds,
    pieces: &[
        b"\"", b"\\", b"\\\\", b"\\\"", b"\\344", b"\\8", b"\\477", b"|", b"||", b"0", b"A",
        b"\xff",
    ],
    check,
};

fn seeds() -> Vec<Vec<u8>> {
    let plain = IDS.map(|id| encode_cookie(id, FLASK_SECRET));
    let quoted = plain.each_ref().map(|cookie| quote(cookie));
    [plain, quoted]
        .concat()
        .into_iter()
        .map(String::into_bytes)
        .collect()
}

fn check(input: &[u8]) -> bool {
    let Some(text) = unquote(input) else {
        return false;
    };
    assert!(text.len() <= input.len() && input.len() <= FLASK_COOKIE_MAX_BYTES);
    if !input.starts_with(b"\"") {
        assert_eq!(text.as_bytes(), input);
    }
    let quoted = quote(&text);
    if quoted.len() <= FLASK_COOKIE_MAX_BYTES {
        assert_eq!(unquote(quoted.as_bytes()).as_ref(), Some(&text));
    }

    let signed = encode_cookie(&text, FLASK_SECRET);
    assert_eq!(decode_cookie(&signed, FLASK_SECRET), Some(&*text));
    assert_eq!(decode_cookie(&signed, b"the secret of another app"), None);
    // Each digit of the signature counts.
    let mut changed = signed.clone().into_bytes();
    changed[text.len() + 1 + pick(input, 128)] ^= 1;
    let changed = String::from_utf8(changed).unwrap();
    assert_eq!(decode_cookie(&changed, FLASK_SECRET), None);

    let id = decode_cookie(&text, FLASK_SECRET);
    assert!(id.is_none_or(|id| IDS.contains(&id)), "{text:?}");
    id.is_some()
}

/// A cookie's value between quotes, as Werkzeug writes it.
fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => quoted.extend(['\\', char::from(byte)]),
            b',' | b';' => quoted.push_str(&format!("\\{byte:03o}")),
            b' '..=b'~' => quoted.push(char::from(byte)),
            _ => quoted.push_str(&format!("\\{byte:03o}")),
        }
    }
    quoted.push('"');
    quoted
}
