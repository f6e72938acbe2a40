//! A copy of a remember cookie is detected when it is used, and its login ends.

use std::time::Duration;

use actix_login::LoginEvent;

use super::{DAY, restarted};
use crate::support::{
    REMEMBER,
    active_site::{MINUTE, Site, log_in, logins, who},
};

#[test]
fn a_copy_used_ten_minutes_later_ends_the_login() {
    let site = Site::new();
    let mut owner = restarted(&site);
    let mut thief = owner.clone();
    assert_eq!(who(&mut owner), "Some(1)");
    assert_eq!(who(&mut owner), "Some(1)");
    site.clock.advance(10 * MINUTE);

    let response = thief.get("/who");
    assert_eq!(response.body, "None");
    assert!(response.set_cookie(REMEMBER).unwrap().is_removal());
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 1);
    assert_eq!(who(&mut owner), "None");
    assert_eq!(owner.cookie(REMEMBER), None);
    assert_eq!(site.store.stored("User:1"), []);
}

#[test]
fn the_owners_later_use_detects_a_thief_who_was_faster() {
    let site = Site::new();
    let mut owner = restarted(&site);
    let mut thief = owner.clone();
    assert_eq!(who(&mut thief), "Some(1)");
    assert_eq!(who(&mut thief), "Some(1)");
    site.clock.advance(10 * MINUTE);
    assert_eq!(who(&mut owner), "None");
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 1);
    assert_eq!(who(&mut thief), "None");
    thief.restart();
    assert_eq!(who(&mut thief), "None");
}

/// The owner does not have to close the browser.
#[test]
fn an_owner_with_a_live_session_detects_a_thief() {
    let site = Site::new();
    let mut owner = site.remembered(1);
    let mut thief = owner.clone();
    thief.restart();
    assert_eq!(who(&mut thief), "Some(1)");
    assert_eq!(who(&mut thief), "Some(1)");
    assert_eq!(who(&mut owner), "Some(1)", "in the grace");

    site.clock.advance(10 * MINUTE);
    let response = owner.get("/who");
    assert_eq!(response.body, "None");
    assert!(response.set_cookie(REMEMBER).unwrap().is_removal());
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 1);
    assert_eq!(site.events.count_named("login_ended"), 1);
    assert_eq!(site.events.count_named("remember_cookie_rejected"), 0);
    assert_eq!(who(&mut thief), "None");
    thief.restart();
    assert_eq!(who(&mut thief), "None");
}

#[test]
fn a_busy_thief_is_detected() {
    let site = Site::new();
    let mut owner = site.remembered(1);
    let mut thief = owner.clone();
    thief.restart();
    who(&mut thief);
    for _ in 0..10 {
        site.clock.advance(Duration::from_secs(50));
        who(&mut thief);
        who(&mut owner);
    }
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 1);
    assert_eq!(who(&mut owner), "None");
    assert_eq!(who(&mut thief), "None");
}

/// The thief restores the login once per restart of the owner, and never sends the successor.
#[test]
fn a_thief_who_hides_the_successor_is_detected() {
    let site = Site::new();
    let mut owner = site.remembered(1);
    let mut thief = owner.clone();
    for _ in 0..2 {
        site.clock.advance(DAY);
        thief.restart();
        who(&mut thief);
        let hidden = thief.cookies.remove(REMEMBER);
        site.clock.advance(DAY);
        owner.restart();
        who(&mut owner);
        who(&mut owner);
        thief
            .cookies
            .extend(hidden.map(|it| (REMEMBER.to_owned(), it)));
    }
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 1);
    assert_eq!(who(&mut owner), "None");
    assert_eq!(who(&mut thief), "None");
}

/// It was assumed lost, since the older one was used after it: two browsers have cookies of the login.
#[test]
fn a_lost_cookie_that_reappears_reveals_a_copy() {
    let site = Site::new();
    let mut one = restarted(&site);
    let mut other = one.clone();
    who(&mut other);
    other.restart();
    site.clock.advance(DAY);
    who(&mut one.clone());
    site.clock.advance(DAY);
    assert_eq!(who(&mut other), "None");
    assert_eq!(who(&mut one), "None");
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 1);
}

#[test]
fn a_login_with_a_long_replaced_cookie_reveals_the_thief() {
    for restarts in [true, false] {
        let site = Site::new();
        let mut owner = site.remembered(1);
        let mut thief = owner.clone();
        thief.restart();
        who(&mut thief);
        who(&mut thief);
        if restarts {
            owner.restart();
        }
        site.clock.advance(10 * MINUTE);

        let response = log_in(&mut owner, 1);
        assert!(response.set_cookie(REMEMBER).unwrap().is_removal());
        assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 1);
        assert_eq!(who(&mut thief), "None");
        thief.restart();
        assert_eq!(who(&mut thief), "None");
        assert_eq!(who(&mut owner), "Some(1)");
        assert_eq!(logins(&mut owner).len(), 1);
    }
}

#[test]
fn a_failed_login_with_a_long_replaced_cookie_reveals_the_thief() {
    let site = Site::new();
    let mut owner = site.remembered(1);
    let mut thief = owner.clone();
    thief.restart();
    who(&mut thief);
    who(&mut thief);
    site.clock.advance(10 * MINUTE);
    site.store.fail(&["begin"]);
    assert_eq!(log_in(&mut owner, 1).status, 500);
    site.store.fail(&[]);
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 1);
    assert_eq!(who(&mut thief), "None");
}

#[test]
fn ending_a_reused_login_keeps_the_users_other_logins() {
    let site = Site::new();
    let mut elsewhere = site.remembered(1);
    let mut owner = restarted(&site);
    let mut thief = owner.clone();
    who(&mut owner);
    who(&mut owner);
    site.clock.advance(10 * MINUTE);
    who(&mut thief);
    assert_eq!(who(&mut elsewhere), "Some(1)");
    assert_eq!(logins(&mut elsewhere).len(), 1);
}

#[test]
fn a_cookie_two_generations_old_is_a_copy_at_once() {
    // The second visit sends the previous cookie beside the session.
    for visits in [1, 2] {
        let site = Site::new();
        let mut owner = restarted(&site);
        let mut thief = owner.clone();
        for _ in 0..visits {
            who(&mut owner);
        }
        owner.restart();
        who(&mut owner);
        assert_eq!(who(&mut thief), "None");
        assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 1);
        assert_eq!(who(&mut owner), "None");
    }
}

/// Neither sends the current cookie twice, so that no browser is seen with it.
#[test]
fn an_owner_and_a_thief_who_take_turns_are_found_out() {
    let site = Site::new();
    let mut owner = restarted(&site);
    let mut thief = owner.clone();
    for _ in 0..2 {
        who(&mut thief);
        site.clock.advance(2 * MINUTE);
        who(&mut owner);
        site.clock.advance(2 * MINUTE);
    }
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 1);
    assert_eq!(who(&mut owner), "None");
    assert_eq!(who(&mut thief), "None");
}
