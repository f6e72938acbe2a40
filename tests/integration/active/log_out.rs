//! A logout ends the login on the server, so that copies of its cookies are worthless.

use std::thread;

use actix_login::{CookieRejectReason, LoginEndReason, LoginEvent};

use crate::support::{
    REMEMBER, SESSION,
    active_site::{Site, logins, who},
};

#[test]
fn copies_of_the_session_cookie_are_worthless_after_logout() {
    let site = Site::new();
    let mut owner = site.logged_in(1);
    let mut thief = owner.clone();
    assert_eq!(who(&mut thief), "Some(1)");

    owner.post("/logout", "");
    let response = thief.get("/who");
    assert_eq!(response.body, "None");
    assert!(response.set_cookie(SESSION).is_some(), "another session");
    assert_eq!(site.events.count_ended(LoginEndReason::Revoked), 1);
    assert_eq!(who(&mut owner), "None");

    let mut owner = site.logged_in(1);
    let mut thief = owner.clone();
    assert_eq!(owner.post("/purge-and-logout", "").status, 200);
    assert_eq!(who(&mut thief), "None");
}

#[test]
fn copies_of_the_remember_cookie_are_worthless_after_logout() {
    let site = Site::new();
    let mut owner = site.remembered(1);
    let mut thief = owner.clone();
    thief.restart();

    owner.post("/logout", "");
    let response = thief.get("/who");
    assert_eq!(response.body, "None");
    assert!(response.set_cookie(REMEMBER).unwrap().is_removal());
    assert!(response.set_cookie(SESSION).is_none());
    assert_eq!(
        site.events.count(LoginEvent::RememberCookieRejected {
            reason: CookieRejectReason::Revoked
        }),
        1
    );
}

#[test]
fn a_logout_with_the_remember_cookie_alone_ends_its_login() {
    let site = Site::new();
    let mut owner = site.remembered(1);
    let mut thief = owner.clone();
    owner.restart();
    owner.post("/logout", "");
    assert_eq!(who(&mut thief), "None");
    assert_eq!(site.store.stored("User:1"), []);
}

#[test]
fn logout_ends_the_login_of_a_remember_cookie_that_is_no_longer_accepted() {
    let site = Site::new();
    let [mut first, mut second] = [(); 2].map(|()| site.remembered(1));
    first.post("/password", "id=1&password=new");
    second.restart();
    second.post("/logout", "");
    assert_eq!(logins(&mut first).len(), 1);
}

#[test]
fn a_logout_after_end_other_logins_ends_the_superseded_login_at_once() {
    let site = Site::new();
    let mut owner = site.remembered(1);
    let mut thief = owner.clone();
    owner.post("/end-others", "");
    assert_eq!(who(&mut thief), "Some(1)");
    owner.post("/logout", "");
    assert_eq!(who(&mut thief), "None");
    thief.restart();
    assert_eq!(who(&mut thief), "None");
}

#[test]
fn a_logout_ends_the_login_that_supersedes_its_own_meanwhile() {
    let site = Site::new();
    let mut owner = site.remembered(1);
    let mut tab = owner.clone();
    let gate = site.store.hold("end");
    let logout = thread::spawn(move || owner.post("/logout", "").status);
    gate.wait_until_reached();
    assert_eq!(tab.post("/end-others", "").status, 200);
    gate.open();
    assert_eq!(logout.join().unwrap(), 200);
    assert_eq!(who(&mut tab), "None");
    tab.restart();
    assert_eq!(who(&mut tab), "None");
}
