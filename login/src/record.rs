//! The login record: all that a session holds of a login, under one key.

use std::{fmt, rc::Rc, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{active::RecordedLogin, keys::Digest};

/// A login as the session keeps it.
///
/// It is one short text, because an encrypted session cookie is decrypted, decoded and parsed at
/// each request: `f.1763812345..<identifier>.<auth tag>.<id>`, with the active login, if it has
/// one, behind the `f`. The id comes last and may hold anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LoginRecord {
    /// Whether the user authenticated in this very session.
    pub(crate) fresh: bool,
    /// When the login began, in seconds since 1970.
    pub(crate) began: u64,
    /// When the last visit was written down; only kept where there is a visit deadline.
    pub(crate) seen: Option<u64>,
    /// Session protection's digest of the user's computer.
    pub(crate) identifier: Option<Digest>,
    /// The digest of the user's `session_auth_hash`.
    pub(crate) auth_tag: Option<Digest>,
    /// Its entry in the store of active logins, where there is one.
    pub(crate) login: Option<RecordedLogin>,
    /// The user's id, as text.
    pub(crate) id: Rc<str>,
}

impl LoginRecord {
    fn parse(text: &str) -> Option<Self> {
        let mut fields = Fields(text);
        let (fresh, login) = fields.next()?.split_at_checked(1)?;
        Some(Self {
            fresh: match fresh {
                "f" => true,
                "s" => false,
                _ => return None,
            },
            login: optional(login)?,
            began: fields.next()?.parse().ok()?,
            seen: optional(fields.next()?)?,
            identifier: optional(fields.next()?)?,
            auth_tag: optional(fields.next()?)?,
            id: fields.0.into(),
        })
    }
}

/// The fields of a record that have not been read yet.
struct Fields<'a>(&'a str);

impl<'a> Fields<'a> {
    /// The text before the next dot. They are short: no search by `memchr` pays.
    fn next(&mut self) -> Option<&'a str> {
        let end = self.0.bytes().position(|byte| byte == b'.')?;
        let (field, rest) = self.0.split_at_checked(end)?;
        self.0 = rest.strip_prefix('.')?;
        Some(field)
    }
}

/// A field that may be empty; `None` where it is neither empty nor of its kind.
fn optional<T: FromStr>(field: &str) -> Option<Option<T>> {
    match field {
        "" => Some(None),
        field => field.parse().ok().map(Some),
    }
}

impl fmt::Display for LoginRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn write_optional(
            f: &mut fmt::Formatter<'_>,
            field: Option<impl fmt::Display>,
        ) -> fmt::Result {
            field.map_or(Ok(()), |field| field.fmt(f))
        }
        f.write_str(if self.fresh { "f" } else { "s" })?;
        write_optional(f, self.login)?;
        write!(f, ".{}.", self.began)?;
        write_optional(f, self.seen)?;
        f.write_str(".")?;
        write_optional(f, self.identifier)?;
        f.write_str(".")?;
        write_optional(f, self.auth_tag)?;
        write!(f, ".{}", self.id)
    }
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
                LoginRecord::parse(text).ok_or_else(|| E::custom("no login record"))
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
            began: 1_763_812_345,
            seen: None,
            identifier: Some(Digest::new([7; 16])),
            auth_tag: None,
            login: None,
            id: id.into(),
        }
    }

    #[test]
    fn a_record_comes_back_as_it_was_whatever_the_id() {
        for id in ["", "1", "佐藤", "a.b|c", "with space;\"quote\"", "\\\n\0"] {
            for seen in [None, Some(3)] {
                for auth_tag in [None, Some(Digest::new([255; 16]))] {
                    let record = LoginRecord {
                        seen,
                        auth_tag,
                        fresh: seen.is_none(),
                        ..record(id)
                    };
                    let json = serde_json::to_string(&record).unwrap();
                    assert_eq!(serde_json::from_str::<LoginRecord>(&json).unwrap(), record);
                }
            }
        }
    }

    #[test]
    fn a_record_of_the_wrong_shape_is_none() {
        let right = record("1").to_string();
        assert!(LoginRecord::parse(&right).is_some());
        for wrong in [
            "",
            "f",
            "f.1",
            "x.1....1",
            "f.-1....1",
            "f.1.x...1",
            "f.1..short..1",
            "f.1...AAAAAAAAAAAAAAAAAAAAAAAAA.1",
            "f.99999999999999999999....1",
        ] {
            assert_eq!(LoginRecord::parse(wrong), None, "{wrong:?}");
        }
        for json in ["1", "null", "{}", "[\"f\"]", "true"] {
            assert!(serde_json::from_str::<LoginRecord>(json).is_err(), "{json}");
        }
    }
}
