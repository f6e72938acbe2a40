//! Session protection reports each request of another client, and logs each client once.

use std::{
    mem,
    sync::{Arc, Mutex},
    time::Duration,
};

use actix_login::{LoginEvent::SessionProtected, SessionProtection};

use super::{Events, ID, builder, telling};
use crate::{
    serve,
    support::{Browser, Clock, Log, cookie_session, site},
};

struct Site {
    browser: Browser,
    log: Log,
    events: Events,
    app: crate::support::TestApp,
}

impl Site {
    fn new() -> Self {
        let (log, events) = (Log::default(), Events::default());
        let noted = events.clone();
        let manager = builder(&Clock::new())
            .login_deadline(Duration::from_secs(1_000_000))
            .on_event(move |req, event, user| noted.note(event, req, user))
            .build()
            .unwrap();
        let captured = log.clone();
        let app = serve!(
            {
                captured.capture();
                telling
            },
            manager.clone(),
            cookie_session()
        );
        let mut browser = app.browser();
        browser.post(&format!("/login/{ID}"), "");
        Self {
            browser,
            log,
            events,
            app,
        }
    }

    /// Two visits with this `User-Agent`, both of which are reported if it is another client.
    fn visit(&mut self, user_agent: &str, is_other: bool) {
        self.browser.user_agent = Some(user_agent.to_owned());
        for _ in 0..2 {
            self.events.take();
            assert_eq!(self.browser.get("/who").body, ID.to_string());
            let seen = self.events.of("/who");
            assert_eq!(seen.contains(&(SessionProtected, Some(ID))), is_other);
        }
    }

    /// How many lines the log has of it.
    fn lines(&self) -> usize {
        self.log.text().matches("session_protected").count()
    }
}

#[test]
fn a_browser_update_is_logged_once_and_reported_at_each_request() {
    let mut site = Site::new();
    let owner = site.browser.user_agent.clone().unwrap_or_default();
    site.visit("New/2.0", true);
    assert_eq!(site.lines(), 1);
    site.visit("New/3.0", true);
    assert_eq!(site.lines(), 2);
    site.visit(&owner, owner.is_empty());
    site.visit("New/3.0", true);
    assert!(site.lines() <= 3);
}

#[test]
fn a_login_that_is_not_fresh_logs_another_client_once() {
    let mut site = Site::new();
    site.browser.post(&format!("/remember/{ID}"), "");
    site.browser.restart();
    site.visit("New/2.0", false);
    site.visit("New/3.0", true);
    assert_eq!(site.lines(), 1);
}

#[test]
fn a_new_login_in_the_session_logs_another_client_again() {
    let mut site = Site::new();
    site.visit("New/2.0", true);
    site.browser.user_agent = Some("Own/1.0".to_owned());
    site.browser.post(&format!("/login/{ID}"), "");
    site.visit("New/2.0", true);
    assert_eq!(site.lines(), 2);
}

#[test]
fn each_session_logs_its_other_client() {
    let mut site = Site::new();
    site.visit("New/2.0", true);
    site.browser = site.app.browser();
    site.browser.post(&format!("/login/{ID}"), "");
    site.visit("New/2.0", true);
    assert_eq!(site.lines(), 2);
}

#[test]
fn another_client_is_reported_even_if_the_user_is_gone() {
    for (protection, is_permanent) in [
        (SessionProtection::Basic, false),
        (SessionProtection::Strong, true),
    ] {
        let events = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&events);
        let site = site::Site::new(|manager| {
            manager
                .session_protection(protection)
                .permanent_session(is_permanent)
                .on_event(move |_, event, user: Option<&site::User>| {
                    let id = user.map(|user| user.id.clone());
                    noted.lock().unwrap().push((event.name(), id));
                })
        });
        let mut browser = site.logged_in();
        browser.user_agent = Some("New/2.0".to_owned());
        site.world.users.remove("1");
        mem::take(&mut *events.lock().unwrap());
        browser.get("/protected");
        let seen = mem::take(&mut *events.lock().unwrap());
        let expected = [
            "session_protected",
            "login_ended",
            "user_accessed",
            "user_unauthorized",
        ];
        assert_eq!(seen, expected.map(|name| (name, None)));
        browser.get("/protected");
        let seen = mem::take(&mut *events.lock().unwrap());
        let expected = ["user_accessed", "user_unauthorized"];
        assert_eq!(seen, expected.map(|name| (name, None)));
    }
}
