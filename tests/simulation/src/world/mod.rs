//! Lives the history of a world: sends its requests, lets things go wrong, and checks what comes back.

use std::{collections::BTreeMap, rc::Rc};

use actix_http::Request;
use actix_login::LoginManager;
use actix_web::{http::Method, test::TestRequest};

use crate::{
    app::{Response, Served, User, serve},
    browser::{Jar, REMEMBER, SESSION, SetCookie},
    clock::{Clock, Moment},
    figures::{Figure, Figures},
    history::{Action, Batch, Event, History, Mishap, Sender, Step},
    invariants::{Check, Invariant, Violation},
    model::{Exchange, Model, Party},
    random::Random,
    scheduler::{Task, run},
    session_store::SimulatedSessions,
    settings::Settings,
    store::SimulatedStore,
    thief::Thief,
    users::Users,
};

/// Clients with this number or a higher one are thieves who do not imitate a browser.
const THIEVES: usize = 100;

pub struct World {
    pub settings: Settings,
    pub clock: Clock,
    pub users: Users,
    pub store: SimulatedStore,
    sessions: SimulatedSessions,
    rotations: usize,
    served: Rc<Served>,
    pub jars: Vec<Jar>,
    pub thieves: Vec<Thief>,
    pub model: Model,
    pub figures: Figures,
    /// What happened, for the report of a failure.
    pub log: Vec<String>,
}

/// A request that has started.
struct Running {
    sender: Sender,
    mishap: Mishap,
    task: Task<Response>,
    exchange: Exchange,
}

/// A step of a batch.
enum Slot {
    Waiting(Step),
    Running(Box<Running>),
    Done,
}

/// Lives a history to its end, or to the first invariant that does not hold.
pub fn live(history: &History) -> (World, Option<Violation>) {
    let mut world = World::new(history.settings.clone());
    world.count(Figure::World);
    let mut result = Ok(());
    for batch in &history.batches {
        result = world.batch(batch);
        if result.is_err() {
            break;
        }
    }
    let result = result.and_then(|()| world.check_end());
    (world, result.err())
}

impl World {
    fn new(settings: Settings) -> Self {
        let clock = Clock::new();
        let users = Users::new(settings.users, clock.clone());
        let store = settings.store();
        let sessions = SimulatedSessions::default();
        let manager = settings.manager(0, &clock, &users, &store);
        let served = Rc::new(run(serve(&settings, manager, &users, &sessions)));
        Self {
            jars: settings.browsers.iter().map(|_| Jar::default()).collect(),
            thieves: (0..settings.thieves).map(|_| Thief::default()).collect(),
            model: Model::new(settings.clone(), users.clone()),
            rotations: 0,
            figures: Figures::default(),
            log: Vec::new(),
            settings,
            clock,
            users,
            store,
            sessions,
            served,
        }
    }

    fn manager(&self) -> LoginManager<User> {
        self.settings
            .manager(self.rotations, &self.clock, &self.users, &self.store)
    }

    pub fn count(&mut self, figure: Figure) {
        self.figures.count(figure, self.settings.active);
    }

    fn batch(&mut self, batch: &Batch) -> Result<(), Violation> {
        if let [
            Step::Standoff {
                thief,
                browser,
                seed,
            },
        ] = batch.steps[..]
        {
            return self.standoff(thief, browser, seed);
        }
        let steps = batch.steps.iter().cloned();
        self.overlap(steps.collect(), batch.schedule).map(drop)
    }

    /// Runs steps that overlap, and returns their requests in the order of their end.
    pub fn overlap(&mut self, steps: Vec<Step>, schedule: u64) -> Result<Vec<Exchange>, Violation> {
        let mut random = Random::new(schedule);
        let is_request = |step: &&Step| matches!(step, Step::Request { .. });
        if steps.iter().filter(is_request).count() > 1 {
            self.count(Figure::Overlap);
        }
        let mut slots: Vec<Slot> = steps.into_iter().map(Slot::Waiting).collect();
        let mut handled = Vec::new();
        loop {
            let open = slots.iter().enumerate();
            let open = open.filter(|(_, slot)| !matches!(slot, Slot::Done));
            let open: Vec<usize> = open.map(|(index, _)| index).collect();
            if open.is_empty() {
                break;
            }
            let chosen = random.pick(&open);
            self.clock.next_step();
            if self.settings.max_logins.is_some() {
                // Logins that start in one second would be ordered by their random ids.
                self.clock.advance(1);
            }
            let slot = std::mem::replace(&mut slots[chosen], Slot::Done);
            slots[chosen] = self.advance(slot, &mut handled);
        }
        self.model.note_weaknesses(&handled);
        for exchange in &handled {
            self.check(exchange)?;
        }
        self.check_stores()?;
        Ok(handled)
    }

