//! A user ends all other logins, and keeps the current one.

use std::time::Duration;

use actix_login::{
    ActiveLogins, LoginEvent, LoginManager, RememberCookie, store::MemoryLoginStore,
};

use crate::support::{
    Browser, REMEMBER, TestLoginStore,
    active_site::{
        MINUTE, Site, TEN_SECONDS, User, Users, current, log_in, log_in_remembered, logins, who,
    },
};

#[test]
fn ending_other_logins_keeps_the_current_one() {
    let site = Site::new();
    let [mut first, mut second, mut third] = [(); 3].map(|()| site.remembered(1));
    let mut other_user = site.logged_in(2);
    third.restart();
    assert_eq!(first.post("/end-others", "").status, 200);
    assert_eq!(who(&mut second), "None");
    assert_eq!(who(&mut third), "None");
    assert_eq!(who(&mut first), "Some(1)");
    first.restart();
    assert_eq!(who(&mut first), "Some(1)");
    assert_eq!(who(&mut other_user), "Some(2)");
}

/// A copy of the cookies counts as another client, although it uses the same login.
#[test]
fn ending_other_logins_invalidates_copies_of_the_current_cookies() {
    let site = Site::new();
    let mut owner = site.remembered(1);
    let mut by_session = owner.clone();
    by_session.cookies.remove(REMEMBER);
    let mut by_cookie = owner.clone();
    by_cookie.restart();
    // It has restored the login, so its own cookie is the current one.
    let mut by_restored_session = by_cookie.clone();
    assert_eq!(who(&mut by_restored_session), "Some(1)");
    let before = current(&mut owner);

    assert_eq!(owner.post("/end-others", "").status, 200);

    site.clock.advance(TEN_SECONDS);
    for copy in [&mut by_session, &mut by_cookie, &mut by_restored_session] {
        assert_eq!(who(copy), "None");
    }
    let lines = logins(&mut owner);
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0].id, before.id);
    assert_eq!(
        (
            lines[0].started_at,
            &lines[0].user_agent,
            lines[0].remembered
        ),
        (before.started_at, &before.user_agent, true)
    );
    assert_eq!(owner.get("/fresh").body, "true");
    owner.restart();
    assert_eq!(who(&mut owner), "Some(1)");
}

/// A second click, or an in-flight request of a page, still sends the old cookies.
#[test]
fn in_flight_requests_survive_ending_other_logins_without_reviving_any() {
    let site = Site::built(
        |active| active.touch_interval(Duration::ZERO),
        |manager| {
            let cookie = RememberCookie::new().secure(false);
            manager.remember_cookie(cookie.refresh_each_request(true))
        },
    );
    let mut owner = site.remembered(1);
    let mut elsewhere = site.remembered(1);
    let mut in_flight = owner.clone();
    let mut in_flight_by_cookie = owner.clone();
    in_flight_by_cookie.restart();
    assert_eq!(owner.post("/end-others", "").status, 200);
    site.clock.advance(TEN_SECONDS / 2);
    for page in ["/who", "/public", "/logins"] {
        let response = in_flight.get(page);
        assert_eq!(
            (response.status, response.set_cookies()),
            (200, vec![]),
            "{page}"
        );
    }
    let again = in_flight.post("/end-others", "");
    assert_eq!((again.status, again.set_cookies()), (200, vec![]));
    let by_cookie = in_flight_by_cookie.get("/who");
    assert_eq!(by_cookie.body, "Some(1)");
    assert!(by_cookie.set_cookie(REMEMBER).is_none());
    assert_eq!(logins(&mut owner).len(), 1);

    // None of them has extended its expiry.
    site.clock.advance(TEN_SECONDS / 2);
    assert_eq!(who(&mut in_flight), "None");
    assert_eq!(who(&mut in_flight_by_cookie), "None");
    assert_eq!(who(&mut elsewhere), "None");
    assert_eq!(who(&mut owner), "Some(1)");
    owner.restart();
    assert_eq!(who(&mut owner), "Some(1)");
}

