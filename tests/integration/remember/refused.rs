//! A bad remember cookie is ignored and cleared: the request is anonymous and nothing panics.

use std::time::Duration;

use actix_web::HttpRequest;

use crate::support::{
    Browser, REMEMBER, Response, SECRET, SESSION,
    site::{Site, World},
};

/// The response to a browser without a session that sends this `Cookie` header.
fn answer_to(site: &Site, cookie: impl AsRef<[u8]>) -> Response {
    let mut browser = site.browser();
    browser
        .request("GET", "/who")
        .header("Cookie", cookie)
        .send()
}

fn with_token(token: impl AsRef<[u8]>) -> Vec<u8> {
    [b"remember_token=", token.as_ref()].concat()
}

#[track_caller]
fn assert_ignored_and_cleared(site: &Site, cookie: impl AsRef<[u8]>) {
    let rejected = site.world.count("remember_cookie_rejected");
    let response = answer_to(site, cookie);
    assert_eq!((response.status, response.body.as_str()), (200, "nobody"));
    assert!(response.set_cookie(REMEMBER).unwrap().is_removal());
    assert!(response.set_cookie(SESSION).is_none());
    assert_eq!(site.world.count("remember_cookie_rejected"), rejected + 1);
}

fn token_of(browser: &Browser) -> String {
    browser.cookie(REMEMBER).unwrap().to_owned()
}

#[test]
fn a_forged_cookie_is_ignored_and_cleared() {
    let site = Site::new(|manager| manager);
    let token = token_of(&site.remembered());
    let (payload, signature) = token.rsplit_once('.').unwrap();
    // User 1 claims to be user 2: base64 of "1" and "2".
    let of_another = payload.replace(".MQ", ".Mg");
    assert_ne!(of_another, payload);
    for forged in [
        format!("{of_another}.{signature}"),
        format!("{payload}."),
        payload.to_owned(),
        format!("{token}x"),
        format!("{token}."),
        format!("{token}={token}"),
        String::new(),
        "1".to_owned(),
        "......".to_owned(),
    ] {
        assert_ignored_and_cleared(&site, with_token(forged));
    }
}

#[test]
fn a_cookie_signed_by_another_site_is_ignored_and_cleared() {
    let site = Site::new(|manager| manager);
    let other = Site::deployed(&World::new(), [8; 64], |manager| manager);
    assert_ignored_and_cleared(&site, with_token(token_of(&other.remembered())));
}

#[test]
fn a_cookie_of_another_kind_of_user_is_ignored_and_cleared() {
    let world = World::new();
    let site = Site::deployed(&world, SECRET, |manager| manager);
    let admins = Site::deployed(&world, SECRET, |manager| {
        let cookie = actix_login::RememberCookie::new().name(REMEMBER);
        manager.name("Admin").remember_cookie(cookie)
    });
    assert_ignored_and_cleared(&site, with_token(token_of(&admins.remembered())));
}

#[test]
fn a_cookie_cut_anywhere_is_ignored_and_cleared() {
    let site = Site::new(|manager| manager);
    let token = token_of(&site.remembered());
    for length in [0, 1, token.len() / 2, token.len() - 2, token.len() - 1] {
        assert_ignored_and_cleared(&site, with_token(&token[..length]));
    }
}

#[test]
fn an_expired_cookie_is_ignored_and_cleared() {
    let site = Site::new(|manager| manager);
    let token = token_of(&site.remembered());
    site.wait(Duration::from_secs(366 * 24 * 60 * 60));
    assert_ignored_and_cleared(&site, with_token(token));
}

#[test]
fn a_cookie_with_another_users_hash_is_ignored_and_cleared() {
    let site = Site::new(|manager| manager);
    site.world.users.set_hash("1", "one");
    site.world.users.set_hash("2", "two");
    let token = token_of(&site.remembered());
    site.world.users.set_hash("1", "two");
    assert_ignored_and_cleared(&site, with_token(token));
}

#[test]
fn a_cookie_100_kb_long_is_ignored_and_cleared() {
    let site = Site::new(|manager| manager);
    let token = token_of(&site.remembered());
    assert_ignored_and_cleared(&site, with_token("x".repeat(100_000)));
    assert_ignored_and_cleared(&site, with_token(format!("{token}{}", ".".repeat(100_000))));
}

