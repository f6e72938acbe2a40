//! The remember cookie's secret is replaced at each restoration, which reveals a copied cookie.

mod copies;
mod grace;
mod hidden;
mod no_copies;

use std::{thread, time::Duration};

use actix_login::{LoginEvent, RememberCookie};

use crate::support::{
    Browser, REMEMBER,
    active_site::{MINUTE, Site, current, log_in, logins, who},
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const SECOND: Duration = Duration::from_secs(1);

/// A browser that was closed and opened again after its user had asked to be remembered.
fn restarted(site: &Site) -> Browser {
    let mut browser = site.remembered(1);
    browser.restart();
    browser
}

#[test]
fn each_restoration_replaces_the_secret() {
    let site = Site::new();
    let mut browser = restarted(&site);
    let mut seen = vec![browser.cookie(REMEMBER).unwrap().to_owned()];
    for _ in 0..3 {
        site.clock.advance(DAY);
        let response = browser.get("/who");
        assert_eq!(response.body, "Some(1)");
        let cookie = response.set_cookie(REMEMBER).unwrap();
        assert!(!seen.contains(&cookie.value));
        seen.push(cookie.value);
        assert!(browser.get("/who").set_cookie(REMEMBER).is_none());
        browser.restart();
    }
    assert_eq!(logins(&mut browser).len(), 1);
}

#[test]
fn ten_concurrent_requests_after_a_restart_get_one_successor_cookie() {
    let site = Site::new();
    let mut browser = restarted(&site);
    site.store.set_delay(Duration::from_millis(30));
    let tabs: Vec<_> = (0..10)
        .map(|_| {
            let mut tab = browser.clone();
            thread::spawn(move || tab.get("/who"))
        })
        .collect();
    let responses: Vec<_> = tabs.into_iter().map(|tab| tab.join().unwrap()).collect();
    site.store.set_delay(Duration::ZERO);
    assert!(responses.iter().all(|response| response.body == "Some(1)"));
    let successors: Vec<_> = responses
        .iter()
        .filter_map(|response| response.set_cookie(REMEMBER))
        .collect();
    assert_eq!(successors.len(), 1);
    assert_eq!(site.store.count("replace_cookie"), 10, "all at once");
    assert_eq!(site.events.count(LoginEvent::RememberCookieReused), 0);

    // The browser has one cookie jar, so one session and the one successor are left.
    for cookie in responses.iter().flat_map(|response| response.set_cookies()) {
        browser.cookies.insert(cookie.name, cookie.value);
    }
    assert_eq!(who(&mut browser), "Some(1)");
    assert_eq!(logins(&mut browser).len(), 1);
    site.clock.advance(10 * MINUTE);
    browser.restart();
    assert_eq!(who(&mut browser), "Some(1)");
}

#[test]
fn logging_in_while_restoring_a_login_still_sets_the_successor() {
    let site = Site::new();
    let mut browser = restarted(&site);
    let response = browser.post("/ask-and-login", "id=1");
    assert_eq!(response.status, 200);
    assert!(
        response
            .set_cookie(REMEMBER)
            .is_some_and(|cookie| !cookie.is_removal())
    );
    assert_eq!(logins(&mut browser).len(), 1);
    browser.restart();
    assert!(browser.get("/who").set_cookie(REMEMBER).is_some());
}

#[test]
fn changing_the_password_while_restoring_still_sets_the_successor() {
    let site = Site::new();
    let mut browser = restarted(&site);
    assert_eq!(browser.post("/password", "id=1&password=new").status, 200);
    assert_eq!(who(&mut browser), "Some(1)");
    browser.restart();
    let response = browser.get("/who");
    assert_eq!(response.body, "Some(1)");
    assert!(response.set_cookie(REMEMBER).is_some());
}

#[test]
fn a_cookie_with_a_forged_generation_is_rejected() {
    let site = Site::new();
    let mut browser = restarted(&site);
    let token = browser.cookie(REMEMBER).unwrap();
    let mut fields: Vec<&str> = token.split('.').collect();
    fields[6] = "1";
    let forged = fields.join(".");
    browser.cookies.insert(REMEMBER.to_owned(), forged);
    assert_eq!(who(&mut browser), "None");
    assert_eq!(site.store.count("find"), 0);
}

/// A site whose cookie lasts 60 days and is refreshed at each request.
fn refreshing() -> Site {
    let cookie = RememberCookie::new()
        .secure(false)
        .duration(60 * DAY)
        .refresh_each_request(true);
    Site::built(|active| active, |manager| manager.remember_cookie(cookie))
}

#[test]
fn a_refresh_does_not_restore_a_replaced_cookie() {
    let site = refreshing();
    let mut owner = restarted(&site);
    let old = owner.cookie(REMEMBER).unwrap().to_owned();
    // A tab and a public page: sent with the old cookie, with a response after the successor's.
    let mut tab = owner.clone();
    let mut public = owner.clone();
    let mut failed = owner.clone();
    assert_eq!(who(&mut owner), "Some(1)");
    assert_ne!(owner.cookie(REMEMBER), Some(old.as_str()));
    site.clock.advance(SECOND);
    assert!(tab.get("/who").set_cookie(REMEMBER).is_none());
    assert!(tab.get("/who").set_cookie(REMEMBER).is_none(), "by session");
    assert!(public.get("/public").set_cookie(REMEMBER).is_none());
    site.store.fail(&["*"]);
    assert!(failed.get("/who").set_cookie(REMEMBER).is_none());
    site.store.fail(&[]);

    // The current cookie is refreshed as usual.
    site.clock.advance(DAY);
    let response = owner.get("/who");
    let life = response.set_cookie(REMEMBER).unwrap().max_age();
    assert_eq!(life, Some((60 * DAY).as_secs()));
}

#[test]
fn an_entry_lasts_as_long_as_its_refreshed_cookie() {
    let site = refreshing();
    let mut browser = restarted(&site);
    for _ in 0..4 {
        // One page a visit.
        site.clock.advance(50 * DAY);
        browser.restart();
        assert_eq!(who(&mut browser), "Some(1)");
    }
    browser = site.remembered(2);
    for _ in 0..4 {
        site.clock.advance(20 * DAY);
        assert_eq!(log_in(&mut browser, 2).status, 200);
    }
    let line = current(&mut browser);
    assert_eq!(who(&mut browser), "Some(2)");
    assert!(line.expires_at > Some(line.last_seen_at));
    site.clock.advance(50 * DAY);
    browser.restart();
    assert_eq!(who(&mut browser), "Some(2)");
}

#[test]
fn a_cookie_whose_login_has_ended_does_not_count_as_remembered() {
    let site = Site::new();
    let mut ended = site.remembered(1);
    let cookie = ended.cookie(REMEMBER).unwrap().to_owned();
    let mut browser = site.logged_in(1);
    browser.cookies.insert(REMEMBER.to_owned(), cookie);
    ended.post("/logout", "");
    assert_eq!(browser.get("/remembered").body, "false");

    let mut remembered = site.remembered(1);
    assert_eq!(remembered.get("/remembered").body, "true");
    remembered.restart();
    assert_eq!(remembered.get("/remembered").body, "true", "restored by it");
    assert_eq!(remembered.get("/remembered").body, "true");
}
