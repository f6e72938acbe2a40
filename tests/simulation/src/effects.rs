//! What a request does to logins: which it ends, and which it may have ended.

use crate::{
    history::Action,
    model::{Content, End, Exchange, Model, Superseding, UNKNOWN_EPOCH},
    truth::Truth,
};

impl Model {
    /// Notes what a handled request has done, or may have done.
    pub fn note_effects(&mut self, exchange: &Exchange) {
        self.note_parties(exchange);
        if matches!(exchange.action, Action::Code { .. } | Action::Complete)
            && let Some(pending) = self.session(exchange).pending
            && let (client, key) = (self.pending[pending].client, self.pending[pending].key)
            && self.is_other_client(client, key, exchange)
        {
            self.end_pending(exchange, false);
        }
        match exchange.action {
            Action::Login { user, .. } => self.note_login(exchange, Some(user)),
            Action::Code { right } => {
                if exchange.is_uncertain() {
                    self.lose_code(exchange);
                }
                if right {
                    self.note_completion(exchange);
                }
            }
            Action::Complete => self.note_completion(exchange),
            Action::Logout => self.note_logout(exchange),
            Action::Begin { .. } => self.end_pending(exchange, exchange.status() == 200),
            Action::EndOthers => self.note_end_others(exchange),
            Action::Password { others } => {
                if others {
                    self.note_end_others(exchange);
                }
            }
            Action::EndOne { .. } => {
                if let Some(login) = exchange.named_login {
                    let carried = self.carried(exchange);
                    if carried.contains(&login) {
                        // It may be a logout, which ends the browser's other login, too.
                        self.end_pending(exchange, false);
                        for other in carried.into_iter().filter(|other| *other != login) {
                            self.note_end(other, exchange, false);
                        }
                    }
                    self.note_end(login, exchange, exchange.status() == 200);
                }
            }
            Action::EndAll { user } => {
                self.end_all_of(user, None, exchange, exchange.status() == 200)
            }
            Action::Page | Action::Fresh | Action::Who | Action::Public | Action::Confirm => {}
        }
    }

    fn note_parties(&mut self, exchange: &Exchange) {
        for login in self.carried(exchange) {
            let login = &mut self.logins[login];
            if !login.parties.contains(&exchange.party) {
                login.parties.push(exchange.party);
            }
        }
    }

    fn note_end(&mut self, login: usize, exchange: &Exchange, is_done: bool) {
        self.logins[login].ends.push(exchange.ending(is_done));
    }

    fn lose_code(&mut self, exchange: &Exchange) {
        let pending = self.session(exchange).pending;
        if let Some(pending) = pending {
            let user = self.pending[pending].user;
            self.has_lost_codes.push(user);
        }
    }

    fn end_pending(&mut self, exchange: &Exchange, is_done: bool) {
        if let Some(pending) = self.session(exchange).pending {
            self.pending[pending].ends.push(exchange.ending(is_done));
        }
    }

    fn note_completion(&mut self, exchange: &Exchange) {
        let pending = self.session(exchange).pending;
        self.note_login(exchange, pending.map(|pending| self.pending[pending].user));
        if let (Some(pending), true) = (pending, exchange.logs_in()) {
            self.pending[pending].completions += 1;
        }
    }

    /// A login that is tried or done: it replaces the earlier logins of the browser, and if there are
    /// too many, those of the user.
    fn note_login(&mut self, exchange: &Exchange, user: Option<u64>) {
        self.end_pending(exchange, exchange.logs_in());
        let Some(user) = user else {
            return;
        };
        let is_refused = !exchange.is_uncertain() && !exchange.logs_in();
        if is_refused {
            return;
        }
        if exchange.is_uncertain() {
            self.has_orphans.push(user);
        }
        let continued = self.reported_login(exchange);
        for login in self.carried(exchange) {
            if continued != Some(login) {
                self.note_end(login, exchange, false);
            }
        }
        let others: Vec<usize> = (0..self.logins.len())
            .filter(|login| self.logins[*login].user == user && continued != Some(*login))
            .collect();
        if self.settings.max_logins.is_some() {
            self.ends_of_all.push((user, exchange.ending(false)));
            for login in others {
                self.note_end(login, exchange, false);
            }
        }
    }

