//! The settings of the login in the session.

use std::time::Duration;

use actix_web::HttpRequest;

use super::protection::{ClientSource, SessionProtection};
use crate::{config::LOGIN_DEADLINE, timestamp::Timestamp};

/// Tells whether a request counts as a visit.
pub(crate) type CountsAsVisit = Box<dyn Fn(&HttpRequest) -> bool + Send + Sync>;

pub(crate) struct SessionSettings {
    pub(crate) protection: SessionProtection,
    pub(crate) client: ClientSource,
    pub(crate) is_permanent: bool,
    pub(crate) keep_session: bool,
    pub(crate) session_for_request_logins: bool,
    pub(crate) login_deadline: Option<Duration>,
    pub(crate) visit_deadline: Option<Duration>,
    pub(crate) fresh_deadline: Option<Duration>,
    pub(crate) counts_as_visit: Option<CountsAsVisit>,
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self {
            protection: SessionProtection::default(),
            client: ClientSource::default(),
            is_permanent: false,
            keep_session: false,
            session_for_request_logins: true,
            login_deadline: Some(LOGIN_DEADLINE),
            visit_deadline: None,
            fresh_deadline: None,
            counts_as_visit: None,
        }
    }
}

impl SessionSettings {
    /// Whether a request counts as a visit.
    pub(crate) fn is_visit(&self, req: &HttpRequest) -> bool {
        let counts = self.counts_as_visit.as_ref();
        counts.is_none_or(|counts| counts(req))
    }

    /// Whether the deadline of a login, or that of its last visit, has passed.
    pub(crate) fn has_expired(
        &self,
        started_at: Timestamp,
        last_seen_at: Timestamp,
        now: Timestamp,
    ) -> bool {
        let has_passed = |start: Timestamp, deadline: Option<Duration>| {
            deadline.is_some_and(|deadline| start.plus(deadline).has_passed(now))
        };
        has_passed(started_at, self.login_deadline) || has_passed(last_seen_at, self.visit_deadline)
    }

    /// Whether session protection compares fingerprints.
    pub(crate) fn is_protected(&self) -> bool {
        self.protection != SessionProtection::Off
    }

    /// Whether a mismatch removes the login.
    pub(crate) fn is_strong(&self) -> bool {
        self.protection == SessionProtection::Strong && !self.is_permanent
    }
}
