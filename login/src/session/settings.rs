//! The settings of the login in the session.

use std::time::Duration;

use super::protection::{ClientSource, SessionProtection};
use crate::config::LOGIN_DEADLINE;

pub(crate) struct SessionSettings {
    pub(crate) protection: SessionProtection,
    pub(crate) client: ClientSource,
    pub(crate) is_permanent: bool,
    pub(crate) keep_session: bool,
    pub(crate) session_for_request_logins: bool,
    pub(crate) login_deadline: Option<Duration>,
    pub(crate) visit_deadline: Option<Duration>,
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
        }
    }
}

impl SessionSettings {
    /// Whether session protection compares fingerprints.
    pub(crate) fn is_protected(&self) -> bool {
        self.protection != SessionProtection::Off
    }

    /// Whether a mismatch removes the login.
    pub(crate) fn is_strong(&self) -> bool {
        self.protection == SessionProtection::Strong && !self.is_permanent
    }
}
