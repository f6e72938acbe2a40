//! The id of the current login, which stays the same until the login ends.

use actix_login::{LoginEndReason, LoginId};

use crate::support::{
    Browser,
    active_site::{Site, TEN_SECONDS, current, log_in, logins, who},
    block_on,
};

fn login_id(browser: &mut Browser) -> String {
    browser.get("/login-id").body
}

#[test]
fn the_login_id_survives_confirmations_restarts_and_renewals() {
    let site = Site::new();
    let mut browser = site.remembered(1);
    let id = login_id(&mut browser);
    assert_eq!(id, current(&mut browser).id);
    browser.post("/confirm", "");
    assert_eq!(login_id(&mut browser), id);
    for _ in 0..2 {
        browser.post("/end-others", "");
        assert_eq!(login_id(&mut browser), id);
        site.clock.advance(TEN_SECONDS);
        assert_eq!(login_id(&mut browser), id);
        browser.restart();
        assert_eq!(login_id(&mut browser), id);
        assert_eq!(current(&mut browser).id, id);
    }
}

#[test]
fn the_login_id_is_known_in_the_request_that_logs_in() {
    let site = Site::new();
    let mut browser = site.browser();
    let id = browser.post("/login-and-id", "id=1").body;
    assert_eq!(id.len(), 22);
    assert_eq!(login_id(&mut browser), id);
}

#[test]
fn each_login_has_an_id_of_its_own() {
    let site = Site::new();
    let [mut first, mut second] = [(); 2].map(|()| site.logged_in(1));
    let before = login_id(&mut first);
    assert_ne!(before, login_id(&mut second));
    first.post("/logout", "");
    log_in(&mut first, 1);
    assert_ne!(login_id(&mut first), before);
}

#[test]
fn without_active_logins_there_is_no_login_id() {
    let site = Site::stateless();
    assert_eq!(login_id(&mut site.logged_in(1)), "");
}

#[test]
fn the_event_of_a_login_ended_elsewhere_has_its_id() {
    let site = Site::new();
    let [mut first, mut second] = [(); 2].map(|()| site.logged_in(1));
    second.post("/end-others", "");
    let id = login_id(&mut second);
    second.post("/logout", "");
    log_in(&mut second, 1);
    let expected: LoginId = login_id(&mut second).parse().unwrap();
    first.post("/login", "id=1");
    first.post("/end-others", "");
    assert_eq!(who(&mut second), "None");
    assert_eq!(site.events.ended(LoginEndReason::Revoked), [Some(expected)]);
    assert_ne!(id, expected.to_string());
}

#[test]
fn the_event_names_a_superseded_login_by_its_first_id() {
    let site = Site::new();
    let mut browser = site.logged_in(1);
    let expected: LoginId = login_id(&mut browser).parse().unwrap();
    browser.post("/end-others", "");
    block_on(site.manager.end_all_logins_of(&1)).unwrap();
    assert_eq!(who(&mut browser), "None");
    assert_eq!(site.events.ended(LoginEndReason::Revoked), [Some(expected)]);
}

#[test]
fn the_event_of_a_replaced_login_has_its_id() {
    let site = Site::new();
    let mut browser = site.logged_in(1);
    let replaced: LoginId = login_id(&mut browser).parse().unwrap();
    log_in(&mut browser, 2);
    assert_eq!(
        site.events.ended(LoginEndReason::Replaced),
        [Some(replaced)]
    );
}

#[test]
fn logins_in_the_list_keep_their_ids() {
    let site = Site::new();
    let mut browser = site.logged_in(1);
    let before = logins(&mut browser);
    browser.post("/end-others", "");
    let after = logins(&mut browser);
    assert_eq!(before.len(), after.len());
    assert_eq!(before[0].id, after[0].id);
    assert!(after[0].is_current);
}
