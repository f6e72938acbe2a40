//! No page clears a cookie that holds.

use super::{Check, Checked, Invariant};
use crate::{history::Action, truth::Truth};

impl Check<'_> {
    pub(super) fn public_page(&mut self) -> Checked {
        let (model, exchange) = (self.model, self.exchange);
        if exchange.action != Action::Public {
            return Ok(());
        }
        let is_valid = model.token_truth(exchange).0 == Truth::Yes;
        let is_removed = exchange
            .set_token
            .as_ref()
            .is_some_and(|cookie| cookie.is_removal());
        if is_valid {
            self.require(
                Invariant::BehavingStaysIn,
                !is_removed,
                "a valid cookie is cleared",
            )?;
        }
        Ok(())
    }

    /// A page that changes no login removes no cookie of one that holds.
    pub(super) fn kept_cookies(&mut self, by_token: Truth) -> Checked {
        let (model, exchange) = (self.model, self.exchange);
        let report = exchange
            .response
            .as_ref()
            .and_then(|response| response.report.as_ref());
        let Some(user) = report.and_then(|report| report.user) else {
            return Ok(());
        };
        let is_removal = |cookie: &Option<crate::browser::SetCookie>| {
            cookie.as_ref().is_some_and(|cookie| cookie.is_removal())
        };
        let removed = is_removal(&exchange.set_session);
        self.require(
            Invariant::BehavingStaysIn,
            !removed,
            "the session's cookie is cleared",
        )?;
        let login = model.reported_login(exchange);
        let is_own = model
            .token(exchange)
            .is_some_and(|token| token.user == user && (login.is_none() || token.login == login));
        if is_own && by_token == Truth::Yes {
            let removed = is_removal(&exchange.set_token);
            let invariant = self.invariant_of_losses();
            self.require(invariant, !removed, "a valid remember cookie is cleared")?;
        }
        Ok(())
    }
}
