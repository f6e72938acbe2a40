//! A second login in one browser: of the same user, or of another one.

use crate::support::{
    REMEMBER,
    active_site::{MINUTE, Site, current, log_in, log_in_remembered, logins, who},
    block_on,
};

#[test]
fn logging_in_again_keeps_the_entry_and_the_remember_cookie() {
    let site = Site::new();
    let mut browser = site.remembered(1);
    let before = current(&mut browser).id;
    let response = log_in(&mut browser, 1);
    assert!(response.set_cookie(REMEMBER).is_none());
    assert_eq!(logins(&mut browser).len(), 1);
    assert_eq!(current(&mut browser).id, before);

    browser.restart();
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(current(&mut browser).id, before);
}

#[test]
fn logging_in_again_with_only_the_remember_cookie_keeps_the_entry() {
    let site = Site::new();
    let mut browser = site.remembered(1);
    let before = current(&mut browser).id;
    browser.restart();
    log_in(&mut browser, 1);
    assert_eq!(current(&mut browser).id, before);
    assert_eq!(logins(&mut browser).len(), 1);
}

#[test]
fn a_second_remembered_login_replaces_the_first_ones_cookie() {
    let site = Site::new();
    let mut browser = site.remembered(1);
    let mut thief = browser.clone();
    thief.restart();
    log_in_remembered(&mut browser, 1);
    assert_eq!(logins(&mut browser).len(), 1);
    browser.restart();
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(who(&mut browser), "Some(1)");
    site.clock.advance(10 * MINUTE);
    assert_eq!(who(&mut thief), "None");
}

#[test]
fn another_users_login_in_the_same_browser_ends_the_first_users_login() {
    let site = Site::new();
    let mut browser = site.remembered(1);
    let mut copy = browser.clone();
    log_in(&mut browser, 2);
    assert_eq!(who(&mut browser), "Some(2)");
    assert_eq!(who(&mut copy), "None");
    assert_eq!(site.store.stored("User:1"), []);
}

#[test]
fn another_users_login_ends_one_known_only_by_its_remember_cookie() {
    let site = Site::new();
    let mut browser = site.remembered(1);
    browser.restart();
    let mut copy = browser.clone();
    let response = log_in(&mut browser, 2);
    assert!(response.set_cookie(REMEMBER).unwrap().is_removal());
    assert_eq!(who(&mut copy), "None");
    assert_eq!(site.store.stored("User:1"), []);
}

#[test]
fn a_login_after_an_ended_one_removes_the_old_remember_cookie() {
    let site = Site::new();
    let mut browser = site.remembered(1);
    block_on(site.manager.end_all_logins_of(&1)).unwrap();
    let response = log_in(&mut browser, 1);
    assert!(response.set_cookie(REMEMBER).unwrap().is_removal());
    assert_eq!(browser.get("/remembered").body, "false");
}

#[test]
fn a_stale_copy_of_the_session_does_not_end_the_login() {
    let site = Site::new();
    let mut owner = site.remembered(1);
    let mut copy = owner.clone();
    assert_eq!(owner.post("/password", "id=1&password=new").status, 200);
    assert_eq!(who(&mut copy), "None");
    assert_eq!(who(&mut owner), "Some(1)");
    owner.restart();
    assert_eq!(who(&mut owner), "Some(1)");
}
