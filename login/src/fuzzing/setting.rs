//! The manager, the time and the headers that the checks share.

use std::{
    sync::LazyLock,
    time::{Duration, UNIX_EPOCH},
};

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

use crate::{
    LoginManager, UserMixin, crypto::keyring::Keyring, manager::settings::Settings,
    timestamp::Timestamp,
};

pub(super) const NOW: Timestamp = Timestamp::from_secs(1_763_812_345);
pub(super) const FLASK_SECRET: &[u8] = b"the secret of a Flask app";
/// The ids of all tokens and cookies that were ever signed.
pub(super) const IDS: [&str; 2] = ["1", "佐藤|;."];

#[derive(Clone)]
struct User;

impl UserMixin for User {
    type Id = String;
    const NAME: &'static str = "User";

    fn get_id(&self) -> String {
        IDS[0].to_owned()
    }
}

static MANAGER: LazyLock<LoginManager<User>> = LazyLock::new(|| {
    LoginManager::<User>::builder([7; 32])
        .user_loader(async |_: String| None)
        .previous_keys([[8; 32]])
        .accept_flask_cookies(
            FLASK_SECRET,
            UNIX_EPOCH + Duration::from_secs(NOW.as_secs() + 1),
        )
        .clock(|| UNIX_EPOCH + Duration::from_secs(NOW.as_secs()))
        .build()
        .unwrap()
});

pub(super) fn settings() -> &'static Settings {
    MANAGER.settings()
}

/// The keys of another manager with the same secret.
pub(super) fn other_keys() -> &'static Keyring {
    static KEYS: LazyLock<Keyring> =
        LazyLock::new(|| Keyring::new(&[7; 32], &[], "Other").unwrap());
    &KEYS
}

/// Headers of one name, from a line each. `None` if a line can't be in a header.
pub(super) fn headers(name: HeaderName, lines: &[u8]) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    for line in lines.split(|byte| *byte == b'\n') {
        headers.append(name.clone(), HeaderValue::from_bytes(line).ok()?);
    }
    Some(headers)
}

/// A number below `end` that depends on each byte of the input.
pub(super) fn pick(input: &[u8], end: usize) -> usize {
    let sum = input.iter().fold(0_usize, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(usize::from(*byte))
    });
    sum % end.max(1)
}
