//! The remember token: what a remember cookie holds, signed.

use crate::{
    active::TokenLogin,
    config::TOKEN_MAX_BYTES,
    encoding::{decode, encode},
    keys::{Digest, Keyring, Verified},
};

/// The first field of a token: which layout it has.
const STATELESS: &str = "1";
/// The layout with an active login.
const WITH_LOGIN: &str = "2";

/// What a remember cookie says, once its signature has been checked.
///
/// Flask-Login signs the user id alone, so a stolen cookie is good for ever. This one ends, and
/// dies with the user's `session_auth_hash`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RememberToken {
    /// When the user asked to be remembered, in seconds since 1970. A re-issue keeps it.
    pub(crate) first_issued: u64,
    /// The second from which on it is invalid, in seconds since 1970.
    pub(crate) ends: u64,
    /// The duration it was issued with, in seconds: what a refresh adds to the time it is.
    pub(crate) duration: u64,
    /// The digest of the user's `session_auth_hash`, where the user has one.
    pub(crate) auth_tag: Option<Digest>,
    /// The entry in the store of active logins, where there is one.
    pub(crate) login: Option<TokenLogin>,
    /// The user's id, as text.
    pub(crate) id: String,
}

impl RememberToken {
    /// `1.<first issued>.<ends>.<duration>.<auth tag>.<id>.<signature>`, all safe in a cookie; with
    /// an active login `2.…` and `<login>.<generation>.` before the id.
    pub(crate) fn sign(&self, keys: &Keyring) -> String {
        let mut token = format!(
            "{}.{}.{}.{}.{}.",
            if self.login.is_some() {
                WITH_LOGIN
            } else {
                STATELESS
            },
            self.first_issued,
            self.ends,
            self.duration,
            self.auth_tag.map(|tag| tag.to_string()).unwrap_or_default(),
        );
        if let Some(login) = self.login {
            token.push_str(&fields_of(login));
        }
        token.push_str(&encode(&self.id));
        let signature = encode(keys.sign(token.as_bytes()));
        token.push('.');
        token.push_str(&signature);
        token
    }

    /// The token that `text` is, and whether it was signed with the newest key; `None` if no key
    /// signed it, or if its end has come at `now`.
    pub(crate) fn verify(text: &str, keys: &Keyring, now: u64) -> Option<(Self, Verified)> {
        if text.len() > TOKEN_MAX_BYTES {
            return None;
        }
        // Nothing but the signature is read before the signature holds.
        let (payload, signature) = text.rsplit_once('.')?;
        let verified = keys.verify_signature(payload.as_bytes(), &decode(signature)?);
        if verified == Verified::No {
            return None;
        }
        let token = Self::parse(payload)?;
        (now < token.ends).then_some((token, verified))
    }

    fn parse(payload: &str) -> Option<Self> {
        let mut fields = payload.split('.');
        let version = fields.next()?;
        let token = Self {
            first_issued: fields.next()?.parse().ok()?,
            ends: fields.next()?.parse().ok()?,
            duration: fields.next()?.parse().ok()?,
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

fn fields_of(login: TokenLogin) -> String {
    format!("{}.{}.", login.id, login.generation)
}

/// Whether a token says that it is of this login and generation. Its signature is not checked.
pub(crate) fn names(token: &[u8], login: TokenLogin) -> bool {
    let fields = format!(".{}", fields_of(login));
    let mut parts = token.windows(fields.len());
    parts.any(|part| part == fields.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::ID_MAX_BYTES, keys::Purpose};

    fn keys(secret: u8, name: &str) -> Keyring {
        Keyring::new(&[secret; 32], &[], name).unwrap()
    }

    fn token(id: &str) -> RememberToken {
        RememberToken {
            first_issued: 1_000,
            ends: 2_000,
            duration: 1_000,
            auth_tag: Some(Digest::new([9; 16])),
            login: None,
            id: id.to_owned(),
        }
    }

    #[test]
    fn it_ends_at_its_end_and_not_a_second_before() {
        let keys = keys(1, "User");
        let text = token("1").sign(&keys);
        assert_eq!(
            RememberToken::verify(&text, &keys, 1_999),
            Some((token("1"), Verified::Newest))
        );
        assert_eq!(RememberToken::verify(&text, &keys, 2_000), None);
        assert_eq!(RememberToken::verify(&text, &keys, u64::MAX), None);
    }

    #[test]
    fn no_other_manager_or_secret_accepts_it() {
        let text = token("1").sign(&keys(1, "User"));
        assert!(RememberToken::verify(&text, &keys(1, "Admin"), 0).is_none());
        assert!(RememberToken::verify(&text, &keys(2, "User"), 0).is_none());
    }

    #[test]
    fn a_previous_key_still_verifies_it() {
        let text = token("1").sign(&keys(1, "User"));
        let rotated = Keyring::new(&[2; 32], &[vec![1; 32]], "User").unwrap();
        let (_, verified) = RememberToken::verify(&text, &rotated, 0).unwrap();
        assert_eq!(verified, Verified::Previous);
    }

    #[test]
    fn a_digest_of_another_purpose_signs_no_token() {
        let keys = keys(1, "User");
        let text = token("1").sign(&keys);
        let (payload, _) = text.rsplit_once('.').unwrap();
        for purpose in [Purpose::AuthTag, Purpose::Identifier, Purpose::Owner] {
            let digest = keys.digest(purpose, [b"", payload.as_bytes()]);
            let forged = format!("{payload}.{}", digest);
            assert!(RememberToken::verify(&forged, &keys, 0).is_none());
        }
    }

    #[test]
    fn no_changed_byte_and_no_cut_verifies() {
        let keys = keys(1, "User");
        let text = token("佐藤").sign(&keys);
        for position in 0..text.len() {
            assert!(RememberToken::verify(&text[..position], &keys, 0).is_none());
            for byte in (0..=127_u8).filter(|byte| *byte != text.as_bytes()[position]) {
                let mut changed = text.clone().into_bytes();
                changed[position] = byte;
                let changed = String::from_utf8(changed).unwrap();
                assert!(
                    RememberToken::verify(&changed, &keys, 0).is_none(),
                    "{changed}"
                );
            }
        }
    }

    #[test]
    fn the_longest_id_fits_and_a_longer_token_is_not_even_looked_at() {
        let keys = keys(1, "User");
        let longest = RememberToken {
            first_issued: u64::MAX,
            ends: u64::MAX,
            duration: u64::MAX,
            ..token(&"x".repeat(ID_MAX_BYTES))
        };
        let text = longest.sign(&keys);
        assert!(text.len() <= TOKEN_MAX_BYTES, "{}", text.len());
        assert!(RememberToken::verify(&text, &keys, 0).is_some());

        let too_long = token(&"x".repeat(ID_MAX_BYTES * 2)).sign(&keys);
        assert!(RememberToken::verify(&too_long, &keys, 0).is_none());
    }
}
