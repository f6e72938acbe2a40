//! Whether a cookie opens, as far as the documentation and the order of events tell.

use crate::{
    clock::Moment,
    model::{Content, Exchange, Grant, Login, Model, Party, Span, UNKNOWN_EPOCH, UNKNOWN_PASSWORD},
    settings::{Active, DAY, PREVIOUS_KEYS, Protection, SUPERSEDED_GRACE, TOUCH_INTERVAL},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Truth {
    No,
    Maybe,
    Yes,
}

/// Why a cookie does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// It is no cookie of a login.
    NoLogin,
    Deadline,
    Password,
    Key,
    /// Another client, in the strong mode.
    Client,
    /// Its login was ended.
    Ended,
    /// Its login was superseded.
    Superseded,
}

impl Truth {
    pub fn of(is_no: bool, is_yes: bool) -> Self {
        match (is_no, is_yes) {
            (true, _) => Self::No,
            (_, true) => Self::Yes,
            _ => Self::Maybe,
        }
    }
}

/// The weakest of some conditions, with its reason.
fn all(conditions: impl IntoIterator<Item = (Truth, Reason)>) -> (Truth, Reason) {
    let start = (Truth::Yes, Reason::NoLogin);
    conditions.into_iter().fold(start, |weakest, condition| {
        if condition.0 < weakest.0 {
            condition
        } else {
            weakest
        }
    })
}

impl Model {
    /// Whether the session's login holds.
    pub fn session_truth(&self, exchange: &Exchange) -> (Truth, Reason) {
        let grant = match self.session(exchange).content {
            Content::Anonymous => return (Truth::No, Reason::NoLogin),
            Content::Unknown(_) => return (Truth::Maybe, Reason::NoLogin),
            Content::Login(grant) => grant,
        };
        let is_rejected = self.settings.protection == Protection::Strong
            && self.is_other_client(grant.client, grant.client_key, exchange);
        all([
            (self.deadline_truth(&grant, exchange), Reason::Deadline),
            (
                self.password_truth(grant.user, grant.password, exchange),
                Reason::Password,
            ),
            (key_truth(grant.key, exchange), Reason::Key),
            (Truth::of(is_rejected, true), Reason::Client),
            self.login_truth(grant.login, grant.epoch, exchange),
            (self.idle_truth(grant.login, exchange), Reason::Ended),
        ])
    }

    /// Whether the strong mode rejects the session, so that no other cookie is looked at.
    pub fn rejection_truth(&self, exchange: &Exchange) -> Truth {
        if self.settings.protection != Protection::Strong {
            return Truth::No;
        }
        match self.session(exchange).content {
            Content::Anonymous => Truth::No,
            Content::Unknown(_) => Truth::Maybe,
            Content::Login(grant)
                if self.is_other_client(grant.client, grant.client_key, exchange) =>
            {
                self.deadline_truth(&grant, exchange)
            }
            Content::Login(_) => Truth::No,
        }
    }

    /// Whether the remember cookie restores its login.
    pub fn token_truth(&self, exchange: &Exchange) -> (Truth, Reason) {
        let Some(token) = self.token(exchange) else {
            return (Truth::No, Reason::NoLogin);
        };
        let mut expires = token.expires;
        if self.settings.active != Active::Off && self.settings.refresh_each_request {
            // The entry is extended as seldom as a visit is recorded.
            expires.from = expires.from.saturating_sub(TOUCH_INTERVAL);
        }
        all([
            (has_time(expires, exchange), Reason::Deadline),
            (
                self.password_truth(token.user, token.password, exchange),
                Reason::Password,
            ),
            (key_truth(token.key, exchange), Reason::Key),
            self.login_truth(token.login, token.epoch, exchange),
        ])
    }

    /// Whether the session's user is fresh.
    pub fn fresh_truth(&self, grant: &Grant, exchange: &Exchange) -> Truth {
        let Some(authenticated) = grant.authenticated else {
            return Truth::No;
        };
        if self.is_other_client(grant.client, grant.client_key, exchange) {
            return Truth::No;
        }
        match self.settings.fresh_deadline {
            Some(deadline) => has_time(authenticated.after(deadline), exchange),
            None => Truth::Yes,
        }
    }

    /// Whether session protection takes the sender for another client.
    pub fn is_other_client(&self, client: usize, key: usize, exchange: &Exchange) -> bool {
        let is_known = key_truth(key, exchange) == Truth::Yes;
        self.settings.protection != Protection::Off && (client != exchange.client || !is_known)
    }

