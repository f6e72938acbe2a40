//! A login is of the user who logged in, and its cookies are set.

use super::{Check, Checked, Invariant};

impl Check<'_> {
    /// A login sets its cookies.
    pub(super) fn login(&mut self, user: u64) -> Checked {
        let exchange = self.exchange;
        if !exchange.logs_in() {
            return Ok(());
        }
        let report = exchange
            .response
            .as_ref()
            .and_then(|response| response.report.as_ref());
        let is_user = report.is_some_and(|report| report.user == Some(user) && report.is_fresh);
        self.require(
            Invariant::OnlyHoldersGetIn,
            is_user,
            "a login is of another user",
        )?;
        let is_set = |cookie: &Option<crate::browser::SetCookie>| {
            cookie.as_ref().is_some_and(|cookie| !cookie.is_removal())
        };
        let has_session = is_set(&exchange.set_session) && exchange.new_session.is_some();
        self.require(
            Invariant::BehavingStaysIn,
            has_session,
            "a login without a session",
        )?;
        let is_remembered = !self.model.remembers(exchange) || is_set(&exchange.set_token);
        self.require(
            Invariant::BehavingStaysIn,
            is_remembered,
            "a login is not remembered",
        )
    }
}