/// The holder of an old copy waits for the ten seconds in which a superseded login is accepted.
#[test]
fn a_cookie_replaced_long_ago_opens_no_superseded_login() {
    let site = Site::new();
    let mut owner = site.remembered(1);
    let mut thief = owner.clone();
    thief.restart();
    for _ in 0..2 {
        owner.restart();
        assert_eq!(who(&mut owner), "Some(1)");
        site.clock.advance(2 * MINUTE);
        assert_eq!(who(&mut owner), "Some(1)");
    }
    owner.post("/end-others", "");
    site.clock.advance(TEN_SECONDS / 2);
    assert_eq!(who(&mut thief), "None");
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 1);
}

/// Whoever holds the same cookies and comes second has nothing to supersede. A logout ends both.
#[test]
fn of_two_holders_who_end_other_logins_the_first_stays_until_a_logout() {
    let site = Site::new();
    let mut owner = site.remembered(1);
    let mut thief = owner.clone();
    assert_eq!(thief.post("/end-others", "").status, 200);
    site.clock.advance(TEN_SECONDS / 2);
    assert_eq!(owner.post("/end-others", "").status, 200);
    assert_eq!(owner.post("/logout", "").status, 200);
    assert_eq!(who(&mut thief), "None");
}

#[test]
fn logging_in_over_a_superseded_login_starts_a_new_one_that_lasts() {
    let site = Site::new();
    for log_in_again in [log_in, log_in_remembered] {
        let mut owner = site.remembered(1);
        let mut in_flight = owner.clone();
        let mut copy = owner.clone();
        owner.post("/end-others", "");

        assert_eq!(log_in_again(&mut in_flight, 1).status, 200);
        site.clock.advance(TEN_SECONDS);
        assert_eq!(who(&mut in_flight), "Some(1)");
        assert_eq!(who(&mut copy), "None");
        assert_eq!(who(&mut owner), "Some(1)");
        assert_eq!(logins(&mut owner).len(), 2);
        in_flight.post("/logout", "");
        owner.post("/logout", "");
    }
}

#[test]
fn a_login_can_be_ended_by_its_id_after_it_was_superseded() {
    let site = Site::new();
    for end in ["/end", "/users/1/end"] {
        let mut owner = site.logged_in(1);
        let id = current(&mut owner).id;
        owner.post("/end-others", "");
        assert_eq!(owner.post(&format!("{end}/{id}"), "").status, 200);
        assert_eq!(who(&mut owner), "None");
    }
}

#[test]
fn ending_other_logins_without_a_readable_session_keeps_the_cookies_login() {
    let site = Site::new();
    let remembered = site.remembered(1);
    let mut elsewhere = site.logged_in(1);
    let mut browser = site.browser();
    let request = browser.request("POST", "/end-others");
    let cookies = beside_no_text(&remembered);
    assert_eq!(request.header("Cookie", cookies).send().status, 200);
    assert_eq!(who(&mut elsewhere), "None");
    assert_eq!(who(&mut browser), "Some(1)");
}

#[test]
fn ending_other_logins_without_a_readable_session_invalidates_copies() {
    let site = Site::new();
    let mut by_session = site.remembered(1);
    let mut by_cookie = by_session.clone();
    by_session.cookies.remove(REMEMBER);
    by_cookie.restart();
    let mut browser = site.browser();
    let request = browser.request("POST", "/end-others");
    let cookies = beside_no_text(&by_cookie);
    assert_eq!(request.header("Cookie", cookies).send().status, 200);
    site.clock.advance(TEN_SECONDS);
    for copy in [&mut by_session, &mut by_cookie] {
        assert_eq!(who(copy), "None");
    }
    assert_eq!(logins(&mut browser).len(), 1);
    browser.restart();
    assert_eq!(who(&mut browser), "Some(1)");
    // It is restored, and not fresh.
    assert_eq!(browser.get("/fresh").body, "false");
}

