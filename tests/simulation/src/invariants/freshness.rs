//! A login is fresh as long as the documentation says.

use super::{Check, Checked, Invariant};
use crate::{history::Action, model::Content, truth::Truth};

impl Check<'_> {
    pub(super) fn freshness(&mut self, by_session: Truth) -> Checked {
        let (model, exchange) = (self.model, self.exchange);
        let report = exchange
            .response
            .as_ref()
            .and_then(|response| response.report.as_ref());
        let Some(report) = report.filter(|report| report.user.is_some()) else {
            return Ok(());
        };
        let confirms = exchange.action == Action::Confirm && exchange.status() == 200;
        if confirms {
            return self.require(
                Invariant::BehavingStaysFresh,
                report.is_fresh,
                "not confirmed",
            );
        }
        if report.is_restored {
            return self.require(
                Invariant::StaleIsRefused,
                !report.is_fresh,
                "restored, and fresh",
            );
        }
        let Content::Login(grant) = model.session(exchange).content else {
            return Ok(());
        };
        let truth = model.fresh_truth(&grant, exchange);
        if truth == Truth::No {
            let is_other = model.is_other_client(grant.client, grant.client_key, exchange);
            let invariant = match is_other && grant.authenticated.is_some() {
                true => Invariant::OtherClientsAreNoticed,
                false => Invariant::StaleIsRefused,
            };
            self.require(invariant, !report.is_fresh, "a stale login is fresh")?;
        }
        if truth == Truth::Yes && by_session == Truth::Yes {
            self.require(
                Invariant::BehavingStaysFresh,
                report.is_fresh,
                "a fresh login is stale",
            )?;
        }
        Ok(())
    }
}
