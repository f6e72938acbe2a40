//! Basic protection: the login stays, and is no longer fresh.

use actix_login::SessionProtection::Basic;

use super::{HOME, STREET, behind_a_proxy, get, log_in_at_home, send, site};
use crate::support::{SESSION, site::Site};

#[test]
fn basic_keeps_a_phone_that_changes_its_address_logged_in_but_stale() {
    let site = site(Basic);
    let mut phone = log_in_at_home(&site, "/login");
    assert_eq!(get(&mut phone, HOME, "/account").body, "account");
    assert_eq!(get(&mut phone, STREET, "/who").body, "1 stale");
    assert_eq!(get(&mut phone, STREET, "/protected").body, "protected");
    assert_eq!(get(&mut phone, STREET, "/account").status, 401);
    // Back home it is still stale: the other request may have been a thief's.
    assert_eq!(get(&mut phone, HOME, "/who").body, "1 stale");
}

#[test]
fn basic_is_the_default() {
    let site = Site::new(|manager| manager);
    let mut browser = site.logged_in();
    browser.user_agent = Some("AnotherBrowser/1.0".to_owned());
    assert_eq!(browser.get("/who").body, "1 stale");
}

#[test]
fn basic_writes_a_mismatch_once_and_reports_it_at_each_request() {
    let site = site(Basic);
    let mut phone = log_in_at_home(&site, "/login");
    assert!(
        get(&mut phone, STREET, "/who")
            .set_cookie(SESSION)
            .is_some()
    );
    assert_eq!(site.world.count("session_protected"), 1);
    assert!(
        get(&mut phone, STREET, "/who")
            .set_cookie(SESSION)
            .is_none()
    );
    assert!(
        get(&mut phone, STREET, "/who")
            .set_cookie(SESSION)
            .is_none()
    );
    assert_eq!(site.world.count("session_protected"), 3);
}

#[test]
fn confirm_login_at_a_new_address_makes_the_login_fresh_there() {
    let site = site(Basic);
    let mut phone = log_in_at_home(&site, "/login");
    send(&mut phone, STREET, "POST", "/confirm", "");
    assert_eq!(get(&mut phone, STREET, "/account").body, "account");
    assert_eq!(site.world.count("session_protected"), 1);
    assert_eq!(get(&mut phone, HOME, "/who").body, "1 stale");
}

/// Flask-Login's `unauthorized` and `needs_refresh` give the session the identifier of whoever sent the
/// request, if the session keeps the `next`.
#[test]
fn a_refusal_that_keeps_the_next_adopts_no_stolen_session() {
    let site = Site::new(|builder| {
        let builder = behind_a_proxy(Basic)(builder);
        builder.use_session_for_next(true).refresh_view("/refresh")
    });
    let mut thief = log_in_at_home(&site, "/login");
    for refusals in 1..=3 {
        let refusal = get(&mut thief, STREET, "/account");
        assert_eq!(refusal.location(), Some("/refresh"));
        assert_eq!(site.world.count("session_protected"), refusals);
    }
    assert_eq!(get(&mut thief, STREET, "/who").body, "1 stale");
}
