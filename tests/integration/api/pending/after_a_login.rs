//! A login begins in a session that holds a login which no longer counts. The same request then asks for
//! the current user, which removes that login.

use actix_login::{ActiveLogins, SessionProtection, store::MemoryLoginStore};

use super::site::{MINUTE, RIGHT, Site, begin_remembered, send_code, who};
use crate::support::Browser;

/// The user is asked for after the login has begun, and the code is right.
#[track_caller]
fn assert_completes(browser: &mut Browser, id: u64) {
    let asked = browser.post("/login-and-ask", &format!("id={id}"));
    assert_eq!(asked.status, 200);
    assert_eq!(send_code(browser, RIGHT).body, "right");
    assert_eq!(who(browser), format!("Some({id}) Some({id})"));
}

#[test]
fn a_login_begins_in_the_session_of_another_client() {
    let site = Site::built(|builder| {
        builder
            .active_logins(ActiveLogins::in_store(MemoryLoginStore::new()))
            .session_protection(SessionProtection::Strong)
    });
    let mut browser = site.browser();
    browser.user_agent = Some("before the update".to_owned());
    browser.post("/login-at-once", "id=1");
    browser.user_agent = Some("after the update".to_owned());
    assert_completes(&mut browser, 1);
}

#[test]
fn a_login_begins_in_the_session_of_an_expired_login() {
    let site = Site::built(|builder| {
        builder
            .active_logins(ActiveLogins::in_store(MemoryLoginStore::new()))
            .login_deadline(MINUTE)
    });
    let mut browser = site.browser();
    browser.post("/login-at-once", "id=1");
    site.clock.advance(2 * MINUTE);
    assert_completes(&mut browser, 1);
}

#[test]
fn a_login_begins_beside_a_remember_cookie_of_another_user() {
    let site = Site::new();
    let mut browser = site.browser();
    begin_remembered(&mut browser, 2);
    send_code(&mut browser, RIGHT);
    browser.restart();
    assert_completes(&mut browser, 1);
}

#[test]
fn a_login_begins_beside_a_remember_cookie_of_the_same_user() {
    let site = Site::new();
    let mut browser = site.browser();
    begin_remembered(&mut browser, 1);
    send_code(&mut browser, RIGHT);
    browser.restart();
    assert_completes(&mut browser, 1);
}
