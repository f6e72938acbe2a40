//! A thief who hides the cookies that a copy brought is still detected, by the session.

use actix_login::{LoginEvent, RememberCookie};

use super::{DAY, SECOND, restarted};
use crate::support::{
    Browser, REMEMBER,
    active_site::{MINUTE, Site, log_in, log_in_remembered, who},
};

/// Uses a copy of the cookie once, throws the successor away, and returns the session.
fn steal(owner: &Browser) -> Browser {
    let mut thief = owner.clone();
    thief.restart();
    assert_eq!(who(&mut thief), "Some(1)");
    thief.cookies.remove(REMEMBER);
    thief
}

#[track_caller]
fn assert_detected(site: &Site, browsers: [&mut Browser; 2]) {
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 1);
    for browser in browsers {
        assert_eq!(who(browser), "None");
        browser.restart();
        assert_eq!(who(browser), "None");
    }
}

#[test]
fn a_thief_who_keeps_only_the_session_is_detected_by_the_owners_cookie() {
    for restarts in [true, false] {
        let site = Site::new();
        let mut owner = site.remembered(1);
        let mut thief = steal(&owner);
        for _ in 0..29 {
            site.clock.advance(DAY);
            assert_eq!(who(&mut thief), "Some(1)");
        }
        if restarts {
            owner.restart();
        }
        assert_eq!(who(&mut owner), "None");
        assert_detected(&site, [&mut owner, &mut thief]);
    }
}

#[test]
fn a_thief_who_waits_for_the_owner_is_detected_by_the_session() {
    for restarts in [true, false] {
        let site = Site::new();
        let mut owner = site.remembered(1);
        let mut thief = steal(&owner);
        site.clock.advance(DAY);
        if restarts {
            owner.restart();
        }
        assert_eq!(who(&mut owner), "Some(1)");
        assert_eq!(who(&mut owner), "Some(1)");
        site.clock.advance(MINUTE);
        assert_eq!(who(&mut thief), "None");
        assert_detected(&site, [&mut owner, &mut thief]);
    }
}

#[test]
fn a_thief_in_the_grace_is_detected_after_it() {
    let site = Site::new();
    let mut owner = restarted(&site);
    let mut thief = owner.clone();
    assert_eq!(who(&mut owner), "Some(1)");
    assert_eq!(
        who(&mut thief),
        "Some(1)",
        "as a tab that was opened at once"
    );
    thief.cookies.remove(REMEMBER);
    assert_eq!(who(&mut owner), "Some(1)");
    site.clock.advance(MINUTE);
    assert_eq!(who(&mut thief), "None");
    assert_detected(&site, [&mut owner, &mut thief]);
}

/// Each time with the copy alone.
#[test]
fn a_thief_without_a_session_is_detected_beside_the_owners_session() {
    let site = Site::new();
    let mut owner = site.remembered(1);
    let thief = owner.clone();
    for day in 1..=3 {
        site.clock.advance(DAY);
        let mut thief = thief.clone();
        thief.restart();
        who(&mut thief);
        site.clock.advance(DAY);
        who(&mut owner);
        who(&mut owner);
        if day > 1 {
            assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 1);
        }
    }
    assert_eq!(who(&mut owner), "None");
}

#[test]
fn a_replaced_cookie_dies_once_the_login_with_its_successor_is_seen() {
    for hides in [false, true] {
        let site = Site::new();
        let mut owner = site.remembered(1);
        let mut copy = owner.clone();
        copy.restart();
        log_in_remembered(&mut owner, 1);
        if hides {
            owner.cookies.remove(REMEMBER);
        }
        for _ in 0..100 {
            site.clock.advance(SECOND);
            assert_eq!(who(&mut owner), "Some(1)");
        }
        assert_eq!(who(&mut copy), "None");
        assert_eq!(who(&mut owner), "None");
        assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 1);
    }
}

/// Its successor was seen, so the login replaces the successor alone.
#[test]
fn a_login_by_password_revives_no_cookie_replaced_before() {
    let site = Site::new();
    let mut owner = restarted(&site);
    let mut thief = owner.clone();
    assert_eq!(who(&mut owner), "Some(1)");
    assert_eq!(who(&mut owner), "Some(1)");
    log_in_remembered(&mut owner, 1);
    site.clock.advance(MINUTE);
    assert_eq!(who(&mut thief), "None");
    assert_detected(&site, [&mut owner, &mut thief]);
}

/// The password is the owner's, so the new login stays.
#[test]
fn a_login_by_password_with_the_original_reveals_a_hidden_thief() {
    for log_in_again in [log_in, log_in_remembered] {
        let site = Site::new();
        let mut owner = site.remembered(1);
        let mut thief = steal(&owner);
        site.clock.advance(DAY);
        assert_eq!(who(&mut thief), "Some(1)");
        site.clock.advance(MINUTE);
        log_in_again(&mut owner, 1);
        assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 1);
        assert_eq!(who(&mut thief), "None");
        assert_eq!(who(&mut owner), "Some(1)");
    }
}

/// One browser with ten tabs has one cookie jar; any of its sessions may be the last one set.
#[test]
fn any_session_of_several_tabs_stays_once_it_shows_the_current_cookie() {
    let site = Site::new();
    let mut browser = restarted(&site);
    let mut tab = browser.clone();
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(who(&mut tab), "Some(1)");
    let session = tab.cookies.clone();
    let current = browser.cookie(REMEMBER).unwrap().to_owned();
    browser.cookies = session;
    browser.cookies.insert(REMEMBER.to_owned(), current);
    site.clock.advance(DAY);
    assert_eq!(who(&mut browser), "Some(1)");
    // It has been seen with the cookie, and needs it no more.
    browser.cookies.remove(REMEMBER);
    site.clock.advance(DAY);
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 0);
}

#[test]
fn a_login_without_remember_keeps_a_cookie_whose_replacement_got_lost() {
    for refresh in [false, true] {
        let cookie = RememberCookie::new()
            .secure(false)
            .refresh_each_request(refresh);
        let site = Site::built(|active| active, |manager| manager.remember_cookie(cookie));
        let mut browser = restarted(&site);
        // The response is lost.
        browser.clone().get("/who");
        site.clock.advance(SECOND);
        assert_eq!(log_in(&mut browser, 1).status, 200);
        for _ in 0..3 {
            site.clock.advance(10 * MINUTE);
            assert_eq!(who(&mut browser), "Some(1)");
        }
        browser.restart();
        assert_eq!(who(&mut browser), "Some(1)");
        assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 0);
    }
}
