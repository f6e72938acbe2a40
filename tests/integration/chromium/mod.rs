//! The quickstart in a real Chromium, driven by chromedriver over the WebDriver protocol.
//!
//! If either program is missing, these tests print so and pass, unless `REQUIRE_BROWSER=1` is set.

mod cross_site;
mod desk;

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;

use self::desk::{Desk, Remember};
use crate::support::{REMEMBER, SESSION};

const PASSWORD: &str = "[name=password]";

#[test]
fn with_remember_me_a_login_outlives_the_browser_but_is_not_fresh() {
    let Some(desk) = Desk::new() else { return };
    let browser = desk.start_browser();
    browser.log_in(Remember::Yes);
    browser.open("/account");
    browser.arrives_at("/account");
    browser.quit();

    let browser = desk.start_browser();
    browser.open("/protected");
    browser.arrives_at("/protected");
    browser.shows("p", "Logged in as: leafstorm");

    browser.open("/account");
    browser.arrives_at("/reauth?next=%2Faccount");
    browser.shows(".flash", "Please reauthenticate to access this page.");
    browser.fill_in(PASSWORD, "wrong");
    browser.click("button");
    browser.shows(".error", "That is not the right password.");
    browser.open("/account");
    browser.arrives_at("/reauth?next=%2Faccount");
    browser.fill_in(PASSWORD, "secret");
    browser.click("button");
    browser.arrives_at("/account");
    browser.shows("p", "The account of leafstorm");
}

#[test]
fn without_remember_me_a_login_ends_with_the_browser() {
    let Some(desk) = Desk::new() else { return };
    let browser = desk.start_browser();
    browser.log_in(Remember::No);
    assert_eq!(browser.cookie(REMEMBER), None);
    let session = browser.cookie(SESSION).expect("a session cookie");
    assert_eq!(session.get("expiry"), None);
    // Shows afterwards that the profile is the same one.
    browser.run("document.cookie = 'kept=1; max-age=3600'", json!([]));
    browser.quit();

    let browser = desk.start_browser();
    browser.open("/protected");
    browser.arrives_at("/login?next=%2Fprotected");
    assert!(browser.cookie("kept").is_some());
}

#[test]
fn the_remember_cookie_has_its_attributes_and_is_hidden_from_scripts() {
    let Some(desk) = Desk::new() else { return };
    let browser = desk.start_browser();
    browser.log_in(Remember::Yes);

    let cookie = browser.cookie(REMEMBER).expect("a remember cookie");
    assert_eq!(cookie["httpOnly"], true);
    assert_eq!(cookie["sameSite"], "Lax");
    assert_eq!(cookie["path"], "/");
    assert_eq!(cookie["domain"], "127.0.0.1");
    assert_eq!(cookie["secure"], false);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let in_a_year = now.as_secs() + 365 * 24 * 60 * 60;
    let expiry = cookie["expiry"].as_u64().expect("an expiry in seconds");
    assert!(expiry.abs_diff(in_a_year) < 300, "{expiry}, {in_a_year}");

    browser.run("document.cookie = 'readable=1'", json!([]));
    assert_eq!(
        browser.run("return document.cookie", json!([])),
        "readable=1"
    );
}

#[test]
fn logging_out_ends_a_remembered_login_for_good() {
    let Some(desk) = Desk::new() else { return };
    let browser = desk.start_browser();
    browser.log_in(Remember::Yes);
    assert!(browser.cookie(REMEMBER).is_some());
    browser.open("/logout");
    browser.shows("h1", "Logged out");
    assert_eq!(browser.cookie(REMEMBER), None);
    browser.open("/protected");
    browser.arrives_at("/login?next=%2Fprotected");
    browser.quit();

    let browser = desk.start_browser();
    browser.open("/protected");
    browser.arrives_at("/login?next=%2Fprotected");
    assert_eq!(browser.cookie(REMEMBER), None);
}

#[test]
fn an_anonymous_visitor_logs_in_and_returns_to_the_page() {
    let Some(desk) = Desk::new() else { return };
    let browser = desk.start_browser();
    browser.open("/protected");
    browser.arrives_at("/login?next=%2Fprotected");
    browser.shows(".flash", "Please log in to access this page.");

    browser.send_credentials("wrong", Remember::No);
    browser.shows(".error", "That is not the right email and password.");
    browser.arrives_at("/login?next=%2Fprotected");

    browser.send_credentials("secret", Remember::No);
    browser.arrives_at("/protected");
    browser.shows("p", "Logged in as: leafstorm");
    browser.open("/protected");
    assert_eq!(browser.run(COUNT_OF_FLASHES, json!([])), 0);
}

const COUNT_OF_FLASHES: &str = "return document.querySelectorAll('.flash').length";

#[test]
fn a_next_in_the_login_pages_address_does_not_lead_off_the_site() {
    let Some(desk) = Desk::new() else { return };
    let browser = desk.start_browser();
    for next in [
        "//evil.example",
        r"/\evil.example",
        "/%09/evil.example",
        "///evil.example",
        "http:evil.example",
        "https://evil.example/",
        "javascript:location='//evil.example'",
    ] {
        browser.open(&format!("/login?next={next}"));
        browser.send_credentials("secret", Remember::No);
        browser.arrives_at("/protected");
        browser.open("/logout");
    }
}

#[test]
fn a_next_in_the_login_form_does_not_lead_off_the_site() {
    let Some(desk) = Desk::new() else { return };
    let browser = desk.start_browser();
    for next in ["//evil.example", r"/\evil.example", "/\t/evil.example"] {
        for forge in [FORGE_THE_FIELD, FORGE_THE_ACTION] {
            browser.open("/login");
            browser.run(forge, json!([next]));
            browser.send_credentials("secret", Remember::No);
            browser.arrives_at("/protected");
            browser.open("/logout");
        }
    }
    // These are paths of this site, although they look like other hosts.
    for (next, path) in [
        ("/%09/evil.example", "/%09/evil.example"),
        ("/.//evil.example", "//evil.example"),
    ] {
        browser.open("/login");
        browser.run(FORGE_THE_FIELD, json!([next]));
        browser.send_credentials("secret", Remember::No);
        browser.arrives_at(path);
        browser.open("/logout");
    }
}

const FORGE_THE_FIELD: &str = "
    const field = document.createElement('input');
    field.type = 'hidden';
    field.name = 'next';
    field.value = arguments[0];
    document.forms[0].append(field);
";
const FORGE_THE_ACTION: &str =
    "document.forms[0].action = '/login?next=' + encodeURIComponent(arguments[0])";
