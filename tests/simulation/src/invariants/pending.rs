//! Pending logins are completed once, and their wrong codes are counted.

use super::{Check, Checked, Invariant};
use crate::{
    history::Action,
    settings::{HOUR, PENDING_LIFETIME, PENDING_TRIES},
    truth::{Truth, has_time, key_truth},
};

impl Check<'_> {
    pub(super) fn pending(&mut self) -> Checked {
        let (model, exchange) = (self.model, self.exchange);
        let completes = matches!(
            exchange.action,
            Action::Complete | Action::Code { right: true }
        );
        if !completes || exchange.is_uncertain() {
            return Ok(());
        }
        let pending = model
            .session(exchange)
            .pending
            .map(|pending| &model.pending[pending]);
        let Some(pending) = pending else {
            let seen = "nothing is completed";
            return self.require(Invariant::PendingCompletesOnce, !exchange.logs_in(), seen);
        };
        let end = pending.begun.after(PENDING_LIFETIME);
        let is_other = model.is_other_client(pending.client, pending.key, exchange);
        let is_over = |end: &crate::model::End| end.is_done && end.end < exchange.start.step;
        let mut other_ends = pending
            .ends
            .iter()
            .filter(|end| end.start != exchange.start.step);
        let password = match pending.is_certain {
            true => model.password_truth(pending.user, pending.password, exchange),
            false => Truth::Maybe,
        };
        let conditions = [
            ("after its end", has_time(end, exchange)),
            ("with an old password", password),
            ("of a key that is gone", key_truth(pending.key, exchange)),
            (
                "of an inactive user",
                model.active_truth(pending.user, exchange),
            ),
            ("of another client", Truth::of(is_other, true)),
            (
                "that was used up",
                Truth::of(
                    pending.ends.iter().any(is_over) || pending.completions > 1,
                    other_ends.all(|end| end.start > exchange.end.step),
                ),
            ),
        ];
        if exchange.logs_in() {
            for (seen, truth) in conditions {
                let seen = format!("a pending login {seen} is completed");
                self.require(Invariant::PendingCompletesOnce, truth != Truth::No, &seen)?;
            }
            (self.exercised)(Invariant::RightCodeCompletes);
            return self.login(pending.user);
        }
        let since = exchange.end.time.saturating_sub(HOUR);
        let is_counted = model.users.wrong_codes_since(pending.user, since) > 0
            || model.has_lost_codes.contains(&pending.user);
        let must_complete = !is_counted && conditions.iter().all(|(_, truth)| *truth == Truth::Yes);
        if must_complete {
            self.require(
                Invariant::RightCodeCompletes,
                false,
                "a right code is refused",
            )?;
        }
        Ok(())
    }

    pub(super) fn codes(&mut self) -> Checked {
        let exchange = self.exchange;
        let pending = self.model.session(exchange).pending;
        let (Action::Code { right: false }, Some(pending)) = (exchange.action, pending) else {
            return Ok(());
        };
        // Any ten minutes overlap with two counts.
        let user = self.model.pending[pending].user;
        let since = exchange.end.time.saturating_sub(PENDING_LIFETIME - 1);
        let checked = self.model.users.wrong_codes_since(user, since) as u64;
        let is_bounded = checked <= 2 * PENDING_TRIES;
        self.require(
            Invariant::CodesAreCounted,
            is_bounded,
            "too many codes are checked",
        )
    }
}
