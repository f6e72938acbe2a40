//! Two overlapping requests, one of them a logout: the effect with each kind of session store.
//!
//! actix-session writes whole sessions, so a request that was in flight during the logout and
//! writes to the session revives the login. A request that only reads does not.

use std::{thread, time::Duration};

use actix_web::HttpRequest;

use crate::support::{
    Browser, MemorySessionStore, REMEMBER, Response, SECRET, SESSION,
    site::{Site, User, World},
};

/// Logs `browser` out while its request for a slow page is in flight. The response to the logout
/// comes first.
fn log_out_during(site: &Site, browser: &mut Browser, method: &str, target: &str) -> Response {
    let mut other_tab = browser.clone();
    let (method, target) = (method.to_owned(), target.to_owned());
    let slow = thread::spawn(move || {
        let request = other_tab.request(&method, &target);
        request
            .body(if method == "POST" { "late" } else { "" })
            .send()
    });
    site.world.gate.wait_until_reached();
    browser.post("/logout", "");
    site.world.gate.open();
    let late = slow.join().unwrap();
    for cookie in late.set_cookies() {
        browser.cookies.insert(cookie.name, cookie.value);
    }
    late
}

fn on_memory_store() -> Site {
    Site::on_store(&MemorySessionStore::default(), |manager| manager)
}

#[test]
fn an_overlapping_write_revives_a_login_on_the_cookie_store() {
    let site = Site::new(|manager| manager);
    let mut browser = site.logged_in();
    log_out_during(&site, &mut browser, "POST", "/slow/cart");
    assert_eq!(browser.get("/who").body, "1 fresh");
    assert_eq!(browser.get("/cart").body, "late");
}

#[test]
fn an_overlapping_write_revives_a_login_on_a_server_store() {
    let site = on_memory_store();
    let mut browser = site.logged_in();
    log_out_during(&site, &mut browser, "POST", "/slow/cart");
    assert_eq!(browser.get("/who").body, "1 fresh");
    assert_eq!(browser.get("/cart").body, "late");
}

#[test]
fn an_overlapping_read_revives_no_login_on_the_cookie_store() {
    let site = Site::new(|manager| manager);
    let mut browser = site.remembered();
    let late = log_out_during(&site, &mut browser, "GET", "/slow/who");
    assert_eq!(late.body, "Some(\"1\")");
    assert!(late.set_cookies().is_empty());
    assert_eq!(browser.get("/who").body, "nobody");
}

#[test]
fn an_overlapping_read_revives_no_login_on_a_server_store() {
    let site = on_memory_store();
    let mut browser = site.remembered();
    let late = log_out_during(&site, &mut browser, "GET", "/slow/who");
    assert_eq!(late.body, "Some(\"1\")");
    assert!(late.set_cookies().is_empty());
    assert_eq!(browser.get("/who").body, "nobody");
}

#[test]
fn an_overlapping_request_restores_no_remember_cookie() {
    let site = Site::new(|manager| manager);
    let mut browser = site.remembered();
    log_out_during(&site, &mut browser, "POST", "/slow/cart");
    assert!(browser.cookie(REMEMBER).is_none());
    browser.restart();
    assert_eq!(browser.get("/who").body, "nobody");
}

/// A browser whose background request for a guarded page is in flight until the gate opens.
fn fetch_slowly(site: &Site, browser: &Browser) -> thread::JoinHandle<Response> {
    let mut other_tab = browser.clone();
    let fetch = thread::spawn(move || {
        let request = other_tab.request("GET", "/slow/loader");
        let request = request.header("Sec-Fetch-Mode", "cors");
        request.header("Sec-Fetch-Dest", "empty").send()
    });
    site.world.gate.wait_until_reached();
    fetch
}

/// A site whose request loader is slow for one page, and finds no user.
fn site_with_slow_loader() -> Site {
    let world = World::new();
    let gate = world.gate.clone();
    Site::deployed(&world, SECRET, |builder| {
        builder
            .use_session_for_next(true)
            .request_loader(async move |req: &HttpRequest| {
                if req.path() == "/slow/loader" {
                    gate.pass().await;
                }
                None::<User>
            })
    })
}

#[test]
fn a_late_refusal_of_a_background_request_keeps_a_new_login() {
    let site = site_with_slow_loader();
    let mut browser = site.browser();
    // A session that the fetch sends, and that the login replaces.
    assert_eq!(browser.get("/protected").status, 302);
    let fetch = fetch_slowly(&site, &browser);
    assert_eq!(browser.post("/login", "1").status, 200);

    site.world.gate.open();
    let refusal = fetch.join().unwrap();

    assert_eq!(refusal.status, 302);
    assert!(refusal.set_cookies().is_empty());
    assert_eq!(browser.get("/who").body, "1 fresh");
}

#[test]
fn a_late_removal_of_an_expired_login_removes_a_new_one() {
    let site = site_with_slow_loader();
    let mut browser = site.logged_in();
    site.wait(Duration::from_secs(31 * 24 * 60 * 60));
    let fetch = fetch_slowly(&site, &browser);
    assert_eq!(browser.post("/login", "1").status, 200);

    site.world.gate.open();
    let refusal = fetch.join().unwrap();

    let session = refusal.set_cookie(SESSION).unwrap();
    browser.cookies.insert(session.name, session.value);
    assert_eq!(browser.get("/who").body, "nobody");
}

#[test]
fn a_copied_cookie_of_the_cookie_store_works_until_the_deadline() {
    let site = Site::new(|manager| manager);
    let mut browser = site.logged_in();
    let mut copy = browser.clone();
    browser.post("/logout", "");
    assert_eq!(copy.get("/who").body, "1 fresh");
    site.wait(Duration::from_secs(31 * 24 * 60 * 60));
    assert_eq!(copy.get("/who").body, "nobody");
}

#[test]
fn a_copied_cookie_of_a_server_store_is_worthless_after_logout() {
    let site = on_memory_store();
    let mut browser = site.logged_in();
    let mut copy = browser.clone();
    browser.post("/logout", "");
    assert_eq!(copy.get("/who").body, "nobody");
}
