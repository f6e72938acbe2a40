//! Session protection: what happens when another client sends a session.

mod basic;
mod forwarded;
mod identifier;
mod strong;

use actix_login::SessionProtection::{self, Off, Strong};

use crate::support::{
    Browser, Response, SECRET, SESSION, record,
    site::{Builder, Site, World},
};

const HOME: &str = "192.0.2.1";
const STREET: &str = "198.51.100.7";

fn behind_a_proxy(protection: SessionProtection) -> impl FnOnce(Builder) -> Builder {
    move |manager| {
        manager
            .session_protection(protection)
            .trusted_proxies(1, "X-Forwarded-For")
    }
}

/// A site behind a proxy, so that a browser can change its address.
fn site(protection: SessionProtection) -> Site {
    Site::new(behind_a_proxy(protection))
}

/// Sends a request from this address, as the proxy passes it on.
fn send(browser: &mut Browser, address: &str, method: &str, target: &str, body: &str) -> Response {
    browser
        .request(method, target)
        .header("X-Forwarded-For", address)
        .body(body)
        .send()
}

fn get(browser: &mut Browser, address: &str, target: &str) -> Response {
    send(browser, address, "GET", target, "")
}

fn log_in_at_home(site: &Site, target: &str) -> Browser {
    let mut browser = site.browser();
    assert_eq!(send(&mut browser, HOME, "POST", target, "1").status, 200);
    browser
}

#[test]
fn off_does_nothing() {
    let site = site(Off);
    let mut phone = log_in_at_home(&site, "/login");
    let response = get(&mut phone, STREET, "/who");
    assert_eq!(response.body, "1 fresh");
    assert!(response.set_cookies().is_empty());
    assert_eq!(site.world.count("session_protected"), 0);
}

#[test]
fn a_session_without_a_login_is_never_a_mismatch() {
    let site = site(Strong);
    let mut browser = site.browser();
    send(&mut browser, HOME, "POST", "/cart", "mine");
    assert_eq!(get(&mut browser, STREET, "/who").body, "nobody");
    assert_eq!(get(&mut browser, STREET, "/cart").body, "mine");
    assert_eq!(site.world.count("session_protected"), 0);
    send(&mut browser, STREET, "POST", "/login", "2");
    assert_eq!(get(&mut browser, STREET, "/cart").body, "mine");
}

#[test]
fn an_identifier_is_added_to_a_record_without_one() {
    let world = World::new();
    let before = Site::deployed(&world, SECRET, behind_a_proxy(Off));
    let after = Site::deployed(&world, SECRET, behind_a_proxy(Strong));
    let browser = log_in_at_home(&before, "/login");
    let mut browser = after.returning(&browser);
    let record = browser.get("/record").body;
    assert!(!record::has_flag(&record, record::FINGERPRINT), "{record}");

    let response = get(&mut browser, HOME, "/who");
    assert_eq!(response.body, "1 fresh");
    assert!(response.set_cookie(SESSION).is_some());
    assert!(
        get(&mut browser, HOME, "/who")
            .set_cookie(SESSION)
            .is_none()
    );
    assert_eq!(get(&mut browser, STREET, "/who").body, "nobody");
}
