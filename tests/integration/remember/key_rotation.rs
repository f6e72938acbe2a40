//! A rotation of keys: with `previous_keys` every login stays.

use std::time::Duration;

use actix_login::{
    RememberCookie,
    SessionProtection::{Off, Strong},
};

use crate::support::{
    Browser, REMEMBER, SECRET, SESSION,
    site::{Builder, Site, World},
};

const NEW: [u8; 64] = [9; 64];
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// One site before, during and after a rotation: its users and its session key stay.
struct Rotation {
    before: Site,
    during: Site,
    after: Site,
}

fn rotation(settings: impl Fn(Builder) -> Builder) -> Rotation {
    let world = World::new();
    world.users.set_hash("1", "hash");
    Rotation {
        before: Site::deployed(&world, SECRET, &settings),
        during: Site::deployed(&world, NEW, |manager| {
            settings(manager.previous_keys([SECRET]).previous_keys([[1; 32]]))
        }),
        after: Site::deployed(&world, NEW, &settings),
    }
}

fn first_issued_and_end(browser: &Browser) -> (u64, u64) {
    let mut fields = browser.cookie(REMEMBER).unwrap().split('.').skip(1);
    let mut field = || fields.next().unwrap().parse().unwrap();
    (field(), field())
}

#[test]
fn a_rotation_keeps_every_session_fresh_and_rewrites_it_on_use() {
    let site = rotation(|manager| manager);
    let mut browser = site.during.returning(&site.before.logged_in());
    let first = browser.get("/who");
    assert_eq!(first.body, "1 fresh");
    assert!(first.set_cookie(SESSION).is_some());
    assert!(browser.get("/who").set_cookie(SESSION).is_none());

    let mut browser = site.after.returning(&browser);
    assert_eq!(browser.get("/who").body, "1 fresh");
    assert_eq!(site.after.world.count("session_protected"), 0);
}

#[test]
fn a_rotation_rewrites_the_session_of_each_identical_client() {
    let site = rotation(|manager| manager);
    for browser in [site.before.logged_in(), site.before.logged_in()] {
        let mut browser = site.during.returning(&browser);
        assert!(browser.get("/who").set_cookie(SESSION).is_some());
        let mut browser = site.after.returning(&browser);
        assert_eq!(browser.get("/who").body, "1 fresh");
    }
}

#[test]
fn a_rotation_keeps_every_session_with_strong_protection() {
    let site = rotation(|manager| manager.session_protection(Strong));
    let mut browser = site.during.returning(&site.before.remembered());
    for _ in 0..3 {
        assert_eq!(browser.get("/account").body, "account");
    }
    let mut browser = site.after.returning(&browser);
    assert_eq!(browser.get("/account").body, "account");
    assert_eq!(site.after.world.count("session_protected"), 0);
}

#[test]
fn strong_protection_tells_clients_apart_during_a_rotation() {
    let site = rotation(|manager| manager.session_protection(Strong));
    let mut thief = site.during.returning(&site.before.logged_in());
    thief.user_agent = Some("Thief/1.0".to_owned());
    assert_eq!(thief.get("/who").body, "nobody");
}

#[test]
fn a_cookie_under_a_previous_key_works_and_is_replaced() {
    let site = rotation(|manager| manager);
    let mut browser = site.before.remembered();
    let old = browser.cookie(REMEMBER).unwrap().to_owned();
    browser.restart();
    let mut browser = site.during.returning(&browser);
    assert_eq!(browser.get("/who").body, "1 stale");
    assert_ne!(browser.cookie(REMEMBER).unwrap(), old);
    assert_eq!(browser.get("/remembered").body, "true");
    assert!(browser.get("/who").set_cookie(REMEMBER).is_none());

    // The previous key can be dropped now.
    browser.restart();
    let mut browser = site.after.returning(&browser);
    assert_eq!(browser.get("/who").body, "1 stale");
    assert_eq!(site.after.thief(&old).get("/who").body, "nobody");
}