    fn deadline_truth(&self, grant: &Grant, exchange: &Exchange) -> Truth {
        let login = self.settings.login_deadline;
        let login = login.map(|deadline| has_time(grant.started.after(deadline), exchange));
        let visit = self.settings.visit_deadline;
        let visit = visit.map(|deadline| has_time(grant.visited.after(deadline), exchange));
        login.into_iter().chain(visit).min().unwrap_or(Truth::Yes)
    }

    pub fn password_truth(&self, user: u64, password: u64, exchange: &Exchange) -> Truth {
        if password == UNKNOWN_PASSWORD {
            return Truth::Maybe;
        }
        let (first, last) = (exchange.start.step, exchange.end.step);
        let passwords = self.users.passwords_between(user, first, last);
        let is_among = passwords.contains(&password);
        Truth::of(!is_among, passwords.iter().all(|other| *other == password))
    }

    /// Whether the user is active.
    pub fn active_truth(&self, user: u64, exchange: &Exchange) -> Truth {
        let (first, last) = (exchange.start.step, exchange.end.step);
        let active = self.users.active_between(user, first, last);
        Truth::of(!active.contains(&true), !active.contains(&false))
    }

    /// Whether an active login lasts, and its id has not been superseded.
    fn login_truth(
        &self,
        login: Option<usize>,
        epoch: usize,
        exchange: &Exchange,
    ) -> (Truth, Reason) {
        if self.settings.active == Active::Off {
            return (Truth::Yes, Reason::Ended);
        }
        let Some(login) = login.map(|login| &self.logins[login]) else {
            return (Truth::No, Reason::NoLogin);
        };
        // Once the successor is superseded too, the predecessor may end at once.
        let is_succeeded = login.superseded.keys().any(|other| *other > epoch);
        let superseded = login.superseded.get(&epoch).into_iter().flatten();
        let superseded = superseded.map(|superseding| {
            let grace = |moment: Moment| moment.time + SUPERSEDED_GRACE;
            let is_over = superseding.is_done && exchange.start.time >= grace(superseding.end);
            let is_before = exchange.end.step < superseding.start.step;
            let is_in_grace = !is_succeeded && exchange.end.time < grace(superseding.start);
            Truth::of(is_over, is_before || is_in_grace)
        });
        all([
            (login.end_truth(exchange), Reason::Ended),
            (superseded.min().unwrap_or(Truth::Yes), Reason::Superseded),
            (Truth::of(false, epoch != UNKNOWN_EPOCH), Reason::Superseded),
            (Truth::of(false, !login.is_contested()), Reason::Ended),
            (
                Truth::of(
                    false,
                    login.lasts_until.is_none_or(|end| exchange.end.time < end),
                ),
                Reason::Ended,
            ),
        ])
    }

    /// An entry lasts for 400 days without a visit.
    fn idle_truth(&self, login: Option<usize>, exchange: &Exchange) -> Truth {
        let seen = login.map(|login| self.logins[login].seen);
        let is_seen = seen.is_none_or(|seen| exchange.end.time < seen + 399 * DAY);
        Truth::of(false, is_seen)
    }
}

impl Login {
    fn end_truth(&self, exchange: &Exchange) -> Truth {
        let is_over = |end: &crate::model::End| end.is_done && end.end < exchange.start.step;
        let may_be_over = |end: &crate::model::End| end.start <= exchange.end.step;
        Truth::of(
            self.ends.iter().any(is_over),
            !self.ends.iter().any(may_be_over),
        )
    }

    /// Whether a thief has used a copy of its cookies, which may have been found out.
    pub fn is_contested(&self) -> bool {
        let is_thief = |party: &Party| matches!(party, Party::Thief(_));
        self.is_strained || self.is_remembered && self.parties.iter().any(is_thief)
    }
}

/// Whether `end` has not come yet.
pub fn has_time(end: Span, exchange: &Exchange) -> Truth {
    Truth::of(exchange.start.time >= end.to, exchange.end.time < end.from)
}

/// Whether the manager of the request has this key: one that started before the last rotation lacks the
/// newest.
pub fn key_truth(key: usize, exchange: &Exchange) -> Truth {
    let is_known = key <= exchange.key && exchange.key <= key + PREVIOUS_KEYS;
    Truth::of(!is_known, true)
}
