//! The remember token: the signed value of a remember cookie.

use std::time::Duration;

use crate::{
    config::TOKEN_MAX_BYTES,
    crypto::{
        base64::{decode, encode},
        digest::Digest,
        keyring::{KeyMatch, Keyring},
    },
    events::CookieRejectReason,
    store::entry::TokenLogin,
    timestamp::Timestamp,
};

/// The first field of a token without an active login.
const STATELESS: &str = "1";
/// The first field of a token with an active login.
const WITH_LOGIN: &str = "2";

/// The content of a remember cookie.
///
/// Flask-Login signs the user id alone, so a stolen cookie is valid for ever. This token expires, and
/// becomes invalid when the user's `session_auth_hash` changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RememberToken {
    /// When the user asked to be remembered. A renewed token keeps it.
    pub(crate) first_issued_at: Timestamp,
    /// When it expires.
    pub(crate) expires_at: Timestamp,
    /// How long it lasts from its issue, or from a refresh.
    pub(crate) duration: Duration,
    /// The digest of the user's `session_auth_hash`, if the user has one.
    pub(crate) auth_tag: Option<Digest>,
    /// The active login, if active logins are on.
    pub(crate) login: Option<TokenLogin>,
    /// The user's id, as text.
    pub(crate) id: String,
}

impl RememberToken {
    /// The text of the token: `1.<first issued>.<expires>.<duration>.<auth tag>.<id>.<signature>`. With
    /// an active login it starts with `2.`, and has `<login>.<generation>.` before the id. All of its
    /// characters are safe in a cookie.
    pub(crate) fn sign(&self, keys: &Keyring) -> String {
        let mut token = format!(
            "{}.{}.{}.{}.{}.",
            if self.login.is_some() {
                WITH_LOGIN
            } else {
                STATELESS
            },
            self.first_issued_at.as_secs(),
            self.expires_at.as_secs(),
            self.duration.as_secs(),
            self.auth_tag.map(|tag| tag.to_string()).unwrap_or_default(),
        );
        if let Some(login) = self.login {
            token.push_str(&format!("{}.{}.", login.id, login.generation));
        }
        token.push_str(&encode(&self.id));
        let signature = encode(keys.sign(token.as_bytes()));
        token.push('.');
        token.push_str(&signature);
        token
    }

    /// Returns the token and the key that signed it, or why it is not valid: no key signed it, or it
    /// has expired at `now`.
    pub(crate) fn verify(
        text: &str,
        keys: &Keyring,
        now: Timestamp,
    ) -> Result<(Self, KeyMatch), CookieRejectReason> {
        let (token, key) = Self::verify_signature(text, keys).ok_or(CookieRejectReason::Forged)?;
        if token.expires_at.has_passed(now) {
            return Err(CookieRejectReason::Expired);
        }
        Ok((token, key))
    }

    fn verify_signature(text: &str, keys: &Keyring) -> Option<(Self, KeyMatch)> {
        if text.len() > TOKEN_MAX_BYTES {
            return None;
        }
        // Only the signature is read until it is known to be valid.
        let (payload, signature) = text.rsplit_once('.')?;
        let key = keys.match_signature(payload.as_bytes(), &decode(signature)?);
        if key == KeyMatch::None {
            return None;
        }
        Some((Self::parse(payload)?, key))
    }

