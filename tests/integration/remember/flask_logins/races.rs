//! Concurrent requests, failing stores and loaders, evictions, other keys.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use actix_login::{
    ActiveLogins, LoginManager, RememberCookie,
    store::{LoginStore, MemoryLoginStore},
};

use super::{
    is_rejected,
    site::{DAY, FlaskSite, settings},
};
use crate::{
    serve,
    support::{
        Clock, REMEMBER, TestApp, TestLoginStore,
        active_site::{Users, log_in, pages, who},
        cookie_session,
    },
};

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn a_copy_that_restores_during_the_logout_starts_no_login() {
    let store = TestLoginStore::new(MemoryLoginStore::new());
    let site = FlaskSite::on_store(store.clone(), |active| active, None);
    let mut browser = site.browser_of("1");
    let mut copy = site.other_browser_of("1", "thief");
    assert_eq!(who(&mut browser), "Some(1)");

    let gate = store.hold("begin");
    let restoring = thread::spawn(move || who(&mut copy));
    gate.wait_until_reached();
    assert_eq!(browser.post("/logout", "").status, 200);
    gate.open();
    assert_eq!(restoring.join().unwrap(), "None");
    assert_eq!(site.count(1), 0);
}

#[test]
fn a_logout_that_cannot_be_noted_is_an_error_and_can_be_repeated() {
    let store = TestLoginStore::new(MemoryLoginStore::new());
    let site = FlaskSite::on_store(store.clone(), |active| active, None);
    let mut browser = site.browser_of("1");
    let mut copy = browser.clone();
    assert_eq!(who(&mut browser), "Some(1)");
    store.fail(&["begin"]);
    assert_eq!(browser.post("/logout", "").status, 500);
    assert_eq!(site.count(1), 1);
    store.fail(&[]);
    assert_eq!(browser.post("/logout", "").status, 200);
    assert_eq!(site.count(1), 0);
    is_rejected(&mut copy);
}

/// Whose cookie it is, only the loader knows.
#[test]
fn a_logout_with_a_flask_cookie_is_an_error_while_the_loader_fails() {
    let is_down = Arc::new(AtomicBool::new(true));
    let (clock, users) = (Clock::new(), Users::new());
    let (down, loaded) = (Arc::clone(&is_down), users.clone());
    let manager = settings(LoginManager::builder(crate::support::SECRET), &clock)
        .user_loader(async move |id: u64| match down.load(Ordering::SeqCst) {
            true => Err(io::Error::other("down")),
            false => Ok(loaded.get(id)),
        })
        .active_logins(ActiveLogins::in_memory())
        .build()
        .unwrap();
    let site = FlaskSite {
        app: serve!(pages(&users), manager.clone(), cookie_session()),
        ..FlaskSite::in_memory(|active| active)
    };
    let mut browser = site.browser_of("1");
    assert_eq!(browser.clone().post("/logout", "").status, 500);
    is_down.store(false, Ordering::SeqCst);
    assert_eq!(browser.post("/logout", "").status, 200);
    is_rejected(&mut site.browser_of("1"));
}

#[test]
fn a_failing_store_lets_no_flask_cookie_in_and_leaves_it() {
    let store = TestLoginStore::new(MemoryLoginStore::new());
    let site = FlaskSite::on_store(store.clone(), |active| active, None);
    for operation in ["list", "find", "begin", "replace_cookie", "touch"] {
        store.fail(&[operation]);
        let mut browser = site.other_browser_of("1", operation);
        let response = browser.get("/who");
        assert_eq!(response.status, 500, "{operation}");
        assert!(response.set_cookies().is_empty(), "{operation}");
        store.fail(&[]);
        assert_eq!(who(&mut browser), "Some(1)", "{operation}");
    }
    assert_eq!(site.count(1), 5);
}

#[test]
fn a_login_that_max_logins_ends_revokes_flasks_cookie() {
    let site = FlaskSite::in_memory(|active| active.max_logins(1));
    let mut browser = site.browser_of("1");
    let mut copy = browser.clone();
    let mut other = site.other_browser_of("1", "other");
    assert_eq!(who(&mut browser), "Some(1)");
    // This one ends the first, and holds.
    assert_eq!(who(&mut other), "Some(1)");
    assert_eq!(who(&mut browser), "None");
    is_rejected(&mut copy);
    assert_eq!(who(&mut other), "Some(1)");
}

#[test]
fn another_users_login_in_the_same_browser_revokes_flasks_cookie() {
    let site = FlaskSite::in_memory(|active| active);
    let mut browser = site.browser_of("1");
    let mut copy = browser.clone();
    assert_eq!(who(&mut browser), "Some(1)");
    log_in(&mut browser, 2);
    assert_eq!(site.count(1), 0);
    is_rejected(&mut copy);
}

#[test]
fn an_expired_login_is_started_anew() {
    let site = FlaskSite::in_memory(|active| active.idle_timeout(DAY));
    assert_eq!(who(&mut site.browser_of("1")), "Some(1)");
    site.clock.advance(2 * DAY);
    let mut browser = site.browser_of("1");
    let response = browser.get("/who");
    assert_eq!(response.body, "Some(1)");
    assert!(response.set_cookie(REMEMBER).is_some());
    browser.restart();
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(site.count(1), 1);
}

#[test]
fn eight_browsers_with_one_fingerprint_are_logged_in() {
    let site = FlaskSite::in_memory(|active| active);
    let mut restored = Vec::new();
    for _ in 0..8 {
        let mut browser = site.browser_of("1");
        for _ in 0..2 {
            assert_eq!(who(&mut browser), "Some(1)");
            site.clock.advance(5 * MINUTE);
        }
        restored.push(browser);
    }
    let response = site.browser_of("1").get("/who");
    assert_eq!((response.status, response.body.as_str()), (200, "None"));
    assert!(response.set_cookies().is_empty());
    assert_eq!(site.count(1), 8);
    for browser in &mut restored {
        assert_eq!(who(browser), "Some(1)");
    }
}

#[test]
fn a_revoked_flask_cookie_stays_revoked_when_keys_rotate() {
    let (clock, store) = (Clock::new(), MemoryLoginStore::new());
    let site = FlaskSite::on_store(store.clone(), |active| active, None);
    let mut browser = site.browser_of("1");
    let copy = browser.clone();
    assert_eq!(who(&mut browser), "Some(1)");
    browser.post("/logout", "");

    let rotated = rotated_site(store, &clock);
    let mut copy_there = rotated.browser();
    copy_there.cookies = copy.cookies;
    is_rejected(&mut copy_there);
}

/// The same app on the same store, under a new key.
fn rotated_site(store: impl LoginStore, clock: &Clock) -> TestApp {
    let users = Users::new();
    let loaded = users.clone();
    let manager = settings(LoginManager::builder([9; 32]), clock)
        .previous_keys([crate::support::SECRET])
        .user_loader(async move |id: u64| loaded.get(id))
        .remember_cookie(RememberCookie::new().secure(false))
        .active_logins(ActiveLogins::in_store(store))
        .build()
        .unwrap();
    serve!(pages(&users), manager.clone(), cookie_session())
}
