//! How a request starts: who sends it, from where, and with which cookies.

use actix_http::Request;
use actix_web::{http::Method, test::TestRequest};

use super::World;
use crate::{
    app::Response,
    browser::{REMEMBER, SESSION},
    clock::Moment,
    figures::Figure,
    history::{Action, Mishap, Sender},
    model::{Exchange, Party},
    scheduler::Task,
};

/// Clients with this number or a higher one are thieves who do not imitate a browser.
const THIEVES: usize = 100;

/// A request that has started.
pub(super) struct Running {
    pub(super) sender: Sender,
    pub(super) mishap: Mishap,
    pub(super) task: Task<Response>,
    pub(super) exchange: Exchange,
}

impl World {
    pub(super) fn start(
        &mut self,
        sender: Sender,
        action: Action,
        mishap: Mishap,
    ) -> Option<Running> {
        let now = self.clock.now();
        let (party, client, session, token) = self.cookies(sender, now);
        let named_login = match action {
            Action::EndOne { nth } => {
                let count = self.model.logins.len().max(1);
                Some((nth as usize % count).min(self.model.logins.len().checked_sub(1)?))
            }
            _ => None,
        };
        let request = self.request(
            action,
            client,
            session.as_deref(),
            token.as_deref(),
            named_login,
        );
        let planned = match mishap {
            Mishap::Fails(planned) => Some(planned),
            _ => None,
        };
        let exchange = Exchange {
            party,
            action,
            client,
            session: session.filter(|_| !self.settings.server_sessions),
            token,
            start: now,
            end: now,
            key: self.rotations,
            flight: Default::default(),
            response: None,
            set_session: None,
            set_token: None,
            new_session: None,
            named_login,
        };
        self.count(Figure::Action(action.name()));
        self.count(Figure::Step);
        Some(Running {
            sender,
            mishap,
            task: Task::new((self.served)(request), planned),
            exchange,
        })
    }

    /// Who sends, from where, and with which cookies.
    fn cookies(
        &self,
        sender: Sender,
        now: Moment,
    ) -> (Party, usize, Option<String>, Option<String>) {
        match sender {
            Sender::Browser(browser) => {
                let get = |name| self.jars[browser].get(name, now.time).map(str::to_owned);
                (
                    Party::Browser(browser),
                    browser,
                    get(SESSION),
                    get(REMEMBER),
                )
            }
            Sender::Thief {
                thief,
                session,
                remember,
                imitates,
            } => {
                let kept = &self.thieves[thief];
                let session = session.and_then(|choice| kept.session(choice));
                let token = remember.and_then(|choice| kept.token(choice));
                let client = imitates.unwrap_or(THIEVES + thief);
                (Party::Thief(thief), client, session, token)
            }
            Sender::Administrator => (Party::Administrator, THIEVES, None, None),
        }
    }

    fn request(
        &self,
        action: Action,
        client: usize,
        session: Option<&str>,
        token: Option<&str>,
        named_login: Option<usize>,
    ) -> Request {
        let named = named_login.map(|login| self.model.logins[login].id.as_str());
        let (method, target) = match action {
            Action::Page => (Method::GET, "/page".to_owned()),
            Action::Fresh => (Method::GET, "/fresh".to_owned()),
            Action::Who => (Method::GET, "/who".to_owned()),
            Action::Public => (Method::GET, "/public".to_owned()),
            Action::Login { user, remember } => (
                Method::POST,
                format!("/login?user={user}&remember={remember}"),
            ),
            Action::Logout => (Method::POST, "/logout".to_owned()),
            Action::Begin { user, remember } => (
                Method::POST,
                format!("/begin?user={user}&remember={remember}"),
            ),
            Action::Code { right } => (Method::POST, format!("/code?right={right}")),
            Action::Complete => (Method::POST, "/complete".to_owned()),
            Action::Confirm => (Method::POST, "/confirm".to_owned()),
            Action::Password { others } => (Method::POST, format!("/password?others={others}")),
            Action::EndOthers => (Method::POST, "/end-others".to_owned()),
            Action::EndOne { .. } => (
                Method::POST,
                format!("/end-one?login={}", named.unwrap_or_default()),
            ),
            Action::EndAll { user } => (Method::POST, format!("/end-all?user={user}")),
        };
        let cookies = [(SESSION, session), (REMEMBER, token)].into_iter();
        let cookies = cookies.filter_map(|(name, value)| Some(format!("{name}={}", value?)));
        let cookies: Vec<String> = cookies.collect();
        let address = std::net::SocketAddr::from(([10, 0, 0, client as u8], 443));
        let mut request = TestRequest::with_uri(&target)
            .method(method)
            .peer_addr(address)
            .insert_header(("User-Agent", format!("Browser/{client}")));
        if !cookies.is_empty() {
            request = request.insert_header(("Cookie", cookies.join("; ")));
        }
        request.to_request()
    }
}