    /// Moves one step on.
    fn advance(&mut self, slot: Slot, handled: &mut Vec<Exchange>) -> Slot {
        match slot {
            Slot::Done | Slot::Waiting(Step::Standoff { .. }) => Slot::Done,
            Slot::Waiting(Step::Event(event)) => {
                self.event(event);
                Slot::Done
            }
            Slot::Waiting(Step::Request {
                sender,
                action,
                mishap,
            }) => match self.start(sender, action, mishap) {
                Some(running) => self.advance(Slot::Running(Box::new(running)), handled),
                None => Slot::Done,
            },
            Slot::Running(mut running) => {
                let response = running.task.poll();
                let waits = running.task.flight.yields;
                let is_dropped =
                    matches!(running.mishap, Mishap::Dropped { wait } if wait <= waits);
                if response.is_none() && !is_dropped {
                    return Slot::Running(running);
                }
                handled.push(self.finish(*running, response));
                Slot::Done
            }
        }
    }

    fn event(&mut self, event: Event) {
        self.count(Figure::Event(event.name()));
        self.count(Figure::Step);
        self.log.push(format!("{event:?}"));
        match event {
            Event::Tick(seconds) => self.clock.advance(seconds),
            Event::Restart { browser } => self.jars[browser].restart(),
            Event::ResetPassword { user } => self.users.change_password(user),
            Event::SetActive { user, is_active } => self.users.set_active(user, is_active),
            Event::RotateKey => {
                self.rotations += 1;
                let manager = self.manager();
                let served = serve(&self.settings, manager, &self.users, &self.sessions);
                self.served = Rc::new(run(served));
            }
            Event::Steal {
                thief,
                browser,
                session,
                remember,
            } => {
                let now = self.clock.now().time;
                let jar = &self.jars[browser];
                if let Some(value) = jar.get(SESSION, now).filter(|_| session) {
                    self.thieves[thief].keep_session(value);
                }
                if let Some(value) = jar.get(REMEMBER, now).filter(|_| remember) {
                    self.thieves[thief].keep_token(value);
                }
            }
            Event::DropExpired => self.store.drop_expired(self.clock.now().time),
        }
    }

    fn start(&mut self, sender: Sender, action: Action, mishap: Mishap) -> Option<Running> {
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

    /// Hands a response to its sender, and learns from it.
    fn finish(&mut self, running: Running, response: Option<Response>) -> Exchange {
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

    fn check(&mut self, exchange: &Exchange) -> Result<(), Violation> {
        let mut exercised: BTreeMap<String, Invariant> = BTreeMap::new();
        let check = Check {
            model: &self.model,
            exchange,
            exercised: &mut |invariant| {
                exercised.insert(format!("{invariant:?}"), invariant);
            },
        };
        let result = check.all();
        for name in exercised.into_keys() {
            self.count(Figure::Invariant(name));
        }
        result?;
        self.model.note_seen(exchange);
        Ok(())
    }
}

/// One line of the history.
fn describe(exchange: &Exchange, sender: &Sender, mishap: Mishap) -> String {
    let mut line = format!("{sender:?}: {:?}", exchange.action);
    if mishap != Mishap::None {
        line.push_str(&format!(", {mishap:?}"));
    }
    let cookies = [
        exchange.session.as_ref().map(|_| "session"),
        exchange.token.as_ref().map(|_| "remember"),
    ];
    let cookies: Vec<&str> = cookies.into_iter().flatten().collect();
    line.push_str(&format!(", with [{}]", cookies.join(", ")));
    if let Some((call, after)) = exchange.flight.failed {
        let when = if after { "after" } else { "before" };
        line.push_str(&format!(", {call:?} failed {when} its effect"));
    }
    match &exchange.response {
        None => line.push_str(" -> dropped"),
        Some(response) => {
            line.push_str(&format!(" -> {}", response.status));
            if let Some(report) = &response.report {
                line.push_str(&match report.user {
                    Some(user) => format!(
                        ", user {user}{}{}{}",
                        if report.is_authenticated {
                            ""
                        } else {
                            ", inactive"
                        },
                        if report.is_fresh { ", fresh" } else { "" },
                        if report.is_restored { ", restored" } else { "" },
                    ),
                    None => ", anonymous".to_owned(),
                });
            }
            for cookie in [&exchange.set_session, &exchange.set_token]
                .into_iter()
                .flatten()
            {
                let what = if cookie.is_removal() {
                    "clears"
                } else {
                    "sets"
                };
                line.push_str(&format!(", {what} {}", cookie.name));
            }
        }
    }
    let (start, end) = (exchange.start, exchange.end);
    line.push_str(&format!(
        "  (steps {} to {}, seconds {} to {})",
        start.step,
        end.step,
        start.time - 1_700_000_000,
        end.time - 1_700_000_000,
    ));
    line
}
