//! Copies of the session of a pending login are worthless once it has ended or changed hands.

use actix_login::{ActiveLogins, LoginEvent, SessionProtection};

use super::site::{MINUTE, RIGHT, Site, assert_worthless, begin, on_each_store, send_code, who};
use crate::support::{Browser, block_on};

/// Copies the session, lets `end` happen, and tries the copy.
fn assert_copy_is_worthless_after(end: impl Fn(&Site, &mut Browser)) {
    on_each_store(|site| {
        let mut browser = site.pending(1);
        let mut copy = browser.clone();
        assert!(copy.get("/code").body.starts_with("user 1"));
        end(&site, &mut browser);
        assert_worthless(&mut copy);
    });
}

#[test]
fn a_copy_is_worthless_after_completion() {
    assert_copy_is_worthless_after(|_, browser| {
        assert_eq!(send_code(browser, RIGHT).body, "right");
    });
    assert_copy_is_worthless_after(|_, browser| {
        assert_eq!(browser.post("/complete", "").status, 200);
    });
}

#[test]
fn a_copy_is_worthless_after_ten_minutes() {
    assert_copy_is_worthless_after(|site, browser| {
        site.clock.advance(10 * MINUTE - MINUTE / 60);
        assert!(browser.get("/code").body.starts_with("user 1"));
        site.clock.advance(MINUTE / 60);
    });
}

#[test]
fn a_copy_is_worthless_after_the_password_changed() {
    assert_copy_is_worthless_after(|site, _| {
        site.users.change(1, 1, "second password");
    });
}

#[test]
fn a_copy_is_worthless_after_the_user_is_deleted() {
    assert_copy_is_worthless_after(|site, _| {
        site.users.change(1, 7, "first password");
    });
}

#[test]
fn a_copy_is_worthless_after_a_logout() {
    assert_copy_is_worthless_after(|_, browser| {
        assert_eq!(browser.post("/logout", "").status, 200);
        assert_worthless(browser);
    });
}

#[test]
fn a_copy_is_worthless_after_a_login_in_one_step() {
    for id in ["id=1", "id=2"] {
        assert_copy_is_worthless_after(|_, browser| {
            assert_eq!(browser.post("/login-at-once", id).status, 200);
            assert_eq!(browser.get("/code").status, 302);
        });
    }
}

#[test]
fn a_copy_is_worthless_after_another_begin_in_the_browser() {
    assert_copy_is_worthless_after(|_, browser| {
        begin(browser, 2);
        assert!(browser.get("/code").body.starts_with("user 2"));
    });
}

#[test]
fn a_copy_is_worthless_after_all_logins_of_the_user_ended() {
    assert_copy_is_worthless_after(|site, browser| {
        block_on(site.manager.end_all_logins_of(&1)).unwrap();
        assert_worthless(browser);
    });
}

#[test]
fn another_client_ends_a_pending_login_in_both_modes_of_protection() {
    for protection in [SessionProtection::Basic, SessionProtection::Strong] {
        let site = Site::built(|builder| {
            builder
                .session_protection(protection)
                .active_logins(ActiveLogins::in_memory())
        });
        let mut browser = site.pending(1);
        let mut copy = browser.clone();
        copy.user_agent = Some("Other/1.0".to_owned());
        assert_worthless(&mut copy);
        assert!(site.count(LoginEvent::SessionProtected) > 0);
        // Not even with the owner's user agent, and not for the owner.
        copy.user_agent.clone_from(&browser.user_agent);
        assert_worthless(&mut copy);
        assert_worthless(&mut browser);
    }
}

#[test]
fn without_session_protection_another_client_may_send_the_code() {
    let site = Site::built(|builder| {
        builder
            .session_protection(SessionProtection::Off)
            .active_logins(ActiveLogins::in_memory())
    });
    let mut browser = site.pending(1);
    browser.user_agent = None;
    assert_eq!(send_code(&mut browser, RIGHT).body, "right");
}

#[test]
fn the_deadlines_of_a_login_hold_for_a_pending_one() {
    for settings in [
        |builder: super::site::Builder| builder.login_deadline(MINUTE),
        |builder: super::site::Builder| builder.visit_deadline(MINUTE),
    ] {
        let site =
            Site::built(|builder| settings(builder).active_logins(ActiveLogins::in_memory()));
        let mut browser = site.pending(1);
        site.clock.advance(MINUTE);
        assert_worthless(&mut browser);
        assert_eq!(site.count(LoginEvent::SessionProtected), 0);
    }
}

#[test]
fn a_logout_with_kept_sessions_ends_the_pending_login_too() {
    let site = Site::built(|builder| {
        builder
            .keep_session(true)
            .active_logins(ActiveLogins::in_memory())
    });
    let mut browser = site.browser();
    browser.post("/login-at-once", "id=1");
    begin(&mut browser, 1);
    let mut copy = browser.clone();
    browser.post("/logout", "");
    assert_worthless(&mut browser);
    copy.user_agent.clone_from(&browser.user_agent);
    assert_worthless(&mut copy);
    assert_eq!(who(&mut browser), "None None");
}
