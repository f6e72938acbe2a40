//! The settings of remembering users, and the tokens that follow from them.

use std::time::Duration;

use super::{cookie::CheckedCookie, token::RememberToken};
use crate::{crypto::digest::Digest, timestamp::Timestamp};

pub(crate) struct RememberSettings {
    pub(crate) cookie: CheckedCookie,
    pub(crate) flask: Option<FlaskCookies>,
}

/// Remember cookies of a Flask app that this app replaces.
pub(crate) struct FlaskCookies {
    pub(crate) secret: Vec<u8>,
    /// When they stop being accepted.
    pub(crate) until: Timestamp,
    /// Whether they are accepted for users with a `session_auth_hash`, which they do not contain.
    pub(crate) despite_auth_hash: bool,
}

impl RememberSettings {
    /// A token that is issued now. `duration` overrides the setting.
    pub(crate) fn new_token(
        &self,
        now: Timestamp,
        duration: Option<Duration>,
        id: &str,
        auth_tag: Option<Digest>,
    ) -> RememberToken {
        let duration = duration.unwrap_or(self.cookie.settings.duration);
        RememberToken {
            first_issued_at: now,
            expires_at: self.cap(now, now.plus(duration)),
            duration,
            auth_tag,
            login: None,
            id: id.to_owned(),
        }
    }

    /// When a token expires if it is refreshed now.
    pub(crate) fn refreshed_end(&self, token: &RememberToken, now: Timestamp) -> Timestamp {
        self.cap(token.first_issued_at, now.plus(token.duration))
    }

    /// `end`, or the remember deadline if that comes first.
    pub(crate) fn cap(&self, first_issued_at: Timestamp, end: Timestamp) -> Timestamp {
        match self.cookie.settings.remember_deadline {
            Some(deadline) => end.min(first_issued_at.plus(deadline)),
            None => end,
        }
    }
}
