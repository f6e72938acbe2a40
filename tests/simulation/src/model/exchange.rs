//! A request that was handled, and who sent it.

use super::Span;
use crate::{app::Response, browser::SetCookie, clock::Moment, history::Action, scheduler::Flight};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    Browser(usize),
    Thief(usize),
    Administrator,
}

/// A request that was handled.
pub struct Exchange {
    pub party: Party,
    pub action: Action,
    /// The address and `User-Agent`, as a number.
    pub client: usize,
    /// The session that it was handled with.
    pub session: Option<String>,
    pub token: Option<String>,
    pub start: Moment,
    pub end: Moment,
    /// The key of the manager that handled it.
    pub key: usize,
    pub flight: Flight,
    /// None if it was dropped.
    pub response: Option<Response>,
    pub set_session: Option<SetCookie>,
    pub set_token: Option<SetCookie>,
    /// The session that it left.
    pub new_session: Option<String>,
    /// The login that `Action::EndOne` names.
    pub named_login: Option<usize>,
}

impl Exchange {
    pub fn status(&self) -> u16 {
        self.response.as_ref().map_or(0, |response| response.status)
    }

    /// Whether its outcome is unknown to the sender.
    pub fn is_uncertain(&self) -> bool {
        self.response.is_none() || self.status() >= 500
    }

    pub fn span(&self) -> Span {
        Span {
            from: self.start.time,
            to: self.end.time,
        }
    }

    /// Whether it has logged a user in.
    pub fn logs_in(&self) -> bool {
        let is_login = matches!(
            self.action,
            Action::Login { .. } | Action::Code { right: true } | Action::Complete
        );
        is_login && self.status() == 200
    }

    /// Whether it is a page that changes no login, and failed since a call of the library did.
    pub(super) fn has_failed_visit(&self) -> bool {
        let failed = self
            .flight
            .failed
            .filter(|(call, _)| !call.is_of_session_store());
        failed.is_some() && self.action.is_visit() && self.status() >= 500
    }

    /// Whether it supersedes the current login.
    pub fn supersedes(&self) -> bool {
        matches!(
            self.action,
            Action::EndOthers | Action::Password { others: true }
        )
    }
}
