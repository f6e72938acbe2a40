//! The secret, and the keys derived from it: one per purpose and manager.

use std::{array::TryFromSliceError, fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::{Sha256, Sha512};
use subtle::ConstantTimeEq;

use crate::{config::SECRET_MIN_BYTES, error::ConfigError};

pub(crate) type HmacSha256 = Hmac<Sha256>;
pub(crate) type HmacSha512 = Hmac<Sha512>;

/// A keyed digest as kept in sessions and tokens: HMAC-SHA-256, cut to 128 bits, in base64. It is
/// compared as text, so that none need be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Digest([u8; Self::LENGTH]);

impl Digest {
    /// How many characters it has.
    const LENGTH: usize = 22;

    pub(crate) fn new(bytes: [u8; 16]) -> Self {
        // No text, and so equal to none, until it is one.
        let mut text = [0xff; Self::LENGTH];
        let _ = URL_SAFE_NO_PAD.encode_slice(bytes, &mut text);
        Self(text)
    }

    /// Compares in constant time, by the first 16 bytes and the last 16.
    pub(crate) fn is(&self, other: &Self) -> bool {
        let halves = |Self(text): &Self| {
            let (first, last) = (text.first_chunk(), text.last_chunk());
            Some((u128::from_ne_bytes(*first?), u128::from_ne_bytes(*last?)))
        };
        match (halves(self), halves(other)) {
            (Some(one), Some(other)) => (one.0.ct_eq(&other.0) & one.1.ct_eq(&other.1)).into(),
            _ => false,
        }
    }

    /// A number below `divisor` that is as good as random, but the same for the same digest.
    pub(crate) fn remainder(&self, divisor: usize) -> usize {
        let number = self.0.first_chunk().map(|bytes| u64::from_le_bytes(*bytes));
        number.map_or(0, |number| (number % divisor as u64) as usize)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(str::from_utf8(&self.0).map_err(|_| fmt::Error)?)
    }
}

impl FromStr for Digest {
    type Err = TryFromSliceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.as_bytes().try_into().map(Self)
    }
}

/// What a short digest is made for. Each purpose has a key of its own, so that a digest made for
/// one can't be passed off as another's.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    /// Session protection: whose computer it is.
    Identifier,
    /// The user's `session_auth_hash`.
    AuthTag,
    /// Whose keys were left in a session.
    Owner,
}

/// The newest keys and those that still hold after a rotation.
pub(crate) struct Keyring {
    newest: Keys,
    previous: Vec<Keys>,
}

/// The keys derived from one secret. Each is kept as a MAC that has taken in its key already,
/// which saves two compressions per digest.
struct Keys {
    remember: HmacSha512,
    identifier: HmacSha256,
    auth_tag: HmacSha256,
    owner: HmacSha256,
}

/// Which of the keys a digest was made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verified {
    /// The newest: all is well.
    Newest,
    /// A previous one: valid, and to be written anew.
    Previous,
    /// None: not ours.
    No,
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
            newest: Keys::derive(secret, name)?,
            previous: previous
                .iter()
                .map(|secret| Keys::derive(secret, name))
                .collect::<Result<_, _>>()?,
        })
    }

    /// The digest of `parts` under the newest key.
    pub(crate) fn digest(&self, purpose: Purpose, parts: [&[u8]; 2]) -> Digest {
        self.newest.digest(purpose, parts)
    }

    /// Compares in constant time, with the newest key first.
    pub(crate) fn verify(&self, purpose: Purpose, parts: [&[u8]; 2], digest: &Digest) -> Verified {
        self.which(|keys| keys.digest(purpose, parts).is(digest))
    }

    /// The signature of a remember token under the newest key.
    pub(crate) fn sign(&self, payload: &[u8]) -> [u8; 64] {
        let mac = self.newest.remember.clone().chain_update(payload);
        mac.finalize().into_bytes().into()
    }

    /// Compares a remember token's signature in constant time.
    pub(crate) fn verify_signature(&self, payload: &[u8], signature: &[u8]) -> Verified {
        self.which(|keys| {
            let mac = keys.remember.clone().chain_update(payload);
            mac.verify_slice(signature).is_ok()
        })
    }

    fn which(&self, matches: impl Fn(&Keys) -> bool) -> Verified {
        if matches(&self.newest) {
            Verified::Newest
        } else if self.previous.iter().any(matches) {
            Verified::Previous
        } else {
            Verified::No
        }
    }
}

