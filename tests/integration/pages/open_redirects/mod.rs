//! Hundreds of ways to smuggle another site into `next`, tried on the quickstart itself: no
//! `Location` in its responses leads off the site.

mod tricks;

use std::collections::BTreeSet;

use url::{Url, form_urlencoded};

use self::tricks::TRICKS;
use crate::support::{Response, quickstart::Site};

fn tricks() -> BTreeSet<String> {
    TRICKS
        .iter()
        .map(|trick| trick.replacen("{}", "evil.example", 1))
        .collect()
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// The trick unencoded, as far as a request's target can hold it.
fn raw(trick: &str) -> String {
    trick
        .bytes()
        .map(|byte| match byte {
            b'#' | b'&' | b'+' | b'"' | b'<' | b'>' => format!("%{byte:02X}"),
            _ if byte.is_ascii_graphic() => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// Judges each `Location` as a browser on the login page would read it.
#[track_caller]
fn assert_stays(site: &Site, response: &Response, trick: &str) {
    let base = Url::parse(&format!("{}/login", site.url)).unwrap();
    for location in response.headers("location") {
        let url = base.join(location).expect("a URL");
        assert_eq!(url.origin(), base.origin(), "{trick:?} led to {location:?}");
    }
    assert!(response.header("refresh").is_none());
}

/// Sends the right password, and asserts that the response redirects on the site.
#[track_caller]
fn assert_logs_in(site: &Site, target: &str, form: &str, trick: &str) {
    let mut browser = site.browser();
    let response = browser.post(target, form);
    assert_eq!(response.status, 303, "{trick:?}: {response:?}");
    assert_eq!(response.headers("location").count(), 1);
    assert_stays(site, &response, trick);
    // The same for the page that this leads to, and for the login page of a logged-in user.
    let base = Url::parse(&format!("{}/login", site.url)).unwrap();
    let next = base.join(response.location().unwrap()).unwrap();
    let path = &next[url::Position::BeforePath..url::Position::AfterQuery];
    assert_stays(site, &browser.get(path), trick);
    let login_page = browser.get(&format!("/login?next={}", encoded(trick)));
    if path != "/logout?next=//evil.example" {
        assert_eq!(login_page.status, 302, "{trick:?}");
    }
    assert_stays(site, &login_page, trick);
}

const CREDENTIALS: &str = "email=leafstorm&password=secret";

#[test]
fn there_are_more_than_200_tricks() {
    assert!(tricks().len() > 200, "{}", tricks().len());
}

#[test]
fn no_next_in_the_query_leads_off_the_site_after_the_login() {
    let site = Site::start();
    for trick in &tricks() {
        for next in [encoded(trick), raw(trick)] {
            let target = format!("/login?next={next}");
            assert_logs_in(&site, &target, CREDENTIALS, trick);
        }
    }
}

#[test]
fn no_next_in_the_form_leads_off_the_site_after_the_login() {
    let site = Site::start();
    for trick in &tricks() {
        let form = format!("{CREDENTIALS}&next={}", encoded(trick));
        assert_logs_in(&site, "/login", &form, trick);
        let target = format!("/login?next={}", encoded(trick));
        assert_logs_in(&site, &target, &form, trick);
    }
}

#[test]
fn no_next_leads_off_the_site_after_a_wrong_password() {
    let site = Site::start();
    let mut browser = site.browser();
    for trick in &tricks() {
        let next = encoded(trick);
        let form = format!("email=leafstorm&password=wrong&next={next}");
        let response = browser.post(&format!("/login?next={next}"), &form);
        assert_eq!(response.status, 303, "{trick:?}");
        assert_stays(&site, &response, trick);
        let page = browser.get(response.location().unwrap());
        assert_eq!(page.status, 200, "{trick:?}");
        assert!(!page.body.contains("value=\"//"), "{trick:?}");
    }
}

#[test]
fn no_requested_page_leads_off_the_site() {
    let site = Site::start();
    let mut stale = site.browser();
    stale.post("/login", &format!("{CREDENTIALS}&remember=on"));
    stale.restart();
    for trick in &tricks() {
        let asked = format!("/protected?{}", raw(trick));
        let response = site.browser().get(&asked);
        assert_eq!(response.status, 302, "{trick:?}");
        assert_stays(&site, &response, trick);
        let login = response.location().unwrap();
        assert_logs_in(&site, login, CREDENTIALS, "/protected");

        let response = stale.get(&format!("/account?{}", raw(trick)));
        assert_eq!(response.status, 302, "{trick:?}");
        assert_stays(&site, &response, trick);
    }
}

#[test]
fn a_next_on_the_site_is_followed() {
    let site = Site::start();
    let go = |target: &str, form: &str| {
        let response = site.browser().post(target, form);
        response.location().unwrap().to_owned()
    };
    assert_eq!(
        go("/login?next=%2Faccount%3Fx%3D1", CREDENTIALS),
        "/account?x=1"
    );
    let form = format!("{CREDENTIALS}&next=%2Faccount");
    assert_eq!(go("/login?next=%2Fprotected", &form), "/account");
    assert_eq!(go("/login", CREDENTIALS), "/protected");
}
