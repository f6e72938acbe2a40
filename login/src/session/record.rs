//! The login record: what a session holds of a login, under one key.

use std::{fmt, rc::Rc};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{
    crypto::digest::{Digest, Fingerprint},
    store::entry::LoginId,
    timestamp::Timestamp,
};

/// A login as the session holds it.
///
/// It is one short text, because an encrypted session cookie is decrypted, decoded and parsed at
/// each request. Each field has a fixed place and length: one character of flags, the time of the
/// login, the optional fields that the flags name, and the id, which may hold any text. The typical
/// record has a fingerprint and no other optional field.
///
/// ```text
/// 5 Bo8H45 ufsw9WfPVhY 1
/// │ │      │           └ the user's id
/// │ │      └ the client's fingerprint
/// │ └ started_at
/// └ fresh, and has a fingerprint
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LoginRecord {
    /// Whether the user authenticated in this session.
    pub(crate) fresh: bool,
    /// When the login started.
    pub(crate) started_at: Timestamp,
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
    /// Whether the session was restored from a remember cookie whose replacement no request has
    /// carried yet.
    pub(crate) awaits_cookie: bool,
}

/// The flags of a record: what it says, and which optional fields it has.
mod flag {
    pub(super) const FRESH: u8 = 1;
    pub(super) const LAST_SEEN: u8 = 1 << 1;
    pub(super) const FINGERPRINT: u8 = 1 << 2;
    pub(super) const AUTH_TAG: u8 = 1 << 3;
    pub(super) const LOGIN: u8 = 1 << 4;
    pub(super) const AWAITS_COOKIE: u8 = 1 << 5;
}

impl LoginRecord {
    fn flags(&self) -> u8 {
        let set = |is_set: bool, flag| if is_set { flag } else { 0 };
        set(self.fresh, flag::FRESH)
            | set(self.last_seen_at.is_some(), flag::LAST_SEEN)
            | set(self.fingerprint.is_some(), flag::FINGERPRINT)
            | set(self.auth_tag.is_some(), flag::AUTH_TAG)
            | set(self.login.is_some(), flag::LOGIN)
            | set(
                self.login.is_some_and(|login| login.awaits_cookie),
                flag::AWAITS_COOKIE,
            )
    }

    fn parse(text: &str) -> Option<Self> {
        let mut rest = text;
        let mut take = |length| {
            let (field, after) = rest.split_at_checked(length)?;
            rest = after;
            Some(field)
        };
        let flags = parse_number(take(1)?)? as u8;
        let has = |flag| flags & flag != 0;
        let started_at = Timestamp::from_secs(parse_number(take(TIME_LENGTH)?)?);
        let mut record = Self {
            fresh: has(flag::FRESH),
            started_at,
            last_seen_at: None,
            fingerprint: None,
            auth_tag: None,
            login: None,
            id: Rc::default(),
        };
        if has(flag::LAST_SEEN) {
            record.last_seen_at = Some(Timestamp::from_secs(parse_number(take(TIME_LENGTH)?)?));
        }
        if has(flag::FINGERPRINT) {
            record.fingerprint = Some(take(Fingerprint::TEXT_LENGTH)?.parse().ok()?);
        }
        if has(flag::AUTH_TAG) {
            record.auth_tag = Some(take(Digest::TEXT_LENGTH)?.parse().ok()?);
        }
        if has(flag::LOGIN) {
            record.login = Some(RecordedLogin {
                id: take(LoginId::TEXT_LENGTH)?.parse().ok()?,
                awaits_cookie: has(flag::AWAITS_COOKIE),
            });
        } else if has(flag::AWAITS_COOKIE) {
            return None;
        }
        record.id = rest.into();
        Some(record)
    }
}

impl fmt::Display for LoginRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_number(f, self.flags().into(), 1)?;
        write_number(f, self.started_at.as_secs(), TIME_LENGTH)?;
        if let Some(time) = self.last_seen_at {
            write_number(f, time.as_secs(), TIME_LENGTH)?;
        }
        if let Some(fingerprint) = &self.fingerprint {
            fingerprint.fmt(f)?;
        }
        if let Some(tag) = &self.auth_tag {
            tag.fmt(f)?;
        }
        if let Some(login) = &self.login {
            login.id.fmt(f)?;
        }
        f.write_str(&self.id)
    }
}

/// How many characters a time takes: 36 bits, which last until the year 4147.
const TIME_LENGTH: usize = 6;

/// The digits of numbers, six bits each: the alphabet of base64 for URLs (RFC 4648, section 5).
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Writes a number in so many digits. One that is too large is written as the largest there is.
fn write_number(f: &mut fmt::Formatter<'_>, number: u64, digits: usize) -> fmt::Result {
    let number = number.min((1 << (6 * digits)) - 1);
    for digit in (0..digits).rev() {
        let digit = (number >> (6 * digit)) as usize & 63;
        let character = DIGITS.get(digit).ok_or(fmt::Error)?;
        fmt::Write::write_char(f, char::from(*character))?;
    }
    Ok(())
}

fn parse_number(text: &str) -> Option<u64> {
    text.bytes().try_fold(0, |number, byte| {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        Some(number << 6 | u64::from(digit))
    })
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
            last_seen_at: None,
            fingerprint: Some(Fingerprint::new(7)),
            auth_tag: None,
            login: None,
            id: id.into(),
        }
    }

    #[test]
    fn a_record_survives_the_session_with_any_fields_and_any_id() {
        let some_login = |awaits_cookie| {
            let id = LoginId::random().unwrap();
            Some(RecordedLogin { id, awaits_cookie })
        };
        for id in ["", "1", "佐藤", "a.b|c", "with space;\"quote\"", "\\\n\0"] {
            for last_seen_at in [None, Some(Timestamp::from_secs(3))] {
                for auth_tag in [None, Some(Digest::new([255; 16]))] {
                    for login in [None, some_login(false), some_login(true)] {
                        for fingerprint in [None, Some(Fingerprint::new(u64::MAX))] {
                            let record = LoginRecord {
                                last_seen_at,
                                auth_tag,
                                login,
                                fingerprint,
                                fresh: last_seen_at.is_none(),
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
    fn the_typical_record_takes_19_characters_that_json_never_escapes() {
        let text = record("1").to_string();
        assert_eq!(text.len(), 19);
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        assert!(text.chars().all(is_plain), "{text}");
    }

    #[test]
    fn times_last_until_the_year_4147_and_are_capped_there() {
        let last = (1 << 36) - 1;
        for (seconds, stored) in [(0, 0), (last, last), (last + 1, last), (u64::MAX, last)] {
            let record = LoginRecord {
                started_at: Timestamp::from_secs(seconds),
                ..record("1")
            };
            let again = LoginRecord::parse(&record.to_string()).unwrap();
            assert_eq!(again.started_at.as_secs(), stored);
        }
    }

    #[test]
    fn a_malformed_record_is_rejected() {
        let right = record("1").to_string();
        assert!(LoginRecord::parse(&right).is_some());
        for length in 0..18 {
            assert_eq!(LoginRecord::parse(&right[..length]), None, "{length}");
        }
        for (at, wrong) in [(0, "."), (0, "g"), (1, "."), (6, "="), (7, "+"), (17, "é")] {
            let text = format!("{}{wrong}{}", &right[..at], &right[at + 1..]);
            assert_eq!(LoginRecord::parse(&text), None, "{text}");
        }
        for json in ["1", "null", "{}", "[\"f\"]", "true"] {
            assert!(serde_json::from_str::<LoginRecord>(json).is_err(), "{json}");
        }
    }
}