impl Keys {
    fn derive(secret: &[u8], name: &str) -> Result<Self, ConfigError> {
        // RFC 5869: extract once, expand per purpose. The salt is fixed, since the secret is
        // meant to be random; the name comes last, so that no two infos can read alike.
        let extracted = Hkdf::<Sha512>::new(Some(b"actix-login"), secret);
        Ok(Self {
            remember: HmacSha512::new(&expand::<128>(&extracted, "remember token", name)?.into()),
            identifier: HmacSha256::new(&expand::<64>(&extracted, "identifier", name)?.into()),
            auth_tag: HmacSha256::new(&expand::<64>(&extracted, "auth tag", name)?.into()),
            owner: HmacSha256::new(&expand::<64>(&extracted, "owner", name)?.into()),
        })
    }

    /// The length of the first part goes in front, so that `("ab", "c")` is not `("a", "bc")`.
    fn digest(&self, purpose: Purpose, [first, second]: [&[u8]; 2]) -> Digest {
        let key = match purpose {
            Purpose::Identifier => &self.identifier,
            Purpose::AuthTag => &self.auth_tag,
            Purpose::Owner => &self.owner,
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
}

fn expand<const N: usize>(
    extracted: &Hkdf<Sha512>,
    purpose: &str,
    name: &str,
) -> Result<[u8; N], ConfigError> {
    let mut key = [0; N];
    extracted
        .expand_multi_info(&[purpose.as_bytes(), b"\0", name.as_bytes()], &mut key)
        .map_err(|error| ConfigError::Setting {
            setting: "secret",
            reason: error.to_string(),
        })?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyring(secret: u8, previous: &[u8], name: &str) -> Keyring {
        let previous: Vec<_> = previous.iter().map(|byte| vec![*byte; 32]).collect();
        Keyring::new(&[secret; 32], &previous, name).unwrap()
    }

    #[test]
    fn a_digest_is_bound_to_purpose_name_and_secret() {
        let parts: [&[u8]; 2] = [b"7", b"hash"];
        let digest = keyring(1, &[], "User").digest(Purpose::AuthTag, parts);
        let verify = |ring: Keyring, purpose| ring.verify(purpose, parts, &digest);
        assert_eq!(
            verify(keyring(1, &[], "User"), Purpose::AuthTag),
            Verified::Newest
        );
        assert_eq!(
            verify(keyring(1, &[], "User"), Purpose::Owner),
            Verified::No
        );
        assert_eq!(
            verify(keyring(1, &[], "Admin"), Purpose::AuthTag),
            Verified::No
        );
        assert_eq!(
            verify(keyring(2, &[], "User"), Purpose::AuthTag),
            Verified::No
        );
        assert_eq!(
            verify(keyring(2, &[1], "User"), Purpose::AuthTag),
            Verified::Previous
        );
    }

    #[test]
    fn digests_are_the_same_by_all_their_characters_alone() {
        let digest = Digest::new([7; 16]);
        assert!(digest.is(&digest.to_string().parse().unwrap()));
        for at in 0..Digest::LENGTH {
            let mut other = digest;
            other.0[at] ^= 1;
            assert!(!digest.is(&other), "{at}");
        }
        assert!("".parse::<Digest>().is_err());
        assert!(digest.to_string()[1..].parse::<Digest>().is_err());
    }

    #[test]
    fn the_parts_of_a_digest_do_not_run_into_each_other() {
        let ring = keyring(1, &[], "User");
        assert_ne!(
            ring.digest(Purpose::AuthTag, [b"ab", b"c"]),
            ring.digest(Purpose::AuthTag, [b"a", b"bc"]),
        );
    }

    #[test]
    fn a_short_secret_is_refused_and_told_from_a_short_previous_one() {
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
