//! What a session says of its login, and what a response makes of it.

use super::{Exchange, Model, Span, UNKNOWN_EPOCH};
use crate::history::Action;

/// What a session says of its login.
#[derive(Debug, Clone)]
pub struct Grant {
    pub user: u64,
    pub login: Option<usize>,
    /// How often the login had been superseded.
    pub epoch: usize,
    pub started: Span,
    /// When the user last authenticated. None: not fresh.
    pub authenticated: Option<Span>,
    pub password: u64,
    pub client: usize,
    /// The key of the client's fingerprint: that of another client is not written anew.
    pub client_key: usize,
    pub key: usize,
    /// The last visit that is recorded.
    pub visited: Span,
}

#[derive(Debug, Clone, Default)]
pub enum Content {
    #[default]
    Anonymous,
    Login(Grant),
    /// Nobody saw what was written. It may be a login of these users.
    Unknown(Vec<u64>),
}

#[derive(Debug, Clone, Default)]
pub struct Session {
    pub content: Content,
    pub pending: Option<usize>,
}

impl Model {
    pub(super) fn new_content(&mut self, exchange: &Exchange, before: &Session) -> Content {
        let report = exchange
            .response
            .as_ref()
            .and_then(|response| response.report.clone());
        let Some(report) = report else {
            if !exchange.is_uncertain() || exchange.has_failed_visit() {
                // A page that does not ask for the user, or whose failure changes no login.
                return before.content.clone();
            }
            return self.unknown_content(exchange, &before.content);
        };
        let Some(user) = report.user else {
            return Content::Anonymous;
        };
        let login = report
            .login
            .as_ref()
            .map(|id| self.login_of(id, user, exchange));
        let span = exchange.span();
        let password = exchange.flight.password.unwrap_or_default();
        let logs_in = exchange.logs_in();
        let restored = self.token(exchange).filter(|_| report.is_restored);
        let epoch_before = match (&before.content, self.token(exchange)) {
            (Content::Login(grant), _) if grant.login == login && !report.is_restored => {
                grant.epoch
            }
            (Content::Unknown(_), Some(token))
                if token.login == login && logs_in && self.is_superseded(token) =>
            {
                UNKNOWN_EPOCH
            }
            (_, Some(token)) if token.login == login => token.epoch,
            // Of an unknown session: the current one.
            _ => login.map_or(0, |login| self.logins[login].epoch()),
        };
        let mut grant = match &before.content {
            _ if logs_in || restored.is_some() => Grant {
                user,
                login,
                epoch: epoch_before,
                started: span,
                authenticated: logs_in.then_some(span),
                password: match restored {
                    Some(token) => token.password,
                    None => password,
                },
                client: exchange.client,
                client_key: exchange.key,
                key: exchange.key,
                visited: span,
            },
            Content::Login(before) => Grant {
                key: exchange.key,
                client_key: match self.is_other_client(before.client, before.client_key, exchange) {
                    true => before.client_key,
                    false => exchange.key,
                },
                authenticated: before
                    .authenticated
                    .filter(|_| !self.is_other_client(before.client, before.client_key, exchange)),
                visited: Span {
                    from: before
                        .visited
                        .from
                        .max(span.from.saturating_sub(self.visit_interval())),
                    to: span.to,
                },
                ..before.clone()
            },
            _ => return Content::Unknown(vec![user]),
        };
        if exchange.status() == 200 {
            match exchange.action {
                Action::Confirm => {
                    grant.authenticated = Some(span);
                    grant.client = exchange.client;
                    grant.client_key = exchange.key;
                }
                Action::Password { .. } => grant.password = password,
                _ => {}
            }
            if exchange.supersedes() && exchange.set_session.is_some() {
                // Behind a failed request, the next id is as unknown as this one.
                grant.epoch = grant.epoch.saturating_add(1);
            }
        }
        Content::Login(grant)
    }

    fn unknown_content(&self, exchange: &Exchange, before: &Content) -> Content {
        let mut users = match before {
            Content::Anonymous => Vec::new(),
            Content::Login(grant) => vec![grant.user],
            Content::Unknown(users) => users.clone(),
        };
        users.extend(self.token(exchange).map(|token| token.user));
        users.extend(self.action_user(exchange));
        Content::Unknown(users)
    }
}
