//! What a remember cookie says of its login, and what a response makes of it.

use super::{Content, Exchange, Model, Span, UNKNOWN_PASSWORD};
use crate::history::Action;

#[derive(Debug, Clone)]
pub struct Token {
    pub user: u64,
    pub login: Option<usize>,
    pub epoch: usize,
    pub password: u64,
    pub key: usize,
    pub expires: Span,
}

impl Model {
    pub(super) fn is_superseded(&self, token: &Token) -> bool {
        let login = token.login.map(|login| &self.logins[login]);
        login.is_some_and(|login| login.superseded.contains_key(&token.epoch))
    }

    pub(super) fn new_token(&self, exchange: &Exchange, content: &Content) -> Option<Token> {
        let fresh_end = exchange.span().after(self.settings.remember_duration);
        let grant = match content {
            // A public page looks at the cookie alone.
            Content::Login(grant) if exchange.action != Action::Public => Some(grant),
            _ => None,
        };
        // A handler that fails half-way may have bound the cookie to the new password.
        let password = match exchange.action {
            Action::Password { .. } if exchange.is_uncertain() => Some(UNKNOWN_PASSWORD),
            Action::Password { .. } => exchange.flight.password,
            _ => None,
        };
        let Some(before) = self.token(exchange).filter(|_| !self.remembers(exchange)) else {
            let grant = grant?;
            return Some(Token {
                user: grant.user,
                login: grant.login,
                epoch: grant.epoch,
                password: grant.password,
                key: exchange.key,
                expires: fresh_end,
            });
        };
        let expires = match self.settings.refresh_each_request {
            true => Span {
                from: before.expires.from.min(fresh_end.from),
                to: before.expires.to.max(fresh_end.to),
            },
            false => before.expires,
        };
        let superseded = usize::from(exchange.supersedes() && exchange.status() == 200);
        // A visit refreshes the cookie to its full duration.
        let is_refresh = self.settings.refresh_each_request && exchange.action.is_visit();
        Some(Token {
            login: before.login,
            epoch: before.epoch + superseded,
            password: grant.map_or(password.unwrap_or(before.password), |grant| grant.password),
            key: exchange.key,
            expires: if is_refresh { fresh_end } else { expires },
            user: before.user,
        })
    }

    /// Whether the response has to set a remember cookie of its own.
    pub fn remembers(&self, exchange: &Exchange) -> bool {
        exchange.logs_in()
            && match exchange.action {
                Action::Login { remember, .. } => remember,
                _ => {
                    let pending = self.session(exchange).pending;
                    pending.is_some_and(|pending| self.pending[pending].remember)
                }
            }
    }
}
