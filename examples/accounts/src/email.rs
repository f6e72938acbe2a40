//! E-mail addresses, in the one form in which the database keeps them.

use std::{fmt, ops::Deref};

/// The empty one, which is the default, belongs to no user.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// Rejects only what cannot be an address. The mailed link proves the rest.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        let (local, domain) = text.split_once('@')?;
        let is_plain = |c: char| !c.is_control() && !c.is_whitespace();
        let is_valid = !local.is_empty()
            && !domain.is_empty()
            && text.len() <= 254
            && !domain.contains('@')
            && text.chars().all(is_plain);
        is_valid.then_some(Self(text))
    }
}

impl Deref for Email {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