#[test]
fn a_user_without_a_readable_session_is_remembered_by_the_cookie() {
    let site = Site::new();
    let cookies = beside_no_text(&site.remembered(1));
    let mut browser = site.browser();
    let request = browser.request("GET", "/remembered");
    assert_eq!(request.header("Cookie", cookies).send().body, "true");
}

#[test]
fn a_password_confirmed_without_a_readable_session_makes_the_login_fresh() {
    let site = Site::new();
    let remembered = site.remembered(1);
    let mut browser = site.browser();
    let request = browser.request("POST", "/confirm");
    let cookies = beside_no_text(&remembered);
    assert_eq!(request.header("Cookie", cookies).send().status, 200);
    assert_eq!(browser.get("/fresh").body, "true");
    assert_eq!(site.events.count_named("login_ended"), 0);
    assert_eq!(logins(&mut browser).len(), 1);
}

/// The remember cookie, and one whose bytes keep actix-session from seeing a session.
fn beside_no_text(browser: &Browser) -> Vec<u8> {
    let cookie = browser.cookie(REMEMBER).unwrap();
    [format!("{REMEMBER}={cookie}; other=").as_bytes(), b"\xff"].concat()
}

#[test]
fn a_busy_visitor_stays_logged_in_after_ending_other_logins() {
    let site = Site::built(
        |active| active.touch_interval(60 * MINUTE),
        |manager| manager.visit_deadline(30 * MINUTE),
    );
    let mut browser = site.logged_in(1);
    for minute in 1..=120 {
        site.clock.advance(MINUTE);
        assert_eq!(who(&mut browser), "Some(1)", "{minute}");
        if minute == 50 {
            browser.post("/end-others", "");
        }
    }
}

#[test]
fn ending_other_logins_adopts_no_remember_cookie_of_another_login() {
    let site = Site::new();
    let other = site.remembered(1);
    let mut browser = site.logged_in(1);
    let cookie = other.cookie(REMEMBER).unwrap().to_owned();
    browser.cookies.insert(REMEMBER.to_owned(), cookie);
    assert_eq!(browser.post("/end-others", "").status, 200);
    assert!(!current(&mut browser).remembered);
    browser.restart();
    assert_eq!(who(&mut browser), "None");
}

#[test]
fn ending_other_logins_reissues_the_remember_cookie_with_the_newest_key() {
    const OLD: [u8; 64] = [1; 64];
    let store = TestLoginStore::new(MemoryLoginStore::new());
    let before = Site::on_store(store.clone(), |_, store| {
        let users = Users::new();
        LoginManager::<User>::builder(OLD)
            .user_loader(async move |id: u64| users.get(id))
            .remember_cookie(RememberCookie::new().secure(false))
            .active_logins(ActiveLogins::in_store(store))
    });
    let with_both = Site::on_store(store.clone(), |manager, store| {
        let logins = ActiveLogins::in_store(store);
        manager.previous_keys([OLD]).active_logins(logins)
    });
    let with_newest = Site::on_store(store, |manager, store| {
        manager.active_logins(ActiveLogins::in_store(store))
    });

    let mut browser = with_both.browser();
    browser.cookies = before.remembered(1).cookies;
    assert_eq!(browser.post("/end-others", "").status, 200);
    let mut returning = with_newest.browser();
    returning.cookies = browser.cookies;
    returning.restart();
    assert_eq!(who(&mut returning), "Some(1)");
}

#[test]
fn ending_other_logins_sets_no_remember_cookie_on_a_plain_login() {
    let site = Site::new();
    let mut browser = site.logged_in(1);
    let response = browser.post("/end-others", "");
    assert!(response.set_cookie(REMEMBER).is_none());
    assert!(!current(&mut browser).remembered);
}

#[test]
fn ending_other_logins_keeps_a_login_restored_in_the_same_request() {
    let site = Site::new();
    let [mut first, mut second] = [(); 2].map(|()| site.remembered(1));
    first.restart();
    assert_eq!(first.post("/end-others", "").status, 200);
    assert_eq!(who(&mut first), "Some(1)");
    assert_eq!(who(&mut second), "None");
}
