//! A site with active logins that moves over from Flask, over memory and over Redis.

use std::{collections::BTreeMap, time::Duration};

use actix_login::{
    ActiveLogins, LoginManager, LoginManagerBuilder,
    flask::encode_cookie,
    store::{LoginStore, MemoryLoginStore, RedisLoginStore},
};

use crate::{
    serve,
    support::{
        Browser, Clock, REMEMBER, TestApp,
        active_site::{Events, User, Users, builder, pages},
        block_on, cookie_session, on_runtime,
        redis_server::RedisServer,
    },
};

const FLASK_SECRET: &str = "deterministic";
pub const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The site.
pub struct FlaskSite {
    pub app: TestApp,
    pub manager: LoginManager<User>,
    pub clock: Clock,
    pub events: Events,
    /// Keeps it running.
    pub _redis: Option<RedisServer>,
}

impl FlaskSite {
    pub fn in_memory(set: impl FnOnce(ActiveLogins) -> ActiveLogins) -> Self {
        Self::on_store(MemoryLoginStore::new(), set, None)
    }

    /// `None` if Redis is not installed.
    pub fn in_redis(set: impl FnOnce(ActiveLogins) -> ActiveLogins) -> Option<Self> {
        let redis = RedisServer::start()?;
        let url = redis.url();
        let store = on_runtime(async move || RedisLoginStore::new(url).await.unwrap());
        Some(Self::on_store(store, set, Some(redis)))
    }

    pub fn on_store(
        store: impl LoginStore,
        set: impl FnOnce(ActiveLogins) -> ActiveLogins,
        redis: Option<RedisServer>,
    ) -> Self {
        let (clock, users, events) = (Clock::new(), Users::new(), Events::default());
        let manager = settings(builder(&users), &clock)
            .active_logins(set(ActiveLogins::in_store(store)))
            .on_event(events.observer())
            .build()
            .unwrap();
        let (served, of_pages) = (manager.clone(), users.clone());
        Self {
            app: serve!(pages(&of_pages), served.clone(), cookie_session()),
            manager,
            clock,
            events,
            _redis: redis,
        }
    }

    /// A browser that holds the cookie which the Flask app has set for this id.
    pub fn browser_of(&self, id: &str) -> Browser {
        let mut browser = self.app.browser();
        let cookie = encode_cookie(id, FLASK_SECRET.as_bytes());
        browser.cookies = BTreeMap::from([(REMEMBER.to_owned(), cookie)]);
        browser
    }

    /// The same with another `User-Agent`.
    pub fn other_browser_of(&self, id: &str, user_agent: &str) -> Browser {
        let mut browser = self.browser_of(id);
        browser.user_agent = Some(user_agent.to_owned());
        browser
    }

    /// How many logins a user has.
    pub fn count(&self, id: u64) -> usize {
        block_on(self.manager.active_logins_of(&id)).unwrap().len()
    }
}

/// Accepts Flask's cookies for ten more days.
pub fn settings(manager: LoginManagerBuilder<User>, clock: &Clock) -> LoginManagerBuilder<User> {
    manager
        .accept_flask_cookies(FLASK_SECRET, clock.reader()() + 10 * DAY)
        .accept_flask_cookies_despite_auth_hash(true)
        .clock(clock.reader())
}
