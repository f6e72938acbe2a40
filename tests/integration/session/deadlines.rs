//! Deadlines: how long a login lasts, with any session store.

use std::time::Duration;

use crate::support::{REMEMBER, SESSION, site::Site};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[test]
fn by_default_even_a_busy_login_lasts_31_days() {
    let site = Site::new(|manager| manager);
    let mut browser = site.logged_in();
    for _ in 0..30 {
        site.wait(DAY);
        assert_eq!(browser.get("/who").body, "1 fresh");
    }
    site.wait(DAY - SECOND);
    assert_eq!(browser.get("/who").body, "1 fresh");
    site.wait(SECOND);
    assert_eq!(browser.get("/who").body, "nobody");
}

#[test]
fn a_custom_login_deadline_applies() {
    let site = Site::new(|manager| manager.login_deadline(MINUTE));
    let mut browser = site.logged_in();
    site.wait(MINUTE - SECOND);
    assert_eq!(browser.get("/protected").body, "protected");
    site.wait(SECOND);
    assert_eq!(browser.get("/protected").status, 302);
}

#[test]
fn without_a_login_deadline_a_login_does_not_expire() {
    let site = Site::new(|manager| manager.no_login_deadline());
    let mut browser = site.logged_in();
    site.wait(4000 * DAY);
    assert_eq!(browser.get("/who").body, "1 fresh");
}

#[test]
fn confirm_login_does_not_extend_the_login_deadline() {
    let site = Site::new(|manager| manager.login_deadline(2 * MINUTE));
    let mut browser = site.logged_in();
    site.wait(MINUTE);
    assert_eq!(browser.post("/confirm", "").body, "confirmed");
    site.wait(MINUTE);
    assert_eq!(browser.get("/who").body, "nobody");
}

#[test]
fn confirm_login_past_the_deadline_is_refused() {
    let site = Site::new(|manager| manager.login_deadline(MINUTE));
    let mut browser = site.logged_in();
    site.wait(MINUTE);
    assert_eq!(browser.post("/confirm", "").status, 401);
    assert_eq!(browser.get("/who").body, "nobody");
}

#[test]
fn the_session_ends_at_the_deadline() {
    let site = Site::new(|manager| manager.login_deadline(MINUTE));
    let mut browser = site.logged_in();
    browser.post("/cart", "mine");
    site.wait(MINUTE);
    assert_eq!(browser.get("/who").body, "nobody");
    assert_eq!(browser.get("/cart").body, "");
    assert_eq!(site.world.count("login_ended"), 1);
}

#[test]
fn a_login_past_the_deadline_finds_an_empty_session() {
    let site = Site::new(|manager| manager.login_deadline(MINUTE));
    let mut browser = site.logged_in();
    browser.post("/cart", "mine");
    site.wait(MINUTE);
    browser.post("/login", "1");
    assert_eq!(browser.get("/who").body, "1 fresh");
    assert_eq!(browser.get("/cart").body, "");
}

#[test]
fn a_remember_cookie_starts_a_stale_login_after_the_deadline() {
    let site = Site::new(|manager| manager.login_deadline(MINUTE));
    let mut browser = site.remembered();
    browser.post("/cart", "mine");
    site.wait(MINUTE);
    assert_eq!(browser.get("/who").body, "1 stale");
    assert_eq!(browser.get("/cart").body, "");
    site.wait(MINUTE - SECOND);
    assert_eq!(browser.get("/who").body, "1 stale");
    assert_eq!(site.world.count("user_loaded_from_cookie"), 1);
    assert!(browser.cookie(REMEMBER).is_some());
    site.wait(SECOND);
    assert_eq!(browser.get("/who").body, "1 stale");
    assert_eq!(site.world.count("user_loaded_from_cookie"), 2);
}

#[test]
fn a_remember_cookie_starts_a_stale_login_after_the_visit_deadline() {
    let site = Site::new(|manager| manager.visit_deadline(MINUTE));
    let mut browser = site.remembered();
    site.wait(MINUTE);
    assert_eq!(browser.get("/who").body, "1 stale");
    assert_eq!(site.world.count("user_loaded_from_cookie"), 1);
    assert_eq!(browser.get("/account").status, 401);
}

