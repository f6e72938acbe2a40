//! Flask-Login's own remember cookie: its signature, and Werkzeug's quoting of cookie values.

use std::fmt::Write;

use hmac::Mac;
use sha2::{Digest, Sha512};
use subtle::ConstantTimeEq;

use crate::{config::FLASK_COOKIE_MAX_BYTES, crypto::keyring::HmacSha512};

/// Signs `payload` with `key` as Flask-Login's `encode_cookie` does: `payload|hex`, with
/// HMAC-SHA-512.
///
/// For sites that share cookies with a Flask app. This crate's own remember cookies have another
/// format. The key is the only protection, so it must be long and random.
///
/// ```
/// use actix_login::flask::{decode_cookie, encode_cookie};
///
/// let cookie = encode_cookie("1", b"deterministic");
/// assert!(cookie.starts_with("1|0e9e6e9855fbe6df"));
/// assert_eq!(decode_cookie(&cookie, b"deterministic"), Some("1"));
/// ```
pub fn encode_cookie(payload: &str, key: &[u8]) -> String {
    let mut cookie = format!("{payload}|");
    for byte in signature(payload, key) {
        // Writing to a `String` never fails.
        let _ = write!(cookie, "{byte:02x}");
    }
    cookie
}

/// Returns the payload of a cookie that [`encode_cookie`] or Flask-Login made, or `None` if the
/// signature is not valid. Compares in constant time.
///
/// ```
/// # use actix_login::flask::decode_cookie;
/// assert_eq!(decode_cookie("1|no signature", b"key"), None);
/// ```
pub fn decode_cookie<'a>(cookie: &'a str, key: &[u8]) -> Option<&'a str> {
    let (payload, digest) = cookie.rsplit_once('|')?;
    let expected = encode_cookie(payload, key);
    let (_, expected) = expected.rsplit_once('|')?;
    bool::from(expected.as_bytes().ct_eq(digest.as_bytes())).then_some(payload)
}

fn signature(payload: &str, key: &[u8]) -> [u8; 64] {
    // RFC 2104: a key longer than a block is hashed, a shorter one is padded with zeros.
    let mut block = [0; 128];
    if key.len() > block.len() {
        copy(&mut block, &Sha512::digest(key));
    } else {
        copy(&mut block, key);
    }
    let mac = HmacSha512::new(&block.into()).chain_update(payload);
    mac.finalize().into_bytes().into()
}

fn copy(to: &mut [u8], from: &[u8]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
}

/// Decodes a cookie value as Werkzeug writes it: plain, or between quotes with `\"`, `\\` and bytes
/// as three octal digits (`\344`).
pub(crate) fn unquote(value: &[u8]) -> Option<String> {
    if value.len() > FLASK_COOKIE_MAX_BYTES {
        return None;
    }
    let Some(quoted) = value
        .strip_prefix(b"\"")
        .and_then(|value| value.strip_suffix(b"\""))
    else {
        return String::from_utf8(value.to_vec()).ok();
    };
    let mut bytes = Vec::with_capacity(quoted.len());
    let mut rest = quoted;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'\\' {
            bytes.push(*first);
            continue;
        }
        match rest {
            [
                a @ b'0'..=b'3',
                b @ b'0'..=b'7',
                c @ b'0'..=b'7',
                after @ ..,
            ] => {
                bytes.push((a - b'0') << 6 | (b - b'0') << 3 | (c - b'0'));
                rest = after;
            }
            [escaped, after @ ..] => {
                bytes.push(*escaped);
                rest = after;
            }
            [] => return None,
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cookie of the real Flask-Login for the secret `deterministic` and the payload `1`.
    const COOKIE: &str = "1|0e9e6e9855fbe6df7906ec4737578a1d491b38d3fd5246c1561016e189d6516043286501ca43257c938e60aad77acec5ce916b94ca9d00c0bb6f9883ae4b82ae";

    #[test]
    fn the_bytes_equal_flask_logins() {
        assert_eq!(encode_cookie("1", b"deterministic"), COOKIE);
        assert_eq!(decode_cookie(COOKIE, b"deterministic"), Some("1"));
    }

    #[test]
    fn a_cookie_with_another_signature_is_not_decoded() {
        let flipped = COOKIE.replace("1|0", "2|0");
        for (cookie, key) in [
            (COOKIE, "other"),
            (flipped.as_str(), "deterministic"),
            ("1", "deterministic"),
            ("", "deterministic"),
            ("1|", "deterministic"),
            (&COOKIE[..COOKIE.len() - 1], "deterministic"),
        ] {
            assert_eq!(decode_cookie(cookie, key.as_bytes()), None, "{cookie}");
        }
    }

    #[test]
    fn ids_with_a_bar_and_long_keys_round_trip() {
        let key = [b'k'; 200];
        let cookie = encode_cookie("a|b", &key);
        assert_eq!(decode_cookie(&cookie, &key), Some("a|b"));
    }

    #[test]
    fn werkzeugs_quoting_is_decoded() {
        let unquoted = |value: &[u8]| unquote(value);
        assert_eq!(
            unquoted(br#""\344\275\220\350\227\244|ab""#).unwrap(),
            "佐藤|ab"
        );
        assert_eq!(unquoted(br#""a\"b\\c\073""#).unwrap(), "a\"b\\c;");
        assert_eq!(unquoted(b"1|ab").unwrap(), "1|ab");
        assert_eq!(unquoted(br#""\377""#), None);
        assert_eq!(unquoted(br#""\""#), None);
        assert_eq!(unquoted(b"\xff"), None);
        assert_eq!(unquoted(b"\"").unwrap(), "\"");
    }
}
