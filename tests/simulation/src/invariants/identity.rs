//! A request is answered as the user whose cookies it carries.

use super::{Check, Checked, Invariant};
use crate::{
    history::Action,
    model::Content,
    truth::{Reason, Truth},
};

impl Check<'_> {
    /// Whether the request was answered as the user whose cookies it carries.
    pub(super) fn identity(&mut self) -> Checked {
        let (model, exchange) = (self.model, self.exchange);
        let Some(report) = exchange
            .response
            .as_ref()
            .and_then(|response| response.report.as_ref())
        else {
            return Ok(());
        };
        if exchange.logs_in() || exchange.action == Action::Logout {
            return Ok(());
        }
        if exchange.named_login.is_some() && exchange.status() == 200 && report.user.is_none() {
            // It has ended its own login.
            return Ok(());
        }
        let session = model.session(exchange);
        let (by_session, session_reason) = model.session_truth(exchange);
        let (by_token, token_reason) = model.token_truth(exchange);
        let rejection = model.rejection_truth(exchange);
        match report.user {
            Some(user) if report.is_restored => {
                let owner = model.token(exchange).map(|token| token.user);
                let seen = format!("the remember cookie opens as user {user}: {token_reason:?}");
                self.require(Invariant::OnlyHoldersGetIn, owner == Some(user), &seen)?;
                let against = Invariant::against(token_reason);
                self.require(against, by_token != Truth::No, &seen)?;
                let is_rejected = rejection == Truth::Yes;
                self.require(Invariant::OtherClientsAreNoticed, !is_rejected, &seen)?;
                self.require(Invariant::BehavingStaysIn, by_session != Truth::Yes, &seen)?;
            }
            Some(user) => {
                let is_owner = match &session.content {
                    Content::Anonymous => false,
                    Content::Login(grant) => grant.user == user,
                    Content::Unknown(users) => users.contains(&user),
                };
                let seen = format!("the session opens as user {user}: {session_reason:?}");
                self.require(Invariant::OnlyHoldersGetIn, is_owner, &seen)?;
                let against = Invariant::against(session_reason);
                self.require(against, by_session != Truth::No, &seen)?;
            }
            None => {
                let invariant = self.invariant_of_losses();
                let seen = "a session is refused";
                self.require(invariant, by_session != Truth::Yes, seen)?;
                let restores = rejection == Truth::No && by_session == Truth::No;
                let refuses_token = restores && by_token == Truth::Yes;
                self.require(invariant, !refuses_token, "a remember cookie is refused")?;
            }
        }
        for (truth, reason) in [(by_session, session_reason), (by_token, token_reason)] {
            // It was put to the test, and has not opened.
            if truth == Truth::No && reason != Reason::NoLogin {
                (self.exercised)(Invariant::against(reason));
            }
        }
        if by_session == Truth::Yes || (by_session == Truth::No && by_token == Truth::Yes) {
            let invariant = self.invariant_of_losses();
            (self.exercised)(invariant);
        }
        if session.pending.is_some() && by_session == Truth::No && by_token == Truth::No {
            let is_in = report.user.is_some();
            self.require(Invariant::PendingIsNoLogin, !is_in, "a pending login opens")?;
        }
        self.freshness(by_session)?;
        self.kept_cookies(by_token)
    }
}