    fn note_logout(&mut self, exchange: &Exchange) {
        let is_done = exchange.status() == 200;
        self.end_pending(exchange, is_done);
        let by_session = self.session_truth(exchange).0 == Truth::Yes;
        let by_token = self.token_truth(exchange).0 == Truth::Yes;
        let session = self.grant(exchange).and_then(|grant| grant.login);
        let token = self.token(exchange).and_then(|token| token.login);
        if let Content::Unknown(users) = self.session(exchange).content {
            for login in 0..self.logins.len() {
                if users.contains(&self.logins[login].user) {
                    self.note_end(login, exchange, false);
                }
            }
        }
        if let Some(login) = session {
            self.note_end(login, exchange, is_done && by_session);
        }
        if let Some(login) = token {
            self.note_end(login, exchange, is_done && by_token);
        }
    }

    fn note_end_others(&mut self, exchange: &Exchange) {
        let is_done = exchange.status() == 200;
        let current = self.reported_login(exchange);
        if is_done {
            let Some(current) = current else { return };
            let user = self.logins[current].user;
            self.end_all_of(user, Some(current), exchange, true);
            let epoch = self.epoch_before(exchange, current);
            self.note_superseding(current, epoch, exchange, exchange.set_session.is_some());
            return;
        }
        let report = exchange
            .response
            .as_ref()
            .and_then(|response| response.report.as_ref());
        let was_in = report.is_some_and(|report| report.is_authenticated);
        // Its own login may have ended when the others already had.
        if exchange.is_uncertain() || was_in {
            for current in self.carried(exchange) {
                let user = self.logins[current].user;
                self.end_all_of(user, Some(current), exchange, false);
                let epoch = self.epoch_before(exchange, current);
                self.note_superseding(current, epoch, exchange, false);
            }
        }
    }

    fn note_superseding(&mut self, login: usize, epoch: usize, exchange: &Exchange, is_done: bool) {
        if epoch == UNKNOWN_EPOCH {
            return;
        }
        let superseded = self.logins[login].superseded.entry(epoch).or_default();
        superseded.push(Superseding {
            start: exchange.start,
            end: exchange.end,
            is_done,
        });
        // Of two that overlap, nobody knows which cookies the browser has got.
        let is_strained = superseded.len() > 1;
        self.logins[login].is_strained |= is_strained;
    }

    /// Ends the logins of a user that had started before the request. Of those that start meanwhile,
    /// nobody knows.
    fn end_all_of(&mut self, user: u64, but: Option<usize>, exchange: &Exchange, is_done: bool) {
        for login in 0..self.logins.len() {
            if self.logins[login].user == user && but != Some(login) {
                let is_done = is_done && self.logins[login].started < exchange.start.step;
                self.note_end(login, exchange, is_done);
            }
        }
        self.ends_of_all.push((user, exchange.ending(false)));
        let pending = self
            .pending
            .iter_mut()
            .filter(|pending| pending.user == user);
        for pending in pending {
            pending.ends.push(exchange.ending(false));
        }
    }

    /// The login that the page reported.
    pub fn reported_login(&self, exchange: &Exchange) -> Option<usize> {
        let report = exchange.response.as_ref()?.report.as_ref()?;
        let id = report.login.as_ref()?;
        self.logins.iter().position(|login| login.id == *id)
    }

    /// Which of the login's ids the request named.
    fn epoch_before(&self, exchange: &Exchange, login: usize) -> usize {
        let by_session = self
            .grant(exchange)
            .filter(|grant| grant.login == Some(login));
        let by_token = self
            .token(exchange)
            .filter(|token| token.login == Some(login));
        let by_session = by_session.map(|grant| grant.epoch);
        by_session
            .or(by_token.map(|token| token.epoch))
            .unwrap_or(0)
    }
}

impl Exchange {
    fn ending(&self, is_done: bool) -> End {
        End {
            start: self.start.step,
            end: self.end.step,
            is_done,
        }
    }
}
