//! What only looks like a copied remember cookie, and ends no login.

use actix_login::LoginEvent;

use super::{DAY, restarted};
use crate::support::{
    REMEMBER,
    active_site::{MINUTE, Site, log_in_remembered, logins, who},
};

/// Each login with `remember` replaces the cookie.
#[test]
fn beside_a_session_a_cookie_whose_successors_were_lost_is_no_theft() {
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
fn beside_a_session_the_cookie_of_another_login_is_no_copy() {
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

/// The answer that brought a successor may be lost while the session goes on.
#[test]
fn beside_a_session_an_old_cookie_whose_successor_was_never_seen_is_no_theft() {
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
fn answers_that_are_lost_one_after_the_other_are_no_theft() {
    let site = Site::new();
    let mut browser = restarted(&site);
    let mut lost = Vec::new();
    for _ in 0..5 {
        site.clock.advance(DAY);
        let mut answered = browser.clone();
        assert_eq!(who(&mut answered), "Some(1)");
        lost.push(answered);
    }
    site.clock.advance(DAY);
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 0);

    // Once the present one has come back, none of them is taken any more.
    site.clock.advance(DAY);
    let mut late = lost.swap_remove(3);
    late.restart();
    assert_eq!(who(&mut late), "None");
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 1);
}

#[test]
fn while_the_successor_has_not_been_seen_the_old_cookie_works() {
    let site = Site::new();
    let mut browser = restarted(&site);
    // The answer is lost on the way.
    browser.clone().get("/who");
    site.clock.advance(3 * DAY);
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 0);
    assert_eq!(logins(&mut browser).len(), 1);
}

#[test]
fn a_successor_that_restores_a_login_itself_counts_as_seen() {
    let site = Site::new();
    let mut owner = restarted(&site);
    who(&mut owner);
    owner.restart();
    let mut tab = owner.clone();
    assert_eq!(who(&mut owner), "Some(1)");
    assert_eq!(who(&mut tab), "Some(1)");
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 0);
}
