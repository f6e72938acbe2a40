//! The login record: what a session holds of a login, under one key.

use std::{fmt, rc::Rc};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{
    crypto::{
        base64::{decode_array, encode},
        digest::{Digest, Fingerprint},
    },
    store::entry::LoginId,
    timestamp::Timestamp,
};

/// A login as the session holds it.
///
/// It is one short text, because an encrypted session cookie is decrypted, decoded and parsed at
/// each request. Each field has a fixed place and length: one character of flags; time of the login
/// and fingerprint, together in 16 characters; the optional fields that the flags name; and the id,
/// which may hold any text. A record without optional fields has 17 characters and the id. The record
/// of a login that was confirmed later than it started begins with a mark and that time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LoginRecord {
    /// Whether the user authenticated in this session.
    pub(crate) fresh: bool,
    /// When the login started.
    pub(crate) started_at: Timestamp,
    /// When the user last authenticated again, unless that was when the login started.
    pub(crate) confirmed_at: Option<Timestamp>,
    /// When the last visit was recorded; only with a visit deadline.
    pub(crate) last_seen_at: Option<Timestamp>,
    /// The client's fingerprint, for session protection.
    pub(crate) fingerprint: Option<Fingerprint>,
    /// The digest of the user's `session_auth_hash`.
    pub(crate) auth_tag: Option<Digest>,
    /// The active login, if active logins are on.
    pub(crate) login: Option<RecordedLogin>,
    /// The user's id as text.
    pub(crate) id: Rc<str>,
}

/// The active login of a login record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RecordedLogin {
    pub(crate) id: LoginId,
    /// The generation of the remember cookie that this session came with: the newest one that its
    /// browser is known to have.
    pub(crate) generation: u64,
}

/// The flags of a record: what it says, and which optional fields it has.
mod flag {
    pub(super) const FRESH: u8 = 1;
    pub(super) const LAST_SEEN: u8 = 1 << 1;
    pub(super) const FINGERPRINT: u8 = 1 << 2;
    pub(super) const AUTH_TAG: u8 = 1 << 3;
    pub(super) const LOGIN: u8 = 1 << 4;
    /// The generation is not 0.
    pub(super) const GENERATION: u8 = 1 << 5;
}

impl LoginRecord {
    /// When the user last authenticated in this session. `None` if the login is not fresh, whatever
    /// the deadline.
    pub(crate) fn authenticated_at(&self) -> Option<Timestamp> {
        let authenticated_at = self.confirmed_at.unwrap_or(self.started_at);
        self.fresh.then_some(authenticated_at)
    }

    fn flags(&self) -> u8 {
        let set = |is_set: bool, flag| if is_set { flag } else { 0 };
        set(self.fresh, flag::FRESH)
            | set(self.last_seen_at.is_some(), flag::LAST_SEEN)
            | set(self.fingerprint.is_some(), flag::FINGERPRINT)
            | set(self.auth_tag.is_some(), flag::AUTH_TAG)
            | set(self.login.is_some(), flag::LOGIN)
            | set(
                self.login.is_some_and(|login| login.generation != 0),
                flag::GENERATION,
            )
    }

    fn parse(text: &str) -> Option<Self> {
        let mut rest = text;
        let mut take = |length| {
            let (field, after) = rest.split_at_checked(length)?;
            rest = after;
            Some(field)
        };
        let mut first = take(1)?;
        let mut confirmed_at = None;
        if first == CONFIRMED {
            confirmed_at = Some(to_time(decode_array(take(NUMBER_LENGTH)?)?));
            first = take(1)?;
        }
        let flags = parse_flags(first)?;
        let has = |flag| flags & flag != 0;
        let [head @ .., b4, b5, b6, b7, b8, b9, b10, b11] =
            decode_array::<HEAD_BYTES>(take(HEAD_LENGTH)?)?;
        let fingerprint = u64::from_be_bytes([b4, b5, b6, b7, b8, b9, b10, b11]);
        let last_seen_at = if has(flag::LAST_SEEN) {
            Some(to_time(decode_array(take(NUMBER_LENGTH)?)?))
        } else {
            None
        };
        let auth_tag = if has(flag::AUTH_TAG) {
            Some(take(Digest::TEXT_LENGTH)?.parse().ok()?)
        } else {
            None
        };
        let login = match (has(flag::LOGIN), has(flag::GENERATION)) {
            (true, has_generation) => Some(RecordedLogin {
                id: take(LoginId::TEXT_LENGTH)?.parse().ok()?,
                generation: if has_generation {
                    u32::from_be_bytes(decode_array(take(NUMBER_LENGTH)?)?).into()
                } else {
                    0
                },
            }),
            (false, false) => None,
            (false, true) => return None,
        };
        Some(Self {
            fresh: has(flag::FRESH),
            started_at: to_time(head),
            confirmed_at,
            last_seen_at,
            fingerprint: has(flag::FINGERPRINT).then_some(Fingerprint::from_bits(fingerprint)),
            auth_tag,
            login,
            id: rest.into(),
        })
    }
}

