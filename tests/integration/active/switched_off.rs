//! Apps without a store, and the cookies of an app that switches it on or off.

use crate::support::{
    Browser, REMEMBER, SESSION,
    active_site::{Site, log_in, log_in_remembered, who},
    record,
};

fn record_of(browser: &mut Browser) -> String {
    browser.get("/record").body
}

#[test]
fn without_a_store_record_and_token_hold_no_login_id() {
    let (off, on) = (Site::stateless(), Site::new());
    let (mut off, mut on) = (off.remembered(1), on.remembered(1));
    let (of_off, of_on) = (record_of(&mut off), record_of(&mut on));
    assert!(!record::has_flag(&of_off, record::LOGIN), "{of_off}");
    assert!(record::has_flag(&of_on, record::LOGIN), "{of_on}");
    assert_eq!(of_on.len(), of_off.len() + 22);

    let fields = |browser: &Browser| browser.cookie(REMEMBER).unwrap().split('.').count();
    assert!(off.cookie(REMEMBER).unwrap().starts_with("1."));
    assert_eq!(fields(&off), 7);
    assert!(on.cookie(REMEMBER).unwrap().starts_with("2."));
    assert_eq!(fields(&on), 9);

    // Without the percent signs, whose number varies by chance.
    let size = |browser: &Browser| {
        let cookie = browser.cookie(SESSION).unwrap();
        cookie.len() - 2 * cookie.matches('%').count()
    };
    assert!(size(&off) + 22 <= size(&on));
    assert_eq!(off.get("/logins").status, 500);
}

#[test]
fn cookies_from_before_the_store_was_enabled_are_rejected() {
    let before = Site::stateless();
    let site = Site::new();
    let mut by_session = before.logged_in(1);
    let mut by_cookie = before.remembered(1);
    by_cookie.restart();
    for old in [&mut by_session, &mut by_cookie] {
        let mut browser = site.browser();
        browser.cookies.clone_from(&old.cookies);
        assert_eq!(who(&mut browser), "None");
        assert_eq!(browser.cookie(REMEMBER), None);
        assert_eq!(record_of(&mut browser), "");
        assert_eq!(log_in_remembered(&mut browser, 1).status, 200);
        assert_eq!(who(&mut browser), "Some(1)");
    }
}

#[test]
fn a_plain_login_removes_a_remember_cookie_from_before_the_store() {
    let before = Site::stateless();
    let old = before.remembered(1);
    let site = Site::new();
    let mut browser = site.browser();
    browser.cookies.clone_from(&old.cookies);
    log_in(&mut browser, 1);
    assert_eq!(browser.cookie(REMEMBER), None);
    assert_eq!(who(&mut browser), "Some(1)");
}

#[test]
fn cookies_still_work_after_the_store_is_disabled() {
    let with_store = Site::new();
    let (mut by_session, mut by_cookie) = (with_store.logged_in(1), with_store.remembered(1));
    by_cookie.restart();
    let site = Site::stateless();
    for old in [&mut by_session, &mut by_cookie] {
        let mut browser = site.browser();
        browser.cookies.clone_from(&old.cookies);
        assert_eq!(who(&mut browser), "Some(1)");
    }
}
