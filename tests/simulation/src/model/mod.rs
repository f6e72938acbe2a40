//! What each cookie is worth by the documentation. It uses none of the library's code: it knows what
//! the pages reported when a cookie was set, and what has happened since.

mod exchange;
mod login;
mod pending;
mod session;
mod span;
mod token;

use std::collections::HashMap;

pub use self::{
    exchange::{Exchange, Party},
    login::{End, Login, Superseding},
    session::{Content, Grant},
    span::Span,
};
use self::{pending::Pending, session::Session, token::Token};
use crate::{history::Action, settings::Settings, users::Users};

/// The version of a password of which nobody knows whether it is the old or the new one.
pub const UNKNOWN_PASSWORD: u64 = u64::MAX;

/// The epoch of a cookie of which nobody knows which id of its login it names.
pub const UNKNOWN_EPOCH: usize = usize::MAX;

pub struct Model {
    pub settings: Settings,
    pub users: Users,
    pub logins: Vec<Login>,
    pub sessions: HashMap<String, Session>,
    pub tokens: HashMap<String, Token>,
    pub pending: Vec<Pending>,
    /// The calls that end other logins of a user, started meanwhile or not.
    pub ends_of_all: Vec<(u64, End)>,
    /// Users one of whose logins failed or was dropped: an entry without a browser may be left.
    pub has_orphans: Vec<u64>,
    /// Users one of whose codes may have been counted without a check.
    pub has_lost_codes: Vec<u64>,
}

impl Model {
    pub fn new(settings: Settings, users: Users) -> Self {
        Self {
            settings,
            users,
            logins: Vec::new(),
            sessions: HashMap::new(),
            tokens: HashMap::new(),
            pending: Vec::new(),
            ends_of_all: Vec::new(),
            has_orphans: Vec::new(),
            has_lost_codes: Vec::new(),
        }
    }

    pub fn session(&self, exchange: &Exchange) -> Session {
        let known = exchange.session.as_ref();
        known
            .and_then(|key| self.sessions.get(key))
            .cloned()
            .unwrap_or_default()
    }

    pub fn grant(&self, exchange: &Exchange) -> Option<Grant> {
        match self.session(exchange).content {
            Content::Login(grant) => Some(grant),
            _ => None,
        }
    }

    pub fn token(&self, exchange: &Exchange) -> Option<&Token> {
        self.tokens.get(exchange.token.as_ref()?)
    }

    /// The active logins that the request's cookies name.
    pub fn carried(&self, exchange: &Exchange) -> Vec<usize> {
        let by_session = self.grant(exchange).and_then(|grant| grant.login);
        let by_token = self.token(exchange).and_then(|token| token.login);
        let by_token = by_token.filter(|login| by_session != Some(*login));
        by_session.into_iter().chain(by_token).collect()
    }

    /// Learns what the cookies of a response are worth.
    pub fn learn(&mut self, exchange: &Exchange) {
        let before = self.session(exchange);
        let content = self.new_content(exchange, &before);
        let pending = self.new_pending(exchange, &before);
        if let Some(cookie) = exchange
            .set_token
            .as_ref()
            .filter(|cookie| !cookie.is_removal())
        {
            let token = self.new_token(exchange, &content);
            if let Some(token) = token {
                if let Some(login) = token.login {
                    self.logins[login].is_remembered = true;
                }
                self.tokens.insert(cookie.value.clone(), token);
            }
        }
        if let Some(key) = &exchange.new_session {
            self.sessions
                .insert(key.clone(), Session { content, pending });
        }
    }

    /// The user whom a request tries to log in.
    pub fn action_user(&self, exchange: &Exchange) -> Option<u64> {
        match exchange.action {
            Action::Login { user, .. } => Some(user),
            Action::Code { right: true } | Action::Complete => {
                let pending = self.session(exchange).pending;
                pending.map(|pending| self.pending[pending].user)
            }
            _ => None,
        }
    }

    /// A visit is recorded at most once in this time.
    pub fn visit_interval(&self) -> u64 {
        self.settings
            .visit_deadline
            .map_or(0, |deadline| deadline / 20 + 1)
    }
}