    fn parse(payload: &str) -> Option<Self> {
        let mut fields = payload.split('.');
        let version = fields.next()?;
        let token = Self {
            first_issued_at: Timestamp::from_secs(fields.next()?.parse().ok()?),
            expires_at: Timestamp::from_secs(fields.next()?.parse().ok()?),
            duration: Duration::from_secs(fields.next()?.parse().ok()?),
            auth_tag: match fields.next()? {
                "" => None,
                tag => Some(tag.parse().ok()?),
            },
            login: match version {
                STATELESS => None,
                WITH_LOGIN => Some(TokenLogin {
                    id: fields.next()?.parse().ok()?,
                    generation: fields.next()?.parse().ok()?,
                }),
                _ => return None,
            },
            id: String::from_utf8(decode(fields.next()?)?).ok()?,
        };
        fields.next().is_none().then_some(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::ID_MAX_BYTES, crypto::keyring::Purpose};

    const EPOCH: Timestamp = Timestamp::from_secs(0);

    fn keys(secret: u8, name: &str) -> Keyring {
        Keyring::new(&[secret; 32], &[], name).unwrap()
    }

    fn token(id: &str) -> RememberToken {
        RememberToken {
            first_issued_at: Timestamp::from_secs(1_000),
            expires_at: Timestamp::from_secs(2_000),
            duration: Duration::from_secs(1_000),
            auth_tag: Some(Digest::new([9; 16])),
            login: None,
            id: id.to_owned(),
        }
    }

    #[test]
    fn a_token_expires_exactly_at_its_end() {
        let keys = keys(1, "User");
        let text = token("1").sign(&keys);
        assert_eq!(
            RememberToken::verify(&text, &keys, Timestamp::from_secs(1_999)),
            Ok((token("1"), KeyMatch::Current))
        );
        assert_eq!(
            RememberToken::verify(&text, &keys, Timestamp::from_secs(2_000)),
            Err(CookieRejectReason::Expired)
        );
        assert_eq!(
            RememberToken::verify(&text, &keys, Timestamp::from_secs(u64::MAX)),
            Err(CookieRejectReason::Expired)
        );
    }

    #[test]
    fn another_manager_or_secret_rejects_a_token() {
        let text = token("1").sign(&keys(1, "User"));
        assert!(RememberToken::verify(&text, &keys(1, "Admin"), EPOCH).is_err());
        assert!(RememberToken::verify(&text, &keys(2, "User"), EPOCH).is_err());
    }

    #[test]
    fn a_previous_key_still_verifies_a_token() {
        let text = token("1").sign(&keys(1, "User"));
        let rotated = Keyring::new(&[2; 32], &[vec![1; 32]], "User").unwrap();
        let (_, key) = RememberToken::verify(&text, &rotated, EPOCH).unwrap();
        assert_eq!(key, KeyMatch::Previous);
    }

    #[test]
    fn a_digest_of_another_purpose_signs_no_token() {
        let keys = keys(1, "User");
        let text = token("1").sign(&keys);
        let (payload, _) = text.rsplit_once('.').unwrap();
        for purpose in [Purpose::AuthTag, Purpose::Owner] {
            let digest = keys.digest(purpose, [b"", payload.as_bytes()]);
            let forged = format!("{payload}.{}", digest);
            assert!(RememberToken::verify(&forged, &keys, EPOCH).is_err());
        }
    }

    #[test]
    fn a_changed_or_cut_token_never_verifies() {
        let keys = keys(1, "User");
        let text = token("佐藤").sign(&keys);
        for position in 0..text.len() {
            assert!(RememberToken::verify(&text[..position], &keys, EPOCH).is_err());
            for byte in (0..=127_u8).filter(|byte| *byte != text.as_bytes()[position]) {
                let mut changed = text.clone().into_bytes();
                changed[position] = byte;
                let changed = String::from_utf8(changed).unwrap();
                assert!(
                    RememberToken::verify(&changed, &keys, EPOCH).is_err(),
                    "{changed}"
                );
            }
        }
    }

    #[test]
    fn the_longest_id_fits_and_a_longer_token_is_rejected() {
        let keys = keys(1, "User");
        let longest = RememberToken {
            first_issued_at: Timestamp::from_secs(u64::MAX),
            expires_at: Timestamp::from_secs(u64::MAX),
            duration: Duration::from_secs(u64::MAX),
            ..token(&"x".repeat(ID_MAX_BYTES))
        };
        let text = longest.sign(&keys);
        assert!(text.len() <= TOKEN_MAX_BYTES, "{}", text.len());
        assert!(RememberToken::verify(&text, &keys, EPOCH).is_ok());

        let too_long = token(&"x".repeat(ID_MAX_BYTES * 2)).sign(&keys);
        assert!(RememberToken::verify(&too_long, &keys, EPOCH).is_err());
    }
}