#[test]
fn a_cookie_that_is_not_utf_8_is_ignored_and_cleared() {
    let site = Site::new(|manager| manager);
    let token = token_of(&site.remembered());
    assert_ignored_and_cleared(&site, with_token(b"\xff\xfe"));
    assert_ignored_and_cleared(&site, with_token([token.as_bytes(), b"\xff"].concat()));
}

#[test]
fn one_byte_that_is_not_utf_8_keeps_the_session() {
    let site = Site::new(|manager| manager);
    let mut browser = site.logged_in();
    let mut garbled = browser.clone();
    let response = garbled
        .request("GET", "/protected")
        .header("Cookie", with_token(b"\xff"))
        .send();
    assert_eq!(response.status, 302);
    assert!(response.set_cookie(SESSION).is_none());
    assert_eq!(browser.get("/who").body, "1 fresh");
}

#[test]
fn a_valid_cookie_beside_a_non_utf_8_byte_works_for_that_request() {
    let site = Site::new(|manager| manager);
    let token = token_of(&site.remembered());
    let cookie = [b"odd=\xff; ", &with_token(token)[..]].concat();
    let response = answer_to(&site, cookie);
    assert_eq!(response.body, "1 stale");
    assert!(response.set_cookies().is_empty());
}

#[test]
fn two_different_cookies_are_both_ignored() {
    let site = Site::new(|manager| manager);
    let first = token_of(&site.remembered());
    let mut other = site.browser();
    other.post("/login?remember=true", "2");
    let second = token_of(&other);
    for pair in [[&first, &second], [&second, &first]] {
        let [one, two] = pair;
        let both = format!("remember_token={one}; remember_token={two}");
        assert_ignored_and_cleared(&site, both);
    }
    assert_ignored_and_cleared(&site, format!("remember_token={first}; remember_token="));
}

#[test]
fn two_different_cookies_in_two_headers_are_both_ignored() {
    let site = Site::new(|manager| manager);
    let mut browser = site.remembered();
    browser.restart();
    let response = browser
        .request("GET", "/who")
        .header("Cookie", "remember_token=planted")
        .send();
    assert_eq!(response.body, "nobody");
    assert!(response.set_cookie(REMEMBER).unwrap().is_removal());
}

#[test]
fn the_same_cookie_twice_counts_as_one() {
    let site = Site::new(|manager| manager);
    let token = token_of(&site.remembered());
    let twice = format!("remember_token={token}; remember_token={token}");
    let response = answer_to(&site, twice);
    assert_eq!(response.body, "1 stale");
    assert!(response.set_cookie(REMEMBER).is_none());
}

#[test]
fn the_request_loader_still_runs_after_an_invalid_cookie() {
    let world = World::new();
    let users = world.users.clone();
    let site = Site::deployed(&world, SECRET, |manager| {
        manager.request_loader(async move |req: &HttpRequest| {
            users.find(req.headers().get("x-api-key")?.to_str().ok()?)
        })
    });
    let mut browser = site.browser();
    let response = browser
        .request("GET", "/who")
        .header("Cookie", "remember_token=forged")
        .header("X-Api-Key", "2")
        .send();
    assert_eq!(response.body, "2 stale");
    assert!(response.set_cookie(REMEMBER).unwrap().is_removal());
    assert!(response.set_cookie(SESSION).is_none());
}

#[test]
fn a_malformed_login_record_is_removed_from_the_session() {
    let site = Site::new(|manager| manager);
    for record in ["", "1", "x.1....1", "f.-1....1", "f.1..short..1", "{}"] {
        let mut browser = site.logged_in();
        browser.post("/record", record);
        assert_eq!(browser.get("/who").body, "nobody");
        assert_eq!(browser.get("/record").body, "");
        assert_eq!(browser.post("/login", "1").status, 200);
        assert_eq!(browser.get("/who").body, "1 fresh");
    }
}

/// actix-web decodes such names. A browser knows no rules for them, as it does for `__Host-`.
#[test]
fn a_cookie_with_a_percent_encoded_name_is_another_cookie() {
    let site = Site::new(|manager| manager);
    let token = token_of(&site.remembered());
    for name in ["remember%5Ftoken", "%72emember_token", "REMEMBER_TOKEN"] {
        let response = answer_to(&site, format!("{name}={token}"));
        assert_eq!(response.body, "nobody", "{name}");
        assert_eq!(response.set_cookies(), [], "{name}");
        let beside = format!("remember_token={token}; {name}=planted");
        assert_eq!(answer_to(&site, beside).body, "1 stale", "{name}");
    }
}
