//! While the store is down, no login starts or ends, and no cookie changes.

use actix_login::{
    ActiveLogins, CookieRejectReason, LoginEndReason, LoginError, LoginEvent,
    store::MemoryLoginStore,
};

use crate::support::{
    Browser, Response, TestLoginStore,
    active_site::{MINUTE, Site, log_in, log_in_remembered, logins, who},
    block_on,
};

#[track_caller]
fn assert_failed(response: &Response) {
    assert_eq!((response.status, response.body.as_str()), (500, ""));
    assert_eq!(response.set_cookies(), []);
}

#[test]
fn an_outage_of_the_store_starts_no_login_and_loses_none() {
    let site = Site::new();
    let mut by_session = site.logged_in(1);
    let mut by_cookie = site.remembered(2);
    by_cookie.restart();
    let mut gone = site.remembered(3);
    let mut copy = gone.clone();
    gone.post("/logout", "");
    let mut stranger = site.browser();

    site.store.fail(&["*"]);
    for browser in [&mut by_session, &mut by_cookie, &mut copy] {
        let cookies = browser.cookies.clone();
        assert_failed(&browser.get("/who"));
        assert_failed(&browser.get("/logins"));
        assert_failed(&browser.post("/end-others", ""));
        assert_failed(&browser.post("/confirm", ""));
        assert_eq!(browser.cookies, cookies);
    }
    assert_failed(&log_in(&mut stranger, 1));
    assert_failed(&log_in_remembered(&mut stranger, 1));
    assert_eq!(who(&mut stranger), "None");
    assert_eq!(by_session.get("/public").status, 200);

    site.store.fail(&[]);
    assert_eq!(who(&mut by_session), "Some(1)");
    assert_eq!(who(&mut by_cookie), "Some(2)");
    assert_eq!(who(&mut copy), "None");
    assert_eq!(who(&mut stranger), "None");
    assert_eq!(logins(&mut by_session).len(), 1);
    assert_eq!(site.events.count_ended(LoginEndReason::Revoked), 1);
    assert_eq!(
        site.events.count(LoginEvent::RememberCookieRejected {
            reason: CookieRejectReason::Revoked
        }),
        1
    );
}

#[test]
fn a_logout_that_the_store_fails_to_record_has_no_effect() {
    let site = Site::new();
    let mut browser = site.remembered(1);
    for down in [&["*"][..], &["end"]] {
        site.store.fail(down);
        assert_failed(&browser.post("/logout", ""));
        site.store.fail(&[]);
        assert_eq!(who(&mut browser), "Some(1)");
    }
    assert_eq!(site.events.count(LoginEvent::UserLoggedOut), 0);
    browser.post("/logout", "");
    assert_eq!(who(&mut browser), "None");
}

/// Each operation of a restoration fails once; the cookie still works afterwards.
#[test]
fn a_restoration_that_fails_midway_can_be_retried() {
    for operation in ["find", "replace_cookie", "touch"] {
        let site = Site::new();
        let mut browser = site.remembered(1);
        browser.restart();
        site.store.fail(&[operation]);
        assert_failed(&browser.get("/who"));
        site.store.fail(&[]);
        assert_eq!(who(&mut browser), "Some(1)", "{operation}");
        browser.restart();
        assert_eq!(who(&mut browser), "Some(1)", "{operation}");
    }
}

#[test]
fn a_failure_between_session_and_cookie_leaves_both_in_place() {
    let site = Site::new();
    let mut owner = site.remembered(1);
    let mut copy = owner.clone();
    owner.post("/logout", "");
    site.store.fail(&["second find"]);
    assert_failed(&copy.get("/who"));
    assert_eq!(site.events.count_ended(LoginEndReason::Revoked), 0);
    site.store.fail(&[]);
    assert_eq!(who(&mut copy), "None");
    assert_eq!(site.events.count_ended(LoginEndReason::Revoked), 1);
}

#[test]
fn a_cookie_confirmation_that_fails_is_made_up_for_later() {
    let site = Site::new();
    let mut browser = site.remembered(1);
    browser.restart();
    assert_eq!(who(&mut browser), "Some(1)");
    site.store.fail(&["confirm_cookie"]);
    assert_failed(&browser.get("/who"));
    site.store.fail(&[]);
    assert_eq!(who(&mut browser), "Some(1)");
    assert!(site.store.stored("User:1")[0].cookie_confirmed_at.is_some());
}

#[test]
fn a_failed_login_changes_nothing() {
    let site = Site::with(|active| active.max_logins(1));
    let mut owner = site.remembered(1);
    let mut other = site.logged_in(2);
    for operation in ["begin", "list"] {
        site.store.fail(&[operation]);
        assert_failed(&log_in_remembered(&mut other, 1));
        site.store.fail(&[]);
        assert_eq!(who(&mut owner), "Some(1)", "{operation}");
        assert_eq!(who(&mut other), "Some(2)", "{operation}");
    }
}

#[test]
fn a_login_that_fails_midway_leaves_no_entry() {
    for refuse in [false, true] {
        let site = Site::with(|active| active.max_logins(1).refuse_new_logins(refuse));
        site.store.fail(&["list"]);
        assert_failed(&log_in(&mut site.browser(), 1));
        site.store.fail(&[]);
        assert_eq!(site.store.stored("User:1"), []);
    }
}

#[test]
fn a_full_store_refuses_new_logins_and_keeps_existing_ones() {
    let store = TestLoginStore::new(MemoryLoginStore::new().capacity(2));
    let site = Site::on_store(store, |manager, store| {
        manager.active_logins(ActiveLogins::in_store(store))
    });
    let mut first = site.logged_in(1);
    let mut second = site.logged_in(2);
    let mut third = site.browser();
    assert_failed(&log_in(&mut third, 3));
    assert_eq!(who(&mut third), "None");
    for (browser, id) in [(&mut first, "Some(1)"), (&mut second, "Some(2)")] {
        assert_eq!(who(browser), id);
    }
    // A user who is logged in may log in again.
    assert_eq!(log_in(&mut first, 1).status, 200);
    first.post("/logout", "");
    assert_eq!(log_in(&mut third, 3).status, 200);
}

#[test]
fn a_failing_store_fails_the_manager_outside_of_requests_too() {
    let site = Site::new();
    let mut browser = site.logged_in(1);
    let id = block_on(site.manager.active_logins_of(&1)).unwrap()[0].id;
    site.store.fail(&["*"]);
    assert!(block_on(site.manager.active_logins_of(&1)).is_err());
    assert!(block_on(site.manager.end_all_logins_of(&1)).is_err());
    let ended = block_on(site.manager.end_login_of(&1, id));
    assert_eq!(ended, Err(LoginError::StoreFailed));
    site.store.fail(&[]);
    assert_eq!(who(&mut browser), "Some(1)");
}

#[test]
fn a_failed_touch_fails_only_that_request() {
    let site = Site::new();
    let mut browser: Browser = site.logged_in(1);
    site.clock.advance(MINUTE);
    site.store.fail(&["touch"]);
    assert_failed(&browser.get("/who"));
    site.store.fail(&[]);
    assert_eq!(who(&mut browser), "Some(1)");
}