impl fmt::Display for LoginRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flags = FLAGS.get(usize::from(self.flags())).ok_or(fmt::Error)?;
        let [t0, t1, t2, t3] = to_bytes(self.started_at);
        let fingerprint = self.fingerprint.map_or(0, Fingerprint::to_bits);
        let [f0, f1, f2, f3, f4, f5, f6, f7] = fingerprint.to_be_bytes();
        let head = [t0, t1, t2, t3, f0, f1, f2, f3, f4, f5, f6, f7];
        if let Some(time) = self.confirmed_at {
            write!(f, "{CONFIRMED}{}", encode(to_bytes(time)))?;
        }
        write!(f, "{}{}", char::from(*flags), encode(head))?;
        if let Some(time) = self.last_seen_at {
            f.write_str(&encode(to_bytes(time)))?;
        }
        if let Some(tag) = &self.auth_tag {
            tag.fmt(f)?;
        }
        if let Some(login) = &self.login {
            login.id.fmt(f)?;
            if login.generation != 0 {
                let generation = u32::try_from(login.generation).unwrap_or(u32::MAX);
                f.write_str(&encode(generation.to_be_bytes()))?;
            }
        }
        f.write_str(&self.id)
    }
}

/// Begins the record of a confirmed login. It is none of the characters of [`FLAGS`], which have no bit
/// left.
const CONFIRMED: &str = ".";
/// The bytes of the time of the login and of the fingerprint.
const HEAD_BYTES: usize = 12;
/// How many characters they take.
const HEAD_LENGTH: usize = 16;
/// How many characters each other time takes, and the generation.
const NUMBER_LENGTH: usize = 6;

/// Four bytes last until the year 2106. A later time is written as the last there is.
fn to_bytes(time: Timestamp) -> [u8; 4] {
    let seconds = u32::try_from(time.as_secs()).unwrap_or(u32::MAX);
    seconds.to_be_bytes()
}

fn to_time(bytes: [u8; 4]) -> Timestamp {
    Timestamp::from_secs(u32::from_be_bytes(bytes).into())
}

/// The character of each set of flags.
const FLAGS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn parse_flags(character: &str) -> Option<u8> {
    let position = FLAGS
        .iter()
        .position(|flags| [*flags] == *character.as_bytes());
    position.and_then(|flags| flags.try_into().ok())
}

impl Serialize for LoginRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for LoginRecord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = LoginRecord;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a login record")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<LoginRecord, E> {
                LoginRecord::parse(text).ok_or_else(|| E::custom("not a login record"))
            }
        }

        deserializer.deserialize_str(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(id: &str) -> LoginRecord {
        LoginRecord {
            fresh: true,
            started_at: Timestamp::from_secs(1_763_812_345),
            confirmed_at: None,
            last_seen_at: None,
            fingerprint: Some(Fingerprint::from_bits(7)),
            auth_tag: None,
            login: None,
            id: id.into(),
        }
    }

    #[test]
    fn a_record_survives_the_session_with_any_fields_and_any_id() {
        let some_login = |generation| {
            let id = LoginId::random().unwrap();
            Some(RecordedLogin { id, generation })
        };
        for id in ["", "1", "佐藤", "a.b|c", "with space;\"quote\"", "\\\n\0"] {
            for last_seen_at in [None, Some(Timestamp::from_secs(3))] {
                for auth_tag in [None, Some(Digest::new([255; 16]))] {
                    for login in [
                        None,
                        some_login(0),
                        some_login(1),
                        some_login(u32::MAX.into()),
                    ] {
                        for fingerprint in [None, Some(Fingerprint::from_bits(u64::MAX))] {
                            let record = LoginRecord {
                                last_seen_at,
                                auth_tag,
                                login,
                                fingerprint,
                                fresh: last_seen_at.is_none(),
                                confirmed_at: auth_tag.map(|_| Timestamp::from_secs(7)),
                                ..record(id)
                            };
                            let json = serde_json::to_string(&record).unwrap();
                            let again = serde_json::from_str::<LoginRecord>(&json).unwrap();
                            assert_eq!(again, record);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn the_typical_record_takes_18_characters_that_json_never_escapes() {
        let text = record("1").to_string();
        assert_eq!(text.len(), 18);
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        assert!(text.chars().all(is_plain), "{text}");
    }

    #[test]
    fn times_last_until_the_year_2106_and_are_capped_there() {
        let last = u64::from(u32::MAX);
        for (seconds, stored) in [(0, 0), (last, last), (last + 1, last), (u64::MAX, last)] {
            let record = LoginRecord {
                started_at: Timestamp::from_secs(seconds),
                ..record("1")
            };
            let again = LoginRecord::parse(&record.to_string()).unwrap();
            assert_eq!(again.started_at.as_secs(), stored);
            assert_eq!(again.fingerprint, record.fingerprint);
            assert_eq!(again.flags(), record.flags());
        }
    }

    #[test]
    fn a_malformed_record_is_rejected() {
        let right = record("1").to_string();
        assert!(LoginRecord::parse(&right).is_some());
        for length in 0..=HEAD_LENGTH {
            assert_eq!(LoginRecord::parse(&right[..length]), None, "{length}");
        }
        for (at, wrong) in [(0, "."), (0, "g"), (1, "."), (6, "="), (7, "+"), (16, "é")] {
            let text = format!("{}{wrong}{}", &right[..at], &right[at + 1..]);
            assert_eq!(LoginRecord::parse(&text), None, "{text}");
        }
        for json in ["1", "null", "{}", "[\"f\"]", "true"] {
            assert!(serde_json::from_str::<LoginRecord>(json).is_err(), "{json}");
        }
    }
}
