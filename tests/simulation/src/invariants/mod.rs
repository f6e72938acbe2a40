//! What must hold, each with the set-ups for which it does.

use crate::{
    history::Action,
    model::{Content, Exchange, Model},
    scheduler::Call,
    settings::{Active, HOUR, PENDING_LIFETIME, PENDING_TRIES},
    truth::{Reason, Truth, has_time, key_truth},
};
use actix_login::LoginEvent;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invariant {
    /// A request is answered as a user only if it carries a cookie that descends from a login of that
    /// user. In all set-ups.
    OnlyHoldersGetIn,
    /// After a logout, `end_login`, `end_other_logins` or `end_all_logins_of` that was reported as done,
    /// no copy of an earlier cookie opens. With active logins.
    EndedStaysEnded,
    /// Ten seconds after `end_other_logins`, copies of the current login's earlier cookies do not open.
    /// With active logins.
    SupersededExpires,
    /// After a changed password, no earlier cookie opens. In all set-ups.
    PasswordEndsLogins,
    /// No page takes a deactivated user for an authenticated one. In all set-ups.
    DeactivationLocksOut,
    /// No cookie opens after its deadline. In all set-ups.
    DeadlinesHold,
    /// No cookie opens that only a dropped key has signed. In all set-ups.
    DroppedKeysOpenNothing,
    /// A session that another client sends is rejected in the strong mode, and not fresh in the basic
    /// one. In all set-ups with session protection.
    OtherClientsAreNoticed,
    /// A user whose browsers only behave is not logged out before a deadline. In all set-ups.
    BehavingStaysIn,
    /// Nor are they if responses get lost and requests are dropped. With active logins: without,
    /// nothing on the server depends on it.
    LossesLogNobodyOut,
    /// A user whose browsers only behave stays fresh until the deadline. In all set-ups.
    BehavingStaysFresh,
    /// No thief is reported where no copy was used. In all set-ups.
    NobodyIsAccused,
    /// A stolen remember cookie that both sides use is found out, whatever the thief hides. With active
    /// logins.
    ThiefIsFound,
    /// If a call fails, the response is a 5xx that changes no cookie. In all set-ups.
    FailureAdmitsNobody,
    /// A 5xx comes from a failed call alone. In all set-ups.
    OnlyFailuresFail,
    /// A login that is not fresh passes no fresh guard. In all set-ups.
    StaleIsRefused,
    /// A pending login passes no guard. With active logins.
    PendingIsNoLogin,
    /// A pending login is completed once at most, in time, and with the password that began it. With
    /// active logins.
    PendingCompletesOnce,
    /// A right code completes a pending login whose browser only behaves. With active logins.
    RightCodeCompletes,
    /// No more wrong codes of a user are checked than allowed. With active logins.
    CodesAreCounted,
    /// No user has more logins than `max_logins`. With that setting.
    LoginsAreLimited,
    /// Each entry ends, and is gone once it has. With active logins.
    ExpiredGoes,
}

impl Invariant {
    pub const ALL: [Self; 22] = [
        Self::OnlyHoldersGetIn,
        Self::EndedStaysEnded,
        Self::SupersededExpires,
        Self::PasswordEndsLogins,
        Self::DeactivationLocksOut,
        Self::DeadlinesHold,
        Self::DroppedKeysOpenNothing,
        Self::OtherClientsAreNoticed,
        Self::BehavingStaysIn,
        Self::LossesLogNobodyOut,
        Self::BehavingStaysFresh,
        Self::NobodyIsAccused,
        Self::ThiefIsFound,
        Self::FailureAdmitsNobody,
        Self::OnlyFailuresFail,
        Self::StaleIsRefused,
        Self::PendingIsNoLogin,
        Self::PendingCompletesOnce,
        Self::RightCodeCompletes,
        Self::CodesAreCounted,
        Self::LoginsAreLimited,
        Self::ExpiredGoes,
    ];

    /// Whether it holds where logins are kept there.
    pub fn holds_for(self, active: Active) -> bool {
        match self {
            Self::EndedStaysEnded
            | Self::SupersededExpires
            | Self::LossesLogNobodyOut
            | Self::ThiefIsFound
            | Self::PendingIsNoLogin
            | Self::PendingCompletesOnce
            | Self::RightCodeCompletes
            | Self::CodesAreCounted
            | Self::LoginsAreLimited
            | Self::ExpiredGoes => active != Active::Off,
            _ => true,
        }
    }

    /// The invariant that forbids a cookie to open.
    fn against(reason: Reason) -> Self {
        match reason {
            Reason::NoLogin => Self::OnlyHoldersGetIn,
            Reason::Deadline => Self::DeadlinesHold,
            Reason::Password => Self::PasswordEndsLogins,
            Reason::Key => Self::DroppedKeysOpenNothing,
            Reason::Client => Self::OtherClientsAreNoticed,
            Reason::Ended => Self::EndedStaysEnded,
            Reason::Superseded => Self::SupersededExpires,
        }
    }
}

/// An invariant that does not hold, and what was seen.
#[derive(Debug)]
pub struct Violation {
    pub invariant: Invariant,
    pub seen: String,
}

/// Checks one request, and counts what it has put to the test.
pub struct Check<'a> {
    pub model: &'a Model,
    pub exchange: &'a Exchange,
    pub exercised: &'a mut dyn FnMut(Invariant),
}

type Checked = Result<(), Violation>;

impl Check<'_> {
    fn require(&mut self, invariant: Invariant, holds: bool, seen: &str) -> Checked {
        (self.exercised)(invariant);
        if holds {
            return Ok(());
        }
        let seen = seen.to_owned();
        Err(Violation { invariant, seen })
    }

    pub fn all(mut self) -> Checked {
        self.failure()?;
        self.events()?;
        self.pending()?;
        if self.exchange.is_uncertain() {
            return Ok(());
        }
        self.public_page()?;
        self.identity()?;
        self.status()?;
        self.codes()
    }

    fn failure(&mut self) -> Checked {
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

    fn events(&mut self) -> Checked {
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

    fn public_page(&mut self) -> Checked {
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

    /// Whether the request was answered as the user whose cookies it carries.
    fn identity(&mut self) -> Checked {
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

    /// Which invariant a wrong refusal breaks.
    fn invariant_of_losses(&self) -> Invariant {
        let logins = self.model.carried(self.exchange);
        match logins
            .iter()
            .any(|login| self.model.logins[*login].has_losses)
        {
            true => Invariant::LossesLogNobodyOut,
            false => Invariant::BehavingStaysIn,
        }
    }

    fn freshness(&mut self, by_session: Truth) -> Checked {
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

    /// A page that changes no login removes no cookie of one that holds.
    fn kept_cookies(&mut self, by_token: Truth) -> Checked {
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

    /// The status, and what follows from it.
    fn status(&mut self) -> Checked {
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

    /// A login sets its cookies.
    fn login(&mut self, user: u64) -> Checked {
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

    fn pending(&mut self) -> Checked {
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

    fn codes(&mut self) -> Checked {
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
