//! The secret, and the keys derived from it: one per purpose and manager.

use std::hash::Hasher;

use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::{Sha256, Sha512};
use siphasher::sip::SipHasher24;

use super::digest::{Digest, Fingerprint};
use crate::{config::SECRET_MIN_BYTES, error::ConfigError};

pub(crate) type HmacSha256 = Hmac<Sha256>;
pub(crate) type HmacSha512 = Hmac<Sha512>;

/// What a [`Digest`] is made for. Each purpose has its own key, so that a digest of one purpose is
/// never valid for another.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    /// The user's `session_auth_hash`.
    AuthTag,
    /// The owner of the app's own keys in a session.
    Owner,
    /// The id of a note about a user in the store of active logins.
    Note,
}

/// The current keys, and the previous ones that stay valid after a rotation.
pub(crate) struct Keyring {
    current: Keys,
    previous: Vec<Keys>,
}

/// The keys derived from one secret. Each HMAC key is kept as a MAC that has absorbed the key, which
/// saves two compressions per digest.
struct Keys {
    remember: HmacSha512,
    fingerprint: SipHasher24,
    auth_tag: HmacSha256,
    owner: HmacSha256,
    note: HmacSha256,
}

/// Which key a digest or signature was made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyMatch {
    /// The current key.
    Current,
    /// A previous key: valid, and due to be renewed under the current one.
    Previous,
    /// No key of this keyring: not valid.
    None,
}

impl Keyring {
    /// Derives the keys of the manager called `name`.
    pub(crate) fn new(
        secret: &[u8],
        previous: &[Vec<u8>],
        name: &str,
    ) -> Result<Self, ConfigError> {
        let is_short = |secret: &[u8]| secret.len() < SECRET_MIN_BYTES;
        if is_short(secret) {
            let bytes = secret.len();
            return Err(ConfigError::ShortSecret { bytes });
        }
        if let Some(key) = previous.iter().find(|key| is_short(key)) {
            let bytes = key.len();
            return Err(ConfigError::ShortPreviousKey { bytes });
        }
        Ok(Self {
            current: Keys::derive(secret, name)?,
            previous: previous
                .iter()
                .map(|secret| Keys::derive(secret, name))
                .collect::<Result<_, _>>()?,
        })
    }

    /// The digest of `parts` under the current key.
    pub(crate) fn digest(&self, purpose: Purpose, parts: [&[u8]; 2]) -> Digest {
        self.current.digest(purpose, parts)
    }

    /// Finds the key of a digest, the current one first. Compares in constant time.
    pub(crate) fn match_digest(
        &self,
        purpose: Purpose,
        parts: [&[u8]; 2],
        digest: &Digest,
    ) -> KeyMatch {
        self.find_key(|keys| keys.digest(purpose, parts).matches(digest))
    }

    /// The fingerprint of `parts` under the current key.
    pub(crate) fn fingerprint(&self, parts: [&[u8]; 2]) -> Fingerprint {
        self.current.fingerprint(parts)
    }

    /// Finds the key of a fingerprint, the current one first. Compares in constant time.
    pub(crate) fn match_fingerprint(
        &self,
        parts: [&[u8]; 2],
        fingerprint: Fingerprint,
    ) -> KeyMatch {
        self.find_key(|keys| keys.fingerprint(parts).matches(fingerprint))
    }

    /// The signature of a remember token under the current key.
    pub(crate) fn sign(&self, payload: &[u8]) -> [u8; 64] {
        let mac = self.current.remember.clone().chain_update(payload);
        mac.finalize().into_bytes().into()
    }

    /// Finds the key of a remember token's signature. Compares in constant time.
    pub(crate) fn match_signature(&self, payload: &[u8], signature: &[u8]) -> KeyMatch {
        self.find_key(|keys| {
            let mac = keys.remember.clone().chain_update(payload);
            mac.verify_slice(signature).is_ok()
        })
    }

    fn find_key(&self, matches: impl Fn(&Keys) -> bool) -> KeyMatch {
        if matches(&self.current) {
            KeyMatch::Current
        } else if self.previous.iter().any(matches) {
            KeyMatch::Previous
        } else {
            KeyMatch::None
        }
    }
}

impl Keys {
    fn derive(secret: &[u8], name: &str) -> Result<Self, ConfigError> {
        // RFC 5869: extract once, expand per purpose. The salt is fixed because the secret is
        // random. The name comes last, so that no two infos are equal.
        let extracted = Hkdf::<Sha512>::new(Some(b"actix-login"), secret);
        Ok(Self {
            remember: HmacSha512::new(&expand::<128>(&extracted, "remember token", name)?.into()),
            fingerprint: SipHasher24::new_with_key(&expand(
                &extracted,
                "client fingerprint",
                name,
            )?),
            auth_tag: HmacSha256::new(&expand::<64>(&extracted, "auth tag", name)?.into()),
            owner: HmacSha256::new(&expand::<64>(&extracted, "owner", name)?.into()),
            note: HmacSha256::new(&expand::<64>(&extracted, "note", name)?.into()),
        })
    }