#[test]
fn a_reissued_cookie_keeps_its_first_issue_time_and_expiry() {
    let site = rotation(|manager| manager);
    let mut browser = site.before.browser();
    browser.post("/login?remember=true&duration=864000", "1");
    let issued = first_issued_and_end(&browser);
    browser.restart();
    site.during.wait(4 * DAY);
    let mut browser = site.during.returning(&browser);
    let cookie = browser.get("/who").set_cookie(REMEMBER).unwrap();
    assert_eq!(cookie.max_age(), Some(6 * 24 * 60 * 60));
    assert_eq!(first_issued_and_end(&browser), issued);

    browser.restart();
    site.during.wait(6 * DAY);
    assert_eq!(browser.get("/who").body, "nobody");
}

#[test]
fn a_refresh_replaces_a_logged_in_users_cookie_under_a_previous_key() {
    let site = rotation(|manager| {
        manager.remember_cookie(RememberCookie::new().refresh_each_request(true))
    });
    let mut browser = site.during.returning(&site.before.remembered());
    let (issued, end) = first_issued_and_end(&browser);
    site.during.wait(DAY);
    browser.get("/who");
    assert_eq!(first_issued_and_end(&browser), (issued, end + 24 * 60 * 60));
    browser.restart();
    let mut browser = site.after.returning(&browser);
    assert_eq!(browser.get("/who").body, "1 stale");
}

#[test]
fn a_login_replaces_a_cookie_under_a_previous_key() {
    let site = rotation(|manager| manager);
    let mut browser = site.before.remembered();
    browser.restart();
    let issued = first_issued_and_end(&browser);
    let mut browser = site.during.returning(&browser);
    browser.post("/login", "1");
    assert_eq!(first_issued_and_end(&browser), issued);
    browser.restart();
    let mut browser = site.after.returning(&browser);
    assert_eq!(browser.get("/who").body, "1 stale");
}

#[test]
fn the_owner_of_kept_session_data_is_known_after_a_rotation() {
    let site = rotation(|manager| manager.session_protection(Strong));
    let mut browser = site.before.logged_in();
    browser.post("/cart", "mine");
    browser.user_agent = Some("Other/1.0".to_owned());
    assert_eq!(browser.get("/who").body, "nobody");
    let mut browser = site.during.returning(&browser);
    let mut other = browser.clone();
    browser.post("/login", "1");
    assert_eq!(browser.get("/cart").body, "mine");
    other.post("/login", "2");
    assert_eq!(other.get("/cart").body, "");
}

#[test]
fn dropping_a_key_invalidates_its_remember_cookies() {
    let site = rotation(|manager| manager);
    let mut browser = site.before.remembered();
    browser.restart();
    let mut browser = site.after.returning(&browser);
    let response = browser.get("/who");
    assert_eq!(response.body, "nobody");
    assert!(response.set_cookie(REMEMBER).unwrap().is_removal());
}

#[test]
fn dropping_a_key_ends_hashed_users_sessions_and_makes_others_stale() {
    let site = rotation(|manager| manager);
    let mut with_hash = site.after.returning(&site.before.logged_in());
    assert_eq!(with_hash.get("/who").body, "nobody");

    let mut browser = site.before.browser();
    browser.post("/login", "2");
    let mut without = site.after.returning(&browser);
    assert_eq!(without.get("/who").body, "2 stale");
}

#[test]
fn dropping_a_key_keeps_unhashed_sessions_without_protection() {
    let site = rotation(|manager| manager.session_protection(Off));
    let mut with_hash = site.after.returning(&site.before.logged_in());
    assert_eq!(with_hash.get("/who").body, "nobody");

    let mut browser = site.before.browser();
    browser.post("/login", "2");
    let mut without = site.after.returning(&browser);
    assert_eq!(without.get("/who").body, "2 fresh");
}

#[test]
fn dropping_a_key_ends_unhashed_sessions_with_strong_protection() {
    let site = rotation(|manager| manager.session_protection(Strong));
    let mut browser = site.before.browser();
    browser.post("/login", "2");
    let mut without = site.after.returning(&browser);
    assert_eq!(without.get("/who").body, "nobody");
    assert_eq!(site.after.world.count("session_protected"), 1);
}
