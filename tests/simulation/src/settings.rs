//! The set-up of a world: stores, deadlines, and how many take part.

use std::time::Duration;

use actix_login::{
    ActiveLogins, LoginEvent, LoginManager, RememberCookie, SessionProtection,
    store::MemoryLoginStore,
};

use actix_web::HttpRequest;

use crate::{
    app::{Report, User},
    clock::Clock,
    random::Random,
    scheduler,
    store::SimulatedStore,
    users::Users,
};

pub const MINUTE: u64 = 60;
pub const HOUR: u64 = 60 * MINUTE;
pub const DAY: u64 = 24 * HOUR;

/// How long a superseded login stays valid.
pub const SUPERSEDED_GRACE: u64 = 10;
/// `ActiveLogins::cookie_grace`, its default.
pub const COOKIE_GRACE: u64 = 60;
/// `ActiveLogins::touch_interval`, its default.
pub const TOUCH_INTERVAL: u64 = 60;
/// `ActiveLogins::pending_lifetime` and `pending_tries`, their defaults.
pub const PENDING_LIFETIME: u64 = 10 * MINUTE;
pub const PENDING_TRIES: u64 = 5;
/// How many earlier keys are still accepted.
pub const PREVIOUS_KEYS: usize = 2;

/// Where logins are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Active {
    Off,
    /// In the store in memory, whose calls neither wait nor fail.
    Memory,
    /// In a store whose calls wait for the scheduler, and fail.
    Remote,
}

impl Active {
    pub const ALL: [Self; 3] = [Self::Off, Self::Memory, Self::Remote];

    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Memory => "memory",
            Self::Remote => "remote",
        }
    }
}

#[derive(Debug, Clone)]
pub struct Settings {
    pub active: Active,
    /// Whether sessions are kept on the server, and not in the cookie.
    pub server_sessions: bool,
    /// Whether the manager is wrapped around the session middleware.
    pub manager_outside: bool,
    pub protection: Protection,
    pub remember_duration: u64,
    pub refresh_each_request: bool,
    pub login_deadline: Option<u64>,
    pub visit_deadline: Option<u64>,
    pub fresh_deadline: Option<u64>,
    pub max_logins: Option<usize>,
    pub users: u64,
    /// The user of each browser.
    pub browsers: Vec<u64>,
    pub thieves: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    Off,
    Basic,
    Strong,
}

impl Settings {
    pub fn random(random: &mut Random) -> Self {
        let active = random.pick(&[Active::Off, Active::Memory, Active::Remote, Active::Remote]);
        let users = random.between(1, 4);
        let browsers = (1..=users).flat_map(|user| {
            let count = random.between(1, 3);
            (0..count).map(move |_| user)
        });
        let browsers = browsers.collect();
        Self {
            active,
            server_sessions: random.chance(50),
            manager_outside: random.chance(50),
            protection: random.pick(&[
                Protection::Off,
                Protection::Basic,
                Protection::Basic,
                Protection::Strong,
            ]),
            remember_duration: random.pick(&[365 * DAY, 365 * DAY, DAY, HOUR]),
            refresh_each_request: random.chance(40),
            login_deadline: random.pick(&[Some(31 * DAY), Some(31 * DAY), Some(HOUR), None]),
            visit_deadline: random.pick(&[None, None, Some(30 * MINUTE)]),
            fresh_deadline: random.pick(&[None, None, Some(15 * MINUTE)]),
            max_logins: match active {
                Active::Off => None,
                _ => random.pick(&[None, None, Some(1), Some(2)]),
            },
            users,
            browsers,
            thieves: random.between(1, 2) as usize,
        }
    }

    /// The manager after `rotations` rotations of the key.
    pub fn manager(
        &self,
        rotations: usize,
        clock: &Clock,
        users: &Users,
        store: &SimulatedStore,
    ) -> LoginManager<User> {
        let seconds = Duration::from_secs;
        let remember = RememberCookie::new()
            .duration(seconds(self.remember_duration))
            .refresh_each_request(self.refresh_each_request);
        let loaded = users.clone();
        let mut manager = LoginManager::<User>::builder(key(rotations))
            .previous_keys((1..=PREVIOUS_KEYS).filter_map(|by| rotations.checked_sub(by).map(key)))
            .user_loader(async move |id: u64| loaded.load(id).await)
            .remember_cookie(remember)
            .session_protection(match self.protection {
                Protection::Off => SessionProtection::Off,
                Protection::Basic => SessionProtection::Basic,
                Protection::Strong => SessionProtection::Strong,
            })
            .unauthorized_handler(async |req: &HttpRequest| Report::refusal(req).await)
            .needs_refresh_handler(async |req: &HttpRequest| Report::refusal(req).await)
            .clock(clock.reader())
            .on_event(|_, event: LoginEvent, _| scheduler::note_event(event));
        manager = match self.login_deadline {
            Some(deadline) => manager.login_deadline(seconds(deadline)),
            None => manager.no_login_deadline(),
        };
        if let Some(deadline) = self.visit_deadline {
            manager = manager.visit_deadline(seconds(deadline));
        }
        if let Some(deadline) = self.fresh_deadline {
            manager = manager.fresh_deadline(seconds(deadline));
        }
        if self.active != Active::Off {
            let mut active = ActiveLogins::in_store(store.clone());
            if let Some(max) = self.max_logins {
                active = active.max_logins(max);
            }
            manager = manager.active_logins(active);
        }
        manager.build().expect("the settings are valid")
    }

    pub fn store(&self) -> SimulatedStore {
        SimulatedStore::new(MemoryLoginStore::new(), self.active == Active::Remote)
    }
}

fn key(rotation: usize) -> [u8; 32] {
    [rotation as u8; 32]
}