    /// The length of the first part goes in front, so that `("ab", "c")` differs from `("a", "bc")`.
    fn digest(&self, purpose: Purpose, [first, second]: [&[u8]; 2]) -> Digest {
        let key = match purpose {
            Purpose::AuthTag => &self.auth_tag,
            Purpose::Owner => &self.owner,
            Purpose::Note => &self.note,
        };
        let mut mac = key.clone();
        mac.update(&(first.len() as u64).to_be_bytes());
        mac.update(first);
        mac.update(second);
        let full: [u8; 32] = mac.finalize().into_bytes().into();
        let mut short = [0; 16];
        short.iter_mut().zip(full).for_each(|(to, from)| *to = from);
        Digest::new(short)
    }

    /// The length of the first part goes in front, as in [`digest`](Self::digest).
    fn fingerprint(&self, [first, second]: [&[u8]; 2]) -> Fingerprint {
        let mut hasher = self.fingerprint;
        hasher.write_u64(first.len() as u64);
        hasher.write(first);
        hasher.write(second);
        Fingerprint::from_bits(hasher.finish())
    }
}

fn expand<const N: usize>(
    extracted: &Hkdf<Sha512>,
    purpose: &str,
    name: &str,
) -> Result<[u8; N], ConfigError> {
    let mut key = [0; N];
    extracted
        .expand_multi_info(&[purpose.as_bytes(), b"\0", name.as_bytes()], &mut key)
        .map_err(|error| ConfigError::setting("secret", error.to_string()))?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARTS: [&[u8]; 2] = [b"7", b"hash"];

    fn keyring(secret: u8, previous: &[u8], name: &str) -> Keyring {
        let previous: Vec<_> = previous.iter().map(|byte| vec![*byte; 32]).collect();
        Keyring::new(&[secret; 32], &previous, name).unwrap()
    }

    #[test]
    fn a_digest_is_bound_to_purpose_name_and_secret() {
        let digest = keyring(1, &[], "User").digest(Purpose::AuthTag, PARTS);
        let match_digest = |keys: Keyring, purpose| keys.match_digest(purpose, PARTS, &digest);
        for (keys, purpose, expected) in [
            (keyring(1, &[], "User"), Purpose::AuthTag, KeyMatch::Current),
            (keyring(1, &[], "User"), Purpose::Owner, KeyMatch::None),
            (keyring(1, &[], "Admin"), Purpose::AuthTag, KeyMatch::None),
            (keyring(2, &[], "User"), Purpose::AuthTag, KeyMatch::None),
            (
                keyring(2, &[1], "User"),
                Purpose::AuthTag,
                KeyMatch::Previous,
            ),
        ] {
            assert_eq!(match_digest(keys, purpose), expected);
        }
    }

    #[test]
    fn a_fingerprint_is_bound_to_client_name_and_secret() {
        let fingerprint = keyring(1, &[], "User").fingerprint(PARTS);
        for (keys, expected) in [
            (keyring(1, &[], "User"), KeyMatch::Current),
            (keyring(1, &[], "Admin"), KeyMatch::None),
            (keyring(2, &[], "User"), KeyMatch::None),
            (keyring(2, &[1], "User"), KeyMatch::Previous),
        ] {
            assert_eq!(keys.match_fingerprint(PARTS, fingerprint), expected);
        }
        let keys = keyring(1, &[], "User");
        for other in [
            [&b"7"[..], b"hasi"],
            [b"8", b"hash"],
            [b"7h", b"ash"],
            [b"", b""],
        ] {
            assert_eq!(keys.match_fingerprint(other, fingerprint), KeyMatch::None);
        }
    }

    /// The vector of the SipHash paper, appendix A: the key 00 to 0f and the input 00 to 0e. It is
    /// fed in pieces, as fingerprints are.
    #[test]
    fn the_hash_of_a_fingerprint_is_siphash_2_4() {
        let key = std::array::from_fn(|byte| byte as u8);
        let input: [u8; 15] = std::array::from_fn(|byte| byte as u8);
        let mut hasher = SipHasher24::new_with_key(&key);
        hasher.write(&input[..8]);
        hasher.write(&input[8..9]);
        hasher.write(&input[9..]);
        assert_eq!(hasher.finish(), 0xa129_ca61_49be_45e5);
    }

    #[test]
    fn the_parts_of_a_digest_do_not_run_into_each_other() {
        let keys = keyring(1, &[], "User");
        assert_ne!(
            keys.digest(Purpose::AuthTag, [b"ab", b"c"]),
            keys.digest(Purpose::AuthTag, [b"a", b"bc"]),
        );
        assert_ne!(
            keys.fingerprint([b"ab", b"c"]),
            keys.fingerprint([b"a", b"bc"]),
        );
    }

    #[test]
    fn a_short_secret_and_a_short_previous_key_are_different_errors() {
        assert_eq!(
            Keyring::new(&[0; 31], &[vec![0; 32]], "User").err(),
            Some(ConfigError::ShortSecret { bytes: 31 })
        );
        assert_eq!(
            Keyring::new(&[0; 32], &[vec![0; 32], vec![0; 31]], "User").err(),
            Some(ConfigError::ShortPreviousKey { bytes: 31 })
        );
    }
}
