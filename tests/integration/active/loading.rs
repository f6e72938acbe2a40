//! The store of active logins and the user loader are asked at the same time.

use std::{
    io,
    sync::{Arc, Mutex},
    thread,
};

use actix_login::{
    ActiveLogins, LoginEndReason, LoginManager, RememberCookie, store::MemoryLoginStore,
};

use crate::{
    serve,
    support::{
        Browser, Clock, Gate, SECRET, TestApp, TestLoginStore,
        active_site::{Events, MINUTE, User, Users, log_in_remembered, pages, who},
        block_on, cookie_session,
    },
};

/// What the user loader does.
#[derive(Clone, Default)]
enum Loader {
    #[default]
    Loads,
    Waits(Gate),
    FindsNone,
    Fails,
}

struct Site {
    app: TestApp,
    manager: LoginManager<User>,
    store: TestLoginStore,
    clock: Clock,
    events: Events,
    loader: Arc<Mutex<Loader>>,
}

impl Site {
    fn new() -> Self {
        let store = TestLoginStore::new(MemoryLoginStore::new());
        let (clock, events, users) = (Clock::new(), Events::default(), Users::new());
        let (loader, loaded) = (Arc::<Mutex<Loader>>::default(), users.clone());
        let behaviour = Arc::clone(&loader);
        let manager = LoginManager::<User>::builder(SECRET)
            .user_loader(async move |id: u64| {
                let behaviour = behaviour.lock().unwrap().clone();
                match behaviour {
                    Loader::Loads => {}
                    Loader::Waits(gate) => gate.pass().await,
                    Loader::FindsNone => return Ok(None),
                    Loader::Fails => return Err(io::Error::other("down")),
                }
                Ok(loaded.get(id))
            })
            .remember_cookie(RememberCookie::new().secure(false))
            .active_logins(ActiveLogins::in_store(store.clone()))
            .clock(clock.reader())
            .on_event(events.observer())
            .build()
            .unwrap();
        let served = manager.clone();
        Self {
            app: serve!(pages(&users), served.clone(), cookie_session()),
            manager,
            store,
            clock,
            events,
            loader,
        }
    }

    fn set_loader(&self, loader: Loader) {
        *self.loader.lock().unwrap() = loader;
    }

    /// A browser whose session is known, and one that has the remember cookie alone.
    fn browsers(&self) -> [Browser; 2] {
        [false, true].map(|restarted| {
            let mut browser = self.app.browser();
            assert_eq!(log_in_remembered(&mut browser, 1).status, 200);
            if restarted {
                browser.restart();
            }
            browser
        })
    }
}

#[test]
fn store_and_loader_are_asked_at_the_same_time() {
    let site = Site::new();
    for mut browser in site.browsers() {
        let loading = Gate::default();
        site.set_loader(Loader::Waits(loading.clone()));
        let finding = site.store.hold("find");
        let request = thread::spawn(move || who(&mut browser));
        finding.wait_until_reached();
        loading.wait_until_reached();
        finding.open();
        loading.open();
        assert_eq!(request.join().unwrap(), "Some(1)");
    }
}

#[test]
fn a_login_that_has_ended_is_no_error_while_the_loader_fails() {
    let site = Site::new();
    for mut browser in site.browsers() {
        block_on(site.manager.end_all_logins_of(&1)).unwrap();
        site.set_loader(Loader::Fails);
        let response = browser.get("/who");
        assert_eq!((response.status, response.body.as_str()), (200, "None"));
        site.set_loader(Loader::Loads);
    }
    assert_eq!(site.events.count_ended(LoginEndReason::Revoked), 1);
    assert_eq!(site.events.count_named("remember_cookie_rejected"), 2);
}

#[test]
fn a_failing_store_ends_no_login_of_a_user_who_is_not_found() {
    let site = Site::new();
    for mut browser in site.browsers() {
        site.set_loader(Loader::FindsNone);
        site.store.fail(&["find"]);
        let response = browser.get("/who");
        assert_eq!(response.status, 500);
        assert!(response.set_cookies().is_empty());
        site.store.fail(&[]);
        site.set_loader(Loader::Loads);
        assert_eq!(who(&mut browser), "Some(1)");
    }
}

#[test]
fn a_login_is_not_extended_before_its_user_is_known() {
    let site = Site::new();
    for browser in site.browsers() {
        site.clock.advance(10 * MINUTE);
        let changes = || {
            let changes = ["touch", "replace_cookie", "confirm_cookie", "begin"];
            changes.map(|change| site.store.count(change))
        };
        let before = changes();
        for loader in [Loader::Fails, Loader::FindsNone] {
            site.set_loader(loader);
            browser.clone().get("/who");
        }
        assert_eq!(changes(), before);
        site.set_loader(Loader::Loads);
    }
}
