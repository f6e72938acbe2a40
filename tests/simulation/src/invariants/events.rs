//! A copied cookie or another client is reported only where there was one.

use actix_login::LoginEvent;

use super::{Check, Checked, Invariant};
use crate::model::Content;

impl Check<'_> {
    pub(super) fn events(&mut self) -> Checked {
        let (model, exchange) = (self.model, self.exchange);
        let has = |event| exchange.flight.events.contains(&event);
        let logins = model.carried(exchange);
        if !logins.is_empty() {
            let is_contested = logins
                .iter()
                .any(|login| model.logins[*login].is_contested());
            let is_accused = has(LoginEvent::RememberCookieReused) && !is_contested;
            self.require(
                Invariant::NobodyIsAccused,
                !is_accused,
                "a reused cookie is reported",
            )?;
        }
        let session = model.session(exchange);
        let is_other = match &session.content {
            Content::Anonymous => false,
            Content::Login(grant) => {
                model.is_other_client(grant.client, grant.client_key, exchange)
            }
            Content::Unknown(_) => true,
        };
        let pending = session.pending.map(|pending| &model.pending[pending]);
        let is_other_pending = pending
            .is_some_and(|pending| model.is_other_client(pending.client, pending.key, exchange));
        if has(LoginEvent::SessionProtected) {
            let is_right = is_other || is_other_pending;
            self.require(
                Invariant::NobodyIsAccused,
                is_right,
                "another client is reported",
            )?;
        }
        Ok(())
    }
}