#[test]
fn by_default_there_is_no_visit_deadline() {
    let site = Site::new(|manager| manager);
    let mut browser = site.logged_in();
    site.wait(30 * DAY);
    let response = browser.get("/who");
    assert_eq!(response.body, "1 fresh");
    assert!(response.set_cookie(SESSION).is_none());
}

#[test]
fn a_visit_deadline_runs_from_the_last_visit() {
    let site = Site::new(|manager| manager.visit_deadline(20 * MINUTE));
    let mut browser = site.logged_in();
    for _ in 0..10 {
        site.wait(19 * MINUTE);
        assert_eq!(browser.get("/who").body, "1 fresh");
    }
    site.wait(20 * MINUTE);
    assert_eq!(browser.get("/who").body, "nobody");
}

#[test]
fn a_page_that_asks_for_no_user_is_no_visit() {
    let site = Site::new(|manager| manager.visit_deadline(20 * MINUTE));
    let mut browser = site.logged_in();
    site.wait(15 * MINUTE);
    assert!(browser.get("/public").set_cookies().is_empty());
    site.wait(15 * MINUTE);
    assert_eq!(browser.get("/who").body, "nobody");
}

#[test]
fn a_visit_is_recorded_at_most_once_per_twentieth_of_its_deadline() {
    let site = Site::new(|manager| manager.visit_deadline(20 * MINUTE));
    let mut browser = site.logged_in();
    let mut writes = 0;
    for _ in 0..100 {
        site.wait(6 * SECOND);
        let response = browser.get("/who");
        assert_eq!(response.body, "1 fresh");
        writes += usize::from(response.set_cookie(SESSION).is_some());
    }
    assert_eq!(writes, 10);
}

#[test]
fn a_visit_with_a_very_short_deadline_is_recorded_once_a_second() {
    let site = Site::new(|manager| manager.visit_deadline(2 * SECOND));
    let mut browser = site.logged_in();
    site.wait(SECOND);
    assert!(browser.get("/who").set_cookie(SESSION).is_some());
    assert!(browser.get("/who").set_cookie(SESSION).is_none());
    site.wait(SECOND);
    assert_eq!(browser.get("/who").body, "1 fresh");
    site.wait(2 * SECOND);
    assert_eq!(browser.get("/who").body, "nobody");
}

#[test]
fn visits_do_not_extend_the_login_deadline() {
    let site = Site::new(|manager| {
        manager
            .login_deadline(30 * MINUTE)
            .visit_deadline(20 * MINUTE)
    });
    let mut browser = site.logged_in();
    site.wait(15 * MINUTE);
    assert_eq!(browser.get("/who").body, "1 fresh");
    site.wait(15 * MINUTE);
    assert_eq!(browser.get("/who").body, "nobody");
}

#[test]
fn a_session_older_than_the_visit_deadline_setting_counts_from_login() {
    let before = Site::new(|manager| manager);
    let browser = before.logged_in();
    let after = Site::deployed(&before.world, crate::support::SECRET, |manager| {
        manager.visit_deadline(20 * MINUTE)
    });
    after.wait(19 * MINUTE);
    assert_eq!(after.returning(&browser).get("/who").body, "1 fresh");
    after.wait(MINUTE);
    assert_eq!(after.returning(&browser).get("/who").body, "nobody");
}

#[test]
fn keep_session_keeps_an_expired_logins_data_from_other_users() {
    let site = Site::new(|manager| manager.keep_session(true).login_deadline(MINUTE));
    let mut browser = site.logged_in();
    browser.post("/cart", "mine");
    site.wait(MINUTE);
    assert_eq!(browser.get("/who").body, "nobody");
    assert_eq!(browser.get("/cart").body, "mine");
    browser.post("/login", "2");
    assert_eq!(browser.get("/cart").body, "");
}
