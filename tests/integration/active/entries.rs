//! What the store holds of a login, for how long, and how often it is asked.

use std::time::Duration;

use crate::support::{
    active_site::{Line, MINUTE, Site, current, logins, who},
    block_on,
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[test]
fn an_entry_shows_times_user_agent_and_address() {
    let site = Site::new();
    let mut browser = site.remembered(1);
    let line = current(&mut browser);
    let year = (365 * DAY).as_secs();
    let expected = Line {
        id: line.id.clone(),
        started_at: line.started_at,
        last_seen_at: line.started_at,
        expires_at: Some(line.started_at + year),
        user_agent: "TestBrowser/1.0".to_owned(),
        address: "127.0.0.1".to_owned(),
        remembered: true,
        is_current: true,
    };
    assert_eq!(line, expected);
    assert_eq!(line.id.len(), 22);

    let mut plain = site.logged_in(1);
    let line = current(&mut plain);
    assert_eq!(
        line.expires_at,
        Some(line.started_at + (31 * DAY).as_secs())
    );
    assert!(!line.remembered);
}

#[test]
fn the_address_is_the_one_that_the_trusted_proxies_saw() {
    let site = Site::built(
        |active| active,
        |manager| manager.trusted_proxies(1, "X-Forwarded-For"),
    );
    let mut browser = site.browser();
    let logged_in = browser
        .request("POST", "/login")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .header("X-Forwarded-For", "6.6.6.6, 192.0.2.7")
        .body("id=1")
        .send();
    assert_eq!(logged_in.status, 200);
    assert_eq!(current(&mut browser).address, "192.0.2.7");
}

fn user_agent_kept(user_agent: &[u8]) -> String {
    let site = Site::new();
    let mut browser = site.browser();
    browser.user_agent = None;
    let logged_in = browser
        .request("POST", "/login")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .header("User-Agent", user_agent)
        .body("id=1")
        .send();
    assert_eq!(logged_in.status, 200);
    current(&mut browser).user_agent
}

#[test]
fn a_user_agent_is_truncated_at_200_bytes_on_a_character_boundary() {
    assert_eq!(user_agent_kept(&[b'x'; 201]), "x".repeat(200));
    assert_eq!(user_agent_kept(&[b'x'; 200]), "x".repeat(200));
    let umlauts = format!("x{}", "ü".repeat(100));
    assert_eq!(
        user_agent_kept(umlauts.as_bytes()),
        format!("x{}", "ü".repeat(99))
    );
}

#[test]
fn a_missing_or_non_utf8_user_agent_is_accepted() {
    assert_eq!(user_agent_kept(b"a\xff\xfeb"), "a\u{fffd}\u{fffd}b");
    // Each byte becomes a character of three bytes.
    assert_eq!(user_agent_kept(&[0xff; 300]), "\u{fffd}".repeat(66));
    assert_eq!(user_agent_kept(b"<script>\t'\"&"), "<script>\t'\"&");
    assert_eq!(user_agent_kept(b""), "");
}

#[test]
fn a_request_queries_the_store_once_and_only_if_it_asks_for_the_user() {
    let site = Site::new();
    let mut browser = site.remembered(1);
    let before = site.store.count_all();
    who(&mut browser);
    assert_eq!(site.store.count("find"), 1);
    assert_eq!(site.store.count_all(), before + 1);

    browser.get("/public");
    who(&mut site.browser());
    assert_eq!(site.store.count_all(), before + 1);
}

#[test]
fn a_visit_is_recorded_at_most_once_a_minute() {
    let site = Site::new();
    let mut browser = site.logged_in(1);
    let began = current(&mut browser).started_at;
    site.clock.advance(MINUTE - Duration::from_secs(1));
    who(&mut browser);
    assert_eq!(site.store.count("touch"), 0);

    site.clock.advance(Duration::from_secs(1));
    who(&mut browser);
    who(&mut browser);
    assert_eq!(site.store.count("touch"), 1);
    let line = current(&mut browser);
    assert_eq!((line.started_at, line.last_seen_at), (began, began + 60));
}

#[test]
fn the_touch_interval_is_configurable() {
    let site = Site::with(|active| active.touch_interval(10 * MINUTE));
    let mut browser = site.logged_in(1);
    site.clock.advance(9 * MINUTE);
    who(&mut browser);
    assert_eq!(site.store.count("touch"), 0);
    site.clock.advance(MINUTE);
    who(&mut browser);
    assert_eq!(site.store.count("touch"), 1);
}

#[test]
fn an_expired_login_is_invalid_and_unlisted_even_if_still_stored() {
    let site = Site::new();
    let mut browser = site.logged_in(1);
    let mut later = site.remembered(1);
    site.clock.advance(31 * DAY);
    assert_eq!(site.store.stored("User:1").len(), 2);
    assert_eq!(logins(&mut later).len(), 1);
    assert_eq!(
        block_on(site.manager.active_logins_of(&1)).unwrap().len(),
        1
    );
    assert_eq!(who(&mut browser), "None");
}

#[test]
fn a_remembered_login_keeps_its_entry_after_the_session_expires() {
    let site = Site::new();
    let mut browser = site.remembered(1);
    let before = current(&mut browser).id;
    site.clock.advance(31 * DAY);
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(current(&mut browser).id, before);
    assert_eq!(browser.get("/fresh").body, "false");
}

#[test]
fn an_entry_expires_with_its_visit_deadline() {
    let visits = |manager: actix_login::LoginManagerBuilder<_>| manager.visit_deadline(DAY);
    let site = Site::built(|active| active, visits);
    let mut browser = site.logged_in(1);
    for _ in 0..3 {
        site.clock.advance(DAY - MINUTE);
        assert_eq!(who(&mut browser), "Some(1)");
        assert_eq!(logins(&mut browser).len(), 1);
    }
    let mut remembered = site.remembered(1);
    site.clock.advance(DAY + MINUTE);
    assert_eq!(
        block_on(site.manager.active_logins_of(&1)).unwrap().len(),
        1
    );
    assert_eq!(who(&mut browser), "None");
    assert_eq!(who(&mut remembered), "Some(1)");
}

#[test]
fn confirming_a_login_keeps_its_entry() {
    let site = Site::new();
    let mut browser = site.remembered(1);
    let before = current(&mut browser).id;
    browser.restart();
    assert_eq!(browser.post("/confirm", "").status, 200);
    assert_eq!(browser.get("/fresh").body, "true");
    assert_eq!(current(&mut browser).id, before);
    browser.restart();
    assert_eq!(who(&mut browser), "Some(1)");
}

#[test]
fn changing_the_password_keeps_the_login_that_changed_it() {
    let site = Site::new();
    let mut browser = site.remembered(1);
    let mut other = site.remembered(1);
    let before = current(&mut browser).id;
    assert_eq!(browser.post("/password", "id=1&password=new").status, 200);
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(current(&mut browser).id, before);
    assert_eq!(who(&mut other), "None");
    browser.restart();
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(current(&mut browser).id, before);
}

#[test]
fn changing_the_users_id_keeps_the_login() {
    let site = Site::new();
    let mut browser = site.remembered(1);
    let mut copy = browser.clone();
    assert_eq!(browser.post("/password", "id=7&password=new").status, 200);
    assert_eq!(who(&mut browser), "Some(7)");
    assert_eq!(logins(&mut browser).len(), 1);
    assert!(current(&mut browser).remembered);
    assert_eq!(site.store.stored("User:1"), []);
    browser.restart();
    assert_eq!(who(&mut browser), "Some(7)");
    assert_eq!(who(&mut copy), "None");
}
