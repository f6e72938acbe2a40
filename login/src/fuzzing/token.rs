//! Remember tokens: only what was signed verifies, and what was signed is read as it was written.

use std::time::Duration;

use super::{
    setting::{IDS, NOW, other_keys, pick, settings},
    target::Target,
};
use crate::{
    config::TOKEN_MAX_BYTES,
    crypto::{
        base64::encode,
        digest::Digest,
        keyring::{KeyMatch, Keyring},
    },
    events::CookieRejectReason,
    remember::token::RememberToken,
    store::entry::TokenLogin,
};

/// An input is a token, and also the payload of a token whose signature is right.
pub const TOKEN: Target = Target {
    name: "token",
    seeds,
    pieces: &[
        b".",
        b"..",
        b"1.",
        b"2.",
        b"=",
        b"-1",
        b"+1",
        b"A",
        b"0",
        b"18446744073709551615",
        b"18446744073709551616",
        b"\xff",
        b"MQ",
        b"\0",
    ],
    check,
};

/// The tokens that the app signed.
pub(super) fn tokens() -> Vec<String> {
    let settings = settings();
    let new = |id| {
        let duration = Some(Duration::from_secs(60));
        let tag = Some(Digest::new([5; 16]));
        settings.remember.new_token(NOW, duration, id, tag)
    };
    let login = Some(TokenLogin {
        id: "AAAAAAAAAAAAAAAAAAAAAA".parse().unwrap(),
        generation: 3,
    });
    let with_login = RememberToken {
        login,
        ..new(IDS[0])
    };
    let tokens = IDS.map(new).into_iter().chain([with_login]);
    tokens.map(|token| token.sign(&settings.keys)).collect()
}

fn seeds() -> Vec<Vec<u8>> {
    let tokens = tokens();
    let payload = |token: &str| token.rsplit_once('.').unwrap().0.to_owned();
    let mut texts: Vec<String> = tokens.iter().map(|token| payload(token)).collect();
    // The payload of a token of the greatest length.
    let zeros = "0".repeat(TOKEN_MAX_BYTES - tokens[0].len());
    texts.push(texts[0].replacen('.', &format!(".{zeros}"), 1));
    texts.extend(tokens);
    texts.into_iter().map(String::into_bytes).collect()
}

fn check(input: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(input) else {
        return false;
    };
    let keys = &settings().keys;
    let is_signed = RememberToken::verify(text, keys, NOW).is_ok();
    assert!(!is_signed || tokens().iter().any(|token| token == text));

    let signed = format!("{text}.{}", encode(keys.sign(input)));
    match RememberToken::verify(&signed, keys, NOW) {
        Ok((token, key)) => {
            assert_eq!(key, KeyMatch::Current);
            check_signed(&signed, &token, keys);
            true
        }
        Err(CookieRejectReason::Expired | CookieRejectReason::Forged) => is_signed,
        Err(reason) => panic!("{reason:?}"),
    }
}

fn check_signed(signed: &str, token: &RememberToken, keys: &Keyring) {
    assert!(signed.len() <= TOKEN_MAX_BYTES);
    assert!(!token.expires_at.has_passed(NOW));
    let again = token.sign(keys);
    assert!(again.len() <= signed.len());
    let (read, _) = RememberToken::verify(&again, keys, NOW).unwrap();
    assert_eq!(read, *token);

    let forged = Err(CookieRejectReason::Forged);
    assert_eq!(RememberToken::verify(signed, other_keys(), NOW), forged);
    let mut changed = signed.as_bytes().to_vec();
    changed[pick(signed.as_bytes(), signed.len())] ^= 1;
    let changed = String::from_utf8(changed).unwrap();
    assert_eq!(RememberToken::verify(&changed, keys, NOW), forged);
}
