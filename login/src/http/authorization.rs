//! The value of an `Authorization` header.

use base64::{Engine, engine::general_purpose::STANDARD};

/// The content of an `Authorization` header: `Basic` (RFC 7617) or `Bearer` (RFC 6750).
///
/// A [`header_loader`](crate::LoginManagerBuilder::header_loader) gets the value; a
/// [`request_loader`](crate::LoginManagerBuilder::request_loader) can read it. Compare passwords with the
/// function of your password hash, and look up API keys by a digest: then the time of a comparison does
/// not reveal how much of a guess was right.
///
/// ```
/// use actix_login::Authorization;
///
/// assert_eq!(
///     Authorization::parse("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
///     Some(Authorization::Basic { user: "Aladdin".into(), password: "open sesame".into() }),
/// );
/// assert_eq!(
///     Authorization::parse("bearer abc.def"),
///     Some(Authorization::Bearer("abc.def")),
/// );
/// assert_eq!(Authorization::parse("Basic ?"), None);
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Authorization<'a> {
    /// A user name and a password, in UTF-8.
    Basic {
        /// The text before the first colon.
        user: String,
        /// The text after the first colon.
        password: String,
    },
    /// A token.
    Bearer(&'a str),
}

impl<'a> Authorization<'a> {
    /// Parses a header's value. Returns `None` for other schemes and malformed values. The case of the
    /// scheme does not matter.
    pub fn parse(value: &'a str) -> Option<Self> {
        let (scheme, credentials) = value.trim().split_once(' ')?;
        let credentials = credentials.trim_start();
        if scheme.eq_ignore_ascii_case("bearer") {
            let is_token = !credentials.is_empty() && !credentials.contains(char::is_whitespace);
            return is_token.then_some(Self::Bearer(credentials));
        }
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let decoded = String::from_utf8(STANDARD.decode(credentials).ok()?).ok()?;
        let (user, password) = decoded.split_once(':')?;
        Some(Self::Basic {
            user: user.to_owned(),
            password: password.to_owned(),
        })
    }
}

/// Prints no secret, so that none gets into a log.
impl std::fmt::Debug for Authorization<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Basic { .. } => "Basic(…)",
            Self::Bearer(_) => "Bearer(…)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malformed_values_are_none() {
        for value in [
            "",
            "Basic",
            "Basic ",
            "Bearer",
            "Bearer ",
            "Bearer a b",
            "Digest x",
            "Basic YQ==",
            "Basic /w==",
            "QWxhZGRpbjpvcGVu",
        ] {
            assert_eq!(Authorization::parse(value), None, "{value:?}");
        }
    }

    #[test]
    fn a_password_may_contain_colons_or_be_empty() {
        let basic = |text: &str| {
            let value = format!("Basic {}", STANDARD.encode(text));
            match Authorization::parse(&value) {
                Some(Authorization::Basic { user, password }) => (user, password),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(basic("a:b:c"), ("a".into(), "b:c".into()));
        assert_eq!(basic(":"), (String::new(), String::new()));
    }
}
