//! The session identifier: by what a client is recognized, and which headers are ignored.

use std::net::TcpListener;

use actix_login::SessionProtection::{Basic, Strong};
use actix_web::{App, HttpRequest};

use super::{HOME, STREET, get, log_in_at_home, send, site};
use crate::support::{
    Browser, SECRET, TestApp, boxed_app, cookie_session,
    site::{Site, World, pages},
};

#[test]
fn another_user_agent_or_none_is_another_client() {
    let site = site(Strong);
    let mut none = log_in_at_home(&site, "/login");
    let mut another = none.clone();
    none.user_agent = None;
    assert_eq!(get(&mut none, HOME, "/who").body, "nobody");
    another.user_agent = Some("TestBrowser/1.1".to_owned());
    assert_eq!(get(&mut another, HOME, "/who").body, "nobody");
}

#[test]
fn a_recently_verified_client_is_not_confused_with_another() {
    let site = site(Strong);
    let mut owner = log_in_at_home(&site, "/login");
    for _ in 0..3 {
        assert_eq!(get(&mut owner, HOME, "/who").body, "1 fresh");
    }
    let mut thief = owner.clone();
    assert_eq!(get(&mut thief.clone(), STREET, "/who").body, "nobody");
    thief.user_agent = Some("TestBrowser/1.1".to_owned());
    assert_eq!(get(&mut thief, HOME, "/who").body, "nobody");
    assert_eq!(get(&mut owner, HOME, "/who").body, "1 fresh");
}

#[test]
fn without_trusted_proxies_the_address_is_the_peers() {
    let site = Site::new(|manager| manager.session_protection(Strong));
    let mut browser = site.logged_in();
    for header in ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Client-IP"] {
        let request = browser.request("GET", "/who");
        let response = request.header(header, "for=198.51.100.7").send();
        assert_eq!(response.body, "1 fresh", "{header}");
        let request = browser.request("GET", "/who");
        assert_eq!(request.header(header, STREET).send().body, "1 fresh");
    }
}

#[test]
fn a_forged_entry_before_the_trusted_proxys_is_ignored() {
    let site = site(Strong);
    let mut owner = log_in_at_home(&site, "/login");
    let mut thief = owner.clone();
    // The proxy has appended the thief's real address.
    let forged = format!("{HOME}, {STREET}");
    assert_eq!(get(&mut thief, &forged, "/who").body, "nobody");
    // A forged entry by the owner's browser changes nothing for the owner.
    let claimed = format!("{STREET}, unknown,, {HOME}");
    assert_eq!(get(&mut owner, &claimed, "/who").body, "1 fresh");
}

#[test]
fn a_forged_header_beside_the_trusted_proxys_is_ignored() {
    let site = site(Strong);
    let mut thief = log_in_at_home(&site, "/login");
    let response = thief
        .request("GET", "/who")
        .header("X-Forwarded-For", HOME)
        .header("X-Forwarded-For", STREET)
        .send();
    assert_eq!(response.body, "nobody");
}

#[test]
fn two_trusted_proxies_make_the_second_entry_from_the_right_count() {
    let site = Site::new(|manager| {
        manager
            .session_protection(Strong)
            .trusted_proxies(2, "X-Forwarded-For")
    });
    let via = |address: &str| format!("{address}, 10.0.0.1");
    let mut browser = site.browser();
    send(&mut browser, &via(HOME), "POST", "/login", "1");
    assert_eq!(get(&mut browser, &via(HOME), "/who").body, "1 fresh");
    let forged = format!("{HOME}, {}", via(STREET));
    assert_eq!(get(&mut browser.clone(), &forged, "/who").body, "nobody");
    assert_eq!(get(&mut browser, HOME, "/who").body, "nobody");

    let mut direct = site.logged_in();
    assert_eq!(get(&mut direct, HOME, "/who").body, "1 fresh");
}

#[test]
fn the_identifier_ignores_forwarded_and_x_forwarded_host() {
    let site = site(Strong);
    let mut owner = log_in_at_home(&site, "/login");
    for (name, value) in FORGED {
        let request = owner.request("GET", "/who").header(name, value);
        let response = request.header("X-Forwarded-For", HOME).send();
        assert_eq!(response.body, "1 fresh", "{name}");
    }
    let request = owner.request("GET", "/who");
    let thief = request.header("Forwarded", format!("for={HOME}"));
    let response = thief.header("X-Forwarded-For", STREET).send();
    assert_eq!(response.body, "nobody");
}

const FORGED: &[(&str, &str)] = &[
    (
        "Forwarded",
        "for=198.51.100.7;host=evil.example;proto=https",
    ),
    ("X-Forwarded-Host", "evil.example"),
    ("X-Forwarded-Proto", "https"),
];

fn location_with_forged_headers(site: &Site) -> String {
    let mut browser = site.browser();
    let mut request = browser.request("GET", "/protected");
    for (name, value) in FORGED {
        request = request.header(name, value);
    }
    let response = request.header("X-Forwarded-For", STREET).send();
    assert_eq!(response.status, 302);
    response.location().unwrap().to_owned()
}

#[test]
fn no_location_depends_on_forwarded_or_x_forwarded_host() {
    let path = site(Basic);
    assert_eq!(
        location_with_forged_headers(&path),
        "/login?next=%2Fprotected"
    );

    let named = Site::new(|manager| manager.login_view("login_page"));
    let location = location_with_forged_headers(&named);
    assert_eq!(location, "/resource?next=%2Fprotected");

    let elsewhere = Site::new(|manager| manager.login_view("https://accounts.example/login"));
    let location = location_with_forged_headers(&elsewhere);
    assert!(
        location.starts_with("https://accounts.example/login?next=http%3A%2F%2F127.0.0.1%3A"),
        "{location}"
    );
    assert!(!location.contains("evil"), "{location}");
}

#[test]
fn a_custom_identifier_replaces_address_and_user_agent() {
    let site = Site::new(|manager| {
        manager
            .session_protection(Strong)
            .session_identifier(|req: &HttpRequest| {
                let device = req.headers().get("x-device");
                format!("{device:?}")
            })
    });
    let mut browser = site.logged_in();
    browser.user_agent = None;
    assert_eq!(get(&mut browser, STREET, "/who").body, "1 fresh");
    let response = browser
        .request("GET", "/who")
        .header("X-Device", "2")
        .send();
    assert_eq!(response.body, "nobody");
}

#[test]
fn an_ipv4_client_of_a_dual_stack_socket_is_the_same_client() {
    let Ok(dual_stack) = TcpListener::bind("[::]:0") else {
        println!("skipped: there is no IPv6");
        return;
    };
    let port = dual_stack.local_addr().unwrap().port();
    let world = World::new();
    let manager = world.manager(SECRET, |manager| manager.session_protection(Strong));
    let app = TestApp::serve_also_at(dual_stack, move || {
        let app = App::new().configure(|config| pages(config, &world));
        boxed_app(app.wrap(manager.clone()).wrap(cookie_session()))
    });
    let mut browser = app.browser();
    browser.post("/login", "1");
    let mut elsewhere = Browser::at(([127, 0, 0, 1], port).into());
    elsewhere.cookies = browser.cookies;
    assert_eq!(elsewhere.get("/who").body, "1 fresh");
}
