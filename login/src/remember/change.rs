//! What a response does to the remember cookie.

use actix_web::http::header::HeaderValue;

use super::{settings::RememberSettings, token::RememberToken};
use crate::{crypto::keyring::Keyring, timestamp::Timestamp};

/// What a response does to the remember cookie.
#[derive(Debug, Clone, Default)]
pub(crate) enum RememberChange {
    /// It may refresh the cookie.
    #[default]
    None,
    /// It sets a cookie. The token is signed once the response is there: until then the
    /// `session_auth_hash` may change.
    Set(Box<RememberToken>),
    /// It leaves the cookie alone: another response has replaced the request's cookie.
    Keep,
    /// It clears the cookie.
    Clear,
}

impl RememberChange {
    /// The `Set-Cookie` headers, if the response needs them.
    pub(crate) fn into_headers(
        self,
        settings: &RememberSettings,
        keys: &Keyring,
        now: Timestamp,
    ) -> Vec<HeaderValue> {
        match self {
            Self::Set(token) => {
                let max_age = token.expires_at.since(now);
                settings.cookie.set(&token.sign(keys), max_age)
            }
            Self::Clear => settings.cookie.clear(),
            Self::None | Self::Keep => Vec::new(),
        }
    }
}
