//! What the store holds of a login, for how long, and how often it is asked.

use std::time::Duration;

use crate::support::{
    active_site::{Line, MINUTE, Site, current, logins, who},
    block_on,
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[test]
fn times_user_agent_and_address_are_shown() {
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
fn the_address_is_the_one_that_the_own_proxies_saw() {
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
fn a_user_agent_is_cut_at_200_bytes_and_never_within_a_character() {
    assert_eq!(user_agent_kept(&[b'x'; 201]), "x".repeat(200));
    assert_eq!(user_agent_kept(&[b'x'; 200]), "x".repeat(200));
    let umlauts = format!("x{}", "ü".repeat(100));
    assert_eq!(
        user_agent_kept(umlauts.as_bytes()),
        format!("x{}", "ü".repeat(99))
    );
}

#[test]
fn a_user_agent_that_is_no_text_or_missing_does_no_harm() {
    assert_eq!(user_agent_kept(b"a\xff\xfeb"), "a\u{fffd}\u{fffd}b");
    // Each byte becomes a character of three.
    assert_eq!(user_agent_kept(&[0xff; 300]), "\u{fffd}".repeat(66));
    assert_eq!(user_agent_kept(b"<script>\t'\"&"), "<script>\t'\"&");
    assert_eq!(user_agent_kept(b""), "");
}

#[test]
fn a_request_asks_the_store_once_and_one_that_asks_for_nobody_never() {
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
fn that_a_login_was_seen_is_noted_at_most_once_a_minute() {
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
fn how_often_it_is_noted_is_a_setting() {
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
fn an_ended_login_is_neither_valid_nor_listed_also_where_the_store_still_has_it() {
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
fn a_remembered_login_outlives_its_session_under_the_same_entry() {
    let site = Site::new();
    let mut browser = site.remembered(1);
    let before = current(&mut browser).id;
    site.clock.advance(31 * DAY);
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(current(&mut browser).id, before);
    assert_eq!(browser.get("/fresh").body, "false");
}

#[test]
fn an_entry_goes_with_the_last_visit_where_that_ends_its_login() {
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
fn a_confirmed_login_stays_the_same() {
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
fn a_changed_password_keeps_the_login_in_which_it_was_changed() {
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
fn a_changed_id_takes_the_login_along() {
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
