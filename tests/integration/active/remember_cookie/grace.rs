//! The grace, in which a replaced remember cookie is still accepted.

use actix_login::LoginEvent;

use super::{DAY, SECOND, refreshing, restarted};
use crate::{
    serve,
    support::{
        MemorySessionStore, REMEMBER,
        active_site::{MINUTE, Site, current, log_in, log_in_remembered, pages, who},
    },
};

#[test]
fn a_login_within_the_grace_keeps_the_entry_and_sets_no_cookie() {
    let site = refreshing();
    let mut owner = restarted(&site);
    let mut tab = owner.clone();
    who(&mut owner);
    let id = current(&mut owner).id;
    let response = tab.post("/ask-and-login", "id=1");
    assert_eq!(
        (response.status, response.set_cookie(REMEMBER)),
        (200, None)
    );
    assert_eq!(current(&mut tab).id, id);
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 0);
}

#[test]
fn the_old_cookie_is_accepted_within_the_grace_and_none_is_set() {
    let site = Site::new();
    let mut owner = restarted(&site);
    let mut tab = owner.clone();
    who(&mut owner);
    who(&mut owner);
    site.clock.advance(MINUTE - SECOND);
    let response = tab.get("/who");
    assert_eq!(response.body, "Some(1)");
    assert!(response.set_cookie(REMEMBER).is_none());
}

#[test]
fn an_old_cookie_used_after_the_grace_is_a_copy() {
    let site = Site::new();
    let mut owner = restarted(&site);
    let mut copy = owner.clone();
    who(&mut owner);
    site.clock.advance(DAY);
    // The successor is confirmed only now: the grace starts here.
    who(&mut owner);
    site.clock.advance(MINUTE);
    assert_eq!(who(&mut copy), "None");
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 1);
}

#[test]
fn the_length_of_the_grace_is_configurable() {
    let site = Site::with(|active| active.cookie_grace(10 * SECOND));
    let mut owner = restarted(&site);
    let mut copies = [owner.clone(), owner.clone()];
    who(&mut owner);
    who(&mut owner);
    site.clock.advance(9 * SECOND);
    assert_eq!(who(&mut copies[0]), "Some(1)");
    site.clock.advance(SECOND);
    assert_eq!(who(&mut copies[1]), "None");
}

/// The other tab has replaced the request's own cookie, which must not be set again: after the
/// grace it would be taken for a copy.
#[test]
fn changing_the_password_within_the_grace_sets_the_current_cookie() {
    let site = Site::new();
    let mut tab = restarted(&site);
    let mut other_tab = tab.clone();
    who(&mut other_tab);
    who(&mut other_tab);
    let changed = tab.post("/password", "id=1&password=second");
    assert_eq!(changed.status, 200, "{}", changed.body);
    site.clock.advance(10 * MINUTE);
    tab.restart();
    assert_eq!(who(&mut tab), "Some(1)");
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 0);
}

/// The response to the first one comes last.
#[test]
fn two_logins_at_once_leave_the_browser_with_the_current_cookie() {
    let site = Site::new();
    let mut browser = site.remembered(1);
    let mut tab = browser.clone();
    log_in_remembered(&mut browser, 1);
    log_in_remembered(&mut tab, 1);
    site.clock.advance(2 * MINUTE);
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 0);
}

#[test]
fn an_old_session_beside_a_newer_cookie_is_no_copy() {
    let site = Site::new();
    let mut browser = site.logged_in(1);
    let mut late = browser.clone();
    log_in_remembered(&mut browser, 1);
    who(&mut browser);
    // The response to a login without a cookie comes late.
    log_in(&mut late, 1);
    browser.cookies.extend(late.cookies);

    let mut tab = browser.clone();
    log_in_remembered(&mut browser, 1);
    assert_eq!(who(&mut tab), "Some(1)");
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 0);
}

/// A session on the server changes although the browser does not get the response.
#[test]
fn a_lost_response_confirms_no_cookie_in_a_session_on_the_server() {
    let site = Site::new();
    let (manager, users) = (site.manager.clone(), site.users.clone());
    let sessions = MemorySessionStore::default();
    let app = serve!(pages(&users), manager.clone(), sessions.session());
    let mut browser = app.browser();
    log_in_remembered(&mut browser, 1);
    let mut lost = browser.clone();
    lost.restart();
    who(&mut lost);

    site.clock.advance(2 * MINUTE);
    let response = browser.clone().get("/who");
    assert!(response.set_cookie(REMEMBER).is_some());
    who(&mut browser);
    site.clock.advance(2 * MINUTE);
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 0);
}
