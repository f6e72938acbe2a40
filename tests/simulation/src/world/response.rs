//! How a request ends: what its response teaches the model and brings to its sender.

use super::{World, log::describe, request::Running};
use crate::{
    app::Response,
    browser::{REMEMBER, SESSION, SetCookie},
    figures::Figure,
    history::Mishap,
    model::{Exchange, Party},
};

impl World {
    /// Hands a response to its sender, and learns from it.
    pub(super) fn finish(&mut self, running: Running, response: Option<Response>) -> Exchange {
        let Running {
            sender,
            mishap,
            task,
            mut exchange,
        } = running;
        exchange.flight = task.flight.clone();
        // What a dropped request still does happens now.
        drop(task);
        exchange.end = self.clock.next_step();
        if self.settings.server_sessions {
            let loaded = exchange.flight.loaded_session;
            exchange.session = loaded.map(|version| version.to_string());
            let written = exchange.flight.written_session;
            exchange.new_session = written.map(|version| version.to_string());
        }
        for header in response.iter().flat_map(|response| &response.set_cookies) {
            match SetCookie::parse(header) {
                Some(cookie) if cookie.name == SESSION => exchange.set_session = Some(cookie),
                Some(cookie) if cookie.name == REMEMBER => exchange.set_token = Some(cookie),
                _ => {}
            }
        }
        if !self.settings.server_sessions
            && let Some(cookie) = exchange
                .set_session
                .as_ref()
                .filter(|cookie| !cookie.is_removal())
        {
            exchange.new_session = Some(cookie.value.clone());
        }
        exchange.response = response;
        let is_lost = mishap == Mishap::Lost && exchange.response.is_some();
        self.log.push(describe(&exchange, &sender, mishap));
        self.model.note_effects(&exchange);
        self.model.learn(&exchange);
        self.count_mishap(&exchange, is_lost);
        if !is_lost {
            self.deliver(&exchange);
        }
        exchange
    }

    fn count_mishap(&mut self, exchange: &Exchange, is_lost: bool) {
        if let Some((call, after)) = exchange.flight.failed {
            self.count(Figure::Failure(call, after));
        }
        if exchange.response.is_none() {
            self.count(Figure::Dropped);
        }
        if is_lost {
            self.count(Figure::Lost);
        }
        if is_lost || exchange.is_uncertain() {
            for login in self.model.carried(exchange) {
                self.model.logins[login].has_losses = true;
            }
        }
    }

    fn deliver(&mut self, exchange: &Exchange) {
        let now = self.clock.now().time;
        for cookie in [&exchange.set_session, &exchange.set_token]
            .into_iter()
            .flatten()
        {
            match exchange.party {
                Party::Browser(browser) => self.jars[browser].receive(cookie, now),
                Party::Thief(_) if cookie.is_removal() => {}
                Party::Thief(thief) if cookie.name == SESSION => {
                    self.thieves[thief].keep_session(&cookie.value);
                }
                Party::Thief(thief) => self.thieves[thief].keep_token(&cookie.value),
                Party::Administrator => {}
            }
        }
    }
}
