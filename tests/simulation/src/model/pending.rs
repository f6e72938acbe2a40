//! Pending logins: which a request begins, and which its session keeps.

use super::{End, Exchange, Model, Session, Span};
use crate::{history::Action, truth::Truth};

#[derive(Debug)]
pub struct Pending {
    pub user: u64,
    /// Whether it was reported as begun.
    pub is_certain: bool,
    pub remember: bool,
    pub begun: Span,
    pub password: u64,
    pub client: usize,
    pub key: usize,
    pub ends: Vec<End>,
    pub completions: usize,
}

impl Model {
    pub(super) fn new_pending(&mut self, exchange: &Exchange, before: &Session) -> Option<usize> {
        match exchange.action {
            Action::Begin { user, remember }
                if exchange.status() == 200 || exchange.is_uncertain() =>
            {
                let ends = self.ends_meanwhile(user, exchange);
                self.pending.push(Pending {
                    user,
                    is_certain: exchange.status() == 200,
                    remember,
                    begun: exchange.span(),
                    password: exchange.flight.password.unwrap_or_default(),
                    client: exchange.client,
                    key: exchange.key,
                    ends,
                    completions: 0,
                });
                Some(self.pending.len() - 1)
            }
            Action::Logout if exchange.status() == 200 => None,
            _ if exchange.logs_in() => None,
            // The strong mode removes it from the session of another client.
            _ if self.rejection_truth(exchange) == Truth::Yes => None,
            _ => before.pending,
        }
    }
}
