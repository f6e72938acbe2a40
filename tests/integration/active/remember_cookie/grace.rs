//! The grace, in which a replaced remember cookie is still accepted.

use actix_login::LoginEvent;

use super::{DAY, SECOND, refreshing, restarted};
use crate::support::{
    REMEMBER,
    active_site::{MINUTE, Site, current, who},
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
