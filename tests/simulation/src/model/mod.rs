//! What each cookie is worth by the documentation. It uses none of the library's code: it knows what
//! the pages reported when a cookie was set, and what has happened since.

use std::collections::HashMap;

use crate::{
    app::Response, browser::SetCookie, clock::Moment, history::Action, scheduler::Flight,
    settings::Settings, truth::Truth, users::Users,
};

/// The version of a password of which nobody knows whether it is the old or the new one.
pub const UNKNOWN_PASSWORD: u64 = u64::MAX;

/// The epoch of a cookie of which nobody knows which id of its login it names.
pub const UNKNOWN_EPOCH: usize = usize::MAX;

/// Something happened at some time from `from` to `to`.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    pub from: u64,
    pub to: u64,
}

impl Span {
    pub fn after(self, seconds: u64) -> Self {
        Self {
            from: self.from + seconds,
            to: self.to + seconds,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    Browser(usize),
    Thief(usize),
    Administrator,
}

/// A request that was handled.
pub struct Exchange {
    pub party: Party,
    pub action: Action,
    /// The address and `User-Agent`, as a number.
    pub client: usize,
    /// The session that it was handled with.
    pub session: Option<String>,
    pub token: Option<String>,
    pub start: Moment,
    pub end: Moment,
    /// The key of the manager that handled it.
    pub key: usize,
    pub flight: Flight,
    /// None if it was dropped.
    pub response: Option<Response>,
    pub set_session: Option<SetCookie>,
    pub set_token: Option<SetCookie>,
    /// The session that it left.
    pub new_session: Option<String>,
    /// The login that `Action::EndOne` names.
    pub named_login: Option<usize>,
}

impl Exchange {
    pub fn status(&self) -> u16 {
        self.response.as_ref().map_or(0, |response| response.status)
    }

    /// Whether its outcome is unknown to the sender.
    pub fn is_uncertain(&self) -> bool {
        self.response.is_none() || self.status() >= 500
    }

    pub fn span(&self) -> Span {
        Span {
            from: self.start.time,
            to: self.end.time,
        }
    }
}

/// An active login.
#[derive(Debug)]
pub struct Login {
    pub user: u64,
    pub id: String,
    /// The step at which the request ended that started it.
    pub started: u64,
    pub ends: Vec<End>,
    /// When each id of the login, in their order, was superseded.
    pub superseded: HashMap<usize, Vec<Superseding>>,
    /// Who has sent its cookies.
    pub parties: Vec<Party>,
    pub is_remembered: bool,
    /// When it was last seen, at the earliest.
    pub seen: u64,
    /// Whether a browser that behaves may have been left with an old cookie: see `known.rs`.
    pub is_strained: bool,
    /// Until when it lasts for certain, if that is less than promised: see `known.rs`.
    pub lasts_until: Option<u64>,
    /// Whether a response of it got lost or a request of it was dropped.
    pub has_losses: bool,
}

/// A call that ended a login, or may have.
#[derive(Debug, Clone, Copy)]
pub struct End {
    pub start: u64,
    pub end: u64,
    pub is_done: bool,
}

#[derive(Debug, Clone, Copy)]
pub struct Superseding {
    pub start: Moment,
    pub end: Moment,
    pub is_done: bool,
}

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

#[derive(Debug, Clone)]
pub struct Token {
    pub user: u64,
    pub login: Option<usize>,
    pub epoch: usize,
    pub password: u64,
    pub key: usize,
    pub expires: Span,
}

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

    /// The login of this id, which is new if no page has reported it.
    fn login_of(&mut self, id: &str, user: u64, exchange: &Exchange) -> usize {
        let known = self.logins.iter().position(|login| login.id == id);
        let ends = self.ends_meanwhile(user, exchange);
        known.unwrap_or_else(|| {
            self.logins.push(Login {
                user,
                id: id.to_owned(),
                started: exchange.end.step,
                ends,
                superseded: HashMap::new(),
                parties: vec![exchange.party],
                is_remembered: false,
                seen: exchange.start.time,
                is_strained: false,
                lasts_until: None,
                has_losses: false,
            });
            self.logins.len() - 1
        })
    }

    /// The calls that may have ended what this request has started.
    fn ends_meanwhile(&self, user: u64, exchange: &Exchange) -> Vec<End> {
        let overlaps =
            |end: &End| end.start != exchange.start.step && end.end >= exchange.start.step;
        let ends = self.ends_of_all.iter().filter(|(of, _)| *of == user);
        let ends = ends.map(|(_, end)| *end).filter(overlaps);
        ends.map(|end| End {
            is_done: false,
            ..end
        })
        .collect()
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

    fn new_content(&mut self, exchange: &Exchange, before: &Session) -> Content {
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

    fn is_superseded(&self, token: &Token) -> bool {
        let login = token.login.map(|login| &self.logins[login]);
        login.is_some_and(|login| login.superseded.contains_key(&token.epoch))
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

    fn new_pending(&mut self, exchange: &Exchange, before: &Session) -> Option<usize> {
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

    fn new_token(&self, exchange: &Exchange, content: &Content) -> Option<Token> {
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

    /// A visit is recorded at most once in this time.
    pub fn visit_interval(&self) -> u64 {
        self.settings
            .visit_deadline
            .map_or(0, |deadline| deadline / 20 + 1)
    }
}

impl Login {
    /// How often it has been superseded.
    fn epoch(&self) -> usize {
        self.superseded.keys().max().map_or(0, |last| last + 1)
    }
}

impl Exchange {
    /// Whether it has logged a user in.
    pub fn logs_in(&self) -> bool {
        let is_login = matches!(
            self.action,
            Action::Login { .. } | Action::Code { right: true } | Action::Complete
        );
        is_login && self.status() == 200
    }

    /// Whether it is a page that changes no login, and failed since a call of the library did.
    fn has_failed_visit(&self) -> bool {
        let failed = self
            .flight
            .failed
            .filter(|(call, _)| !call.is_of_session_store());
        failed.is_some() && self.action.is_visit() && self.status() >= 500
    }

    /// Whether it supersedes the current login.
    pub fn supersedes(&self) -> bool {
        matches!(
            self.action,
            Action::EndOthers | Action::Password { others: true }
        )
    }
}
