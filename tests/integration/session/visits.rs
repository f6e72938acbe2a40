//! Requests that do not count as visits extend no login.

use std::time::Duration;

use actix_login::{ActiveLogins, RememberCookie};

use crate::support::{
    REMEMBER, SESSION,
    active_site::{self, MINUTE, current},
    site::{Builder, Site},
};

const DEADLINE: Duration = Duration::from_secs(30 * 60);

/// A site where `/remembered` does not count, which asks for the user, as a page that polls does.
fn site(settings: impl FnOnce(Builder) -> Builder) -> Site {
    Site::new(|manager| {
        let manager = manager
            .visit_deadline(DEADLINE)
            .counts_as_visit(|req| req.path() != "/remembered");
        settings(manager)
    })
}

#[test]
fn a_request_that_is_no_visit_does_not_extend_the_visit_deadline() {
    for settings in [(|manager| manager) as fn(Builder) -> Builder, |manager| {
        manager.active_logins(ActiveLogins::in_memory())
    }] {
        let site = site(settings);
        let mut browser = site.logged_in();
        for _ in 0..29 {
            site.wait(MINUTE);
            let response = browser.get("/remembered");
            assert_eq!(response.status, 200);
            assert_eq!(response.set_cookie(SESSION), None);
        }
        let mut visitor = browser.clone();
        assert_eq!(visitor.get("/who").body, "1 fresh");
        site.wait(MINUTE);
        browser.get("/remembered");
        assert_eq!(browser.get("/who").body, "nobody");
        assert_eq!(visitor.get("/who").body, "1 fresh");
    }
}

#[test]
fn a_request_that_is_no_visit_refreshes_no_remember_cookie() {
    let site = site(|manager| {
        manager.remember_cookie(
            RememberCookie::new()
                .refresh_each_request(true)
                .secure(false),
        )
    });
    let mut browser = site.remembered();
    assert_eq!(browser.get("/remembered").set_cookie(REMEMBER), None);
    assert!(browser.get("/who").set_cookie(REMEMBER).is_some());
}

#[test]
fn a_request_that_is_no_visit_is_not_the_last_one_of_an_active_login() {
    let site = active_site::Site::built(
        |active| active,
        |manager| manager.counts_as_visit(|req| req.path() != "/remembered"),
    );
    let mut browser = site.logged_in(1);
    let started = current(&mut browser).last_seen_at;
    site.clock.advance(10 * MINUTE);
    browser.get("/remembered");
    let last_seen = || site.store.stored("User:1")[0].last_seen_at.as_secs();
    assert_eq!(last_seen(), started);
    browser.get("/who");
    assert!(last_seen() > started);
}
