//! The remember cookie that a request carries, verified.

use actix_web::http::header::HeaderMap;

use super::{
    change::RememberChange,
    cookie::CookieValue,
    flask::{decode_cookie, unquote},
    settings::RememberSettings,
    token::RememberToken,
};
use crate::{
    config::{ID_MAX_BYTES, TOKEN_MAX_BYTES},
    crypto::{
        auth_tag::match_auth_tag,
        digest::Digest,
        keyring::{KeyMatch, Keyring},
    },
    error::LoginError,
    events::CookieRejectReason,
    store::entry::TokenLogin,
    timestamp::Timestamp,
    user::UserMixin,
};

/// The remember cookie that a request carries. Whether its user exists and still has the same
/// `session_auth_hash` is checked later: [`VerifiedToken::is_valid_for`].
#[derive(Debug)]
pub(crate) enum ReceivedCookie {
    None,
    Invalid(CookieRejectReason),
    Valid(VerifiedToken),
}

/// A token with a valid signature that has not expired.
#[derive(Debug, Clone)]
pub(crate) struct VerifiedToken {
    pub(crate) token: RememberToken,
    signer: Signer,
}

/// Who signed a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Signer {
    CurrentKey,
    PreviousKey,
    Flask,
}

impl ReceivedCookie {
    /// Finds the cookie in a request's headers, and verifies it.
    pub(crate) fn verify(
        headers: &HeaderMap,
        settings: &RememberSettings,
        keys: &Keyring,
        now: Timestamp,
    ) -> Self {
        let value = match settings.cookie.find(headers) {
            CookieValue::Missing => return Self::None,
            CookieValue::Conflict => return Self::Invalid(CookieRejectReason::Conflict),
            CookieValue::One(value) => value,
        };
        let verified = match verify_own(value, settings, keys, now) {
            Err(CookieRejectReason::Forged) => verify_flask(value, settings, now),
            verified => verified,
        };
        verified.map_or_else(Self::Invalid, Self::Valid)
    }
}

fn verify_own(
    value: &[u8],
    settings: &RememberSettings,
    keys: &Keyring,
    now: Timestamp,
) -> Result<VerifiedToken, CookieRejectReason> {
    if value.len() > TOKEN_MAX_BYTES {
        return Err(CookieRejectReason::Forged);
    }
    let text = str::from_utf8(value).map_err(|_| CookieRejectReason::Forged)?;
    let (token, key) = RememberToken::verify(text, keys, now)?;
    // The deadline may have been set after the token was issued.
    let expires_at = settings.cap(token.first_issued_at, token.expires_at);
    let signer = match key {
        KeyMatch::Current => Signer::CurrentKey,
        KeyMatch::Previous => Signer::PreviousKey,
        KeyMatch::None => return Err(CookieRejectReason::Forged),
    };
    if expires_at.has_passed(now) {
        return Err(CookieRejectReason::Expired);
    }
    let token = RememberToken {
        expires_at,
        ..token
    };
    Ok(VerifiedToken { token, signer })
}

/// Flask-Login's cookie holds the id alone. It becomes a token that is issued now.
fn verify_flask(
    value: &[u8],
    settings: &RememberSettings,
    now: Timestamp,
) -> Result<VerifiedToken, CookieRejectReason> {
    let flask = settings.flask.as_ref().ok_or(CookieRejectReason::Forged)?;
    let text = unquote(value).ok_or(CookieRejectReason::Forged)?;
    let id = decode_cookie(&text, &flask.secret).ok_or(CookieRejectReason::Forged)?;
    if flask.until.has_passed(now) {
        return Err(CookieRejectReason::Expired);
    }
    if id.len() > ID_MAX_BYTES {
        LoginError::IdTooLong { bytes: id.len() }.logged();
        return Err(CookieRejectReason::UserNotFound);
    }
    Ok(VerifiedToken {
        token: settings.new_token(now, None, id, None),
        signer: Signer::Flask,
    })
}

impl VerifiedToken {
    /// Whether Flask-Login signed it.
    pub(crate) fn is_flask(&self) -> bool {
        self.signer == Signer::Flask
    }

    /// Whether the current key signed it.
    pub(crate) fn has_current_key(&self) -> bool {
        self.signer == Signer::CurrentKey
    }

    /// The same token with the id of its user, which the text of Flask-Login's cookie may write in
    /// another way (`+01` for the number 1).
    pub(crate) fn of_user<U: UserMixin>(&self, user: &U) -> Self {
        let mut verified = self.clone();
        verified.token.id = user.get_id().to_string();
        verified
    }

    /// Whether the user's `session_auth_hash` is the one for which the token was issued.
    pub(crate) fn is_valid_for<U: UserMixin>(
        &self,
        user: &U,
        settings: &RememberSettings,
        keys: &Keyring,
    ) -> bool {
        match self.signer {
            Signer::Flask => {
                let flask = settings.flask.as_ref();
                flask.is_some_and(|flask| flask.despite_auth_hash)
                    || user.session_auth_hash().is_none()
            }
            _ => {
                let tag = self.token.auth_tag.as_ref();
                match_auth_tag(keys, &self.token.id, user, tag) != KeyMatch::None
            }
        }
    }

    /// The cookie that replaces this one, if the current key did not sign it, it is to be refreshed,
    /// or its active login changes to `login`. It keeps the time of the first issue and the duration,
    /// and without a refresh the end.
    pub(crate) fn renewed(
        &self,
        settings: &RememberSettings,
        now: Timestamp,
        auth_tag: Option<Digest>,
        login: Option<TokenLogin>,
    ) -> Option<RememberChange> {
        let refresh = settings.cookie.settings.refresh_each_request;
        if self.has_current_key() && self.token.login == login && !refresh {
            return None;
        }
        let mut token = RememberToken {
            auth_tag,
            login,
            ..self.token.clone()
        };
        if refresh {
            token.expires_at = settings.refreshed_end(&token, now);
        }
        Some(RememberChange::Set(Box::new(token)))
    }
}
