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

    let answer = thief.get("/who");
    assert_eq!(answer.body, "None");
    assert!(answer.set_cookie(REMEMBER).unwrap().is_removal());
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 1);
    assert_eq!(who(&mut owner), "None");
    assert_eq!(owner.cookie(REMEMBER), None);
    assert_eq!(site.store.stored("User:1"), []);
}

#[test]
fn a_thief_who_was_faster_is_found_out_by_the_owner() {
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

/// The owner need not close the browser for it.
#[test]
fn a_thief_is_found_out_by_the_owner_whose_session_goes_on() {
    let site = Site::new();
    let mut owner = site.remembered(1);
    let mut thief = owner.clone();
    thief.restart();
    assert_eq!(who(&mut thief), "Some(1)");
    assert_eq!(who(&mut thief), "Some(1)");
    assert_eq!(who(&mut owner), "Some(1)", "in the grace");

    site.clock.advance(10 * MINUTE);
    let answer = owner.get("/who");
    assert_eq!(answer.body, "None");
    assert!(answer.set_cookie(REMEMBER).unwrap().is_removal());
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 1);
    assert_eq!(site.events.count(LoginEvent::LoginEnded), 1);
    assert_eq!(site.events.count(LoginEvent::RememberCookieRejected), 0);
    assert_eq!(who(&mut thief), "None");
    thief.restart();
    assert_eq!(who(&mut thief), "None");
}

#[test]
fn a_busy_thief_is_found_out_too() {
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

/// It restores the login once in each of the owner's restarts, and never shows what it got for it.
#[test]
fn a_thief_who_hides_the_successor_is_found_out() {
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

/// It comes back although it was given up for lost, so the older one is a copy.
#[test]
fn of_a_cookie_and_a_later_one_that_was_lost_one_is_left() {
    let site = Site::new();
    let mut one = restarted(&site);
    let mut other = one.clone();
    who(&mut other);
    other.restart();
    site.clock.advance(DAY);
    who(&mut one.clone());
    site.clock.advance(DAY);
    assert_eq!(who(&mut other), "Some(1)");
    assert_eq!(who(&mut one), "None");
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 1);
}

#[test]
fn a_login_with_a_cookie_that_was_replaced_long_ago_finds_the_thief_out() {
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

        let answer = log_in(&mut owner, 1);
        assert!(answer.set_cookie(REMEMBER).unwrap().is_removal());
        assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 1);
        assert_eq!(who(&mut thief), "None");
        thief.restart();
        assert_eq!(who(&mut thief), "None");
        assert_eq!(who(&mut owner), "Some(1)");
        assert_eq!(logins(&mut owner).len(), 1);
    }
}

#[test]
fn also_a_login_that_fails_then_finds_the_thief_out() {
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
fn other_logins_of_the_user_stay_when_one_is_ended_by_a_reuse() {
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
fn a_cookie_older_than_the_one_before_is_a_copy_at_once() {
    // The second brings the one before back beside the session.
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
