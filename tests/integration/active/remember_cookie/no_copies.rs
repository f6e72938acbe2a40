//! Remember cookies that only resemble copies, and end no login.

use actix_login::LoginEvent;

use super::{DAY, restarted};
use crate::support::{
    REMEMBER,
    active_site::{MINUTE, Site, log_in_remembered, logins, who},
};

/// Each login with `remember` replaces the cookie.
#[test]
fn a_cookie_whose_successors_were_lost_is_no_theft_beside_a_session() {
    let site = Site::new();
    let mut browser = site.remembered(1);
    for _ in 0..3 {
        log_in_remembered(&mut browser.clone(), 1);
    }
    site.clock.advance(10 * MINUTE);
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 0);
}

#[test]
fn another_logins_cookie_beside_a_session_is_no_copy() {
    let site = Site::new();
    let mut browser = restarted(&site);
    // Its cookie has been replaced twice.
    who(&mut browser);
    browser.restart();
    who(&mut browser);
    who(&mut browser);
    let other = site.remembered(1);
    let cookie = other.cookie(REMEMBER).unwrap().to_owned();
    browser.cookies.insert(REMEMBER.to_owned(), cookie);
    site.clock.advance(10 * MINUTE);
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 0);
}

/// The response that sets a successor may be lost while the session stays alive.
#[test]
fn an_old_cookie_is_no_theft_while_its_successor_is_unconfirmed() {
    let site = Site::new();
    let mut browser = site.remembered(1);
    let mut lost = browser.clone();
    lost.restart();
    who(&mut lost);
    site.clock.advance(10 * MINUTE);
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 0);
}

#[test]
fn several_lost_responses_in_a_row_are_no_theft() {
    let site = Site::new();
    let mut browser = restarted(&site);
    let mut lost = Vec::new();
    for _ in 0..5 {
        site.clock.advance(DAY);
        let mut restored = browser.clone();
        assert_eq!(who(&mut restored), "Some(1)");
        lost.push(restored);
    }
    site.clock.advance(DAY);
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 0);

    // Once the current cookie is confirmed, none of them is accepted any more.
    site.clock.advance(DAY);
    let mut late = lost.swap_remove(3);
    late.restart();
    assert_eq!(who(&mut late), "None");
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 1);
}

#[test]
fn the_old_cookie_works_until_its_successor_is_confirmed() {
    let site = Site::new();
    let mut browser = restarted(&site);
    // The response is lost on the way.
    browser.clone().get("/who");
    site.clock.advance(3 * DAY);
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 0);
    assert_eq!(logins(&mut browser).len(), 1);
}

#[test]
fn a_successor_that_restores_a_login_counts_as_confirmed() {
    let site = Site::new();
    let mut owner = restarted(&site);
    who(&mut owner);
    owner.restart();
    let mut tab = owner.clone();
    assert_eq!(who(&mut owner), "Some(1)");
    assert_eq!(who(&mut tab), "Some(1)");
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 0);
}
