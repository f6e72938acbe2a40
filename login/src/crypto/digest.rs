//! Keyed digests, as sessions and remember cookies hold them.

use std::{fmt, str::FromStr};

use subtle::ConstantTimeEq;

use super::base64::{decode_array, encode};

/// A text that is not a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InvalidDigest;

/// HMAC-SHA-256, cut to 128 bits (RFC 2104, section 5). As text it has 22 characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Digest([u8; 16]);

impl Digest {
    /// The length of the text.
    pub(crate) const TEXT_LENGTH: usize = 22;

    pub(crate) fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    pub(crate) fn into_bytes(self) -> [u8; 16] {
        self.0
    }

    /// Compares in constant time.
    pub(crate) fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encode(self.0))
    }
}

impl FromStr for Digest {
    type Err = InvalidDigest;

    fn from_str(text: &str) -> Result<Self, InvalidDigest> {
        decode_array(text).map(Self).ok_or(InvalidDigest)
    }
}

/// SipHash-2-4 of a client's address and `User-Agent`, for session protection.
///
/// 64 bits are enough here. A thief who has a session cookie knows neither the key nor the
/// fingerprint, so each guess costs a request to the app. SipHash is a pseudorandom function under a
/// secret key: no `User-Agent` can be computed that has the owner's fingerprint, and trying them takes
/// 2^63 requests on average. To imitate the owner's browser is quicker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fingerprint(u64);

impl Fingerprint {
    pub(crate) fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    pub(crate) fn to_bits(self) -> u64 {
        self.0
    }

    /// Compares in constant time.
    pub(crate) fn matches(self, other: Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_match_by_all_their_bits_alone() {
        let digest = Digest::new([7; 16]);
        assert!(digest.matches(&digest.to_string().parse().unwrap()));
        for bit in 0..128 {
            let mut other = digest;
            other.0[bit / 8] ^= 1 << (bit % 8);
            assert!(!digest.matches(&other), "{bit}");
        }
        let fingerprint = Fingerprint::from_bits(0x0123_4567_89ab_cdef);
        assert!(fingerprint.matches(fingerprint));
        for bit in 0..64 {
            assert!(!fingerprint.matches(Fingerprint(fingerprint.0 ^ 1 << bit)));
        }
    }

    #[test]
    fn a_text_of_another_length_or_alphabet_is_no_digest() {
        let digest = Digest::new([7; 16]).to_string();
        assert_eq!(digest.len(), Digest::TEXT_LENGTH);
        for wrong in ["", "A", &digest[1..], "AAAAAAAAAAAAAAAAAAAAA+"] {
            assert!(wrong.parse::<Digest>().is_err(), "{wrong}");
        }
        assert!(format!("{digest}A").parse::<Digest>().is_err());
    }
}
