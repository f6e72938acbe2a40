//! The status of each page, and whom its guard lets pass.

use super::{Check, Checked, Invariant};
use crate::{history::Action, truth::Truth};

impl Check<'_> {
    /// The status, and what follows from it.
    pub(super) fn status(&mut self) -> Checked {
        let (model, exchange) = (self.model, self.exchange);
        let report = exchange
            .response
            .as_ref()
            .and_then(|response| response.report.as_ref());
        let status = exchange.status();
        let is_in = report.is_some_and(|report| report.is_authenticated);
        if let Some(user) = report.and_then(|report| report.user) {
            let active = model.active_truth(user, exchange);
            if active == Truth::No {
                let seen = "an inactive user is authenticated";
                self.require(Invariant::DeactivationLocksOut, !is_in, seen)?;
                let passes = exchange.action.is_guarded() && status == 200;
                self.require(Invariant::DeactivationLocksOut, !passes, seen)?;
            }
            if active == Truth::Yes {
                self.require(
                    Invariant::BehavingStaysIn,
                    is_in,
                    "a user is not authenticated",
                )?;
            }
        }
        // A user may become inactive behind the guard.
        let user = report.and_then(|report| report.user);
        let may_change =
            user.is_some_and(|user| model.active_truth(user, exchange) == Truth::Maybe);
        let is_past_guard = exchange.action.is_guarded() && status == 200;
        if is_past_guard && exchange.named_login.is_none() && !may_change {
            self.require(
                Invariant::OnlyHoldersGetIn,
                is_in,
                "a guard lets nobody pass",
            )?;
        }
        match exchange.action {
            Action::Page => {
                let passes = status == 200;
                self.require(
                    Invariant::BehavingStaysIn,
                    passes == is_in,
                    "the guard is wrong",
                )
            }
            Action::Fresh => {
                let is_fresh = report.is_some_and(|report| report.is_fresh);
                if !is_fresh {
                    let seen = "a stale login passes a fresh guard";
                    self.require(Invariant::StaleIsRefused, status != 200, seen)?;
                }
                let passes = status == 200 || !(is_in && is_fresh);
                self.require(
                    Invariant::BehavingStaysFresh,
                    passes,
                    "a fresh login is refused",
                )
            }
            Action::Login { user, .. } => {
                let is_active = model.active_truth(user, exchange);
                if is_active == Truth::No {
                    let seen = "an inactive user logs in";
                    return self.require(Invariant::DeactivationLocksOut, status != 200, seen);
                }
                let has_logged_in = is_active == Truth::Maybe || status == 200;
                self.require(
                    Invariant::BehavingStaysIn,
                    has_logged_in,
                    "a login is refused",
                )?;
                self.login(user)
            }
            Action::Logout => {
                let is_out = status == 200 && report.is_some_and(|report| report.user.is_none());
                self.require(
                    Invariant::EndedStaysEnded,
                    is_out,
                    "a logout logs nobody out",
                )
            }
            _ => Ok(()),
        }
    }
}
