//! A failed call admits nobody, and nothing else fails.

use super::{Check, Checked, Invariant};
use crate::{history::Action, scheduler::Call, settings::Active, truth::Truth};

impl Check<'_> {
    pub(super) fn failure(&mut self) -> Checked {
        let (model, exchange) = (self.model, self.exchange);
        let Some(response) = &exchange.response else {
            return Ok(());
        };
        let Some((call, _)) = exchange.flight.failed else {
            let is_error = response.status >= 500;
            return self.require(
                Invariant::OnlyFailuresFail,
                !is_error,
                "a 5xx without a failure",
            );
        };
        // A logout needs no user, and fails only if it could not end the login.
        let is_logout = exchange.action == Action::Logout;
        // Of a login that has ended, the user does not matter: the remember cookie may restore another.
        // Whether it has ended is checked with the identity.
        let report = response.report.as_ref();
        let is_without_session =
            report.is_some_and(|report| report.user.is_none() || report.is_restored);
        let needs_no_user =
            call == Call::LoadUser && model.settings.active != Active::Off && is_without_session;
        let may_pass = is_logout || needs_no_user;
        let is_refused = response.status >= 500;
        let seen = format!(
            "{call:?} failed, and the response was a {}",
            response.status
        );
        self.require(
            Invariant::FailureAdmitsNobody,
            is_refused || may_pass,
            &seen,
        )?;
        if is_refused && !call.is_of_session_store() {
            // A handler that changes something may have done a part of it, such as a restoration. A
            // refresh changes nothing but the time.
            let may_set = !exchange.action.is_visit() || model.settings.refresh_each_request;
            let token = exchange.set_token.as_ref();
            let is_valid = model.token_truth(exchange).0 == Truth::Yes;
            let changes = token.is_some_and(|cookie| match cookie.is_removal() {
                true => is_valid,
                false => !may_set,
            });
            let seen = format!("{call:?} failed, and the response changes the remember cookie");
            self.require(Invariant::FailureAdmitsNobody, !changes, &seen)?;
        }
        Ok(())
    }
}
