//! The record of a pending login: what a session holds between the password and the second factor.

use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::record::LoginRecord;

/// A pending login as the session holds it, under a key of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PendingRecord {
    /// The record of the login that it may become. Its active login is the pending one.
    pub(crate) login: LoginRecord,
    /// Whether the login is remembered.
    pub(crate) remember: bool,
    /// How long, if not as long as the cookie's setting says.
    pub(crate) duration: Option<Duration>,
    /// Whether an inactive user is logged in, too.
    pub(crate) force: bool,
}

impl Serialize for PendingRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let duration = self.duration.map(|duration| duration.as_secs());
        (&self.login, self.remember, duration, self.force).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for PendingRecord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        type Fields = (LoginRecord, bool, Option<u64>, bool);
        let (login, remember, duration, force) = Fields::deserialize(deserializer)?;
        Ok(Self {
            login,
            remember,
            duration: duration.map(Duration::from_secs),
            force,
        })
    }
}
